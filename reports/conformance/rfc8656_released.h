/* RFC 8656, 3.2: whether an agent deletes its allocations when the call has ended. */
#ifndef NT_CONFORMANCE_RFC8656_RELEASED_H
#define NT_CONFORMANCE_RFC8656_RELEASED_H

#include "reports/conformance/finding.h"

void nt_rfc8656_released_judge(struct nt_finder *finder);

#endif
