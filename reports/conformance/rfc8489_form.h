/* RFC 8489, 5 and 14: the form of one message. */
#ifndef NT_CONFORMANCE_RFC8489_FORM_H
#define NT_CONFORMANCE_RFC8489_FORM_H

#include "reports/conformance/finding.h"

void nt_rfc8489_form_judge(struct nt_finder *finder);

#endif
