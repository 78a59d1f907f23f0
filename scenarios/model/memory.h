/* Whether the program ran out of memory. When an allocation of its own has failed, what was to be kept may be what counts: a case
 * is an error then, and the run ends with the exit code of one, whatever the place that failed made of it. */
#ifndef NT_SCENARIOS_MEMORY_H
#define NT_SCENARIOS_MEMORY_H

unsigned long nt_memory_failures(void); /* so far, in this process */
void nt_memory_failed(void);            /* told by the allocator that the program is linked with (scenarios/main/allocator.c) */

#endif
