#include "scenarios/command/resume.h"
#include "core/base/err.h"
#include "reports/result/result.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/merge_log.h"
#include "scenarios/command/retake.h"
#include "scenarios/command/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096

struct resume {
    struct nt_results *results;
    const struct nt_options *o;
    const struct nt_selection *s;
    struct nt_text json;   /* of a line */
    char part[PATH_BYTES]; /* the new log, until it has all */
};

/* The case that has this place, or SIZE_MAX. They are sorted by order. */
static size_t find_case(const struct resume *m, const struct nt_case_place *place)
{
    size_t from = 0, to = m->s->count;
    if (place->of != m->s->total || place->shards != (m->o->shard_given ? m->o->shards : 1))
        return SIZE_MAX;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (m->s->cases[middle].order < place->order)
            from = middle + 1;
        else
            to = middle;
    }
    return from < m->s->count && m->s->cases[from].order == place->order ? from : SIZE_MAX;
}

static bool is_its_own(const struct resume *m, size_t index, const struct nt_result_case *c)
{
    char *id = nt_selection_id(m->s, index);
    bool same = id != NULL && strcmp(id, c->id) == 0;
    free(id);
    return same;
}

static bool has_verdict(const struct resume *m, const struct nt_result_case *c)
{
    char path[PATH_BYTES];
    if (c->outcome == NT_ERROR)
        return false;
    return c->capture == NULL ||
           (snprintf(path, sizeof path, "%s/%s", m->o->out, c->capture) < (int)sizeof path && access(path, F_OK) == 0);
}

static int take_case(struct resume *m, const struct nt_case_place *place, const struct nt_result_case *c, const char **wrong)
{
    size_t index = find_case(m, place);
    if (index == SIZE_MAX || !is_its_own(m, index, c)) {
        *wrong = "no case of this run";
        return NT_OK;
    }
    return has_verdict(m, c) && !nt_results_has(m->results, index) ? nt_retake_case(m->results, index, place, c, m->o->out) : NT_OK;
}

/* `wrong`: why the line counts for nothing. */
static int take_line(struct resume *m, const struct nt_merge_line *line, const char **wrong)
{
    static char what[200];
    struct nt_case_place place;
    struct nt_result_case c;
    if (line->cut || !nt_merge_line_case(line, &place, &m->json)) {
        *wrong = line->cut ? "the last line is cut" : "not a line of a run";
        return NT_OK;
    }
    int err = m->json.err == NT_OK ? nt_result_case_from_json(&c, m->json.p, m->json.len, what, sizeof what) : NT_ENOMEM;
    if (err == NT_EFORMAT || err == NT_ELIMIT)
        *wrong = what;
    if (err != NT_OK)
        return *wrong != NULL ? NT_OK : err;
    err = take_case(m, &place, &c, wrong);
    nt_result_case_free(&c);
    return err;
}

static void complain_unreadable(const char *path, const char *why)
{
    nt_say_error("%s: cannot be read (%s): remove it, and what it holds runs again", path, why);
}

static int take_lines(struct resume *m, struct nt_merge_lines *lines, const char *path)
{
    struct nt_merge_line line;
    int more = 0, err = NT_OK;
    for (size_t number = 1; err == NT_OK && (more = nt_merge_lines_next(lines, &line)) > 0; number++) {
        const char *wrong = NULL;
        err = take_line(m, &line, &wrong);
        if (wrong != NULL)
            nt_say_error("%s:%zu: %s: that case runs again", path, number, wrong);
    }
    if (err != NT_OK)
        nt_complain_unwritable(m->part, err, NT_MEND_DISK);
    else if (more < 0)
        complain_unreadable(path, more == NT_EIO ? strerror(errno) : nt_strerror(more));
    return err != NT_OK ? err : more;
}

/* A run that was killed early has no log. */
static int take_log(struct resume *m, struct nt_merge_log log)
{
    char path[NT_MERGE_PATH_BYTES], why[NT_INSIDE_WHY];
    struct nt_merge_lines lines = {.fd = nt_merge_log_open(&log, why)};
    nt_merge_log_path(&log, path);
    if (lines.fd < 0 && errno == ENOENT)
        return NT_OK;
    if (lines.fd < 0)
        complain_unreadable(path, why);
    int err = lines.fd >= 0 ? take_lines(m, &lines, path) : NT_EIO;
    nt_merge_lines_free(&lines);
    return err;
}

static bool is_own(const struct nt_rank_log *log, const struct nt_options *o)
{
    return log->rank.rank == o->rank.rank && log->rank.size == o->rank.size;
}

/* Another start of the launcher may have left some under another name. */
static int take_logs_of_rank(struct resume *m, const struct nt_rank_log_list *logs)
{
    int err = NT_OK;
    for (size_t i = 0; i < logs->count && err == NT_OK; i++)
        if (is_own(&logs->items[i], m->o))
            err = take_log(m, (struct nt_merge_log){.dir = m->o->out, .rank = logs->items[i]});
    return err;
}

/* Once the new log has all of them. */
static int remove_others(const struct nt_rank_log_list *logs, const struct nt_options *o, const char *path)
{
    char other[PATH_BYTES];
    int err = NT_OK;
    for (size_t i = 0; i < logs->count && err == NT_OK; i++) {
        struct nt_merge_log log = {.dir = o->out, .rank = logs->items[i]};
        if (is_own(&logs->items[i], o) && strcmp(nt_merge_log_path(&log, other), path) != 0 && remove(other) != 0)
            err = NT_EIO;
    }
    return err;
}

static int put_in_place(struct resume *m, const struct nt_rank_log_list *logs, const char *path)
{
    int err = rename(m->part, path) == 0 ? remove_others(logs, m->o, path) : NT_EIO;
    if (err != NT_OK)
        nt_complain_unwritable(path, err, NT_MEND_DISK);
    return err;
}

static int begin_log(struct resume *m, struct nt_rank_log_list *logs)
{
    char name[NT_RANK_NAME_BYTES] = "cases.jsonl.part";
    if (m->o->ranked)
        nt_rank_log_name_part(&m->o->rank, name);
    snprintf(m->part, sizeof m->part, "%s/%s", m->o->out, name);
    int err = nt_append_open(&m->results->log, m->part);
    if (err == NT_OK && m->o->ranked)
        err = nt_rank_log_list_read(logs, m->o->out);
    if (err != NT_OK)
        nt_complain_unwritable(m->part, err, NT_MEND_DISK);
    return err;
}

int nt_resume_take(struct nt_results *results, const struct nt_options *o, const struct nt_selection *s, const char *path)
{
    struct resume m = {.results = results, .o = o, .s = s};
    struct nt_rank_log_list logs = {0};
    int err = begin_log(&m, &logs);
    if (err == NT_OK)
        err = o->ranked ? take_logs_of_rank(&m, &logs) : take_log(&m, (struct nt_merge_log){.dir = o->out});
    if (err == NT_OK)
        err = put_in_place(&m, &logs, path);
    if (err != NT_OK)
        remove(m.part);
    nt_rank_log_list_free(&logs);
    nt_text_free(&m.json);
    return err;
}
