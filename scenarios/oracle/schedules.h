/* All schedules of a call, and the paths that they end with, if its agents send checks for as long as it takes. */
#ifndef NT_ORACLE_SCHEDULES_H
#define NT_ORACLE_SCHEDULES_H

#include "scenarios/oracle/call.h"

/* Bits of enum nt_path_bit; 0: too much to explore, or no memory. */
unsigned nt_oracle_schedules_explore(struct nt_oracle_call *x, const char **why);
/* All paths that there are, not only the best ones, where no gateway is order-sensitive; *why becomes what cannot be told, or
 * stays. */
unsigned nt_oracle_schedules_all(struct nt_oracle_call *x, const char **why);

#endif
