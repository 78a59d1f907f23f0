/* The step run: a real program on the host of an agent or a server. */
#ifndef NT_SECTIONS_PROGRAM_STEP_H
#define NT_SECTIONS_PROGRAM_STEP_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_run;

void nt_load_run(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);

#endif
