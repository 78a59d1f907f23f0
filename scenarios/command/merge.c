/* natsim merge: one report of the shards or ranks of a run, or of a run that was killed, from their logs and captures. */
#include "core/base/err.h"
#include "core/base/map.h"
#include "reports/console.h"
#include "reports/output.h"
#include "reports/result/result_parse.h"
#include "scenarios/command/command.h"
#include "scenarios/command/merge_missing.h"
#include "scenarios/files/output.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define CASES_MAX 10000000

struct item {
    struct nt_case_place place;
    size_t dir;
    char *json;                 /* the line of the log without its place */
    struct nt_result_case r;
};

struct merger {
    const struct nt_options *o;
    struct item *items;
    size_t count, cap;
    struct nt_rank_logs ranks;  /* of all directories */
    bool lacks;                 /* cases that were to run have not: no verdict */
};

static int complain(const char *path, size_t line, const char *what, const char *mend)
{
    if (line > 0)
        fprintf(stderr, "natsim: %s:%zu: %s: %s\n", path, line, what, mend);
    else
        fprintf(stderr, "natsim: %s: %s: %s\n", path, what, mend);
    return NT_EXIT_USAGE;
}

static int add_line(struct merger *m, size_t dir, const char *path, size_t number, const char *line, size_t len)
{
    char what[200];
    struct nt_case_place place;
    const char *rest = nt_output_line_place(line, len, &place);
    if (rest == NULL)
        return complain(path, number, "not a line of a run", "give the --out directory of a run");
    if (nt_grow(&m->items, &m->cap, m->count + 1, sizeof *m->items, CASES_MAX) != NT_OK)
        return NT_EXIT_BROKEN;
    struct item *item = &m->items[m->count];
    size_t rest_len = len - (size_t)(rest - line);
    char *json = malloc(rest_len + 2);
    if (json == NULL)
        return NT_EXIT_BROKEN;
    json[0] = '{';
    memcpy(json + 1, rest, rest_len);
    json[rest_len + 1] = '\0';
    *item = (struct item){.place = place, .dir = dir, .json = json};
    if (nt_result_case_from_json(&item->r, json, rest_len + 1, what, sizeof what) != NT_OK) {
        free(json);
        return complain(path, number, what, "the line is damaged: run that case again");
    }
    m->count++;
    return NT_EXIT_OK;
}

/* A killed run may have left a last line without its end: it is not a finished case. */
static int read_log(struct merger *m, size_t dir, const char *name)
{
    char path[PATH_BYTES], *line = NULL;
    size_t cap = 0, number = 0;
    ssize_t len;
    int r = NT_EXIT_OK;
    snprintf(path, sizeof path, "%s/%s", m->o->args.items[dir], name);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return complain(path, 0, strerror(errno), "give the --out directory of a run");
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
    fprintf(stderr, "natsim: %s: holds ranks of two runs: remove cases.*-of-%" PRIu64 ".%s* or cases.*-of-%" PRIu64 ".%s*\n", dir, a->size, sizes ? "" : a->run,
            b->size, sizes ? "" : b->run);
    return NT_EXIT_USAGE;
}

/* A rank that is at work finishes when it likes: between our look at the directory and our reading, too. */
static int read_rank(struct merger *m, size_t dir, struct nt_rank_log log)
{
    char name[NT_RANK_NAME_BYTES], path[PATH_BYTES];
    size_t before = m->count;
    nt_rank_log_name(&log, name);
    snprintf(path, sizeof path, "%s/%s", m->o->args.items[dir], name);
    if (log.unfinished && access(path, F_OK) != 0) {
        log.unfinished = false;
        nt_rank_log_name(&log, name);
    }
    int r = read_log(m, dir, name);
    if (r != NT_EXIT_OK || !log.unfinished)
        return r;
    fprintf(stderr, "natsim: rank %" PRIu64 " of %" PRIu64 " did not finish: its %zu finished case%s here\n", log.rank.rank, log.rank.size,
            m->count - before, m->count - before == 1 ? " is" : "s are");
    m->lacks = true;
    return r;
}

/* The logs of ranks, or cases.jsonl where there are none: what an earlier merge has left beside them is not read. */
static int read_directory(struct merger *m, size_t dir)
{
    struct nt_rank_logs here = {0};
    struct nt_rank a, b;
    int r = NT_EXIT_OK;
    if (nt_rank_logs_list(&here, m->o->args.items[dir]) != NT_OK || here.count == 0)
        r = read_log(m, dir, "cases.jsonl");
    else if (nt_rank_logs_mixed(&here, &a, &b))
        r = refuse_mixture(m->o->args.items[dir], &a, &b);
    for (size_t i = 0; i < here.count && r == NT_EXIT_OK; i++)
        r = read_rank(m, dir, here.items[i]);
    if (r == NT_EXIT_OK && nt_rank_logs_add(&m->ranks, &here) != NT_OK)
        r = NT_EXIT_BROKEN;
    nt_rank_logs_free(&here);
    return r;
}

