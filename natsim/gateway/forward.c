/* The way of a packet through a gateway: hop, own addresses, route, then translation (IPv4) or firewall (IPv6). */
#include "core/base/err.h"
#include "natsim/gateway/gateway_state.h"
#include "natsim/packet/rewrite.h"

/* RFC 792: destination unreachable, port unreachable: what Linux answers to an unsolicited packet. RFC 1812, 5.2.7.1:
 * communication administratively prohibited. RFC 792 and RFC 4443, 3.3: time exceeded, code 0: in transit. */
enum { ICMP_UNREACHABLE = 3, ICMP_PORT = 3, ICMP_TOO_BIG = 4, ICMP_PROHIBITED = 13, ICMP_ECHO_REPLY = 0, ICMP_ECHO = 8, ICMP_EXCEEDED = 11 };
enum { ICMP6_TOO_BIG = 2, ICMP6_EXCEEDED = 3 };

static void drop(struct nt_gateway *g, struct nt_packet *p, enum nt_drop why, const struct nt_addr *a, const struct nt_addr *b, nt_time now)
{
    nt_fabric_drop(g->fabric, g->node, p, why, a, b, now);
}

static const struct nt_route *route_to(const struct nt_gateway *g, const struct nt_addr *to)
{
    return nt_routes_find(&g->routes, to, NT_FABRIC_NONE);
}

static void forward(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    const struct nt_route *r = route_to(g, &p->dst);
    if (r == NULL) {
        drop(g, p, NT_DROP_NO_ROUTE, NULL, &p->dst, now);
        return;
    }
    struct nt_addr hop = nt_addr_is_set(&r->via) ? r->via : p->dst;
    nt_fabric_send(g->fabric, g->node, r->port, &hop, p, now);
}

static void set_src(struct nt_gateway *g, struct nt_packet *p, const struct nt_addr *to, nt_time now)
{
    struct nt_addr from = p->src;
    if (nt_addr_equal(&from, to))
        return;
    nt_packet_set_src(p, to);
    nt_fabric_translated(g->fabric, g->node, 0, &from, &p->src, now);
}

static void set_dst(struct nt_gateway *g, struct nt_packet *p, const struct nt_addr *to, nt_time now)
{
    struct nt_addr from = p->dst;
    if (nt_addr_equal(&from, to))
        return;
    nt_packet_set_dst(p, to);
    nt_fabric_translated(g->fabric, g->node, 1, &from, &p->dst, now);
}

/* The gateway's own address on a link; NULL: none of that family. */
static const struct nt_addr *own_on(const struct nt_gateway *g, uint32_t port, uint8_t family)
{
    for (size_t i = 0; i < g->own_count; i++)
        if (g->own[i].port == port && g->own[i].addr.family == family)
            return &g->own[i].addr;
    return NULL;
}

static const struct nt_addr *own_towards(const struct nt_gateway *g, const struct nt_addr *to)
{
    const struct nt_route *r = route_to(g, to);
    return r != NULL ? own_on(g, r->port, to->family) : NULL;
}

static bool is_error(const struct nt_packet *p)
{
    return (!p->fragment || p->first_fragment) && nt_icmp_is_error(p->proto, p->data[p->l4]);
}

/* RFC 1812, 4.3.2.7, and RFC 4443, 2.4 (e): no error about an ICMP error, about what goes to a multicast address or comes from
 * none of one host; in IPv4 none about a later fragment. What a later fragment of ICMPv6 is cannot be told. */
static bool may_answer(const struct nt_packet *p)
{
    bool later = p->fragment && !p->first_fragment;
    if (nt_addr_is_multicast(&p->dst) || nt_addr_is_multicast(&p->src) || nt_addr_is_any(&p->src))
        return false;
    return !is_error(p) && !(later && (p->family == NT_AF_IPV4 || p->proto == NT_PROTO_ICMP6));
}

/* An ICMP error about a packet, to its sender. NULL: there is to be none, or without `from`, or without memory. */
static struct nt_packet *error_about(struct nt_gateway *g, const struct nt_packet *p, const struct nt_addr *from, uint8_t type, uint8_t code)
{
    struct nt_packet *error = from != NULL && may_answer(p) ? nt_fabric_packet(g->fabric, 0) : NULL;
    if (error != NULL && nt_packet_icmp_error(error, from, p, type, code) != NT_OK) {
        nt_fabric_consumed(g->fabric, error);
        return NULL;
    }
    return error;
}

/* The packet that says to the sender that its own was not wanted, or (RFC 5508, REQ-8) that there is no room for its flow. NULL:
 * the policy keeps silent, or there is no memory. */
