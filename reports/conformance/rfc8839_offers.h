/* Inside of the room: a description next to the one that its sender sent before (RFC 8839, 4.4). */
#ifndef NT_CONFORMANCE_RFC8839_OFFERS_H
#define NT_CONFORMANCE_RFC8839_OFFERS_H

#include "reports/conformance/nominations.h"
#include "reports/conformance/told.h"

void nt_rfc8839_judge_exchange(const struct told *t, const struct nt_nominations *nominations);

#endif
