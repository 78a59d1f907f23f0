/* Rows of `natsim bench`: packets in the fabric. Each returns false when it cannot be measured. */
#ifndef NT_COMMAND_BENCH_HOPS_H
#define NT_COMMAND_BENCH_HOPS_H

#include "scenarios/command/bench_row.h"

bool nt_bench_hop(struct nt_bench *b);     /* a packet over one network: a ring of 100 nodes, each with one on its way */
bool nt_bench_nat_hop(struct nt_bench *b); /* a datagram, made, sent through a NAT between two networks, received */

#endif
