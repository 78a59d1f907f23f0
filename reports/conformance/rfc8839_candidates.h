/* Inside of the room: the candidates of a description or a fragment, each and two by two (RFC 8445, 5.1; RFC 8839, 5.1). */
#ifndef NT_CONFORMANCE_RFC8839_CANDIDATES_H
#define NT_CONFORMANCE_RFC8839_CANDIDATES_H

#include "reports/conformance/told.h"

void nt_rfc8839_judge_candidates(const struct told *t);

#endif
