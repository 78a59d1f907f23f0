#include "scenarios/world/management_links.h"
#include "core/base/strings.h"
#include "scenarios/apps/platform.h"
#include "scenarios/world/world_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 300

/* /30s of 198.18.0.0/15, RFC 2544's benchmarking network: enough for NT_SCN_AGENTS_MAX. */
static struct nt_addr link_address(uint32_t link, uint32_t n)
{
    return nt_addr_v4(UINT32_C(0xc6120000) + 4 * link + n, NT_SIP_PORT);
}

struct search {
    size_t *queue; /* networks in the order in which they are reached */
    size_t count;
    bool *reached;
    nt_time *delay; /* to each of them */
};

static void reach_network(struct search *s, size_t network, nt_time delay)
{
    if (s->reached[network])
        return;
    s->reached[network] = true;
    s->delay[network] = delay;
    s->queue[s->count++] = network;
}

/* Reaches the networks on the other sides of the gateways of network `at`. */
static void cross_gateways(struct search *s, const struct nt_scn_case *c, size_t at)
{
    for (size_t g = 0; g < c->gateway_count; g++) {
        size_t out = c->gateways[g].outside.network;
        for (size_t i = 0; i < c->gateways[g].inside_count; i++) {
            size_t in = c->gateways[g].inside[i].network;
            if (in == at || out == at)
                reach_network(s, in == at ? out : in, s->delay[at] + c->networks[in == at ? out : in].delay);
        }
    }
}

/* The sum of the delays of the networks on the path with the fewest gateways from a network in `from` to one in `to`; 0: no path.
 */
static int path_delay(const struct nt_scn_case *c, const bool *from, const bool *to, nt_time *delay)
{
    size_t n = c->network_count;
    struct search s = {
        .queue = calloc(n, sizeof *s.queue), .reached = calloc(n, sizeof *s.reached), .delay = calloc(n, sizeof *s.delay)};
    bool memory = s.queue != NULL && s.reached != NULL && s.delay != NULL, found = false;
    *delay = 0;
    for (size_t i = 0; i < n && memory; i++)
        if (from[i])
            reach_network(&s, i, c->networks[i].delay);
    for (size_t head = 0; head < s.count && !found; head++) {
        found = to[s.queue[head]];
        if (found)
            *delay = s.delay[s.queue[head]];
        else
            cross_gateways(&s, c, s.queue[head]);
    }
    free(s.queue), free(s.reached), free(s.delay);
    return memory ? NT_OK : NT_ENOMEM;
}

static void mark_networks(bool *set, size_t n, const struct nt_scn_attachment *on, size_t count)
{
    memset(set, 0, n * sizeof *set);
    for (size_t i = 0; i < count; i++)
        set[on[i].network] = true;
}

static struct nt_host *new_signal_host(struct nt_world *w, const char *name, struct nt_scn_node n)
{
    char label[NAME_MAX_BYTES];
    nt_join(label, sizeof label, name, ".signalling");
    struct nt_host *h = nt_host_new(w->fabric, label);
    return h != NULL && nt_observer_node(&w->observer, nt_host_node(h), n) == NT_OK ? h : NULL;
}

static int attach_to_link(struct nt_host *h, const char *node, uint32_t network, uint32_t link, uint32_t n, uint32_t port)
{
    char tap[NAME_MAX_BYTES];
    struct nt_addr a = link_address(link, n);
    a.port = 0;
    if (port == 0)
        nt_join(tap, sizeof tap, node, ".signalling");
    else
        snprintf(tap, sizeof tap, "%s.signalling.%u", node, (unsigned)port);
    struct nt_route route = {.port = port, .prefix = {.bits = 30}};
    route.prefix.addr = link_address(link, 0);
    route.prefix.addr.port = 0;
    if (nt_host_attach(h, network, tap, &a, 1) == NT_FABRIC_NONE)
        return NT_ENOMEM;
    return nt_routes_add(nt_host_routes(h), &route);
}

static uint32_t link_network(struct nt_world *w, uint32_t link, nt_time delay)
{
    char name[64];
    snprintf(name, sizeof name, "signalling.%u", (unsigned)link);
    struct nt_network_config config = {.name = name, .delay = delay, .mtu = NT_SIP_DATAGRAM_MAX};
    return nt_fabric_add_network(w->fabric, &config);
}

