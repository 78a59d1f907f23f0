#include "scenarios/oracle/map.h"

#include <string.h>

void nt_oracle_map_init(struct nt_oracle_map *map, const struct nt_scn_case *c, const struct nt_oracle_cuts *cuts)
{
    memset(map, 0, sizeof *map);
    map->scn = c;
    map->cuts = cuts;
}

uint16_t nt_oracle_ip_number(struct nt_oracle_map *map, const struct nt_addr *a)
{
    for (size_t i = 0; i < map->ip_count; i++)
        if (nt_addr_same_ip(&map->ips[i], a))
            return (uint16_t)i;
    if (map->ip_count == NT_ORACLE_IPS_MAX)
        return NT_ORACLE_IPS_MAX;
    map->ips[map->ip_count] = nt_addr_with_port(a, 0);
    return (uint16_t)map->ip_count++;
}

static const struct nt_scn_attachment *attachment(const struct nt_scn_case *c, const struct nt_oracle_place *p, uint32_t port)
{
    if (p->kind == NT_SCN_NODE_AGENT)
        return port < c->agents[p->index].on_count ? &c->agents[p->index].on[port] : NULL;
    if (p->kind == NT_SCN_NODE_SERVER)
        return port == 0 ? &c->servers[p->index].on : NULL;
    const struct nt_scn_gateway *g = &c->gateways[p->index];
    return port < g->inside_count ? &g->inside[port] : port == g->inside_count ? &g->outside : NULL;
}

static bool has_address(const struct nt_scn_attachment *at, uint32_t network, const struct nt_addr *ip)
{
    if (at->network != network)
        return false;
    for (size_t i = 0; i < at->address_count; i++)
        if (nt_addr_same_ip(&at->addresses[i], ip))
            return true;
    return false;
}

/* The node that has this address on this network. */
static struct nt_oracle_place owner_on_network(const struct nt_scn_case *c, uint32_t network, const struct nt_addr *ip)
{
    for (uint32_t i = 0; i < c->agent_count; i++)
        for (uint32_t p = 0; p < c->agents[i].on_count; p++)
            if (has_address(&c->agents[i].on[p], network, ip))
                return (struct nt_oracle_place){NT_SCN_NODE_AGENT, i, p};
    for (uint32_t i = 0; i < c->server_count; i++) {
        const struct nt_scn_server *s = &c->servers[i];
        bool relays = s->on.network == network && (nt_addr_same_ip(&s->relay, ip) || nt_addr_same_ip(&s->relay6, ip));
        if (relays || has_address(&s->on, network, ip))
            return (struct nt_oracle_place){NT_SCN_NODE_SERVER, i, 0};
    }
    for (uint32_t i = 0; i < c->gateway_count; i++)
        for (uint32_t p = 0; p <= c->gateways[i].inside_count; p++)
            if (has_address(attachment(c, &(struct nt_oracle_place){NT_SCN_NODE_GATEWAY, i, p}, p), network, ip))
                return (struct nt_oracle_place){NT_SCN_NODE_GATEWAY, i, p};
    return (struct nt_oracle_place){.kind = NT_SCN_NODE_NONE};
}

static int prefix_bits(const struct nt_prefix *p, const struct nt_addr *ip)
{
    return p->addr.family == ip->family && nt_prefix_contains(p, ip) ? p->bits : -1;
}

/* The length of the longest prefix with this address that gateway g announces on its outside: a gateway that does not translate the
 * family announces the networks behind it, and IPv6 is never translated. -1: none. */
static int prefix_bits_behind(const struct nt_scn_case *c, uint32_t g, uint32_t asking, const struct nt_addr *ip)
{
    const struct nt_scn_gateway *gw = &c->gateways[g];
    int best = -1;
    if (ip->family == NT_AF_IPV4 && gw->policy.kind == NT_GW_TRANSLATE)
        return -1;
    for (size_t i = 0; i < gw->inside_count; i++) {
        const struct nt_scn_network *n = &c->networks[gw->inside[i].network];
        int here = prefix_bits(ip->family == NT_AF_IPV4 ? &n->ipv4 : &n->ipv6, ip);
        best = here > best ? here : best;
        for (uint32_t inner = 0; inner < c->gateway_count; inner++) {
            if (inner == asking || c->gateways[inner].outside.network != gw->inside[i].network)
                continue;
            here = prefix_bits_behind(c, inner, asking, ip);
            best = here > best ? here : best;
        }
    }
    return best;
}

/* A packet from a host to one of its own addresses does not leave the host, whichever network the address is on. */
static bool is_own_address(const struct nt_scn_case *c, const struct nt_oracle_place *from, const struct nt_addr *ip,
                           uint32_t *port)
{
    const struct nt_scn_attachment *at;
    if (from->kind == NT_SCN_NODE_GATEWAY)
        return false;
    for (*port = 0; (at = attachment(c, from, *port)) != NULL; ++*port)
        if (has_address(at, at->network, ip))
            return true;
    return false;
}

