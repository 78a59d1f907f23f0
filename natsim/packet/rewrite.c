#include "natsim/packet/rewrite.h"
#include "core/base/bytes.h"
#include "natsim/packet/checksum.h"

bool nt_icmp_is_error(uint8_t proto, uint8_t type)
{
    if (proto == NT_PROTO_ICMP6)
        return type < 128; /* RFC 4443, 2.1: error messages have a zero in the high-order bit of the type */
    /* RFC 1122, 3.2.2: unreachable, source quench, redirect, time exceeded, parameter problem. */
    return proto == NT_PROTO_ICMP && (type == 3 || type == 4 || type == 5 || type == 11 || type == 12);
}

static bool is_echo(uint8_t proto, uint8_t type)
{
    return proto == NT_PROTO_ICMP ? type == 0 || type == 8 : proto == NT_PROTO_ICMP6 && (type == 128 || type == 129);
}

struct nt_view nt_view_of(const struct nt_packet *p)
{
    return (struct nt_view){.ip = p->data, .len = p->len, .family = p->family, .proto = p->proto, .l4 = p->l4,
                            .head = !p->fragment || p->first_fragment};
}

/* The port field (ICMP echo: the identifier for both), or NULL when the packet has none. */
static uint8_t *port_at(const struct nt_view *v, bool src)
{
    size_t at = v->l4;
    if (!v->head)
        return NULL;
    if (v->proto == NT_PROTO_UDP || v->proto == NT_PROTO_TCP)
        at += src ? 0 : 2;
    else if (v->l4 < v->len && is_echo(v->proto, v->ip[v->l4]))
        at += 4;
    else
        return NULL;
    return at + 2 <= v->len ? v->ip + at : NULL;
}

static uint8_t *address_at(const struct nt_view *v, bool src)
{
    return v->ip + (v->family == NT_AF_IPV4 ? (src ? 12 : 16) : (src ? 8 : 24));
}

struct nt_addr nt_view_addr(const struct nt_view *v, bool src)
{
    struct nt_addr a = {.family = v->family};
    const uint8_t *port = port_at(v, src);
    memcpy(a.ip, address_at(v, src), nt_addr_ip_len(&a));
    a.port = port != NULL ? nt_load16(port) : 0;
    return a;
}

/* The transport checksum, or NULL: none, or not in this packet. */
static uint8_t *checksum_at(const struct nt_view *v)
{
    size_t at = v->l4;
    if (!v->head)
        return NULL;
    switch (v->proto) {
    case NT_PROTO_UDP: at += 6; break;
    case NT_PROTO_TCP: at += 16; break;
    case NT_PROTO_ICMP:
    case NT_PROTO_ICMP6: at += 2; break;
    default: return NULL;
    }
    if (at + 2 > v->len)
        return NULL;
    /* RFC 768: an all zero transmitted checksum means that the transmitter generated no checksum. */
    if (v->proto == NT_PROTO_UDP && nt_load16(v->ip + at) == 0)
        return NULL;
    return v->ip + at;
}

static void update(const struct nt_view *v, uint8_t *field, const uint8_t *was, const uint8_t *is, size_t len)
{
    uint16_t sum = nt_checksum_update(nt_load16(field), was, is, len);
    if (sum == 0 && v->proto == NT_PROTO_UDP)
        sum = 0xffff; /* RFC 768: if the computed checksum is zero, it is transmitted as all ones */
    nt_store16(field, sum);
}

void nt_view_rewrite(const struct nt_view *v, bool src, const struct nt_addr *a)
{
    uint8_t *ip = address_at(v, src), *port = port_at(v, src), *sum = checksum_at(v), new_port[2];
    size_t len = nt_addr_ip_len(a);
    if (v->family == NT_AF_IPV4)
        nt_store16(v->ip + 10, nt_checksum_update(nt_load16(v->ip + 10), ip, a->ip, len));
    if (sum != NULL && v->proto != NT_PROTO_ICMP) /* ICMP over IPv4 has no pseudo header */
        update(v, sum, ip, a->ip, len);
    memcpy(ip, a->ip, len);
    if (port == NULL)
        return;
    nt_store16(new_port, a->port);
    if (sum != NULL)
        update(v, sum, port, new_port, 2);
    memcpy(port, new_port, 2);
}

static void set(struct nt_packet *p, bool src, const struct nt_addr *a)
{
    struct nt_view v = nt_view_of(p);
    nt_view_rewrite(&v, src, a);
    p->src = nt_view_addr(&v, true);
    p->dst = nt_view_addr(&v, false);
}

void nt_packet_set_src(struct nt_packet *p, const struct nt_addr *a)
{
    set(p, true, a);
}

void nt_packet_set_dst(struct nt_packet *p, const struct nt_addr *a)
{
    set(p, false, a);
}
