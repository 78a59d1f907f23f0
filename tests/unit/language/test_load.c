/* The language's own example, field by field; addresses; the matrix; what steps and expectations become. */
#include "core/stun/message.h"
#include "natsim/fabric/fabric.h"
#include "scenarios/language/schema.h"
#include "tests/unit/loaded.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

static const char example[] =
    "natsim: 1\n"
    "claim: Every pairing of the classic types takes the best path that exists.\n"
    "tags: [classic, ci]\n"
    "seed: 1                                   # --seed overrides\n"
    "matrix:                                   # cartesian product, last axis fastest\n"
    "  left:  [none, full-cone, restricted-cone, port-restricted-cone, symmetric]\n"
    "  right: [none, full-cone, restricted-cone, port-restricted-cone, symmetric]\n"
    "networks:\n"
    "  internet:   {ipv4: 203.0.113.0/24, delay: 20ms}\n"
    "  home-left:  {ipv4: 10.1.0.0/24, delay: 1ms}\n"
    "  home-right: {ipv4: 10.2.0.0/24, delay: 1ms, jitter: 0ms, loss: 0%, duplicate: 0%, reorder: 0%, rate: 100Mbit, queue: 100, "
    "mtu: 1500}\n"
    "gateways:\n"
    "  nat-left:  {inside: home-left,  outside: internet, nat: \"${left}\"}\n"
    "  nat-right: {inside: home-right, outside: internet, nat: \"${right}\"}\n"
    "servers:\n"
    "  stun:     {on: internet, kind: stun}\n"
    "  turn:     {on: internet, kind: turn, users: {alice: secret}, realm: example.org}\n"
    "  platform: {on: internet, kind: platform}\n"
    "agents:\n"
    "  L: {on: home-left,    role: controlling, stun: [stun], turn: [{server: turn, user: alice, password: secret}]}\n"
    "  R: {on: [home-right], role: controlled,  stun: [stun], turn: [{server: turn, user: alice, password: secret}]}\n"
    "steps:\n"
    "  - {at: 0s, call: {from: L, to: R}}\n"
    "expect:\n"
    "  path: oracle\n"
    "  L: {state: completed}\n"
    "  R: {state: completed}\n"
    "  within: 3s\n"
    "expect-where:                             # merged over expect in file order; an entry that matches no cell is an error\n"
    "  - when: {left: symmetric, right: [port-restricted-cone, symmetric]}\n"
    "    path: relayed\n"
    "    L: {selected: {local: prflx, remote: relay}}\n";

static void assert_addr(const struct nt_addr *a, const char *text)
{
    char buf[NT_ADDR_TEXT];
    assert_string_equal(a->port != 0 ? nt_addr_format(a, buf) : nt_addr_format_ip(a, buf), text);
}

/* "A B" of an attachment. */
static void assert_addresses(const struct nt_scn_attachment *a, const char *expect)
{
    char got[512] = "", buf[NT_ADDR_TEXT];
    for (size_t i = 0; i < a->address_count; i++) {
        if (i > 0)
            strcat(got, " ");
        strcat(got, nt_addr_format_ip(&a->addresses[i], buf));
    }
    assert_string_equal(got, expect);
}

static void check_file(const struct nt_scn_file *f)
{
    assert_int_equal(nt_scn_file_cases(f), 25);
    assert_string_equal(nt_scn_file_claim(f), "Every pairing of the classic types takes the best path that exists.");
    assert_string_equal(nt_scn_file_shown(f), "classic/x.yaml");
    assert_true(nt_scn_file_has_tag(f, "ci"));
    assert_false(nt_scn_file_has_tag(f, "slow"));
    char *id = nt_scn_file_case_id(f, 7);
    assert_string_equal(id, "classic/x[left=full-cone,right=restricted-cone]");
    free(id);
}

static void check_networks(const struct nt_scn_case *c)
{
    char buf[NT_ADDR_TEXT];
    assert_int_equal(c->network_count, 3);
    const struct nt_scn_network *n = &c->networks[0];
    assert_string_equal(n->name, "internet");
    assert_int_equal(n->place.line, 9);
    assert_int_equal(n->place.column, 3);
    assert_string_equal(nt_prefix_format(&n->ipv4, buf), "203.0.113.0/24");
    assert_false(nt_addr_is_set(&n->ipv6.addr));
    assert_int_equal(n->delay, 20 * NT_MSEC);
    assert_int_equal(n->rate, 0);
    assert_int_equal(n->queue, 100);
    assert_int_equal(n->mtu, 1500);
    assert_int_equal(c->networks[2].rate, 100000000);
    assert_int_equal(c->networks[2].loss, 0);
}

static void check_gateways(const struct nt_scn_case *c)
{
    assert_int_equal(c->gateway_count, 2);
    const struct nt_scn_gateway *g = &c->gateways[0];
    assert_string_equal(g->name, "nat-left");
    assert_string_equal(g->preset, "symmetric");
    assert_int_equal(g->policy.kind, NT_GW_TRANSLATE);
    assert_int_equal(g->policy.mapping, NT_DEP_ADDRESS_AND_PORT);
    assert_int_equal(g->inside_count, 1);
    assert_int_equal(g->inside[0].network, 1);
    assert_addresses(&g->inside[0], "10.1.0.1");
    assert_int_equal(g->outside.network, 0);
    assert_addresses(&g->outside, "203.0.113.2");
    assert_string_equal(c->gateways[1].preset, "port-restricted-cone");
    assert_addresses(&c->gateways[1].outside, "203.0.113.3");
}

