#include "scenarios/command/ranks.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define LOGS_MAX (4 * NT_RANKS_MAX)
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Open MPI's mpirun first: inside a Slurm job it is the one that started us. Then MPICH's and Intel's, then srun alone. `run` are
 * what all ranks of one start have in common and no other start has: a step of Slurm is none under mpirun, which may take several. */
static const struct {
    const char *rank, *size, *run[2];
} launchers[] = {
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", {"PMIX_NAMESPACE", NULL}},
    {"PMI_RANK", "PMI_SIZE", {"SLURM_JOB_ID", NULL}},
    {"SLURM_PROCID", "SLURM_NTASKS", {"SLURM_JOB_ID", "SLURM_STEP_ID"}},
};

static int read_number(const char *text, uint64_t *n)
{
    char *end;
    if (text == NULL || *text < '0' || *text > '9')
        return NT_EFORMAT;
    errno = 0;
    *n = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' ? NT_OK : NT_EFORMAT;
}

static const char *or_none(const char *value)
{
    return value != NULL ? value : "";
}

/* The launcher's own name for this start of it, shortened; where there is none, logs of two starts of one size cannot be told apart. */
static void find_run(const char *const names[2], char run[NT_RANK_RUN_BYTES])
{
    uint32_t hash = UINT32_C(0x811c9dc5);
    run[0] = '\0';
    for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
        const char *value = getenv(names[i]);
        for (const char *c = value; c != NULL && *c != '\0'; c++)
            hash = (hash ^ (uint8_t)*c) * UINT32_C(0x01000193);
        if (value != NULL)
            snprintf(run, NT_RANK_RUN_BYTES, "%08" PRIx32, hash);
        hash = (hash ^ '/') * UINT32_C(0x01000193);
    }
}

int nt_rank_find(struct nt_rank *r, char *why, size_t cap)
{
    *r = (struct nt_rank){.size = 0};
    for (size_t i = 0; i < COUNT(launchers); i++) {
        const char *rank = getenv(launchers[i].rank), *size = getenv(launchers[i].size);
        if (rank == NULL && size == NULL)
            continue;
        if (read_number(rank, &r->rank) != NT_OK || read_number(size, &r->size) != NT_OK || r->rank >= r->size || r->size > NT_RANKS_MAX) {
            snprintf(why, cap, "%s is '%s' and %s is '%s': the launcher sets a rank from 0 and a size above it, of at most %d", launchers[i].rank,
                     or_none(rank), launchers[i].size, or_none(size), NT_RANKS_MAX);
            return NT_EFORMAT;
        }
        find_run(launchers[i].run, r->run);
        return NT_OK;
    }
    snprintf(why, cap, "no launcher has set a rank (%s, %s or %s): mpirun natsim run ... --shard mpi", launchers[0].rank, launchers[1].rank, launchers[2].rank);
    return NT_EFORMAT;
}

void nt_rank_log_name(const struct nt_rank_log *log, char name[NT_RANK_NAME_BYTES])
{
    const struct nt_rank *r = &log->rank;
    snprintf(name, NT_RANK_NAME_BYTES, "cases.%" PRIu64 "-of-%" PRIu64 "%s%s%s.jsonl", r->rank, r->size, r->run[0] != '\0' ? "." : "", r->run,
             log->unfinished ? ".unfinished" : "");
}

/* A name is a log's when writing down what was read of it gives the name again. */
static bool parse_name(const char *name, struct nt_rank_log *log)
{
    char again[NT_RANK_NAME_BYTES], *end;
    *log = (struct nt_rank_log){.unfinished = strstr(name, ".unfinished") != NULL};
    if (strncmp(name, "cases.", 6) != 0)
        return false;
    log->rank.rank = strtoull(name + 6, &end, 10);
    if (strncmp(end, "-of-", 4) != 0)
        return false;
    log->rank.size = strtoull(end + 4, &end, 10);
    if (*end == '.' && strspn(end + 1, "0123456789abcdef") == NT_RANK_RUN_BYTES - 1)
        memcpy(log->rank.run, end + 1, NT_RANK_RUN_BYTES - 1);
    nt_rank_log_name(log, again);
    return strcmp(again, name) == 0 && log->rank.rank < log->rank.size && log->rank.size <= NT_RANKS_MAX;
}

