/* A connection, and the moves between its states that have several causes (RFC 9293, 3.3.2, 3.6). */
#ifndef NT_TCP_CONNECTION_H
#define NT_TCP_CONNECTION_H

#include "natsim/tcp/receiver.h"
#include "natsim/tcp/sender.h"
#include "natsim/tcp/tcp_types.h"

enum nt_tcp_state {
    NT_TCP_GONE = 0, /* CLOSED; LISTEN is a listener's */
    NT_TCP_SYN_SENT,
    NT_TCP_SYN_RECEIVED,
    NT_TCP_ESTABLISHED,
    NT_TCP_FIN_WAIT_1,
    NT_TCP_FIN_WAIT_2,
    NT_TCP_CLOSE_WAIT,
    NT_TCP_CLOSING,
    NT_TCP_LAST_ACK,
    NT_TCP_TIME_WAIT
};

struct nt_tcp_connection {
    bool used;
    bool active; /* it was opened from here */
    bool orphan; /* its owner has closed it, or has not heard of it yet */
    enum nt_tcp_state state;
    struct nt_tcp_name name;
    uint32_t listener;    /* whose half-open one it is, by index; NT_MAP_NONE */
    uint32_t listener_id; /* who accepted it, by number */
    bool scales;          /* the window: offered, then agreed */
    struct nt_addr local, remote;
    struct nt_tcp_sender snd;
    struct nt_receiver rcv;
    /* to be sent */
    bool acks, keeps; /* an ACK; a keepalive probe */
    bool resets;      /* a RST, with this sequence number, and an ACK if it is the connection's own */
    bool reset_acks;
    uint32_t reset_seq;
    /* to be told */
    bool opened, open_told, end_told;
    bool lost; /* `why` is to be told */
    enum nt_closed why;
    bool unreachable; /* a soft error has come */
    /* times */
    nt_time ends;       /* TIME-WAIT, or FIN-WAIT-2 of an orphan */
    nt_time heard;      /* the last segment */
    uint32_t unheard;   /* keepalive probes since */
    nt_time challenged; /* since then so many challenge ACKs */
    uint32_t challenges;
    /* places in the lists (lists.h) and in the heap of timers (timers.h) */
    nt_time due;
    uint32_t heap;
    uint32_t next[2];
    bool listed[2];
};

static inline bool nt_connection_is_synchronized(const struct nt_tcp_connection *c)
{
    return c->state >= NT_TCP_ESTABLISHED;
}

/* FIN after what was written; the state follows. */
void nt_connection_shut(struct nt_tcp_connection *c);
void nt_connection_enter_time_wait(struct nt_tcp_connection *c, nt_time now);
void nt_connection_enter_fin_wait_2(struct nt_tcp_connection *c, nt_time now);
/* It ends, and the owner is told why (0: it knows). */
void nt_connection_end(struct nt_tcp_connection *c, enum nt_closed why);
void nt_connection_abort(struct nt_tcp_connection *c); /* it ends, and the peer is told by RST */
/* The owner closes it. */
void nt_connection_close(struct nt_tcp_connection *c, nt_time now);
/* An ACK that a segment asks for which changes nothing. RFC 5961, 7: a limit on their number; false: it is reached. */
bool nt_connection_challenge(struct nt_tcp_connection *c, nt_time now);

#endif
