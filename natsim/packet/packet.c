/* IPv4 (RFC 791) and IPv6 (RFC 8200) packets: parsing, building UDP (RFC 768), hop count and checksums. */
#include "natsim/packet/packet.h"
#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/packet/checksum.h"
#include "natsim/packet/extension.h"

enum { IP4_HEADER = 20, IP6_HEADER = 40, UDP_HEADER = 8 };

static int parse4(struct nt_packet *p)
{
    if (p->len < IP4_HEADER)
        return NT_ESHORT;
    uint32_t header = (uint32_t)(p->data[0] & 15) * 4, total = nt_load16(p->data + 2), flags = nt_load16(p->data + 6);
    if (header < IP4_HEADER || total < header)
        return NT_EFORMAT;
    if (total > p->len)
        return NT_ESHORT;
    p->len = total;
    p->family = NT_AF_IPV4;
    p->tos = p->data[1];
    p->ttl = p->data[8];
    p->proto = p->data[9];
    p->df = (flags & 0x4000) != 0;
    p->fragment = (flags & 0x3fff) != 0;
    p->first_fragment = p->fragment && (flags & 0x1fff) == 0;
    p->l4 = (uint16_t)header;
    return NT_OK;
}

/* Finds what is carried behind extension headers, and whether the packet is a fragment. */
static int parse_extensions(struct nt_packet *p)
{
    struct nt_extensions e;
    int r = nt_extensions_read(p->data, p->len, &e);
    if (r != NT_OK)
        return r;
    p->proto = e.proto;
    p->l4 = (uint16_t)e.end;
    if (e.fragment != 0) {
        uint16_t offset = nt_load16(p->data + e.fragment + 2);
        p->fragment = (offset & 0xfff9) != 0; /* offset and M are 0: an atomic fragment (RFC 6946), a whole packet */
        p->first_fragment = p->fragment && offset >> 3 == 0;
    }
    return NT_OK;
}

static int parse6(struct nt_packet *p)
{
    if (p->len < IP6_HEADER)
        return NT_ESHORT;
    uint32_t total = IP6_HEADER + (uint32_t)nt_load16(p->data + 4);
    if (total > p->len || total > UINT16_MAX)
        return NT_ESHORT;
    p->len = total;
    p->family = NT_AF_IPV6;
    p->tos = (uint8_t)(nt_load16(p->data) >> 4 & 0xff);
    p->ttl = p->data[7];
    p->proto = p->data[6];
    p->df = 1; /* RFC 8200, 5: routers do not fragment */
    p->fragment = p->first_fragment = 0;
    p->l4 = IP6_HEADER;
    return p->proto == NT_PROTO_UDP || p->proto == NT_PROTO_ICMP6 ? NT_OK : parse_extensions(p);
}

/* The least length of the protocol's header. RFC 791, 3.2: a first fragment may have no more than 8 octets of it. */
static uint32_t header_min(uint8_t proto, bool fragment)
{
    if (proto == NT_PROTO_UDP || proto == NT_PROTO_ICMP || proto == NT_PROTO_ICMP6)
        return 8;
    return proto != NT_PROTO_TCP ? 0 : fragment ? 8 : 20;
}

static int parse_transport(struct nt_packet *p)
{
    uint32_t left = p->len - p->l4;
    p->payload = p->l4;
    p->payload_len = (uint16_t)left;
    if (p->fragment && !p->first_fragment)
        return NT_OK;
    if (left < header_min(p->proto, p->fragment))
        return NT_ESHORT;
    if (p->proto != NT_PROTO_UDP)
        return NT_OK;
    uint32_t length = nt_load16(p->data + p->l4 + 4);
    if (length < UDP_HEADER || (length > left && !p->fragment))
        return NT_EFORMAT;
    p->payload = (uint16_t)(p->l4 + UDP_HEADER);
    p->payload_len = (uint16_t)((length < left ? length : left) - UDP_HEADER);
    return NT_OK;
}

struct nt_headers nt_packet_headers(const struct nt_packet *p)
{
    return (struct nt_headers){.ip = p->data,
                               .len = p->len,
                               .family = p->family,
                               .proto = p->proto,
                               .l4 = p->l4,
                               .transport = !p->fragment || p->first_fragment};
}

static void read_addresses(struct nt_packet *p)
{
    struct nt_headers h = nt_packet_headers(p);
    p->src = nt_headers_addr(&h, true);
    p->dst = nt_headers_addr(&h, false);
}

int nt_packet_parse(struct nt_packet *p)
{
    if (p->len < 1)
        return NT_ESHORT;
    int r = p->data[0] >> 4 == 4 ? parse4(p) : p->data[0] >> 4 == 6 ? parse6(p) : NT_EFORMAT;
    if (r == NT_OK)
        r = parse_transport(p);
    if (r != NT_OK)
        return r;
    read_addresses(p);
    return NT_OK;
}

uint16_t nt_packet_ip_header(struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst, uint8_t proto, uint16_t len,
                             uint8_t ttl, uint8_t tos, bool df, uint16_t id)
{
    uint8_t *d = p->data;
    if (src->family == NT_AF_IPV4) {
        d[0] = 0x45, d[1] = tos, d[8] = ttl, d[9] = proto;
        nt_store16(d + 2, (uint16_t)(IP4_HEADER + len));
        nt_store16(d + 4, id);
        nt_store16(d + 6, df ? 0x4000 : 0);
        nt_store16(d + 10, 0);
        memcpy(d + 12, src->ip, 4);
        memcpy(d + 16, dst->ip, 4);
        nt_store16(d + 10, nt_checksum_end(nt_checksum_add(0, d, IP4_HEADER)));
        return IP4_HEADER;
    }
    nt_store32(d, (uint32_t)6 << 28 | (uint32_t)tos << 20);
    nt_store16(d + 4, len);
    d[6] = proto, d[7] = ttl;
    memcpy(d + 8, src->ip, 16);
    memcpy(d + 24, dst->ip, 16);
    return IP6_HEADER;
}

