/* What is kept in memory of a case that is compared: some hundred bytes with its place in the tables; texts that cases share are
 * kept once. */
#ifndef NT_DIFF_DIGEST_H
#define NT_DIFF_DIGEST_H

#include "reports/result/case.h"
#include "reports/result/strings.h"
#include "scenarios/diff/facts.h"

/* An id: of `name[x=1]#seed=17` the name is `name[x=1]`, so that a case is one place however many seeds it was run with. */
struct nt_diff_id {
    uint64_t seed;
    uint32_t name; /* in a list of strings */
    uint32_t seeded;
};

struct nt_diff_digest {
    struct nt_diff_id id;
    uint32_t facts[NT_FACT_COUNT]; /* in a list of strings */
    enum nt_outcome outcome;
    unsigned path; /* enum nt_path_bit; 0: not judged */
    int64_t connect_ms, gap_ms;
};

/* 0 or NT_ENOMEM. */
int nt_diff_digest_make(struct nt_diff_digest *d, const struct nt_result_case *c, struct nt_strings *names,
                        struct nt_strings *texts);

#endif
