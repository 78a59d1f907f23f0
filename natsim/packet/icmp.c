#include "natsim/packet/icmp.h"
#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/packet/checksum.h"
#include "natsim/packet/extension.h"

enum { ICMP_HEADER = 8, IP6_HEADER = 40 };

/* Of a protocol that is unknown there may be nothing behind the IP header. */
static bool has_transport(const struct nt_packet *p)
{
    return (!p->fragment || p->first_fragment) && p->l4 < p->len;
}

bool nt_packet_is_icmp_error(const struct nt_packet *p)
{
    return has_transport(p) && nt_icmp_is_error(p->proto, p->data[p->l4]);
}

bool nt_packet_is_echo(const struct nt_packet *p)
{
    return has_transport(p) && nt_icmp_is_echo(p->proto, p->data[p->l4]);
}

bool nt_packet_is_query(const struct nt_packet *p)
{
    return has_transport(p) && nt_icmp_is_query(p->proto, p->data[p->l4]);
}

bool nt_packet_is_too_big(const struct nt_packet *p)
{
    const uint8_t *icmp = p->data + p->l4;
    if (!has_transport(p))
        return false;
    if (p->proto == NT_PROTO_ICMP)
        return icmp[0] == NT_ICMP4_UNREACHABLE && icmp[1] == NT_ICMP4_FRAGMENTATION_NEEDED;
    return p->proto == NT_PROTO_ICMP6 && icmp[0] == NT_ICMP6_TOO_BIG;
}

/* RFC 8200, 8.4: no received Routing header is in a response; its sender would have to reverse it. No other header is ours to
 * repeat. */
static void remove_extensions(struct nt_packet *p)
{
    if (p->family != NT_AF_IPV6 || p->l4 == IP6_HEADER)
        return;
    memmove(p->data + IP6_HEADER, p->data + p->l4, p->len - p->l4);
    p->len -= p->l4 - IP6_HEADER;
    p->data[6] = p->proto;
    nt_store16(p->data + 4, (uint16_t)(p->len - IP6_HEADER));
    (void)nt_packet_parse(p);
}

/* RFC 792: the source and destination addresses are simply reversed, the type code changed to 0, and the checksum recomputed. RFC
 * 4443, 4.2: likewise. */
void nt_packet_reply_echo(struct nt_packet *p)
{
    remove_extensions(p);
    struct nt_addr src = p->src, dst = p->dst;
    size_t ip_len = nt_addr_ip_len(&src);
    memcpy(p->data + (ip_len == 4 ? 12 : 8), dst.ip, ip_len);
    memcpy(p->data + (ip_len == 4 ? 16 : 24), src.ip, ip_len);
    p->data[ip_len == 4 ? 8 : 7] = p->ttl = 64;
    p->data[p->l4] = ip_len == 4 ? NT_ICMP4_ECHO_REPLY : NT_ICMP6_ECHO_REPLY;
    p->src = dst;
    p->dst = src;
    nt_packet_fix_checksums(p);
}

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
    uint8_t class_ = about->tos & 0xfc; /* RFC 5508, 7.7: the diffserv class of the message that causes the error; not ECN */
    /* RFC 6864, 4: the identification of an atomic datagram (DF set) may have any value. */
    nt_packet_ip_header(p, src, &about->src, proto, (uint16_t)(ICMP_HEADER + quote), 64, class_, true, 0);
    uint8_t *icmp = p->data + header;
    icmp[0] = type, icmp[1] = code;
    memset(icmp + 2, 0, 6);
    memcpy(icmp + ICMP_HEADER, about->data, quote);
    p->len = header + ICMP_HEADER + quote;
    p->marks = 0;
    p->origin = NT_PACKET_NEW;
    p->shown = 0;
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

/* RFC 1191, 4: in "fragmentation needed and DF set" the lower half of the second word; RFC 4443, 3.2: in "packet too big" all of
 * it. */
uint32_t nt_packet_icmp_mtu(const struct nt_packet *p)
{
    const uint8_t *icmp = p->data + p->l4;
    if (!nt_packet_is_too_big(p))
        return 0;
    return p->proto == NT_PROTO_ICMP ? nt_load16(icmp + 6) : nt_load32(icmp + 4);
}

