#include "scenarios/oracle/gateways.h"

#define HOPS_MAX 64 /* of a packet, as its TTL (RFC 1122, 3.2.1.7: 64) */

bool nt_oracle_is_order_sensitive(const struct nt_nat_policy *p)
{
    if (p->kind != NT_GW_TRANSLATE)
        return false;
    /* An address-and-port-dependent filter lets in only remotes that were sent to before, from the same port: pinning changes
     * nothing. */
    bool first_in_counts = p->filtering != NT_DEP_ADDRESS_AND_PORT || p->filter_scope == NT_SCOPE_ENDPOINT;
    return p->poison != 0 || (p->replies == NT_REPLIES_PINNED && p->mapping != NT_DEP_ENDPOINT_INDEPENDENT && first_in_counts);
}

/* The inside port is kept, also where other inside hosts have it. */
static bool keeps_shared_port(const struct nt_nat_policy *p)
{
    return p->mapping == NT_DEP_ENDPOINT_INDEPENDENT &&
           (p->ports == NT_PORTS_OVERLOAD || (p->ports == NT_PORTS_PRESERVE && p->conflict == NT_CONFLICT_OVERLOAD));
}

/* Inside hosts that share a port are told apart by the flows they began alone: the filter lets in others, too. */
static bool confuses_hosts(const struct nt_nat_policy *p)
{
    return keeps_shared_port(p) && p->filtering != NT_DEP_ADDRESS_AND_PORT;
}

static const char shared_port[] = "a packet from outside is for a port that inside hosts may share";

static const struct nt_scn_gateway *gateway_of(const struct nt_oracle_map *map, uint32_t g)
{
    return &map->scn->gateways[g];
}

static uint8_t addr_family(const struct nt_oracle_map *map, const struct nt_oracle_table *t, uint16_t addr)
{
    return map->ips[t->addrs[addr].ip].family;
}

/* The first external address of gateway g and the inside host with this address; 0: none. */
static uint16_t external_of_host(const struct nt_oracle_table *t, uint32_t g, uint16_t ip)
{
    for (uint16_t i = 1; i < t->addr_count; i++)
        if (t->addrs[i].kind == NT_ORACLE_EXTERNAL && t->addrs[i].node == g && t->addrs[t->addrs[i].inner].ip == ip)
            return i;
    return 0;
}

static size_t count_inside_hosts(const struct nt_oracle_table *t, uint32_t g)
{
    size_t n = 0;
    for (uint16_t i = 1; i < t->addr_count; i++) {
        const struct nt_oracle_addr *a = &t->addrs[i];
        n += a->kind == NT_ORACLE_EXTERNAL && a->node == g && external_of_host(t, g, t->addrs[a->inner].ip) == i;
    }
    return n;
}

/* RFC 4787, 4.1, REQ-2: with paired "IP address pooling" an inside host keeps its external address. With arbitrary pooling the
 * order of mappings decides, so that only a host with one mapping is predicted. */
static const struct nt_addr *external_ip(const struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g, uint16_t internal)
{
    const struct nt_scn_attachment *out = &gateway_of(map, g)->outside;
    uint16_t before = external_of_host(t, g, t->addrs[internal].ip);
    size_t v4 = 0;
    while (v4 < out->address_count && out->addresses[v4].family == NT_AF_IPV4)
        v4++;
    if (before != 0 && v4 > 1 && gateway_of(map, g)->policy.pooling == NT_POOLING_ARBITRARY)
        nt_oracle_table_limit(t, "the external address of a mapping is arbitrary");
    if (before != 0)
        return &map->ips[t->addrs[before].ip];
    return v4 == 0 ? NULL : &out->addresses[count_inside_hosts(t, g) % v4];
}

