/* A pool of worker processes: they get numbers of jobs and return texts. A worker that crashes or hangs loses its own job only. */
#ifndef NT_COMMAND_WORKER_POOL_H
#define NT_COMMAND_WORKER_POOL_H

#include "scenarios/command/worker.h"

#define NT_POOL_WORKERS_MAX 256
#define NT_POOL_JOB_SECONDS 700 /* of the monotonic clock, then the worker is killed; a case in real time may take ten minutes */

struct nt_pool {
    size_t jobs;
    unsigned workers;
    unsigned job_seconds; /* 0: NT_POOL_JOB_SECONDS */
    void *user;
    /* In the caller: a word that goes to the worker with a job; NULL: 0. */
    unsigned (*word)(void *user);
    nt_worker_function *work;                                           /* in the worker */
    bool (*done)(void *user, size_t job, const char *text, size_t len); /* in the caller; false: hand out no more jobs */
    /* In the caller: the worker crashed or hung, after so many milliseconds of the job; likewise. */
    bool (*lost)(void *user, size_t job, const char *why, int64_t wall_ms);
    void (*cut)(void *user,
                size_t job); /* in the caller: its worker was killed, since the command is interrupted; NULL: nothing to do */
};

/* Where files or processes are short, fewer workers start, or the others go on with what one leaves that cannot be started again;
 * it is said on standard error. After an interruption (nt_interrupt) no job is handed out, and those at work are cut. 0 when every
 * job that was handed out was done, lost or cut; NT_EIO when jobs remain because no worker can be started: that was said, too. */
int nt_pool_run(const struct nt_pool *p);

#endif