static void say_missing(struct merger *m, uint64_t from, uint64_t end, uint64_t size)
{
    if (from >= end)
        return;
    if (from + 1 == end)
        fprintf(stderr, "natsim: rank %" PRIu64 " of %" PRIu64 " has left no log: none of its cases is here\n", from, size);
    else
        fprintf(stderr, "natsim: ranks %" PRIu64 " to %" PRIu64 " of %" PRIu64 " have left no log: none of their cases is here\n", from, end - 1, size);
    m->lacks = true;
}

/* They never started, or the directory of their machine was not given. */
static void find_missing_ranks(struct merger *m)
{
    uint64_t next = 0;
    for (size_t i = 0; i < m->ranks.count; i++) {
        const struct nt_rank *r = &m->ranks.items[i].rank;
        say_missing(m, next, r->rank, r->size);
        next = r->rank + 1;
        if (i + 1 < m->ranks.count && m->ranks.items[i + 1].rank.size == r->size)
            continue;
        say_missing(m, next, r->size, r->size);
        next = 0;
    }
}

/* Where ranks were missed already, their cases need no second word. */
static int find_missing_cases(struct merger *m)
{
    struct nt_case_place *places = malloc((m->count + 1) * sizeof *places);
    if (places == NULL)
        return NT_EXIT_BROKEN;
    for (size_t i = 0; i < m->count; i++)
        places[i] = m->items[i].place;
    m->lacks = m->lacks || nt_complete_lacks(places, m->count);
    free(places);
    return NT_EXIT_OK;
}

static int by_order(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    int c = strcmp(x->r.id, y->r.id);
    uint64_t i = x->place.order, j = y->place.order;
    return i != j ? i < j ? -1 : 1 : c != 0 ? c : x->dir < y->dir ? -1 : x->dir > y->dir;
}

