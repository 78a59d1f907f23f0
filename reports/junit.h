/* junit.xml: the attributes that GitLab, Jenkins and the common actions read; one test suite for each scenario file. */
#ifndef NT_REPORTS_JUNIT_H
#define NT_REPORTS_JUNIT_H

#include "reports/result/result.h"

int nt_report_junit(const struct nt_results *r, const char *dir); /* errors as in output.h */

#endif
