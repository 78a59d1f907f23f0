/* RFC 8489, 5 and 6: transactions. */
#ifndef NT_CONFORMANCE_RFC8489_H
#define NT_CONFORMANCE_RFC8489_H

#include "reports/conformance/finding.h"

void nt_rfc8489_judge(struct nt_finder *finder);

#endif
