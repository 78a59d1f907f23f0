/* The finished cases of the runs that merge reads: from cases.jsonl, or from the logs of ranks. Anybody may have filled the
 * directories: nothing is taken from outside of them, and whatever has no bound is refused. */
#ifndef NT_COMMAND_MERGE_READ_H
#define NT_COMMAND_MERGE_READ_H

#include "reports/result/text.h"
#include "scenarios/command/merge_log.h"

#define NT_MERGE_FILE_MAX (UINT64_C(1) << 34) /* bytes of a capture, or of a log of a program */
#define NT_MERGE_MEND_FILES "merge takes regular files that lie in the directory"

struct nt_merged_case {
    struct nt_case_place place;
    uint64_t at; /* of its line, in its log */
    size_t len, log, line;
    uint64_t hash;                       /* of the line without its place, */
    uint64_t result_hash;                /* and without what results.json leaves out */
    char *id, *capture, *passed_capture; /* captures may be NULL */
};

struct nt_merge {
    const char *const *dirs;
    size_t dir_count;
    struct nt_merge_log *logs;
    size_t log_count, log_cap;
    struct nt_merged_case *cases;
    size_t count, cap;
    struct nt_case_place *places; /* of all cases, of those that are in two directories, too */
    size_t place_count;
    struct nt_rank_log_list ranks; /* of all directories */
    bool incomplete;               /* cases that were selected did not run: no verdict */
    uint64_t whole;                /* cases of the runs, as far as it is known */
    uint64_t sourced;              /* hash of the name of the scenario whose text was taken last; 0: none yet */
};

/* Reads the directories: all cases as they come, and the ranks. Says on standard error which ranks did not finish. NT_EXIT_OK,
 * NT_EXIT_USAGE with a message on standard error, or NT_EXIT_BROKEN. The caller frees with nt_merge_free in any case. */
int nt_merge_read(struct nt_merge *m);
void nt_merge_free(struct nt_merge *m);
/* Replaces *json by the JSON of a case, read from its log again. 0; NT_ENOMEM; NT_ESTATE with a message on standard error: it is no
 * longer there. */
int nt_merge_case_json(struct nt_merge *m, const struct nt_merged_case *k, struct nt_text *json);
void nt_merged_case_free(struct nt_merged_case *k);
/* "natsim: path:line: what: mend"; line 0: none. Returns NT_EXIT_USAGE. */
int nt_merge_complain(const char *path, size_t line, const char *what, const char *mend);
int nt_merge_complain_at(const struct nt_merge *m, const struct nt_merged_case *k, const char *what, const char *mend);
int nt_merge_no_memory(void); /* returns NT_EXIT_BROKEN */

#endif
