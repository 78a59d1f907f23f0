/* report.html: one file that works from disk, ladders included (they are drawn from the captures under dir). */
#ifndef NT_REPORTS_HTML_H
#define NT_REPORTS_HTML_H

#include "reports/result/results.h"

int nt_report_html(const struct nt_results *r, const char *dir); /* errors as in output.h */

#endif
