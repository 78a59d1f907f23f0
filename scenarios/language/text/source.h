/* The text of a scenario file, and the errors about places in it. */
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
    struct nt_diags *diags;    /* where errors go */
    struct nt_diags *warnings; /* where warnings go; NULL: nowhere */
    size_t errors;             /* reported so far, including repeated ones */
};

/* Copies the text. 0 or NT_ENOMEM; call nt_source_free in either case. */
int nt_source_init(struct nt_source *s, const char *shown, const char *text, size_t len);
void nt_source_free(struct nt_source *s);
/* Adds an error with its source line. The same error at the same place is added once, since other cells of a matrix repeat it.
 * Returns it for nt_diag_mend; may be NULL. */
struct nt_diag *nt_source_error(struct nt_source *s, struct nt_place at, const char *fmt, ...) NT_PRINTF(3, 4);
/* Likewise a warning, which is no error. */
struct nt_diag *nt_source_warn(struct nt_source *s, struct nt_place at, const char *fmt, ...) NT_PRINTF(3, 4);
void nt_source_nomem(struct nt_source *s);      /* adds the error "out of memory" */
bool nt_source_full(const struct nt_source *s); /* no further errors are kept */

#endif
