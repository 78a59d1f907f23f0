/* What failed, and the rules that were broken, as SARIF 2.1.0, which code scanning services read. */
#ifndef NT_CI_SARIF_H
#define NT_CI_SARIF_H

#include "reports/result/results.h"

#include <stdio.h>

#define NT_CI_SARIF_MAX 5000 /* results: GitHub shows so many of a run */

/* 0, NT_ENOMEM, or NT_EIO (errno) when the texts of cases cannot be read; whether `out` took it, the caller asks `out`. */
int nt_ci_sarif(FILE *out, const struct nt_results *r);

#endif
