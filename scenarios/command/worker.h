/* A worker process: it gets numbers of jobs, one at a time, and answers each with a text. */
#ifndef NT_COMMAND_WORKER_H
#define NT_COMMAND_WORKER_H

#include "reports/result/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NT_WORKER_IDLE SIZE_MAX
#define NT_WORKER_TEXT_MAX ((size_t)256 << 20) /* of one job's answer */

struct nt_worker {
    pid_t pid;          /* 0: none */
    int to, from;       /* pipes */
    size_t job;         /* NT_WORKER_IDLE: none */
    int64_t started_us; /* the job; by monotonic.h */
    char *text;
    uint64_t want, have; /* bytes of the answer; want 0: its length has not come yet */
    uint8_t header[8];
    size_t header_have;
};

/* What the process does with a job: makes the text, which is empty before. False: failed, and the process ends. `word`: of the
 * order. */
typedef bool nt_worker_function(void *user, size_t job, unsigned word, struct nt_text *text);

enum nt_worker_news { NT_WORKER_NOTHING, NT_WORKER_ANSWERED, NT_WORKER_GONE };

/* Starts the process. `others`: those that have been started, among them gone ones. 0 or NT_EIO (errno). */
int nt_worker_start(struct nt_worker *w, const struct nt_worker *others, size_t count, nt_worker_function *work, void *user);
void nt_worker_order(struct nt_worker *w, size_t job, unsigned word);
/* When `from` can be read. Answered: all of `text` has come, `want` bytes and a 0 behind; the worker is idle and the text the
 * caller's to free. */
enum nt_worker_news nt_worker_read(struct nt_worker *w);
bool nt_worker_is_overdue(const struct nt_worker *w, unsigned seconds); /* it has been at its job for longer */
/* Waits for its end, which comes when it has no job, is gone, or is killed here. The status of waitpid. */
int nt_worker_end(struct nt_worker *w, bool killed);

#endif
