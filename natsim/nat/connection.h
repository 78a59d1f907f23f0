/* The state of a TCP connection that passes, by the flags seen: RFC 7857's machine (section 2, after RFC 6146, 3.5.2.2), or Linux's
 * (net/netfilter/nf_conntrack_proto_tcp.c, tcp_conntracks). */
#ifndef NT_NAT_CONNECTION_H
#define NT_NAT_CONNECTION_H

#include "natsim/nat/policy/policy.h"

/* What a segment does with a connection: the next state, or one of these. */
enum nt_connection_fate {
    NT_CONN_IGNORED = NT_CONNECTION_STATES, /* it passes, and changes nothing */
    NT_CONN_INVALID,                        /* it belongs to no connection: it does not pass */
    NT_CONN_ENDED,                          /* it passes, and the connection is forgotten */
    NT_CONN_BEGUN_AGAIN                     /* a SYN of a new connection with the same addresses and ports */
};

/* A segment by its flags (natsim/packet/segment.h); `reply`: of the side that did not begin; `fins`: the sides that have sent a
 * FIN, bit 1 for the one that replies. Returns an enum nt_connection or nt_connection_fate. */
int nt_connection_next(enum nt_tcp_tracking tracking, enum nt_connection state, uint8_t *fins, uint8_t flags, bool reply);
/* Whether a segment from inside begins a connection: a SYN, for Linux also one out of the middle of a connection; *state: which
 * it has then. */
bool nt_connection_begins(enum nt_tcp_tracking tracking, uint8_t flags, enum nt_connection *state);
static inline bool nt_connection_is_syn(uint8_t flags)
{
    return (flags & 0x17) == 0x02; /* SYN without FIN, RST and ACK */
}

#endif
