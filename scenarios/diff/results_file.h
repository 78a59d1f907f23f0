/* results.json of a run, read case by case. It may be anybody's, and larger than memory. */
#ifndef NT_DIFF_RESULTS_FILE_H
#define NT_DIFF_RESULTS_FILE_H

#include "core/base/diag.h"
#include "reports/result/case.h"

#define NT_DIFF_SCHEMA 1 /* of results.json, that is understood */
#define NT_DIFF_WHAT 200

struct nt_diff_run {
    const char *name; /* as the user gave it */
    char *natsim;     /* the version that made it; NULL: not said */
    int64_t seed;
    bool partial; /* cases of the run are missing */
    size_t outcomes[4], cases;
};

/* What is done with a case, which is freed afterwards. 0, or NT_EINVAL with a clause in `what`, or NT_ENOMEM: reading ends. */
struct nt_diff_taker {
    int (*take)(void *user, const struct nt_result_case *c, char what[NT_DIFF_WHAT]);
    void *user;
};

/* Reads run->name: a file, or a directory with results.json in it. 0; else NT_EFORMAT with a diagnostic, or NT_ENOMEM. To be freed
 * in any case. */
int nt_diff_run_read(struct nt_diff_run *run, const struct nt_diff_taker *taker, struct nt_diags *diags);
void nt_diff_run_free(struct nt_diff_run *run);

#endif
