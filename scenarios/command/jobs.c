#include "scenarios/command/jobs.h"
#include "core/base/err.h"
#include "pcap/read.h"
#include "reports/result/result.h"
#include "reports/texts.h"
#include "scenarios/command/case_files.h"
#include "scenarios/command/monotonic.h"
#include "scenarios/files/output.h"
#include "scenarios/files/source_file.h"
#include "scenarios/files/suites.h"
#include "scenarios/judge/outcome.h"
#include "scenarios/judge/story.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 4096

/* A copy of a text, or NULL of none: 0 or NT_ENOMEM. */
static int copy_text(const char *text, char **copy)
{
    *copy = text != NULL ? strdup(text) : NULL;
    return text == NULL || *copy != NULL ? NT_OK : NT_ENOMEM;
}

/* The flags that are needed to run the case again. 0 or NT_ENOMEM. */
static int set_flags(const struct nt_jobs *jobs, struct nt_result_case *out)
{
    const struct nt_options *o = jobs->o;
    int r = copy_text(o->agent_l, &out->agent_l);
    if (r == NT_OK)
        r = copy_text(o->agent_r, &out->agent_r);
    return r == NT_OK ? copy_text(o->carrier == NT_CARRIER_NS3 ? jobs->carrier->name : NULL, &out->carrier) : r;
}

/* CI services look for the file from the root of the checkout, where natsim was started. 0 or NT_ENOMEM. */
static int set_place(const struct nt_scn_case *c, struct nt_result_case *out)
{
    char *place;
    int r = nt_suites_path_below(c->path, &place);
    if (place != NULL && strcmp(place, c->file) != 0)
        out->found_at = place;
    else
        free(place);
    return r;
}

/* The page shows the scenario: its file comes with the first case of it. One that is gone or too long by now comes without. */
static int set_source(const struct nt_jobs *jobs, size_t job, const struct nt_scn_case *c, struct nt_result_case *out)
{
    if (job == 0 || jobs->s->cases[job - 1].file != jobs->s->cases[job].file)
        return nt_source_file_read(c->path, &out->source);
    return NT_OK;
}

/* What the result says beside what came of the case. 0, or NT_ENOMEM: it is not whole. */
static int describe(const struct nt_jobs *jobs, size_t job, const struct nt_scn_case *c, struct nt_result_case *out)
{
    int r = set_flags(jobs, out);
    if (r == NT_OK)
        r = set_place(c, out);
    return r == NT_OK ? set_source(jobs, job, c, out) : r;
}

/* How the names of the case's files begin; NULL without memory. */
static char *name_of(const struct nt_jobs *jobs, size_t job, const struct nt_scn_case *c)
{
    char *id = nt_result_id(c, nt_selection_seed(jobs->s, job, c), jobs->s->cases[job].seed_in_id);
    char *name = id != NULL ? nt_shared_names_of(&jobs->s->names, id) : NULL;
    free(id);
    return name;
}

static void write_comment(const struct nt_jobs *jobs, size_t job, const struct nt_scn_case *c, struct nt_case_files *files)
{
    uint64_t seed = nt_selection_seed(jobs->s, job, c);
    char *id = nt_result_id(c, seed, jobs->s->cases[job].seed_in_id);
    snprintf(files->comment, sizeof files->comment, "%s seed=%" PRIu64 ": %s", id != NULL ? id : "", seed, c->claim);
    free(id);
}

/* Where packets of the case go that memory does not keep, if its capture may have to be written. */
static void begin_files(struct nt_jobs *jobs, size_t job, const struct nt_scn_case *c, struct nt_case_files *files)
{
    nt_case_files_begin(files, jobs->record, jobs->o->out, name_of(jobs, job, c), jobs->o->plain_pcap);
    write_comment(jobs, job, c, files);
    if (files->err != NT_OK)
        return;
    nt_spool_aim(&jobs->spools[0], files->capture.path, NT_OUTPUT_PART, files->comment, jobs->o->plain_pcap);
    nt_spool_aim(&jobs->spools[1], files->capture.path, NT_OUTPUT_PART_OF_SPARE, files->comment, jobs->o->plain_pcap);
    nt_spool_attach(&jobs->spools[0], &jobs->capture);
    nt_spool_attach(&jobs->spools[1], &jobs->spare);
}

