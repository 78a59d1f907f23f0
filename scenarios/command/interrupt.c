#define _GNU_SOURCE
#include "scenarios/command/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define SAME_MS 500

static const struct {
    int number;
    const char *name;
} signals[] = {{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"}};

static volatile sig_atomic_t noted;
static struct timespec first; /* when; only the handler has it */

static int64_t ms_between(const struct timespec *a, const struct timespec *b)
{
    return (int64_t)(b->tv_sec - a->tv_sec) * 1000 + (b->tv_nsec - a->tv_nsec) / 1000000;
}

/* Calls that are safe in a handler only. */
static void note_signal(int number)
{
    int saved = errno;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (noted == 0) {
        first = now;
        noted = number;
    } else if (ms_between(&first, &now) >= SAME_MS) {
        signal(number, SIG_DFL);
        raise(number); /* comes when this function has returned */
    }
    errno = saved;
}

void nt_interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART}, before;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(&action.sa_mask, signals[i].number);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i].number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i].number, &action, NULL);
}

int nt_interrupt(void)
{
    return noted;
}

const char *nt_interrupt_name(void)
{
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (signals[i].number == noted)
            return signals[i].name;
    return "";
}
