/* report.html: the page, its data and its script in one file, with nothing from outside. */
#ifndef NT_PAGE_PAGE_H
#define NT_PAGE_PAGE_H

#include "reports/result/results.h"

#include <stdio.h>

/* Writes the page. 0, NT_ENOMEM, or NT_EIO (errno) when texts cannot be read; whether `out` took it, the caller asks `out`. */
int nt_page(FILE *out, const struct nt_results *r);

#endif
