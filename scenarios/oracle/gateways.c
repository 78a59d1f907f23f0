#include "scenarios/oracle/gateways.h"

#define HOPS_MAX 32

bool nt_oracle_is_ordered(const struct nt_nat_policy *p)
{
    if (p->kind != NT_GW_TRANSLATE)
        return false;
    /* An address-and-port-dependent filter lets in only who was sent to before, from the same port: the pin repeats the rule. */
    bool first_in_counts = p->filtering != NT_DEP_ADDRESS_AND_PORT || p->filter_scope == NT_SCOPE_ENDPOINT;
    return p->poison != 0 || (p->replies == NT_REPLIES_PINNED && p->mapping != NT_DEP_ENDPOINT_INDEPENDENT && first_in_counts);
}

static const struct nt_scn_gateway *gateway(const struct nt_oracle_world *w, uint32_t g)
{
    return &w->scn->gateways[g];
}

static uint8_t family(const struct nt_oracle_world *w, const struct nt_oracle_table *t, uint16_t addr)
{
    return w->ips[t->addrs[addr].ip].family;
}

/* RFC 4787, 4.1, REQ-2: "IP address pooling": paired: an inside host keeps its external address. */
static const struct nt_addr *external_ip(const struct nt_oracle_world *w, const struct nt_oracle_table *t, uint32_t g,
                                         uint16_t internal)
{
    const struct nt_scn_attachment *out = &gateway(w, g)->outside;
    size_t others = 0, v4 = 0;
    for (size_t i = 1; i < t->addr_count; i++) {
        const struct nt_oracle_addr *a = &t->addrs[i];
        if (a->kind != NT_ORACLE_EXTERNAL || a->node != g)
            continue;
        if (t->addrs[a->inner].ip == t->addrs[internal].ip)
            return &w->ips[a->ip];
        others++;
    }
    while (v4 < out->address_count && out->addresses[v4].family == NT_AF_IPV4)
        v4++;
    return v4 == 0 ? NULL : &out->addresses[others % v4];
}

static uint16_t external(struct nt_oracle_world *w, struct nt_oracle_table *t, uint32_t g, uint16_t internal,
                         enum nt_oracle_for made_for, uint16_t remote)
{
    struct nt_oracle_addr a = {.kind = NT_ORACLE_EXTERNAL, .node = g, .inner = internal, .made_for = made_for};
    uint8_t depth = t->addrs[internal].depth;
    if (made_for != NT_ORACLE_FOR_ALL)
        a.remote = made_for == NT_ORACLE_FOR_IP ? t->addrs[remote].ip : remote;
    uint16_t known = nt_oracle_addr_find(t, &a);
    if (known != 0)
        return known;
    const struct nt_addr *ip = external_ip(w, t, g, internal);
    if (ip == NULL)
        return 0;
    a.ip = nt_oracle_ip(w, ip);
    if (a.ip == NT_ORACLE_IPS_MAX) {
        t->full = true;
        return 0;
    }
    bool by_port = made_for == NT_ORACLE_FOR_ADDR || made_for == NT_ORACLE_FOR_BARRED;
    if (by_port && t->addrs[remote].depth >= depth)
        depth = (uint8_t)(t->addrs[remote].depth + 1);
    a.depth = depth;
    return nt_oracle_addr(t, &a);
}

/* RFC 4787, 4.1: the mapping rule. */
static uint16_t by_rule(struct nt_oracle_world *w, struct nt_oracle_table *t, uint32_t g, uint16_t internal, uint16_t remote)
{
    enum nt_dependence d = gateway(w, g)->policy.mapping;
    uint16_t newest = nt_oracle_value(t, NT_ORACLE_NEWEST, g, internal, 0);
    if (newest != 0)
        return newest;
    return external(w, t, g, internal,
                    d == NT_DEP_ENDPOINT_INDEPENDENT ? NT_ORACLE_FOR_ALL
                    : d == NT_DEP_ADDRESS            ? NT_ORACLE_FOR_IP
                                                     : NT_ORACLE_FOR_ADDR,
                    remote);
}

static uint16_t fresh(struct nt_oracle_world *w, struct nt_oracle_table *t, uint32_t g, uint16_t internal, uint16_t remote)
{
    uint16_t e = external(w, t, g, internal, NT_ORACLE_FOR_BARRED, remote);
    if (e != 0 && gateway(w, g)->policy.reuse == NT_REUSE_LATEST_BY_SOURCE) {
        uint16_t old = nt_oracle_value(t, NT_ORACLE_NEWEST, g, internal, 0);
        if (old != 0)
            nt_oracle_clear(t, NT_ORACLE_NEWEST, g, internal, 0, old);
        nt_oracle_set(t, NT_ORACLE_NEWEST, g, internal, 0, e);
    }
    return e;
}

struct filter {
    uint16_t owner, remote, how;
};

