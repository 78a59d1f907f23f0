/* What a finished world looks like, as the result's plain data: agents, candidates, pairs, path, data. */
#ifndef NT_JUDGE_OUTCOME_H
#define NT_JUDGE_OUTCOME_H

#include "reports/result/result.h"
#include "scenarios/world/world.h"

/* Fills everything of *r but outcome, reason, place and conformance. `live_path`: where the data of real programs went, as packets
 * show it; 0: the selected pairs tell. 0 or NT_ENOMEM. */
int nt_describe(const struct nt_world *w, unsigned live_path, struct nt_result_case *r);
/* Finds an agent of ours whose data went another way, as packets show it, than its selected pair says: DIRECT, RELAYED of enum
 * nt_scn_path. The two sides may have selected different pairs. */
bool nt_describe_astray(const struct nt_world *w, uint32_t *agent, unsigned *says, unsigned *went);
const char *nt_describe_path(unsigned path); /* "direct", "relayed", "none" */

#endif
