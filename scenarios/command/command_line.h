/* Reads the command line by the tables of commands and flags. */
#ifndef NT_COMMAND_COMMAND_LINE_H
#define NT_COMMAND_COMMAND_LINE_H

#include "scenarios/command/options.h"

/* `commands` ends with a row without a name; one without `run` asks for help. NT_EXIT_OK, or NT_EXIT_USAGE with a diagnostic. *o is
 * to be freed with nt_options_free in any case. */
int nt_command_line_read(struct nt_options *o, const struct nt_command *commands, int argc, char **argv, struct nt_diags *diags);

#endif
