#include "scenarios/command/rank_log.h"
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

void nt_rank_log_name(const struct nt_rank_log *log, char name[NT_RANK_NAME_BYTES])
{
    const struct nt_rank *r = &log->rank;
    snprintf(name, NT_RANK_NAME_BYTES, "cases.%" PRIu64 "-of-%" PRIu64 "%s%s%s.jsonl", r->rank, r->size,
             r->run[0] != '\0' ? "." : "", r->run, log->unfinished ? ".unfinished" : "");
}

/* A file is a log if the name that is made from the parsed fields is its own. */
static bool parse_log_name(const char *name, struct nt_rank_log *log)
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

int nt_rank_log_finish(const char *dir, const struct nt_rank *rank)
{
    char was[NT_RANK_NAME_BYTES], is[NT_RANK_NAME_BYTES], from[PATH_BYTES + NT_RANK_NAME_BYTES],
        to[PATH_BYTES + NT_RANK_NAME_BYTES];
    nt_rank_log_name(&(struct nt_rank_log){*rank, true}, was);
    nt_rank_log_name(&(struct nt_rank_log){*rank, false}, is);
    snprintf(from, sizeof from, "%s/%s", dir, was);
    snprintf(to, sizeof to, "%s/%s", dir, is);
    return rename(from, to) == 0 ? NT_OK : NT_EIO;
}

void nt_rank_log_name_part(const struct nt_rank *rank, char name[NT_RANK_NAME_BYTES])
{
    snprintf(name, NT_RANK_NAME_BYTES, "cases.%" PRIu64 "-of-%" PRIu64 ".part", rank->rank, rank->size);
}

/* A file that another rank has already removed is no error. */
static int remove_file(const char *dir, const char *name)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return NT_EIO;
    }
    return unlink(path) == 0 || errno == ENOENT ? NT_OK : NT_EIO;
}

int nt_rank_log_clean(const char *dir, const struct nt_rank *rank)
{
    static const char *const merged[] = {"cases.jsonl", "results.json", "junit.xml", "report.html"};
    struct nt_rank_log_list logs = {0};
    char name[NT_RANK_NAME_BYTES];
    int err = nt_rank_log_list_read(&logs, dir);
    for (size_t i = 0; i < logs.count && err == NT_OK; i++) {
        const struct nt_rank *other = &logs.items[i].rank;
        nt_rank_log_name(&logs.items[i], name);
        if (rank == NULL || rank->size != other->size || rank->rank == other->rank)
            err = remove_file(dir, name);
    }
    for (size_t i = 0; i < COUNT(merged) && rank != NULL && err == NT_OK; i++)
        err = remove_file(dir, merged[i]);
    nt_rank_log_list_free(&logs);
    if (rank == NULL || err != NT_OK)
        return err;
    nt_rank_log_name_part(rank, name);
    return remove_file(dir, name);
}

static int compare_logs(const void *a, const void *b)
{
    const struct nt_rank_log *x = a, *y = b;
    if (x->rank.size != y->rank.size)
        return x->rank.size < y->rank.size ? -1 : 1;
    if (x->rank.rank != y->rank.rank)
        return x->rank.rank < y->rank.rank ? -1 : 1;
    int c = strcmp(x->rank.run, y->rank.run);
    return c != 0 ? c : (int)x->unfinished - (int)y->unfinished;
}

int nt_rank_log_list_read(struct nt_rank_log_list *logs, const char *dir)
{
    struct nt_rank_log log;
    int err = NT_OK;
    DIR *d = opendir(dir);
    if (d == NULL)
        return NT_EIO;
    for (struct dirent *e; err == NT_OK && (e = readdir(d)) != NULL;) {
        if (!parse_log_name(e->d_name, &log))
            continue;
        err = nt_grow(&logs->items, &logs->cap, logs->count + 1, sizeof *logs->items, LOGS_MAX);
        if (err == NT_OK)
            logs->items[logs->count++] = log;
    }
    closedir(d);
    if (logs->count > 1)
        qsort(logs->items, logs->count, sizeof *logs->items, compare_logs);
    return err;
}

int nt_rank_log_list_append(struct nt_rank_log_list *to, const struct nt_rank_log_list *from)
{
    int err = from->count > 0 ? nt_grow(&to->items, &to->cap, to->count + from->count, sizeof *to->items, LOGS_MAX) : NT_OK;
    if (err != NT_OK || from->count == 0)
        return err;
    memcpy(to->items + to->count, from->items, from->count * sizeof *from->items);
    to->count += from->count;
    qsort(to->items, to->count, sizeof *to->items, compare_logs);
    return NT_OK;
}

void nt_rank_log_list_free(struct nt_rank_log_list *logs)
{
    free(logs->items);
    *logs = (struct nt_rank_log_list){0};
}

static bool are_of_different_runs(const struct nt_rank *a, const struct nt_rank *b)
{
    return a->size != b->size || (a->run[0] != '\0' && b->run[0] != '\0' && strcmp(a->run, b->run) != 0);
}

/* Logs without a run match any run of their size, so each log is compared with the first that has one. */
bool nt_rank_log_list_is_mixed(const struct nt_rank_log_list *logs, struct nt_rank *a, struct nt_rank *b)
{
    const struct nt_rank *named = logs->count > 0 ? &logs->items[0].rank : NULL;
    for (size_t i = 1; i < logs->count; i++) {
        const struct nt_rank *r = &logs->items[i].rank;
        if (are_of_different_runs(named, r)) {
            *a = *named;
            *b = *r;
            return true;
        }
        named = named->run[0] == '\0' ? r : named;
    }
    return false;
}
