/* Runs one case and prints its packets, the events of its agents, and its verdict. */
#ifndef NT_COMMAND_EXPLAIN_H
#define NT_COMMAND_EXPLAIN_H

#include "scenarios/command/options.h"

int nt_command_explain(const struct nt_options *o);

#endif
