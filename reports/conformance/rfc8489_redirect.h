/* RFC 8489, 10: a server names another one. */
#ifndef NT_CONFORMANCE_RFC8489_REDIRECT_H
#define NT_CONFORMANCE_RFC8489_REDIRECT_H

#include "reports/conformance/finding.h"

void nt_rfc8489_redirect_judge(struct nt_finder *finder);

#endif
