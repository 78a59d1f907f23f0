#define _GNU_SOURCE
#include "scenarios/command/bench_cost.h"

#include <linux/perf_event.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The counter of instructions; -1: there is none here. */
static int counter(void)
{
    static bool opened;
    static int fd = -1;
    struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
                                   .size = sizeof attr,
                                   .config = PERF_COUNT_HW_INSTRUCTIONS,
                                   .inherit = 1,
                                   .exclude_kernel = 1,
                                   .exclude_hv = 1};
    if (!opened)
        fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    opened = true;
    return fd;
}

const char *nt_bench_unit(void)
{
    return counter() >= 0 ? "instructions" : "ns";
}

static uint64_t processor_time(int who)
{
    struct rusage u;
    getrusage(who, &u);
    return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000u +
           (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000u;
}

uint64_t nt_bench_cost(void)
{
    uint64_t count = 0;
    if (counter() < 0)
        return processor_time(RUSAGE_SELF) + processor_time(RUSAGE_CHILDREN);
    return read(counter(), &count, sizeof count) == (ssize_t)sizeof count ? count : 0;
}
