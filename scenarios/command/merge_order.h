/* The cases that merge has read, in the order of the run. */
#ifndef NT_COMMAND_MERGE_ORDER_H
#define NT_COMMAND_MERGE_ORDER_H

#include "scenarios/command/merge_read.h"

/* Keeps the places of all, sorts the cases, and drops those that are there twice. NT_EXIT_OK, or another with a message on standard
 * error: two that must be equal differ, or a capture is that of two cases. */
int nt_merge_order(struct nt_merge *m);

#endif
