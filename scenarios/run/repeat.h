/* Runs a case several times: real programs may behave differently each time; such a case is unstable. */
#ifndef NT_RUN_REPEAT_H
#define NT_RUN_REPEAT_H

#include "scenarios/run/case.h"

/* The files of a case that runs several times: whose they are is known when a run has ended. */
struct nt_repeat_files {
    const char *later_logs; /* the prefix of logs of all runs but the first, which has the options'; NULL: no logs are wanted */
    /* A run has ended. `decides`: the case has the result of this one, and no longer of the one before. `passed`: the capture of
     * the first run that passed, this one or the one before, now that they differ; its packets are lost afterwards. NULL: none. */
    void (*ended)(void *user, bool decides, struct nt_capture *passed);
    void *user;
};

/* The result is the first run's that did not pass, and the first run's when all passed; its packets are in `capture`. Runs that
 * differ: NT_FAIL with the counts. Skips and errors end it at once. `spare` is used when the case runs several times, and may be
 * exchanged for `capture`. `files` may be NULL. */
void nt_repeat_case(const struct nt_scn_case *c, const struct nt_run_options *options, unsigned runs,
                    const struct nt_repeat_files *files, struct nt_capture *capture, struct nt_capture *spare,
                    struct nt_result_case *out);

#endif
