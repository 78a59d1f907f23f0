/* An agent that is a process as the plain data of a result. */
#ifndef NT_PROGRAMS_AGENT_RESULT_H
#define NT_PROGRAMS_AGENT_RESULT_H

#include "reports/result/result.h"
#include "scenarios/programs/agent_state.h"

/* Fills stack, state, role, candidates, selected pairs and counts from what it reported and from its packets. 0 or NT_ENOMEM. */
int nt_process_result(const struct nt_process *process, enum nt_ice_state state, struct nt_result_agent *r);

#endif
