/* RFC 3261, 15.1: what an agent still sends when the call has ended. */
#ifndef NT_CONFORMANCE_RFC3261_H
#define NT_CONFORMANCE_RFC3261_H

#include "reports/conformance/finding.h"

void nt_rfc3261_judge(struct nt_finder *finder);

#endif
