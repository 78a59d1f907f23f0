/* natsim man: the manual page, made of the tables of commands and flags. */
#ifndef NT_COMMAND_MAN_H
#define NT_COMMAND_MAN_H

#include "scenarios/command/options.h"

int nt_command_man(const struct nt_options *o);

#endif
