/* natsim merge: one report of the shards or ranks of a run, or of a run that was killed, from their logs and captures. */
#include "scenarios/command/merge.h"
#include "core/base/err.h"
#include "reports/console.h"
#include "reports/output.h"
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

static int write_log(const struct nt_merge *m, const char *out)
{
    char path[PATH_BYTES], *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    if (f == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < m->count; i++) {
        struct nt_case_place place = m->cases[i].place;
        place.shards = m->incomplete ? place.shards : 1; /* no longer divided */
        char *line = nt_case_line(m->cases[i].json, &place);
        fputs(line != NULL ? line : "", f);
        free(line);
    }
    snprintf(path, sizeof path, "%s/cases.jsonl", out);
    int r = fclose(f) == 0 ? nt_write_file(path, text, len) : NT_ENOMEM;
    if (r != NT_OK)
        nt_complain_unwritable(path, r, NT_MEND_DISK);
    free(text);
    return r;
}

/* Rank logs that are in the output directory by accident are removed: the next merge would read them. */
static int make_output(const struct nt_merge *m, const char *out)
{
    struct stat own, in;
    int r = nt_output_make(out);
    bool is_input = r == NT_OK && stat(out, &own) != 0;
    for (size_t i = 0; i < m->dir_count && r == NT_OK && !is_input; i++)
        is_input = stat(m->dirs[i], &in) == 0 && in.st_dev == own.st_dev && in.st_ino == own.st_ino;
    return r == NT_OK && !is_input ? nt_rank_log_clean(out, NULL) : r;
}

/* Everything that was read, except the reports: captures, logs of programs, cases.jsonl. */
static int write_files(const struct nt_merge *m, const char *out)
{
    int r = make_output(m, out);
    if (r != NT_OK)
        nt_complain_unwritable(out, NT_EIO, NT_MEND_OUT);
    for (size_t i = 0; i < m->count && r == NT_OK; i++)
        r = m->cases[i].result.capture != NULL ? copy_output(m, out, m->cases[i].dir, m->cases[i].result.capture) : NT_OK;
    for (size_t i = 0; i < m->dir_count && r == NT_OK; i++)
        r = copy_logs(m, out, i);
    return r == NT_OK ? write_log(m, out) : r;
}

static int write_outputs(struct nt_merge *m, const struct nt_options *o)
{
    struct nt_results results = {0};
    bool written = write_files(m, o->out) == NT_OK;
    for (size_t i = 0; i < m->count && written; i++)
        written = nt_results_add(&results, &m->cases[i].result) == NT_OK;
    written = written && nt_conclusion_label(&results, o) == NT_OK && nt_conclusion_write(&results, o);
    if (written) {
        struct nt_console console = nt_console_on_stdout(false);
        nt_console_summary(&console, &results);
        printf("report: %s/report.html\n", o->out);
    }
    int code = nt_conclusion_exit(&results, !written || m->incomplete);
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
