/* The step `server`: it stops, starts, loses its state, refuses requests or answers slowly. */
#ifndef NT_SECTIONS_SERVER_STEP_H
#define NT_SECTIONS_SERVER_STEP_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_server_step;

void nt_load_server_step(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);

#endif