static struct nt_packet *rejection(struct nt_gateway *g, const struct nt_packet *p, enum nt_drop why)
{
    bool unsolicited = why == NT_DROP_NO_MAPPING || why == NT_DROP_FILTERED, full = why == NT_DROP_LIMIT || why == NT_DROP_NO_PORT;
    if (g->policy.unsolicited != NT_UNSOLICITED_REJECT || !(unsolicited || full) || p->proto != NT_PROTO_UDP)
        return NULL;
    struct nt_addr asked = nt_addr_with_port(&p->dst, 0);
    const struct nt_addr *from = unsolicited ? &asked : own_towards(g, &p->src);
    return error_about(g, p, from, ICMP_UNREACHABLE, unsolicited ? ICMP_PORT : ICMP_PROHIBITED);
}

/* Drops a packet, and sends on the error about it. */
static void drop_with(struct nt_gateway *g, struct nt_packet *p, struct nt_packet *error, enum nt_drop why, const struct nt_addr *a,
                      const struct nt_addr *b, nt_time now)
{
    drop(g, p, why, a, b, now);
    if (error != NULL)
        forward(g, error, now);
}

/* RFC 1812, 5.3.1, and RFC 4443, 3.3: a packet whose TTL or hop limit is used up is discarded, and its sender is told so. */
static void expire(struct nt_gateway *g, struct nt_packet *p, uint32_t port, nt_time now)
{
    uint8_t type = p->family == NT_AF_IPV4 ? ICMP_EXCEEDED : ICMP6_EXCEEDED;
    struct nt_packet *error = error_about(g, p, own_on(g, port, p->family), type, 0);
    drop_with(g, p, error, NT_DROP_TTL, &p->src, &p->dst, now);
}

/* The packet that says to the sender what fits the link to `to`; NULL: its own does, or may be fragmented. RFC 4787, REQ-13: "the
 * NAT MUST send back an ICMP message "Fragmentation needed and DF set" to the host"; RFC 4443, 3.2: Packet Too Big. */
static struct nt_packet *too_big(struct nt_gateway *g, const struct nt_packet *p, const struct nt_addr *to)
{
    const struct nt_route *r = p->df ? route_to(g, to) : NULL;
    uint32_t mtu = r != NULL ? nt_fabric_network_mtu(g->fabric, nt_fabric_port_network(g->fabric, g->node, r->port)) : UINT32_MAX;
    if (p->len <= mtu)
        return NULL;
    bool v4 = p->family == NT_AF_IPV4;
    struct nt_packet *error = error_about(g, p, own_towards(g, &p->src), v4 ? ICMP_UNREACHABLE : ICMP6_TOO_BIG, v4 ? ICMP_TOO_BIG : 0);
    if (error != NULL)
        nt_packet_set_icmp_mtu(error, mtu);
    return error;
}

/* Sends a packet on, and to its sender the error it meets on the way. */
static void pass_on(struct nt_gateway *g, struct nt_packet *p, struct nt_packet *error, nt_time now)
{
    forward(g, p, now);
    if (error != NULL)
        forward(g, error, now);
}

/* Rewrites by the verdict and sends the packet on. */
static void obey(struct nt_gateway *g, struct nt_packet *p, const struct nt_nat_verdict *v, nt_time now)
{
    struct nt_addr src = p->src, dst = p->dst;
    if (v->drop != NT_DROP_NONE) {
        drop_with(g, p, rejection(g, p, v->drop), v->drop, &v->a, &v->b, now);
        return;
    }
    struct nt_packet *error = too_big(g, p, &v->dst); /* about the packet as its sender knows it */
    set_src(g, p, &v->src, now);
    set_dst(g, p, &v->dst, now);
    if (p->first_fragment)
        nt_in_order_learn(&g->in_order, p, &src, &dst, now);
    pass_on(g, p, error, now);
}

/* What an ICMP error speaks of. False: the packet is gone. */
static bool read_error(struct nt_gateway *g, struct nt_packet *p, struct nt_addr *src, struct nt_addr *dst, uint8_t *proto, nt_time now)
{
    /* RFC 5508, REQ-3: "if the ICMP checksum fails validation, the NAT SHOULD silently drop the ICMP Error packet". */
    if (!nt_packet_checksums_good(p))
        drop(g, p, NT_DROP_CHECKSUM, &p->src, &p->dst, now);
    else if (nt_packet_quoted(p, src, dst, proto) != NT_OK || (*proto != NT_PROTO_UDP && *proto != NT_PROTO_ICMP))
        drop(g, p, NT_DROP_PROTOCOL, &p->src, &p->dst, now);
    else
        return true;
    return false;
}

