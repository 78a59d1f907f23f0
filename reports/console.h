/* What a person sees on a terminal or in a log. */
#ifndef NT_REPORTS_CONSOLE_H
#define NT_REPORTS_CONSOLE_H

#include "reports/result/results.h"

#include <stdio.h>

struct nt_console {
    FILE *out;
    bool colour; /* a terminal without NO_COLOR */
    bool verbose;
    bool quiet; /* no tables */
};

/* One plain line for a finished case. */
void nt_console_case(const struct nt_console *c, const struct nt_brief *b);
/* The tables of two-axis matrices, a line for each other case that did not pass, and the totals. */
void nt_console_summary(const struct nt_console *c, const struct nt_results *r);

#endif
