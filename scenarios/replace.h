/* Processes in the place of a scenario's agents, from the command line (--agent-l, --agent-r). */
#ifndef NT_SCENARIOS_REPLACE_H
#define NT_SCENARIOS_REPLACE_H

#include "scenarios/model.h"
#include "scenarios/options.h"

/* Agents L and R become processes where the options say so. What the scenario expects of its own agents and of their packets is of
 * no account for strangers: path and data are what is left of 'expect'. False: there is no such agent, or its case cannot do it;
 * `why` then says it. */
bool nt_replace_agents(struct nt_scn_case *c, const struct nt_options *o, char *why, size_t cap);

#endif
