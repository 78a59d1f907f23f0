/* The cases of a run that failed or broke: those of one file that did so for one cause are one. */
#ifndef NT_CI_FAILURES_H
#define NT_CI_FAILURES_H

#include "reports/result/results.h"

#define NT_CI_FAILURES_MAX 200

struct nt_ci_failure {
    const struct nt_brief *first;
    size_t count;
};

struct nt_ci_failures {
    struct nt_ci_failure *items; /* in the order of the run */
    size_t count, cap;
    size_t others; /* cases beyond the limit */
};

/* 0 or NT_ENOMEM; to be freed in any case. The briefs stay those of the results. */
int nt_ci_failures_make(struct nt_ci_failures *f, const struct nt_results *r);
void nt_ci_failures_free(struct nt_ci_failures *f);

#endif
