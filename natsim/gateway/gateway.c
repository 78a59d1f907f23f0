/* The gateway as a node: its attachments and addresses, its timers, and its controls. */
#include "natsim/gateway/gateway.h"

#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/gateway/forward.h"
#include "natsim/gateway/gateway_state.h"
#include "natsim/gateway/neighbors.h"
#include "natsim/gateway/unsolicited.h"

#include <stdlib.h>
#include <string.h>

/* A renumbered external address moves on by so many on its network, or to the next free one after that. */
#define RENUMBER_STEP 100

static nt_time gateway_deadline(const void *self)
{
    const struct nt_gateway *g = self;
    nt_time at = g->nat != NULL ? nt_nat_deadline(g->nat) : NT_TIME_NEVER;
    at = nt_time_min(at, nt_firewall_deadline(g->firewall));
    if (g->neighbors != NULL)
        at = nt_time_min(at, nt_neighbors_deadline(g->neighbors));
    if (g->unsolicited != NULL)
        at = nt_time_min(at, nt_unsolicited_deadline(g->unsolicited));
    return g->reassembly != NULL ? nt_time_min(at, nt_reassembly_deadline(g->reassembly)) : at;
}

static void gateway_run(void *self, nt_time now)
{
    struct nt_gateway *g = self;
    if (g->nat != NULL)
        nt_nat_run(g->nat, now);
    nt_firewall_run(g->firewall, now);
    if (g->neighbors != NULL)
        nt_neighbors_run(g, now);
    if (g->unsolicited != NULL)
        nt_unsolicited_run(g, now);
    if (g->reassembly != NULL)
        nt_reassembly_run(g->reassembly, now);
}

/* What a reboot forgets beyond the state of flows. */
static void reboot_router(struct nt_gateway *g, nt_time now)
{
    if (g->neighbors != NULL)
        nt_neighbors_forget(g, now);
    if (g->icmp_rate != NULL)
        nt_icmp_rate_forget(g->icmp_rate);
}

static void forget_state(struct nt_gateway *g, bool reboot, nt_time now)
{
    if (reboot)
        reboot_router(g, now);
    if (g->nat != NULL && reboot)
        nt_nat_reboot(g->nat, now);
    else if (g->nat != NULL)
        nt_nat_flush(g->nat, now);
    nt_firewall_flush(g->firewall);
    if (g->unsolicited != NULL)
        nt_unsolicited_forget(g, now);
    if (g->begun_outside != NULL)
        nt_firewall_flush(g->begun_outside);
    if (g->in_order != NULL)
        nt_in_order_forget(g->in_order);
    if (g->reassembly != NULL)
        nt_reassembly_forget(g->reassembly, now);
}

/* The size of the outside network that has the address, by the routes on that link; 256 without one. */
static uint32_t network_size(const struct nt_gateway *g, const struct nt_addr *a)
{
    for (size_t i = 0; i < g->routes.count; i++) {
        const struct nt_route *r = &g->routes.items[i];
        if (r->port == g->outside && !nt_addr_is_set(&r->via) && nt_prefix_contains(&r->prefix, a) && r->prefix.bits >= 8)
            return r->prefix.bits > 30 ? 4 : UINT32_C(1) << (32 - r->prefix.bits);
    }
    return 256;
}

/* Takes the next free address of the outside network for `old`. */
static int take_other(struct nt_gateway *g, const struct nt_addr *old, struct nt_addr *other)
{
    uint32_t size = network_size(g, old), host = nt_load32(old->ip) & (size - 1), base = nt_load32(old->ip) - host;
    for (uint32_t i = 0; i < size - 2; i++) {
        *other = nt_addr_v4(base + 1 + (host - 1 + RENUMBER_STEP + i) % (size - 2), 0);
        if (nt_own_addresses_has(&g->own, other))
            continue;
        int err = nt_fabric_add_address(g->fabric, g->node, g->outside, other);
        if (err != NT_EEXIST)
            return err;
    }
    return NT_ELIMIT;
}

