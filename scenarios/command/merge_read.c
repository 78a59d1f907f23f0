#include "scenarios/command/merge_read.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "reports/result/result.h"
#include "reports/result/result_parse.h"
#include "scenarios/command/options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define CASES_MAX 10000000

int nt_merge_complain(const char *path, size_t line, const char *what, const char *mend)
{
    if (line > 0)
        fprintf(stderr, "natsim: %s:%zu: %s: %s\n", path, line, what, mend);
    else
        fprintf(stderr, "natsim: %s: %s: %s\n", path, what, mend);
    return NT_EXIT_USAGE;
}

/* The name of a file comes from anybody's disk. */
static bool is_inside(const char *name)
{
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += part != name;
        if (part[0] == '/' || (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')))
            return false;
    }
    return true;
}

static int add_line(struct nt_merge *m, size_t dir, const char *path, size_t number, const char *line, size_t len)
{
    char what[200];
    struct nt_case_place place;
    const char *rest = nt_case_line_read(line, len, &place);
    if (rest == NULL)
        return nt_merge_complain(path, number, "not a line of a run", "give the --out directory of a run");
    if (nt_grow(&m->cases, &m->cap, m->count + 1, sizeof *m->cases, CASES_MAX) != NT_OK)
        return NT_EXIT_BROKEN;
    struct nt_merged_case *k = &m->cases[m->count];
    size_t rest_len = len - (size_t)(rest - line);
    char *json = malloc(rest_len + 2);
    if (json == NULL)
        return NT_EXIT_BROKEN;
    json[0] = '{';
    memcpy(json + 1, rest, rest_len);
    json[rest_len + 1] = '\0';
    struct nt_result_case result;
    if (nt_result_case_from_json(&result, json, rest_len + 1, what, sizeof what) != NT_OK) {
        free(json);
        return nt_merge_complain(path, number, what, "the line is damaged: run that case again");
    }
    *k = (struct nt_merged_case){.place = place, .dir = dir, .json = json, .id = result.id, .capture = result.capture};
    result.id = result.capture = NULL;
    nt_result_case_free(&result);
    m->count++;
    if (k->capture == NULL || is_inside(k->capture))
        return NT_EXIT_OK;
    return nt_merge_complain(path, number, "'capture' leads out of the directory", "the line is damaged: run that case again");
}

/* A last line without its end, from a run that was killed, is no finished case. */
static int read_log(struct nt_merge *m, size_t dir, const char *name)
{
    char path[PATH_BYTES], *line = NULL;
    size_t cap = 0, number = 0;
    ssize_t len;
    int r = NT_EXIT_OK;
    snprintf(path, sizeof path, "%s/%s", m->dirs[dir], name);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return nt_merge_complain(path, 0, strerror(errno), "give the --out directory of a run");
    while (r == NT_EXIT_OK && (len = getline(&line, &cap, f)) > 0) {
        number++;
        if (line[len - 1] == '\n')
            r = add_line(m, dir, path, number, line, (size_t)len - 1);
        else
            fprintf(stderr, "natsim: %s:%zu: the last line is cut: that case had not finished\n", path, number);
    }
    free(line);
    fclose(f);
    return r;
}

static int refuse_mixture(const char *dir, const struct nt_rank *a, const struct nt_rank *b)
{
    bool sizes = a->size != b->size; /* else the starts differ */
    fprintf(stderr, "natsim: %s: holds ranks of two runs: remove cases.*-of-%" PRIu64 ".%s* or cases.*-of-%" PRIu64 ".%s*\n", dir,
            a->size, sizes ? "" : a->run, b->size, sizes ? "" : b->run);
    return NT_EXIT_USAGE;
}

/* A rank that is still running may finish, and rename its log, after the directory was listed. */
static int read_rank_log(struct nt_merge *m, size_t dir, struct nt_rank_log log)
{
    char name[NT_RANK_NAME_BYTES], path[PATH_BYTES];
    size_t before = m->count;
    nt_rank_log_name(&log, name);
    snprintf(path, sizeof path, "%s/%s", m->dirs[dir], name);
    if (log.unfinished && access(path, F_OK) != 0) {
        log.unfinished = false;
        nt_rank_log_name(&log, name);
    }
    int r = read_log(m, dir, name);
    if (r != NT_EXIT_OK || !log.unfinished)
        return r;
    fprintf(stderr, "natsim: rank %" PRIu64 " of %" PRIu64 " did not finish: its %zu finished case%s here\n", log.rank.rank,
            log.rank.size, m->count - before, m->count - before == 1 ? " is" : "s are");
    m->incomplete = true;
    return r;
}

/* Reads the logs of ranks; cases.jsonl only where there are none, since an earlier merge may have written it. */
static int read_directory(struct nt_merge *m, size_t dir)
{
    struct nt_rank_log_list here = {0};
    struct nt_rank a, b;
    int r = NT_EXIT_OK;
    if (nt_rank_log_list_read(&here, m->dirs[dir]) != NT_OK || here.count == 0)
        r = read_log(m, dir, "cases.jsonl");
    else if (nt_rank_log_list_is_mixed(&here, &a, &b))
        r = refuse_mixture(m->dirs[dir], &a, &b);
    for (size_t i = 0; i < here.count && r == NT_EXIT_OK; i++)
        r = read_rank_log(m, dir, here.items[i]);
    if (r == NT_EXIT_OK && nt_rank_log_list_append(&m->ranks, &here) != NT_OK)
        r = NT_EXIT_BROKEN;
    nt_rank_log_list_free(&here);
    return r;
}

static void free_case(struct nt_merged_case *k)
{
    free(k->json);
    free(k->id);
    free(k->capture);
}

static int compare_places(const void *a, const void *b)
{
    const struct nt_merged_case *x = a, *y = b;
    int c = strcmp(x->id, y->id);
    uint64_t i = x->place.order, j = y->place.order;
    return i != j ? i < j ? -1 : 1 : c != 0 ? c : x->dir < y->dir ? -1 : x->dir > y->dir;
}

/* A case that is in two directories counts once; the two must be equal. */
static int drop_duplicates(struct nt_merge *m)
{
    size_t kept = 0;
    int r = NT_EXIT_OK;
    for (size_t i = 0; i < m->count; i++) {
        struct nt_merged_case *k = &m->cases[i], *before = kept > 0 ? &m->cases[kept - 1] : NULL;
        if (before == NULL || strcmp(before->id, k->id) != 0) {
            m->cases[kept++] = *k;
            continue;
        }
        if (strcmp(before->json, k->json) != 0)
            r = nt_merge_complain(m->dirs[k->dir], 0, k->id,
                                  "two directories differ in this case: merge runs of the same version and seed");
        free_case(k);
    }
    m->count = kept;
    return r;
}

int nt_merge_read(struct nt_merge *m)
{
    int r = NT_EXIT_OK;
    for (size_t i = 0; i < m->dir_count && r == NT_EXIT_OK; i++)
        r = read_directory(m, i);
    if (r == NT_EXIT_OK && m->count > 1)
        qsort(m->cases, m->count, sizeof *m->cases, compare_places);
    return r == NT_EXIT_OK ? drop_duplicates(m) : r;
}

void nt_merge_free(struct nt_merge *m)
{
    for (size_t i = 0; i < m->count; i++) {
        free_case(&m->cases[i]);
    }
    free(m->cases);
    nt_rank_log_list_free(&m->ranks);
}
