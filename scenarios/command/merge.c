/* natsim merge: one report of the shards or ranks of a run, or of a run that was killed, from their logs and captures. */
#include "scenarios/command/merge.h"
#include "core/base/err.h"
#include "core/base/hash.h"
#include "reports/console.h"
#include "reports/result/result.h"
#include "reports/result/result_parse.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/conclusion.h"
#include "scenarios/command/merge_files.h"
#include "scenarios/command/merge_missing.h"
#include "scenarios/command/merge_order.h"
#include "scenarios/command/merge_read.h"
#include "scenarios/command/retake.h"
#include "scenarios/command/run_directory.h"
#include "scenarios/command/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each shard's log has the text of a scenario with its first case of it; one is enough. */
static void drop_repeated_source(struct nt_merge *m, struct nt_result_case *c)
{
    uint64_t file = nt_hash(c->file, strlen(c->file));
    if (c->source == NULL)
        return;
    if (m->sourced == file) {
        free(c->source);
        c->source = NULL;
    }
    m->sourced = file;
}

static int put_case(const struct nt_merge *m, size_t i, const struct nt_result_case *c, const char *out, struct nt_results *results)
{
    struct nt_case_place place = m->cases[i].place;
    place.shards = m->incomplete ? place.shards : 1; /* no longer divided */
    return nt_retake_case(results, i, &place, c, out);
}

static int take_case(struct nt_merge *m, size_t i, const char *out, struct nt_results *results)
{
    struct nt_result_case c;
    struct nt_text json = {0};
    char what[200];
    int r = nt_merge_case_json(m, &m->cases[i], &json);
    if (r == NT_OK)
        r = nt_result_case_from_json(&c, json.p, json.len, what, sizeof what);
    nt_text_free(&json);
    if (r != NT_OK)
        return r;
    drop_repeated_source(m, &c);
    r = put_case(m, i, &c, out, results);
    nt_result_case_free(&c);
    return r;
}

/* The new log may replace one of those that were read: it appears whole. */
static int take_cases(struct nt_merge *m, const char *out, struct nt_results *results)
{
    char path[NT_MERGE_PATH_BYTES], part[NT_MERGE_PATH_BYTES + 8];
    snprintf(path, sizeof path, "%s/cases.jsonl", out);
    snprintf(part, sizeof part, "%s.part", path);
    int r = nt_append_open(&results->log, part);
    if (r == NT_OK)
        r = nt_append_open_unnamed(&results->others, out);
    for (size_t i = 0; i < m->count && r == NT_OK; i++)
        r = take_case(m, i, out, results);
    if (r == NT_OK && rename(part, path) != 0)
        r = NT_EIO;
    if (r != NT_OK && r != NT_ESTATE) /* a log that changed was complained about */
        nt_complain_unwritable(path, r, NT_MEND_DISK);
    if (r != NT_OK)
        remove(part);
    return r;
}

static int write_outputs(struct nt_merge *m, const struct nt_options *o, const struct nt_run_record *record)
{
    struct nt_results results;
    bool written = nt_results_begin(&results, m->count) == NT_OK && nt_merge_copy_files(m, o->out, record) == NT_OK &&
                   take_cases(m, o->out, &results) == NT_OK;
    nt_results_close_gaps(&results);
    results.partial |= m->incomplete;
    results.whole = m->whole;
    written = written && nt_conclusion_label(&results, o) == NT_OK && nt_conclusion_write(&results, o);
    if (written) {
        struct nt_console console = nt_console_on_stdout(o);
        nt_console_summary(&console, &results);
        if (!o->quiet)
            nt_say("report: %s/report.html", o->out);
    }
    int code = nt_conclusion_exit(&results, o, !written || results.partial);
    nt_results_free(&results);
    return code;
}

/* No run may be at work where merge writes. */
static int lock_and_write(struct nt_merge *m, const struct nt_options *o)
{
    struct nt_run_record record = NT_RUN_RECORD_CLOSED;
    int r = nt_run_directory_open_for_merge(&record, o);
    if (r == NT_EXIT_OK)
        r = write_outputs(m, o, &record);
    nt_run_record_end(&record);
    return r;
}

/* The cases of missing ranks are not reported a second time. */
static void report_missing(struct nt_merge *m)
{
    m->incomplete |= nt_merge_report_missing_ranks(&m->ranks);
    m->whole = nt_merge_sort_places(m->places, m->place_count);
    m->incomplete = m->incomplete || nt_merge_report_missing_cases(m->places, m->place_count);
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
        r = nt_merge_order(&m);
    for (size_t i = 0; i < m.dir_count && r == NT_EXIT_OK; i++)
        r = nt_merge_check_logs(m.dirs[i]);
    if (r == NT_EXIT_OK)
        report_missing(&m);
    if (r == NT_EXIT_OK && m.count == 0)
        r = m.incomplete ? NT_EXIT_BROKEN
                         : nt_merge_complain(o.args.items[0], 0, "holds no finished case", "give the --out directory of a run");
    if (r == NT_EXIT_OK)
        r = lock_and_write(&m, &o);
    nt_merge_free(&m);
    return r;
}
