/* Runs a case several times: real programs may behave differently each time; such a case is unstable. */
#ifndef NT_RUN_REPEAT_H
#define NT_RUN_REPEAT_H

#include "scenarios/run/case.h"

/* All runs agree: the result is the last one's. They differ: NT_FAIL with the counts, and the result and capture of the first run
 * that did not pass. Skips and errors end it at once. `spare` is used when the case runs several times, and may be exchanged for
 * `capture`. */
void nt_repeat_case(const struct nt_scn_case *c, const struct nt_run_options *options, unsigned runs, struct nt_capture *capture,
                    struct nt_capture *spare, struct nt_result_case *out);

#endif
