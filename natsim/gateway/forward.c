#include "natsim/gateway/forward.h"
#include "core/base/err.h"
#include "natsim/gateway/gateway_state.h"
#include "natsim/gateway/icmp_error.h"
#include "natsim/gateway/local.h"
#include "natsim/gateway/neighbors.h"
#include "natsim/gateway/send.h"
#include "natsim/packet/icmp.h"
#include "natsim/packet/martian.h"

/* What a step on the way did with the packet: CONSUMED when it was dropped, is held, or has left. */
enum passage { PASSED, CONSUMED };

static void drop_without_route(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    nt_gateway_drop_with(g, p, NT_DROP_NO_ROUTE, NULL, &p->dst, nt_icmp_error_no_route(g, p, now), now);
}

static void set_src(struct nt_gateway *g, struct nt_packet *p, const struct nt_addr *to, nt_time now)
{
    struct nt_addr from = p->src;
    if (nt_addr_equal(&from, to))
        return;
    nt_packet_set_src(p, to);
    nt_fabric_translated(g->fabric, g->node, p, 0, &from, &p->src, now);
}

static void set_dst(struct nt_gateway *g, struct nt_packet *p, const struct nt_addr *to, nt_time now)
{
    struct nt_addr from = p->dst;
    if (nt_addr_equal(&from, to))
        return;
    nt_packet_set_dst(p, to);
    nt_fabric_translated(g->fabric, g->node, p, 1, &from, &p->dst, now);
}

static enum passage drop_expired(struct nt_gateway *g, struct nt_packet *p, uint32_t port, nt_time now)
{
    nt_gateway_drop_with(g, p, NT_DROP_TTL, &p->src, &p->dst, nt_icmp_error_expired(g, p, port, now), now);
    return CONSUMED;
}

static void drop_larger(struct nt_gateway *g, struct nt_packet *p, uint32_t mtu, nt_time now)
{
    struct nt_packet *error = nt_icmp_error_too_big(g, p, mtu);
    nt_fabric_drop_too_large(g->fabric, g->node, p, nt_drop_answered(NT_DROP_MTU, error != NULL), mtu, now);
    if (error != NULL)
        nt_gateway_send(g, error, now);
}

/* Likewise the pieces of a packet that was put together: each is a packet of its own on that link. */
static enum passage drop_larger_pieces(struct nt_gateway *g, struct nt_packet *whole, uint32_t mtu, nt_time now)
{
    for (struct nt_packet **link = &whole->pieces, *piece; (piece = *link) != NULL;) {
        if (piece->len <= mtu) {
            link = &piece->next;
            continue;
        }
        *link = piece->next;
        drop_larger(g, piece, mtu, now);
    }
    if (whole->pieces != NULL)
        return PASSED;
    nt_fabric_consumed(g->fabric, whole);
    return CONSUMED;
}

/* Drops a packet that may not be fragmented, if it is too big for the link that the route leads to. */
static enum passage drop_too_big(struct nt_gateway *g, struct nt_packet *p, const struct nt_route *r, nt_time now)
{
    uint32_t mtu = nt_fabric_network_mtu(g->fabric, nt_fabric_port_network(g->fabric, g->node, r->port));
    if (p->pieces != NULL)
        return drop_larger_pieces(g, p, mtu, now);
    if (p->len <= mtu)
        return PASSED;
    drop_larger(g, p, mtu, now);
    return CONSUMED;
}

/* The hop through this gateway, of a packet that came in at `port`: it costs one of the TTL, and the packet must fit the link that
 * it goes to. What is for the gateway itself makes none (RFC 1812, 5.3.1). */
static enum passage hop_or_drop(struct nt_gateway *g, struct nt_packet *p, uint32_t port, const struct nt_route *r, nt_time now)
{
    if (!nt_packet_hop(p))
        return drop_expired(g, p, port, now);
    return p->df ? drop_too_big(g, p, r, now) : PASSED;
}

/* Likewise of a packet that no error is sent about: an ICMP error, or a later fragment. */
static enum passage hop_or_drop_quietly(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (nt_packet_hop(p))
        return PASSED;
    nt_gateway_drop(g, p, nt_drop_answered(NT_DROP_TTL, false), now);
    return CONSUMED;
}

