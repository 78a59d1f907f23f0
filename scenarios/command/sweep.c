#include "scenarios/command/sweep.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "reports/result/command.h"
#include "reports/result/words.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/interrupt.h"
#include "scenarios/command/options.h"
#include "scenarios/command/say.h"
#include "scenarios/command/worker_pool.h"
#include "scenarios/model/memory.h"
#include "scenarios/sweep/find.h"
#include "scenarios/sweep/tree_text.h"
#include "scenarios/sweep/world.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH 500 /* worlds; a campaign that is killed loses one at most */
#define PATH_BYTES 4096
#define REASONS_MAX 16
#define SHRUNK_MAX 10 /* failures of a law that are made smaller; the others are kept as they are */

struct answer { /* of a worker; the scenario follows, if a law is broken */
    struct nt_trial trial;
    enum nt_law law; /* NT_LAW_COUNT: none */
};

struct reason { /* why the oracle could not tell, and how often */
    char text[NT_LAW_DETAIL];
    uint64_t count;
};

struct campaign {
    const struct nt_options *o;
    uint64_t next, end; /* the worlds that are still to be tried, `end` not among them */
    struct nt_capture capture;
    bool done[BATCH]; /* of this batch */
    char **files;     /* of failures */
    size_t file_count, file_cap;
    uint64_t worlds, untold, paths[NT_PATH_NONE + 1], tried[NT_LAW_COUNT], failures[NT_LAW_COUNT];
    struct reason reasons[REASONS_MAX];
    bool broken; /* an output could not be written, or memory did not suffice */
};

/* The laws of which enough failures were made smaller. */
static unsigned settled_laws(void *user)
{
    const struct campaign *c = user;
    unsigned laws = 0;
    for (unsigned law = 0; law < NT_LAW_COUNT; law++)
        laws |= c->failures[law] >= SHRUNK_MAX ? 1u << law : 0;
    return laws;
}

/* --- in the workers --- */

static bool try_world(void *user, size_t job, unsigned word, struct nt_text *text)
{
    struct campaign *c = user;
    static struct answer a;
    struct nt_text scenario = {0};
    nt_sweep_find(c->next + job, word, &c->capture, &a.trial, &a.law, &scenario);
    nt_text_add(text, (const char *)&a, sizeof a);
    nt_text_add(text, scenario.p, scenario.len);
    bool good = scenario.err == NT_OK && nt_memory_failures() == 0;
    nt_text_free(&scenario);
    return good;
}

/* --- what comes of it --- */

static bool write_file(const char *path, const char *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");
    bool written = f != NULL && fwrite(bytes, 1, len, f) == len;
    return f != NULL && fclose(f) == 0 && written;
}

static void keep_failure(struct campaign *c, uint64_t number, enum nt_law law, const char *detail, const char *scenario, size_t len)
{
    char path[PATH_BYTES];
    c->failures[law]++;
    snprintf(path, sizeof path, "%s/sweep/world-%07" PRIu64 "-%s.yaml", c->o->out, number, nt_law_name(law));
    nt_say("world %" PRIu64 ": %s: %s", number, nt_law_name(law), detail);
    nt_say("    %s", path);
    if (!write_file(path, scenario, len)) {
        nt_complain_unwritable(path, NT_EIO, NT_MEND_DISK);
        c->broken = true;
    }
    if (nt_grow(&c->files, &c->file_cap, c->file_count + 1, sizeof *c->files, SIZE_MAX / sizeof *c->files) == NT_OK)
        c->files[c->file_count++] = strdup(path);
    else
        c->broken = true;
}

static void count_untold(struct campaign *c, const char *why)
{
    size_t i = 0;
    c->untold++;
    while (i < REASONS_MAX - 1 && c->reasons[i].count > 0 && strcmp(c->reasons[i].text, why) != 0)
        i++;
    snprintf(c->reasons[i].text, sizeof c->reasons[i].text, "%s", why);
    c->reasons[i].count++;
}

static void count_trial(struct campaign *c, const struct nt_trial *t)
{
    if (t->untold)
        count_untold(c, t->why);
    c->paths[t->path]++;
    for (unsigned law = 0; law < NT_LAW_COUNT; law++)
        c->tried[law] += t->tried >> law & 1;
}

static bool take_world(void *user, size_t job, const char *text, size_t len)
{
    struct campaign *c = user;
    static struct answer a;
    memcpy(&a, text, sizeof a);
    c->done[job] = true;
    c->worlds++;
    count_trial(c, &a.trial);
    if (a.law != NT_LAW_COUNT)
        keep_failure(c, c->next + job, a.law, a.trial.detail[a.law], text + sizeof a, len - sizeof a);
    return true;
}