static uint16_t external_addr_for(struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g, uint16_t internal,
                                  enum nt_oracle_for made_for, uint16_t remote)
{
    struct nt_oracle_addr a = {.kind = NT_ORACLE_EXTERNAL, .node = g, .inner = internal, .made_for = made_for};
    uint8_t depth = t->addrs[internal].depth;
    if (made_for != NT_ORACLE_FOR_ALL)
        a.remote = made_for == NT_ORACLE_FOR_IP ? t->addrs[remote].ip : remote;
    uint16_t known = nt_oracle_addr_known(t, &a);
    if (known != 0)
        return known;
    const struct nt_addr *ip = external_ip(map, t, g, internal);
    if (ip == NULL)
        return 0;
    a.ip = nt_oracle_ip_number(map, ip);
    if (a.ip == NT_ORACLE_IPS_MAX) {
        nt_oracle_table_limit(t, "the world has more addresses than the oracle keeps");
        return 0;
    }
    bool by_port = made_for == NT_ORACLE_FOR_ADDR || made_for == NT_ORACLE_FOR_BARRED;
    if (by_port && t->addrs[remote].depth >= depth)
        depth = (uint8_t)(t->addrs[remote].depth + 1);
    a.depth = depth;
    return nt_oracle_addr_number(t, &a);
}

/* RFC 4787, 4.1: the mapping rule. */
static uint16_t mapping_by_rule(struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g, uint16_t internal,
                                uint16_t remote)
{
    enum nt_dependence d = gateway_of(map, g)->policy.mapping;
    uint16_t newest = nt_oracle_fact_value(t, NT_ORACLE_FACT_NEWEST, g, internal, 0);
    if (newest != 0)
        return newest;
    return external_addr_for(map, t, g, internal,
                             d == NT_DEP_ENDPOINT_INDEPENDENT ? NT_ORACLE_FOR_ALL
                             : d == NT_DEP_ADDRESS            ? NT_ORACLE_FOR_IP
                                                              : NT_ORACLE_FOR_ADDR,
                             remote);
}

/* Without the fact the first is the newest. */
static void set_newest(struct nt_oracle_table *t, uint32_t g, uint16_t internal, uint16_t e)
{
    uint16_t old = nt_oracle_fact_value(t, NT_ORACLE_FACT_NEWEST, g, internal, 0);
    if (old != 0)
        nt_oracle_fact_clear(t, NT_ORACLE_FACT_NEWEST, g, internal, 0, old);
    if (t->addrs[e].made_for != NT_ORACLE_FOR_ALL)
        nt_oracle_fact_set(t, NT_ORACLE_FACT_NEWEST, g, internal, 0, e);
}

/* Poison bars the port of the rule. Where the newest port of a source counts and ports are shared (Linux, measured), the source's
 * own port is tried again before another, and either becomes the newest. */
static uint16_t mapping_past_poison(struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g, uint16_t internal,
                                    uint16_t remote)
{
    const struct nt_nat_policy *p = &gateway_of(map, g)->policy;
    uint16_t e = 0;
    if (p->reuse != NT_REUSE_LATEST_BY_SOURCE)
        return external_addr_for(map, t, g, internal, NT_ORACLE_FOR_BARRED, remote);
    if (keeps_shared_port(p))
        e = external_addr_for(map, t, g, internal, NT_ORACLE_FOR_ALL, remote);
    /* The first is the inside port, unless another host had it. */
    if (e != 0 && nt_oracle_fact_value(t, NT_ORACLE_FACT_NEWEST, g, internal, 0) != 0 && count_inside_hosts(t, g) > 1)
        nt_oracle_table_limit(t, "inside hosts may share a port");
    if (e == 0 || nt_oracle_fact_holds(t, NT_ORACLE_FACT_POISONED, g, e, remote, 0))
        e = external_addr_for(map, t, g, internal, NT_ORACLE_FOR_BARRED, remote);
    if (e != 0)
        set_newest(t, g, internal, e);
    return e;
}

struct filter {
    uint16_t owner, remote, how;
};

