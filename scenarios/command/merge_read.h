/* The finished cases of the runs that merge reads: from cases.jsonl, or from the logs of ranks. */
#ifndef NT_COMMAND_MERGE_READ_H
#define NT_COMMAND_MERGE_READ_H

#include "scenarios/command/rank_log.h"
#include "scenarios/files/case_line.h"

struct nt_merged_case {
    struct nt_case_place place;
    size_t dir;
    char *json;         /* the line of the log without its place */
    char *id, *capture; /* its own; capture may be NULL */
};

struct nt_merge {
    const char *const *dirs;
    size_t dir_count;
    struct nt_merged_case *cases;
    size_t count, cap;
    struct nt_rank_log_list ranks; /* of all directories */
    bool incomplete;               /* cases that were selected did not run: no verdict */
    uint64_t whole;                /* cases of the runs, as far as it is known */
};

/* Reads the directories: cases in the order of the run, each once, and the ranks. Says on standard error which ranks did not
 * finish. NT_EXIT_OK, NT_EXIT_USAGE with a message on standard error, or NT_EXIT_BROKEN. The caller frees with nt_merge_free in any
 * case. */
int nt_merge_read(struct nt_merge *m);
void nt_merge_free(struct nt_merge *m);
/* "natsim: path:line: what: mend"; line 0: none. Returns NT_EXIT_USAGE. */
int nt_merge_complain(const char *path, size_t line, const char *what, const char *mend);

#endif