/* An ICMP error about a packet that was translated. `out` (RFC 5508, REQ-5): it comes from inside, its source and the quoted
 * destination become the external endpoint's. `in` (REQ-4): it is for inside, its destination and the quoted source become the
 * inside endpoint's; an error from outside keeps its own source. Both (REQ-7): the packet was hairpinned with an external source. */
static void cross_error(struct nt_gateway *g, struct nt_packet *p, bool out, bool in, nt_time now)
{
    struct nt_addr src, dst;
    uint8_t proto;
    struct nt_nat_verdict v = {.drop = NT_DROP_NONE};
    if (!read_error(g, p, &src, &dst, &proto, now))
        return;
    if (out) {
        v = nt_nat_error_out(g->nat, proto, &dst, &src, now);
        dst = v.src;
    }
    if (in && v.drop == NT_DROP_NONE) {
        v = nt_nat_error_in(g->nat, proto, &src, &dst, now);
        src = v.dst;
    }
    if (v.drop != NT_DROP_NONE) {
        drop(g, p, v.drop, &v.a, &v.b, now);
        return;
    }
    struct nt_addr external = nt_addr_with_port(&dst, 0), host = nt_addr_with_port(&src, 0);
    if (out) {
        nt_packet_set_quoted_dst(p, &dst);
        set_src(g, p, &external, now);
    }
    if (in) {
        nt_packet_set_quoted_src(p, &src);
        set_dst(g, p, &host, now);
    }
    forward(g, p, now);
}

/* What a policy does not carry at all. True: the packet is gone. */
static bool denied(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    bool icmp = p->proto == NT_PROTO_ICMP || p->proto == NT_PROTO_ICMP6;
    if (p->proto == NT_PROTO_UDP && g->policy.deny_udp)
        drop(g, p, NT_DROP_DENIED, &p->src, &p->dst, now);
    else if (p->proto == NT_PROTO_ICMP && g->policy.icmp == NT_ICMP_DROP)
        drop(g, p, NT_DROP_DENIED, &p->src, &p->dst, now);
    else if (p->family == NT_AF_IPV4 && p->proto != NT_PROTO_UDP && !icmp)
        drop(g, p, NT_DROP_PROTOCOL, &p->src, &p->dst, now);
    else
        return false;
    return true;
}

/* Fragments by the policy: the packet to go on with, or NULL when it is held, gone or already on its way. */
static struct nt_packet *fragments(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (!p->fragment)
        return p;
    if (g->policy.fragments == NT_FRAG_REASSEMBLE)
        return nt_reassembly_add(g->reassembly, p, now);
    if (g->policy.fragments == NT_FRAG_IN_ORDER && p->first_fragment)
        return p;
    struct nt_addr src = p->src, dst = p->dst;
    if (g->policy.fragments == NT_FRAG_IN_ORDER && nt_in_order_apply(&g->in_order, p, now)) {
        if (!nt_addr_same_ip(&src, &p->src))
            nt_fabric_translated(g->fabric, g->node, 0, &src, &p->src, now);
        if (!nt_addr_same_ip(&dst, &p->dst))
            nt_fabric_translated(g->fabric, g->node, 1, &dst, &p->dst, now);
        forward(g, p, now);
        return NULL;
    }
    drop(g, p, NT_DROP_FRAGMENT, &p->src, &p->dst, now);
    return NULL;
}

static void outbound(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (is_error(p)) {
        cross_error(g, p, true, false, now);
        return;
    }
    if (p->proto == NT_PROTO_ICMP && p->data[p->l4] != ICMP_ECHO) {
        drop(g, p, NT_DROP_PROTOCOL, &p->src, &p->dst, now);
        return;
    }
    struct nt_nat_verdict v = nt_nat_outbound(g->nat, p->proto, &p->src, &p->dst, now);
    if (p->proto == NT_PROTO_ICMP)
        v.dst.port = v.src.port; /* the identifier is in both */
    obey(g, p, &v, now);
}

static void inbound(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (is_error(p)) {
        cross_error(g, p, false, true, now);
        return;
    }
    if (p->proto == NT_PROTO_ICMP && p->data[p->l4] != ICMP_ECHO_REPLY) {
        drop(g, p, NT_DROP_NO_MAPPING, &p->src, &p->dst, now);
        return;
    }
    struct nt_nat_verdict v = nt_nat_inbound(g->nat, p->proto, &p->src, &p->dst, now);
    if (p->proto == NT_PROTO_ICMP)
        v.src.port = v.dst.port;
    obey(g, p, &v, now);
}

