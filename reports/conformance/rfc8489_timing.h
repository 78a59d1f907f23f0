/* RFC 8489, 6.2.1 and RFC 8445, 14.3: when requests are retransmitted. */
#ifndef NT_CONFORMANCE_RFC8489_TIMING_H
#define NT_CONFORMANCE_RFC8489_TIMING_H

#include "reports/conformance/finding.h"

void nt_rfc8489_timing_judge(struct nt_finder *finder);

#endif
