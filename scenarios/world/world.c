#include "scenarios/world/world.h"
#include "natsim/live/machine.h"
#include "scenarios/apps/agent.h"
#include "scenarios/programs/agent.h"
#include "scenarios/apps/server.h"
#include "scenarios/programs/coturn.h"
#include "scenarios/apps/platform.h"
#include "scenarios/programs/run_step.h"
#include "scenarios/world/steps.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_MAX_BYTES 300

struct nt_trace nt_world_trace(struct nt_world *w, uint32_t node)
{
    return (struct nt_trace){.emit = nt_observer_emit, .user = &w->observer, .node = node};
}

static int build_networks(struct nt_world *w)
{
    for (size_t i = 0; i < w->scn->network_count; i++) {
        const struct nt_scn_network *n = &w->scn->networks[i];
        struct nt_network_config config = {.name = n->name, .delay = n->delay, .jitter = n->jitter, .loss = n->loss,
            .duplicate = n->duplicate, .reorder = n->reorder, .rate = n->rate, .queue = n->queue, .mtu = n->mtu, .medium = n->medium,
            .burst = n->burst, .wifi = n->wifi};
        w->networks[i] = nt_fabric_add_network(w->fabric, &config);
        if (w->networks[i] == NT_FABRIC_NONE)
            return NT_ENOMEM;
    }
    return NT_OK;
}

/* A place is told to a carrier that knows places: of the others it changes nothing. */
static int place(struct nt_world *w, uint32_t node, uint32_t port, const struct nt_scn_attachment *on)
{
    int r = on->point_count > 0 ? nt_fabric_place(w->fabric, node, port, on->points, on->point_count) : NT_OK;
    return r == NT_EUNSUPPORTED ? NT_OK : r;
}

static int build_gateway(struct nt_world *w, uint32_t index)
{
    const struct nt_scn_gateway *g = &w->scn->gateways[index];
    char tap[NAME_MAX_BYTES];
    struct nt_gateway *made = w->gateways[index] = nt_gateway_new(w->fabric, g->name, &g->policy);
    if (made == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < g->inside_count; i++) {
        snprintf(tap, sizeof tap, i == 0 ? "%s.inside" : "%s.inside.%zu", g->name, i);
        if (nt_gateway_attach_inside(made, w->networks[g->inside[i].network], tap, g->inside[i].addresses,
                                     g->inside[i].address_count) == NT_FABRIC_NONE ||
            place(w, nt_gateway_node(made), (uint32_t)i, &g->inside[i]) != NT_OK)
            return NT_ENOMEM;
    }
    snprintf(tap, sizeof tap, "%s.outside", g->name);
    if (nt_gateway_attach_outside(made, w->networks[g->outside.network], tap, g->outside.addresses, g->outside.address_count) ==
            NT_FABRIC_NONE ||
        place(w, nt_gateway_node(made), (uint32_t)g->inside_count, &g->outside) != NT_OK)
        return NT_ENOMEM;
    return nt_observer_node(&w->observer, nt_gateway_node(made), (struct nt_scn_node){NT_SCN_NODE_GATEWAY, index});
}

static struct nt_host *build_host(struct nt_world *w, const char *name, struct nt_scn_node n, const struct nt_scn_attachment *on,
                                  size_t count)
{
    char tap[NAME_MAX_BYTES];
    struct nt_host *h = nt_host_new(w->fabric, name);
    if (h == NULL || nt_observer_node(&w->observer, nt_host_node(h), n) != NT_OK)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        snprintf(tap, sizeof tap, "%s.%zu", name, i);
        if (nt_host_attach(h, w->networks[on[i].network], tap, on[i].addresses, on[i].address_count) == NT_FABRIC_NONE ||
            place(w, nt_host_node(h), (uint32_t)i, &on[i]) != NT_OK)
            return NULL;
    }
    return h;
}

static int build_nodes(struct nt_world *w)
{
    const struct nt_scn_case *c = w->scn;
    for (uint32_t i = 0; i < c->gateway_count; i++)
        if (build_gateway(w, i) != NT_OK)
            return NT_ENOMEM;
    for (uint32_t i = 0; i < c->server_count; i++)
        if ((w->server_hosts[i] = build_host(w, c->servers[i].name, (struct nt_scn_node){NT_SCN_NODE_SERVER, i}, &c->servers[i].on,
                                             1)) == NULL)
            return NT_ENOMEM;
    for (uint32_t i = 0; i < c->agent_count; i++)
        if ((w->agent_hosts[i] = build_host(w, c->agents[i].name, (struct nt_scn_node){NT_SCN_NODE_AGENT, i}, c->agents[i].on,
                                            c->agents[i].on_count)) == NULL)
            return NT_ENOMEM;
    return NT_OK;
}

static void on_active(void *user, nt_time now)
{
    struct nt_world *w = user;
    w->last_activity = now;
}

