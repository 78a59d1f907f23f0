/* What a person sees on a terminal or in a log. */
#ifndef NT_REPORTS_CONSOLE_H
#define NT_REPORTS_CONSOLE_H

#include "reports/console_text.h"

/* One plain line for a finished case. */
void nt_console_case(const struct nt_console *c, const struct nt_brief *b);
/* The tables of two-axis matrices, what did not pass by its causes, and the totals. */
void nt_console_summary(const struct nt_console *c, const struct nt_results *r);

#endif
