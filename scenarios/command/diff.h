/* natsim diff OLD NEW. */
#ifndef NT_COMMAND_DIFF_H
#define NT_COMMAND_DIFF_H

#include "scenarios/command/options.h"

int nt_command_diff(const struct nt_options *o);

#endif
