/* Runs a case: once, in the order of time; or, with `explore`, in every order of its first deliveries. Then expectations must hold
 * in each of them, and the paths they lead to must be the `outcomes`. */
#ifndef NT_RUN_EXPLORE_H
#define NT_RUN_EXPLORE_H

#include "scenarios/run/case.h"

/* As nt_run_order. With `explore` the result and the capture are those of the order of time, or of the first order in which an
 * expectation did not hold. */
void nt_run_case(const struct nt_scn_case *c, const struct nt_run_options *options, struct nt_capture *capture,
                 const struct nt_run_listener *listener, struct nt_result_case *out);

#endif
