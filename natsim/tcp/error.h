/* What an ICMP error does to a connection (RFC 9293, 3.9.2.2; RFC 1191, RFC 8201, RFC 5927). */
#ifndef NT_TCP_ERROR_H
#define NT_TCP_ERROR_H

#include "natsim/tcp/tcp_state.h"

/* False: it quotes nothing that is in flight. */
bool nt_error_take(struct nt_tcp_connection *c, const struct nt_tcp_error *e);

#endif
