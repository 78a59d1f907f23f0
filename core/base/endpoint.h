/* Law 1: a protocol endpoint is sans-IO. Whoever owns the sockets (the fabric's host, or a program's own loop) gives it
 * what arrives and the time, and pulls what it wants sent. Inputs never emit, and nothing re-enters: after every input and
 * every timer the owner drains `request` until it returns 0, then `output` until it returns 0. After a timer(now) and a
 * drained output, deadline > now. */
#ifndef NT_BASE_ENDPOINT_H
#define NT_BASE_ENDPOINT_H

#include "core/base/addr.h"
#include "core/base/time.h"

enum nt_transport { NT_UDP = 1, NT_TCP = 2, NT_TLS = 3 };

struct nt_path {
    uint8_t transport;    /* enum nt_transport */
    uint8_t ttl;          /* hop limit; output: 0 means the owner's default (64) */
    uint8_t tos;          /* DSCP and ECN as in the IP header */
    uint8_t df;           /* IPv4 don't fragment; IPv6, output: the owner does not fragment it either */
    uint32_t id;          /* TCP and TLS: the connection or the listener. Port requests: the endpoint's own number of the request */
    struct nt_addr local; /* ours */
    struct nt_addr remote;
};

enum nt_input {
    NT_IN_DATAGRAM = 1, /* bytes: one datagram */
    NT_IN_STREAM,       /* bytes: the next ones of connection path->id */
    NT_IN_CONNECTED,    /* the request path->id was granted: path->local (and remote) are the real ones */
    NT_IN_ACCEPTED,     /* a peer has connected to path->local: its connection is path->id, of the owner's numbers */
    NT_IN_CLOSED,       /* the connection, or the request path->id, is refused or gone; bytes: of a connection, enum nt_closed */
    NT_IN_SEND_FAILED,  /* a datagram to path->remote could not be sent (no route, down); a chunk of connection path->id was not
                         * taken, for the peer does not read as fast as it is written to */
    NT_IN_ICMP,         /* bytes: NT_ICMP_INPUT, an ICMP error about a datagram we sent on path */
    NT_IN_IF_UP,        /* path->local: an interface's address is there */
    NT_IN_IF_DOWN
};

/* Why a connection ended, or was not made: the one byte of its NT_IN_CLOSED. */
enum nt_closed {
    NT_CLOSED_BY_PEER = 1, /* it has sent all (FIN, TLS's close_notify); all its bytes have been given */
    NT_CLOSED_REFUSED,     /* a reset answered the first segment */
    NT_CLOSED_RESET,
    NT_CLOSED_TIMEOUT,     /* nobody answered, or acknowledged, for too long */
    NT_CLOSED_UNREACHABLE, /* an ICMP error, or no route */
    NT_CLOSED_LIMIT,       /* the owner holds as many connections as it may */
    NT_CLOSED_TLS          /* the handshake failed, or a record was wrong: the trace says why */
};

/* Numbers of connections. Those that the endpoint asks for have its own number of the request, below this bit; those that it
 * accepts have a number of the owner's, with this bit. Neither is used twice. */
#define NT_ACCEPTED 0x80000000U

enum nt_request_kind { NT_REQ_BIND = 1, NT_REQ_CONNECT, NT_REQ_LISTEN, NT_REQ_CLOSE };

struct nt_request {
    enum nt_request_kind kind;
    struct nt_path path; /* bind, listen: local with port 0 asks for any free port. Answered by NT_IN_CONNECTED or NT_IN_CLOSED with
                          * the same path.id, before anything else is given to the endpoint. Connect: answered so when the peer
                          * (and TLS's handshake) has answered, however long that takes. Close: local of a bound port; TCP and TLS:
                          * the connection or listener path.id, which then is not heard of again; what was written is still sent */
    const char *name;    /* connect, TLS: the name that the certificate must have; it stays the endpoint's. NULL: the address */
};

/* A stream's output: one chunk for connection path.id, which the owner takes whole or not at all (NT_IN_SEND_FAILED): a chunk that
 * is one message never leaves a part of it. After a close nothing is taken. */

#define NT_DATAGRAM_MAX 65507    /* UDP payload over IPv4 */
#define NT_OUTPUT_EMPTY SIZE_MAX /* the length of a datagram without bytes */
#define NT_ICMP_INPUT 6          /* type, code, and the next hop's MTU in network order where they speak of one, else 0 */

struct nt_endpoint_ops {
    void (*input)(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now);
    void (*timer)(void *self, nt_time now);
    /* One datagram or stream chunk into buf: its length, or NT_OUTPUT_EMPTY; 0 when there is none. */
    size_t (*output)(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now);
    nt_time (*deadline)(const void *self);              /* NT_TIME_NEVER: none */
    int (*request)(void *self, struct nt_request *req); /* 1: *req is one, 0: none */
};

struct nt_endpoint {
    const struct nt_endpoint_ops *ops;
    void *self;
};

#endif
