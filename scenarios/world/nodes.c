#include "scenarios/world/nodes.h"
#include "core/base/strings.h"
#include "scenarios/world/world_state.h"

#include <stdio.h>

#define NAME_MAX_BYTES 300

static int build_networks(struct nt_world *w)
{
    for (size_t i = 0; i < w->scn->network_count; i++) {
        const struct nt_scn_network *n = &w->scn->networks[i];
        struct nt_network_config config = {.name = n->name,
                                           .delay = n->delay,
                                           .jitter = n->jitter,
                                           .loss = n->loss,
                                           .duplicate = n->duplicate,
                                           .reorder = n->reorder,
                                           .rate = n->rate,
                                           .queue = n->queue,
                                           .mtu = n->mtu,
                                           .medium = n->medium,
                                           .burst = n->burst,
                                           .wifi = n->wifi};
        w->networks[i] = nt_fabric_add_network(w->fabric, &config);
        if (w->networks[i] == NT_FABRIC_NONE)
            return NT_ENOMEM;
    }
    return NT_OK;
}

/* Carriers that know no places ignore them. */
static int place_attachment(struct nt_world *w, uint32_t node, uint32_t port, const struct nt_scn_attachment *on)
{
    int r = on->point_count > 0 ? nt_fabric_place(w->fabric, node, port, on->points, on->point_count) : NT_OK;
    return r == NT_EUNSUPPORTED ? NT_OK : r;
}

static int attach_inside(struct nt_world *w, struct nt_gateway *gateway, const struct nt_scn_gateway *scn, uint32_t i)
{
    const struct nt_scn_attachment *on = &scn->inside[i];
    char tap[NAME_MAX_BYTES];
    if (i == 0)
        nt_join(tap, sizeof tap, scn->name, ".inside");
    else
        snprintf(tap, sizeof tap, "%s.inside.%u", scn->name, (unsigned)i);
    if (nt_gateway_attach_inside(gateway, w->networks[on->network], tap, on->addresses, on->address_count) == NT_FABRIC_NONE)
        return NT_ENOMEM;
    return place_attachment(w, nt_gateway_node(gateway), i, on);
}

static int attach_outside(struct nt_world *w, struct nt_gateway *gateway, const struct nt_scn_gateway *scn)
{
    const struct nt_scn_attachment *on = &scn->outside;
    char tap[NAME_MAX_BYTES];
    nt_join(tap, sizeof tap, scn->name, ".outside");
    if (nt_gateway_attach_outside(gateway, w->networks[on->network], tap, on->addresses, on->address_count) == NT_FABRIC_NONE)
        return NT_ENOMEM;
    return place_attachment(w, nt_gateway_node(gateway), (uint32_t)scn->inside_count, on);
}

static int build_gateway(struct nt_world *w, uint32_t index)
{
    const struct nt_scn_gateway *scn = &w->scn->gateways[index];
    struct nt_gateway *gateway = w->gateways[index] = nt_gateway_new(w->fabric, scn->name, &scn->policy);
    if (gateway == NULL)
        return NT_ENOMEM;
    for (uint32_t i = 0; i < scn->inside_count; i++)
        if (attach_inside(w, gateway, scn, i) != NT_OK)
            return NT_ENOMEM;
    if (attach_outside(w, gateway, scn) != NT_OK)
        return NT_ENOMEM;
    return nt_observer_node(&w->observer, nt_gateway_node(gateway), (struct nt_scn_node){NT_SCN_NODE_GATEWAY, index});
}

static struct nt_host *build_host(struct nt_world *w, const char *name, struct nt_scn_node n, const struct nt_scn_attachment *on,
                                  size_t count)
{
    char tap[NAME_MAX_BYTES];
    struct nt_host *h = nt_host_new(w->fabric, name);
    if (h == NULL || nt_observer_node(&w->observer, nt_host_node(h), n) != NT_OK)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (i == 0)
            nt_join(tap, sizeof tap, name, ".0");
        else
            snprintf(tap, sizeof tap, "%s.%zu", name, i);
        if (nt_host_attach(h, w->networks[on[i].network], tap, on[i].addresses, on[i].address_count) == NT_FABRIC_NONE ||
            place_attachment(w, nt_host_node(h), (uint32_t)i, &on[i]) != NT_OK)
            return NULL;
    }
    return h;
}

int nt_world_build_nodes(struct nt_world *w)
{
    const struct nt_scn_case *c = w->scn;
    if (build_networks(w) != NT_OK)
        return NT_ENOMEM;
    for (uint32_t i = 0; i < c->gateway_count; i++)
        if (build_gateway(w, i) != NT_OK)
            return NT_ENOMEM;
    for (uint32_t i = 0; i < c->server_count; i++)
        if ((w->servers[i].host =
                 build_host(w, c->servers[i].name, (struct nt_scn_node){NT_SCN_NODE_SERVER, i}, &c->servers[i].on, 1)) == NULL)
            return NT_ENOMEM;
    for (uint32_t i = 0; i < c->agent_count; i++)
        if ((w->agents[i].host = build_host(w, c->agents[i].name, (struct nt_scn_node){NT_SCN_NODE_AGENT, i}, c->agents[i].on,
                                            c->agents[i].on_count)) == NULL)
            return NT_ENOMEM;
    return NT_OK;
}

struct nt_host *nt_world_host(const struct nt_world *w, struct nt_scn_node n)
{
    switch (n.kind) {
    case NT_SCN_NODE_SERVER: return w->servers[n.index].host;
    case NT_SCN_NODE_AGENT: return w->agents[n.index].host;
    default: return NULL;
    }
}

uint32_t nt_world_node(const struct nt_world *w, struct nt_scn_node n)
{
    struct nt_host *h = nt_world_host(w, n);
    if (n.kind == NT_SCN_NODE_GATEWAY)
        return nt_gateway_node(w->gateways[n.index]);
    return h != NULL ? nt_host_node(h) : NT_FABRIC_NONE;
}

size_t nt_world_nodes(const struct nt_world *w, struct nt_scn_node n, uint32_t out[2])
{
    size_t count = 1;
    out[0] = nt_world_node(w, n);
    if (n.kind == NT_SCN_NODE_AGENT && w->agents[n.index].signal_host != NULL)
        out[count++] = nt_host_node(w->agents[n.index].signal_host);
    if (n.kind == NT_SCN_NODE_SERVER && w->platform_host != NULL && (w->scn->servers[n.index].kinds & NT_SCN_PLATFORM) != 0)
        out[count++] = nt_host_node(w->platform_host);
    return count;
}
