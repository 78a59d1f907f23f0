/* RFC 8656, the client: what it asks for, and that it was granted what it uses. */
#ifndef NT_CONFORMANCE_RFC8656_CLIENT_H
#define NT_CONFORMANCE_RFC8656_CLIENT_H

#include "reports/conformance/finding.h"

void nt_rfc8656_client_judge(struct nt_finder *finder);

#endif
