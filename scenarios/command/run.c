/* natsim run: loads the cases, gives them to workers, collects their results and writes the reports. */
#include "scenarios/command/run.h"
#include "core/base/err.h"
#include "reports/console.h"
#include "reports/result/command.h"
#include "reports/texts.h"
#include "scenarios/command/carrier_module.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/conclusion.h"
#include "scenarios/command/go_on.h"
#include "scenarios/command/interrupt.h"
#include "scenarios/command/jobs.h"
#include "scenarios/command/rank_log.h"
#include "scenarios/command/resume.h"
#include "scenarios/command/run_directory.h"
#include "scenarios/command/say.h"
#include "scenarios/command/selection.h"
#include "scenarios/command/worker_pool.h"
#include "scenarios/files/case_line.h"
#include "scenarios/files/installed.h"
#include "scenarios/files/output.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define PATH_BYTES 4096

struct runner {
    const struct nt_options *o;
    struct nt_selection s;
    struct nt_jobs jobs;
    struct nt_run_directory directory;
    struct nt_results results; /* by job */
    size_t *todo, todo_count;  /* the cases that are left to run, which are the jobs of the pool */
    size_t finished, shown;    /* shown: cases whose lines are printed, in their order, whichever finishes first */
    char log_path[PATH_BYTES]; /* cases.jsonl, or a rank's */
    bool broken;               /* an output could not be written */
    bool progress;             /* a terminal without -v, --quiet */
    bool lines;                /* of each case: neither progress nor --quiet */
    struct nt_console console;
};

static unsigned wanted_texts(void *user)
{
    const struct runner *run = user;
    return nt_texts_wanted(&run->results);
}

static bool run_job(void *user, size_t job, unsigned wanted, struct nt_text *texts)
{
    struct runner *run = user;
    return nt_jobs_run(&run->jobs, run->todo[job], wanted, texts) == NT_OK;
}

static void show_progress(struct runner *run)
{
    if (run->progress)
        fprintf(stderr, "\r%zu of %zu", run->finished, run->s.count);
    for (; run->lines && run->shown < run->s.count && nt_results_has(&run->results, run->shown); run->shown++)
        nt_console_case(&run->console, &run->results.cases[run->shown].brief);
}

static void complain_about_texts(struct runner *run, int err)
{
    if (err == NT_EIO && !run->broken)
        nt_complain_unwritable(run->log_path, err, NT_MEND_DISK);
    else if (err != NT_EIO)
        fprintf(stderr, "natsim: a worker's answer: %s\n", nt_strerror(err));
    run->broken = true;
}

static bool ends_a_fail_fast_run(const struct runner *run, size_t i)
{
    enum nt_outcome outcome = run->results.cases[i].brief.n.outcome;
    return run->o->fail_fast && outcome != NT_PASS && outcome != NT_SKIP;
}

static bool take_texts(void *user, size_t job, const char *texts, size_t len)
{
    struct runner *run = user;
    size_t i = run->todo[job];
    struct nt_case_place place = {run->s.cases[i].order, run->s.total, run->o->shard_given ? run->o->shards : 1};
    char head[NT_CASE_LINE_HEAD];
    int err = nt_results_take(&run->results, i, nt_case_line_head(&place, head), texts, len);
    if (err != NT_OK)
        complain_about_texts(run, err);
    if (!nt_results_has(&run->results, i))
        return false;
    run->finished++;
    show_progress(run);
    return !run->broken && !ends_a_fail_fast_run(run, i);
}

static bool take_lost_job(void *user, size_t job, const char *why, int64_t wall_ms)
{
    struct runner *run = user;
    struct nt_text texts = {0};
    bool go_on = false;
    if (nt_jobs_lost(&run->jobs, run->todo[job], why, wall_ms, wanted_texts(run), &texts) == NT_OK) {
        go_on = take_texts(run, job, texts.p, texts.len);
    } else {
        fputs("natsim: out of memory\n", stderr);
        run->broken = run->results.incomplete = true;
    }
    nt_text_free(&texts);
    return go_on;
}

static void take_cut_job(void *user, size_t job)
{
    const struct runner *run = user;
    nt_jobs_cut(&run->jobs, run->todo[job]);
}

/* Both of its names are recorded, so that the next launch removes it, whichever of its ranks start. */
static int name_rank_log(const struct runner *run, char name[NT_RANK_NAME_BYTES])
{
    int err = NT_OK;
    for (unsigned unfinished = 0; unfinished < 2 && err == NT_OK; unfinished++) {
        nt_rank_log_name(&(struct nt_rank_log){run->o->rank, unfinished == 1}, name);
        err = nt_run_record_add(&run->directory.record, name);
    }
    return err;
}

