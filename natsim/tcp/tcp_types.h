/* What the owner of a host's TCP and the TCP tell each other: the configuration, names of connections, events, ICMP errors. */
#ifndef NT_TCP_TCP_TYPES_H
#define NT_TCP_TCP_TYPES_H

#include "core/base/endpoint.h"
#include "core/base/rand.h"
#include "core/base/trace.h"

/* 0 where a default stands: of all connections, of those of one listener that no ACK has completed, of the bytes that a connection
 * holds unacknowledged, and that it holds for its owner. */
struct nt_tcp_limits {
    uint32_t connections;    /* 65536 */
    uint32_t half_open;      /* 128 */
    uint32_t send, received; /* 262144; at most 1 GiB */
};

struct nt_tcp_keepalive {
    nt_time idle; /* 0: off; else the time without a segment after which a probe is sent */
    nt_time interval;
    uint32_t probes; /* without an answer: the connection is gone */
};

struct nt_tcp_config {
    const struct nt_rand *rand;   /* a stream of its own */
    const struct nt_trace *trace; /* copied: what is discarded is told */
    struct nt_tcp_limits limits;
    struct nt_tcp_keepalive keepalive;
};

/* Of a listener or connection: the owner's, and its own number of it. */
struct nt_tcp_name {
    uint32_t owner, id;
};

enum nt_tcp_event_kind {
    NT_TCP_ACCEPTED = 1, /* name: its number has NT_ACCEPTED; listener: the listener's */
    NT_TCP_CONNECTED,
    NT_TCP_BYTES,
    NT_TCP_CLOSED /* why. NT_CLOSED_BY_PEER: all its bytes were given, and this side can still write and must close; else it is gone
                   */
};

struct nt_tcp_event {
    enum nt_tcp_event_kind kind;
    struct nt_tcp_name name;
    uint32_t listener;
    struct nt_addr local, remote;
    const uint8_t *bytes; /* until the next call */
    size_t len;
    enum nt_closed why;
};

/* An ICMP error about a segment that was sent. */
struct nt_tcp_error {
    uint8_t type, code;
    uint32_t mtu; /* of the next hop; 0: it says none */
    uint32_t seq; /* of the segment */
};

#endif
