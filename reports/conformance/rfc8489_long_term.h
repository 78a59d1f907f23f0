/* RFC 8489, 9.2: the long-term credential mechanism, the client. */
#ifndef NT_CONFORMANCE_RFC8489_LONG_TERM_H
#define NT_CONFORMANCE_RFC8489_LONG_TERM_H

#include "reports/conformance/finding.h"

void nt_rfc8489_long_term_judge(struct nt_finder *finder);

#endif