static void drop_prohibited(struct nt_gateway *g, struct nt_packet *p, enum nt_drop why, bool from_inside, nt_time now)
{
    nt_gateway_drop_with(g, p, why, &p->src, &p->dst, from_inside ? nt_icmp_error_prohibited(g, p, now) : NULL, now);
}

/* A packet that the NAT did not translate: it is for the gateway itself, or there is no room for its flow. */
static void drop_untranslated(struct nt_gateway *g, struct nt_packet *p, const struct nt_nat_translation *t, bool from_inside,
                              nt_time now)
{
    bool full = t->drop == NT_DROP_LIMIT || t->drop == NT_DROP_NO_PORT;
    if (full)
        nt_gateway_drop_with(g, p, t->drop, &t->a, &t->b, from_inside ? nt_icmp_error_prohibited(g, p, now) : NULL, now);
    else
        nt_local_receive(g, p, from_inside, t->drop, &t->a, &t->b, now);
}

/* Sends the packet by the route; `unreached`: nobody has the address of the next hop, and this error about it is sent if nobody
 * comes.
 */
static void send_or_wait(struct nt_gateway *g, struct nt_packet *p, const struct nt_route *r, struct nt_packet *unreached,
                         nt_time now)
{
    if (unreached != NULL)
        nt_neighbors_wait(g, r, p, unreached, now);
    else
        nt_gateway_send_by(g, r, p, now);
}

/* Later fragments follow the first one of their datagram, which came as (src, dst). */
static void learn_first(struct nt_gateway *g, const struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst,
                        nt_time now)
{
    if (g->in_order == NULL)
        g->in_order = nt_in_order_new();
    if (g->in_order == NULL || nt_in_order_learn(g->in_order, p, src, dst, now) != NT_OK)
        nt_fabric_out_of_memory(g->fabric);
}

/* Sends the packet by the route, with other addresses; an error about it quotes it as its sender knows it. */
static void send_translated(struct nt_gateway *g, struct nt_packet *p, const struct nt_nat_translation *t, const struct nt_route *r,
                            nt_time now)
{
    struct nt_addr src = p->src, dst = p->dst;
    struct nt_packet *unreached = g->neighbors != NULL ? nt_icmp_error_no_host(g, p, r, &t->dst) : NULL;
    set_src(g, p, &t->src, now);
    set_dst(g, p, &t->dst, now);
    if (p->first_fragment)
        learn_first(g, p, &src, &dst, now);
    send_or_wait(g, p, r, unreached, now);
}

static void send_untranslated(struct nt_gateway *g, struct nt_packet *p, const struct nt_route *r, nt_time now)
{
    send_or_wait(g, p, r, g->neighbors != NULL ? nt_icmp_error_no_host(g, p, r, &p->dst) : NULL, now);
}

/* The packet that an ICMP error quotes. */
struct quoted {
    struct nt_addr src, dst;
    uint8_t proto;
};

static enum passage read_error_or_drop(struct nt_gateway *g, struct nt_packet *p, struct quoted *q, nt_time now)
{
    /* RFC 5508, REQ-3: "if the ICMP checksum fails to validate, the NAT SHOULD silently drop the ICMP Error packet"; a) likewise
     * "if the IP checksum of the embedded packet fails to validate". A redirect names a gateway of its sender's network (RFC 792):
     * on the other side of a NAT it says nothing. */
    if (!nt_packet_checksums_good(p) || nt_packet_quotes_damaged(p))
        nt_gateway_drop(g, p, NT_DROP_CHECKSUM, now);
    else if (p->data[p->l4] == NT_ICMP4_REDIRECT || nt_packet_quoted(p, &q->src, &q->dst, &q->proto) != NT_OK ||
             (q->proto != NT_PROTO_UDP && q->proto != NT_PROTO_ICMP))
        nt_gateway_drop(g, p, NT_DROP_PROTOCOL, now);
    else
        return PASSED;
    return CONSUMED;
}

