/* Names with a dot: taps (L.0, nat-left.inside) and events (L.failed, turn.allocated). */
#ifndef NT_SECTIONS_DOTTED_NAME_H
#define NT_SECTIONS_DOTTED_NAME_H

#include "scenarios/language/keys/reader.h"

/* "L.failed". False with an error. */
bool nt_load_event(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_node *node, char **event);
/* "L.0", "nat-left", ...: the full name of the tap; NULL with an error. */
char *nt_load_tap(struct nt_load *l, const struct nt_yaml *v);
/* The same as a node and the number of its attachment (the insides of a gateway first, then its outside). False with an error. */
bool nt_load_port(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_node *node, uint32_t *port);

#endif
