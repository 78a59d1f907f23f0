/* The log of a run or of a rank, as merge reads it: anybody may have written it. */
#ifndef NT_COMMAND_MERGE_LOG_H
#define NT_COMMAND_MERGE_LOG_H

#include "reports/result/result_parse.h"
#include "reports/result/text.h"
#include "scenarios/command/rank_log.h"
#include "scenarios/files/case_line.h"
#include "scenarios/files/inside.h"

#include <sys/types.h>

#define NT_MERGE_LINE_MAX (NT_RESULT_JSON_MAX + NT_CASE_LINE_HEAD)
#define NT_MERGE_PATH_BYTES 4096

struct nt_merge_log {
    const char *dir;
    struct nt_rank_log rank; /* of size 0: cases.jsonl */
    dev_t device;            /* of the file that was read */
    ino_t inode;
};

/* "DIR/cases.jsonl". Returns `path`. */
const char *nt_merge_log_path(const struct nt_merge_log *log, char path[NT_MERGE_PATH_BYTES]);
/* Opens the file. A rank that is at work may finish, and rename its log, at any time: the log is then that of a finished rank. The
 * descriptor, or -1 with a clause in `why`. */
int nt_merge_log_open(struct nt_merge_log *log, char why[NT_INSIDE_WHY]);
/* Opens the file that was read before, whatever has become of its name. */
int nt_merge_log_reopen(struct nt_merge_log *log, char why[NT_INSIDE_WHY]);

/* The lines of an open file. */
struct nt_merge_lines {
    int fd;
    char *bytes;
    size_t cap, len, at; /* what was read, and where the next line begins in it */
    uint64_t offset;     /* of `bytes` in the file */
};

struct nt_merge_line {
    const char *text; /* without its newline */
    size_t len;
    uint64_t at; /* in the file */
    bool cut;    /* the file ends within it */
};

/* 1: there is a line; 0: the end; NT_EIO (errno), NT_ENOMEM, or NT_ELIMIT: the line is too long. */
int nt_merge_lines_next(struct nt_merge_lines *l, struct nt_merge_line *line);
/* Takes the line apart: the place of its case, and the case's JSON, which replaces *json. False: it is not a line of a run. */
bool nt_merge_line_case(const struct nt_merge_line *line, struct nt_case_place *place, struct nt_text *json);
void nt_merge_lines_free(struct nt_merge_lines *l); /* closes the file, too */

#endif