static const struct nt_scn_server *find_platform(const struct nt_scn_case *c, uint32_t *index)
{
    for (uint32_t i = 0; i < c->server_count; i++)
        if ((c->servers[i].kinds & NT_SCN_PLATFORM) != 0) {
            *index = i;
            return &c->servers[i];
        }
    return NULL;
}

/* One link from each agent to the platform. */
static int link_to_platform(struct nt_world *w, const struct nt_scn_server *server, uint32_t index, bool *from, bool *to)
{
    const struct nt_scn_case *c = w->scn;
    w->platform_host = new_signal_host(w, server->name, (struct nt_scn_node){NT_SCN_NODE_SERVER, index});
    if (w->platform_host == NULL)
        return NT_ENOMEM;
    w->platform =
        nt_platform_new(&(struct nt_trace){.emit = nt_observer_emit, .user = &w->observer, .node = nt_host_node(w->platform_host)});
    if (w->platform == NULL)
        return NT_ENOMEM;
    mark_networks(to, c->network_count, &server->on, 1);
    for (uint32_t i = 0; i < c->agent_count; i++) {
        nt_time delay;
        mark_networks(from, c->network_count, c->agents[i].on, c->agents[i].on_count);
        if (path_delay(c, from, to, &delay) != NT_OK)
            return NT_ENOMEM;
        uint32_t network = link_network(w, i, delay);
        struct nt_addr own = link_address(i, 1), theirs = link_address(i, 2);
        if (network == NT_FABRIC_NONE || attach_to_link(w->agents[i].signal_host, c->agents[i].name, network, i, 2, 0) != NT_OK ||
            attach_to_link(w->platform_host, server->name, network, i, 1, i) != NT_OK ||
            nt_platform_add(w->platform, c->agents[i].name, &own, &theirs) != NT_OK)
            return NT_ENOMEM;
    }
    return nt_host_run_endpoint(w->platform_host, nt_platform_endpoint(w->platform), 0) != NT_FABRIC_NONE ? NT_OK : NT_ENOMEM;
}

/* Without a platform: one link between caller and callee. */
static int link_directly(struct nt_world *w, bool *from, bool *to)
{
    const struct nt_scn_case *c = w->scn;
    nt_time delay;
    if (c->caller == NT_SCN_NONE)
        return NT_OK;
    mark_networks(from, c->network_count, c->agents[c->caller].on, c->agents[c->caller].on_count);
    mark_networks(to, c->network_count, c->agents[c->callee].on, c->agents[c->callee].on_count);
    if (path_delay(c, from, to, &delay) != NT_OK)
        return NT_ENOMEM;
    uint32_t network = link_network(w, 0, delay);
    if (network == NT_FABRIC_NONE ||
        attach_to_link(w->agents[c->caller].signal_host, c->agents[c->caller].name, network, 0, 1, 0) != NT_OK)
        return NT_ENOMEM;
    return attach_to_link(w->agents[c->callee].signal_host, c->agents[c->callee].name, network, 0, 2, 0);
}

int nt_world_signalling(struct nt_world *w)
{
    const struct nt_scn_case *c = w->scn;
    uint32_t index;
    const struct nt_scn_server *platform = find_platform(c, &index);
    for (uint32_t i = 0; i < c->agent_count; i++)
        if ((w->agents[i].signal_host = new_signal_host(w, c->agents[i].name, (struct nt_scn_node){NT_SCN_NODE_AGENT, i})) == NULL)
            return NT_ENOMEM;
    bool *from = calloc(c->network_count + 1, sizeof *from), *to = calloc(c->network_count + 1, sizeof *to);
    int r = from == NULL || to == NULL ? NT_ENOMEM
            : platform != NULL         ? link_to_platform(w, platform, index, from, to)
                                       : link_directly(w, from, to);
    free(from), free(to);
    return r;
}

void nt_signalling_ends(const struct nt_world *w, uint32_t agent, struct nt_addr *own, struct nt_addr *peer)
{
    if (w->platform != NULL) {
        *own = link_address(agent, 2);
        *peer = link_address(agent, 1);
    } else {
        *own = link_address(0, agent == w->scn->caller ? 1 : 2);
        *peer = link_address(0, agent == w->scn->caller ? 2 : 1);
    }
}
