/* TCP segments (RFC 9293, 3.1): what a header says, and whole packets that carry one. Of the options MSS and window scale
 * (RFC 7323) are read and written, others are passed over by their length. */
#ifndef NT_PACKET_SEGMENT_H
#define NT_PACKET_SEGMENT_H

#include "natsim/packet/packet.h"

enum { NT_TCP_FIN = 1, NT_TCP_SYN = 2, NT_TCP_RST = 4, NT_TCP_PSH = 8, NT_TCP_ACK = 16, NT_TCP_URG = 32 }; /* flags */

struct nt_segment {
    uint32_t seq, ack;
    uint16_t window;
    uint16_t mss; /* the option of a SYN; 0: none */
    uint8_t flags;
    uint8_t shift; /* the option of a SYN, if it `scales` */
    bool scales;
    uint16_t len;        /* of its data */
    const uint8_t *data; /* read: in the packet */
};

/* Of a whole TCP packet that nt_packet_parse has read. 0, or NT_EFORMAT: the data offset is wrong. */
int nt_segment_read(const struct nt_packet *p, struct nt_segment *s);
/* Writes the headers of a packet with DF set; s->len bytes of data stand already behind them, at nt_segment_header(). NT_ENOSPC
 * beyond the buffer, or what IP can say. */
int nt_segment_write(struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst, const struct nt_segment *s,
                     uint16_t id);
uint32_t nt_segment_header(const struct nt_segment *s, uint8_t family); /* length of both headers */
/* SEG.LEN: the sequence numbers that it takes. */
static inline uint32_t nt_segment_length(const struct nt_segment *s)
{
    return (uint32_t)s->len + ((s->flags & NT_TCP_SYN) != 0) + ((s->flags & NT_TCP_FIN) != 0);
}

#endif
