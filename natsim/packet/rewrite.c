#include "natsim/packet/rewrite.h"
#include "core/base/bytes.h"
#include "natsim/packet/checksum.h"
#include "natsim/packet/icmp_type.h"
#include "natsim/packet/protocol.h"

static bool has_identifier(uint8_t proto, uint8_t type)
{
    return nt_icmp_is_query(proto, type) || nt_icmp_is_reply(proto, type);
}

/* The port field (ICMP queries: the identifier for both), or NULL when the packet has none. */
static uint8_t *port_at(const struct nt_headers *h, bool src)
{
    size_t at = h->l4;
    if (!h->transport)
        return NULL;
    if (h->proto == NT_PROTO_UDP || h->proto == NT_PROTO_TCP)
        at += src ? 0 : 2;
    else if (h->l4 < h->len && has_identifier(h->proto, h->ip[h->l4]))
        at += 4;
    else
        return NULL;
    return at + 2 <= h->len ? h->ip + at : NULL;
}

static uint8_t *address_at(const struct nt_headers *h, bool src)
{
    return h->ip + (h->family == NT_AF_IPV4 ? (src ? 12 : 16) : (src ? 8 : 24));
}

struct nt_addr nt_headers_addr(const struct nt_headers *h, bool src)
{
    struct nt_addr a = {.family = h->family};
    const uint8_t *port = port_at(h, src);
    memcpy(a.ip, address_at(h, src), nt_addr_ip_len(&a));
    a.port = port != NULL ? nt_load16(port) : 0;
    return a;
}

/* The transport checksum, or NULL: none, or not in this packet. */
static uint8_t *checksum_at(const struct nt_headers *h)
{
    size_t at = h->l4;
    if (!h->transport)
        return NULL;
    switch (h->proto) {
    case NT_PROTO_UDP: at += 6; break;
    case NT_PROTO_TCP: at += 16; break;
    case NT_PROTO_ICMP:
    case NT_PROTO_ICMP6: at += 2; break;
    default: return NULL;
    }
    if (at + 2 > h->len)
        return NULL;
    /* RFC 768: an all zero transmitted checksum means that the transmitter generated no checksum. */
    if (h->proto == NT_PROTO_UDP && nt_load16(h->ip + at) == 0)
        return NULL;
    return h->ip + at;
}

static void update_checksum(const struct nt_headers *h, uint8_t *field, const uint8_t *was, const uint8_t *is, size_t len)
{
    uint16_t sum = nt_checksum_update(nt_load16(field), was, is, len);
    if (sum == 0 && h->proto == NT_PROTO_UDP)
        sum = 0xffff; /* RFC 768: if the computed checksum is zero, it is transmitted as all ones */
    nt_store16(field, sum);
}

void nt_headers_rewrite(const struct nt_headers *h, bool src, const struct nt_addr *a)
{
    uint8_t *ip = address_at(h, src), *port = port_at(h, src), *sum = checksum_at(h), new_port[2];
    size_t len = nt_addr_ip_len(a);
    if (h->family == NT_AF_IPV4)
        nt_store16(h->ip + 10, nt_checksum_update(nt_load16(h->ip + 10), ip, a->ip, len));
    if (sum != NULL && h->proto != NT_PROTO_ICMP) /* ICMP over IPv4 has no pseudo header */
        update_checksum(h, sum, ip, a->ip, len);
    memcpy(ip, a->ip, len);
    if (port == NULL)
        return;
    nt_store16(new_port, a->port);
    if (sum != NULL)
        update_checksum(h, sum, port, new_port, 2);
    memcpy(port, new_port, 2);
}