/* 0, or NT_ENOMEM: the result is not whole. */
static int run_case(struct nt_jobs *jobs, size_t job, const struct nt_scn_case *c, struct nt_result_case *out)
{
    const struct nt_options *o = jobs->o;
    struct nt_case_files files = {0};
    bool keeps = o->keep != NT_KEEP_NONE && c->skip.why == NULL;
    if (keeps)
        begin_files(jobs, job, c, &files);
    struct nt_run_options options = {.seed = nt_selection_seed(jobs->s, job, c),
                                     .seed_in_id = jobs->s->cases[job].seed_in_id,
                                     .carrier = jobs->carrier,
                                     .until = o->until,
                                     .story = NT_STORY_EVENTS};
    if (keeps && nt_scn_live(c))
        options.logs = nt_case_files_logs(&files);
    struct nt_repeat_files of_runs = nt_case_files_of_runs(&files);
    nt_repeat_case(c, &options, o->runs, keeps ? &of_runs : NULL, &jobs->capture, &jobs->spare, out);
    int r = describe(jobs, job, c, out);
    if (keeps)
        nt_case_files_list_logs(&files, out);
    if (keeps && (o->keep == NT_KEEP_ALL || out->outcome != NT_PASS))
        nt_case_files_write(&files, &jobs->capture, out);
    nt_spool_discard(&jobs->spools[0]);
    nt_spool_discard(&jobs->spools[1]);
    nt_case_files_free(&files);
    return r;
}

void nt_jobs_free(struct nt_jobs *jobs)
{
    nt_capture_free(&jobs->capture);
    nt_capture_free(&jobs->spare);
    nt_scn_case_del(jobs->cell);
}

/* The cell of the job; NULL without memory. */
static const struct nt_scn_case *cell_of(struct nt_jobs *jobs, size_t job)
{
    const struct nt_selected_case *wanted = &jobs->s->cases[job], *kept = &jobs->s->cases[jobs->cell_job];
    struct nt_diags diags = {0};
    if (jobs->cell != NULL && kept->file == wanted->file && kept->index == wanted->index)
        return jobs->cell;
    nt_scn_case_del(jobs->cell);
    jobs->cell = nt_selection_case(jobs->s, job, jobs->o, &diags);
    jobs->cell_job = job;
    nt_diags_clear(&diags);
    return jobs->cell;
}

/* Plain pcap holds less than memory does: the ladder shows what merge can draw of the file. */
static void make_texts(struct nt_jobs *jobs, const struct nt_result_case *r, unsigned wanted, struct nt_text *texts)
{
    bool drawn = r->capture != NULL && nt_texts_have_details(r, wanted);
    if (drawn && jobs->o->plain_pcap) {
        char path[PATH_BYTES], what[200];
        snprintf(path, sizeof path, "%s/%s", jobs->o->out, r->capture);
        nt_capture_clear(&jobs->capture);
        drawn = nt_capture_read(&jobs->capture, path, what, sizeof what) == NT_OK;
    }
    nt_texts_make(texts, r, jobs->o->out, drawn ? &jobs->capture : NULL, wanted);
}

int nt_jobs_run(struct nt_jobs *jobs, size_t job, unsigned wanted, struct nt_text *texts)
{
    struct nt_result_case result = {0};
    const struct nt_scn_case *c = cell_of(jobs, job);
    if (c == NULL)
        return NT_ENOMEM; /* it was made before */
    int64_t start = nt_monotonic_us();
    int r = run_case(jobs, job, c, &result);
    result.wall_ms = nt_monotonic_ms_since(start);
    make_texts(jobs, &result, wanted, texts);
    nt_result_case_free(&result);
    return r == NT_OK ? texts->err : r;
}

/* What a worker that was killed has not removed. */
static void remove_parts(const struct nt_jobs *jobs, size_t job, const struct nt_scn_case *c)
{
    struct nt_output_capture left = {0};
    char *name = jobs->o->keep != NT_KEEP_NONE ? name_of(jobs, job, c) : NULL;
    if (name != NULL && nt_output_name_capture(jobs->o->out, name, jobs->o->plain_pcap, &left) == NT_OK)
        nt_output_remove_parts(&left);
    nt_output_free_capture(&left);
    free(name);
}

int nt_jobs_lost(const struct nt_jobs *jobs, size_t job, const char *why, int64_t wall_ms, unsigned wanted, struct nt_text *texts)
{
    struct nt_diags diags = {0};
    struct nt_result_case result = {0};
    struct nt_scn_case *c = nt_selection_case(jobs->s, job, jobs->o, &diags);
    nt_diags_clear(&diags);
    if (c == NULL)
        return NT_ENOMEM;
    int err = nt_result_identify(c, nt_selection_seed(jobs->s, job, c), jobs->s->cases[job].seed_in_id, why, &result);
    if (err == NT_OK) {
        int r = describe(jobs, job, c, &result);
        result.wall_ms = wall_ms;
        nt_texts_make(texts, &result, jobs->o->out, NULL, wanted);
        err = texts->err != NT_OK ? texts->err : r;
    }
    nt_result_case_free(&result);
    remove_parts(jobs, job, c);
    nt_scn_case_del(c);
    return err;
}

void nt_jobs_cut(const struct nt_jobs *jobs, size_t job)
{
    struct nt_diags diags = {0};
    struct nt_scn_case *c = nt_selection_case(jobs->s, job, jobs->o, &diags);
    nt_diags_clear(&diags);
    if (c == NULL)
        return;
    remove_parts(jobs, job, c);
    nt_scn_case_del(c);
}
