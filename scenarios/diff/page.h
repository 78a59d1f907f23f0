/* The differences as one file of HTML that works from disk: no script, nothing from outside. */
#ifndef NT_DIFF_PAGE_H
#define NT_DIFF_PAGE_H

#include "scenarios/diff/diff.h"

#include <stdio.h>

/* 0 or NT_ENOMEM; whether `out` took it, the caller asks `out`. */
int nt_diff_page(FILE *out, const struct nt_diff *d);

#endif
