/* Runs the suite interop: `run` with other defaults. */
#ifndef NT_COMMAND_INTEROP_H
#define NT_COMMAND_INTEROP_H

#include "scenarios/command/options.h"

int nt_command_interop(const struct nt_options *o);

#endif
