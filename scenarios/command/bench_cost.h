/* What work costs: the instructions of this process and of its children in user mode, where the kernel counts them for us; else
 * their processor time. */
#ifndef NT_COMMAND_BENCH_COST_H
#define NT_COMMAND_BENCH_COST_H

#include <stdint.h>

const char *nt_bench_unit(void); /* "instructions" or "ns" */
/* So far; children count when they have been waited for. */
uint64_t nt_bench_cost(void);

#endif
