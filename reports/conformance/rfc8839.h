/* RFC 8839: session descriptions as they were sent, and what RFC 8445, section 5 says about the candidates in them. */
#ifndef NT_CONFORMANCE_RFC8839_H
#define NT_CONFORMANCE_RFC8839_H

#include "reports/conformance/finding.h"

void nt_rfc8839_judge(struct nt_finder *finder);

#endif
