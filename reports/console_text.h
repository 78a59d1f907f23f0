/* The console, and text on it in lines that fit. */
#ifndef NT_REPORTS_CONSOLE_TEXT_H
#define NT_REPORTS_CONSOLE_TEXT_H

#include "reports/result/results.h"

#include <stdio.h>

#define NT_CONSOLE_INDENT 4

struct nt_console {
    FILE *out;
    size_t width; /* columns of a terminal, which gets tables, and no line that is wider; 0: none, lines are whole */
    bool colour;  /* a terminal without NO_COLOR */
    bool verbose;
    bool quiet; /* no tables */
};

/* "✓", "✗", "!", "-", in its colour. */
const char *nt_console_glyph(enum nt_outcome o);
const char *nt_console_colour(const struct nt_console *c, enum nt_outcome o);
const char *nt_console_plain(const struct nt_console *c); /* ends a colour */
/* Puts text from outside, control characters as '?', at most `width` characters: "…" ends what is cut. Then blanks up to `pad`. */
void nt_console_put_cut(const struct nt_console *c, const char *text, size_t width, size_t pad);
/* Puts text from column `at` on. Lines end at blanks, and within words that are longer than a line; later ones begin with `indent`
 * blanks. */
void nt_console_put_wrapped(const struct nt_console *c, const char *text, size_t at, size_t indent);
/* The same for a command line, which a shell reads in several lines as in one. */
void nt_console_put_command(const struct nt_console *c, const char *text, size_t indent);

#endif
