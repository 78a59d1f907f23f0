/* The text of a scenario file, and what is said about places in it. */
#ifndef NT_TEXT_SOURCE_H
#define NT_TEXT_SOURCE_H

#include "core/base/diag.h"
#include "scenarios/model/case.h"

struct nt_source {
    char *shown; /* the name in diagnostics */
    char *text;  /* owned, with a NUL after it */
    size_t len;
    uint32_t *lines; /* where each line starts */
    size_t line_count;
    struct nt_diags *diags; /* where errors go */
    size_t errors;          /* said so far, repeated ones too */
};

/* Takes a copy. 0 or NT_ENOMEM; free with nt_source_free also then. */
int nt_source_init(struct nt_source *s, const char *shown, const char *text, size_t len);
void nt_source_free(struct nt_source *s);
/* Adds an error once, with the line it speaks of; what was said before of this place is not said again (other cells of a matrix
 * have the same errors). Returns it for nt_diag_mend; may be NULL. */
struct nt_diag *nt_source_error(struct nt_source *s, struct nt_place at, const char *fmt, ...) NT_PRINTF(3, 4);
bool nt_source_full(const struct nt_source *s); /* no more errors are kept */

#endif
