/* Inside of the room: what keeps a pair alive that carries data (RFC 8445, 11). */
#ifndef NT_CONFORMANCE_RFC8445_KEEPALIVES_H
#define NT_CONFORMANCE_RFC8445_KEEPALIVES_H

#include "reports/conformance/rfc8445_state.h"

void nt_keepalives_judge(struct nt_seen *s); /* once all has been followed */

#endif