/* Of ICMP, a flow is kept of queries that left and replies that came in: an error about another message is about none. */
static bool quotes_no_flow(const struct nt_packet *p, uint8_t proto, bool came_in)
{
    int type = nt_packet_quoted_type(p);
    if (proto != NT_PROTO_ICMP && proto != NT_PROTO_ICMP6)
        return false;
    return type < 0 || !(came_in ? nt_icmp_is_reply(proto, (uint8_t)type) : nt_icmp_is_query(proto, (uint8_t)type));
}

/* An ICMP error about a packet that was translated. `out` (RFC 5508, REQ-5): it comes from inside, its source and the quoted
 * destination become the external endpoint's. `in` (REQ-4): it is for inside, its destination and the quoted source become the
 * inside endpoint's; an error from outside keeps its own source. Both (REQ-7): the packet was hairpinned with an external source.
 */
static void translate_error(struct nt_gateway *g, struct nt_packet *p, bool out, bool in, nt_time now)
{
    struct quoted q;
    struct nt_nat_translation t = {.drop = NT_DROP_NONE};
    if (read_error_or_drop(g, p, &q, now) == CONSUMED || (in && hop_or_drop_quietly(g, p, now) == CONSUMED))
        return;
    if (quotes_no_flow(p, q.proto, out)) {
        nt_fabric_drop(g->fabric, g->node, p, NT_DROP_NO_MAPPING, &q.dst, &q.src, now);
        return;
    }
    if (out) {
        t = nt_nat_error_out(g->nat, q.proto, &q.dst, &q.src, now);
        q.dst = t.src;
    }
    if (in && t.drop == NT_DROP_NONE) {
        t = nt_nat_error_in(g->nat, q.proto, &q.src, &q.dst, now);
        q.src = t.dst;
    }
    if (t.drop != NT_DROP_NONE) {
        nt_fabric_drop(g->fabric, g->node, p, t.drop, &t.a, &t.b, now);
        return;
    }
    struct nt_addr external = nt_addr_with_port(&q.dst, 0), host = nt_addr_with_port(&q.src, 0);
    if (out) {
        nt_packet_set_quoted_dst(p, &q.dst);
        set_src(g, p, &external, now);
    }
    if (in) {
        nt_packet_set_quoted_src(p, &q.src);
        set_dst(g, p, &host, now);
    }
    nt_gateway_send(g, p, now);
}

static bool is_denied_icmp(const struct nt_gateway *g, const struct nt_packet *p)
{
    if (p->proto != NT_PROTO_ICMP && p->proto != NT_PROTO_ICMP6)
        return false;
    return g->policy.icmp == NT_ICMP_DROP || (g->policy.icmp == NT_ICMP_DROP_TOO_BIG && nt_packet_is_too_big(p));
}

/* Drops what the policy or the translator does not carry at all. */
static enum passage drop_if_denied(struct nt_gateway *g, struct nt_packet *p, bool from_inside, nt_time now)
{
    bool udp = p->proto == NT_PROTO_UDP, translated = g->policy.kind == NT_GW_TRANSLATE && p->family == NT_AF_IPV4;
    if (udp ? g->policy.deny_udp : is_denied_icmp(g, p))
        drop_prohibited(g, p, NT_DROP_DENIED, from_inside, now);
    else if (!udp && translated && p->proto != NT_PROTO_ICMP && p->proto != NT_PROTO_ICMP6)
        nt_gateway_drop(g, p, NT_DROP_PROTOCOL, now);
    else
        return PASSED;
    return CONSUMED;
}

/* Translates a later fragment as its first one was, and sends it on. */
static enum passage send_in_order(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    struct nt_addr src = p->src, dst = p->dst;
    if (g->in_order == NULL || !nt_in_order_apply(g->in_order, p, now))
        return PASSED;
    if (!nt_addr_same_ip(&src, &p->src))
        nt_fabric_translated(g->fabric, g->node, p, 0, &src, &p->src, now);
    if (!nt_addr_same_ip(&dst, &p->dst))
        nt_fabric_translated(g->fabric, g->node, p, 1, &dst, &p->dst, now);
    if (hop_or_drop_quietly(g, p, now) == PASSED)
        nt_gateway_send(g, p, now);
    return CONSUMED;
}

