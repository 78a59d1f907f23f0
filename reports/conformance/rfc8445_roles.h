/* RFC 8445, 7.2.5.1, 7.3.1.1 and 16.1: each agent's role and tie-breaker through time, as its checks and responses show them. */
#ifndef NT_CONFORMANCE_RFC8445_ROLES_H
#define NT_CONFORMANCE_RFC8445_ROLES_H

#include "reports/conformance/finding.h"

void nt_rfc8445_roles_judge(struct nt_finder *finder);

#endif
