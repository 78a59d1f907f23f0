/* Processes in the place of a scenario's agents, from the command line (--agent-l, --agent-r). */
#ifndef NT_COMMAND_REPLACE_AGENTS_H
#define NT_COMMAND_REPLACE_AGENTS_H

#include "scenarios/model/case.h"
#include "scenarios/command/options.h"

/* Agents L and R become processes where the options say so. What the scenario expects of its own agents and of their packets is of
 * no account for strangers: path and data are what is left of 'expect'. False: there is no such agent, or its case cannot do it;
 * `why` then says it. */
bool nt_replace_agents(struct nt_scn_case *c, const struct nt_options *o, char *why, size_t cap);

#endif
