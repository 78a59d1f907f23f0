/* Initial sequence numbers (RFC 9293, 3.4.1; RFC 6528). */
#ifndef NT_TCP_ISN_H
#define NT_TCP_ISN_H

#include "natsim/tcp/tcp_state.h"

uint32_t nt_isn(const struct nt_tcp *t, const struct nt_addr *local, const struct nt_addr *remote, nt_time now);

#endif
