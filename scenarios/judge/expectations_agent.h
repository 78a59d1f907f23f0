/* Expectations on one agent: state, role, candidates, selected pair, peer-reflexive candidates, pairs, checks. */
#ifndef NT_JUDGE_EXPECTATIONS_AGENT_H
#define NT_JUDGE_EXPECTATIONS_AGENT_H

#include "scenarios/model/verdict.h"
#include "scenarios/programs/adapter_messages.h"

/* `hello`: of the process that the agent is; NULL: our agent. `why`: it is disconnected; NULL: it is not, or it is not known. */
void nt_expectations_judge_agent(struct nt_verdict *v, const struct nt_scn_agent_expect *e, const struct nt_adapter_hello *hello,
                                 const struct nt_result_agent *r, const char *why);

#endif
