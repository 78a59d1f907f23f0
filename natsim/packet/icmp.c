/* ICMP errors (RFC 792, RFC 4443): building them, and the packet they quote. */
#include "core/base/bytes.h"
#include "natsim/packet/checksum.h"
#include "natsim/packet/packet.h"
#include "natsim/packet/rewrite.h"

enum { ICMP_HEADER = 8 };

int nt_packet_icmp_error(struct nt_packet *p, const struct nt_addr *src, const struct nt_packet *about, uint8_t type, uint8_t code)
{
    bool v4 = about->family == NT_AF_IPV4;
    /* RFC 1812, 4.3.2.3: as much of the original datagram as possible without the length of the ICMP datagram exceeding 576 bytes.
     * RFC 4443, 2.4 (c): ... without making the error message packet exceed the minimum IPv6 MTU (1280). */
    uint32_t max = v4 ? 576 : 1280, header = v4 ? 20 : 40;
    uint32_t quote = about->len < max - header - ICMP_HEADER ? about->len : max - header - ICMP_HEADER;
    if (src->family != about->family)
        return NT_EINVAL;
    if (header + ICMP_HEADER + quote > p->cap)
        return NT_ENOSPC;
    uint8_t proto = v4 ? NT_PROTO_ICMP : NT_PROTO_ICMP6;
    /* RFC 6864, 4: the identification of an atomic datagram (DF set) may have any value. */
    nt_packet_ip_header(p, src, &about->src, proto, (uint16_t)(ICMP_HEADER + quote), 64, 0, true, 0);
    uint8_t *icmp = p->data + header;
    icmp[0] = type, icmp[1] = code;
    memset(icmp + 2, 0, 6);
    memcpy(icmp + ICMP_HEADER, about->data, quote);
    p->len = header + ICMP_HEADER + quote;
    p->marks = 0;
    p->origin = NT_PACKET_NEW;
    int r = nt_packet_parse(p);
    if (r == NT_OK)
        nt_packet_fix_checksums(p);
    return r;
}

void nt_packet_set_icmp_mtu(struct nt_packet *p, uint32_t mtu)
{
    nt_store32(p->data + p->l4 + 4, mtu); /* RFC 1191, 4: the upper half stays 0; RFC 4443, 3.2: all 32 bits */
    nt_packet_fix_checksums(p);
}

/* The quoted packet; its end may be cut off. Its ports must be there when its protocol has them. */
static int quote_of(const struct nt_packet *p, struct nt_view *v)
{
    bool icmp = p->proto == NT_PROTO_ICMP || p->proto == NT_PROTO_ICMP6;
    if (!icmp || p->fragment || !nt_icmp_is_error(p->proto, p->data[p->l4]))
        return NT_ENOENT;
    *v = (struct nt_view){.ip = p->data + p->l4 + ICMP_HEADER, .len = p->len - p->l4 - ICMP_HEADER, .head = true};
    if (v->len < 20)
        return NT_ENOENT;
    if (v->ip[0] >> 4 == 4 && p->family == NT_AF_IPV4) {
        v->family = NT_AF_IPV4;
        v->proto = v->ip[9];
        v->l4 = (uint16_t)((v->ip[0] & 15) * 4);
        v->head = (nt_load16(v->ip + 6) & 0x1fff) == 0;
    } else if (v->ip[0] >> 4 == 6 && p->family == NT_AF_IPV6 && v->len >= 40) {
        v->family = NT_AF_IPV6;
        v->proto = v->ip[6];
        v->l4 = 40;
    } else {
        return NT_ENOENT;
    }
    return v->l4 >= 20 && v->l4 + 4u <= v->len ? NT_OK : NT_ENOENT;
}

int nt_packet_quoted(const struct nt_packet *p, struct nt_addr *src, struct nt_addr *dst, uint8_t *proto)
{
    struct nt_view v;
    int r = quote_of(p, &v);
    if (r != NT_OK)
        return r;
    *src = nt_view_addr(&v, true);
    *dst = nt_view_addr(&v, false);
    *proto = v.proto;
    return NT_OK;
}

static void set_quoted(struct nt_packet *p, bool src, const struct nt_addr *a)
{
    struct nt_view v;
    if (quote_of(p, &v) != NT_OK)
        return;
    nt_view_rewrite(&v, src, a);
    nt_packet_fix_checksums(p);
}

void nt_packet_set_quoted_src(struct nt_packet *p, const struct nt_addr *a)
{
    set_quoted(p, true, a);
}

void nt_packet_set_quoted_dst(struct nt_packet *p, const struct nt_addr *a)
{
    set_quoted(p, false, a);
}
