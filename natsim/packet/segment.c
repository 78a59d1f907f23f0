#include "natsim/packet/segment.h"
#include "core/base/bytes.h"
#include "natsim/packet/checksum.h"

enum { IP4_HEADER = 20, IP6_HEADER = 40, TCP_HEADER = 20, TTL_DEFAULT = 64 };
enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_MSS = 2, OPTION_SHIFT = 3, MSS_LEN = 4, SHIFT_LEN = 3 };

static void read_option(struct nt_segment *s, const uint8_t *o)
{
    if (o[0] == OPTION_MSS && o[1] == MSS_LEN)
        s->mss = nt_load16(o + 2);
    if (o[0] == OPTION_SHIFT && o[1] == SHIFT_LEN) {
        s->scales = true;
        s->shift = o[2];
    }
}

/* RFC 9293, 3.1: options count in a SYN alone that are read here. What follows a wrong length is not read. */
static void read_options(struct nt_segment *s, const uint8_t *o, uint32_t len)
{
    while (len > 0 && o[0] != OPTION_END) {
        uint32_t n = o[0] == OPTION_NOP ? 1 : len > 1 ? o[1] : 0;
        if (n == 0 || n > len || (o[0] != OPTION_NOP && n < 2))
            return;
        read_option(s, o);
        o += n;
        len -= n;
    }
}

int nt_segment_read(const struct nt_packet *p, struct nt_segment *s)
{
    const uint8_t *h = p->data + p->l4;
    uint32_t offset = (uint32_t)(h[12] >> 4) * 4;
    if (p->payload_len < TCP_HEADER || offset < TCP_HEADER || offset > p->payload_len)
        return NT_EFORMAT;
    *s = (struct nt_segment){.seq = nt_load32(h + 4),
                             .ack = nt_load32(h + 8),
                             .flags = h[13] & 0x3f,
                             .window = nt_load16(h + 14),
                             .data = h + offset,
                             .len = (uint16_t)(p->payload_len - offset)};
    if ((s->flags & NT_TCP_SYN) != 0)
        read_options(s, h + TCP_HEADER, offset - TCP_HEADER);
    return NT_OK;
}

static uint32_t options_len(const struct nt_segment *s)
{
    return (s->mss != 0 ? MSS_LEN : 0U) + (s->scales ? 1U + SHIFT_LEN : 0U);
}

uint32_t nt_segment_header(const struct nt_segment *s, uint8_t family)
{
    return (family == NT_AF_IPV4 ? IP4_HEADER : IP6_HEADER) + (uint32_t)TCP_HEADER + options_len(s);
}

static void write_options(const struct nt_segment *s, uint8_t *o)
{
    if (s->mss != 0) {
        o[0] = OPTION_MSS, o[1] = MSS_LEN;
        nt_store16(o + 2, s->mss);
        o += MSS_LEN;
    }
    if (s->scales)
        o[0] = OPTION_NOP, o[1] = OPTION_SHIFT, o[2] = SHIFT_LEN, o[3] = s->shift;
}

int nt_segment_write(struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst, const struct nt_segment *s,
                     uint16_t id)
{
    uint32_t header = nt_segment_header(s, src->family), total = header + s->len;
    if (total > p->cap || total > UINT16_MAX)
        return NT_ENOSPC;
    uint32_t ip = src->family == NT_AF_IPV4 ? IP4_HEADER : IP6_HEADER, len = total - ip;
    uint8_t *h = p->data + ip;
    nt_packet_ip_header(p, src, dst, NT_PROTO_TCP, (uint16_t)len, TTL_DEFAULT, 0, true, id);
    nt_store16(h, src->port);
    nt_store16(h + 2, dst->port);
    nt_store32(h + 4, s->seq);
    nt_store32(h + 8, s->ack);
    h[12] = (uint8_t)((header - ip) / 4 << 4);
    h[13] = s->flags;
    nt_store16(h + 14, s->window);
    nt_store32(h + 16, 0); /* checksum, urgent pointer */
    write_options(s, h + TCP_HEADER);
    nt_store16(h + 16, nt_checksum_end(nt_checksum_add(nt_checksum_pseudo(p->data, NT_PROTO_TCP, len), h, len)));
    p->len = total;
    return nt_packet_parse(p);
}
