/* Measures every policy and preset and compares the result with its configuration. */
#ifndef NT_COMMAND_CLASSIFY_H
#define NT_COMMAND_CLASSIFY_H

#include "scenarios/command/options.h"

int nt_command_classify(const struct nt_options *o);

#endif