static void drop_fragment(void *user, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *src,
                          const struct nt_addr *dst, nt_time now)
{
    const struct nt_gateway *g = user;
    nt_fabric_drop_held(g->fabric, g->node, p, reason, src, dst, now);
}

/* The whole packet, or NULL: it is not there yet, or has ended. */
static struct nt_packet *reassemble(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (g->reassembly == NULL)
        g->reassembly = nt_reassembly_new(nt_fabric_pool(g->fabric), (struct nt_reassembly_drop){drop_fragment, g});
    if (g->reassembly != NULL && nt_reassembly_add(g->reassembly, &p, now) == NT_OK)
        return p;
    nt_fabric_out_of_memory(g->fabric);
    return NULL;
}

/* Treats fragments by the policy. PASSED: *p is a whole packet, or the first fragment of one. */
static enum passage reassemble_or_drop(struct nt_gateway *g, struct nt_packet **p, nt_time now)
{
    if (!(*p)->fragment)
        return PASSED;
    if (g->policy.fragments == NT_FRAG_REASSEMBLE)
        return (*p = reassemble(g, *p, now)) != NULL ? PASSED : CONSUMED;
    if (g->policy.fragments == NT_FRAG_IN_ORDER) {
        if ((*p)->first_fragment)
            return PASSED;
        if (send_in_order(g, *p, now) == CONSUMED)
            return CONSUMED;
    }
    nt_gateway_drop(g, *p, NT_DROP_FRAGMENT, now);
    return CONSUMED;
}

/* RFC 5508, 7.3: a NAT that does not modify source routes "SHOULD NOT forward outbound ICMP messages that contain the source route
 * option in the outer or inner IP header", for they "could reveal private IP addresses". */
static bool is_icmp_for_inside_alone(const struct nt_packet *p)
{
    return p->proto == NT_PROTO_ICMP && (nt_packet_has_source_route(p) || (!nt_packet_is_icmp_error(p) && !nt_packet_is_query(p)));
}

static void translate_outbound(struct nt_gateway *g, struct nt_packet *p, const struct nt_route *r, nt_time now)
{
    if (is_icmp_for_inside_alone(p)) {
        nt_gateway_drop(g, p, NT_DROP_PROTOCOL, now);
        return;
    }
    if (nt_packet_is_icmp_error(p)) {
        translate_error(g, p, true, false, now);
        return;
    }
    struct nt_nat_translation t = nt_nat_outbound(g->nat, p->proto, &p->src, &p->dst, now);
    if (p->proto == NT_PROTO_ICMP)
        t.dst.port = t.src.port; /* the identifier is in both */
    if (t.drop != NT_DROP_NONE)
        drop_untranslated(g, p, &t, true, now);
    else
        send_translated(g, p, &t, r, now);
}

/* A packet to an external address that the NAT translates is sent on as any other; the rest is for the gateway itself. */
static void finish_inbound(struct nt_gateway *g, struct nt_packet *p, uint32_t port, const struct nt_nat_translation *t,
                           nt_time now)
{
    const struct nt_route *r = t->drop == NT_DROP_NONE ? nt_routes_find(&g->routes, &t->dst, NT_FABRIC_NONE) : NULL;
    if (t->drop != NT_DROP_NONE)
        drop_untranslated(g, p, t, port != g->outside, now);
    else if (r == NULL)
        drop_without_route(g, p, now);
    else if (hop_or_drop(g, p, port, r, now) == PASSED)
        send_translated(g, p, t, r, now);
}

static void translate_inbound(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (nt_packet_is_icmp_error(p)) {
        translate_error(g, p, false, true, now);
        return;
    }
    if (p->proto == NT_PROTO_ICMP && !nt_icmp_is_reply(p->proto, p->data[p->l4])) {
        nt_local_receive(g, p, false, NT_DROP_NO_MAPPING, &p->src, &p->dst, now);
        return;
    }
    struct nt_nat_translation t = nt_nat_inbound(g->nat, p->proto, &p->src, &p->dst, now);
    if (p->proto == NT_PROTO_ICMP)
        t.src.port = t.dst.port;
    finish_inbound(g, p, g->outside, &t, now);
}