static void hairpin(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (is_error(p) && g->policy.hairpin == NT_HAIRPIN_EXTERNAL) {
        cross_error(g, p, true, true, now);
        return;
    }
    if (p->proto != NT_PROTO_UDP) {
        drop(g, p, NT_DROP_HAIRPIN, &p->src, &p->dst, now);
        return;
    }
    struct nt_nat_verdict v = nt_nat_hairpin(g->nat, p->proto, &p->src, &p->dst, now);
    obey(g, p, &v, now);
}

/* IPv6 is routed, not translated. */
static bool firewall_passes(struct nt_gateway *g, const struct nt_packet *p, bool from_inside, nt_time now, enum nt_drop *why)
{
    struct nt_addr src, dst;
    uint8_t proto;
    *why = NT_DROP_FIREWALL;
    if (g->policy.ipv6 == NT_V6_OPEN)
        return true;
    if (g->policy.ipv6 == NT_V6_NONE)
        return false;
    if (!is_error(p)) {
        if (!from_inside)
            return nt_firewall_in(g->firewall, p->proto, &p->src, &p->dst, now);
        *why = NT_DROP_LIMIT;
        return nt_firewall_out(g->firewall, p->proto, &p->src, &p->dst, now) == NT_OK;
    }
    if (nt_packet_quoted(p, &src, &dst, &proto) != NT_OK)
        return false;
    return from_inside || nt_firewall_error_in(g->firewall, proto, &src, &dst, now);
}

static void cross_v6(struct nt_gateway *g, struct nt_packet *p, bool from_inside, nt_time now)
{
    enum nt_drop why;
    if (g->policy.ipv6 == NT_V6_FIREWALL && (p = fragments(g, p, now)) == NULL)
        return;
    if (!firewall_passes(g, p, from_inside, now, &why)) {
        drop(g, p, why, &p->src, &p->dst, now);
        return;
    }
    if (p->first_fragment)
        nt_in_order_learn(&g->in_order, p, &p->src, &p->dst, now);
    pass_on(g, p, too_big(g, p, &p->dst), now);
}

/* From one side to the other, by a gateway that translates. */
static void cross(struct nt_gateway *g, struct nt_packet *p, bool from_inside, nt_time now)
{
    if (denied(g, p, now))
        return;
    if (p->family == NT_AF_IPV6)
        cross_v6(g, p, from_inside, now);
    else if (!from_inside || g->nat == NULL)
        drop(g, p, NT_DROP_NO_ROUTE, NULL, &p->dst, now); /* what is inside is unknown outside */
    else if ((p = fragments(g, p, now)) != NULL)
        outbound(g, p, now);
}

static void to_own(struct nt_gateway *g, struct nt_packet *p, bool from_inside, nt_time now)
{
    if (g->nat == NULL || !nt_nat_is_external(g->nat, &p->dst)) {
        drop(g, p, NT_DROP_NO_SOCKET, &p->src, &p->dst, now);
        return;
    }
    if (denied(g, p, now) || (p = fragments(g, p, now)) == NULL)
        return;
    if (from_inside)
        hairpin(g, p, now);
    else
        inbound(g, p, now);
}

void nt_gateway_receive(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct nt_gateway *g = self;
    bool from_inside = port != g->outside;
    if (!nt_packet_hop(p)) {
        expire(g, p, port, now);
        return;
    }
    if (g->policy.kind == NT_GW_BLOCKED || (g->policy.kind == NT_GW_BLOCKED_UDP && p->proto == NT_PROTO_UDP)) {
        drop(g, p, NT_DROP_BLOCKED, &p->src, &p->dst, now);
        return;
    }
    if (nt_gateway_own_find(g, &p->dst) != NULL) {
        to_own(g, p, from_inside, now);
        return;
    }
    /* The route comes first: a destination without one makes no mapping. */
    const struct nt_route *r = route_to(g, &p->dst);
    if (r == NULL || (!from_inside && r->port == g->outside)) {
        drop(g, p, NT_DROP_NO_ROUTE, NULL, &p->dst, now);
        return;
    }
    bool to_inside = r->port != g->outside;
    if (g->policy.kind != NT_GW_TRANSLATE || (from_inside && to_inside))
        pass_on(g, p, too_big(g, p, &p->dst), now);
    else
        cross(g, p, from_inside, now);
}
