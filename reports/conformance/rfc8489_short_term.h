/* RFC 8489, 9.1: the short-term credential mechanism, at both ends of a check; and whose key signs a message. */
#ifndef NT_CONFORMANCE_RFC8489_SHORT_TERM_H
#define NT_CONFORMANCE_RFC8489_SHORT_TERM_H

#include "reports/conformance/finding.h"

void nt_rfc8489_short_term_judge(struct nt_finder *finder);

#endif