static int copy_file(const char *from, const char *to)
{
    struct stat a, b;
    if (stat(from, &a) == 0 && stat(to, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
        return NT_OK;
    FILE *f = fopen(from, "rb");
    if (f == NULL)
        return NT_EIO;
    size_t size = a.st_size > 0 ? (size_t)a.st_size : 0;
    char *bytes = malloc(size + 1);
    bool whole = bytes != NULL && fread(bytes, 1, size, f) == size;
    fclose(f);
    int r = whole ? nt_write_file(to, bytes, size) : NT_EIO;
    free(bytes);
    return r;
}

/* A file of one of the directories, by its path within. */
static int bring(const struct merger *m, size_t dir, const char *name)
{
    char from[PATH_BYTES], to[PATH_BYTES];
    snprintf(from, sizeof from, "%s/%s", m->o->args.items[dir], name);
    snprintf(to, sizeof to, "%s/%s", m->o->out, name);
    int r = copy_file(from, to);
    if (r != NT_OK)
        fprintf(stderr, "natsim: %s: cannot be copied (%s)\n", from, strerror(errno));
    return r;
}

/* What programs said, of unfinished cases too. */
static int bring_logs(const struct merger *m, size_t dir)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/logs", m->o->args.items[dir]);
    DIR *d = opendir(path);
    if (d == NULL)
        return NT_OK; /* no program took part */
    int r = nt_output_make_logs(m->o->out);
    for (const struct dirent *e; r == NT_OK && (e = readdir(d)) != NULL;)
        if (snprintf(path, sizeof path, "logs/%s", e->d_name) > 0 && strstr(e->d_name, ".log") != NULL)
            r = bring(m, dir, path);
    closedir(d);
    return r;
}

/* The same case from two directories: one of them counts, when they agree. */
static int drop_doubles(struct merger *m)
{
    size_t kept = 0;
    int r = NT_EXIT_OK;
    for (size_t i = 0; i < m->count; i++) {
        struct item *item = &m->items[i], *before = kept > 0 ? &m->items[kept - 1] : NULL;
        if (before == NULL || strcmp(before->r.id, item->r.id) != 0) {
            m->items[kept++] = *item;
            continue;
        }
        if (strcmp(before->json, item->json) != 0)
            r = complain(m->o->args.items[item->dir], 0, item->r.id,
                         "two directories differ in this case: merge runs of the same version and seed");
        free(item->json);
        nt_result_case_free(&item->r);
    }
    m->count = kept;
    return r;
}

static int write_log(const struct merger *m)
{
    char path[PATH_BYTES], *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    if (f == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < m->count; i++) {
        struct nt_case_place place = m->items[i].place;
        place.shards = m->lacks ? place.shards : 1; /* whole again */
        char *line = nt_output_line(m->items[i].json, &place);
        fputs(line != NULL ? line : "", f);
        free(line);
    }
    snprintf(path, sizeof path, "%s/cases.jsonl", m->o->out);
    int r = fclose(f) == 0 ? nt_write_file(path, text, len) : NT_ENOMEM;
    if (r != NT_OK)
        fprintf(stderr, "natsim: %s: cannot be written (%s): free the disk, or give another --out\n", path, r == NT_EIO ? strerror(errno) : nt_strerror(r));
    free(text);
    return r;
}

/* Logs that lie in a directory from which nothing was read would be taken for its cases by the next merge. */
static int make_output(const struct merger *m)
{
    struct stat out, in;
    int r = nt_output_make(m->o->out);
    bool read_from = r == NT_OK && stat(m->o->out, &out) != 0;
    for (size_t i = 0; i < m->o->args.count && r == NT_OK && !read_from; i++)
        read_from = stat(m->o->args.items[i], &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino;
    return r == NT_OK && !read_from ? nt_ranks_clean(m->o->out, NULL) : r;
}

static int write_all(struct merger *m)
{
    struct nt_results results = {0};
    int r = make_output(m);
    if (r != NT_OK)
        fprintf(stderr, "natsim: %s: cannot be written (%s): give another --out\n", m->o->out, strerror(errno));
    for (size_t i = 0; i < m->count && r == NT_OK; i++)
        r = m->items[i].r.capture != NULL ? bring(m, m->items[i].dir, m->items[i].r.capture) : NT_OK;
    for (size_t i = 0; i < m->o->args.count && r == NT_OK; i++)
        r = bring_logs(m, i);
    if (r == NT_OK)
        r = write_log(m);
    for (size_t i = 0; i < m->count && r == NT_OK; i++)
        r = nt_results_add(&results, &m->items[i].r);
    results.seed = m->o->seed_given ? m->o->seed : results.case_count > 0 ? results.cases[0].seed : 0;
    if (r == NT_OK && m->o->stamp)
        r = nt_output_stamp(&results);
    if (r == NT_OK)
        r = nt_output_reports(m->o->out, &results);
    struct nt_console console = {.out = stdout, .colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL};
    size_t counts[4];
    nt_results_count(&results, counts);
    if (r == NT_OK) {
        nt_console_summary(&console, &results);
        printf("report: %s/report.html\n", m->o->out);
    }
    nt_results_free(&results);
    if (r != NT_OK || counts[NT_ERROR] > 0 || m->lacks)
        return NT_EXIT_BROKEN;
    return counts[NT_FAIL] > 0 || counts[NT_PASS] == 0 ? NT_EXIT_FAILED : NT_EXIT_OK;
}

int nt_command_merge(const struct nt_options *given)
{
    struct nt_options with_out = *given;
    if (!given->out_given && given->args.count == 1) /* a run that was killed: its reports belong beside its captures */
        with_out.out = given->args.items[0];
    const struct nt_options *o = &with_out;
    struct merger m = {.o = o};
    int r = NT_EXIT_OK;
    if (o->args.count == 0)
        return complain("merge", 0, "no directory is given", "natsim merge DIR... --out DIR");
    for (size_t i = 0; i < o->args.count && r == NT_EXIT_OK; i++)
        r = read_directory(&m, i);
    if (r == NT_EXIT_OK && m.count > 1)
        qsort(m.items, m.count, sizeof *m.items, by_order);
    if (r == NT_EXIT_OK)
        r = drop_doubles(&m);
    if (r == NT_EXIT_OK)
        find_missing_ranks(&m);
    if (r == NT_EXIT_OK)
        r = find_missing_cases(&m);
    if (r == NT_EXIT_OK && m.count == 0 && m.lacks)
        r = NT_EXIT_BROKEN;
    else if (r == NT_EXIT_OK && m.count == 0)
        r = complain(o->args.items[0], 0, "holds no finished case", "give the --out directory of a run");
    if (r == NT_EXIT_OK)
        r = write_all(&m);
    for (size_t i = 0; i < m.count; i++) {
        free(m.items[i].json);
        nt_result_case_free(&m.items[i].r);
    }
    free(m.items);
    nt_rank_logs_free(&m.ranks);
    return r;
}
