/* Agents: the section and the keys of one. */
#ifndef NT_SECTIONS_AGENT_H
#define NT_SECTIONS_AGENT_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_agent, nt_table_turn;

void nt_load_agents(struct nt_load *l, const struct nt_yaml *section);

#endif
