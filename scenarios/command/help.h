/* natsim --help, made of the tables of commands and flags. */
#ifndef NT_COMMAND_HELP_H
#define NT_COMMAND_HELP_H

#include "scenarios/command/options.h"

/* On standard output: all commands and flags, or those of o->command. */
int nt_print_help(const struct nt_options *o);
const char *nt_exit_meaning(enum nt_exit code);

#endif
