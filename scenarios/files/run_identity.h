/* What a run is, as lines of its record, and what differs between two runs in words for people. */
#ifndef NT_FILES_RUN_IDENTITY_H
#define NT_FILES_RUN_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct nt_run_identity {
    const char *program; /* version and build */
    /* Whatever else decides about results, a line each: "flag TEXT", "file HASH NAME", "cases COUNT" (before the shard is taken).
     */
    const char *selection;
    const char *launch;   /* of a rank: the launcher's name of this start; "": it gives none */
    uint64_t rank, ranks; /* ranks 0: a run in one process */
};

/* Writes text from outside as a part of a line: control characters and backslashes become \xNN. */
void nt_run_identity_write_text(FILE *out, const char *text);
/* "program ...", the lines of the selection, "rank R of N" of a rank. NULL without memory; the caller frees. */
char *nt_run_identity_lines(const struct nt_run_identity *is);
/* Lines that all ranks of one launch share, and no other run has. Likewise. */
char *nt_run_identity_launch_lines(const struct nt_run_identity *is);
/* Compares the lines of two runs. Returns whether they are of one run; else `what` has sentences on what differs, "; " between
 * them. */
bool nt_run_identity_is_same(const char *then, const char *now, char *what, size_t cap);

#endif
