/* A run in Markdown, for the summary of a CI's step. */
#ifndef NT_CI_SUMMARY_H
#define NT_CI_SUMMARY_H

#include "reports/result/results.h"

#include <stdio.h>

/* 0 or NT_ENOMEM; whether `out` took it, the caller asks `out`. */
int nt_ci_summary(FILE *out, const struct nt_results *r);

#endif
