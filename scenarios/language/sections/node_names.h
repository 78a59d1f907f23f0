/* The names of gateways, servers and agents: registered before the sections are read, since the sections refer to each other. */
#ifndef NT_SECTIONS_NODE_NAMES_H
#define NT_SECTIONS_NODE_NAMES_H

#include "scenarios/language/keys/reader.h"

/* A section may be NULL. */
void nt_load_node_names(struct nt_load *l, const struct nt_yaml *gateways, const struct nt_yaml *servers,
                        const struct nt_yaml *agents);

#endif