static bool take_lost_world(void *user, size_t job, const char *why)
{
    struct campaign *c = user;
    struct nt_text scenario = {0};
    nt_sweep_find_crash(c->next + job, why, &c->capture, &scenario);
    c->done[job] = true;
    c->worlds++;
    c->tried[NT_LAW_RUNS]++;
    keep_failure(c, c->next + job, NT_LAW_RUNS, why, scenario.p != NULL ? scenario.p : "", scenario.len);
    nt_text_free(&scenario);
    return true;
}

/* --- the campaign --- */

static void say_how_to_go_on(const struct campaign *c)
{
    char *out = nt_shell_argument(c->o->out);
    if (c->next < c->end)
        nt_say("up to %" PRIu64 ": %zu failures; natsim sweep --seeds %" PRIu64 "..%" PRIu64 " --out %s goes on", c->next - 1,
               c->file_count, c->next, c->end - 1, out != NULL ? out : "DIR");
    else
        nt_say("up to %" PRIu64 ": %zu failures", c->next - 1, c->file_count);
    free(out);
    fflush(stdout);
}

static unsigned worker_count(const struct nt_options *o)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return o->jobs > 0 ? o->jobs : processors > 0 && processors < NT_POOL_WORKERS_MAX ? (unsigned)processors : 1;
}

static void run_batch(struct campaign *c)
{
    uint64_t left = c->end - c->next, count = left < BATCH ? left : BATCH;
    struct nt_pool pool = {.jobs = (size_t)count,
                           .workers = worker_count(c->o),
                           .user = c,
                           .word = settled_laws,
                           .work = try_world,
                           .done = take_world,
                           .lost = take_lost_world};
    memset(c->done, 0, sizeof c->done);
    c->broken |= nt_pool_run(&pool) != NT_OK;
    for (uint64_t i = 0; i < count && c->done[i]; i++)
        c->next++;
}

static void print_summary(const struct campaign *c)
{
    printf("%" PRIu64 " worlds: %" PRIu64 " direct, %" PRIu64 " relayed, %" PRIu64 " without a path\n", c->worlds,
           c->paths[NT_PATH_DIRECT], c->paths[NT_PATH_RELAYED], c->paths[NT_PATH_NONE]);
    for (size_t i = 0; i < REASONS_MAX && c->reasons[i].count > 0; i++)
        printf("untold: %" PRIu64 " %s\n", c->reasons[i].count, c->reasons[i].text);
    for (unsigned law = 0; law < NT_LAW_COUNT; law++)
        printf("law %-11s tried in %" PRIu64 " worlds: %s\n", nt_law_name((enum nt_law)law), c->tried[law],
               nt_law_claim((enum nt_law)law));
    printf("%zu failures\n", c->file_count);
    for (size_t i = 0; i < c->file_count; i++)
        nt_say("    %s", c->files[i] != NULL ? c->files[i] : "");
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

static int run_campaign(struct campaign *c)
{
    if (!make_directories(c->o))
        return NT_EXIT_BROKEN;
    nt_interrupt_watch();
    setvbuf(stdout, NULL, _IOLBF, 0);
    nt_capture_init(&c->capture);
    while (c->next < c->end && nt_interrupt() == 0 && !c->broken) {
        run_batch(c);
        if (nt_interrupt() == 0)
            say_how_to_go_on(c);
    }
    print_summary(c);
    if (c->next < c->end)
        say_how_to_go_on(c);
    nt_capture_free(&c->capture);
    return c->broken || nt_interrupt() != 0 ? NT_EXIT_BROKEN : c->file_count > 0 ? NT_EXIT_FAILED : NT_EXIT_OK;
}

/* The worlds as they are, for programs that change or count them. */
static int list_worlds(const struct campaign *c)
{
    for (uint64_t number = c->next; number < c->end; number++) {
        struct nt_arena *a = nt_arena_new();
        const struct nt_tree *world = a != NULL ? nt_sweep_world(a, number) : NULL;
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
    if (o->agent_l != NULL)
        return "'--agent-l' of sweep is not in this version: leave it out";
    if (o->worlds == 0 && !o->seeds_given)
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
    c->o = o;
    c->next = o->seeds_given ? o->seed_first : 1;
    c->end = o->seeds_given ? o->seed_last + 1 : o->worlds + 1;
    if (o->worlds > 0 && c->end - c->next > o->worlds)
        c->end = c->next + o->worlds;
    int r = o->list_worlds ? list_worlds(c) : run_campaign(c);
    for (size_t i = 0; i < c->file_count; i++)
        free(c->files[i]);
    free(c->files);
    free(c);
    return r;
}