static struct filter filter_of(const struct nt_oracle_table *t, const struct nt_nat_policy *p, uint16_t external_addr,
                               uint16_t remote)
{
    bool by_ip = p->filtering == NT_DEP_ADDRESS;
    return (struct filter){.owner = p->filter_scope == NT_SCOPE_ENDPOINT ? t->addrs[external_addr].inner : external_addr,
                           .remote = by_ip ? (uint16_t)(t->addrs[remote].ip + 1) : remote,
                           .how = (uint16_t)((by_ip ? NT_ORACLE_BY_IP : 0) | (nt_oracle_is_ordered(p) ? NT_ORACLE_TRACKED : 0))};
}

/* The external address of a packet from inside; its way back is open afterwards. 0: none to be had. */
static uint16_t outbound(struct nt_oracle_world *w, struct nt_oracle_table *t, uint32_t g, uint16_t internal, uint16_t remote)
{
    const struct nt_nat_policy *p = &gateway(w, g)->policy;
    bool tracked = nt_oracle_is_ordered(p);
    uint16_t e = tracked ? nt_oracle_value(t, NT_ORACLE_FLOW, g, internal, remote) : 0;
    if (e == 0) {
        e = by_rule(w, t, g, internal, remote);
        if (e != 0 && nt_oracle_holds(t, NT_ORACLE_POISONED, g, e, remote, 0))
            e = fresh(w, t, g, internal, remote);
        if (e == 0)
            return 0;
        if (tracked)
            nt_oracle_set(t, NT_ORACLE_FLOW, g, internal, remote, e);
    }
    nt_oracle_set(t, NT_ORACLE_MAPPED, g, e, 0, tracked ? NT_ORACLE_TRACKED : 0);
    if (p->filtering != NT_DEP_ENDPOINT_INDEPENDENT) {
        struct filter f = filter_of(t, p, e, remote);
        nt_oracle_set(t, NT_ORACLE_ALLOWED, g, f.owner, f.remote, f.how);
    }
    return e;
}

static bool let_in(const struct nt_oracle_table *t, const struct nt_nat_policy *p, uint32_t g, uint16_t remote, uint16_t dst)
{
    if (!nt_oracle_holds(t, NT_ORACLE_MAPPED, g, dst, 0, nt_oracle_is_ordered(p) ? NT_ORACLE_TRACKED : 0))
        return false;
    if (p->filtering == NT_DEP_ENDPOINT_INDEPENDENT)
        return true;
    struct filter f = filter_of(t, p, dst, remote);
    return nt_oracle_holds(t, NT_ORACLE_ALLOWED, g, f.owner, f.remote, f.how);
}

/* RFC 4787, 5: the inside address that a packet from outside is for. 0: not let in. */
static uint16_t inbound(struct nt_oracle_world *w, struct nt_oracle_table *t, uint32_t g, uint16_t remote, uint16_t dst)
{
    const struct nt_nat_policy *p = &gateway(w, g)->policy;
    const struct nt_oracle_addr *a = &t->addrs[dst];
    if (a->kind != NT_ORACLE_EXTERNAL || a->node != g)
        return 0;
    if (!let_in(t, p, g, remote, dst)) {
        if (p->poison != 0)
            nt_oracle_set(t, NT_ORACLE_POISONED, g, dst, remote, 0);
        return 0;
    }
    bool pins = p->replies == NT_REPLIES_PINNED && nt_oracle_is_ordered(p);
    if (pins && nt_oracle_value(t, NT_ORACLE_FLOW, g, a->inner, remote) == 0)
        nt_oracle_set(t, NT_ORACLE_FLOW, g, a->inner, remote, dst);
    return a->inner;
}

/* RFC 4787, 6. The filter sees the external source; RFC 4787's "internal source" shows the inside source to the receiver. */
static bool hairpin(struct nt_oracle_world *w, struct nt_oracle_table *t, uint32_t g, struct nt_oracle_packet *p)
{
    enum nt_hairpin how = gateway(w, g)->policy.hairpin;
    if (how == NT_HAIRPIN_NONE)
        return false;
    uint16_t e = outbound(w, t, g, p->src, p->dst);
    if (e == 0)
        return false;
    uint16_t to = inbound(w, t, g, e, p->dst);
    if (to == 0)
        return false;
    p->src = how == NT_HAIRPIN_EXTERNAL ? e : p->src;
    p->dst = to;
    return true;
}

/* IPv6 is not translated: a stateful firewall with the policy's filtering. */
static bool firewall(const struct nt_oracle_world *w, struct nt_oracle_table *t, uint32_t g, const struct nt_oracle_packet *p,
                     bool from_inside)
{
    const struct nt_nat_policy *policy = &gateway(w, g)->policy;
    uint16_t inside = from_inside ? p->src : p->dst, remote = from_inside ? p->dst : p->src, kind = 0;
    if (policy->ipv6 != NT_V6_FIREWALL)
        return policy->ipv6 == NT_V6_OPEN;
    if (policy->filtering == NT_DEP_ENDPOINT_INDEPENDENT) {
        remote = 0;
        kind = 2;
    } else if (policy->filtering == NT_DEP_ADDRESS) {
        remote = (uint16_t)(t->addrs[remote].ip + 1);
        kind = 1;
    }
    if (from_inside)
        nt_oracle_set(t, NT_ORACLE_OPEN6, g, inside, remote, kind);
    return from_inside || nt_oracle_holds(t, NT_ORACLE_OPEN6, g, inside, remote, kind);
}

