/* The policy of a gateway: the name of a preset, a preset with changes, or a whole policy in the words of RFC 4787. */
#ifndef NT_SECTIONS_NAT_POLICY_H
#define NT_SECTIONS_NAT_POLICY_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_policy, nt_table_lifetimes, nt_table_pace;

void nt_load_policy(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_gateway *g);

#endif
