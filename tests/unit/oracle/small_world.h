/* Small worlds to ask the oracle about. */
#ifndef SMALL_WORLD_H
#define SMALL_WORLD_H

#include "tests/unit/help.h"

#include "natsim/nat/policy/presets.h"
#include "scenarios/oracle/oracle.h"

#include <string.h>

#define D NT_PATH_DIRECT
#define R NT_PATH_RELAYED
#define N NT_PATH_NONE

/* L -- home-left -- nat-left --+-- internet -- stun, turn
 * R -- home-right -- nat-right-+                                  */
struct small_world {
    struct nt_scn_case c;
    struct nt_scn_network networks[5];
    struct nt_scn_gateway gateways[4];
    struct nt_scn_server servers[2];
    struct nt_scn_agent agents[2];
    struct nt_scn_attachment inside[4], on[4];
    struct nt_addr addresses[64];
    size_t address_count;
    struct nt_scn_user user;
    struct nt_scn_turn_use use;
    uint32_t stun;
};

static inline struct nt_scn_attachment attach(struct small_world *w, uint32_t network, const char *ip)
{
    struct nt_addr *a = &w->addresses[w->address_count++];
    assert_int_equal(nt_addr_parse(a, ip), 0);
    return (struct nt_scn_attachment){.network = network, .addresses = a, .address_count = 1};
}

static inline void network(struct small_world *w, uint32_t i, const char *prefix)
{
    assert_int_equal(nt_prefix_parse(&w->networks[i].ipv4, prefix), 0);
}

static inline void gateway(struct small_world *w, uint32_t g, uint32_t inside, const char *in_ip, uint32_t outside,
                           const char *out_ip, const struct nt_nat_policy *p)
{
    w->inside[g] = attach(w, inside, in_ip);
    w->gateways[g] =
        (struct nt_scn_gateway){.inside = &w->inside[g], .inside_count = 1, .outside = attach(w, outside, out_ip), .policy = *p};
    if (w->c.gateway_count <= g)
        w->c.gateway_count = g + 1;
}

static inline void agent(struct small_world *w, uint32_t i, uint32_t net, const char *ip)
{
    w->on[i] = attach(w, net, ip);
    w->agents[i] = (struct nt_scn_agent){.on = &w->on[i],
                                         .on_count = 1,
                                         .policy = NT_ICE_ALL,
                                         .max_pairs = 100,
                                         .stun = &w->stun,
                                         .stun_count = 1,
                                         .turn = &w->use,
                                         .turn_count = 1};
}

static inline void world_init(struct small_world *w)
{
    memset(w, 0, sizeof *w);
    w->user = (struct nt_scn_user){.name = "alice", .password = "secret"};
    w->use = (struct nt_scn_turn_use){.server = 1, .user = "alice", .password = "secret"};
    w->servers[0] = (struct nt_scn_server){.kinds = NT_SCN_STUN, .on = attach(w, 0, "203.0.113.10")};
    w->servers[1] =
        (struct nt_scn_server){.kinds = NT_SCN_TURN, .on = attach(w, 0, "203.0.113.11"), .users = &w->user, .user_count = 1};
    nt_addr_parse(&w->servers[1].relay, "203.0.113.12");
    network(w, 0, "203.0.113.0/24");
    network(w, 1, "10.1.0.0/24");
    network(w, 2, "10.2.0.0/24");
    network(w, 3, "100.64.0.0/24");
    network(w, 4, "10.4.0.0/24");
    w->c = (struct nt_scn_case){.networks = w->networks,
                                .network_count = 5,
                                .gateways = w->gateways,
                                .servers = w->servers,
                                .server_count = 2,
                                .agents = w->agents,
                                .agent_count = 2,
                                .caller = 0,
                                .callee = 1};
}

static inline unsigned ask(struct small_world *w)
{
    const char *why = NULL;
    unsigned paths = nt_oracle_paths(&w->c, &why);
    if (paths == 0)
        print_error("%s\n", why);
    return paths;
}

static inline void two_nats(struct small_world *w, const struct nt_nat_policy *left, const struct nt_nat_policy *right)
{
    world_init(w);
    gateway(w, 0, 1, "10.1.0.1", 0, "203.0.113.2", left);
    gateway(w, 1, 2, "10.2.0.1", 0, "203.0.113.3", right);
    agent(w, 0, 1, "10.1.0.2");
    agent(w, 1, 2, "10.2.0.2");
}

static inline void without_turn(struct small_world *w)
{
    w->agents[0].turn_count = w->agents[1].turn_count = 0;
}

static inline struct nt_nat_policy policy(enum nt_dependence mapping, enum nt_dependence filtering)
{
    struct nt_nat_policy p;
    const char *what;
    nt_nat_policy_init(&p);
    p.mapping = mapping;
    p.filtering = filtering;
    assert_int_equal(nt_nat_policy_finish(&p, false, &what), 0);
    return p;
}

static inline struct nt_nat_policy preset(const char *name)
{
    struct nt_nat_policy p;
    const char *what;
    nt_nat_policy_init(&p);
    const struct nt_nat_preset *row = nt_nat_preset_find(name);
    assert_non_null(row);
    row->set(&p);
    assert_int_equal(nt_nat_policy_finish(&p, p.ports != 0, &what), 0);
    return p;
}

#endif
