/* RFC 8838: candidates that are trickled. */
#ifndef NT_CONFORMANCE_RFC8838_H
#define NT_CONFORMANCE_RFC8838_H

#include "reports/conformance/nominations.h"
#include "reports/conformance/told.h"

void nt_rfc8838_judge_told(const struct told *t, const struct nt_nominations *nominations);
void nt_rfc8840_judge_told(const struct told *t); /* RFC 8840, 4.4: which session a fragment names */
void nt_rfc8838_judge_checks(struct nt_finder *finder);
void nt_rfc8838_judge_remotes(struct nt_finder *finder);

#endif
