#include "natsim/gateway/forward.h"
#include "core/base/err.h"
#include "natsim/gateway/gateway_state.h"
#include "natsim/gateway/icmp_error.h"
#include "natsim/packet/icmp.h"

/* What a step on the way did with the packet: CONSUMED when it was dropped, is held, or has left. */
enum passage { PASSED, CONSUMED };

static void drop_packet(struct nt_gateway *g, struct nt_packet *p, enum nt_drop why, nt_time now)
{
    nt_fabric_drop(g->fabric, g->node, p, why, &p->src, &p->dst, now);
}

static void drop_without_route(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    nt_fabric_drop(g->fabric, g->node, p, NT_DROP_NO_ROUTE, NULL, &p->dst, now);
}

static void send_on(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    const struct nt_route *r = nt_routes_find(&g->routes, &p->dst, NT_FABRIC_NONE);
    if (r == NULL) {
        drop_without_route(g, p, now);
        return;
    }
    struct nt_addr hop = nt_addr_is_set(&r->via) ? r->via : p->dst;
    nt_fabric_send(g->fabric, g->node, r->port, &hop, p, now);
}

/* Sends the packet on, and the error about it to its sender; error NULL: there is none. */
static void send_on_with_error(struct nt_gateway *g, struct nt_packet *p, struct nt_packet *error, nt_time now)
{
    send_on(g, p, now);
    if (error != NULL)
        send_on(g, error, now);
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

static bool is_error(const struct nt_packet *p)
{
    return (!p->fragment || p->first_fragment) && nt_icmp_is_error(p->proto, p->data[p->l4]);
}

static void drop_expired(struct nt_gateway *g, struct nt_packet *p, uint32_t port, nt_time now)
{
    struct nt_packet *error = nt_icmp_error_expired(g, p, port);
    drop_packet(g, p, NT_DROP_TTL, now);
    if (error != NULL)
        send_on(g, error, now);
}

static void drop_untranslated(struct nt_gateway *g, struct nt_packet *p, const struct nt_nat_translation *t, nt_time now)
{
    struct nt_packet *error = nt_icmp_error_rejected(g, p, t->drop);
    nt_fabric_drop(g->fabric, g->node, p, t->drop, &t->a, &t->b, now);
    if (error != NULL)
        send_on(g, error, now);
}

static void translate_and_send(struct nt_gateway *g, struct nt_packet *p, const struct nt_nat_translation *t, nt_time now)
{
    struct nt_addr src = p->src, dst = p->dst;
    if (t->drop != NT_DROP_NONE) {
        drop_untranslated(g, p, t, now);
        return;
    }
    struct nt_packet *error = nt_icmp_error_too_big(g, p, &t->dst); /* quotes the packet as its sender knows it */
    set_src(g, p, &t->src, now);
    set_dst(g, p, &t->dst, now);
    if (p->first_fragment)
        nt_in_order_learn(g->in_order, p, &src, &dst, now);
    send_on_with_error(g, p, error, now);
}

/* The packet that an ICMP error quotes. */
struct quoted {
    struct nt_addr src, dst;
    uint8_t proto;
};

static enum passage read_error_or_drop(struct nt_gateway *g, struct nt_packet *p, struct quoted *q, nt_time now)
{
    /* RFC 5508, REQ-3: "if the ICMP checksum fails validation, the NAT SHOULD silently drop the ICMP Error packet". */
    if (!nt_packet_checksums_good(p))
        drop_packet(g, p, NT_DROP_CHECKSUM, now);
    else if (nt_packet_quoted(p, &q->src, &q->dst, &q->proto) != NT_OK || (q->proto != NT_PROTO_UDP && q->proto != NT_PROTO_ICMP))
        drop_packet(g, p, NT_DROP_PROTOCOL, now);
    else
        return PASSED;
    return CONSUMED;
}

/* An ICMP error about a packet that was translated. `out` (RFC 5508, REQ-5): it comes from inside, its source and the quoted
 * destination become the external endpoint's. `in` (REQ-4): it is for inside, its destination and the quoted source become the
 * inside endpoint's; an error from outside keeps its own source. Both (REQ-7): the packet was hairpinned with an external source.
 */
static void translate_error(struct nt_gateway *g, struct nt_packet *p, bool out, bool in, nt_time now)
{
    struct quoted q;
    struct nt_nat_translation t = {.drop = NT_DROP_NONE};
    if (read_error_or_drop(g, p, &q, now) == CONSUMED)
        return;
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
    send_on(g, p, now);
}

/* Drops what the policy or the translator does not carry at all. */
static enum passage drop_if_denied(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    bool icmp = p->proto == NT_PROTO_ICMP || p->proto == NT_PROTO_ICMP6;
    if (p->proto == NT_PROTO_UDP && g->policy.deny_udp)
        drop_packet(g, p, NT_DROP_DENIED, now);
    else if (p->proto == NT_PROTO_ICMP && g->policy.icmp == NT_ICMP_DROP)
        drop_packet(g, p, NT_DROP_DENIED, now);
    else if (p->family == NT_AF_IPV4 && p->proto != NT_PROTO_UDP && !icmp)
        drop_packet(g, p, NT_DROP_PROTOCOL, now);
    else
        return PASSED;
    return CONSUMED;
}

/* Translates a later fragment as its first one was, and sends it on. */
static enum passage send_in_order(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    struct nt_addr src = p->src, dst = p->dst;
    if (!nt_in_order_apply(g->in_order, p, now))
        return PASSED;
    if (!nt_addr_same_ip(&src, &p->src))
        nt_fabric_translated(g->fabric, g->node, 0, &src, &p->src, now);
    if (!nt_addr_same_ip(&dst, &p->dst))
        nt_fabric_translated(g->fabric, g->node, 1, &dst, &p->dst, now);
    send_on(g, p, now);
    return CONSUMED;
}

/* Treats fragments by the policy. PASSED: *p is a whole packet, or the first fragment of one. */
static enum passage reassemble_or_drop(struct nt_gateway *g, struct nt_packet **p, nt_time now)
{
    if (!(*p)->fragment)
        return PASSED;
    if (g->policy.fragments == NT_FRAG_REASSEMBLE) {
        if (nt_reassembly_add(g->reassembly, p, now) != NT_OK)
            nt_fabric_out_of_memory(g->fabric);
        return *p != NULL ? PASSED : CONSUMED;
    }
    if (g->policy.fragments == NT_FRAG_IN_ORDER) {
        if ((*p)->first_fragment)
            return PASSED;
        if (send_in_order(g, *p, now) == CONSUMED)
            return CONSUMED;
    }
    drop_packet(g, *p, NT_DROP_FRAGMENT, now);
    return CONSUMED;
}

static void translate_outbound(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (is_error(p)) {
        translate_error(g, p, true, false, now);
        return;
    }
    if (p->proto == NT_PROTO_ICMP && p->data[p->l4] != NT_ICMP4_ECHO) {
        drop_packet(g, p, NT_DROP_PROTOCOL, now);
        return;
    }
    struct nt_nat_translation t = nt_nat_outbound(g->nat, p->proto, &p->src, &p->dst, now);
    if (p->proto == NT_PROTO_ICMP)
        t.dst.port = t.src.port; /* the identifier is in both */
    translate_and_send(g, p, &t, now);
}

static void translate_inbound(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (is_error(p)) {
        translate_error(g, p, false, true, now);
        return;
    }
    if (p->proto == NT_PROTO_ICMP && p->data[p->l4] != NT_ICMP4_ECHO_REPLY) {
        drop_packet(g, p, NT_DROP_NO_MAPPING, now);
        return;
    }
    struct nt_nat_translation t = nt_nat_inbound(g->nat, p->proto, &p->src, &p->dst, now);
    if (p->proto == NT_PROTO_ICMP)
        t.src.port = t.dst.port;
    translate_and_send(g, p, &t, now);
}

static void translate_hairpin(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (is_error(p) && g->policy.hairpin == NT_HAIRPIN_EXTERNAL) {
        translate_error(g, p, true, true, now);
        return;
    }
    if (p->proto != NT_PROTO_UDP) {
        drop_packet(g, p, NT_DROP_HAIRPIN, now);
        return;
    }
    struct nt_nat_translation t = nt_nat_hairpin(g->nat, p->proto, &p->src, &p->dst, now);
    translate_and_send(g, p, &t, now);
}

/* The firewall's answer to an IPv6 packet, which opens or refreshes its state; NT_DROP_NONE: it passes. */
static enum nt_drop pass_firewall(struct nt_gateway *g, const struct nt_packet *p, bool from_inside, nt_time now)
{
    struct nt_addr src, dst;
    uint8_t proto;
    if (g->policy.ipv6 == NT_V6_OPEN)
        return NT_DROP_NONE;
    if (g->policy.ipv6 == NT_V6_NONE)
        return NT_DROP_DENIED;
    if (is_error(p)) {
        bool passes = nt_packet_quoted(p, &src, &dst, &proto) == NT_OK &&
                      (from_inside || nt_firewall_error_in(g->firewall, proto, &src, &dst, now));
        return passes ? NT_DROP_NONE : NT_DROP_FIREWALL;
    }
    if (from_inside)
        return nt_firewall_out(g->firewall, p->proto, &p->src, &p->dst, now) == NT_OK ? NT_DROP_NONE : NT_DROP_LIMIT;
    return nt_firewall_in(g->firewall, p->proto, &p->src, &p->dst, now) ? NT_DROP_NONE : NT_DROP_FIREWALL;
}

/* IPv6 is routed, not translated. */
static void filter_v6(struct nt_gateway *g, struct nt_packet *p, bool from_inside, nt_time now)
{
    if (g->policy.ipv6 == NT_V6_FIREWALL && reassemble_or_drop(g, &p, now) == CONSUMED)
        return;
    enum nt_drop why = pass_firewall(g, p, from_inside, now);
    if (why != NT_DROP_NONE) {
        drop_packet(g, p, why, now);
        return;
    }
    if (p->first_fragment)
        nt_in_order_learn(g->in_order, p, &p->src, &p->dst, now);
    send_on_with_error(g, p, nt_icmp_error_too_big(g, p, &p->dst), now);
}

/* From one side to the other, by a gateway that translates. */
static void cross_sides(struct nt_gateway *g, struct nt_packet *p, bool from_inside, nt_time now)
{
    if (drop_if_denied(g, p, now) == CONSUMED)
        return;
    if (p->family == NT_AF_IPV6)
        filter_v6(g, p, from_inside, now);
    else if (!from_inside || g->nat == NULL)
        drop_without_route(g, p, now); /* inside addresses are unknown outside */
    else if (reassemble_or_drop(g, &p, now) == PASSED)
        translate_outbound(g, p, now);
}

static void receive_own(struct nt_gateway *g, struct nt_packet *p, bool from_inside, nt_time now)
{
    if (g->nat == NULL || !nt_nat_is_external(g->nat, &p->dst)) {
        drop_packet(g, p, NT_DROP_NO_SOCKET_QUIET, now);
        return;
    }
    if (drop_if_denied(g, p, now) == CONSUMED || reassemble_or_drop(g, &p, now) == CONSUMED)
        return;
    if (from_inside)
        translate_hairpin(g, p, now);
    else
        translate_inbound(g, p, now);
}

void nt_forward_receive(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct nt_gateway *g = self;
    bool from_inside = port != g->outside;
    if (!nt_packet_hop(p)) {
        drop_expired(g, p, port, now);
        return;
    }
    if (g->policy.kind == NT_GW_BLOCKED || (g->policy.kind == NT_GW_BLOCKED_UDP && p->proto == NT_PROTO_UDP)) {
        drop_packet(g, p, NT_DROP_BLOCKED, now);
        return;
    }
    if (nt_own_addresses_has(&g->own, &p->dst)) {
        receive_own(g, p, from_inside, now);
        return;
    }
    /* The route comes first: a destination without one makes no mapping. */
    const struct nt_route *r = nt_routes_find(&g->routes, &p->dst, NT_FABRIC_NONE);
    if (r == NULL || (!from_inside && r->port == g->outside)) {
        drop_without_route(g, p, now);
        return;
    }
    bool to_inside = r->port != g->outside;
    if (g->policy.kind != NT_GW_TRANSLATE || (from_inside && to_inside))
        send_on_with_error(g, p, nt_icmp_error_too_big(g, p, &p->dst), now);
    else
        cross_sides(g, p, from_inside, now);
}
