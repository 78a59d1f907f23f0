#define _GNU_SOURCE
#include "scenarios/command/worker_pool.h"
#include "core/base/err.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NO_JOB SIZE_MAX
#define POLL_MS 100

struct worker {
    pid_t pid;
    int to, from;    /* pipes */
    size_t job;      /* NO_JOB: idle */
    int64_t started; /* ms */
    char *text;
    uint64_t want, have; /* bytes of the answer; want 0: its length has not come yet */
    uint8_t header[8];
    size_t header_have;
};

struct order {
    uint64_t job, word;
};

struct pool {
    const struct nt_pool *p;
    struct worker *workers;
    size_t next;
    bool stopped;
};

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static unsigned job_seconds(const struct nt_pool *p)
{
    return p->job_seconds > 0 ? p->job_seconds : NT_POOL_JOB_SECONDS;
}

static int write_all(int fd, const void *bytes, size_t len)
{
    const char *p = bytes;
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno != EINTR)
            return NT_EIO;
        p += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return NT_OK;
}

static int read_all(int fd, void *bytes, size_t len)
{
    char *p = bytes;
    while (len > 0) {
        ssize_t n = read(fd, p, len);
        if (n == 0 || (n < 0 && errno != EINTR))
            return NT_EIO;
        p += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return NT_OK;
}

static _Noreturn void run_worker(const struct nt_pool *p, int from, int to)
{
    struct order order;
    struct nt_text text = {0};
    while (read_all(from, &order, sizeof order) == NT_OK) {
        text.len = 0;
        if (!p->work(p->user, (size_t)order.job, (unsigned)order.word, &text) || text.err != NT_OK)
            _exit(1);
        uint64_t len = text.len;
        if (write_all(to, &len, sizeof len) != NT_OK || write_all(to, text.p, text.len) != NT_OK)
            _exit(1);
    }
    _exit(0);
}

/* The kernel kills the worker, and so its real programs, when the parent ends. The parent may have ended before the call. */
static void end_with_parent(pid_t run)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != run)
        _exit(1);
}

static int start_worker(struct pool *s, struct worker *w)
{
    int down[2], up[2];
    pid_t run = getpid();
    if (pipe(down) != 0)
        return NT_EIO;
    if (pipe(up) != 0) {
        close(down[0]), close(down[1]);
        return NT_EIO;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        end_with_parent(run);
        close(down[1]), close(up[0]);
        for (unsigned i = 0; i < s->p->workers; i++)
            if (s->workers[i].pid > 0)
                close(s->workers[i].to), close(s->workers[i].from);
        run_worker(s->p, down[0], up[1]);
    }
    close(down[0]), close(up[1]);
    if (pid < 0) {
        close(down[1]), close(up[0]);
        return NT_EIO;
    }
    *w = (struct worker){.pid = pid, .to = down[1], .from = up[0], .job = NO_JOB};
    return NT_OK;
}

static int end_worker(struct worker *w)
{
    int status = 0;
    close(w->to), close(w->from);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    free(w->text);
    *w = (struct worker){.job = NO_JOB};
    return status;
}

static void hand_out_job(struct pool *s, struct worker *w)
{
    if (s->stopped || s->next == s->p->jobs || w->pid == 0)
        return;
    struct order order = {s->next, s->p->word != NULL ? s->p->word(s->p->user) : 0};
    w->started = monotonic_ms();
    w->job = s->next++;
    w->header_have = 0;
    w->want = w->have = 0;
    write_all(w->to, &order, sizeof order); /* if the worker is dead, the next read from it fails */
}

