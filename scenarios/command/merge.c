/* natsim merge: one report of the shards or ranks of a run, or of a run that was killed, from their logs and captures. */
#include "scenarios/command/merge.h"
#include "core/base/err.h"
#include "pcap/read.h"
#include "reports/console.h"
#include "reports/output.h"
#include "reports/result/result.h"
#include "reports/result/result_parse.h"
#include "reports/texts.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/conclusion.h"
#include "scenarios/command/merge_missing.h"
#include "scenarios/command/merge_read.h"
#include "scenarios/files/output.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_BYTES 4096

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

/* Copies a file of one of the directories; `name`: its path within. */
static int copy_output(const struct nt_merge *m, const char *out, size_t dir, const char *name)
{
    char from[PATH_BYTES], to[PATH_BYTES];
    snprintf(from, sizeof from, "%s/%s", m->dirs[dir], name);
    snprintf(to, sizeof to, "%s/%s", out, name);
    int r = copy_file(from, to);
    if (r != NT_OK)
        fprintf(stderr, "natsim: %s: cannot be copied (%s)\n", from, strerror(errno));
    return r;
}

/* The logs of real programs, of unfinished cases too. */
static int copy_logs(const struct nt_merge *m, const char *out, size_t dir)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/logs", m->dirs[dir]);
    DIR *d = opendir(path);
    if (d == NULL)
        return NT_OK; /* no real program took part */
    int r = nt_output_make_logs(out);
    for (const struct dirent *e; r == NT_OK && (e = readdir(d)) != NULL;)
        if (snprintf(path, sizeof path, "logs/%s", e->d_name) > 0 && strstr(e->d_name, ".log") != NULL)
            r = copy_output(m, out, dir, path);
    closedir(d);
    return r;
}

/* Rank logs that are in the output directory by accident are removed: the next merge would read them. */
static int make_output(const struct nt_merge *m, const char *out)
{
    struct stat own, in;
    int r = nt_output_make(out) == NT_OK ? nt_output_make_captures(out) : NT_EIO;
    bool is_input = r == NT_OK && stat(out, &own) != 0;
    for (size_t i = 0; i < m->dir_count && r == NT_OK && !is_input; i++)
        is_input = stat(m->dirs[i], &in) == 0 && in.st_dev == own.st_dev && in.st_ino == own.st_ino;
    return r == NT_OK && !is_input ? nt_rank_log_clean(out, NULL) : r;
}

/* Captures and logs of programs. */
static int write_files(const struct nt_merge *m, const char *out)
{
    int r = make_output(m, out);
    if (r != NT_OK)
        nt_complain_unwritable(out, NT_EIO, NT_MEND_OUT);
    for (size_t i = 0; i < m->count && r == NT_OK; i++)
        r = m->cases[i].capture != NULL ? copy_output(m, out, m->cases[i].dir, m->cases[i].capture) : NT_OK;
    for (size_t i = 0; i < m->dir_count && r == NT_OK; i++)
        r = copy_logs(m, out, i);
    return r;
}

/* A capture that is not there, or cannot be read, leaves an empty ladder: the page says where the capture should be. */
static bool read_capture(struct nt_capture *capture, const char *out, const char *name)
{
    char path[PATH_BYTES], what[200];
    if (name == NULL || snprintf(path, sizeof path, "%s/%s", out, name) >= (int)sizeof path)
        return false;
    return nt_capture_read(capture, path, what, sizeof what) == NT_OK;
}

