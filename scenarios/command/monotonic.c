#include "scenarios/command/monotonic.h"

#include <time.h>

int64_t nt_monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t nt_monotonic_ms_since(int64_t start_us)
{
    return (nt_monotonic_us() - start_us + 999) / 1000;
}