static struct nt_app_context app_context(struct nt_world *w, uint32_t index, struct nt_host *h)
{
    return (struct nt_app_context){.scn = w->scn, .index = index, .seed = w->seed, .fabric = w->fabric, .host = h,
        .trace = nt_world_trace(w, nt_host_node(h)), .peer_index = NT_SCN_NONE, .active = on_active, .user = w};
}

static struct nt_app_context agent_context(struct nt_world *w, uint32_t i)
{
    const struct nt_scn_case *c = w->scn;
    struct nt_app_context context = app_context(w, i, w->agent_hosts[i]);
    context.signal_host = w->signal_hosts[i];
    nt_signalling_ends(w, i, &context.signal_own, &context.signal_peer);
    context.peer_index = i == c->caller ? c->callee : i == c->callee ? c->caller : NT_SCN_NONE;
    context.peer = context.peer_index != NT_SCN_NONE ? &w->parties[context.peer_index] : NULL;
    return context;
}

static int build_party(struct nt_world *w, uint32_t i)
{
    struct nt_app_context context = agent_context(w, i);
    if (w->scn->agents[i].exec != NULL) {
        if ((w->processes[i] = nt_app_process_new(w, i)) == NULL)
            return NT_ENOMEM;
        w->parties[i] = nt_app_process_party(w->processes[i]);
        return NT_OK;
    }
    if ((w->agents[i] = nt_app_agent_new(&context)) == NULL)
        return NT_ENOMEM;
    w->parties[i] = nt_app_agent_party(w->agents[i]);
    return NT_OK;
}

static int build_apps(struct nt_world *w)
{
    for (uint32_t i = 0; i < w->scn->server_count; i++) {
        struct nt_app_context context = app_context(w, i, w->server_hosts[i]);
        if ((w->servers[i] = nt_app_server_new(&context)) == NULL)
            return NT_ENOMEM;
    }
    for (uint32_t i = 0; i < w->scn->agent_count; i++)
        if (build_party(w, i) != NT_OK)
            return NT_ENOMEM;
    return NT_OK;
}

static int name_addresses(struct nt_capture *capture, const char *name, const struct nt_scn_attachment *at)
{
    for (size_t i = 0; i < at->address_count; i++)
        if (nt_capture_add_name(capture, &at->addresses[i], name) != NT_OK)
            return NT_ENOMEM;
    return NT_OK;
}

/* Private addresses that several nodes have get no name: Wireshark would show the wrong one. */
static bool unique(const struct nt_scn_case *c, const struct nt_scn_attachment *at)
{
    for (size_t i = 0; i < c->network_count; i++)
        if (i != at->network && c->networks[i].ipv4.addr.family != NT_AF_NONE && c->networks[at->network].ipv4.addr.family != NT_AF_NONE &&
            nt_prefix_overlaps(&c->networks[i].ipv4, &c->networks[at->network].ipv4))
            return false;
    return true;
}

static int name_taps(struct nt_world *w)
{
    struct nt_capture *capture = w->observer.capture;
    const struct nt_scn_case *c = w->scn;
    int r = NT_OK;
    for (uint32_t i = 0; i < nt_fabric_tap_count(w->fabric) && r >= 0; i++) {
        uint32_t node = nt_fabric_tap_node(w->fabric, i);
        r = nt_capture_add_tap(capture, nt_fabric_tap_name(w->fabric, i), nt_scn_node_name(c, w->observer.nodes[node]), NULL);
    }
    for (size_t i = 0; i < c->gateway_count && r >= 0; i++)
        if (unique(c, &c->gateways[i].outside))
            r = name_addresses(capture, c->gateways[i].name, &c->gateways[i].outside);
    for (size_t i = 0; i < c->server_count && r >= 0; i++)
        if (unique(c, &c->servers[i].on))
            r = name_addresses(capture, c->servers[i].name, &c->servers[i].on);
    for (size_t i = 0; i < c->agent_count && r >= 0; i++)
        for (size_t k = 0; k < c->agents[i].on_count && r >= 0; k++)
            if (unique(c, &c->agents[i].on[k]))
                r = name_addresses(capture, c->agents[i].name, &c->agents[i].on[k]);
    return r < 0 ? r : NT_OK;
}

static int allocate(struct nt_world *w)
{
    const struct nt_scn_case *c = w->scn;
    w->networks = calloc(c->network_count + 1, sizeof *w->networks);
    w->gateways = calloc(c->gateway_count + 1, sizeof(struct nt_gateway *));
    w->server_hosts = calloc(c->server_count + 1, sizeof(struct nt_host *));
    w->servers = calloc(c->server_count + 1, sizeof(struct nt_app_server *));
    w->agent_hosts = calloc(c->agent_count + 1, sizeof(struct nt_host *));
    w->signal_hosts = calloc(c->agent_count + 1, sizeof(struct nt_host *));
    w->agents = calloc(c->agent_count + 1, sizeof(struct nt_app_agent *));
    w->processes = calloc(c->agent_count + 1, sizeof(struct nt_app_process *));
    w->agent_machines = calloc(c->agent_count + 1, sizeof(struct nt_machine *));
    w->server_machines = calloc(c->server_count + 1, sizeof(struct nt_machine *));
    w->coturns = calloc(c->server_count + 1, sizeof(struct nt_coturn *));
    w->parties = calloc(c->agent_count + 1, sizeof *w->parties);
    bool ok = w->networks != NULL && w->gateways != NULL && w->server_hosts != NULL && w->servers != NULL && w->agent_hosts != NULL &&
              w->signal_hosts != NULL && w->agents != NULL && w->processes != NULL && w->agent_machines != NULL && w->server_machines != NULL &&
              w->coturns != NULL && w->parties != NULL;
    return ok ? NT_OK : NT_ENOMEM;
}

