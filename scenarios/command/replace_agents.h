/* Processes that replace a scenario's agents, from the command line (--agent-l, --agent-r). */
#ifndef NT_COMMAND_REPLACE_AGENTS_H
#define NT_COMMAND_REPLACE_AGENTS_H

#include "scenarios/command/options.h"
#include "scenarios/model/case.h"

/* Replaces agents L and R where the options say so. Of what the scenario expects, path and data remain: the rest speaks of natsim's
 * own agents and of their packets. Where processes can take no part in it, the case is skipped and says why. 0 or NT_ENOMEM. */
int nt_replace_agents(struct nt_scn_case *c, const struct nt_options *o);

#endif