static struct filter filter_of(const struct nt_oracle_table *t, const struct nt_nat_policy *p, uint16_t external_addr,
                               uint16_t remote)
{
    bool by_ip = p->filtering == NT_DEP_ADDRESS;
    return (struct filter){
        .owner = p->filter_scope == NT_SCOPE_ENDPOINT ? t->addrs[external_addr].inner : external_addr,
        .remote = by_ip ? (uint16_t)(t->addrs[remote].ip + 1) : remote,
        .how = (uint16_t)((by_ip ? NT_ORACLE_BY_IP : 0) | (nt_oracle_is_order_sensitive(p) ? NT_ORACLE_TRACKED : 0))};
}

/* Maps a packet from inside and opens the way back. Returns its external address; 0: there is none. */
static uint16_t map_outbound(struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g, uint16_t internal, uint16_t remote)
{
    const struct nt_nat_policy *p = &gateway_of(map, g)->policy;
    bool tracked = nt_oracle_is_order_sensitive(p);
    uint16_t e = tracked ? nt_oracle_fact_value(t, NT_ORACLE_FACT_FLOW, g, internal, remote) : 0;
    if (e == 0) {
        e = mapping_by_rule(map, t, g, internal, remote);
        if (e != 0 && nt_oracle_fact_holds(t, NT_ORACLE_FACT_POISONED, g, e, remote, 0))
            e = mapping_past_poison(map, t, g, internal, remote);
        if (e == 0)
            return 0;
        if (tracked || confuses_hosts(p))
            nt_oracle_fact_set(t, NT_ORACLE_FACT_FLOW, g, internal, remote, e);
    }
    nt_oracle_fact_set(t, NT_ORACLE_FACT_MAPPED, g, e, 0, tracked ? NT_ORACLE_TRACKED : 0);
    if (p->filtering != NT_DEP_ENDPOINT_INDEPENDENT) {
        struct filter f = filter_of(t, p, e, remote);
        nt_oracle_fact_set(t, NT_ORACLE_FACT_ALLOWED, g, f.owner, f.remote, f.how);
    }
    return e;
}

static bool is_let_in(const struct nt_oracle_table *t, const struct nt_nat_policy *p, uint32_t g, uint16_t remote, uint16_t dst)
{
    if (!nt_oracle_fact_holds(t, NT_ORACLE_FACT_MAPPED, g, dst, 0, nt_oracle_is_order_sensitive(p) ? NT_ORACLE_TRACKED : 0))
        return false;
    if (p->filtering == NT_DEP_ENDPOINT_INDEPENDENT)
        return true;
    struct filter f = filter_of(t, p, dst, remote);
    return nt_oracle_fact_holds(t, NT_ORACLE_FACT_ALLOWED, g, f.owner, f.remote, f.how);
}

/* Endpoints of different hosts, of which no rule says that their ports differ, as those of an agent's interfaces do. */
static bool may_have_one_port(const struct nt_oracle_addr *a, const struct nt_oracle_addr *b)
{
    return a->ip != b->ip && (a->kind != NT_ORACLE_HOST || b->kind != NT_ORACLE_HOST || a->node != b->node);
}

/* Another inside host, which may have this port too, has opened the way for the remote. */
static bool may_be_let_in_to_another(const struct nt_oracle_table *t, const struct nt_nat_policy *p, uint32_t g, uint16_t remote,
                                     uint16_t dst)
{
    const struct nt_oracle_addr *inner = &t->addrs[t->addrs[dst].inner];
    for (uint16_t i = 1; keeps_shared_port(p) && i < t->addr_count; i++) {
        const struct nt_oracle_addr *a = &t->addrs[i];
        if (a->kind == NT_ORACLE_EXTERNAL && a->node == g && may_have_one_port(&t->addrs[a->inner], inner) &&
            is_let_in(t, p, g, remote, i))
            return true;
    }
    return false;
}

