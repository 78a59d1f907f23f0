/* The memory that all processes of a sandbox take. */
#ifndef NT_LIVE_SANDBOX_MEMORY_H
#define NT_LIVE_SANDBOX_MEMORY_H

#include <stdint.h>

/* What is theirs alone, without files and shared memory, in bytes, by the /proc of their process namespace; the first process does
 * not count. */
uint64_t nt_sandbox_memory(void);

#endif
