#include "scenarios/command/sweep.h"
#include "core/base/err.h"
#include "reports/result/command.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/interrupt.h"
#include "scenarios/command/options.h"
#include "scenarios/command/say.h"
#include "scenarios/command/sweep_tally.h"
#include "scenarios/command/worker_pool.h"
#include "scenarios/files/installed.h"
#include "scenarios/model/memory.h"
#include "scenarios/sweep/find.h"
#include "scenarios/sweep/tree_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH 500       /* worlds; a campaign that is killed loses one at most */
#define REAL_BATCH 20   /* in real time, where each takes seconds */
#define REAL_WORLDS 100 /* of a process, unless said otherwise */
#define PATH_BYTES 4096
#define SHRUNK_MAX 10 /* failures of a law that are made smaller; the others are kept as they are */

struct answer { /* of a worker; the scenario follows, if a law is broken */
    struct nt_trial trial;
    enum nt_law law; /* NT_LAW_COUNT: none */
};

struct lost { /* a world whose process crashed or hung */
    uint64_t number;
    char why[100];
};

struct campaign {
    const struct nt_options *o;
    uint64_t next, end; /* the worlds that are still to be tried, `end` not among them */
    struct nt_capture capture;
    bool done[BATCH];        /* of this batch */
    struct lost lost[BATCH]; /* likewise */
    size_t lost_count;
    struct nt_tally tally;
    bool broken; /* an output could not be written, or memory did not suffice */
};

/* The laws of which enough failures were made smaller. */
static unsigned settled_laws(void *user)
{
    const struct campaign *c = user;
    unsigned laws = 0;
    for (unsigned law = 0; law < NT_LAW_COUNT; law++)
        laws |= c->tally.failures[law] >= SHRUNK_MAX ? 1u << law : 0;
    return laws;
}

static struct nt_sweep_hunt hunt_for(struct campaign *c, uint64_t number, unsigned as_it_is)
{
    return (struct nt_sweep_hunt){.number = number, .process = c->o->agent_l, .as_it_is = as_it_is, .capture = &c->capture};
}

/* --- in the workers --- */

static bool answer(struct nt_text *text, struct nt_text *scenario)
{
    nt_text_add(text, scenario->p, scenario->len);
    bool good = scenario->err == NT_OK && nt_memory_failures() == 0;
    nt_text_free(scenario);
    return good;
}

static bool try_world(void *user, size_t job, unsigned as_it_is, struct nt_text *text)
{
    struct campaign *c = user;
    static struct answer a;
    struct nt_text scenario = {0};
    struct nt_sweep_hunt h = hunt_for(c, c->next + job, as_it_is);
    nt_sweep_find(&h, &a.trial, &a.law, &scenario);
    nt_text_add(text, (const char *)&a, sizeof a);
    return answer(text, &scenario);
}

static bool shrink_lost_world(void *user, size_t job, unsigned as_it_is, struct nt_text *text)
{
    struct campaign *c = user;
    struct nt_text scenario = {0};
    struct nt_sweep_hunt h = hunt_for(c, c->lost[job].number, as_it_is);
    nt_sweep_find_crash(&h, c->lost[job].why, &scenario);
    return answer(text, &scenario);
}

/* --- what comes of it --- */

static bool write_file(const char *path, const char *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");
    bool written = f != NULL && fwrite(bytes, 1, len, f) == len;
    written = f != NULL && fclose(f) == 0 && written;
    if (f != NULL && !written)
        unlink(path);
    return written;
}

/* A world whose failure cannot be kept is not done. */
static void keep_failure(struct campaign *c, uint64_t number, enum nt_law law, const char *detail, const char *scenario, size_t len)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/sweep/world-%07" PRIu64 "-%s.yaml", c->o->out, number, nt_law_name(law));
    if (!write_file(path, scenario, len)) {
        nt_complain_unwritable(path, NT_EIO, NT_MEND_DISK);
        c->broken = true;
        return;
    }
    nt_say("world %" PRIu64 ": %s: %s", number, nt_law_name(law), detail);
    nt_say("    %s", path);
    c->done[number - c->next] = true;
    c->broken |= nt_tally_failure(&c->tally, law, path) != NT_OK;
}

static bool take_world(void *user, size_t job, const char *text, size_t len)
{
    struct campaign *c = user;
    static struct answer a;
    memcpy(&a, text, sizeof a);
    nt_tally_world(&c->tally, &a.trial);
    if (a.law != NT_LAW_COUNT)
        keep_failure(c, c->next + job, a.law, a.trial.detail[a.law], text + sizeof a, len - sizeof a);
    else
        c->done[job] = true;
    return !c->broken;
}

static bool note_lost_world(void *user, size_t job, const char *why, int64_t wall_ms)
{
    struct campaign *c = user;
    (void)wall_ms;
    struct lost *lost = &c->lost[c->lost_count++];
    lost->number = c->next + job;
    snprintf(lost->why, sizeof lost->why, "%s", why);
    return true;
}

static bool take_lost_world(void *user, size_t job, const char *text, size_t len)
{
    struct campaign *c = user;
    nt_tally_lost_world(&c->tally);
    keep_failure(c, c->lost[job].number, NT_LAW_RUNS, c->lost[job].why, text, len);
    return !c->broken;
}

/* Its scenario cannot be made smaller, either; its number says which it is. */
static bool take_hopeless_world(void *user, size_t job, const char *why, int64_t wall_ms)
{
    (void)why, (void)wall_ms;
    return take_lost_world(user, job, "", 0);
}

/* --- the campaign --- */

