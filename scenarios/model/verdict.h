/* The verdict of one case while it is being judged: the first thing that does not hold stays, an error before a failure. */
#ifndef NT_MODEL_VERDICT_H
#define NT_MODEL_VERDICT_H

#include "core/base/diag.h"
#include "reports/result/result.h"
#include "scenarios/model/case.h"

struct nt_verdict {
    struct nt_place fallback; /* where an expectation has no place of its own */
    enum nt_outcome outcome;
    char reason[512];
    int line;
    uint32_t packet;
};

void nt_verdict_error(struct nt_verdict *v, const char *fmt, ...) NT_PRINTF(2, 3);
void nt_verdict_fail(struct nt_verdict *v, struct nt_place place, uint32_t packet, const char *fmt, ...) NT_PRINTF(4, 5);
/* Fails unless `found` is as expected; an unset expectation always holds. */
void nt_verdict_count(struct nt_verdict *v, const struct nt_scn_count *expected, int64_t found, const char *what);
bool nt_count_holds(const struct nt_scn_count *expected, int64_t found);
const char *nt_count_text(const struct nt_scn_count *c, char *buf, size_t cap);
void nt_verdict_give(const struct nt_verdict *v, struct nt_result_case *r);

#endif
