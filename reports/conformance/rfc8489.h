/* RFC 8489: the form of messages, transactions, and short-term credentials. */
#ifndef NT_CONFORMANCE_RFC8489_H
#define NT_CONFORMANCE_RFC8489_H

#include "reports/conformance/finding.h"

void nt_rfc8489_judge(struct nt_finder *finder);

#endif
