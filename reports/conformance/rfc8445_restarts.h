/* Inside of the room: checks of a session after a restart has left it behind (RFC 8839, 4.4.3.1.1). */
#ifndef NT_CONFORMANCE_RFC8445_RESTARTS_H
#define NT_CONFORMANCE_RFC8445_RESTARTS_H

#include "reports/conformance/rfc8445_state.h"

/* The first sending of a check. */
void nt_restarts_judge_check(struct nt_seen *s, const struct nt_item *m);

#endif
