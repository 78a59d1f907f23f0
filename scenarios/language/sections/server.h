/* Servers: the section and the keys of one. */
#ifndef NT_SECTIONS_SERVER_H
#define NT_SECTIONS_SERVER_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_server;

void nt_load_servers(struct nt_load *l, const struct nt_yaml *section);

#endif
