/* The step inject: a forged datagram or packet; its bytes are made at load. */
#ifndef NT_SECTIONS_INJECT_H
#define NT_SECTIONS_INJECT_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_inject;

void nt_load_inject(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);

#endif
