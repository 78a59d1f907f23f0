/* Expectations of a case: path, data, packets, conformance, times; those of one agent are in expect_agent.h. */
#ifndef NT_SECTIONS_EXPECT_H
#define NT_SECTIONS_EXPECT_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_expect, nt_table_explore, nt_table_data, nt_table_packets;

void nt_load_expect(struct nt_load *l, const struct nt_yaml *section);

#endif
