/* What --summary, --sarif and --annotations ask for. */
#ifndef NT_COMMAND_CI_FILES_H
#define NT_COMMAND_CI_FILES_H

#include "reports/result/results.h"
#include "scenarios/command/options.h"

#include <stdio.h>

/* Appends to a file what `write` writes of `what`, since a CI gives all that a step calls one file. False, with a message on
 * standard error: it cannot be written. */
bool nt_ci_append_summary(const char *path, int (*write)(FILE *out, const void *what), const void *what);
/* The formats of a run that were asked for. False: one of them cannot be written, which is said on standard error. */
bool nt_ci_files_write(const struct nt_results *results, const struct nt_options *o);

#endif
