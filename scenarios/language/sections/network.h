/* Networks: the section and the keys of one. */
#ifndef NT_SECTIONS_NETWORK_H
#define NT_SECTIONS_NETWORK_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_network;

void nt_load_networks(struct nt_load *l, const struct nt_yaml *section);

#endif
