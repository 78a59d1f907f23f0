/* What a segment does to its connection (RFC 9293, 3.10.7.3 and 3.10.7.4; RFC 5961). */
#ifndef NT_TCP_ARRIVAL_H
#define NT_TCP_ARRIVAL_H

#include "natsim/tcp/tcp_state.h"

/* NT_OK, or NT_ENOMEM: it counts as lost. *why: it is not taken, or not all of it; NULL: it is. */
int nt_arrival(struct nt_tcp *t, struct nt_tcp_connection *c, const struct nt_segment *s, const struct nt_why **why, nt_time now);
/* What a SYN says of its sender. */
void nt_arrival_learn(struct nt_tcp_connection *c, const struct nt_segment *syn);

#endif
