/* A case several times: real programs need not do the same each time, and one that does not is unstable. */
#ifndef NT_RUN_REPEAT_H
#define NT_RUN_REPEAT_H

#include "scenarios/run/case.h"

/* Runs the case `runs` times. All the same: the last one's result. Not the same: NT_FAIL with the counts, and the result and capture
 * of the first that did not pass. Skips and errors end it at once. */
void nt_repeat_case(const struct nt_scn_case *c, const struct nt_run_options *options, unsigned runs, struct nt_capture *capture,
                    struct nt_result_case *out);

#endif
