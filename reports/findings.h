/* What the rules of conformance found in a case, as lines for people. */
#ifndef NT_REPORTS_FINDINGS_H
#define NT_REPORTS_FINDINGS_H

#include "reports/result/case.h"
#include "reports/result/text.h"

/* Appends a line for each of `most` at most, and one that says how many more results.json has: "advice: RULE: L, packet 5: why". */
void nt_put_findings(struct nt_text *t, const char *what, const struct nt_result_finding *found, size_t count, size_t most);
/* Appends a line for each rule that could not be judged, with the reason. */
void nt_put_not_judged(struct nt_text *t, const struct nt_result_case *c);

/* Appends a line about one pair: "why not: L 10.1.0.2:50000 > 203.0.113.3:40000, packet 17: why". */
void nt_put_pair(struct nt_text *t, const struct nt_result_why_not *y);

/* Appends what kept better pairs from being selected, or each pair from becoming valid: a line that says most, then one for each of
 * `most` at most. Nothing where there is nothing to say. */
void nt_put_why_not(struct nt_text *t, const struct nt_result_case *c, size_t most);

#endif