static void check_servers(const struct nt_scn_case *c)
{
    assert_int_equal(c->server_count, 3);
    assert_int_equal(c->servers[0].kinds, NT_SCN_STUN);
    assert_addresses(&c->servers[0].on, "203.0.113.4");
    const struct nt_scn_server *turn = &c->servers[1];
    assert_int_equal(turn->kinds, NT_SCN_TURN);
    assert_addresses(&turn->on, "203.0.113.5 203.0.113.6");
    assert_addr(&turn->relay, "203.0.113.6");
    assert_string_equal(turn->realm, "example.org");
    assert_int_equal(turn->user_count, 1);
    assert_string_equal(turn->users[0].name, "alice");
    assert_string_equal(turn->users[0].password, "secret");
    assert_true(turn->md5 && turn->sha256);
    assert_string_equal(c->servers[0].realm, "natsim");
    assert_int_equal(c->servers[2].kinds, NT_SCN_PLATFORM);
    assert_addresses(&c->servers[2].on, "203.0.113.7");
}

static void check_agents(const struct nt_scn_case *c)
{
    assert_int_equal(c->agent_count, 2);
    const struct nt_scn_agent *a = &c->agents[0];
    assert_string_equal(a->name, "L");
    assert_int_equal(a->role, NT_ICE_CONTROLLING);
    assert_int_equal(c->agents[1].role, NT_ICE_CONTROLLED);
    assert_int_equal(a->max_pairs, 100);
    assert_int_equal(a->ta, 0);
    assert_false(a->no_consent || a->no_ice2 || a->icmp_errors || a->ipv6);
    assert_int_equal(a->on_count, 1);
    assert_addresses(&a->on[0], "10.1.0.2");
    assert_addresses(&c->agents[1].on[0], "10.2.0.2");
    assert_int_equal(a->stun_count, 1);
    assert_int_equal(a->stun[0], 0);
    assert_int_equal(a->turn_count, 1);
    assert_int_equal(a->turn[0].server, 1);
    assert_string_equal(a->turn[0].user, "alice");
    assert_int_equal(a->turn[0].transport, NT_UDP);
}

TEST(test_example)
{
    struct nt_scn_file *f = load(example);
    check_file(f);
    struct nt_scn_case *c = cell(f, 23);
    nt_scn_file_del(f); /* a case stands alone */
    assert_string_equal(c->id, "classic/x[left=symmetric,right=port-restricted-cone]");
    assert_string_equal(c->file, "classic/x.yaml");
    assert_int_equal(c->seed, 1);
    assert_int_equal(c->tag_count, 2);
    assert_string_equal(c->tags[1], "ci");
    assert_int_equal(c->param_count, 2);
    assert_string_equal(c->params[1].name, "right");
    assert_string_equal(c->params[1].json, "\"port-restricted-cone\"");
    check_networks(c);
    check_gateways(c);
    check_servers(c);
    check_agents(c);
    assert_int_equal(c->step_count, 1);
    assert_int_equal(c->steps[0].kind, NT_STEP_CALL);
    assert_int_equal(c->steps[0].at, 0);
    assert_int_equal(c->steps[0].place.line, 23);
    assert_int_equal(c->caller, 0);
    assert_int_equal(c->callee, 1);
    const struct nt_scn_expect *e = &c->expect;
    assert_int_equal(e->path, NT_PATH_RELAYED);
    assert_int_equal(e->path_place.line, 31);
    assert_int_equal(e->within, 3 * NT_SEC);
    assert_int_equal(e->limit, 600 * NT_SEC);
    assert_int_equal(e->agents[0].state, NT_ICE_COMPLETED);
    assert_int_equal(e->agents[1].state, NT_ICE_COMPLETED);
    assert_true(e->agents[0].selected);
    assert_false(e->agents[1].selected);
    assert_int_equal(e->agents[0].selected_local.types, 1 << NT_ICE_PRFLX);
    assert_int_equal(e->agents[0].selected_remote.types, 1 << NT_ICE_RELAY);
    nt_scn_case_del(c);
}

TEST(test_where_is_for_its_cells)
{
    struct nt_scn_file *f = load(example);
    for (size_t i = 0; i < 25; i++) {
        struct nt_scn_case *c = cell(f, i);
        assert_int_equal(c->expect.path, i >= 23 ? NT_PATH_RELAYED : NT_PATH_ORACLE);
        assert_int_equal(c->expect.agents[0].selected, i >= 23);
        nt_scn_case_del(c);
    }
    nt_scn_file_del(f);
}

#define HEAD "natsim: 1\nclaim: c\n"
#define CALL "steps: [{at: 0s, call: {from: L, to: R}}]\n"

