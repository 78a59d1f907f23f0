/* A range of ports, "A..B". */
#ifndef NT_SECTIONS_PORT_RANGE_H
#define NT_SECTIONS_PORT_RANGE_H

#include "scenarios/language/keys/reader.h"

/* `key` names it in errors. False with an error. */
bool nt_load_port_range(struct nt_load *l, const struct nt_yaml *v, const char *key, uint16_t *low, uint16_t *high);

#endif
