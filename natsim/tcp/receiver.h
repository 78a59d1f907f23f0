/* The receive sequence space of a connection (RFC 9293, 3.3.1): which segments are acceptable, the bytes that have come, in order
 * and out of order, and the window, which does not move in small steps (3.8.6.2.2). */
#ifndef NT_TCP_RECEIVER_H
#define NT_TCP_RECEIVER_H

#include "natsim/packet/segment.h"
#include "natsim/tcp/ranges.h"
#include "natsim/tcp/ring.h"

#include <stddef.h>

struct nt_receiver {
    uint32_t nxt;
    uint32_t given;      /* the owner has what is before it */
    uint32_t advertised; /* the window's right edge, as the peer was told: it does not come back */
    uint32_t limit;      /* bytes that may be held */
    uint32_t mss;
    uint8_t shift;
    bool fin; /* FIN has come, at fin_at; `ended`: and everything before it */
    bool ended;
    uint32_t fin_at;
    struct nt_ring ring; /* from `given` on */
    struct nt_ranges ranges;
};

void nt_receiver_init(struct nt_receiver *r, uint32_t limit, uint32_t mss);
void nt_receiver_start(struct nt_receiver *r, uint32_t irs); /* with the peer's SYN */
void nt_receiver_keep_unscaled(struct nt_receiver *r);       /* the peer does not scale windows: they are small */
void nt_receiver_free(struct nt_receiver *r);
uint16_t nt_receiver_first_window(const struct nt_receiver *r); /* of a SYN: it is not scaled */
/* RFC 9293, 3.10.7.4, first; a segment at the window's left edge is acceptable even if the window is closed, for its ACK. */
bool nt_receiver_accepts(const struct nt_receiver *r, const struct nt_segment *s);
/* Takes the text and FIN of an acceptable segment, as far as they are in the window. *fresh: something was new. 0, NT_ELIMIT (too
 * many ranges), NT_ENOMEM: nothing is taken. */
int nt_receiver_take(struct nt_receiver *r, const struct nt_segment *s, bool *fresh);
/* The window to be told now; the right edge moves. */
uint32_t nt_receiver_window(struct nt_receiver *r);
size_t nt_receiver_unread(const struct nt_receiver *r);              /* bytes in order that the owner does not have */
const uint8_t *nt_receiver_read(struct nt_receiver *r, size_t *len); /* gives the first of them; until the next segment */
bool nt_receiver_opens(const struct nt_receiver *r);                 /* the peer should be told of a larger window */

#endif