static void translate_hairpin(struct nt_gateway *g, struct nt_packet *p, uint32_t port, nt_time now)
{
    if (nt_packet_is_icmp_error(p) && g->policy.hairpin == NT_HAIRPIN_EXTERNAL) {
        translate_error(g, p, true, true, now);
        return;
    }
    if (p->proto != NT_PROTO_UDP) {
        nt_local_receive(g, p, true, NT_DROP_HAIRPIN, &p->src, &p->dst, now);
        return;
    }
    struct nt_nat_translation t = nt_nat_hairpin(g->nat, p->proto, &p->src, &p->dst, now);
    finish_inbound(g, p, port, &t, now);
}

/* An ICMPv6 error passes the firewall as the packet that it quotes: of a later fragment the ports are unknown, so none does (as in
 * Linux, where such an error belongs to no connection). */
static bool lets_error_pass(struct nt_gateway *g, const struct nt_packet *p, bool from_inside, nt_time now)
{
    struct nt_addr src, dst;
    uint8_t proto;
    return nt_packet_quoted(p, &src, &dst, &proto) == NT_OK &&
           (from_inside || (!quotes_no_flow(p, proto, false) && nt_firewall_error_in(g->firewall, proto, &src, &dst, now)));
}

/* The firewall's answer to an IPv6 packet, which opens or refreshes its state; NT_DROP_NONE: it passes. An ICMPv6 query opens the
 * state for its reply alone: what is asked from outside stays there. */
static enum nt_drop pass_firewall(struct nt_gateway *g, const struct nt_packet *p, bool from_inside, nt_time now)
{
    bool icmp = p->proto == NT_PROTO_ICMP6;
    if (g->policy.ipv6 == NT_V6_OPEN)
        return NT_DROP_NONE;
    if (g->policy.ipv6 == NT_V6_NONE)
        return NT_DROP_DENIED;
    if (nt_packet_is_icmp_error(p))
        return lets_error_pass(g, p, from_inside, now) ? NT_DROP_NONE : NT_DROP_FIREWALL;
    if (from_inside && icmp && !nt_packet_is_query(p))
        return NT_DROP_NONE;
    if (from_inside)
        return nt_firewall_out(g->firewall, p->proto, &p->src, &p->dst, now) == NT_OK ? NT_DROP_NONE : NT_DROP_LIMIT;
    if (icmp && !nt_icmp_is_reply(p->proto, p->data[p->l4]))
        return NT_DROP_FIREWALL;
    return nt_firewall_in(g->firewall, p->proto, &p->src, &p->dst, now) ? NT_DROP_NONE : NT_DROP_FIREWALL;
}

/* IPv6 is routed, not translated. */
static void filter_v6(struct nt_gateway *g, struct nt_packet *p, uint32_t port, const struct nt_route *r, nt_time now)
{
    bool from_inside = port != g->outside;
    if (g->policy.ipv6 == NT_V6_FIREWALL && reassemble_or_drop(g, &p, now) == CONSUMED)
        return;
    if (hop_or_drop(g, p, port, r, now) == CONSUMED)
        return;
    enum nt_drop why = pass_firewall(g, p, from_inside, now);
    if (why != NT_DROP_NONE) {
        drop_prohibited(g, p, why, from_inside, now);
        return;
    }
    if (p->first_fragment)
        learn_first(g, p, &p->src, &p->dst, now);
    send_untranslated(g, p, r, now);
}

/* From one side to the other, by a gateway that translates. */
static void cross_sides(struct nt_gateway *g, struct nt_packet *p, uint32_t port, const struct nt_route *r, nt_time now)
{
    bool from_inside = port != g->outside;
    if (drop_if_denied(g, p, from_inside, now) == CONSUMED)
        return;
    if (p->family == NT_AF_IPV6)
        filter_v6(g, p, port, r, now);
    else if (!from_inside || g->nat == NULL)
        drop_without_route(g, p, now);
    else if (reassemble_or_drop(g, &p, now) == PASSED && hop_or_drop(g, p, port, r, now) == PASSED)
        translate_outbound(g, p, r, now);
}

/* As it is: from one inside network to another, or by a gateway that does not translate. */
static void route_through(struct nt_gateway *g, struct nt_packet *p, uint32_t port, const struct nt_route *r, nt_time now)
{
    if (hop_or_drop(g, p, port, r, now) == PASSED)
        send_untranslated(g, p, r, now);
}