/* Makes the texts of a case as the process that ran it did. */
static int take_case(const struct nt_merge *m, size_t i, const char *out, struct nt_results *results)
{
    const struct nt_merged_case *k = &m->cases[i];
    struct nt_case_place place = k->place;
    struct nt_result_case c;
    struct nt_capture capture;
    struct nt_text texts = {0};
    char what[200], head[NT_CASE_LINE_HEAD];
    unsigned wanted = NT_TEXTS_REPORTS | (nt_results_want_details(results) ? NT_TEXTS_DETAILS : 0);
    int r = nt_result_case_from_json(&c, k->json, strlen(k->json), what, sizeof what);
    if (r != NT_OK)
        return r;
    place.shards = m->incomplete ? place.shards : 1; /* no longer divided */
    nt_capture_init(&capture);
    bool drawn = nt_texts_have_details(&c, wanted) && read_capture(&capture, out, c.capture);
    nt_texts_make(&texts, &c, drawn ? &capture : NULL, wanted);
    r = texts.err;
    if (r == NT_OK)
        r = nt_results_take(results, i, nt_case_line_head(&place, head), texts.p, texts.len);
    nt_text_free(&texts);
    nt_capture_free(&capture);
    nt_result_case_free(&c);
    return r;
}

/* The new log may replace one of those that were read: it appears whole. */
static int take_cases(const struct nt_merge *m, const char *out, struct nt_results *results)
{
    char path[PATH_BYTES], part[PATH_BYTES + 8];
    snprintf(path, sizeof path, "%s/cases.jsonl", out);
    snprintf(part, sizeof part, "%s.part", path);
    int r = nt_append_open(&results->log, part);
    if (r == NT_OK)
        r = nt_append_open_unnamed(&results->others, out);
    for (size_t i = 0; i < m->count && r == NT_OK; i++)
        r = take_case(m, i, out, results);
    if (r == NT_OK && rename(part, path) != 0)
        r = NT_EIO;
    if (r != NT_OK) {
        nt_complain_unwritable(path, r, NT_MEND_DISK);
        remove(part);
    }
    return r;
}

static int write_outputs(struct nt_merge *m, const struct nt_options *o)
{
    struct nt_results results;
    bool written = nt_results_begin(&results, m->count) == NT_OK && write_files(m, o->out) == NT_OK &&
                   take_cases(m, o->out, &results) == NT_OK;
    nt_results_close_gaps(&results);
    results.partial |= m->incomplete;
    results.whole = m->whole;
    written = written && nt_conclusion_label(&results, o) == NT_OK && nt_conclusion_write(&results, o);
    if (written) {
        struct nt_console console = nt_console_on_stdout(o);
        nt_console_summary(&console, &results);
        if (!o->quiet)
            printf("report: %s/report.html\n", o->out);
    }
    int code = nt_conclusion_exit(&results, o, !written || results.partial);
    nt_results_free(&results);
    return code;
}

/* The cases of missing ranks are not reported a second time. */
static int report_missing(struct nt_merge *m)
{
    struct nt_case_place *places = malloc((m->count + 1) * sizeof *places);
    if (places == NULL)
        return NT_EXIT_BROKEN;
    for (size_t i = 0; i < m->count; i++)
        places[i] = m->cases[i].place;
    m->incomplete |= nt_merge_report_missing_ranks(&m->ranks);
    m->whole = nt_merge_sort_places(places, m->count);
    m->incomplete = m->incomplete || nt_merge_report_missing_cases(places, m->count);
    free(places);
    return NT_EXIT_OK;
}

int nt_command_merge(const struct nt_options *given)
{
    struct nt_options o = *given;
    if (o.args.count == 0)
        return nt_merge_complain("merge", 0, "no directory is given", "natsim merge DIR... --out DIR");
    if (!o.out_given && o.args.count == 1) /* a run that was killed: its reports belong beside its captures */
        o.out = o.args.items[0];
    struct nt_merge m = {.dirs = o.args.items, .dir_count = o.args.count};
    int r = nt_merge_read(&m);
    if (r == NT_EXIT_OK)
        r = report_missing(&m);
    if (r == NT_EXIT_OK && m.count == 0)
        r = m.incomplete ? NT_EXIT_BROKEN
                         : nt_merge_complain(o.args.items[0], 0, "holds no finished case", "give the --out directory of a run");
    if (r == NT_EXIT_OK)
        r = write_outputs(&m, &o);
    nt_merge_free(&m);
    return r;
}
