/* What is expected of one agent. */
#ifndef NT_SECTIONS_EXPECT_AGENT_H
#define NT_SECTIONS_EXPECT_AGENT_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_agent_expect, nt_table_selected, nt_table_candidates, nt_table_prflx, nt_table_pair;

void nt_load_agent_expect(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_agent_expect *e);

#endif