static void receive_own(struct nt_gateway *g, struct nt_packet *p, uint32_t port, nt_time now)
{
    bool from_inside = port != g->outside;
    if (drop_if_denied(g, p, from_inside, now) == CONSUMED || reassemble_or_drop(g, &p, now) == CONSUMED)
        return;
    if (g->nat == NULL || !nt_nat_is_external(g->nat, &p->dst))
        nt_local_receive(g, p, from_inside, p->proto == NT_PROTO_UDP ? NT_DROP_NO_SOCKET : NT_DROP_PROTOCOL, &p->src, &p->dst, now);
    else if (from_inside)
        translate_hairpin(g, p, port, now);
    else
        translate_inbound(g, p, now);
}

/* RFC 4291, 2.5.6: "Routers must not forward any packets with Link-Local source or destination addresses to other links." Linux
 * forwards those of IPv4. */
static bool stays_on_its_link(const struct nt_addr *a)
{
    return a->family == NT_AF_IPV6 && nt_addr_is_link_local(a);
}

/* Linux drops what comes from an address of the router's own (fib_validate_source). On the other side of a NAT another may have it
 * (RFC 4787, REQ-7). */
static bool is_from_itself(const struct nt_gateway *g, const struct nt_packet *p, uint32_t port)
{
    if (!nt_own_addresses_has(&g->own, &p->src))
        return false;
    const struct nt_route *back = nt_routes_find(&g->routes, &p->src, NT_FABRIC_NONE);
    return nt_own_addresses_has_on(&g->own, port, &p->src) || (port != g->outside && (back == NULL || back->port != port));
}

/* The address because of which the packet is not let in: RFC 1812, 5.3.7. */
static const struct nt_addr *find_martian(const struct nt_gateway *g, const struct nt_packet *p, uint32_t port)
{
    if (nt_addr_is_martian(&p->src) || stays_on_its_link(&p->src) || is_from_itself(g, p, port))
        return &p->src;
    return nt_addr_is_martian(&p->dst) || stays_on_its_link(&p->dst) ? &p->dst : NULL;
}

/* RFC 1812, 5.2.2: what has a wrong IP checksum "MUST be silently discarded"; only what a step wrote may have one. */
static enum passage drop_forged(struct nt_gateway *g, struct nt_packet *p, uint32_t port, nt_time now)
{
    const struct nt_addr *martian = find_martian(g, p, port);
    if ((p->marks & NT_MARK_INJECTED) != 0 && !nt_packet_header_good(p))
        nt_gateway_drop(g, p, NT_DROP_CHECKSUM, now);
    else if (martian != NULL)
        nt_fabric_drop(g->fabric, g->node, p, NT_DROP_MARTIAN, &p->src, martian, now);
    else
        return PASSED;
    return CONSUMED;
}

void nt_forward_receive(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct nt_gateway *g = self;
    bool from_inside = port != g->outside;
    if (g->policy.kind == NT_GW_BLOCKED || (g->policy.kind == NT_GW_BLOCKED_UDP && p->proto == NT_PROTO_UDP)) {
        nt_gateway_drop(g, p, NT_DROP_BLOCKED, now);
        return;
    }
    if (drop_forged(g, p, port, now) == CONSUMED)
        return;
    if (nt_own_addresses_has(&g->own, &p->dst)) {
        receive_own(g, p, port, now);
        return;
    }
    /* The route comes first: a destination without one makes no mapping. Inside addresses are unknown outside, and neighbours there
     * reach each other. */
    const struct nt_route *r = nt_routes_find(&g->routes, &p->dst, NT_FABRIC_NONE);
    if (r == NULL || (!from_inside && r->port == g->outside)) {
        drop_without_route(g, p, now);
        return;
    }
    bool to_inside = r->port != g->outside;
    if (from_inside && to_inside)
        route_through(g, p, port, r, now);
    else if (g->policy.kind == NT_GW_TRANSLATE)
        cross_sides(g, p, port, r, now);
    else if (drop_if_denied(g, p, from_inside, now) == PASSED)
        route_through(g, p, port, r, now);
}
