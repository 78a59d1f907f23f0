/* What failed, as workflow commands of GitHub, which shows them at the lines of the scenarios. */
#ifndef NT_CI_ANNOTATIONS_H
#define NT_CI_ANNOTATIONS_H

#include "reports/result/results.h"

#include <stdio.h>

#define NT_CI_ANNOTATIONS_MAX 10 /* GitHub shows so many errors of a step */

/* 0 or NT_ENOMEM. */
int nt_ci_annotate_github(FILE *out, const struct nt_results *r);

#endif
