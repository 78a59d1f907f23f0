/* The differences on a terminal, or as plain lines. */
#ifndef NT_DIFF_PRINT_H
#define NT_DIFF_PRINT_H

#include "reports/console_text.h"
#include "scenarios/diff/diff.h"

/* 0 or NT_ENOMEM. */
int nt_diff_print(const struct nt_console *console, const struct nt_diff *d);

#endif
