/* The timers of a connection: retransmission and probes, keepalive, the ends of states (RFC 9293, 3.8, 3.10.8). */
#ifndef NT_TCP_TIMEOUTS_H
#define NT_TCP_TIMEOUTS_H

#include "natsim/tcp/tcp_state.h"

void nt_timeouts_run(const struct nt_tcp *t, struct nt_tcp_connection *c, nt_time now);
nt_time nt_timeouts_next(const struct nt_tcp *t, const struct nt_tcp_connection *c);

#endif
