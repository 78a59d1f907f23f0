/* Processes that replace a scenario's agents, from the command line (--agent-l, --agent-r). */
#ifndef NT_COMMAND_REPLACE_AGENTS_H
#define NT_COMMAND_REPLACE_AGENTS_H

#include "scenarios/command/options.h"
#include "scenarios/model/case.h"

/* Replaces agents L and R where the options say so. Of what the scenario expects, path and data remain: the rest speaks of natsim's
 * own agents and of their packets. False with a diagnostic: there is no such agent, or the case explores orders. */
bool nt_replace_agents(struct nt_scn_case *c, const struct nt_options *o, struct nt_diags *diags);

#endif
