/* The machine's clock, for what a command measures of itself: no step of the wall clock changes it. */
#ifndef NT_COMMAND_MONOTONIC_H
#define NT_COMMAND_MONOTONIC_H

#include <stdint.h>

int64_t nt_monotonic_us(void);
int64_t nt_monotonic_ms_since(int64_t start_us); /* rounded up */

#endif
