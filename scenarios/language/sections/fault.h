/* Steps that are faults: drop, duplicate, corrupt, delay. */
#ifndef NT_SECTIONS_FAULT_H
#define NT_SECTIONS_FAULT_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_fault, nt_table_delay;

/* `step->fault` says which. */
void nt_load_fault(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);

#endif
