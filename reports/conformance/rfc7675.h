/* RFC 7675: consent on each pair that was selected. */
#ifndef NT_CONFORMANCE_RFC7675_H
#define NT_CONFORMANCE_RFC7675_H

#include "reports/conformance/finding.h"

void nt_rfc7675_judge(struct nt_finder *finder);

#endif
