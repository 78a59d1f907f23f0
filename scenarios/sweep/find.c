#include "scenarios/sweep/find.h"
#include "core/base/shown.h"
#include "scenarios/sweep/process.h"
#include "scenarios/sweep/shrink.h"
#include "scenarios/sweep/tree_text.h"
#include "scenarios/sweep/world.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TRIES_MAX 3000

/* Seconds. A world of virtual time takes some milliseconds, one of real time waits for what does not come. */
static const struct patience {
    unsigned once;  /* for a smaller world, then it hangs */
    unsigned whole; /* for making one smaller */
    unsigned first; /* for the world itself */
} of_virtual_time = {10, 240, 60}, of_real_time = {90, 180, 600};

struct chase {
    const struct nt_sweep_hunt *h;
    enum nt_law law;
    const char *detail; /* what breaks it */
    const struct patience *patience;
    time_t end; /* by the monotonic clock */
};

static const struct patience *patience_of(const struct nt_sweep_hunt *h)
{
    return h->process != NULL ? &of_real_time : &of_virtual_time;
}

unsigned nt_sweep_seconds(const struct nt_sweep_hunt *h)
{
    const struct patience *p = patience_of(h);
    return p->first + p->whole + p->once;
}

static time_t monotonic_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* Of conformance the same rule is to be broken. */
static bool breaks_likewise(const struct chase *c, const struct nt_trial *trial)
{
    const char *rule = strstr(c->detail, NT_LAW_BROKE), *other = strstr(trial->detail[c->law], NT_LAW_BROKE);
    size_t len = rule != NULL ? strcspn(rule, ":") : 0;
    return trial->loaded && (trial->broken >> c->law & 1) != 0 &&
           (rule == NULL || (other != NULL && strcspn(other, ":") == len && strncmp(rule, other, len) == 0));
}

/* In a process of its own, which may crash. */
static _Noreturn void try_alone(const struct chase *c, const struct nt_tree *world)
{
    static struct nt_trial trial;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* an interruption kills the worker */
    signal(SIGALRM, SIG_DFL);
    alarm(c->patience->once);
    nt_trial_run(world, c->h->capture, &trial);
    _exit(breaks_likewise(c, &trial));
}

static bool breaks_the_law(void *user, const struct nt_tree *world)
{
    const struct chase *c = user;
    int status = 0;
    if (monotonic_seconds() >= c->end)
        return false;
    pid_t pid = fork();
    if (pid == 0)
        try_alone(c, world);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return pid > 0 && (WIFSIGNALED(status) ? c->law == NT_LAW_RUNS : WEXITSTATUS(status) == 1);
}

static void write_scenario(struct nt_text *out, uint64_t number, enum nt_law law, const char *detail, const char *how,
                           const struct nt_tree *world)
{
    char *shown = nt_shown(detail, false); /* one line of a comment */
    nt_text_printf(out, "# World %" PRIu64 " of natsim sweep, %s: it breaks the law '%s': %s.\n# %s\n", number, how,
                   nt_law_name(law), nt_law_claim(law), shown != NULL ? shown : "");
    free(shown);
    nt_tree_write_yaml(out, world);
}

struct nt_tree *nt_sweep_world_of(const struct nt_sweep_hunt *h, struct nt_arena *a)
{
    struct nt_tree *world = a != NULL ? nt_sweep_world(a, h->number) : NULL;
    if (world != NULL && h->process != NULL)
        nt_sweep_give_to_process(world, h->process);
    return world;
}

static void hunt_down(const struct nt_sweep_hunt *h, enum nt_law law, const char *detail, bool shrinks, struct nt_text *scenario)
{
    struct nt_arena *a = nt_arena_new();
    const struct patience *patience = patience_of(h);
    struct chase c = {h, law, detail, patience, monotonic_seconds() + (time_t)patience->whole};
    struct nt_shrink s = {.fails = breaks_the_law, .user = &c, .tries_max = TRIES_MAX};
    const struct nt_tree *world = nt_sweep_world_of(h, a);
    const char *how = "as it is";
    if (world != NULL && shrinks && !breaks_the_law(&c, world)) {
        how = "which kept the law when it was tried again";
    } else if (world != NULL && shrinks) {
        world = nt_shrink(&s, a, world);
        how = "made smaller";
    }
    if (world != NULL)
        write_scenario(scenario, h->number, law, detail, how, world);
    nt_arena_del(a);
}

static void try_world(const struct nt_sweep_hunt *h, struct nt_trial *out)
{
    struct nt_arena *a = nt_arena_new();
    nt_trial_run(nt_sweep_world_of(h, a), h->capture, out);
    nt_arena_del(a);
}

void nt_sweep_find(const struct nt_sweep_hunt *h, struct nt_trial *out, enum nt_law *law, struct nt_text *scenario)
{
    try_world(h, out);
    *law = NT_LAW_RUNS;
    while (*law < NT_LAW_COUNT && (out->broken >> *law & 1) == 0)
        ++*law;
    if (*law < NT_LAW_COUNT)
        hunt_down(h, *law, out->detail[*law], out->loaded && (h->as_it_is >> *law & 1) == 0, scenario);
}

void nt_sweep_find_crash(const struct nt_sweep_hunt *h, const char *why, struct nt_text *scenario)
{
    hunt_down(h, NT_LAW_RUNS, why, (h->as_it_is >> NT_LAW_RUNS & 1) == 0, scenario);
}