static void say_how_to_go_on(struct campaign *c)
{
    char *out = nt_shell_argument(c->o->out), *process = nt_shell_argument(c->o->agent_l != NULL ? c->o->agent_l : "");
    if (c->next < c->end)
        nt_say("up to %" PRIu64 ": %zu failures; natsim sweep --seeds %" PRIu64 "..%" PRIu64 " --out %s%s%s goes on", c->next - 1,
               c->tally.file_count, c->next, c->end - 1, out != NULL ? out : "DIR", c->o->agent_l != NULL ? " --agent-l " : "",
               c->o->agent_l == NULL ? ""
               : process != NULL     ? process
                                     : "CMD");
    else
        nt_say("up to %" PRIu64 ": %zu failures", c->next - 1, c->tally.file_count);
    c->broken |= fflush(stdout) != 0 || ferror(stdout) != 0; /* nobody would hear of the rest */
    free(out);
    free(process);
}

static unsigned worker_count(const struct nt_options *o)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return o->jobs > 0 ? o->jobs : processors > 0 && processors < NT_POOL_WORKERS_MAX ? (unsigned)processors : 1;
}

static bool run_pool(struct campaign *c, struct nt_pool pool)
{
    struct nt_sweep_hunt h = hunt_for(c, 0, 0);
    pool.workers = worker_count(c->o);
    pool.job_seconds = nt_sweep_seconds(&h);
    pool.user = c;
    pool.word = settled_laws;
    return pool.jobs == 0 || nt_pool_run(&pool) == NT_OK;
}

static void run_batch(struct campaign *c)
{
    uint64_t left = c->end - c->next, most = c->o->agent_l != NULL ? REAL_BATCH : BATCH, count = left < most ? left : most;
    memset(c->done, 0, sizeof c->done);
    c->lost_count = 0;
    struct nt_pool worlds = {.jobs = (size_t)count, .work = try_world, .done = take_world, .lost = note_lost_world};
    c->broken |= !run_pool(c, worlds);
    struct nt_pool lost = {.jobs = c->lost_count, .work = shrink_lost_world, .done = take_lost_world, .lost = take_hopeless_world};
    if (nt_interrupt() == 0 && !c->broken)
        c->broken |= !run_pool(c, lost);
    for (uint64_t i = 0; i < count && c->done[i]; i++)
        c->next++;
}

static bool make_directory(const char *path)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

static bool make_directories(const struct nt_options *o)
{
    char path[PATH_BYTES];
    if (make_directory(o->out) && snprintf(path, sizeof path, "%s/sweep", o->out) < (int)sizeof path && make_directory(path) &&
        access(path, W_OK) == 0)
        return true;
    nt_complain_unwritable(o->out, NT_EIO, NT_MEND_OUT);
    return false;
}

static int exit_code(const struct campaign *c)
{
    if (c->broken || nt_interrupt() != 0)
        return NT_EXIT_BROKEN;
    return c->tally.file_count > 0 || c->tally.skipped == c->tally.worlds ? NT_EXIT_FAILED : NT_EXIT_OK;
}

static int run_campaign(struct campaign *c)
{
    if (!make_directories(c->o))
        return NT_EXIT_BROKEN;
    nt_interrupt_watch();
    setvbuf(stdout, NULL, _IOLBF, 0);
    nt_adapters_to_path();
    nt_capture_init(&c->capture);
    while (c->next < c->end && nt_interrupt() == 0 && !c->broken) {
        run_batch(c);
        if (nt_interrupt() == 0 && !c->broken)
            say_how_to_go_on(c);
    }
    nt_tally_print(&c->tally, c->o->agent_l != NULL);
    if (c->next < c->end)
        say_how_to_go_on(c);
    nt_capture_free(&c->capture);
    return exit_code(c);
}

/* The worlds as they are, for programs that change or count them. */
static int list_worlds(struct campaign *c)
{
    for (uint64_t number = c->next; number < c->end; number++) {
        struct nt_arena *a = nt_arena_new();
        struct nt_sweep_hunt h = hunt_for(c, number, 0);
        const struct nt_tree *world = nt_sweep_world_of(&h, a);
        struct nt_text text = {0};
        if (world != NULL)
            nt_tree_write_json(&text, world);
        puts(text.p != NULL ? text.p : "");
        nt_text_free(&text);
        nt_arena_del(a);
    }
    return NT_EXIT_OK;
}

/* What the flags contradict; NULL: nothing. */
static const char *find_contradiction(const struct nt_options *o)
{
    if (o->worlds == 0 && !o->seeds_given && o->agent_l == NULL)
        return "how many worlds? give --worlds N, or their numbers by --seeds A..B";
    if (o->list_worlds && (o->out_given || o->jobs > 0))
        return "'--list' runs no world: --out and --jobs have no effect, leave them out";
    return NULL;
}

int nt_command_sweep(const struct nt_options *o)
{
    struct campaign *c = calloc(1, sizeof *c);
    const char *wrong = find_contradiction(o);
    if (wrong != NULL || c == NULL) {
        nt_say_error("%s", wrong != NULL ? wrong : "out of memory");
        free(c);
        return wrong != NULL ? NT_EXIT_USAGE : NT_EXIT_BROKEN;
    }
    uint64_t most = o->worlds > 0 ? o->worlds : REAL_WORLDS;
    c->o = o;
    c->next = o->seeds_given ? o->seed_first : 1;
    c->end = o->seeds_given ? o->seed_last + 1 : most + 1;
    if (o->worlds > 0 && c->end - c->next > o->worlds)
        c->end = c->next + o->worlds;
    int r = o->list_worlds ? list_worlds(c) : run_campaign(c);
    nt_tally_free(&c->tally);
    free(c);
    return r;
}