TEST(test_addresses)
{
    struct nt_scn_file *f =
        load(HEAD "networks:\n"
                  "  net: {ipv4: 198.51.100.0/24, ipv6: \"2001:db8::/64\"}\n"
                  "  a: {ipv4: 10.0.0.0/24, ipv6: \"2001:db8:a::/64\"}\n"
                  "  b: {ipv4: 10.0.1.0/24}\n"
                  "  c: {ipv4: 10.0.0.0/24}\n"
                  "gateways:\n"
                  "  g: {inside: [a, {on: b, address: 10.0.1.9}], outside: net, nat: {preset: symmetric, addresses: 3}}\n"
                  "  h: {inside: c, outside: net, address: 198.51.100.77, nat: full-cone}\n"
                  "servers:\n"
                  "  s: {on: net, kind: stun, behaviour: true, address: 198.51.100.3}\n"
                  "  t: {on: net, kind: [turn, stun], users: {u: p}}\n"
                  "  u: {on: net, kind: turn, relay-address: 198.51.100.200, users: {u: p}}\n"
                  "  v: {on: [{on: net, address: [198.51.100.10, \"2001:db8::10\"]}], kind: platform}\n"
                  "agents:\n"
                  "  L: {on: [a, b], address: [10.0.0.2, [10.0.1.2]], stun: [s], turn: [{server: t, user: u, password: p}]}\n"
                  "  R: {on: c, turn: [{server: u, user: u, password: p}]}\n" CALL);
    struct nt_scn_case *c = cell(f, 0);
    assert_addresses(&c->gateways[0].inside[0], "10.0.0.1 2001:db8:a::1");
    assert_addresses(&c->gateways[0].inside[1], "10.0.1.9");
    /* Three consecutive ones: .3 is given away, so they begin behind it. */
    assert_addresses(&c->gateways[0].outside, "198.51.100.4 198.51.100.5 198.51.100.6 2001:db8::2");
    assert_addresses(&c->gateways[1].outside, "198.51.100.77 2001:db8::3");
    assert_addresses(&c->servers[0].on, "198.51.100.3 198.51.100.7 2001:db8::4 2001:db8::5");
    assert_addresses(&c->servers[1].on, "198.51.100.8 198.51.100.9 2001:db8::6 2001:db8::7");
    assert_addr(&c->servers[1].relay, "198.51.100.9");
    assert_addr(&c->servers[1].relay6, "2001:db8::7");
    assert_addresses(&c->servers[2].on, "198.51.100.11 198.51.100.200 2001:db8::8 2001:db8::9");
    assert_addr(&c->servers[2].relay, "198.51.100.200");
    assert_addresses(&c->servers[3].on, "198.51.100.10 2001:db8::10");
    assert_addresses(&c->agents[0].on[0], "10.0.0.2 2001:db8:a::2");
    assert_addresses(&c->agents[0].on[1], "10.0.1.2");
    assert_addresses(&c->agents[1].on[0], "10.0.0.2");
    nt_scn_case_del(c);
    nt_scn_file_del(f);
}

#define PLAIN HEAD "networks: {n: {ipv4: 10.0.0.0/24}}\nagents: {L: {on: n}, R: {on: n}}\n"

