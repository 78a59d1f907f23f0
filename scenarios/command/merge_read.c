#include "scenarios/command/merge_read.h"
#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/base/map.h"
#include "reports/result/result_json.h"
#include "reports/result/results.h"
#include "scenarios/command/options.h"
#include "scenarios/command/say.h"
#include "scenarios/files/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEND_DIRECTORY "give the --out directory of a run"
#define MEND_DAMAGED "the line is damaged: run that case again"

int nt_merge_complain(const char *path, size_t line, const char *what, const char *mend)
{
    if (line > 0)
        nt_say_error("%s:%zu: %s: %s", path, line, what, mend);
    else
        nt_say_error("%s: %s: %s", path, what, mend);
    return NT_EXIT_USAGE;
}

int nt_merge_no_memory(void)
{
    fputs("natsim: out of memory\n", stderr);
    return NT_EXIT_BROKEN;
}

int nt_merge_complain_at(const struct nt_merge *m, const struct nt_merged_case *k, const char *what, const char *mend)
{
    char path[NT_MERGE_PATH_BYTES];
    return nt_merge_complain(nt_merge_log_path(&m->logs[k->log], path), k->line, what, mend);
}

static int check_file(const struct nt_merge *m, const struct nt_merged_case *k, const char *name)
{
    char why[NT_INSIDE_WHY], what[NT_INSIDE_WHY + 300];
    int fd = nt_inside_open_bounded(m->logs[k->log].dir, name, NT_MERGE_FILE_MAX, why);
    if (fd >= 0) {
        close(fd);
        return NT_EXIT_OK;
    }
    snprintf(what, sizeof what, "%s: %s", name, why);
    return nt_merge_complain_at(m, k, what, NT_MERGE_MEND_FILES);
}

/* The name of the second follows from the first's: no other case has it. */
static int check_captures(const struct nt_merge *m, const struct nt_merged_case *k)
{
    char passed[NT_OUTPUT_NAME_MAX];
    if (k->capture != NULL && (!nt_output_is_capture(k->capture) || strchr(k->capture, '+') != NULL))
        return nt_merge_complain_at(m, k, "'capture' must be captures/NAME.pcapng or .pcap, as natsim names captures",
                                    MEND_DAMAGED);
    if (k->passed_capture != NULL &&
        (k->capture == NULL || strcmp(nt_output_passed_capture(k->capture, passed), k->passed_capture) != 0))
        return nt_merge_complain_at(m, k, "'passed_capture' must be its 'capture' with '+passed', as natsim names captures",
                                    MEND_DAMAGED);
    int r = k->capture != NULL ? check_file(m, k, k->capture) : NT_EXIT_OK;
    return r == NT_EXIT_OK && k->passed_capture != NULL ? check_file(m, k, k->passed_capture) : r;
}

/* The reports name them. */
static bool has_sound_logs(const struct nt_result_case *c)
{
    for (size_t i = 0; i < c->log_count; i++)
        if (!nt_output_is_log(c->logs[i].name))
            return false;
    for (size_t i = 0; i < c->passed_log_count; i++)
        if (!nt_output_is_log(c->passed_logs[i].name))
            return false;
    return true;
}

static int add_case(struct nt_merge *m, const struct nt_merge_line *line, size_t number, struct nt_text *json)
{
    char what[200];
    struct nt_result_case result;
    struct nt_merged_case found = {.log = m->log_count - 1, .line = number, .at = line->at, .len = line->len};
    if (m->count == NT_RESULTS_MAX)
        return nt_merge_complain_at(m, &found, "more cases than natsim takes", "merge the logs of fewer runs");
    if (!nt_merge_line_case(line, &found.place, json))
        return nt_merge_complain_at(m, &found, "not a line of a run", MEND_DIRECTORY);
    if (json->err != NT_OK || nt_grow(&m->cases, &m->cap, m->count + 1, sizeof *m->cases, NT_RESULTS_MAX) != NT_OK)
        return nt_merge_no_memory();
    found.hash = nt_hash(json->p, json->len);
    int err = nt_result_case_from_json(&result, json->p, json->len, what, sizeof what);
    if (err != NT_OK)
        return err == NT_ENOMEM ? nt_merge_no_memory() : nt_merge_complain_at(m, &found, what, MEND_DAMAGED);
    json->len = 0;
    nt_result_case_json(json, &result);
    found.result_hash = json->err == NT_OK ? nt_hash(json->p, json->len) : 0;
    bool sound = has_sound_logs(&result);
    found.id = result.id;
    found.capture = result.capture;
    found.passed_capture = result.passed_capture;
    result.id = result.capture = result.passed_capture = NULL;
    nt_result_case_free(&result);
    m->cases[m->count++] = found;
    if (json->err != NT_OK)
        return nt_merge_no_memory();
    if (!sound)
        return nt_merge_complain_at(m, &found, "'logs' must be logs/NAME.log, as natsim names logs", MEND_DAMAGED);
    return check_captures(m, &found);
}

static int complain_unread(const char *path, size_t number, int err)
{
    if (err == NT_ENOMEM)
        return nt_merge_no_memory();
    return err == NT_ELIMIT ? nt_merge_complain(path, number, "the line is longer than 64 MiB", MEND_DIRECTORY)
                            : nt_merge_complain(path, 0, strerror(errno), MEND_DIRECTORY);
}

