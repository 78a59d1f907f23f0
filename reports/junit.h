/* junit.xml: the attributes that GitLab, Jenkins and the common actions read; one test suite for each scenario file. */
#ifndef NT_REPORTS_JUNIT_H
#define NT_REPORTS_JUNIT_H

#include "reports/result/results.h"

/* Appends the element of a case. */
void nt_junit_case(struct nt_text *t, const struct nt_result_case *c);
int nt_report_junit(const struct nt_results *r, const char *dir); /* errors as in output.h */

#endif
