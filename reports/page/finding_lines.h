/* What the rules of conformance found in a case, for the overview: a line for each kind, rule and agent, with how often. */
#ifndef NT_PAGE_FINDING_LINES_H
#define NT_PAGE_FINDING_LINES_H

#include "reports/result/case.h"
#include "reports/result/text.h"

/* Appends "violation 3 RFC8445-7.1.1-priority L\n"; the other kinds are "advice" and "not-judged". An agent that is not known is
 * "-". */
void nt_put_finding_lines(struct nt_text *t, const struct nt_result_case *c);

#endif