static int renumber(struct nt_gateway *g, nt_time now)
{
    struct nt_addr fresh[NT_NAT_ADDRESSES_MAX];
    size_t taken = 0;
    int err = NT_OK;
    if (g->nat == NULL)
        return NT_EUNSUPPORTED;
    /* Those taken are own from now on, so that the next search passes them by. */
    for (size_t i = 0; i < g->own.count && err == NT_OK; i++) {
        if (!nt_nat_is_external(g->nat, &g->own.items[i].addr))
            continue;
        struct nt_addr old = g->own.items[i].addr;
        err = take_other(g, &old, &fresh[taken]);
        if (err == NT_OK) {
            (void)nt_fabric_remove_address(g->fabric, g->node, g->outside, &old);
            g->own.items[i].addr = fresh[taken++];
        }
    }
    if (taken != 0 && g->unsolicited != NULL)
        nt_unsolicited_forget(g, now); /* they were for the old addresses */
    if (taken != 0)
        nt_nat_renumber(g->nat, fresh, taken, now);
    if (g->in_order != NULL) /* no later fragment leaves with the old address */
        nt_in_order_forget(g->in_order);
    return err;
}

static int gateway_control(void *self, enum nt_control what, uint32_t port, nt_time now)
{
    struct nt_gateway *g = self;
    (void)port;
    switch (what) {
    case NT_CTL_REBOOT: forget_state(g, true, now); return NT_OK;
    case NT_CTL_FLUSH: forget_state(g, false, now); return NT_OK;
    case NT_CTL_RENUMBER: return renumber(g, now);
    case NT_CTL_PORT_DOWN: /* the state outlives a link that is down */
    case NT_CTL_PORT_UP: return NT_OK;
    case NT_CTL_STOP:
    case NT_CTL_START: break;
    }
    return NT_EUNSUPPORTED;
}

static void gateway_del(void *self)
{
    struct nt_gateway *g = self;
    nt_nat_del(g->nat);
    nt_firewall_del(g->firewall);
    nt_firewall_del(g->begun_outside);
    nt_reassembly_del(g->reassembly);
    nt_icmp_rate_del(g->icmp_rate);
    nt_neighbors_del(g->neighbors);
    nt_unsolicited_del(g->unsolicited);
    nt_in_order_del(g->in_order);
    nt_routes_free(&g->routes);
    nt_own_addresses_free(&g->own);
    free(g->name);
    free(g);
}

static const struct nt_node_ops ops = {
    .recv = nt_forward_receive, .run = gateway_run, .deadline = gateway_deadline, .control = gateway_control, .del = gateway_del};

/* Who drops ICMP sends none, and a path MTU black hole does not say what fits. */
static void mute_policy(struct nt_nat_policy *p)
{
    if (p->icmp == NT_ICMP_DROP) {
        p->answers = 0;
        p->unsolicited = NT_UNSOLICITED_DROP;
        if (p->tcp.unsolicited == NT_SYN_ICMP_AFTER || p->tcp.unsolicited == NT_SYN_REJECT)
            p->tcp.unsolicited = NT_SYN_DROP;
    } else if (p->icmp == NT_ICMP_DROP_TOO_BIG) {
        p->answers &= ~(unsigned)NT_ANSWER_TOO_BIG;
    }
}

/* False without memory. */
static bool make_icmp_tables(struct nt_gateway *g)
{
    bool limits = g->policy.icmp_burst != 0, looks = (g->policy.answers & NT_ANSWER_HOST) != 0;
    return (!limits || (g->icmp_rate = nt_icmp_rate_new(&g->policy)) != NULL) &&
           (!looks || (g->neighbors = nt_neighbors_new()) != NULL);
}

