/* natsim sweep: random worlds, held against the oracle and the laws. */
#ifndef NT_COMMAND_SWEEP_H
#define NT_COMMAND_SWEEP_H

struct nt_options;

int nt_command_sweep(const struct nt_options *o);

#endif
