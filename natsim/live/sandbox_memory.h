/* The memory that all processes of a sandbox take together. */
#ifndef NT_LIVE_SANDBOX_MEMORY_H
#define NT_LIVE_SANDBOX_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Is it more, without files, and without shared memory that nobody has mapped? By the /proc of their process namespace; its first
 * process does not count. */
bool nt_sandbox_takes_more(uint64_t bytes);

#endif