static bool open_log(struct runner *run)
{
    const struct nt_options *o = run->o;
    char name[NT_RANK_NAME_BYTES] = "cases.jsonl";
    if (o->ranked && name_rank_log(run, name) != NT_OK)
        return false;
    if (nt_output_make_captures(o->out) != NT_OK ||
        snprintf(run->log_path, sizeof run->log_path, "%s/%s", o->out, name) >= (int)sizeof run->log_path)
        return false;
    if (!o->ranked && nt_append_open_unnamed(&run->results.others, o->out) != NT_OK)
        return false;
    return o->resume || (nt_rank_log_clean(o->out, o->ranked ? &o->rank : NULL) == NT_OK &&
                         nt_append_open(&run->results.log, run->log_path) == NT_OK);
}

/* What is left to run. */
static int plan_jobs(struct runner *run)
{
    bool ended = false;
    run->todo = malloc((run->s.count + 1) * sizeof *run->todo);
    if (run->todo == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < run->s.count; i++) {
        if (!nt_results_has(&run->results, i))
            run->todo[run->todo_count++] = i;
        else
            ended |= ends_a_fail_fast_run(run, i);
    }
    run->finished = run->s.count - run->todo_count;
    run->todo_count = ended ? 0 : run->todo_count;
    if (run->o->resume && !run->o->quiet)
        printf("%zu of %zu cases had finished before\n", run->finished, run->s.count);
    return NT_OK;
}

static int open_outputs(struct runner *run)
{
    const struct nt_options *o = run->o;
    if (nt_results_begin(&run->results, run->s.count) != NT_OK) { /* a rank may have none */
        fputs("natsim: out of memory\n", stderr);
        return NT_EXIT_BROKEN;
    }
    signal(SIGPIPE, SIG_IGN); /* whoever reads standard output may leave */
    int r = nt_run_directory_open(&run->directory, o, &run->s);
    if (r != NT_EXIT_OK)
        return r;
    if (!open_log(run)) {
        nt_complain_unwritable(o->out, NT_EIO, NT_MEND_OUT);
        return NT_EXIT_BROKEN;
    }
    if (o->resume && nt_resume_take(&run->results, o, &run->s, run->log_path) != NT_OK)
        return NT_EXIT_BROKEN;
    if (plan_jobs(run) != NT_OK)
        return NT_EXIT_BROKEN;
    nt_capture_init(&run->jobs.capture);
    nt_capture_init(&run->jobs.spare);
    run->console = nt_console_on_stdout(o);
    run->console.colour &= !o->ranked; /* a launcher may give a rank a terminal and write its lines to a file */
    run->progress = !o->ranked && isatty(STDERR_FILENO) && isatty(STDOUT_FILENO) && !o->verbose && !o->quiet;
    run->lines = !run->progress && !o->quiet;
    setvbuf(stdout, NULL, _IOLBF, 0);
    nt_interrupt_watch();
    return NT_EXIT_OK;
}