/* RFC 4787, 5: returns the inside address that a packet from outside is for; 0: the filter drops it. */
static uint16_t map_inbound(struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g, uint16_t remote, uint16_t dst)
{
    const struct nt_nat_policy *p = &gateway_of(map, g)->policy;
    const struct nt_oracle_addr *a = &t->addrs[dst];
    if (a->kind != NT_ORACLE_EXTERNAL || a->node != g)
        return 0;
    if (!is_let_in(t, p, g, remote, dst)) {
        if (may_be_let_in_to_another(t, p, g, remote, dst))
            nt_oracle_table_limit(t, shared_port);
        if (p->poison != 0)
            nt_oracle_fact_set(t, NT_ORACLE_FACT_POISONED, g, dst, remote, 0);
        return 0;
    }
    if (confuses_hosts(p) && count_inside_hosts(t, g) > 1 && nt_oracle_fact_value(t, NT_ORACLE_FACT_FLOW, g, a->inner, remote) == 0)
        nt_oracle_table_limit(t, shared_port);
    bool pins = p->replies == NT_REPLIES_PINNED && nt_oracle_is_order_sensitive(p);
    if (pins && nt_oracle_fact_value(t, NT_ORACLE_FACT_FLOW, g, a->inner, remote) == 0)
        nt_oracle_fact_set(t, NT_ORACLE_FACT_FLOW, g, a->inner, remote, dst);
    return a->inner;
}

/* Where dynamic ports begin: agents' from 50000, a NAT's sequential ones from 40000, relays' from 49152. A random port of a NAT
 * that happens to be one below is disregarded. */
#define DYNAMIC_LOW 40000
#define SERVICE_PORT 3478

/* The ports that a relay or an external address may have. */
static void dynamic_ports(const struct nt_oracle_map *map, const struct nt_oracle_addr *a, uint16_t *low, uint16_t *high)
{
    const struct nt_scn_server *server = a->kind == NT_ORACLE_RELAY ? &map->scn->servers[a->node] : NULL;
    const struct nt_nat_policy *p = a->kind == NT_ORACLE_EXTERNAL ? &gateway_of(map, a->node)->policy : NULL;
    *low = DYNAMIC_LOW;
    *high = 65535;
    if (server != NULL && server->port_low != 0)
        *low = server->port_low, *high = server->port_high;
    if (p != NULL && (p->range_high < DYNAMIC_LOW || p->range_low > DYNAMIC_LOW))
        *low = p->range_low, *high = p->range_high;
}

static bool allows(const struct nt_oracle_map *map, struct nt_oracle_table *t, const struct nt_nat_policy *p, uint16_t remote)
{
    const struct nt_oracle_addr *a = &t->addrs[remote];
    uint16_t low, high;
    if (a->kind == NT_ORACLE_SERVICE)
        return nt_nat_policy_allows(p, NT_ALLOWED_UDP, SERVICE_PORT);
    if (nt_nat_policy_allows(p, NT_ALLOWED_UDP, 0))
        return true;
    dynamic_ports(map, a, &low, &high);
    for (size_t i = 0; i < p->allowed_count; i++)
        if (p->allowed[i].proto == NT_ALLOWED_UDP && p->allowed[i].port >= low && p->allowed[i].port <= high)
            nt_oracle_table_limit(t, "'allow' names a port that an agent, a relay or a NAT may have");
    return false;
}

/* What those inside may reach: destinations by port, and with answers whoever reached them first. */
static bool may_reach(const struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g, uint16_t internal, uint16_t remote)
{
    return allows(map, t, &gateway_of(map, g)->policy, remote) ||
           nt_oracle_fact_holds(t, NT_ORACLE_FACT_CAME_IN, g, internal, remote, 0);
}

static void admit(const struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g, uint16_t remote, uint16_t internal)
{
    if (!allows(map, t, &gateway_of(map, g)->policy, remote))
        nt_oracle_fact_set(t, NT_ORACLE_FACT_CAME_IN, g, internal, remote, 0);
}

