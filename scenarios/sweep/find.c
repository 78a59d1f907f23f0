#include "scenarios/sweep/find.h"
#include "core/base/shown.h"
#include "scenarios/sweep/shrink.h"
#include "scenarios/sweep/tree_text.h"
#include "scenarios/sweep/world.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIES_MAX 3000
#define TRY_SECONDS 60 /* of a smaller world; then it hangs */

struct hunt {
    enum nt_law law;
    struct nt_capture *capture;
};

/* In a process of its own, which may crash. */
static _Noreturn void try_alone(const struct hunt *h, const struct nt_tree *world)
{
    static struct nt_trial trial;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* an interruption kills the worker */
    signal(SIGALRM, SIG_DFL);
    alarm(TRY_SECONDS);
    nt_trial_run(world, h->capture, &trial);
    _exit(trial.loaded && (trial.broken >> h->law & 1) != 0);
}

static bool breaks_the_law(void *user, const struct nt_tree *world)
{
    const struct hunt *h = user;
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        try_alone(h, world);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return pid > 0 && (WIFSIGNALED(status) ? h->law == NT_LAW_RUNS : WEXITSTATUS(status) == 1);
}

static void write_scenario(struct nt_text *out, uint64_t number, enum nt_law law, const char *detail, bool smaller,
                           const struct nt_tree *world)
{
    char *shown = nt_shown(detail, false); /* one line of a comment */
    nt_text_printf(out, "# World %" PRIu64 " of natsim sweep%s: it breaks the law '%s': %s.\n# %s\n", number,
                   smaller ? ", made smaller" : "", nt_law_name(law), nt_law_claim(law), shown != NULL ? shown : "");
    free(shown);
    nt_tree_write_yaml(out, world);
}

static void hunt_down(uint64_t number, enum nt_law law, const char *detail, bool shrinks, struct nt_capture *capture,
                      struct nt_text *scenario)
{
    struct nt_arena *a = nt_arena_new();
    struct hunt h = {law, capture};
    struct nt_shrink s = {.fails = breaks_the_law, .user = &h, .tries_max = TRIES_MAX};
    const struct nt_tree *world = a != NULL ? nt_sweep_world(a, number) : NULL;
    if (world != NULL && shrinks)
        world = nt_shrink(&s, a, world);
    if (world != NULL)
        write_scenario(scenario, number, law, detail, shrinks, world);
    nt_arena_del(a);
}

static void try_world(uint64_t number, struct nt_capture *capture, struct nt_trial *out)
{
    struct nt_arena *a = nt_arena_new();
    struct nt_tree *world = a != NULL ? nt_sweep_world(a, number) : NULL;
    nt_trial_run(world, capture, out);
    nt_arena_del(a);
}

void nt_sweep_find(uint64_t number, unsigned as_it_is, struct nt_capture *capture, struct nt_trial *out, enum nt_law *law,
                   struct nt_text *scenario)
{
    try_world(number, capture, out);
    *law = NT_LAW_RUNS;
    while (*law < NT_LAW_COUNT && (out->broken >> *law & 1) == 0)
        ++*law;
    if (*law < NT_LAW_COUNT)
        hunt_down(number, *law, out->detail[*law], out->loaded && (as_it_is >> *law & 1) == 0, capture, scenario);
}

void nt_sweep_find_crash(uint64_t number, const char *why, struct nt_capture *capture, struct nt_text *scenario)
{
    hunt_down(number, NT_LAW_RUNS, why, true, capture, scenario);
}