static void lose_job(struct pool *s, struct worker *w, bool hung)
{
    size_t job = w->job;
    char why[100];
    if (hung)
        kill(w->pid, SIGKILL);
    int status = end_worker(w);
    if (hung)
        snprintf(why, sizeof why, "the case hung: killed after %u s", job_seconds(s->p));
    else if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "the case crashed: signal %d", WTERMSIG(status));
    else
        snprintf(why, sizeof why, "the case's process ended with status %d", WEXITSTATUS(status));
    if (!s->p->lost(s->p->user, job, why))
        s->stopped = true;
    if (s->next < s->p->jobs && !s->stopped && start_worker(s, w) == NT_OK)
        hand_out_job(s, w);
}

/* Reads what has come of the answer. False: the worker is gone. */
static bool read_answer(struct worker *w)
{
    if (w->want == 0) {
        ssize_t n = read(w->from, w->header + w->header_have, sizeof w->header - w->header_have);
        if (n <= 0)
            return n < 0 && errno == EINTR;
        w->header_have += (size_t)n;
        if (w->header_have < sizeof w->header)
            return true;
        memcpy(&w->want, w->header, sizeof w->want);
        w->text = w->want > 0 && w->want <= NT_POOL_TEXT_MAX ? malloc((size_t)w->want + 1) : NULL;
        return w->text != NULL;
    }
    ssize_t n = read(w->from, w->text + w->have, (size_t)(w->want - w->have));
    if (n <= 0)
        return n < 0 && errno == EINTR;
    w->have += (uint64_t)n;
    return true;
}

static void receive_answer(struct pool *s, struct worker *w)
{
    if (!read_answer(w)) {
        lose_job(s, w, false);
        return;
    }
    if (w->want == 0 || w->have < w->want)
        return;
    w->text[w->want] = '\0';
    size_t job = w->job;
    char *text = w->text;
    w->text = NULL;
    w->job = NO_JOB;
    if (!s->p->done(s->p->user, job, text, (size_t)w->want))
        s->stopped = true;
    free(text);
    hand_out_job(s, w);
}

static bool is_busy(const struct pool *s)
{
    for (unsigned i = 0; i < s->p->workers; i++)
        if (s->workers[i].job != NO_JOB)
            return true;
    return false;
}

/* Waits for an answer, or for POLL_MS. */
static void wait_for_workers(struct pool *s, struct pollfd *fds)
{
    for (unsigned i = 0; i < s->p->workers; i++)
        fds[i] = (struct pollfd){.fd = s->workers[i].job != NO_JOB ? s->workers[i].from : -1, .events = POLLIN};
    if (poll(fds, s->p->workers, POLL_MS) < 0)
        return;
    int64_t overdue = monotonic_ms() - (int64_t)job_seconds(s->p) * 1000;
    for (unsigned i = 0; i < s->p->workers; i++) {
        struct worker *w = &s->workers[i];
        if (w->job != NO_JOB && fds[i].revents != 0)
            receive_answer(s, w);
        else if (w->job != NO_JOB && w->started < overdue)
            lose_job(s, w, true);
    }
}

int nt_pool_run(const struct nt_pool *p)
{
    struct pool s = {.p = p};
    struct pollfd *fds = calloc(p->workers + 1, sizeof *fds);
    int started = 0;
    s.workers = calloc(p->workers + 1, sizeof *s.workers);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* writing beyond the limit of file sizes fails, as on a full disk */
    for (unsigned i = 0; s.workers != NULL && i < p->workers; i++)
        s.workers[i].job = NO_JOB;
    for (unsigned i = 0; s.workers != NULL && fds != NULL && i < p->workers && i < p->jobs; i++)
        if (start_worker(&s, &s.workers[i]) == NT_OK) {
            started++;
            hand_out_job(&s, &s.workers[i]);
        }
    while (started > 0 && is_busy(&s))
        wait_for_workers(&s, fds);
    for (unsigned i = 0; s.workers != NULL && i < p->workers; i++)
        if (s.workers[i].pid > 0)
            end_worker(&s.workers[i]);
    free(s.workers);
    free(fds);
    return started > 0 && (s.stopped || s.next == p->jobs) ? NT_OK : NT_EIO;
}
