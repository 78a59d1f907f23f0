/* Congestion control: slow start, congestion avoidance, fast retransmit and fast recovery (RFC 5681), NewReno (RFC 6582), limited
 * transmit (RFC 3042), an initial window of ten segments (RFC 6928). */
#ifndef NT_TCP_CONGESTION_H
#define NT_TCP_CONGESTION_H

#include <stdbool.h>
#include <stdint.h>

struct nt_congestion {
    uint32_t mss;
    uint32_t cwnd, ssthresh;
    uint32_t acked;      /* in congestion avoidance, since cwnd has grown */
    uint32_t duplicates; /* acknowledgments */
    uint32_t recover;    /* what was sent when the last loss was seen ends here */
    bool recovering;     /* fast recovery */
    bool partial;        /* a partial acknowledgment has come in it */
};

/* What an acknowledgment asks for. */
enum nt_congestion_answer { NT_CONGESTION_GO_ON, NT_CONGESTION_RESEND };

void nt_congestion_init(struct nt_congestion *c, uint32_t mss, uint32_t iss);
void nt_congestion_set_mss(struct nt_congestion *c, uint32_t mss); /* the path's has become less */
/* How much may be in flight. */
uint32_t nt_congestion_window(const struct nt_congestion *c);
/* `una` is new and acknowledges `bytes` more; `flight` is what is in flight now. RESEND: the segment at una. *restart: the
 * retransmission timer starts anew. */
enum nt_congestion_answer nt_congestion_acked(struct nt_congestion *c, uint32_t una, uint32_t bytes, uint32_t flight,
                                              bool *restart);
/* Likewise, for a duplicate acknowledgment of una; `max` is the end of what was sent. */
enum nt_congestion_answer nt_congestion_duplicate(struct nt_congestion *c, uint32_t una, uint32_t max);
/* The retransmission timer has expired; `again`: for the same segment once more. */
void nt_congestion_expired(struct nt_congestion *c, uint32_t flight, uint32_t max, bool again);
void nt_congestion_idle(struct nt_congestion *c); /* nothing was sent for a retransmission timeout */

#endif
