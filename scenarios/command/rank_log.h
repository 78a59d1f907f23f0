/* The logs of ranks. Each rank writes its finished cases to a file of its own; `natsim merge` reads them all. */
#ifndef NT_COMMAND_RANK_LOG_H
#define NT_COMMAND_RANK_LOG_H

#include "scenarios/command/rank.h"

#include <stdbool.h>

#define NT_RANK_NAME_BYTES 80

/* The log of a rank is cases.RANK-of-SIZE[.RUN].jsonl, and ends in `.unfinished.jsonl` until all of its cases are in. */
struct nt_rank_log {
    struct nt_rank rank;
    bool unfinished;
};

struct nt_rank_log_list {
    struct nt_rank_log *items;
    size_t count, cap;
};

void nt_rank_log_name(const struct nt_rank_log *log, char name[NT_RANK_NAME_BYTES]);
/* Renames the rank's log: all of its cases are in. 0 or NT_EIO (errno). */
int nt_rank_log_finish(const char *dir, const struct nt_rank *rank);
/* Of a log that is begun anew, until it takes the place of the old one. */
void nt_rank_log_name_part(const struct nt_rank *rank, char name[NT_RANK_NAME_BYTES]);
/* Removes from `dir` the files of earlier runs that merge would take for a part of this one: the rank's own log, logs of another
 * size, cases.jsonl, and the reports, which a rank does not write. `rank` NULL (a run in one process): the logs of all ranks. The
 * logs of other ranks of this size stay, since this start may have written them; if another did, merge refuses the mixture. 0 or
 * NT_EIO (errno). */
int nt_rank_log_clean(const char *dir, const struct nt_rank *rank);

/* The logs in `dir`, sorted by size, rank and run; `logs` is empty before. 0, NT_EIO (errno), NT_ENOMEM or NT_ELIMIT. The caller
 * frees with nt_rank_log_list_free. */
int nt_rank_log_list_read(struct nt_rank_log_list *logs, const char *dir);
/* Adds those of `from` and sorts again. 0, NT_ENOMEM or NT_ELIMIT. */
int nt_rank_log_list_append(struct nt_rank_log_list *to, const struct nt_rank_log_list *from);
void nt_rank_log_list_free(struct nt_rank_log_list *logs);
/* Two of the logs, which are given back in `a` and `b`, are of different runs. */
bool nt_rank_log_list_is_mixed(const struct nt_rank_log_list *logs, struct nt_rank *a, struct nt_rank *b);

#endif
