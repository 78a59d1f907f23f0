/* RFC 8656, the server: its responses, and what it relays both ways. */
#ifndef NT_CONFORMANCE_RFC8656_SERVER_H
#define NT_CONFORMANCE_RFC8656_SERVER_H

#include "reports/conformance/finding.h"

void nt_rfc8656_server_judge(struct nt_finder *finder);

#endif