int nt_packet_udp(struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst, const uint8_t *payload, size_t len,
                  uint8_t ttl, uint8_t tos, bool df, uint16_t id)
{
    size_t header = src->family == NT_AF_IPV4 ? IP4_HEADER : IP6_HEADER;
    if (src->family != dst->family || nt_addr_ip_len(src) == 0)
        return NT_EINVAL;
    if (len > UINT16_MAX - header - UDP_HEADER || header + UDP_HEADER + len > p->cap)
        return NT_ENOSPC;
    uint16_t udp_len = (uint16_t)(UDP_HEADER + len);
    uint8_t *udp = p->data + nt_packet_ip_header(p, src, dst, NT_PROTO_UDP, udp_len, ttl, tos, df, id);
    nt_store16(udp, src->port);
    nt_store16(udp + 2, dst->port);
    nt_store16(udp + 4, udp_len);
    nt_store16(udp + 6, 0);
    if (len > 0)
        memcpy(udp + UDP_HEADER, payload, len);
    uint16_t sum = nt_checksum_end(nt_checksum_add(nt_checksum_pseudo(p->data, NT_PROTO_UDP, udp_len), udp, udp_len));
    nt_store16(udp + 6, sum == 0 ? 0xffff : sum);
    p->len = (uint32_t)(header + udp_len);
    p->family = src->family;
    p->proto = NT_PROTO_UDP;
    p->ttl = ttl, p->tos = tos;
    p->df = df || src->family == NT_AF_IPV6;
    p->fragment = p->first_fragment = 0;
    p->l4 = (uint16_t)header;
    p->payload = (uint16_t)(header + UDP_HEADER);
    p->payload_len = (uint16_t)len;
    p->src = *src;
    p->dst = *dst;
    return NT_OK;
}

static void set_addr(struct nt_packet *p, bool src, const struct nt_addr *a)
{
    struct nt_headers h = nt_packet_headers(p);
    nt_headers_rewrite(&h, src, a);
    read_addresses(p);
}

void nt_packet_set_src(struct nt_packet *p, const struct nt_addr *a)
{
    set_addr(p, true, a);
}

void nt_packet_set_dst(struct nt_packet *p, const struct nt_addr *a)
{
    set_addr(p, false, a);
}

static void decrement_ttl(struct nt_packet *p)
{
    size_t at = p->family == NT_AF_IPV4 ? 8 : 7;
    if (p->family == NT_AF_IPV4) {
        uint8_t is[2] = {(uint8_t)(p->ttl - 1), p->data[9]};
        nt_store16(p->data + 10, nt_checksum_update(nt_load16(p->data + 10), p->data + 8, is, 2));
    }
    p->data[at] = --p->ttl;
}

bool nt_packet_hop(struct nt_packet *p)
{
    if (p->ttl <= 1)
        return false;
    decrement_ttl(p);
    for (struct nt_packet *piece = p->pieces; piece != NULL; piece = piece->next)
        decrement_ttl(piece);
    return true;
}

/* The sum over the transport header and payload; *field: where its checksum lies, NULL: there is none, or a fragment cannot tell.
 */
static uint64_t transport_sum(const struct nt_packet *p, uint8_t **field)
{
    uint8_t *l4 = p->data + p->l4;
    uint32_t len = p->len - p->l4;
    bool pseudo = true;
    *field = NULL;
    if (p->fragment)
        return 0;
    switch (p->proto) {
    case NT_PROTO_UDP: *field = l4 + 6, len = nt_load16(l4 + 4); break;
    case NT_PROTO_TCP: *field = l4 + 16; break;
    case NT_PROTO_ICMP: *field = l4 + 2, pseudo = false; break;
    case NT_PROTO_ICMP6: *field = l4 + 2; break;
    default: return 0;
    }
    return nt_checksum_add(pseudo ? nt_checksum_pseudo(p->data, p->proto, len) : 0, l4, len);
}

void nt_packet_fix_checksums(struct nt_packet *p)
{
    uint8_t *field;
    if (p->family == NT_AF_IPV4) {
        nt_store16(p->data + 10, 0);
        nt_store16(p->data + 10, nt_checksum_end(nt_checksum_add(0, p->data, (size_t)(p->data[0] & 15) * 4)));
    }
    transport_sum(p, &field);
    if (field == NULL)
        return;
    nt_store16(field, 0);
    uint16_t sum = nt_checksum_end(transport_sum(p, &field));
    nt_store16(field, sum == 0 && p->proto == NT_PROTO_UDP ? 0xffff : sum);
}

bool nt_packet_header_good(const struct nt_packet *p)
{
    return p->family != NT_AF_IPV4 || nt_checksum_end(nt_checksum_add(0, p->data, (size_t)(p->data[0] & 15) * 4)) == 0;
}

bool nt_packet_checksums_good(const struct nt_packet *p)
{
    uint8_t *field;
    if (!nt_packet_header_good(p))
        return false;
    uint64_t sum = transport_sum(p, &field);
    if (field == NULL)
        return true;
    /* RFC 8200, 8.1: unlike IPv4, the UDP checksum is not optional; receivers discard a zero one. */
    if (p->proto == NT_PROTO_UDP && nt_load16(field) == 0)
        return p->family == NT_AF_IPV4;
    return nt_checksum_end(sum) == 0;
}
