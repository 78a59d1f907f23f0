/* A process in place of the agent L: the world then runs in real time. */
#ifndef NT_SWEEP_PROCESS_H
#define NT_SWEEP_PROCESS_H

#include "scenarios/sweep/tree.h"

/* L becomes what `command` starts (tests/interop/README.md). What a process is not told of, cannot be told to do or does not report
 * goes, and so does what would take long in real time; the process is held against the rules of conformance, too. */
void nt_sweep_give_to_process(struct nt_tree *world, const char *command);

#endif
