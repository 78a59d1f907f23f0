/* RFC 8489, 9.2: the long-term credential mechanism, the server. */
#ifndef NT_CONFORMANCE_RFC8489_LONG_TERM_SERVER_H
#define NT_CONFORMANCE_RFC8489_LONG_TERM_SERVER_H

#include "reports/conformance/finding.h"

void nt_rfc8489_long_term_server_judge(struct nt_finder *finder);

#endif
