/* Merges the outputs of several runs, or of the parts of one. */
#ifndef NT_COMMAND_MERGE_H
#define NT_COMMAND_MERGE_H

#include "scenarios/command/options.h"

int nt_command_merge(const struct nt_options *o);

#endif
