/* RFC 8445: each check and each response to a check, by itself. */
#ifndef NT_CONFORMANCE_RFC8445_H
#define NT_CONFORMANCE_RFC8445_H

#include "reports/conformance/finding.h"

void nt_rfc8445_judge(struct nt_finder *finder);

#endif
