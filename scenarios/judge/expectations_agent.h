/* Expectations on one agent: state, role, candidates, selected pair, peer-reflexive candidates, pairs, checks. */
#ifndef NT_JUDGE_EXPECTATIONS_AGENT_H
#define NT_JUDGE_EXPECTATIONS_AGENT_H

#include "scenarios/model/verdict.h"
#include "scenarios/world/world.h"

void nt_judge_agent(struct nt_verdict *v, const struct nt_world *w, uint32_t agent, const struct nt_result_agent *r);

#endif
