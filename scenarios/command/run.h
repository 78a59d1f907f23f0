/* Runs the selected cases on worker processes and writes captures, the log and the reports. */
#ifndef NT_COMMAND_RUN_H
#define NT_COMMAND_RUN_H

#include "scenarios/command/options.h"

int nt_command_run(const struct nt_options *o);

#endif