static int find_quoted4(struct nt_headers *h)
{
    h->family = NT_AF_IPV4;
    h->proto = h->ip[9];
    h->l4 = (uint16_t)((h->ip[0] & 15) * 4);
    h->transport = (nt_load16(h->ip + 6) & 0x1fff) == 0;
    return h->l4 >= 20 ? NT_OK : NT_ENOENT;
}

/* The transport header lies behind the extension headers, as in the packet that a router quotes. */
static int find_quoted6(struct nt_headers *h)
{
    struct nt_extensions e;
    (void)nt_extensions_read(h->ip, (uint32_t)h->len, &e); /* they may be cut off: then that is the protocol */
    h->family = NT_AF_IPV6;
    h->proto = e.proto;
    h->transport = !e.later;
    h->l4 = e.end < h->len ? (uint16_t)e.end : UINT16_MAX;
    return NT_OK;
}

/* The quoted packet; its end may be cut off, but for "the internet header plus the first 64 bits of the original datagram's data"
 * (RFC 792). */
static int find_quoted(const struct nt_packet *p, struct nt_headers *h)
{
    int r = NT_ENOENT;
    if (p->fragment || !nt_packet_is_icmp_error(p))
        return NT_ENOENT;
    *h = (struct nt_headers){.ip = p->data + p->l4 + ICMP_HEADER, .len = p->len - p->l4 - ICMP_HEADER, .transport = true};
    if (p->family == NT_AF_IPV4 && h->len >= 20 && h->ip[0] >> 4 == 4)
        r = find_quoted4(h);
    else if (p->family == NT_AF_IPV6 && h->len >= 40 && h->ip[0] >> 4 == 6)
        r = find_quoted6(h);
    return r == NT_OK && h->l4 + 8u <= h->len ? NT_OK : NT_ENOENT;
}

/* RFC 5508, REQ-3 b): IP options belong to the header. */
bool nt_packet_quotes_damaged(const struct nt_packet *p)
{
    struct nt_headers h;
    return find_quoted(p, &h) == NT_OK && h.family == NT_AF_IPV4 && nt_checksum_end(nt_checksum_add(0, h.ip, h.l4)) != 0;
}

/* RFC 791, 3.1: loose and strict source route. What follows an option without a good length is none. */
static bool is_source_routed(const uint8_t *ip, uint32_t end)
{
    enum { END = 0, NO_OPERATION = 1, LOOSE = 131, STRICT = 137 };
    for (uint32_t at = 20; at < end && ip[at] != END;) {
        if (ip[at] == LOOSE || ip[at] == STRICT)
            return true;
        uint32_t len = ip[at] == NO_OPERATION ? 1 : at + 1 < end ? ip[at + 1] : 0;
        if (len == 0)
            return false;
        at += len;
    }
    return false;
}

bool nt_packet_has_source_route(const struct nt_packet *p)
{
    struct nt_headers h;
    return p->family == NT_AF_IPV4 &&
           (is_source_routed(p->data, p->l4) || (find_quoted(p, &h) == NT_OK && is_source_routed(h.ip, h.l4)));
}

int nt_packet_quoted(const struct nt_packet *p, struct nt_addr *src, struct nt_addr *dst, uint8_t *proto)
{
    struct nt_headers h;
    int r = find_quoted(p, &h);
    if (r != NT_OK)
        return r;
    *src = nt_headers_addr(&h, true);
    *dst = nt_headers_addr(&h, false);
    *proto = h.proto;
    return NT_OK;
}

int nt_packet_quoted_type(const struct nt_packet *p)
{
    struct nt_headers h;
    bool known = find_quoted(p, &h) == NT_OK && h.transport && (h.proto == NT_PROTO_ICMP || h.proto == NT_PROTO_ICMP6);
    return known ? h.ip[h.l4] : -1;
}

int nt_packet_quoted_sequence(const struct nt_packet *p, uint32_t *seq)
{
    struct nt_headers h;
    if (find_quoted(p, &h) != NT_OK || !h.transport || h.proto != NT_PROTO_TCP)
        return NT_ENOENT;
    *seq = nt_load32(h.ip + h.l4 + 4);
    return NT_OK;
}

static void set_quoted(struct nt_packet *p, bool src, const struct nt_addr *a)
{
    struct nt_headers h;
    if (find_quoted(p, &h) != NT_OK)
        return;
    nt_headers_rewrite(&h, src, a);
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