/* A last line without its end, from a run that was killed, is no finished case. */
static int read_lines(struct nt_merge *m, struct nt_merge_lines *lines, const char *path)
{
    struct nt_text json = {0};
    struct nt_merge_line line;
    size_t number = 0;
    int more, r = NT_EXIT_OK;
    while (r == NT_EXIT_OK && (more = nt_merge_lines_next(lines, &line)) != 0) {
        number++;
        if (more < 0)
            r = complain_unread(path, number, more);
        else if (line.cut)
            nt_say_error("%s:%zu: the last line is cut: that case had not finished", path, number);
        else
            r = add_case(m, &line, number, &json);
    }
    nt_text_free(&json);
    return r;
}

static int read_log(struct nt_merge *m, struct nt_merge_log log)
{
    char path[NT_MERGE_PATH_BYTES], why[NT_INSIDE_WHY];
    if (nt_grow(&m->logs, &m->log_cap, m->log_count + 1, sizeof *m->logs, SIZE_MAX) != NT_OK)
        return nt_merge_no_memory();
    struct nt_merge_lines lines = {.fd = nt_merge_log_open(&log, why)};
    nt_merge_log_path(&log, path);
    if (lines.fd < 0)
        return nt_merge_complain(path, 0, why, MEND_DIRECTORY);
    m->logs[m->log_count++] = log;
    int r = read_lines(m, &lines, path);
    nt_merge_lines_free(&lines);
    return r;
}

static int refuse_mixture(const char *dir, const struct nt_rank *a, const struct nt_rank *b)
{
    bool sizes = a->size != b->size; /* else the starts differ */
    nt_say_error("%s: holds ranks of two runs: remove cases.*-of-%" PRIu64 ".%s* or cases.*-of-%" PRIu64 ".%s*", dir, a->size,
                 sizes ? "" : a->run, b->size, sizes ? "" : b->run);
    return NT_EXIT_USAGE;
}

static int read_rank_log(struct nt_merge *m, const char *dir, const struct nt_rank_log *log)
{
    size_t before = m->count;
    int r = read_log(m, (struct nt_merge_log){.dir = dir, .rank = *log});
    if (r != NT_EXIT_OK || !m->logs[m->log_count - 1].rank.unfinished)
        return r;
    fprintf(stderr, "natsim: rank %" PRIu64 " of %" PRIu64 " did not finish: its %zu finished case%s here\n", log->rank.rank,
            log->rank.size, m->count - before, m->count - before == 1 ? " is" : "s are");
    m->incomplete = true;
    return r;
}

/* Reads the logs of ranks; cases.jsonl only where there are none, since an earlier merge may have written it. */
static int read_directory(struct nt_merge *m, const char *dir)
{
    struct nt_rank_log_list here = {0};
    struct nt_rank a, b;
    int r = NT_EXIT_OK;
    if (nt_rank_log_list_read(&here, dir) != NT_OK || here.count == 0)
        r = read_log(m, (struct nt_merge_log){.dir = dir});
    else if (nt_rank_log_list_is_mixed(&here, &a, &b))
        r = refuse_mixture(dir, &a, &b);
    for (size_t i = 0; i < here.count && r == NT_EXIT_OK; i++)
        r = read_rank_log(m, dir, &here.items[i]);
    if (r == NT_EXIT_OK && nt_rank_log_list_append(&m->ranks, &here) != NT_OK)
        r = nt_merge_no_memory();
    nt_rank_log_list_free(&here);
    return r;
}

void nt_merged_case_free(struct nt_merged_case *k)
{
    free(k->id);
    free(k->capture);
    free(k->passed_capture);
}

int nt_merge_read(struct nt_merge *m)
{
    int r = NT_EXIT_OK;
    for (size_t i = 0; i < m->dir_count && r == NT_EXIT_OK; i++)
        r = read_directory(m, m->dirs[i]);
    return r;
}

/* The bytes of a line that was read before. False: errno. */
static bool read_again(int fd, const struct nt_merged_case *k, char *bytes)
{
    for (size_t done = 0; done < k->len;) {
        ssize_t n = pread(fd, bytes + done, k->len - done, (off_t)(k->at + done));
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

int nt_merge_case_json(struct nt_merge *m, const struct nt_merged_case *k, struct nt_text *json)
{
    char why[NT_INSIDE_WHY];
    struct nt_text bytes = {0};
    struct nt_case_place place;
    nt_text_reserve(&bytes, k->len);
    if (bytes.err != NT_OK)
        return NT_ENOMEM;
    bytes.p[k->len] = '\0';
    int fd = nt_merge_log_reopen(&m->logs[k->log], why);
    bool same = fd >= 0 && read_again(fd, k, bytes.p) &&
                nt_merge_line_case(&(struct nt_merge_line){.text = bytes.p, .len = k->len}, &place, json) && json->err == NT_OK &&
                nt_hash(json->p, json->len) == k->hash;
    if (fd >= 0)
        close(fd);
    nt_text_free(&bytes);
    if (same)
        return NT_OK;
    nt_merge_complain_at(m, k, fd < 0 ? why : "the line changed while it was read", "merge again when nothing writes there");
    return NT_ESTATE;
}

void nt_merge_free(struct nt_merge *m)
{
    for (size_t i = 0; i < m->count; i++) {
        nt_merged_case_free(&m->cases[i]);
    }
    free(m->cases);
    free(m->logs);
    free(m->places);
    nt_rank_log_list_free(&m->ranks);
}
