#define _GNU_SOURCE
#include "scenarios/command/worker.h"
#include "core/base/err.h"
#include "scenarios/command/monotonic.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct order {
    uint64_t job, word;
};

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

static _Noreturn void answer_orders(int from, int to, nt_worker_function *work, void *user)
{
    struct order order;
    struct nt_text text = {0};
    while (read_all(from, &order, sizeof order) == NT_OK) {
        text.len = 0;
        if (!work(user, (size_t)order.job, (unsigned)order.word, &text) || text.err != NT_OK)
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

static void close_pipes_of(const struct nt_worker *others, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (others[i].pid > 0)
            close(others[i].to), close(others[i].from);
}

static int make_pipes(int down[2], int up[2])
{
    if (pipe(down) != 0)
        return NT_EIO;
    if (pipe(up) == 0)
        return NT_OK;
    int saved = errno;
    close(down[0]), close(down[1]);
    errno = saved;
    return NT_EIO;
}

int nt_worker_start(struct nt_worker *w, const struct nt_worker *others, size_t count, nt_worker_function *work, void *user)
{
    int down[2], up[2];
    pid_t run = getpid();
    if (make_pipes(down, up) != NT_OK)
        return NT_EIO;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        end_with_parent(run);
        close(down[1]), close(up[0]);
        close_pipes_of(others, count);
        answer_orders(down[0], up[1], work, user);
    }
    int saved = errno;
    close(down[0]), close(up[1]);
    if (pid < 0) {
        close(down[1]), close(up[0]);
        errno = saved;
        return NT_EIO;
    }
    *w = (struct nt_worker){.pid = pid, .to = down[1], .from = up[0], .job = NT_WORKER_IDLE};
    return NT_OK;
}

void nt_worker_order(struct nt_worker *w, size_t job, unsigned word)
{
    struct order order = {job, word};
    w->started_us = nt_monotonic_us();
    w->job = job;
    w->header_have = 0;
    w->want = w->have = 0;
    write_all(w->to, &order, sizeof order); /* if the worker is dead, the next read from it fails */
}

/* The answer begins with its length. */
static enum nt_worker_news read_header(struct nt_worker *w)
{
    ssize_t n = read(w->from, w->header + w->header_have, sizeof w->header - w->header_have);
    if (n <= 0)
        return n < 0 && errno == EINTR ? NT_WORKER_NOTHING : NT_WORKER_GONE;
    w->header_have += (size_t)n;
    if (w->header_have < sizeof w->header)
        return NT_WORKER_NOTHING;
    memcpy(&w->want, w->header, sizeof w->want);
    w->text = w->want > 0 && w->want <= NT_WORKER_TEXT_MAX ? malloc((size_t)w->want + 1) : NULL;
    return w->text != NULL ? NT_WORKER_NOTHING : NT_WORKER_GONE;
}

enum nt_worker_news nt_worker_read(struct nt_worker *w)
{
    if (w->want == 0)
        return read_header(w);
    ssize_t n = read(w->from, w->text + w->have, (size_t)(w->want - w->have));
    if (n <= 0)
        return n < 0 && errno == EINTR ? NT_WORKER_NOTHING : NT_WORKER_GONE;
    w->have += (uint64_t)n;
    if (w->have < w->want)
        return NT_WORKER_NOTHING;
    w->text[w->want] = '\0';
    w->job = NT_WORKER_IDLE;
    return NT_WORKER_ANSWERED;
}

bool nt_worker_is_overdue(const struct nt_worker *w, unsigned seconds)
{
    return w->job != NT_WORKER_IDLE && nt_monotonic_ms_since(w->started_us) > (int64_t)seconds * 1000;
}

int nt_worker_end(struct nt_worker *w, bool killed)
{
    int status = 0;
    if (killed)
        kill(w->pid, SIGKILL);
    close(w->to), close(w->from);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    free(w->text);
    *w = (struct nt_worker){.job = NT_WORKER_IDLE};
    return status;
}
