#include "scenarios/world/routes.h"
#include "scenarios/world/world_state.h"

struct node_routes { /* being filled */
    const struct nt_world *w;
    struct nt_routes *table;
    uint32_t gateway; /* the node's own number, when it is a gateway */
    int err;
};

static void add_route(struct node_routes *n, const struct nt_prefix *prefix, uint32_t port, const struct nt_addr *via)
{
    struct nt_route r = {.prefix = *prefix, .port = port};
    if (via != NULL)
        r.via = *via;
    if (n->err == NT_OK && prefix->addr.family != NT_AF_NONE)
        n->err = nt_routes_add(n->table, &r);
}

static const struct nt_addr *address_of(const struct nt_scn_attachment *at, uint8_t family)
{
    for (size_t i = 0; i < at->address_count; i++)
        if (at->addresses[i].family == family)
            return &at->addresses[i];
    return NULL;
}

/* The gateway behind which `network` lies: the first in the file, which has the address .1. */
static const struct nt_scn_attachment *gateway_of(const struct nt_scn_case *c, uint32_t network, uint32_t *gateway)
{
    for (uint32_t g = 0; g < c->gateway_count; g++)
        for (size_t i = 0; i < c->gateways[g].inside_count; i++)
            if (c->gateways[g].inside[i].network == network) {
                *gateway = g;
                return &c->gateways[g].inside[i];
            }
    return NULL;
}

static void add_default(struct node_routes *n, uint32_t network, uint32_t port)
{
    uint32_t g;
    const struct nt_scn_attachment *at = gateway_of(n->w->scn, network, &g);
    if (at == NULL || g == n->gateway)
        return;
    const struct nt_addr *v4 = address_of(at, NT_AF_IPV4), *v6 = address_of(at, NT_AF_IPV6);
    const struct nt_prefix all4 = {.addr.family = NT_AF_IPV4}, all6 = {.addr.family = NT_AF_IPV6};
    if (v4 != NULL)
        add_route(n, &all4, port, v4);
    if (v6 != NULL)
        add_route(n, &all6, port, v6);
}

/* Prefixes inside gateway `g`, reached through `via`: IPv4 when it does not translate, IPv6 always (its firewall decides). */
static void add_behind(struct node_routes *n, uint32_t g, uint32_t port, const struct nt_addr *via4, const struct nt_addr *via6)
{
    const struct nt_scn_case *c = n->w->scn;
    const struct nt_scn_gateway *gw = &c->gateways[g];
    if (gw->policy.kind == NT_GW_TRANSLATE)
        via4 = NULL;
    if (via4 == NULL && via6 == NULL)
        return;
    for (size_t i = 0; i < gw->inside_count; i++) {
        const struct nt_scn_network *net = &c->networks[gw->inside[i].network];
        if (via4 != NULL)
            add_route(n, &net->ipv4, port, via4);
        if (via6 != NULL)
            add_route(n, &net->ipv6, port, via6);
        for (uint32_t inner = 0; inner < c->gateway_count; inner++)
            if (inner != n->gateway && c->gateways[inner].outside.network == gw->inside[i].network)
                add_behind(n, inner, port, via4, via6);
    }
}

static void add_attachment(struct node_routes *n, const struct nt_scn_attachment *at, uint32_t port, bool with_default)
{
    const struct nt_scn_case *c = n->w->scn;
    add_route(n, &c->networks[at->network].ipv4, port, NULL);
    add_route(n, &c->networks[at->network].ipv6, port, NULL);
    for (uint32_t g = 0; g < c->gateway_count; g++)
        if (g != n->gateway && c->gateways[g].outside.network == at->network)
            add_behind(n, g, port, address_of(&c->gateways[g].outside, NT_AF_IPV4),
                       address_of(&c->gateways[g].outside, NT_AF_IPV6));
    if (with_default)
        add_default(n, at->network, port);
}

int nt_world_route_interface(const struct nt_world *w, struct nt_host *h, const struct nt_scn_attachment *on, uint32_t port)
{
    struct node_routes n = {.w = w, .table = nt_host_routes(h), .gateway = NT_SCN_NONE};
    add_attachment(&n, on, port, true);
    return n.err;
}

static int route_host(const struct nt_world *w, struct nt_host *h, const struct nt_scn_attachment *on, size_t count)
{
    int r = NT_OK;
    for (size_t i = 0; i < count && r == NT_OK; i++)
        r = nt_world_route_interface(w, h, &on[i], (uint32_t)i);
    return r;
}

static int route_gateway(struct nt_world *w, uint32_t g)
{
    const struct nt_scn_gateway *gw = &w->scn->gateways[g];
    struct node_routes n = {.w = w, .table = nt_gateway_routes(w->gateways[g]), .gateway = g};
    for (size_t i = 0; i < gw->inside_count; i++)
        add_attachment(&n, &gw->inside[i], (uint32_t)i, false);
    add_attachment(&n, &gw->outside, (uint32_t)gw->inside_count, true);
    return n.err;
}

int nt_world_route(struct nt_world *w)
{
    int r = NT_OK;
    for (uint32_t i = 0; i < w->scn->gateway_count && r == NT_OK; i++)
        r = route_gateway(w, i);
    for (size_t i = 0; i < w->scn->server_count && r == NT_OK; i++)
        r = route_host(w, w->servers[i].host, &w->scn->servers[i].on, 1);
    for (size_t i = 0; i < w->scn->agent_count && r == NT_OK; i++)
        r = route_host(w, w->agents[i].host, w->scn->agents[i].on, w->scn->agents[i].on_count);
    return r;
}
