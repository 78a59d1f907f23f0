/* Errors for people: file:line:column, what is wrong, and how to mend it. */
#ifndef NT_BASE_DIAG_H
#define NT_BASE_DIAG_H

#include <stddef.h>

struct nt_diag {
    char *file;   /* as the user named it; may be NULL */
    int line;     /* from 1; 0: none */
    int column;   /* from 1; 0: none */
    char *what;   /* one sentence without a full stop */
    char *mend;   /* may be NULL */
    char *source; /* the text of that line, without its newline; may be NULL */
};

#define NT_DIAGS_MAX 100

struct nt_diags {
    struct nt_diag *items;
    size_t count, cap;
    size_t dropped; /* beyond NT_DIAGS_MAX, or out of memory */
};

#if defined(__GNUC__)
#define NT_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define NT_PRINTF(f, a)
#endif

/* Adds one and returns it, so that its `mend` and `source` can be set; NULL when it was dropped. */
struct nt_diag *nt_diag_add(struct nt_diags *d, const char *file, int line, int column, const char *fmt, ...) NT_PRINTF(5, 6);
/* Both accept NULL. */
void nt_diag_mend(struct nt_diag *d, const char *fmt, ...) NT_PRINTF(2, 3);
void nt_diag_source(struct nt_diag *d, const char *text, size_t len);
/* "file:line:column: what: mend\n", then the source line and a caret. Returns a malloc'd text, NULL without memory. */
char *nt_diags_format(const struct nt_diags *d);
void nt_diags_clear(struct nt_diags *d);
/* The nearest of `n` words to `word` (Levenshtein distance at most a third of its length, at least 2), or NULL. */
const char *nt_nearest(const char *word, const char *const *words, size_t n);

#endif
