/* Rows of `natsim bench`: STUN messages, and a relay. Each returns false when it cannot be measured. */
#ifndef NT_COMMAND_BENCH_STUN_H
#define NT_COMMAND_BENCH_STUN_H

#include "scenarios/command/bench_row.h"

bool nt_bench_check_written(struct nt_bench *b); /* a connectivity check: built, signed */
bool nt_bench_check_read(struct nt_bench *b);    /* a connectivity check: parsed, verified */
/* A datagram over a relay, half of them each way: wrapped by the client, relayed by the server, unwrapped. */
bool nt_bench_relay(struct nt_bench *b);

#endif
