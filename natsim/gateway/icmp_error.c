#include "natsim/gateway/icmp_error.h"
#include "core/base/err.h"
#include "natsim/gateway/gateway_state.h"
#include "natsim/packet/icmp.h"

static const struct nt_addr *own_address_towards(const struct nt_gateway *g, const struct nt_addr *to)
{
    const struct nt_route *r = nt_routes_find(&g->routes, to, NT_FABRIC_NONE);
    return r != NULL ? nt_own_addresses_on(&g->own, r->port, to->family) : NULL;
}

/* RFC 1812, 4.3.2.7, and RFC 4443, 2.4 (e): no error about an ICMP error, about a packet to a multicast address, or about one whose
 * source is not a single host; in IPv4 none about a later fragment. A later fragment of ICMPv6 may belong to an error. */
static bool may_report(const struct nt_packet *p)
{
    bool later = p->fragment && !p->first_fragment;
    if (nt_addr_is_multicast(&p->dst) || nt_addr_is_multicast(&p->src) || nt_addr_is_any(&p->src))
        return false;
    if (later)
        return p->family != NT_AF_IPV4 && p->proto != NT_PROTO_ICMP6;
    return !nt_icmp_is_error(p->proto, p->data[p->l4]);
}

static struct nt_packet *error_about(struct nt_gateway *g, const struct nt_packet *p, const struct nt_addr *from, uint8_t type,
                                     uint8_t code)
{
    struct nt_packet *error = from != NULL && may_report(p) ? nt_fabric_packet(g->fabric, 0) : NULL;
    if (error != NULL && nt_packet_icmp_error(error, from, p, type, code) != NT_OK) {
        nt_fabric_consumed(g->fabric, error);
        return NULL;
    }
    return error;
}

/* RFC 1812, 5.3.1, and RFC 4443, 3.3: the sender of a packet whose TTL or hop limit is used up is told so; code 0: in transit. */
struct nt_packet *nt_icmp_error_expired(struct nt_gateway *g, const struct nt_packet *p, uint32_t port)
{
    uint8_t type = p->family == NT_AF_IPV4 ? NT_ICMP4_TIME_EXCEEDED : NT_ICMP6_TIME_EXCEEDED;
    return error_about(g, p, nt_own_addresses_on(&g->own, port, p->family), type, 0);
}

/* Port unreachable is what Linux answers to an unsolicited packet. RFC 5508, REQ-8: without room for a flow, "communication
 * administratively prohibited". */
struct nt_packet *nt_icmp_error_rejected(struct nt_gateway *g, const struct nt_packet *p, enum nt_drop why)
{
    bool unsolicited = why == NT_DROP_NO_MAPPING || why == NT_DROP_FILTERED, full = why == NT_DROP_LIMIT || why == NT_DROP_NO_PORT;
    if (g->policy.unsolicited != NT_UNSOLICITED_REJECT || !(unsolicited || full) || p->proto != NT_PROTO_UDP)
        return NULL;
    struct nt_addr asked = nt_addr_with_port(&p->dst, 0);
    const struct nt_addr *from = unsolicited ? &asked : own_address_towards(g, &p->src);
    return error_about(g, p, from, NT_ICMP4_UNREACHABLE, unsolicited ? NT_ICMP4_PORT : NT_ICMP4_PROHIBITED);
}

/* RFC 4787, REQ-13: "the NAT MUST send back an ICMP message "Fragmentation needed and DF set" to the host"; RFC 4443, 3.2: Packet
 * Too Big. */
struct nt_packet *nt_icmp_error_too_big(struct nt_gateway *g, const struct nt_packet *p, const struct nt_addr *to)
{
    const struct nt_route *r = p->df ? nt_routes_find(&g->routes, to, NT_FABRIC_NONE) : NULL;
    uint32_t mtu = r != NULL ? nt_fabric_network_mtu(g->fabric, nt_fabric_port_network(g->fabric, g->node, r->port)) : UINT32_MAX;
    if (p->len <= mtu)
        return NULL;
    bool v4 = p->family == NT_AF_IPV4;
    struct nt_packet *error = error_about(g, p, own_address_towards(g, &p->src), v4 ? NT_ICMP4_UNREACHABLE : NT_ICMP6_TOO_BIG,
                                          v4 ? NT_ICMP4_FRAGMENTATION_NEEDED : 0);
    if (error != NULL)
        nt_packet_set_icmp_mtu(error, mtu);
    return error;
}