int nt_rank_log_end(const char *dir, const struct nt_rank *r)
{
    char was[NT_RANK_NAME_BYTES], is[NT_RANK_NAME_BYTES], from[PATH_BYTES + NT_RANK_NAME_BYTES], to[PATH_BYTES + NT_RANK_NAME_BYTES];
    nt_rank_log_name(&(struct nt_rank_log){*r, true}, was);
    nt_rank_log_name(&(struct nt_rank_log){*r, false}, is);
    snprintf(from, sizeof from, "%s/%s", dir, was);
    snprintf(to, sizeof to, "%s/%s", dir, is);
    return rename(from, to) == 0 ? NT_OK : NT_EIO;
}

/* What another rank has removed already is gone as it should be. */
static int remove_file(const char *dir, const char *name)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return NT_EIO;
    }
    return unlink(path) == 0 || errno == ENOENT ? NT_OK : NT_EIO;
}

int nt_ranks_clean(const char *dir, const struct nt_rank *r)
{
    static const char *const merged[] = {"cases.jsonl", "results.json", "junit.xml", "report.html"};
    struct nt_rank_logs logs = {0};
    char name[NT_RANK_NAME_BYTES];
    int err = nt_rank_logs_list(&logs, dir);
    for (size_t i = 0; i < logs.count && err == NT_OK; i++) {
        const struct nt_rank *other = &logs.items[i].rank;
        nt_rank_log_name(&logs.items[i], name);
        if (r == NULL || r->size != other->size || r->rank == other->rank)
            err = remove_file(dir, name);
    }
    for (size_t i = 0; i < COUNT(merged) && r != NULL && err == NT_OK; i++)
        err = remove_file(dir, merged[i]);
    nt_rank_logs_free(&logs);
    return err;
}

static int by_rank(const void *a, const void *b)
{
    const struct nt_rank_log *x = a, *y = b;
    if (x->rank.size != y->rank.size)
        return x->rank.size < y->rank.size ? -1 : 1;
    if (x->rank.rank != y->rank.rank)
        return x->rank.rank < y->rank.rank ? -1 : 1;
    int c = strcmp(x->rank.run, y->rank.run);
    return c != 0 ? c : (int)x->unfinished - (int)y->unfinished;
}

int nt_rank_logs_list(struct nt_rank_logs *logs, const char *dir)
{
    struct nt_rank_log log;
    int err = NT_OK;
    DIR *d = opendir(dir);
    if (d == NULL)
        return NT_EIO;
    for (struct dirent *e; err == NT_OK && (e = readdir(d)) != NULL;) {
        if (!parse_name(e->d_name, &log))
            continue;
        err = nt_grow(&logs->items, &logs->cap, logs->count + 1, sizeof *logs->items, LOGS_MAX);
        if (err == NT_OK)
            logs->items[logs->count++] = log;
    }
    closedir(d);
    if (logs->count > 1)
        qsort(logs->items, logs->count, sizeof *logs->items, by_rank);
    return err;
}

int nt_rank_logs_add(struct nt_rank_logs *to, const struct nt_rank_logs *from)
{
    int err = from->count > 0 ? nt_grow(&to->items, &to->cap, to->count + from->count, sizeof *to->items, LOGS_MAX) : NT_OK;
    if (err != NT_OK || from->count == 0)
        return err;
    memcpy(to->items + to->count, from->items, from->count * sizeof *from->items);
    to->count += from->count;
    qsort(to->items, to->count, sizeof *to->items, by_rank);
    return NT_OK;
}

void nt_rank_logs_free(struct nt_rank_logs *logs)
{
    free(logs->items);
    *logs = (struct nt_rank_logs){0};
}

static bool of_other_runs(const struct nt_rank *a, const struct nt_rank *b)
{
    return a->size != b->size || (a->run[0] != '\0' && b->run[0] != '\0' && strcmp(a->run, b->run) != 0);
}

/* Starts without a name go with every other: it is enough to look at the size, and at the first that has a name. */
bool nt_rank_logs_mixed(const struct nt_rank_logs *logs, struct nt_rank *a, struct nt_rank *b)
{
    const struct nt_rank *named = logs->count > 0 ? &logs->items[0].rank : NULL;
    for (size_t i = 1; i < logs->count; i++) {
        const struct nt_rank *r = &logs->items[i].rank;
        if (of_other_runs(named, r)) {
            *a = *named;
            *b = *r;
            return true;
        }
        named = named->run[0] == '\0' ? r : named;
    }
    return false;
}
