#include "natsim/gateway/forward.h"
#include "core/base/err.h"
#include "natsim/gateway/allowed.h"
#include "natsim/gateway/error_translation.h"
#include "natsim/gateway/forged.h"
#include "natsim/gateway/fragments.h"
#include "natsim/gateway/gateway_state.h"
#include "natsim/gateway/icmp_error.h"
#include "natsim/gateway/local.h"
#include "natsim/gateway/neighbors.h"
#include "natsim/gateway/send.h"
#include "natsim/gateway/unsolicited.h"
#include "natsim/nat/connection.h"
#include "natsim/nat/tcp.h"
#include "natsim/packet/icmp.h"

static void drop_without_route(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    nt_gateway_drop_with(g, p, NT_DROP_NO_ROUTE, NULL, &p->dst, nt_icmp_error_no_route(g, p, now), now);
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

/* Sends the packet by the route, with other addresses; an error about it quotes it as its sender knows it. */
static void send_translated(struct nt_gateway *g, struct nt_packet *p, const struct nt_nat_translation *t, const struct nt_route *r,
                            nt_time now)
{
    struct nt_addr src = p->src, dst = p->dst;
    struct nt_packet *unreached = g->neighbors != NULL ? nt_icmp_error_no_host(g, p, r, &t->dst) : NULL;
    nt_gateway_set_src(g, p, &t->src, now);
    nt_gateway_set_dst(g, p, &t->dst, now);
    if (p->first_fragment)
        nt_fragments_learn(g, p, &src, &dst, now);
    send_or_wait(g, p, r, unreached, now);
}

static void send_untranslated(struct nt_gateway *g, struct nt_packet *p, const struct nt_route *r, nt_time now)
{
    send_or_wait(g, p, r, g->neighbors != NULL ? nt_icmp_error_no_host(g, p, r, &p->dst) : NULL, now);
}

static bool is_denied_icmp(const struct nt_gateway *g, const struct nt_packet *p)
{
    if (p->proto != NT_PROTO_ICMP && p->proto != NT_PROTO_ICMP6)
        return false;
    return g->policy.icmp == NT_ICMP_DROP || (g->policy.icmp == NT_ICMP_DROP_TOO_BIG && nt_packet_is_too_big(p));
}

/* Drops what the policy or the translator does not carry at all. */
static enum nt_passage drop_if_denied(struct nt_gateway *g, struct nt_packet *p, bool from_inside, nt_time now)
{
    bool udp = p->proto == NT_PROTO_UDP, translated = g->policy.kind == NT_GW_TRANSLATE && p->family == NT_AF_IPV4;
    if (udp ? g->policy.deny_udp : is_denied_icmp(g, p))
        drop_prohibited(g, p, NT_DROP_DENIED, from_inside, now);
    else if (!udp && translated && p->proto != NT_PROTO_TCP && p->proto != NT_PROTO_ICMP && p->proto != NT_PROTO_ICMP6)
        nt_gateway_drop(g, p, NT_DROP_PROTOCOL, now);
    else
        return NT_PASSED;
    return NT_CONSUMED;
}

/* RFC 5508, 7.3: a NAT that does not modify source routes "SHOULD NOT forward outbound ICMP messages that contain the source route
 * option in the outer or inner IP header", for they "could reveal private IP addresses". */
static bool is_icmp_for_inside_alone(const struct nt_packet *p)
{
    return p->proto == NT_PROTO_ICMP && (nt_packet_has_source_route(p) || (!nt_packet_is_icmp_error(p) && !nt_packet_is_query(p)));
}

/* The flags of a TCP segment; false: it is a fragment too short to have any, as attacks send (RFC 1858, 3). */
static bool read_flags_or_drop(struct nt_gateway *g, struct nt_packet *p, uint8_t *flags, nt_time now)
{
    if (p->len < p->l4 + 20u) {
        nt_gateway_drop(g, p, NT_DROP_FRAGMENT, now);
        return false;
    }
    *flags = p->data[p->l4 + 13];
    return true;
}

/* RFC 5382, REQ-4. */
static void note_syn(struct nt_gateway *g, uint8_t flags, const struct nt_nat_translation *t, nt_time now)
{
    if (g->unsolicited != NULL && t->drop == NT_DROP_NONE && nt_connection_is_syn(flags))
        nt_unsolicited_cross(g, &t->src, &t->dst, now);
}

static void translate_tcp_outbound(struct nt_gateway *g, struct nt_packet *p, const struct nt_route *r, nt_time now)
{
    uint8_t flags;
    if (!read_flags_or_drop(g, p, &flags, now))
        return;
    struct nt_nat_translation t = nt_nat_tcp_outbound(g->nat, flags, &p->src, &p->dst, now);
    note_syn(g, flags, &t, now);
    if (t.drop != NT_DROP_NONE)
        drop_untranslated(g, p, &t, true, now);
    else
        send_translated(g, p, &t, r, now);
}

static void translate_outbound(struct nt_gateway *g, struct nt_packet *p, const struct nt_route *r, nt_time now)
{
    if (is_icmp_for_inside_alone(p)) {
        nt_gateway_drop(g, p, NT_DROP_PROTOCOL, now);
        return;
    }
    if (nt_packet_is_icmp_error(p)) {
        nt_error_translate(g, p, true, false, now);
        return;
    }
    if (p->proto == NT_PROTO_TCP) {
        translate_tcp_outbound(g, p, r, now);
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
    else if (nt_hop_or_drop(g, p, port, r, now) == NT_CONSUMED)
        return;
    else if (port == g->outside && nt_allowed_admit(g, p->proto, &t->src, &t->dst, now) != NT_DROP_NONE)
        nt_gateway_drop(g, p, NT_DROP_LIMIT, now);
    else
        send_translated(g, p, t, r, now);
}

static void translate_tcp_inbound(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    uint8_t flags;
    if (!read_flags_or_drop(g, p, &flags, now))
        return;
    struct nt_nat_translation t = nt_nat_tcp_inbound(g->nat, flags, &p->src, &p->dst, now);
    if (t.drop == NT_DROP_FILTERED || t.drop == NT_DROP_NO_MAPPING || t.drop == NT_DROP_STRAY)
        nt_unsolicited_receive(g, p, t.drop, &t.a, &t.b, now);
    else
        finish_inbound(g, p, g->outside, &t, now);
}

static void translate_inbound(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (nt_packet_is_icmp_error(p)) {
        nt_error_translate(g, p, false, true, now);
        return;
    }
    if (p->proto == NT_PROTO_TCP) {
        translate_tcp_inbound(g, p, now);
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

static void hairpin_tcp(struct nt_gateway *g, struct nt_packet *p, uint32_t port, nt_time now)
{
    uint8_t flags;
    if (!read_flags_or_drop(g, p, &flags, now))
        return;
    struct nt_nat_translation t = nt_nat_tcp_hairpin(g->nat, flags, &p->src, &p->dst, now);
    finish_inbound(g, p, port, &t, now);
}

static void translate_hairpin(struct nt_gateway *g, struct nt_packet *p, uint32_t port, nt_time now)
{
    if (nt_packet_is_icmp_error(p) && g->policy.hairpin == NT_HAIRPIN_EXTERNAL) {
        nt_error_translate(g, p, true, true, now);
        return;
    }
    if (p->proto != NT_PROTO_UDP && p->proto != NT_PROTO_TCP) {
        nt_local_receive(g, p, true, NT_DROP_HAIRPIN, &p->src, &p->dst, now);
        return;
    }
    if (nt_allowed_or_drop(g, p, now) == NT_CONSUMED)
        return;
    if (p->proto == NT_PROTO_TCP) {
        hairpin_tcp(g, p, port, now);
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
           (from_inside ||
            (!nt_error_quotes_no_flow(p, proto, false) && nt_firewall_error_in(g->firewall, proto, &src, &dst, now)));
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
    bool looks = g->policy.ipv6 == NT_V6_FIREWALL || g->begun_outside != NULL;
    if (looks && nt_fragments_join_or_drop(g, &p, now) == NT_CONSUMED)
        return;
    if (nt_hop_or_drop(g, p, port, r, now) == NT_CONSUMED)
        return;
    if (from_inside && nt_allowed_or_drop(g, p, now) == NT_CONSUMED)
        return;
    enum nt_drop why = pass_firewall(g, p, from_inside, now);
    if (why == NT_DROP_NONE && !from_inside && !nt_packet_is_icmp_error(p))
        why = nt_allowed_admit(g, p->proto, &p->src, &p->dst, now);
    if (why != NT_DROP_NONE) {
        drop_prohibited(g, p, why, from_inside, now);
        return;
    }
    if (p->first_fragment)
        nt_fragments_learn(g, p, &p->src, &p->dst, now);
    send_untranslated(g, p, r, now);
}

/* From one side to the other, by a gateway that translates. */
static void cross_sides(struct nt_gateway *g, struct nt_packet *p, uint32_t port, const struct nt_route *r, nt_time now)
{
    bool from_inside = port != g->outside;
    if (drop_if_denied(g, p, from_inside, now) == NT_CONSUMED)
        return;
    if (p->family == NT_AF_IPV6)
        filter_v6(g, p, port, r, now);
    else if (!from_inside || g->nat == NULL)
        drop_without_route(g, p, now);
    else if (nt_fragments_join_or_drop(g, &p, now) == NT_PASSED && nt_hop_or_drop(g, p, port, r, now) == NT_PASSED &&
             nt_allowed_or_drop(g, p, now) == NT_PASSED)
        translate_outbound(g, p, r, now);
}

/* As it is: from one inside network to another, or by a gateway that does not translate. */
static void route_through(struct nt_gateway *g, struct nt_packet *p, uint32_t port, const struct nt_route *r, nt_time now)
{
    if (nt_hop_or_drop(g, p, port, r, now) == NT_PASSED)
        send_untranslated(g, p, r, now);
}

static void receive_own(struct nt_gateway *g, struct nt_packet *p, uint32_t port, nt_time now)
{
    bool from_inside = port != g->outside;
    if (drop_if_denied(g, p, from_inside, now) == NT_CONSUMED || nt_fragments_join_or_drop(g, &p, now) == NT_CONSUMED)
        return;
    if (g->nat == NULL || !nt_nat_is_external(g->nat, &p->dst))
        nt_local_receive(g, p, from_inside,
                         p->proto == NT_PROTO_UDP || p->proto == NT_PROTO_TCP ? NT_DROP_NO_SOCKET : NT_DROP_PROTOCOL, &p->src,
                         &p->dst, now);
    else if (from_inside)
        translate_hairpin(g, p, port, now);
    else
        translate_inbound(g, p, now);
}

void nt_forward_receive(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct nt_gateway *g = self;
    bool from_inside = port != g->outside;
    if (g->policy.kind == NT_GW_BLOCKED || (g->policy.kind == NT_GW_BLOCKED_UDP && p->proto == NT_PROTO_UDP)) {
        nt_gateway_drop(g, p, NT_DROP_BLOCKED, now);
        return;
    }
    if (nt_forged_drop(g, p, port, now) == NT_CONSUMED)
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
    else if (drop_if_denied(g, p, from_inside, now) == NT_PASSED)
        route_through(g, p, port, r, now);
}
