/* What the conformance rules are given of a world: its parties, their addresses and keys, what its steps did to packets, its
 * capture. */
#ifndef NT_JUDGE_CONFORMANCE_INPUT_H
#define NT_JUDGE_CONFORMANCE_INPUT_H

#include "reports/conformance/conformance.h"
#include "scenarios/world/world.h"

/* Judges the capture of a finished world. `real_time`: its times are measured. 0 or NT_ENOMEM; *verdict is to be freed either way.
 */
int nt_conformance_judge_world(const struct nt_world *w, bool real_time, struct nt_conf_verdict *verdict);

#endif
