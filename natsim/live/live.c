#define _GNU_SOURCE
#include "natsim/live/live.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#define WATCHES_MAX 4096

struct watch {
    int fd; /* -1: no longer watched */
    void (*ready)(void *user, nt_time now);
    void *user;
};

struct nt_live {
    bool started;
    nt_time start;
    struct watch *watches;
    struct pollfd *polls;
    size_t count, cap, poll_cap;
};

nt_time nt_live_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (nt_time)t.tv_sec * NT_SEC + t.tv_nsec;
}

struct nt_live *nt_live_new(void)
{
    return calloc(1, sizeof(struct nt_live));
}

void nt_live_del(struct nt_live *l)
{
    if (l == NULL)
        return;
    free(l->watches);
    free(l->polls);
    free(l);
}

int nt_live_watch(struct nt_live *l, int fd, void (*ready)(void *user, nt_time now), void *user)
{
    int r = nt_grow(&l->watches, &l->cap, l->count + 1, sizeof *l->watches, WATCHES_MAX);
    if (r == NT_OK)
        r = nt_grow(&l->polls, &l->poll_cap, l->count + 1, sizeof *l->polls, WATCHES_MAX);
    if (r != NT_OK)
        return r;
    l->watches[l->count++] = (struct watch){fd, ready, user};
    return NT_OK;
}

void nt_live_ignore(struct nt_live *l, int fd)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->watches[i].fd == fd)
            l->watches[i].fd = -1;
}

void nt_live_start(struct nt_live *l)
{
    l->started = true;
    l->start = nt_live_clock();
}

bool nt_live_started(const struct nt_live *l)
{
    return l->started;
}

static void forget_ignored(struct nt_live *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->count; i++)
        if (l->watches[i].fd >= 0)
            l->watches[kept++] = l->watches[i];
    l->count = kept;
}

static nt_time current_time(const struct nt_live *l, const struct nt_fabric *f)
{
    nt_time now = l->started ? nt_live_clock() - l->start : 0;
    return now > nt_fabric_now(f) ? now : nt_fabric_now(f);
}

static void wait_for(struct nt_live *l, nt_time left)
{
    struct timespec t = {.tv_sec = left / NT_SEC, .tv_nsec = left % NT_SEC};
    for (size_t i = 0; i < l->count; i++)
        l->polls[i] = (struct pollfd){.fd = l->watches[i].fd, .events = POLLIN};
    if (ppoll(l->polls, (nfds_t)l->count, &t, NULL) < 0)
        for (size_t i = 0; i < l->count; i++)
            l->polls[i].revents = 0;
}

static void do_nothing(void *user, nt_time now)
{
    (void)user, (void)now;
}

/* A fabric without events would stand still; the clock does not. */
static enum nt_fabric_end run_to(struct nt_fabric *f, nt_time now)
{
    if (nt_fabric_next(f) == NT_TIME_NEVER && nt_fabric_at(f, now, do_nothing, NULL) != NT_OK)
        return NT_FABRIC_NOMEM;
    return nt_fabric_run(f, now);
}

enum nt_fabric_end nt_live_run(struct nt_live *l, struct nt_fabric *f, nt_time until, nt_time patience)
{
    forget_ignored(l);
    nt_time now = current_time(l, f), next = nt_time_min(nt_fabric_next(f), until);
    nt_time left = !l->started ? patience : nt_time_min(next > now ? next - now : 0, patience);
    wait_for(l, left);
    now = current_time(l, f);
    enum nt_fabric_end end = l->started ? run_to(f, now) : NT_FABRIC_UNTIL;
    if (end == NT_FABRIC_LIVELOCK || end == NT_FABRIC_NOMEM)
        return end;
    for (size_t i = 0, count = l->count; i < count; i++)
        if (l->polls[i].revents != 0 && l->watches[i].fd >= 0)
            l->watches[i].ready(l->watches[i].user, now);
    return NT_FABRIC_UNTIL;
}