struct route {
    int bits; /* -1: none */
    uint32_t out;
    struct nt_oracle_place via; /* kind NONE: on the link */
};

static void offer_route(struct route *r, int bits, uint32_t out, struct nt_oracle_place via)
{
    if (bits > r->bits)
        *r = (struct route){bits, out, via};
}

static bool has_family(const struct nt_scn_attachment *at, uint8_t family)
{
    for (size_t i = 0; i < at->address_count; i++)
        if (at->addresses[i].family == family)
            return true;
    return false;
}

/* The gateway that the network is inside of; the first in file order if there are several. */
static bool default_gateway(const struct nt_scn_case *c, uint32_t network, uint8_t family, struct nt_oracle_place *via)
{
    for (uint32_t g = 0; g < c->gateway_count; g++)
        for (uint32_t i = 0; i < c->gateways[g].inside_count; i++)
            if (c->gateways[g].inside[i].network == network) {
                *via = (struct nt_oracle_place){NT_SCN_NODE_GATEWAY, g, i};
                return has_family(&c->gateways[g].inside[i], family);
            }
    return false;
}

/* The routes through one attachment. A gateway has a default route only through its outside. */
static void offer_routes_of(const struct nt_scn_case *c, const struct nt_oracle_place *from, uint32_t port,
                            const struct nt_addr *ip, struct route *r)
{
    const struct nt_scn_attachment *at = attachment(c, from, port);
    const struct nt_scn_network *n = &c->networks[at->network];
    bool gateway = from->kind == NT_SCN_NODE_GATEWAY;
    uint32_t self = gateway ? from->index : NT_SCN_NONE;
    struct nt_oracle_place via = {.kind = NT_SCN_NODE_NONE};
    offer_route(r, prefix_bits(ip->family == NT_AF_IPV4 ? &n->ipv4 : &n->ipv6, ip), port, via);
    for (uint32_t g = 0; g < c->gateway_count; g++)
        if (g != self && c->gateways[g].outside.network == at->network && has_family(&c->gateways[g].outside, ip->family))
            offer_route(r, prefix_bits_behind(c, g, self, ip), port,
                        (struct nt_oracle_place){NT_SCN_NODE_GATEWAY, g, (uint32_t)c->gateways[g].inside_count});
    if ((!gateway || port == c->gateways[self].inside_count) && default_gateway(c, at->network, ip->family, &via) &&
        via.index != self)
        offer_route(r, 0, port, via);
}

static void find_hop(const struct nt_oracle_map *map, struct nt_oracle_hop *h)
{
    const struct nt_scn_case *c = map->scn;
    const struct nt_addr *ip = &map->ips[h->ip];
    struct route r = {.bits = -1};
    uint32_t own;
    if (is_own_address(c, &h->from, ip, &own)) {
        h->routed = true;
        h->out = own;
        h->to = (struct nt_oracle_place){h->from.kind, h->from.index, own};
        return;
    }
    uint32_t first = h->from.port == NT_ORACLE_ANY ? 0 : h->from.port;
    uint32_t last = h->from.port;
    if (last == NT_ORACLE_ANY)
        last = h->from.kind == NT_SCN_NODE_GATEWAY ? (uint32_t)c->gateways[h->from.index].inside_count : 0;
    for (uint32_t p = first; p <= last; p++)
        offer_routes_of(c, &h->from, p, ip, &r);
    h->routed = r.bits >= 0;
    h->out = r.out;
    h->to = r.via;
    if (h->routed && r.via.kind == NT_SCN_NODE_NONE)
        h->to = owner_on_network(c, attachment(c, &h->from, r.out)->network, ip);
    struct nt_oracle_place by = {h->from.kind, h->from.index, r.out};
    if (h->routed && (nt_oracle_is_down(map->cuts, &by) || nt_oracle_is_down(map->cuts, &h->to)))
        h->to = (struct nt_oracle_place){.kind = NT_SCN_NODE_NONE};
}

const struct nt_oracle_hop *nt_oracle_next_hop(struct nt_oracle_map *map, const struct nt_oracle_place *from, uint16_t ip)
{
    uint32_t at = (from->index * 31U + from->port * 7U + (uint32_t)from->kind * 131U + ip * 1031U) % NT_ORACLE_HOPS_KEPT;
    struct nt_oracle_hop *h = &map->hops[at];
    for (int probe = 0; h->set && probe < 8; probe++) {
        if (h->ip == ip && h->from.kind == from->kind && h->from.index == from->index && h->from.port == from->port)
            return h;
        h = &map->hops[++at % NT_ORACLE_HOPS_KEPT];
    }
    if (h->set)
        h = &map->spare;
    *h = (struct nt_oracle_hop){.from = *from, .ip = ip, .set = true};
    find_hop(map, h);
    return h;
}