/* RFC 4787, 6. The filter sees the external source address; with "internal source" the receiver sees the inside one. */
static bool hairpin_packet(struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g, struct nt_oracle_packet *packet)
{
    enum nt_hairpin how = gateway_of(map, g)->policy.hairpin;
    if (how == NT_HAIRPIN_NONE || !may_reach(map, t, g, packet->src, packet->dst))
        return false;
    if (keeps_shared_port(&gateway_of(map, g)->policy) && count_inside_hosts(t, g) > 1)
        nt_oracle_table_limit(t, "a hairpinned packet is for a port that inside hosts may share");
    uint16_t e = map_outbound(map, t, g, packet->src, packet->dst);
    if (e == 0)
        return false;
    uint16_t to = map_inbound(map, t, g, e, packet->dst);
    if (to == 0)
        return false;
    packet->src = how == NT_HAIRPIN_EXTERNAL ? e : packet->src;
    packet->dst = to;
    return true;
}

/* IPv6 is not translated; a stateful firewall filters as the policy says. */
static bool pass_firewall(const struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g,
                          const struct nt_oracle_packet *packet, bool from_inside)
{
    const struct nt_nat_policy *policy = &gateway_of(map, g)->policy;
    uint16_t inside = from_inside ? packet->src : packet->dst, remote = from_inside ? packet->dst : packet->src, kind = 0;
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
        nt_oracle_fact_set(t, NT_ORACLE_FACT_OPEN6, g, inside, remote, kind);
    return from_inside || nt_oracle_fact_holds(t, NT_ORACLE_FACT_OPEN6, g, inside, remote, kind);
}

static bool filter_v6(const struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g, const struct nt_oracle_packet *packet,
                      bool from_inside)
{
    bool passes = pass_firewall(map, t, g, packet, from_inside);
    if (passes && !from_inside)
        admit(map, t, g, packet->src, packet->dst);
    return passes;
}

static bool has_address(const struct nt_scn_attachment *at, const struct nt_addr *ip)
{
    for (size_t i = 0; i < at->address_count; i++)
        if (nt_addr_same_ip(&at->addresses[i], ip))
            return true;
    return false;
}

static bool is_own_address(const struct nt_scn_gateway *g, const struct nt_addr *ip, bool *outside)
{
    *outside = has_address(&g->outside, ip);
    for (size_t i = 0; i < g->inside_count; i++)
        if (has_address(&g->inside[i], ip))
            return true;
    return *outside;
}

/* A packet to an address of the gateway. False: it is dropped. */
static bool accept_for_own_address(struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g,
                                   struct nt_oracle_packet *packet, bool outside, bool from_inside)
{
    const struct nt_nat_policy *policy = &gateway_of(map, g)->policy;
    if (!outside || policy->kind != NT_GW_TRANSLATE || policy->deny_udp || addr_family(map, t, packet->dst) != NT_AF_IPV4)
        return false;
    if (from_inside)
        return hairpin_packet(map, t, g, packet);
    uint16_t to = map_inbound(map, t, g, packet->src, packet->dst);
    if (to == 0)
        return false;
    admit(map, t, g, packet->src, to);
    packet->dst = to;
    return true;
}

/* A packet to another address. Its route is looked up first: a destination without a route makes no mapping. */
static bool forward_packet(struct nt_oracle_map *map, struct nt_oracle_table *t, uint32_t g, struct nt_oracle_packet *packet,
                           bool from_inside)
{
    const struct nt_scn_gateway *gw = gateway_of(map, g);
    struct nt_oracle_place self = {NT_SCN_NODE_GATEWAY, g, NT_ORACLE_ANY};
    const struct nt_oracle_hop *h = nt_oracle_next_hop(map, &self, t->addrs[packet->dst].ip);
    bool to_inside = h->out != gw->inside_count;
    if (!h->routed || (!from_inside && !to_inside))
        return false;
    if (gw->policy.kind != NT_GW_TRANSLATE || (from_inside && to_inside))
        return true;
    if (gw->policy.deny_udp || (from_inside && !may_reach(map, t, g, packet->src, packet->dst)))
        return false;
    if (addr_family(map, t, packet->dst) == NT_AF_IPV6)
        return filter_v6(map, t, g, packet, from_inside);
    if (!from_inside)
        return false;
    packet->src = map_outbound(map, t, g, packet->src, packet->dst);
    return packet->src != 0;
}