static int64_t processor_ms(int who)
{
    struct rusage u;
    getrusage(who, &u);
    return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

static void print_stats(const struct nt_results *r)
{
    uint64_t packets = 0;
    for (size_t i = 0; i < r->case_count; i++)
        packets += r->cases[i].brief.n.packets;
    int64_t ms = processor_ms(RUSAGE_SELF) + processor_ms(RUSAGE_CHILDREN);
    printf("%zu cases, %" PRIu64 " packets at taps, %" PRId64 ".%03d s of processor time\n", r->case_count, packets, ms / 1000,
           (int)(ms % 1000));
}

/* A rank has one worker: launchers start a rank for each processor. */
static unsigned worker_count(const struct nt_options *o)
{
    long processors = o->ranked ? 1 : sysconf(_SC_NPROCESSORS_ONLN);
    return o->jobs > 0 ? o->jobs : processors > 0 ? (unsigned)processors : 1;
}

/* A signal that came when all cases had finished has changed nothing. */
static bool was_cut_short(const struct runner *run)
{
    return nt_interrupt() != 0 && run->finished < run->s.count;
}

/* What could not be written, or be started, can be gone on with likewise. */
static void say_how_to_go_on(const struct runner *run)
{
    if (was_cut_short(run))
        printf("interrupted by %s: %zu of %zu cases have finished\n", nt_interrupt_name(), run->finished, run->s.count);
    if (was_cut_short(run) || run->broken)
        nt_print_go_on(run->o);
}

/* A rank whose cases failed exits with 0, because launchers kill the other ranks when one fails; merge gives the verdict. The log
 * stays unfinished when --fail-fast left out cases. */
static int end_rank(struct runner *run, const struct nt_results *results)
{
    const struct nt_options *o = run->o;
    size_t n[4];
    if (!run->broken && run->finished == run->s.count && nt_rank_log_finish(o->out, &o->rank) != NT_OK) {
        nt_say_error("%s: cannot be renamed (%s): give another --out", run->log_path, strerror(errno));
        run->broken = true;
    }
    nt_results_count(results, n);
    char *out = nt_shell_argument(o->out);
    nt_say("rank %" PRIu64 " of %" PRIu64
           ": %zu of its %zu cases ran, %zu passed; when all ranks have ended, the verdict: natsim merge %s",
           o->rank.rank, o->rank.size, results->case_count, run->s.count, n[NT_PASS], out != NULL ? out : "DIR");
    free(out);
    if (o->stats)
        print_stats(results);
    say_how_to_go_on(run);
    return run->broken || was_cut_short(run) ? NT_EXIT_BROKEN : NT_EXIT_OK;
}

static int end_run(struct runner *run, const struct nt_results *results)
{
    bool written = nt_conclusion_write(results, run->o);
    nt_console_summary(&run->console, results);
    if (run->o->stats)
        print_stats(results);
    if (written && !run->o->quiet)
        nt_say("report: %s/report.html", run->o->out);
    if (run->o->keep != NT_KEEP_NONE && !run->o->quiet)
        nt_say("captures: %s/captures", run->o->out);
    run->broken |= !written;
    say_how_to_go_on(run);
    return nt_conclusion_exit(results, run->o, run->broken || was_cut_short(run));
}

static int run_all(struct runner *run)
{
    struct nt_pool pool = {.jobs = run->todo_count,
                           .workers = worker_count(run->o),
                           .user = run,
                           .job_seconds = run->o->runs > 1 ? run->o->runs * NT_POOL_JOB_SECONDS : 0,
                           .word = wanted_texts,
                           .work = run_job,
                           .done = take_texts,
                           .lost = take_lost_job,
                           .cut = take_cut_job};
    pool.workers = pool.workers < NT_POOL_WORKERS_MAX ? pool.workers : NT_POOL_WORKERS_MAX;
    show_progress(run);
    run->broken |= run->todo_count > 0 && nt_pool_run(&pool) != NT_OK;
    if (run->progress)
        fputs("\r                    \r", stderr);
    for (; run->lines && run->shown < run->s.count; run->shown++) /* after a case that --fail-fast left out */
        if (nt_results_has(&run->results, run->shown))
            nt_console_case(&run->console, &run->results.cases[run->shown].brief);
    nt_results_close_gaps(&run->results);
    run->broken |= nt_conclusion_label(&run->results, run->o) != NT_OK;
    return run->o->ranked ? end_rank(run, &run->results) : end_run(run, &run->results);
}

int nt_command_run(const struct nt_options *o)
{
    struct nt_diags diags = {0};
    struct runner run = {.o = o, .results = {.log.fd = -1, .others.fd = -1}, .directory = NT_RUN_DIRECTORY_CLOSED};
    run.jobs = (struct nt_jobs){.o = o, .s = &run.s, .record = &run.directory.record};
    int r = nt_select(&run.s, o, "classic", NT_CARRIER_ANY, &diags);
    if (r == NT_EXIT_OK && (run.jobs.carrier = nt_carrier_load(o->carrier, &diags)) == NULL)
        r = NT_EXIT_USAGE;
    if (r == NT_EXIT_OK && (o->ranked ? run.s.total : run.s.count) == 0) { /* more ranks than cases: some have none */
        nt_diag_mend(nt_diag_add(&diags, NULL, 0, 0, "no case is selected"),
                     "'natsim list' shows what there is; look at --filter, --tag and --shard");
        r = NT_EXIT_USAGE;
    }
    nt_adapters_to_path();
    if (r != NT_EXIT_OK)
        nt_complain(&diags);
    else if ((r = open_outputs(&run)) == NT_EXIT_OK)
        r = run_all(&run);
    nt_results_free(&run.results);
    free(run.todo);
    nt_run_directory_close(&run.directory);
    nt_jobs_free(&run.jobs);
    nt_selection_free(&run.s);
    return r;
}
