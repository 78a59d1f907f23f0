#include "scenarios/command/worker_pool.h"
#include "core/base/err.h"
#include "scenarios/command/interrupt.h"
#include "scenarios/command/monotonic.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define POLL_MS 100

struct pool {
    const struct nt_pool *p;
    struct nt_worker *workers;
    struct pollfd *fds;
    unsigned count; /* of workers that were started; some may be gone */
    size_t next;
    bool stopped;
};

static unsigned job_seconds(const struct nt_pool *p)
{
    return p->job_seconds > 0 ? p->job_seconds : NT_POOL_JOB_SECONDS;
}

static bool has_jobs(const struct pool *s)
{
    return !s->stopped && s->next < s->p->jobs;
}

static bool start_worker(struct pool *s, struct nt_worker *w)
{
    return nt_worker_start(w, s->workers, s->count, s->p->work, s->p->user) == NT_OK;
}

static void hand_out_job(struct pool *s, struct nt_worker *w)
{
    if (has_jobs(s))
        nt_worker_order(w, s->next++, s->p->word != NULL ? s->p->word(s->p->user) : 0);
}

/* --- where files or processes are short --- */

static const char *mend_of(int error)
{
    switch (error) {
    case EMFILE: return "raise 'ulimit -n'";
    case ENFILE: return "the machine has no more files: end other programs";
    case EAGAIN: return "raise 'ulimit -u', or the container's limit of processes";
    case ENOMEM: return "free memory";
    default: return "the machine refuses it";
    }
}

static unsigned count_alive(const struct pool *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->count; i++)
        n += s->workers[i].pid > 0;
    return n;
}

static void say_fewer(const struct pool *s, unsigned wanted, int error)
{
    unsigned n = count_alive(s);
    if (n > 0)
        fprintf(stderr, "natsim: %u of %u worker processes can be started (%s), and the run goes on with %s: for more, %s\n", n,
                wanted, strerror(error), n == 1 ? "it" : "them", mend_of(error));
    else
        fprintf(stderr, "natsim: no worker process can be started (%s): %s\n", strerror(error), mend_of(error));
}

static void say_not_again(const struct pool *s, int error)
{
    unsigned n = count_alive(s);
    if (n > 0)
        fprintf(stderr, "natsim: a worker process ended, and none can be started in its place (%s): the run goes on with %u; %s\n",
                strerror(error), n, mend_of(error));
    else
        fprintf(stderr, "natsim: the last worker process ended, and none can be started in its place (%s): %s\n", strerror(error),
                mend_of(error));
}

static void start_workers(struct pool *s)
{
    size_t wanted = s->p->workers < s->p->jobs ? s->p->workers : s->p->jobs;
    bool started = true;
    while (started && s->count < wanted && nt_interrupt() == 0) {
        started = start_worker(s, &s->workers[s->count]);
        if (started)
            hand_out_job(s, &s->workers[s->count++]);
    }
    if (!started)
        say_fewer(s, (unsigned)wanted, errno);
}

/* --- what comes of them --- */

static void lose_job(struct pool *s, struct nt_worker *w, bool hung)
{
    size_t job = w->job;
    int64_t wall_ms = nt_monotonic_ms_since(w->started_us);
    char why[100];
    int status = nt_worker_end(w, hung);
    if (hung)
        snprintf(why, sizeof why, "the case hung: killed after %u s", job_seconds(s->p));
    else if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "the case crashed: signal %d", WTERMSIG(status));
    else
        snprintf(why, sizeof why, "the case's process ended with status %d", WEXITSTATUS(status));
    if (!s->p->lost(s->p->user, job, why, wall_ms))
        s->stopped = true;
    if (!has_jobs(s))
        return;
    if (start_worker(s, w))
        hand_out_job(s, w);
    else
        say_not_again(s, errno);
}

static void receive_answer(struct pool *s, struct nt_worker *w)
{
    size_t job = w->job;
    enum nt_worker_news news = nt_worker_read(w);
    if (news == NT_WORKER_GONE)
        lose_job(s, w, false);
    if (news != NT_WORKER_ANSWERED)
        return;
    char *text = w->text;
    w->text = NULL;
    if (!s->p->done(s->p->user, job, text, (size_t)w->want))
        s->stopped = true;
    free(text);
    hand_out_job(s, w);
}

/* Their cases have not finished, whatever has come of their answers. */
static void cut_jobs(struct pool *s)
{
    s->stopped = true;
    for (unsigned i = 0; i < s->count; i++) {
        size_t job = s->workers[i].job;
        if (job == NT_WORKER_IDLE)
            continue;
        nt_worker_end(&s->workers[i], true);
        if (s->p->cut != NULL)
            s->p->cut(s->p->user, job);
    }
}

static bool is_busy(const struct pool *s)
{
    for (unsigned i = 0; i < s->count; i++)
        if (s->workers[i].job != NT_WORKER_IDLE)
            return true;
    return false;
}

/* Waits for an answer, or for POLL_MS. */
static void wait_for_workers(struct pool *s)
{
    for (unsigned i = 0; i < s->count; i++)
        s->fds[i] = (struct pollfd){.fd = s->workers[i].job != NT_WORKER_IDLE ? s->workers[i].from : -1, .events = POLLIN};
    if (poll(s->fds, s->count, POLL_MS) < 0)
        return;
    for (unsigned i = 0; i < s->count && nt_interrupt() == 0; i++) {
        struct nt_worker *w = &s->workers[i];
        if (w->job != NT_WORKER_IDLE && s->fds[i].revents != 0)
            receive_answer(s, w);
        else if (nt_worker_is_overdue(w, job_seconds(s->p)))
            lose_job(s, w, true);
    }
}

static void run_jobs(struct pool *s)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* writing beyond the limit of file sizes fails, as on a full disk */
    start_workers(s);
    while (is_busy(s) && nt_interrupt() == 0)
        wait_for_workers(s);
    if (nt_interrupt() != 0)
        cut_jobs(s);
    for (unsigned i = 0; i < s->count; i++)
        if (s->workers[i].pid > 0)
            nt_worker_end(&s->workers[i], false);
}

int nt_pool_run(const struct nt_pool *p)
{
    struct pool s = {.p = p, .workers = calloc(p->workers + 1, sizeof *s.workers), .fds = calloc(p->workers + 1, sizeof *s.fds)};
    bool ready = s.workers != NULL && s.fds != NULL;
    if (ready)
        run_jobs(&s);
    else
        fputs("natsim: out of memory\n", stderr);
    free(s.workers);
    free(s.fds);
    return ready && !has_jobs(&s) ? NT_OK : NT_EIO;
}
