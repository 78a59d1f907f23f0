/* junit.xml: what the strictest of its readers takes, the schema of Jenkins' xUnit plugin; one test suite for each scenario file.
 */
#ifndef NT_REPORTS_JUNIT_H
#define NT_REPORTS_JUNIT_H

#include "reports/result/results.h"

/* Appends the element of a case. `dir`: where its capture and logs are, as readers find it: Jenkins and GitLab look from the root
 * of the checkout, where natsim is started. */
void nt_junit_case(struct nt_text *t, const struct nt_result_case *c, const char *dir);
int nt_report_junit(const struct nt_results *r, const char *dir); /* errors as in output.h */

#endif
