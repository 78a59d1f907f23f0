/* Inside of the room: what changes, and what stays, from one description of an agent to the next (RFC 8839, 4.4). */
#ifndef NT_CONFORMANCE_RFC8839_RESTARTS_H
#define NT_CONFORMANCE_RFC8839_RESTARTS_H

#include "reports/conformance/nominations.h"
#include "reports/conformance/told.h"

/* A full description that is not the first. */
void nt_rfc8839_judge_change(const struct told *t, const struct nt_nominations *nominations);

#endif
