/* The verdict of one case while it is judged. The first failure is its reason, or the first error; all others are kept beside it.
 */
#ifndef NT_MODEL_VERDICT_H
#define NT_MODEL_VERDICT_H

#include "core/base/diag.h"
#include "reports/result/result.h"
#include "scenarios/model/case.h"

#define NT_VERDICT_MORE_MAX 16
#define NT_VERDICT_REASON 4096 /* a longer one ends in "..." */

struct nt_verdict {
    struct nt_place fallback; /* for expectations without a place */
    enum nt_outcome outcome;
    char reason[NT_VERDICT_REASON];
    int line;
    uint32_t packet;
    char more[NT_VERDICT_MORE_MAX][NT_VERDICT_REASON]; /* further reasons, */
    size_t more_count, left_out;                       /* and how many of them have no room */
};

/* Its reason where there is an outcome already. */
void nt_verdict_put(struct nt_verdict *v, const char *fmt, ...) NT_PRINTF(2, 3);
void nt_verdict_error(struct nt_verdict *v, const char *fmt, ...) NT_PRINTF(2, 3);
void nt_verdict_fail(struct nt_verdict *v, struct nt_place place, uint32_t packet, const char *fmt, ...) NT_PRINTF(4, 5);
/* Fails unless `found` is as expected; an unset expectation always passes. */
void nt_verdict_count(struct nt_verdict *v, const struct nt_scn_count *expected, int64_t found, const char *what);
/* The same of nanoseconds, told as milliseconds; `which` is told of them, and `why` behind it. */
void nt_verdict_span(struct nt_verdict *v, const struct nt_scn_count *expected, nt_time found, const char *what, const char *which,
                     const char *why);
/* Puts the verdict into the result of the case. */
void nt_verdict_give(const struct nt_verdict *v, struct nt_result_case *r);

#endif
