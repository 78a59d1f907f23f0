/* RFC 8489, 6.3.3: a response that is to be discarded, and what a client takes from it all the same. */
#ifndef NT_CONFORMANCE_RFC8489_DISCARDED_H
#define NT_CONFORMANCE_RFC8489_DISCARDED_H

#include "reports/conformance/finding.h"

void nt_rfc8489_discarded_judge(struct nt_finder *finder);

#endif
