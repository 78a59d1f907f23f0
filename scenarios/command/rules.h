/* natsim rules: the conformance rules, and which of them a suite exercises. */
#ifndef NT_COMMAND_RULES_H
#define NT_COMMAND_RULES_H

#include "scenarios/command/options.h"

int nt_command_rules(const struct nt_options *o);

#endif
