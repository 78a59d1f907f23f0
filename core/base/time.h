/* Time is a signed count of nanoseconds since the start of the world (or of the caller's clock). Nothing under core/
 * reads a clock: `now` is always an argument, the last one, and never runs backwards for one object. */
#ifndef NT_BASE_TIME_H
#define NT_BASE_TIME_H

#include <stdint.h>

typedef int64_t nt_time;

#define NT_TIME_NEVER INT64_MAX
#define NT_USEC INT64_C(1000)
#define NT_MSEC INT64_C(1000000)
#define NT_SEC INT64_C(1000000000)

static inline nt_time nt_time_min(nt_time a, nt_time b)
{
    return a < b ? a : b;
}

/* now + delta, saturating at NT_TIME_NEVER. */
static inline nt_time nt_time_after(nt_time now, nt_time delta)
{
    return delta >= NT_TIME_NEVER - now ? NT_TIME_NEVER : now + delta;
}

#endif
