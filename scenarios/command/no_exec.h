/* --no-exec: cases that would execute a program are refused before anything runs. */
#ifndef NT_COMMAND_NO_EXEC_H
#define NT_COMMAND_NO_EXEC_H

#include "scenarios/command/selection.h"

/* NT_EXIT_OK; NT_EXIT_USAGE with a diagnostic for each place of a selected case that names a program: `exec`, `run`, `coturn`. */
int nt_refuse_programs(const struct nt_selection *s, struct nt_diags *diags);

#endif