static bool own(const struct nt_scn_attachment *at, const struct nt_addr *ip)
{
    for (size_t i = 0; i < at->address_count; i++)
        if (nt_addr_same_ip(&at->addresses[i], ip))
            return true;
    return false;
}

static bool is_own(const struct nt_scn_gateway *g, const struct nt_addr *ip, bool *outside)
{
    *outside = own(&g->outside, ip);
    for (size_t i = 0; i < g->inside_count; i++)
        if (own(&g->inside[i], ip))
            return true;
    return *outside;
}

/* A packet for the gateway's own address. */
static bool take_own(struct nt_oracle_world *w, struct nt_oracle_table *t, uint32_t g, struct nt_oracle_packet *p, bool outside,
                     bool from_inside)
{
    const struct nt_nat_policy *policy = &gateway(w, g)->policy;
    if (!outside || policy->kind != NT_GW_TRANSLATE || policy->deny_udp || family(w, t, p->dst) != NT_AF_IPV4)
        return false;
    if (from_inside)
        return hairpin(w, t, g, p);
    uint16_t to = inbound(w, t, g, p->src, p->dst);
    if (to != 0)
        p->dst = to;
    return to != 0;
}

/* A packet that is to go on: the route comes first, a destination without one makes no mapping. */
static bool pass(struct nt_oracle_world *w, struct nt_oracle_table *t, uint32_t g, struct nt_oracle_packet *p, bool from_inside)
{
    const struct nt_scn_gateway *gw = gateway(w, g);
    struct nt_oracle_place self = {NT_SCN_NODE_GATEWAY, g, NT_ORACLE_ANY};
    const struct nt_oracle_hop *h = nt_oracle_hop(w, &self, t->addrs[p->dst].ip);
    bool to_inside = h->out != gw->inside_count;
    if (!h->routed || (!from_inside && !to_inside))
        return false;
    if (gw->policy.kind != NT_GW_TRANSLATE || (from_inside && to_inside))
        return true;
    if (gw->policy.deny_udp)
        return false;
    if (family(w, t, p->dst) == NT_AF_IPV6)
        return firewall(w, t, g, p, from_inside);
    if (!from_inside)
        return false;
    p->src = outbound(w, t, g, p->src, p->dst);
    return p->src != 0;
}

static bool cross(struct nt_oracle_world *w, struct nt_oracle_table *t, struct nt_oracle_packet *p, bool *noticed)
{
    const struct nt_scn_gateway *gw = gateway(w, p->at.index);
    bool outside, from_inside = p->at.port != gw->inside_count;
    if (gw->policy.kind == NT_GW_BLOCKED_UDP || gw->policy.kind == NT_GW_BLOCKED)
        return false;
    if (!is_own(gw, &w->ips[t->addrs[p->dst].ip], &outside))
        return pass(w, t, p->at.index, p, from_inside);
    *noticed = true;
    return take_own(w, t, p->at.index, p, outside, from_inside);
}

/* On from the node at p->at. */
static enum nt_oracle_way go(struct nt_oracle_world *w, struct nt_oracle_table *t, struct nt_oracle_packet *p, bool hold,
                             bool *noticed)
{
    for (int hops = 0; hops < HOPS_MAX; hops++) {
        const struct nt_oracle_hop *h = nt_oracle_hop(w, &p->at, t->addrs[p->dst].ip);
        if (!h->routed || h->to.kind == NT_SCN_NODE_NONE)
            return NT_ORACLE_LOST;
        p->at = h->to;
        if (p->at.kind != NT_SCN_NODE_GATEWAY) {
            *noticed = true;
            return NT_ORACLE_ARRIVED;
        }
        const struct nt_scn_gateway *gw = gateway(w, p->at.index);
        if (hold && p->at.port == gw->inside_count && nt_oracle_is_ordered(&gw->policy) && t->addrs[p->dst].node == p->at.index &&
            t->addrs[p->dst].kind == NT_ORACLE_EXTERNAL)
            return NT_ORACLE_HELD;
        if (!cross(w, t, p, noticed))
            return NT_ORACLE_LOST;
        p->at.port = NT_ORACLE_ANY;
    }
    return NT_ORACLE_LOST;
}

enum nt_oracle_way nt_oracle_send(struct nt_oracle_world *w, struct nt_oracle_table *t, struct nt_oracle_packet *p, bool hold,
                                  bool *noticed)
{
    return go(w, t, p, hold, noticed);
}

enum nt_oracle_way nt_oracle_land(struct nt_oracle_world *w, struct nt_oracle_table *t, struct nt_oracle_packet *p)
{
    bool noticed = true;
    if (!cross(w, t, p, &noticed))
        return NT_ORACLE_LOST;
    p->at.port = NT_ORACLE_ANY;
    return go(w, t, p, false, &noticed);
}
