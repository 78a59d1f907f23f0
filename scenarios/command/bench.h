/* natsim bench: what packets, messages and cases cost. */
#ifndef NT_COMMAND_BENCH_H
#define NT_COMMAND_BENCH_H

#include "scenarios/command/options.h"

int nt_command_bench(const struct nt_options *o);

#endif