static bool cross_gateway(struct nt_oracle_map *map, struct nt_oracle_table *t, struct nt_oracle_packet *packet, bool *noticed)
{
    const struct nt_scn_gateway *gw = gateway_of(map, packet->at.index);
    bool outside, from_inside = packet->at.port != gw->inside_count;
    if (gw->policy.kind == NT_GW_BLOCKED_UDP || gw->policy.kind == NT_GW_BLOCKED)
        return false;
    if (!is_own_address(gw, &map->ips[t->addrs[packet->dst].ip], &outside))
        return forward_packet(map, t, packet->at.index, packet, from_inside);
    *noticed = true;
    return accept_for_own_address(map, t, packet->at.index, packet, outside, from_inside);
}

/* Does it matter when the packet enters the gateway, with what it has left at others before? */
static bool is_place_to_hold(const struct nt_oracle_map *map, const struct nt_oracle_table *t,
                             const struct nt_oracle_packet *packet)
{
    const struct nt_scn_gateway *gw = gateway_of(map, packet->at.index);
    return packet->at.port == gw->inside_count && nt_oracle_is_order_sensitive(&gw->policy) &&
           t->addrs[packet->dst].node == packet->at.index && t->addrs[packet->dst].kind == NT_ORACLE_EXTERNAL;
}

/* Carries the packet on from the node packet->at, to the place number `hold` where it can be held; 0: it is not held. */
static enum nt_oracle_fate carry_packet(struct nt_oracle_map *map, struct nt_oracle_table *t, struct nt_oracle_packet *packet,
                                        unsigned hold, bool *noticed)
{
    for (; packet->hops < HOPS_MAX; packet->hops++) {
        const struct nt_oracle_hop *h = nt_oracle_next_hop(map, &packet->at, t->addrs[packet->dst].ip);
        if (!h->routed || h->to.kind == NT_SCN_NODE_NONE || nt_oracle_is_parted(map->cuts, &packet->at, &h->to) ||
            nt_oracle_is_parted(map->cuts, &packet->from, &h->to))
            return NT_ORACLE_LOST;
        packet->at = h->to;
        if (packet->at.kind != NT_SCN_NODE_GATEWAY) {
            *noticed = true;
            return NT_ORACLE_ARRIVED;
        }
        if (hold != 0 && is_place_to_hold(map, t, packet) && --hold == 0)
            return NT_ORACLE_HELD;
        if (!cross_gateway(map, t, packet, noticed))
            return NT_ORACLE_LOST;
        packet->at.port = NT_ORACLE_ANY;
    }
    nt_oracle_table_limit(t, "a packet would cross 64 gateways");
    return NT_ORACLE_LOST;
}

enum nt_oracle_fate nt_oracle_packet_send(struct nt_oracle_map *map, struct nt_oracle_table *t, struct nt_oracle_packet *packet,
                                          unsigned hold, bool *noticed)
{
    packet->from = packet->at;
    return carry_packet(map, t, packet, hold, noticed);
}

enum nt_oracle_fate nt_oracle_packet_release(struct nt_oracle_map *map, struct nt_oracle_table *t, struct nt_oracle_packet *packet)
{
    bool noticed = true;
    if (!cross_gateway(map, t, packet, &noticed))
        return NT_ORACLE_LOST;
    packet->at.port = NT_ORACLE_ANY;
    return carry_packet(map, t, packet, 0, &noticed);
}
