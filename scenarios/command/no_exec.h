/* --no-exec: cases that would execute a program are refused before anything runs. */
#ifndef NT_COMMAND_NO_EXEC_H
#define NT_COMMAND_NO_EXEC_H

#include "core/base/diag.h"
#include "scenarios/model/case.h"

/* Adds a diagnostic for each place of the case that names a program, `exec`, `run` or `coturn`, unless that place has one. */
void nt_refuse_programs(const struct nt_scn_case *c, const char *file, struct nt_diags *diags);

#endif
