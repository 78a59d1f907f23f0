/* Inside of the room: how fast an agent starts transactions (RFC 8445, 14.2). */
#ifndef NT_CONFORMANCE_RFC8445_PACING_H
#define NT_CONFORMANCE_RFC8445_PACING_H

#include "reports/conformance/rfc8445_state.h"

nt_time nt_pacing_ta(const struct nt_view *v, const struct nt_item *m,
                     nt_time at);                                   /* of its sender, with what the peer has told by then */
void nt_pacing_started(struct nt_seen *s, const struct nt_item *m); /* the first sending of a request */

#endif
