/* The writers of a run's outputs. Files appear whole, by rename; 0, NT_EIO (errno) or NT_ENOMEM. */
#ifndef NT_REPORTS_REPORT_H
#define NT_REPORTS_REPORT_H

#include "reports/result/result.h"

#include <stdio.h>

int nt_report_json(const struct nt_results *r, const char *dir);  /* results.json */
int nt_report_junit(const struct nt_results *r, const char *dir); /* junit.xml */
/* report.html: one file that works from disk. Ladders are drawn from dir's captures where they are. */
int nt_report_html(const struct nt_results *r, const char *dir);

struct nt_console {
    FILE *out;
    bool colour; /* a terminal without NO_COLOR */
    bool verbose;
};

/* The tables of two-axis matrices, a line for each other case that did not pass, and the summary. */
void nt_console_summary(const struct nt_console *c, const struct nt_results *r);
/* One plain line for a finished case. */
void nt_console_case(const struct nt_console *c, const struct nt_result_case *k);
/* The command that runs this case alone; the caller frees. */
char *nt_report_command(const struct nt_result_case *k);

/* Writes a whole file by way of a temporary one beside it. */
int nt_write_file(const char *path, const void *bytes, size_t len);

#endif
