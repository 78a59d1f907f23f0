/* Ranks: the processes of one run that a launcher (mpirun, srun) starts on many machines with one --out among them. Each takes the
 * cases whose index modulo the size is its rank, and logs them in a file of its own; `natsim merge` reads the logs of all. */
#ifndef NT_COMMAND_RANKS_H
#define NT_COMMAND_RANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_RANKS_MAX 1000000
#define NT_RANK_RUN_BYTES 9   /* eight hexadecimal digits */
#define NT_RANK_NAME_BYTES 80

struct nt_rank {
    uint64_t rank, size;
    char run[NT_RANK_RUN_BYTES]; /* tells one start of the launcher from another; "": the launcher does not */
};

/* The log of a rank is cases.RANK-of-SIZE[.RUN].jsonl; `.unfinished` stands before its end until all of its cases are in. */
struct nt_rank_log {
    struct nt_rank rank;
    bool unfinished;
};

struct nt_rank_logs {
    struct nt_rank_log *items;
    size_t count, cap;
};

/* What the launcher has set in the environment. 0, or NT_EFORMAT with what is wrong and its mend in `why`. */
int nt_rank_find(struct nt_rank *r, char *why, size_t cap);
void nt_rank_log_name(const struct nt_rank_log *log, char name[NT_RANK_NAME_BYTES]);
/* All cases of the rank are in its log: it gets its last name. 0 or NT_EIO (errno). */
int nt_rank_log_end(const char *dir, const struct nt_rank *r);

/* Removes from `dir` what earlier runs have left and merge would take for a part of this one: the rank's own log, logs of another
 * size, cases.jsonl, and reports, which this rank does not write. `r` NULL (a run in one process): every rank's log. Another rank's log
 * of this size stays, though another start may have left it: merge refuses a mixture. 0 or NT_EIO (errno). */
int nt_ranks_clean(const char *dir, const struct nt_rank *r);
/* The logs in `dir`, sorted by size, rank and start; `logs` is empty before. 0, NT_EIO (errno), NT_ENOMEM or NT_ELIMIT. The caller frees
 * with nt_rank_logs_free. */
int nt_rank_logs_list(struct nt_rank_logs *logs, const char *dir);
/* Adds those of `from`, in the same order. 0, NT_ENOMEM or NT_ELIMIT. */
int nt_rank_logs_add(struct nt_rank_logs *to, const struct nt_rank_logs *from);
void nt_rank_logs_free(struct nt_rank_logs *logs);
/* Two of the logs are of different runs. */
bool nt_rank_logs_mixed(const struct nt_rank_logs *logs, struct nt_rank *a, struct nt_rank *b);

#endif
