/* The segments of a connection: which is next, and its bytes. */
#ifndef NT_TCP_OUTPUT_H
#define NT_TCP_OUTPUT_H

#include "natsim/tcp/tcp_state.h"

/* False: there is none now. */
bool nt_output_next(struct nt_tcp *t, struct nt_tcp_connection *c, struct nt_packet *p, nt_time now);

#endif
