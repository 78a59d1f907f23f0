/* Inside of the room: how many candidate pairs an agent checks (RFC 8445, 6.1.2.5). */
#ifndef NT_CONFORMANCE_RFC8445_LIMIT_H
#define NT_CONFORMANCE_RFC8445_LIMIT_H

#include "reports/conformance/finding.h"

void nt_rfc8445_limit_judge(struct nt_finder *finder);

#endif
