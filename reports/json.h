/* results.json: a head, then one case on each line, so that two runs are compared with common tools. */
#ifndef NT_REPORTS_JSON_H
#define NT_REPORTS_JSON_H

#include "reports/result/results.h"

int nt_report_json(const struct nt_results *r, const char *dir); /* errors as in output.h */

#endif