/* False without memory. A flow is one of the 5-tuple, and each of its packets refreshes it. */
static bool make_begun_outside(struct nt_gateway *g)
{
    struct nt_nat_policy p = g->policy;
    p.filtering = p.tcp.filtering = NT_DEP_ADDRESS_AND_PORT;
    p.filter_lifetime = 0;
    p.refresh_outbound = p.refresh_inbound = true;
    return p.allowed_count == 0 || (g->begun_outside = nt_firewall_new(&p)) != NULL;
}

struct nt_gateway *nt_gateway_new(struct nt_fabric *f, const char *name, const struct nt_nat_policy *policy)
{
    struct nt_gateway *g = calloc(1, sizeof *g);
    if (g == NULL)
        return NULL;
    g->fabric = f;
    g->policy = *policy;
    mute_policy(&g->policy);
    g->outside = NT_FABRIC_NONE;
    g->name = strdup(name);
    g->firewall = nt_firewall_new(policy);
    if (g->name != NULL && g->firewall != NULL && make_icmp_tables(g) && make_begun_outside(g)) {
        g->node = nt_fabric_add_node(f, name, &ops, g);
        if (g->node != NT_FABRIC_NONE)
            return g;
    }
    gateway_del(g);
    return NULL;
}

uint32_t nt_gateway_node(const struct nt_gateway *g)
{
    return g->node;
}

struct nt_routes *nt_gateway_routes(struct nt_gateway *g)
{
    return &g->routes;
}

static uint32_t attach_link(struct nt_gateway *g, uint32_t network, const char *tap, const struct nt_addr *addresses, size_t count)
{
    uint32_t port = nt_fabric_attach(g->fabric, g->node, network, tap);
    for (size_t i = 0; port != NT_FABRIC_NONE && i < count; i++)
        if (nt_own_addresses_add(&g->own, &addresses[i], port) != NT_OK ||
            nt_fabric_add_address(g->fabric, g->node, port, &addresses[i]) != NT_OK)
            return NT_FABRIC_NONE;
    return port;
}

uint32_t nt_gateway_attach_inside(struct nt_gateway *g, uint32_t network, const char *tap, const struct nt_addr *addresses,
                                  size_t count)
{
    return attach_link(g, network, tap, addresses, count);
}

/* Makes the translator, with the outside IPv4 addresses as its external ones. */
static int make_nat(struct nt_gateway *g, const struct nt_addr *addresses, size_t count)
{
    struct nt_addr externals[NT_NAT_ADDRESSES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (addresses[i].family != NT_AF_IPV4)
            continue;
        if (n == NT_NAT_ADDRESSES_MAX)
            return NT_ELIMIT;
        externals[n++] = addresses[i];
    }
    if (n == 0)
        return NT_OK; /* IPv6 alone */
    char label[256];
    struct nt_rand rand;
    size_t len = strlen(g->name);
    if (len > sizeof label - sizeof "nat//ports")
        return NT_EINVAL;
    memcpy(label, "nat/", 4);
    memcpy(label + 4, g->name, len);
    memcpy(label + 4 + len, "/ports", sizeof "/ports");
    nt_fabric_stream(g->fabric, label, &rand);
    struct nt_trace trace = *nt_fabric_trace(g->fabric);
    trace.node = g->node;
    g->nat = nt_nat_new(&g->policy, externals, n, &rand, &trace);
    return g->nat != NULL ? NT_OK : NT_ENOMEM;
}

uint32_t nt_gateway_attach_outside(struct nt_gateway *g, uint32_t network, const char *tap, const struct nt_addr *addresses,
                                   size_t count)
{
    if (g->outside != NT_FABRIC_NONE)
        return NT_FABRIC_NONE;
    uint32_t port = attach_link(g, network, tap, addresses, count);
    if (port == NT_FABRIC_NONE || (g->policy.kind == NT_GW_TRANSLATE && make_nat(g, addresses, count) != NT_OK))
        return NT_FABRIC_NONE;
    return g->outside = port;
}

const struct nt_nat *nt_gateway_nat(const struct nt_gateway *g)
{
    return g->nat;
}