TEST(test_prefixes)
{
    static const struct {
        const char *nat, *other;
        bool good;
    } rows[] = {
        {"full-cone", "10.0.0.0/24", true}, /* separated by translation, also as sibling of the outside */
        {"none", "10.0.1.0/24", true},
        {"none", "10.0.0.0/16", false},
        {"blocked", "10.0.0.0/24", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[600];
        struct nt_diags diags = {0};
        snprintf(text, sizeof text,
                 HEAD "networks: {a: {ipv4: 10.0.0.0/24}, b: {ipv4: %s}}\ngateways: {g: {inside: a, outside: b, nat: %s}}\n"
                      "agents: {L: {on: a}, R: {on: b}}\n" CALL,
                 rows[i].other, rows[i].nat);
        struct nt_scn_file *f = nt_scn_load_text(text, strlen(text), "t", "t", &diags);
        assert_int_equal(f != NULL, rows[i].good);
        if (f == NULL)
            assert_non_null(strstr(diags.items[0].what, "overlaps"));
        nt_scn_file_del(f);
        nt_diags_clear(&diags);
    }
}

/* Parameters keep their type; an integer that no 64 bits hold keeps its digits: as a real it would equal its neighbours. */
TEST(test_parameter_types)
{
    static const char *const json[] = {
        "9223372036854775807", "\"18446744073709551614\"", "\"18446744073709551615\"", "-7", "1.5", "\"1\""};
    struct nt_scn_file *f =
        load(HEAD "matrix: {n: [9223372036854775807, 18446744073709551614, 18446744073709551615, -7, 1.5, \"1\"]}\n"
                  "networks: {a: {ipv4: 10.0.0.0/24}}\n"
                  "servers: {t: {on: a, kind: turn, users: {u: \"p${n}\"}}}\n"
                  "agents: {L: {on: a, turn: [{server: t, user: u, password: p}]}, R: {on: a}}\n"
                  "steps: [{at: 0s, call: {from: L, to: R}}]\n");
    for (size_t i = 0; i < sizeof json / sizeof *json; i++) {
        struct nt_scn_case *c = cell(f, i);
        assert_string_equal(c->params[0].json, json[i]);
        nt_scn_case_del(c);
    }
    nt_scn_file_del(f);
}

TEST(test_cells)
{
    struct nt_scn_file *f =
        load(HEAD "matrix:\n"
                  "  nat: [none, {hp: {preset: symmetric, hairpin: external-source}}]\n"
                  "  n: [1, 20]\n"
                  "networks: {a: {ipv4: 10.0.0.0/24, delay: \"${n}ms\"}, b: {ipv4: 10.1.0.0/24}}\n"
                  "gateways: {g: {inside: a, outside: b, nat: \"${nat}\"}}\n"
                  "servers: {t: {on: b, kind: turn, users: {\"${n}\": \"x${n}-$${n}\"}}}\n"
                  "agents: {L: {on: a, turn: [{server: t, user: u, password: p}]}, R: {on: b}}\n"
                  "steps: [{at: 0s, call: {from: L, to: R}}, {at: 1s, send: {from: L, to: R, count: \"${n}\", df: on}}]\n"
                  "expect: {L: {checks: 5, candidates: {host: 1}}}\n"
                  "expect-where:\n"
                  "  - {when: {nat: hp, n: 20}, L: {state: completed, candidates: {relay: 2}}}\n"
                  "  - {when: {n: [20]}, L: {checks: \"<= ${n}\"}}\n");
    static const struct {
        const char *id, *nat, *password;
        int hairpin;
        uint32_t n, relay;
        int64_t checks;
        enum nt_scn_op op;
    } rows[] = {
        {"classic/x[nat=none,n=1]", "\"none\"", "x1-${n}", NT_HAIRPIN_NONE, 1, 0, 5, NT_OP_EQ},
        {"classic/x[nat=none,n=20]", "\"none\"", "x20-${n}", NT_HAIRPIN_NONE, 20, 0, 20, NT_OP_LE},
        {"classic/x[nat=hp,n=1]", "{\"preset\":\"symmetric\",\"hairpin\":\"external-source\"}", "x1-${n}", NT_HAIRPIN_EXTERNAL, 1,
         0, 5, NT_OP_EQ},
        {"classic/x[nat=hp,n=20]", "{\"preset\":\"symmetric\",\"hairpin\":\"external-source\"}", "x20-${n}", NT_HAIRPIN_EXTERNAL,
         20, 2, 20, NT_OP_LE},
    };
    assert_int_equal(nt_scn_file_cases(f), 4);
    for (size_t i = 0; i < 4; i++) {
        struct nt_scn_case *c = cell(f, i);
        char *id = nt_scn_file_case_id(f, i), number[16];
        snprintf(number, sizeof number, "%u", (unsigned)rows[i].n);
        assert_string_equal(c->id, rows[i].id);
        assert_string_equal(id, rows[i].id);
        assert_string_equal(c->params[0].json, rows[i].nat);
        assert_string_equal(c->params[1].json, number);
        assert_int_equal(c->gateways[0].policy.hairpin, rows[i].hairpin);
        assert_int_equal(c->networks[0].delay, rows[i].n * NT_MSEC);
        assert_int_equal(c->steps[1].send.count, rows[i].n);
        assert_int_equal(c->steps[1].send.bytes, 200);
        assert_true(c->steps[1].send.df);
        assert_string_equal(c->servers[0].users[0].name, "${n}"); /* keys are not substituted */
        assert_string_equal(c->servers[0].users[0].password, rows[i].password);
        assert_int_equal(c->expect.agents[0].candidate_counts[NT_ICE_HOST], 1);
        assert_int_equal(c->expect.agents[0].candidate_counts[NT_ICE_RELAY], rows[i].relay);
        assert_int_equal(c->expect.agents[0].checks.value, rows[i].checks);
        assert_int_equal(c->expect.agents[0].checks.op, rows[i].op);
        free(id);
        nt_scn_case_del(c);
    }
    nt_scn_file_del(f);
}

TEST(test_policy)
{
    struct nt_scn_file *f = load(
        HEAD
        "networks: {a: {ipv4: 10.0.0.0/24, ipv6: \"2001:db8:1::/64\"}, b: {ipv4: 10.1.0.0/24, ipv6: \"2001:db8::/64\"}}\n"
        "gateways:\n"
        "  g:\n"
        "    inside: a\n"
        "    outside: b\n"
        "    nat: {mapping: address-dependent, filtering: address-dependent, ports: random, range: 2000..3000, parity: true, "
        "block: 64,\n"
        "          conflict: fail, addresses: 2, pooling: arbitrary, lifetimes: {new: 30s, stream: 2m}, lifetime-by-port: {53: 15s, 123: 1.5s},\n"
        "          hold-down: 65s, refresh: [outbound, inbound], filter-lifetime: 10s, filter-scope: endpoint, hairpin: "
        "internal-source,\n"
        "          replies: pinned, unsolicited: reject, poison: 30s, icmp: drop-too-big, icmp-kills-mapping: true, fragments: in-order,\n"
        "          max-mappings: 7, max-per-host: 3, deny: [udp], allow: [udp, tcp/443, udp/65535], ipv6: open,\n"
        "          tcp: {mapping: endpoint-independent, unsolicited: drop, lifetimes: {established: 3h, transitory: 5m, closing: 10s}}}\n"
        "agents: {L: {on: a}, R: {on: b}}\n" CALL);
    struct nt_scn_case *c = cell(f, 0);
    const struct nt_nat_policy *p = &c->gateways[0].policy;
    assert_string_equal(c->gateways[0].preset, "");
    assert_int_equal(p->mapping, NT_DEP_ADDRESS);
    assert_int_equal(p->filtering, NT_DEP_ADDRESS);
    assert_int_equal(p->ports, NT_PORTS_RANDOM);
    assert_int_equal(p->range_low, 2000);
    assert_int_equal(p->range_high, 3000);
    assert_true(p->parity && !p->contiguity && p->icmp_kills_mapping && p->deny_udp && p->refresh_inbound && p->refresh_outbound);
    assert_int_equal(p->block, 64);
    assert_int_equal(p->conflict, NT_CONFLICT_FAIL);
    assert_int_equal(p->pooling, NT_POOLING_ARBITRARY);
    assert_int_equal(p->life_new, 30 * NT_SEC);
    assert_int_equal(p->life_replied, 300 * NT_SEC);
    assert_int_equal(p->life_stream, 120 * NT_SEC);
    assert_int_equal(p->life_by_port_count, 2);
    assert_int_equal(p->life_by_port[1].port, 123);
    assert_int_equal(p->life_by_port[1].life, 1500 * NT_MSEC);
    assert_int_equal(p->hold_down, 65 * NT_SEC);
    assert_int_equal(p->filter_lifetime, 10 * NT_SEC);
    assert_int_equal(p->filter_scope, NT_SCOPE_ENDPOINT);
    assert_int_equal(p->hairpin, NT_HAIRPIN_INTERNAL);
    assert_int_equal(p->replies, NT_REPLIES_PINNED);
    assert_int_equal(p->unsolicited, NT_UNSOLICITED_REJECT);
    assert_int_equal(p->poison, 30 * NT_SEC);
    assert_int_equal(p->icmp, NT_ICMP_DROP_TOO_BIG);
    assert_int_equal(p->fragments, NT_FRAG_IN_ORDER);
    assert_int_equal(p->max_mappings, 7);
    assert_int_equal(p->max_per_host, 3);
    assert_int_equal(p->ipv6, NT_V6_OPEN);
    assert_int_equal(p->tcp.mapping, NT_DEP_ENDPOINT_INDEPENDENT);
    assert_int_equal(p->tcp.filtering, NT_DEP_ADDRESS);
    assert_int_equal(p->tcp.ports, NT_PORTS_PRESERVE);
    assert_int_equal(p->tcp.unsolicited, NT_SYN_DROP);
    assert_int_equal(p->tcp.life[NT_CONN_SYN_SENT], 300 * NT_SEC);
    assert_int_equal(p->tcp.life[NT_CONN_ESTABLISHED], 3 * 3600 * NT_SEC);
    assert_int_equal(p->tcp.life[NT_CONN_RESET], 10 * NT_SEC);
    assert_int_equal(p->allowed_count, 3);
    assert_true(p->allowed[0].proto == NT_ALLOWED_UDP && p->allowed[0].port == 0);
    assert_true(p->allowed[1].proto == NT_ALLOWED_TCP && p->allowed[1].port == 443);
    assert_true(p->allowed[2].proto == NT_ALLOWED_UDP && p->allowed[2].port == 65535);
    nt_scn_case_del(c);
    nt_scn_file_del(f);
}

static void check_injected(const struct nt_scn_step *s)
{
    struct nt_stun_msg m;
    uint32_t priority = 0;
    struct nt_addr a;
    assert_int_equal(nt_stun_parse(&m, s->payload, s->payload_len), 0);
    assert_int_equal(m.class_, NT_STUN_REQUEST);
    assert_int_equal(m.method, NT_STUN_BINDING);
    assert_int_equal(nt_stun_get_u32(&m, NT_ATTR_PRIORITY, &priority), 0);
    assert_int_equal(priority, 7);
    assert_int_equal(nt_stun_get_addr(&m, NT_ATTR_XOR_MAPPED_ADDRESS, &a), 0);
    assert_addr(&a, "192.0.2.1:99");
    assert_non_null(nt_stun_find(&m, NT_ATTR_USE_CANDIDATE));
    assert_int_equal(nt_stun_find(&m, 0x7ffe)->len, 3);
    assert_non_null(m.fingerprint);
    struct nt_stun_key key;
    nt_stun_key_short(&key, "pass");
    assert_int_equal(nt_stun_verify(&m, &key), 0);
    assert_addr(&s->as, "192.0.2.7:1");
    assert_addr(&s->dst, "192.0.2.8:2");
}

static void check_actions(const struct nt_scn_case *c)
{
    const struct nt_scn_step *s = c->steps;
    assert_int_equal(c->caller, 1);
    assert_int_equal(s[0].at, 1500 * NT_MSEC);
    assert_int_equal(s[1].kind, NT_STEP_REOFFER);
    assert_int_equal(s[1].after.kind, NT_SCN_NODE_AGENT);
    assert_string_equal(s[1].event, "answer-received");
    assert_int_equal(s[1].delay, 5 * NT_MSEC);
    assert_int_equal(s[2].after.kind, NT_SCN_NODE_GATEWAY);
    assert_int_equal(s[2].send.bytes, 200);
    assert_int_equal(s[2].send.count, 10);
    assert_int_equal(s[2].send.interval, 20 * NT_MSEC);
    assert_int_equal(s[3].port, 1); /* inside 0, outside 1 */
    assert_false(s[3].up);
    assert_int_equal(s[4].port, 1);
    assert_true(s[4].up);
    assert_int_equal(s[5].control, NT_CTL_RENUMBER);
    assert_int_equal(s[6].server_do, NT_SERVER_STOP);
}

static void check_faults(const struct nt_scn_step *s)
{
    assert_int_equal(s[7].side_b_count, 2);
    assert_int_equal(s[7].side_b[1].kind, NT_SCN_NODE_SERVER);
    assert_int_equal(s[7].duration, 5 * NT_SEC);
    assert_int_equal(s[7].way, NT_WAY_TO);
    assert_int_equal(s[2].after_nth, 1);
    assert_int_equal(s[11].after_nth, 2);
    assert_int_equal(s[8].act, NT_SIGNAL_DELAY);
    assert_int_equal(s[8].message, NT_MESSAGE_OFFER);
    assert_int_equal(s[8].by, 200 * NT_MSEC);
    assert_int_equal(s[9].act, NT_SIGNAL_DROP);
    assert_int_equal(s[9].message, NT_MESSAGE_ANY);
    assert_int_equal(s[10].fault, NT_FAULT_CORRUPT);
    assert_string_equal(s[10].filter, "udp port 3478");
    assert_int_equal(s[10].nth_count, 2);
    assert_int_equal(s[10].nth[1], 3);
    assert_int_equal(s[11].fault, NT_FAULT_DELAY);
    assert_int_equal(s[11].by, 50 * NT_MSEC);
    assert_int_equal(s[11].delay, 0);
    assert_string_equal(s[11].text, "delay");
    assert_int_equal(s[12].payload_len, 3);
    assert_int_equal(s[12].payload[2], 0xff);
}

TEST(test_steps)
{
    struct nt_scn_file *f = load(HEAD "networks: {a: {ipv4: 10.0.0.0/24}, b: {ipv4: 10.1.0.0/24}}\n"
                                      "gateways: {g: {inside: a, outside: b, nat: full-cone}}\n"
                                      "servers: {p: {on: b, kind: [stun, platform]}}\n"
                                      "agents: {L: {on: a, stun: [p]}, R: {on: [a, b]}}\n"
                                      "steps:\n"
                                      "  - {at: 1.5s, call: {from: R, to: L}}\n"
                                      "  - {after: L.answer-received, delay: 5ms, reoffer: {from: R}}\n"
                                      "  - {after: g.mapped, send: {from: L, to: R}}\n"
                                      "  - {at: 2s, link: {at: g.outside, set: down}}\n"
                                      "  - {at: 2s, link: {at: R.1, set: up}}\n"
                                      "  - {at: 2s, nat: {at: g, do: renumber}}\n"
                                      "  - {at: 2s, server: {at: p, do: stop}}\n"
                                      "  - {at: 2s, partition: {between: [L], and: [R, p], for: 5s, direction: to}}\n"
                                      "  - {at: 2s, signalling: {from: R, message: offer, delay: 200ms}}\n"
                                      "  - {at: 2s, signalling: {from: L, drop: true}}\n"
                                      "  - {at: 2s, corrupt: {where: g, filter: udp port 3478, nth: [1, 3], for: 5s}}\n"
                                      "  - {after: {event: L.gathered, nth: 2}, delay: {where: L, by: 50ms, nth: 2}}\n"
                                      "  - {at: 2s, inject: {at: L, as: \"192.0.2.7:1\", to: \"192.0.2.8:2\", hex: \"00 01 fF\"}}\n"
                                      "  - at: 2s\n"
                                      "    inject:\n"
                                      "      {at: L, as: \"192.0.2.7:1\", to: \"192.0.2.8:2\", stun: {class: request, method: "
                                      "Binding, attributes: {USERNAME: \"a:b\", PRIORITY: 7,\n"
                                      "       XOR-MAPPED-ADDRESS: \"192.0.2.1:99\", USE-CANDIDATE: true, 0x7ffe: {hex: "
                                      "\"010203\"}, MESSAGE-INTEGRITY: pass, FINGERPRINT: true}}}\n");
    struct nt_scn_case *c = cell(f, 0);
    const struct nt_scn_step *s = c->steps;
    check_actions(c);
    check_faults(s);
    check_injected(&s[13]);
    nt_scn_case_del(c);
    nt_scn_file_del(f);
}

/* The next free ones are those that nobody ever has, IPv4 and IPv6. */
TEST(test_moves)
{
    struct nt_scn_file *f =
        load(HEAD "networks: {a: {ipv4: 10.0.0.0/24}, b: {ipv4: 10.1.0.0/24, ipv6: \"2001:db8::/64\"}}\n"
                  "gateways: {g: {inside: b, outside: a, nat: full-cone}}\n"
                  "servers: {s: {on: a, kind: stun}}\n"
                  "agents: {L: {on: [a, b], stun: [s]}, R: {on: b}}\n"
                  "steps:\n"
                  "  - {at: 0s, call: {from: L, to: R}}\n"
                  "  - {at: 1s, move: {at: L.0, to: b}}\n"
                  "  - {at: 2s, move: {at: R, to: a, outage: 1.5s}}\n"
                  "  - {at: 2s, move: {at: s, to: a, address: 10.0.0.5}}\n"
                  "  - {at: 3s, move: {at: L.0, to: b, address: [\"2001:db8::77\", 10.1.0.3]}}\n" /* R's, which moves away */
                  "  - {at: 4s, move: {at: R, to: a, address: 10.0.0.5}}\n"
                  "  - {at: 5s, move: {at: L.0, to: b}}\n");
    static const struct {
        uint32_t port, network;
        const char *v4, *v6;
    } rows[] = {{0, 1, "10.1.0.4", "2001:db8::4"},  {0, 0, "10.0.0.6", NULL}, {0, 0, "10.0.0.5", NULL},
                {0, 1, "10.1.0.3", "2001:db8::77"}, {0, 0, "10.0.0.5", NULL}, {0, 1, "10.1.0.5", "2001:db8::5"}};
    struct nt_scn_case *c = cell(f, 0);
    assert_int_equal(c->move_count, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < c->move_count; i++) {
        const struct nt_scn_step *s = &c->steps[c->moves[i]];
        assert_int_equal(s->kind, NT_STEP_MOVE);
        assert_int_equal(s->port, rows[i].port);
        assert_int_equal(s->move_to.network, rows[i].network);
        assert_int_equal(s->move_to.address_count, rows[i].v6 != NULL ? 2 : 1);
        struct nt_addr v4 = addr(rows[i].v4);
        assert_true(nt_addr_same_ip(&s->move_to.addresses[0], &v4));
        struct nt_addr v6 = rows[i].v6 != NULL ? addr(rows[i].v6) : v4;
        assert_true(nt_addr_same_ip(&s->move_to.addresses[s->move_to.address_count - 1], &v6));
    }
    assert_int_equal(c->steps[2].outage, 1500 * NT_MSEC);
    const struct nt_scn_node l = {NT_SCN_NODE_AGENT, 0}, server = {NT_SCN_NODE_SERVER, 0};
    assert_ptr_equal(nt_scn_place_at(c, l, 1), &c->agents[0].on[1]);
    assert_ptr_equal(nt_scn_place_at(c, l, 3), &c->steps[4].move_to);
    assert_null(nt_scn_place_at(c, l, 5));
    assert_ptr_equal(nt_scn_place_at(c, server, 1), &c->steps[3].move_to);
    assert_true(nt_scn_moves(c, l, 0));
    assert_false(nt_scn_moves(c, l, 1));
    nt_scn_case_del(c);
    nt_scn_file_del(f);
}

TEST(test_time_limited_credentials)
{
    struct nt_scn_file *f = load(
        HEAD
        "networks: {a: {ipv4: 10.0.0.0/24}}\n"
        "servers: {t: {on: a, kind: turn, secret: north}}\n"
        "agents: {L: {on: a, turn: [{server: t, user: alice, valid: 90s}]}, R: {on: a, turn: [{server: t, user: alice, valid: 90s}, "
        "{server: t, user: bob, valid: 1h}]}}\n"
        "steps:\n"
        "  - {at: 0s, call: {from: L, to: R}}\n"
        "  - {at: 1s, server: {at: t, do: revoke, user: alice}}\n");
    struct nt_scn_case *c = cell(f, 0);
    const struct nt_scn_turn_use *use = &c->agents[0].turn[0];
    assert_string_equal(use->user, "1735689690:alice"); /* 2025-01-01T00:01:30Z */
    assert_string_equal(use->password, "VsMGiPhPzL3rdV/Ua41gonZRjZM=");
    assert_int_equal(use->valid, 90 * NT_SEC);
    assert_int_equal(c->servers[0].user_count, 2);
    assert_string_equal(c->servers[0].users[1].name, "1735693200:bob");
    assert_int_equal(c->servers[0].users[1].until, 3600 * NT_SEC);
    assert_string_equal(nt_scn_user_name(&c->servers[0], &c->servers[0].users[1]), "bob");
    assert_int_equal(c->steps[1].server_do, NT_SERVER_REVOKE);
    assert_string_equal(c->steps[1].user, "alice");
    assert_int_equal(nt_scn_file_warnings(f)->count, 0);
    nt_scn_case_del(c);
    nt_scn_file_del(f);
}

TEST(test_server_steps)
{
    struct nt_scn_file *f =
        load(HEAD "networks: {a: {ipv4: 10.0.0.0/24}}\n"
                  "servers: {t: {on: a, kind: turn, users: {alice: secret}}, s: {on: a, kind: stun}}\n"
                  "agents: {L: {on: a, stun: [s], turn: [{server: t, user: alice, password: secret}]}, R: {on: a}}\n"
                  "steps:\n"
                  "  - {at: 0s, call: {from: L, to: R}}\n"
                  "  - {at: 1s, server: {at: t, do: reset}}\n"
                  "  - {at: 1s, server: {at: t, do: refuse}}\n"
                  "  - {at: 1s, server: {at: t, do: refuse, method: [allocate, refresh], code: none, nth: [1, 3], for: 5s}}\n"
                  "  - {at: 1s, server: {at: s, do: refuse, code: 300, alternate: \"10.0.0.77:3478\"}}\n"
                  "  - {at: 1s, server: {at: s, do: slow, by: 200ms, for: 2s}}\n");
    struct nt_scn_case *c = cell(f, 0);
    const struct nt_scn_step *s = c->steps;
    assert_int_equal(s[1].server_do, NT_SERVER_RESET);
    assert_int_equal(s[2].server_do, NT_SERVER_REFUSE);
    assert_int_equal(s[2].code, 486);
    assert_int_equal(s[2].methods, 1u << 1 | 1u << 3 | 1u << 4 | 1u << 8 | 1u << 9);
    assert_int_equal(s[3].methods, 1u << 3 | 1u << 4);
    assert_int_equal(s[3].code, -1);
    assert_int_equal(s[3].nth_count, 2);
    assert_int_equal(s[3].duration, 5 * NT_SEC);
    assert_int_equal(s[4].code, 300);
    assert_int_equal(s[4].alternate.port, 3478);
    assert_int_equal(s[4].where.index, 1);
    assert_int_equal(s[5].by, 200 * NT_MSEC);
    assert_int_equal(s[5].duration, 2 * NT_SEC);
    nt_scn_case_del(c);
    nt_scn_file_del(f);
}

TEST(test_expectations)
{
    struct nt_scn_file *f =
        load(PLAIN CALL "expect:\n"
                        "  path: [direct, none]\n"
                        "  data: {lost: \"< 3\", lost-above: 1252}\n"
                        "  packets: [{at: L, direction: out, filter: udp, count: \"> 0\"}, {at: R.signalling, count: 0}]\n"
                        "  within: 2s\n"
                        "  never: [L.failed, R.consent-lost]\n"
                        "  until: 5m\n"
                        "  limit: 20m\n"
                        "  L:\n"
                        "    role: controlled\n"
                        "    checks: \"<= 12\"\n"
                        "    selected: {local: host, remote: [srflx, prflx, 10.0.0.3, \"10.0.0.3:5000\"]}\n"
                        "    peer-reflexive: {local: 1, remote: \"< 3\", from: [10.0.0.9]}\n"
                        "    pairs: [{local: host, receivable: true, valid: false, count: 2}]\n");
    struct nt_scn_case *c = cell(f, 0);
    const struct nt_scn_expect *e = &c->expect;
    const struct nt_scn_agent_expect *l = &e->agents[0];
    assert_int_equal(e->path, NT_PATH_DIRECT | NT_PATH_NONE);
    assert_int_equal(e->data_lost.op, NT_OP_LT);
    assert_int_equal(e->data_lost.value, 3);
    assert_int_equal(e->lost_above.op, NT_OP_EQ);
    assert_int_equal(e->lost_above.value, 1252);
    assert_int_equal(e->packet_count, 2);
    assert_string_equal(e->packets[0].tap, "L.0");
    assert_int_equal(e->packets[0].direction, 2);
    assert_string_equal(e->packets[1].tap, "R.signalling");
    assert_null(e->packets[1].filter);
    assert_int_equal(e->never_count, 2);
    assert_string_equal(e->never[1].event, "consent-lost");
    assert_int_equal(e->until, 300 * NT_SEC);
    assert_int_equal(e->limit, 1200 * NT_SEC);
    assert_int_equal(e->rule_count, 0);
    assert_int_equal(l->state, -1);
    assert_int_equal(l->role, NT_ICE_CONTROLLED);
    assert_int_equal(l->checks.op, NT_OP_LE);
    assert_int_equal(l->selected_local.types, 1 << NT_ICE_HOST);
    assert_int_equal(l->selected_remote.types, 1 << NT_ICE_SRFLX | 1 << NT_ICE_PRFLX);
    assert_int_equal(l->selected_remote.address_count, 2);
    assert_addr(&l->selected_remote.addresses[1], "10.0.0.3:5000");
    assert_int_equal(l->prflx_local.value, 1);
    assert_int_equal(l->prflx_from_count, 1);
    assert_int_equal(l->pair_count, 1);
    assert_int_equal(l->pairs[0].receivable, NT_TRI_YES);
    assert_int_equal(l->pairs[0].valid, NT_TRI_NO);
    assert_int_equal(l->pairs[0].sendable, NT_TRI_ANY);
    assert_int_equal(l->pairs[0].count.value, 2);
    nt_scn_case_del(c);
    nt_scn_file_del(f);
}

TEST(test_data_during_the_call)
{
    struct nt_scn_file *f = load(PLAIN CALL "expect:\n  data: {during: call, interval: 50ms, gap: \"< 1.5s\", lost: 3}\n");
    struct nt_scn_case *c = cell(f, 0);
    const struct nt_scn_expect *e = &c->expect;
    assert_true(e->data_during_call);
    assert_int_equal(e->data_interval, 50 * NT_MSEC);
    assert_int_equal(e->data_gap.op, NT_OP_LT);
    assert_int_equal(e->data_gap.value, 1500 * NT_MSEC);
    assert_int_equal(e->data_lost.value, 3);
    nt_scn_case_del(c);
    nt_scn_file_del(f);
}

TEST(test_agent_keys)
{
    struct nt_scn_file *f =
        load(HEAD "networks: {n: {ipv4: 10.0.0.0/24}}\nagents:\n"
                  "  L: {on: n, mode: full, nomination: regular, trickle: off, streams: 1, components: 1, "
                  "policy: relay, max-pairs: 5, ta: 20ms, rto: formula,\n"
                  "      consent: off, keepalive: 20s, ice2: false, icmp-errors: true, ipv6: on, prefer: ipv4, tie-breaker: "
                  "18446744073709551615, nomination-wait: 0s}\n"
                  "  R: {on: n, rto: 700ms, nomination-wait: 1s}\n" CALL);
    struct nt_scn_case *c = cell(f, 0);
    const struct nt_scn_agent *a = c->agents;
    assert_int_equal(a[0].policy, NT_ICE_RELAY_ONLY);
    assert_int_equal(a[0].max_pairs, 5);
    assert_int_equal(a[0].ta, 20 * NT_MSEC);
    assert_int_equal(a[0].rto, NT_TIME_NEVER);
    assert_true(a[0].no_consent && a[0].no_ice2 && a[0].icmp_errors && a[0].ipv6);
    assert_int_equal(a[0].prefer, NT_ICE_PREFER_IPV4);
    assert_int_equal(a[0].keepalive, 20 * NT_SEC);
    assert_true(a[0].tie_breaker == UINT64_MAX);
    assert_int_equal(a[0].nomination_wait, 1);
    assert_int_equal(a[0].role, 0);
    assert_int_equal(a[1].rto, 700 * NT_MSEC);
    assert_int_equal(a[1].nomination_wait, NT_SEC);
    nt_scn_case_del(c);
    nt_scn_file_del(f);
}

/* Every $ref leads somewhere, and what is not built is not in it. */
static void check_refs(const json_t *node, const json_t *defs)
{
    const char *key;
    json_t *value;
    size_t i;
    const char *ref = json_string_value(json_object_get(node, "$ref"));
    if (ref != NULL)
        assert_non_null(json_object_get(defs, ref + strlen("#/$defs/")));
    json_object_foreach((json_t *)node, key, value) check_refs(value, defs);
    json_array_foreach(node, i, value) check_refs(value, defs);
}

TEST(test_schema)
{
    char *text = nt_scn_schema();
    assert_non_null(text);
    json_t *schema = json_loads(text, 0, NULL);
    assert_non_null(schema);
    json_t *defs = json_object_get(schema, "$defs");
    check_refs(schema, defs);
    const json_t *agent = json_object_get(json_object_get(defs, "agent"), "properties");
    assert_non_null(json_object_get(agent, "tie-breaker"));
    assert_non_null(json_object_get(agent, "exec"));
    assert_null(json_object_get(agent, "interfaces"));
    assert_non_null(json_object_get(json_object_get(json_object_get(defs, "step"), "properties"), "hangup"));
    assert_null(json_object_get(json_object_get(json_object_get(defs, "turn"), "properties"), "verify"));
    json_decref(schema);
    free(text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example),
        cmocka_unit_test(test_where_is_for_its_cells),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_parameter_types),
        cmocka_unit_test(test_policy),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_time_limited_credentials),
        cmocka_unit_test(test_server_steps),
        cmocka_unit_test(test_expectations),
        cmocka_unit_test(test_data_during_the_call),
        cmocka_unit_test(test_agent_keys),
        cmocka_unit_test(test_schema),
    };
    return RUN_TESTS(tests);
}
