/* A pool of worker processes: they get numbers of jobs and return texts. A worker that crashes or hangs loses its own job only. */
#ifndef NT_COMMAND_WORKER_POOL_H
#define NT_COMMAND_WORKER_POOL_H

#include "reports/result/text.h"

#include <stdbool.h>
#include <stddef.h>

#define NT_POOL_WORKERS_MAX 256
#define NT_POOL_TEXT_MAX ((size_t)256 << 20) /* of one job's answer */
#define NT_POOL_JOB_SECONDS 700 /* of wall clock, then the worker is killed; a case in real time may take ten minutes */

struct nt_pool {
    size_t jobs;
    unsigned workers;
    unsigned job_seconds; /* 0: NT_POOL_JOB_SECONDS */
    void *user;
    /* In the caller: a word that goes to the worker with a job; NULL: 0. */
    unsigned (*word)(void *user);
    /* In the worker: makes the text, which is empty before. False: failed. */
    bool (*work)(void *user, size_t job, unsigned word, struct nt_text *text);
    bool (*done)(void *user, size_t job, const char *text, size_t len); /* in the caller; false: hand out no more jobs */
    bool (*lost)(void *user, size_t job, const char *why);              /* in the caller: the worker crashed or hung; likewise */
};

/* 0 when every job that was handed out was done or lost; NT_EIO when no worker can be started. */
int nt_pool_run(const struct nt_pool *p);

#endif
