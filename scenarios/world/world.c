#include "scenarios/world/world.h"
#include "scenarios/apps/agent.h"
#include "scenarios/apps/platform.h"
#include "scenarios/apps/server.h"
#include "scenarios/world/capture_names.h"
#include "scenarios/world/management_links.h"
#include "scenarios/world/nodes.h"
#include "scenarios/world/routes.h"
#include "scenarios/world/steps.h"
#include "scenarios/world/world_state.h"

#include <stdlib.h>

void nt_world_active(void *world, nt_time now)
{
    struct nt_world *w = world;
    w->last_activity = now;
}

static struct nt_trace node_trace(struct nt_world *w, uint32_t node)
{
    return (struct nt_trace){.emit = nt_observer_emit, .user = &w->observer, .node = node};
}

static struct nt_app_context app_context(struct nt_world *w, uint32_t index, struct nt_host *h)
{
    return (struct nt_app_context){.scn = w->scn,
                                   .index = index,
                                   .seed = w->seed,
                                   .fabric = w->fabric,
                                   .host = h,
                                   .trace = node_trace(w, nt_host_node(h)),
                                   .wrapper = w->hooks.wrapper,
                                   .peer_index = NT_SCN_NONE,
                                   .active = nt_world_active,
                                   .user = w};
}

static struct nt_app_context agent_context(struct nt_world *w, uint32_t i)
{
    const struct nt_scn_case *c = w->scn;
    struct nt_app_context context = app_context(w, i, w->agents[i].host);
    context.signal_host = w->agents[i].signal_host;
    nt_signalling_ends(w, i, &context.signal_own, &context.signal_peer);
    context.peer_index = i == c->caller ? c->callee : i == c->callee ? c->caller : NT_SCN_NONE;
    context.peer = context.peer_index != NT_SCN_NONE ? &w->agents[context.peer_index].party : NULL;
    return context;
}

static int build_party(struct nt_world *w, uint32_t i)
{
    struct nt_app_context context = agent_context(w, i);
    struct nt_world_agent *agent = &w->agents[i];
    if (w->scn->agents[i].exec != NULL) {
        agent->party = w->hooks.party(w->hooks.user, &context);
        return agent->party.ops != NULL ? NT_OK : NT_ENOMEM;
    }
    if ((agent->app = nt_app_agent_new(&context)) == NULL)
        return NT_ENOMEM;
    agent->party = nt_app_agent_party(agent->app);
    return NT_OK;
}

static int build_apps(struct nt_world *w)
{
    for (uint32_t i = 0; i < w->scn->server_count; i++) {
        struct nt_app_context context = app_context(w, i, w->servers[i].host);
        if ((w->servers[i].app = nt_app_server_new(&context)) == NULL)
            return NT_ENOMEM;
    }
    for (uint32_t i = 0; i < w->scn->agent_count; i++)
        if (build_party(w, i) != NT_OK)
            return NT_ENOMEM;
    return NT_OK;
}

static int allocate(struct nt_world *w)
{
    const struct nt_scn_case *c = w->scn;
    w->networks = calloc(c->network_count + 1, sizeof *w->networks);
    w->gateways = calloc(c->gateway_count + 1, sizeof *w->gateways);
    w->servers = calloc(c->server_count + 1, sizeof *w->servers);
    w->agents = calloc(c->agent_count + 1, sizeof *w->agents);
    return w->networks != NULL && w->gateways != NULL && w->servers != NULL && w->agents != NULL ? NT_OK : NT_ENOMEM;
}

static struct nt_fabric *new_fabric(struct nt_world *w, const struct nt_carrier_ops *carrier)
{
    uint32_t mtu = 1500;
    for (size_t i = 0; i < w->scn->network_count; i++)
        mtu = w->scn->networks[i].mtu > mtu ? w->scn->networks[i].mtu : mtu;
    struct nt_fabric_config config = {.seed = w->seed, .mtu_max = mtu, .carrier = carrier, .trace = node_trace(w, NT_FABRIC_NONE)};
    return nt_fabric_new(&config);
}

static int build(struct nt_world *w, const struct nt_carrier_ops *carrier)
{
    if (allocate(w) != NT_OK || (w->fabric = new_fabric(w, carrier)) == NULL)
        return NT_ENOMEM;
    w->observer.fabric = w->fabric;
    if (nt_world_build_nodes(w) != NT_OK || nt_world_route(w) != NT_OK || nt_world_signalling(w) != NT_OK ||
        nt_world_name_capture(w) != NT_OK || build_apps(w) != NT_OK)
        return NT_ENOMEM;
    return (w->steps = nt_steps_new(w)) != NULL ? NT_OK : NT_ENOMEM;
}

static void on_named(void *user, const struct nt_observed *o, const struct nt_trace_event *ev)
{
    struct nt_world *w = user;
    nt_steps_event(w->steps, o, ev->at);
}

struct nt_world *nt_world_new(const struct nt_scn_case *scn, uint64_t seed, const struct nt_carrier_ops *carrier,
                              const struct nt_world_hooks *hooks, struct nt_capture *capture)
{
    struct nt_world *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    nt_capture_clear(capture);
    nt_capture_stream(capture);
    *w = (struct nt_world){.scn = scn, .seed = seed, .call_at = NT_TIME_NEVER, .observer.capture = capture};
    if (hooks != NULL)
        w->hooks = *hooks;
    if (build(w, carrier) != NT_OK) {
        nt_world_del(w);
        return NULL;
    }
    w->observer.named = on_named;
    w->observer.named_user = w;
    return w;
}

void nt_world_del(struct nt_world *w)
{
    if (w == NULL)
        return;
    nt_steps_del(w->steps);
    if (w->fabric != NULL)
        nt_fabric_del(w->fabric);
    for (size_t i = 0; w->agents != NULL && i < w->scn->agent_count; i++)
        nt_app_agent_del(w->agents[i].app);
    for (size_t i = 0; w->servers != NULL && i < w->scn->server_count; i++)
        nt_app_server_del(w->servers[i].app);
    nt_platform_del(w->platform);
    free(w->networks);
    free(w->gateways);
    free(w->servers);
    free(w->agents);
    nt_observer_free(&w->observer);
    free(w);
}

void nt_world_listen(struct nt_world *w, void (*any)(void *user, struct nt_scn_node node, const struct nt_trace_event *ev),
                     void *user)
{
    w->observer.any = any;
    w->observer.any_user = user;
}

const struct nt_scn_case *nt_world_case(const struct nt_world *w)
{
    return w->scn;
}

struct nt_fabric *nt_world_fabric(const struct nt_world *w)
{
    return w->fabric;
}

const struct nt_observer *nt_world_observer(const struct nt_world *w)
{
    return &w->observer;
}

const struct nt_steps *nt_world_steps(const struct nt_world *w)
{
    return w->steps;
}

nt_time nt_world_now(const struct nt_world *w)
{
    return nt_fabric_now(w->fabric);
}

nt_time nt_world_call_at(const struct nt_world *w)
{
    return w->call_at;
}

nt_time nt_world_last_activity(const struct nt_world *w)
{
    return w->last_activity;
}