static int build(struct nt_world *w)
{
    uint32_t mtu = 1500;
    for (size_t i = 0; i < w->scn->network_count; i++)
        mtu = w->scn->networks[i].mtu > mtu ? w->scn->networks[i].mtu : mtu;
    struct nt_fabric_config config = {.seed = w->seed, .mtu_max = mtu, .carrier = w->carrier, .trace = nt_world_trace(w, NT_FABRIC_NONE)};
    if (allocate(w) != NT_OK || (w->fabric = nt_fabric_new(&config)) == NULL)
        return NT_ENOMEM;
    if (build_networks(w) != NT_OK || build_nodes(w) != NT_OK || nt_world_route(w) != NT_OK || nt_world_signalling(w) != NT_OK ||
        name_taps(w) != NT_OK || build_apps(w) != NT_OK)
        return NT_ENOMEM;
    return (w->steps = nt_steps_new(w)) != NULL ? NT_OK : NT_ENOMEM;
}

struct nt_world *nt_world_new(const struct nt_scn_case *scn, uint64_t seed, const struct nt_carrier_ops *carrier, struct nt_capture *capture)
{
    struct nt_world *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    nt_capture_clear(capture);
    w->scn = scn;
    w->seed = seed;
    w->carrier = carrier;
    w->call_at = NT_TIME_NEVER;
    w->observer.capture = capture;
    if (build(w) == NT_OK)
        return w;
    nt_world_del(w);
    return NULL;
}

/* Programs first: they speak to hosts and applications. */
static void end_machines(struct nt_world *w)
{
    for (size_t i = 0; w->agent_machines != NULL && i < w->scn->agent_count; i++)
        nt_machine_del(w->agent_machines[i]);
    for (size_t i = 0; w->server_machines != NULL && i < w->scn->server_count; i++)
        nt_machine_del(w->server_machines[i]);
    for (size_t i = 0; w->coturns != NULL && i < w->scn->server_count; i++)
        nt_coturn_del(w->coturns[i]);
    nt_programs_free(w->programs);
    nt_live_del(w->live);
    free(w->agent_machines);
    free(w->server_machines);
    free(w->coturns);
}

void nt_world_del(struct nt_world *w)
{
    if (w == NULL)
        return;
    nt_steps_del(w->steps);
    end_machines(w);
    if (w->fabric != NULL)
        nt_fabric_del(w->fabric);
    for (size_t i = 0; w->agents != NULL && i < w->scn->agent_count; i++)
        nt_app_agent_del(w->agents[i]);
    for (size_t i = 0; w->processes != NULL && i < w->scn->agent_count; i++)
        nt_app_process_del(w->processes[i]);
    for (size_t i = 0; w->servers != NULL && i < w->scn->server_count; i++)
        nt_app_server_del(w->servers[i]);
    nt_platform_del(w->platform);
    free(w->networks);
    free(w->gateways);
    free(w->server_hosts);
    free(w->servers);
    free(w->agent_hosts);
    free(w->signal_hosts);
    free(w->agents);
    free(w->processes);
    free(w->parties);
    nt_observer_free(&w->observer);
    free(w);
}

uint32_t nt_world_node(const struct nt_world *w, struct nt_scn_node n)
{
    switch (n.kind) {
    case NT_SCN_NODE_GATEWAY: return nt_gateway_node(w->gateways[n.index]);
    case NT_SCN_NODE_SERVER: return nt_host_node(w->server_hosts[n.index]);
    case NT_SCN_NODE_AGENT: return nt_host_node(w->agent_hosts[n.index]);
    default: return NT_FABRIC_NONE;
    }
}

size_t nt_world_nodes(const struct nt_world *w, struct nt_scn_node n, uint32_t out[2])
{
    size_t count = 1;
    out[0] = nt_world_node(w, n);
    if (n.kind == NT_SCN_NODE_AGENT && w->signal_hosts[n.index] != NULL)
        out[count++] = nt_host_node(w->signal_hosts[n.index]);
    if (n.kind == NT_SCN_NODE_SERVER && w->platform_host != NULL && (w->scn->servers[n.index].kinds & NT_SCN_PLATFORM) != 0)
        out[count++] = nt_host_node(w->platform_host);
    return count;
}
