/* The send sequence space of a connection (RFC 9293, 3.3.1, 3.8): what was written, what of it was sent and acknowledged, and what
 * may be sent now: within the peer's window, without silly windows (3.8.6.2.1), within what congestion control allows. A probe goes
 * into a closed window (3.8.6.1). SYN and FIN are in it. */
#ifndef NT_TCP_SENDER_H
#define NT_TCP_SENDER_H

#include "natsim/tcp/congestion.h"
#include "natsim/tcp/ring.h"
#include "natsim/tcp/rto.h"
#include "natsim/tcp/writes.h"

struct nt_tcp_sender {
    uint32_t iss, una, nxt; /* of RFC 9293; after a timeout nxt is una again */
    uint32_t max;           /* the end of what was sent */
    uint32_t end;           /* of what was written; FIN comes there */
    bool shut;              /* FIN comes */
    uint32_t wnd, wl1, wl2, max_wnd;
    uint32_t mss;
    uint8_t shift;       /* of the peer's window */
    struct nt_ring ring; /* from una on */
    struct nt_writes writes;
    struct nt_rto rto;
    struct nt_congestion congestion;
    nt_time timer; /* retransmission, or, when it persists, the next probe */
    bool persists;
    bool resends;              /* the segment at una, at once */
    bool probes;               /* into the closed window, at once */
    uint32_t expiries, probed; /* times that the timer has expired without progress */
    nt_time progress;          /* since then nothing was acknowledged */
    nt_time sent;              /* something, last */
    bool timed;                /* the round trip of what ends at timed_end is measured */
    uint32_t timed_end;
    nt_time timed_from;
};

/* What to send next. */
struct nt_sending {
    uint32_t seq;
    uint16_t len;
    bool syn, fin, push;
};

void nt_tcp_sender_init(struct nt_tcp_sender *s, uint32_t iss, uint32_t mss, nt_time now);
void nt_tcp_sender_free(struct nt_tcp_sender *s);
/* Whole, or NT_ENOSPC (beyond `limit`), NT_ENOMEM. */
int nt_tcp_sender_write(struct nt_tcp_sender *s, const uint8_t *bytes, size_t len, size_t limit);
size_t nt_tcp_sender_room(const struct nt_tcp_sender *s, size_t limit); /* bytes that it would take */
/* The next piece, which counts as sent; false: none may go now. */
bool nt_tcp_sender_next(struct nt_tcp_sender *s, struct nt_sending *out, nt_time now);
/* Nothing more goes now: if the window is why, probes will. */
void nt_tcp_sender_rest(struct nt_tcp_sender *s, nt_time now);
void nt_tcp_sender_acked(struct nt_tcp_sender *s, uint32_t ack, nt_time now); /* una < ack <= max */
/* una is acknowledged again. `duplicate`: as RFC 5681, 2 defines it. */
void nt_tcp_sender_heard(struct nt_tcp_sender *s, bool duplicate, nt_time now);
void nt_tcp_sender_set_window(struct nt_tcp_sender *s, uint32_t seq, uint32_t ack, uint32_t window);
/* The peer's handshake has said how much it takes. */
void nt_tcp_sender_set_mss(struct nt_tcp_sender *s, uint32_t mss);
/* A router has said that the path takes less: what is in flight is sent again. */
void nt_tcp_sender_shrink(struct nt_tcp_sender *s, uint32_t mss);
/* The timer has expired. False: nobody has acknowledged for `patience`. */
bool nt_tcp_sender_expired(struct nt_tcp_sender *s, nt_time patience, nt_time now);
void nt_tcp_sender_stop(struct nt_tcp_sender *s); /* the timer */
void nt_tcp_sender_repeat_syn(struct nt_tcp_sender *s);
/* SEG.SEQ of a segment that takes no sequence numbers: what was sent before it the peer may have. */
static inline uint32_t nt_tcp_sender_seq(const struct nt_tcp_sender *s)
{
    return s->persists ? s->nxt : s->max;
}
static inline bool nt_tcp_sender_fin_acked(const struct nt_tcp_sender *s)
{
    return s->shut && s->una == s->end + 1;
}

#endif
