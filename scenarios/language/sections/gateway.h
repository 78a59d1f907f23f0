/* Gateways: the section and the keys of one. */
#ifndef NT_SECTIONS_GATEWAY_H
#define NT_SECTIONS_GATEWAY_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_gateway;

void nt_load_gateways(struct nt_load *l, const struct nt_yaml *section);

#endif
