#define _GNU_SOURCE
#include "scenarios/command/bench_cases.h"
#include "core/base/err.h"
#include "scenarios/command/bench_cost.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/run.h"
#include "scenarios/command/selection.h"
#include "scenarios/run/case.h"
#include "scenarios/run/explore.h"
#include "scenarios/world/world.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUITE "classic"

/* The cases of the suite, and what they cost together. */
struct sum {
    struct nt_options options;
    struct nt_selection selection;
    struct nt_capture capture;
    uint64_t world, whole, packets; /* whole: world and judge */
};

/* Runs the case to its end. */
static bool add_whole(struct sum *s, const struct nt_scn_case *c, const struct nt_run_options *options, nt_time *end)
{
    struct nt_result_case result = {0};
    uint64_t from = nt_bench_cost();
    nt_run_case(c, options, &s->capture, NULL, &result);
    s->whole += nt_bench_cost() - from;
    s->packets += result.packets;
    *end = result.virtual_ms * NT_MSEC;
    bool good = result.outcome == NT_PASS;
    nt_result_case_free(&result);
    return good;
}

/* The same world again, until the same time; nobody judges it. */
static bool add_world(struct sum *s, const struct nt_scn_case *c, const struct nt_run_options *options, nt_time end)
{
    uint64_t from = nt_bench_cost();
    struct nt_world *w = nt_world_new(c, options->seed, options->carrier, NULL, &s->capture);
    bool good = w != NULL && nt_fabric_run(nt_world_fabric(w), end) <= NT_FABRIC_UNTIL;
    nt_world_del(w);
    s->world += nt_bench_cost() - from;
    return good;
}

static bool add_case(struct sum *s, size_t i, unsigned rounds)
{
    struct nt_diags diags = {0};
    struct nt_scn_case *c = nt_selection_case(&s->selection, i, &s->options, &diags);
    nt_diags_clear(&diags);
    if (c == NULL)
        return false;
    struct nt_run_options options = {.seed = nt_selection_seed(&s->selection, i, c)};
    bool good = true;
    nt_time end;
    for (unsigned n = 0; n < rounds && good; n++)
        good = add_whole(s, c, &options, &end) && add_world(s, c, &options, end);
    nt_scn_case_del(c);
    return good;
}

static bool select_cases(struct sum *s)
{
    struct nt_diags diags = {0};
    *s = (struct sum){.options = {.carrier = NT_CARRIER_BUILTIN}};
    if (nt_select(&s->selection, &s->options, SUITE, NT_CARRIER_BUILTIN, &diags) == NT_EXIT_OK)
        return true;
    nt_complain(&diags);
    return false;
}

static bool add_up(struct sum *s, struct nt_bench *b)
{
    bool good = select_cases(s);
    nt_capture_init(&s->capture);
    for (size_t i = 0; i < s->selection.count && good; i++)
        good = add_case(s, i, b->rounds);
    b->items = (uint64_t)s->selection.count * b->rounds;
    nt_capture_free(&s->capture);
    nt_selection_free(&s->selection);
    return good;
}

bool nt_bench_world(struct nt_bench *b)
{
    struct sum s;
    bool good = add_up(&s, b);
    b->cost = s.world;
    return good;
}

bool nt_bench_judge(struct nt_bench *b)
{
    struct sum s;
    bool good = add_up(&s, b);
    b->cost = s.whole > s.world ? s.whole - s.world : 0;
    b->items = s.packets;
    return good;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    return remove(path);
}

/* `natsim run` in a process of its own, silent. */
static void run_quietly(const struct nt_options *options)
{
    int null = open("/dev/null", O_WRONLY);
    if (null >= 0)
        dup2(null, STDOUT_FILENO);
    _exit(nt_command_run(options));
}

static bool run_suite(enum nt_keep keep, unsigned rounds, uint64_t *cost)
{
    char dir[] = "/tmp/natsim-bench-XXXXXX";
    int status = -1;
    if (mkdtemp(dir) == NULL)
        return false;
    const char *suite[] = {SUITE};
    struct nt_options options = {.args = {suite, 1, 1},
                                 .out = dir,
                                 .out_given = true,
                                 .jobs = 1,
                                 .seeds_given = true,
                                 .seed_first = 1,
                                 .seed_last = rounds,
                                 .keep = keep,
                                 .carrier = NT_CARRIER_BUILTIN};
    uint64_t from = nt_bench_cost();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        run_quietly(&options);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    *cost = nt_bench_cost() - from;
    nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == NT_EXIT_OK;
}

static bool bench_runs(struct nt_bench *b, enum nt_keep keep)
{
    struct sum s;
    bool good = select_cases(&s);
    b->items = (uint64_t)s.selection.count * b->rounds;
    nt_selection_free(&s.selection);
    return good && run_suite(keep, b->rounds, &b->cost);
}

bool nt_bench_case(struct nt_bench *b)
{
    return bench_runs(b, NT_KEEP_NONE);
}

bool nt_bench_captures(struct nt_bench *b)
{
    return bench_runs(b, NT_KEEP_ALL);
}

bool nt_bench_outputs(struct nt_bench *b)
{
    struct sum s;
    uint64_t all;
    bool good = run_suite(NT_KEEP_NONE, b->rounds, &all) && add_up(&s, b);
    b->cost = good && all > s.whole ? all - s.whole : 0;
    return good;
}
