/* Steps: when each happens, and which action it is. */
#ifndef NT_SECTIONS_STEP_H
#define NT_SECTIONS_STEP_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_step, nt_table_after;

void nt_load_steps(struct nt_load *l, const struct nt_yaml *section); /* NULL: there are none */

#endif
