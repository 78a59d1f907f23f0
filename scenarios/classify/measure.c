/*
 *   client --- home 10.0.0.0/24 --- nat --- internet 203.0.113.0/24 --- server (two addresses)
 *   10.0.0.2                10.0.0.1  203.0.113.2 ...                   203.0.113.250, .251
 */
#include "scenarios/classify/measure.h"
#include "core/base/err.h"
#include "core/stun/stun.h"
#include "natsim/fabric/fabric.h"
#include "natsim/gateway/gateway.h"
#include "natsim/host/host.h"

#define LIFETIME_MAX (10 * 60 * NT_SEC)
#define TIME_LIMIT (24 * 3600 * NT_SEC)
#define HOME UINT32_C(0x0a000000)
#define INTERNET UINT32_C(0xcb007100)
#define SERVER (INTERNET + 250)

struct lab {
    struct nt_fabric *fabric;
    uint32_t home, internet;
    struct nt_gateway *nat;
    struct nt_host *client, *server;
    struct nt_stun_server *stun;
    struct nt_discovery *discovery;
    struct nt_rand rand;
};

static int add_route(struct nt_routes *t, uint32_t prefix, uint8_t bits, uint32_t port, uint32_t via)
{
    struct nt_route r = {.prefix = {.addr = nt_addr_v4(prefix, 0), .bits = bits}, .port = port};
    if (via != 0)
        r.via = nt_addr_v4(via, 0);
    return nt_routes_add(t, &r);
}

static int build_nat(struct lab *l, const struct nt_nat_policy *policy)
{
    struct nt_addr inside = nt_addr_v4(HOME + 1, 0), outside[NT_NAT_ADDRESSES_MAX];
    uint16_t n = policy->addresses > 0 ? policy->addresses : 1;
    for (uint16_t i = 0; i < n && i < NT_NAT_ADDRESSES_MAX; i++)
        outside[i] = nt_addr_v4(INTERNET + 2 + i, 0);
    if ((l->nat = nt_gateway_new(l->fabric, "nat", policy)) == NULL)
        return NT_ENOMEM;
    if (nt_gateway_attach_inside(l->nat, l->home, "nat.inside", &inside, 1) == NT_FABRIC_NONE ||
        nt_gateway_attach_outside(l->nat, l->internet, "nat.outside", outside, n) == NT_FABRIC_NONE)
        return NT_ENOMEM;
    struct nt_routes *t = nt_gateway_routes(l->nat);
    int r = add_route(t, HOME, 24, 0, 0);
    return r != NT_OK ? r : add_route(t, INTERNET, 24, 1, 0);
}

static int build_hosts(struct lab *l, const struct nt_nat_policy *policy)
{
    struct nt_addr client = nt_addr_v4(HOME + 2, 0), server[2] = {nt_addr_v4(SERVER, 0), nt_addr_v4(SERVER + 1, 0)};
    l->client = nt_host_new(l->fabric, "client");
    l->server = nt_host_new(l->fabric, "server");
    if (l->client == NULL || l->server == NULL || nt_host_attach(l->client, l->home, "client.0", &client, 1) == NT_FABRIC_NONE ||
        nt_host_attach(l->server, l->internet, "server.0", server, 2) == NT_FABRIC_NONE)
        return NT_ENOMEM;
    if (add_route(nt_host_routes(l->client), HOME, 24, 0, 0) != NT_OK ||
        add_route(nt_host_routes(l->client), 0, 0, 0, HOME + 1) != NT_OK ||
        add_route(nt_host_routes(l->server), INTERNET, 24, 0, 0) != NT_OK)
        return NT_ENOMEM;
    return policy->kind == NT_GW_TRANSLATE ? NT_OK : add_route(nt_host_routes(l->server), HOME, 24, 0, INTERNET + 2);
}

static int build_apps(struct lab *l, enum nt_lifetime_phase phase)
{
    struct nt_stun_server_config server = {.primary = nt_addr_v4(SERVER, NT_STUN_PORT),
                                           .alternate = nt_addr_v4(SERVER + 1, NT_STUN_ALTERNATE_PORT)};
    nt_fabric_stream(l->fabric, "discovery", &l->rand);
    struct nt_discovery_config client = {.local = nt_addr_v4(HOME + 2, 0),
                                         .server = server.primary,
                                         .lifetime_max = LIFETIME_MAX,
                                         .lifetime_phase = phase,
                                         .rand = &l->rand};
    l->stun = nt_stun_server_new(&server);
    l->discovery = nt_discovery_new(&client);
    if (l->stun == NULL || l->discovery == NULL ||
        nt_host_run_endpoint(l->server, nt_stun_server_endpoint(l->stun), 0) == NT_FABRIC_NONE ||
        nt_host_run_endpoint(l->client, nt_discovery_endpoint(l->discovery), 0) == NT_FABRIC_NONE)
        return NT_ENOMEM;
    return NT_OK;
}

static int build_lab(struct lab *l, const struct nt_nat_policy *policy, uint64_t seed, enum nt_lifetime_phase phase)
{
    struct nt_fabric_config config = {.seed = seed};
    struct nt_network_config home = {.name = "home", .delay = NT_MSEC}, internet = {.name = "internet", .delay = 20 * NT_MSEC};
    if ((l->fabric = nt_fabric_new(&config)) == NULL)
        return NT_ENOMEM;
    l->home = nt_fabric_add_network(l->fabric, &home);
    l->internet = nt_fabric_add_network(l->fabric, &internet);
    if (l->home == NT_FABRIC_NONE || l->internet == NT_FABRIC_NONE || build_nat(l, policy) != NT_OK ||
        build_hosts(l, policy) != NT_OK)
        return NT_ENOMEM;
    return build_apps(l, phase);
}

static int measure(const struct nt_nat_policy *policy, uint64_t seed, enum nt_lifetime_phase phase,
                   struct nt_discovery_result *result)
{
    struct lab l = {0};
    int r = build_lab(&l, policy, seed, phase);
    if (r == NT_OK) {
        nt_discovery_start(l.discovery, 0);
        nt_host_kick(l.client, 0);
        enum nt_fabric_end end = NT_FABRIC_UNTIL;
        while (!nt_discovery_result(l.discovery)->done && end <= NT_FABRIC_UNTIL && nt_fabric_next(l.fabric) <= TIME_LIMIT)
            end = nt_fabric_run(l.fabric, nt_fabric_next(l.fabric));
        *result = *nt_discovery_result(l.discovery);
        r = end == NT_FABRIC_LIVELOCK ? NT_ESTATE : end == NT_FABRIC_NOMEM ? NT_ENOMEM : result->done ? NT_OK : NT_ELIMIT;
    }
    if (l.fabric != NULL)
        nt_fabric_del(l.fabric);
    if (l.stun != NULL)
        nt_stun_server_del(l.stun);
    if (l.discovery != NULL)
        nt_discovery_del(l.discovery);
    return r;
}

int nt_classify(const struct nt_nat_policy *policy, uint64_t seed, struct nt_discovery_result result[NT_LIFETIME_PHASES])
{
    int r = NT_OK;
    for (int phase = 0; phase < NT_LIFETIME_PHASES && r == NT_OK; phase++)
        r = measure(policy, seed, (enum nt_lifetime_phase)phase, &result[phase]);
    return r;
}
