/* Why not: what kept each pair better than the selected one from becoming valid, or each pair when there is none, and what kept
 * an agent from having candidates, as far as the packets that the capture has kept show it. */
#ifndef NT_JUDGE_WHY_NOT_H
#define NT_JUDGE_WHY_NOT_H

#include "reports/result/result.h"
#include "scenarios/world/world.h"

#define NT_WHY_NOT_MAX 200 /* entries of one case; the last says how many more there would be */

/* Fills why_not of *r, whose agents are described. 0 or NT_ENOMEM. */
int nt_why_not_describe(const struct nt_world *w, struct nt_result_case *r);

#endif
