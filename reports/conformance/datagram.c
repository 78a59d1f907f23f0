#include "reports/conformance/datagram.h"

#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/packet/packet.h"

static bool parse(const struct nt_capture *c, const struct nt_capture_frame *f, struct nt_packet *p)
{
    /* Parsing only reads; the packet's shape is for writers too. */
    *p = (struct nt_packet){.data = (uint8_t *)(uintptr_t)nt_capture_bytes(c, f), .len = f->len, .cap = f->len};
    return f->len > 0 && nt_packet_parse(p) == NT_OK;
}

/* The usual packet, IPv4 without options and UDP in one piece, costs little; all others are parsed. */
static bool read_usual(const uint8_t *p, size_t len, struct nt_addr *src, struct nt_addr *dst)
{
    if (len < 28 || p[0] != 0x45 || p[9] != NT_PROTO_UDP || (nt_load16(p + 6) & 0x3fff) != 0 || nt_load16(p + 2) != len ||
        nt_load16(p + 24) != len - 20)
        return false;
    *src = nt_addr_v4(nt_load32(p + 12), nt_load16(p + 20));
    *dst = nt_addr_v4(nt_load32(p + 16), nt_load16(p + 22));
    return true;
}

bool nt_capture_datagram(const struct nt_capture *c, const struct nt_capture_frame *f, struct nt_addr *src, struct nt_addr *dst,
                         const uint8_t **bytes, size_t *len)
{
    struct nt_packet p;
    const uint8_t *packet = nt_capture_bytes(c, f);
    if (f->len == f->orig_len && read_usual(packet, f->len, src, dst)) {
        *bytes = packet + 28;
        *len = f->len - 28;
        return true;
    }
    if (f->len != f->orig_len || !parse(c, f, &p) || p.proto != NT_PROTO_UDP || p.fragment)
        return false;
    *src = p.src;
    *dst = p.dst;
    *bytes = p.data + p.payload;
    *len = p.payload_len;
    return true;
}

bool nt_capture_is_fragment(const struct nt_capture *c, const struct nt_capture_frame *f)
{
    struct nt_packet p;
    return parse(c, f, &p) && p.fragment;
}

bool nt_capture_is_tcp(const struct nt_capture *c, const struct nt_capture_frame *f)
{
    struct nt_packet p;
    return parse(c, f, &p) && p.proto == NT_PROTO_TCP;
}

uint32_t nt_capture_told_mtu(const struct nt_capture *c, const struct nt_capture_frame *f)
{
    struct nt_packet p;
    if (!parse(c, f, &p) || p.fragment || p.payload_len < 8)
        return 0;
    const uint8_t *icmp = p.data + p.payload;
    if (p.proto == NT_PROTO_ICMP && icmp[0] == NT_ICMP4_UNREACHABLE && icmp[1] == NT_ICMP4_FRAGMENTATION_NEEDED)
        return nt_load16(icmp + 6);
    return p.proto == NT_PROTO_ICMP6 && icmp[0] == NT_ICMP6_TOO_BIG ? nt_load32(icmp + 4) : 0;
}
