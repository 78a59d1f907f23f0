/* Over all schedules: the outcomes of a call whose agents check for as long as it takes. */
#ifndef NT_ORACLE_SCHEDULES_H
#define NT_ORACLE_SCHEDULES_H

#include "scenarios/oracle/call.h"

/* Bits of enum nt_path_bit; 0: too much to explore, or no memory. */
unsigned nt_oracle_explore(struct nt_oracle_call *x, const char **why);

#endif
