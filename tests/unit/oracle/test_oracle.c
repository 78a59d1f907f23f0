/* The oracle against what is known from elsewhere: the classic matrix, RFC 4787's behaviours worked out by hand, and what real
 * stacks do behind such NATs. */

#include "small_world.h"

#include "scenarios/oracle/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Measured on libwebrtc, libnice, libjuice and browsers: of the 25 pairs of RFC 3489's types only these need a relay. */
TEST(test_classic_types)
{
    static const char *const types[] = {"none", "full-cone", "restricted-cone", "port-restricted-cone", "symmetric"};
    static const unsigned with[5][5] = {
        {D, D, D, D, D}, {D, D, D, D, D}, {D, D, D, D, D}, {D, D, D, D, R}, {D, D, D, R, R},
    };
    for (int l = 0; l < 5; l++)
        for (int r = 0; r < 5; r++) {
            struct nt_nat_policy left = preset(types[l]), right = preset(types[r]);
            struct small_world w;
            two_nats(&w, &left, &right);
            if (ask(&w) != with[l][r])
                fail_msg("%s x %s: %u", types[l], types[r], ask(&w));
            without_turn(&w);
            assert_int_equal(ask(&w), with[l][r] == R ? N : D);
        }
}

/* Nine policies by nine. L's address is A, R's is B; p and q are what the STUN server S saw, which the other side is told; L's port
 * towards B is p for an endpoint-independent mapping, pB for an address-dependent one, p(x) towards B:x for the third kind.
 *
 * Replies by the table:
 *  EI x EI     Both send to the other's true address, both filters open: direct.
 *  EI x AD     R sends from qA, which L does not know. L sent to B:q, so that its filter lets qA in if it is EI or AD: L discovers
 * qA, its check of it meets R's open filter: direct. An APD filter never lets qA in, and what R says to a check that came to q
 *              leaves from qA too: relayed.
 *  EI x APD    The same, with q(A:p) for qA.
 *  AD x AD     First packets are pB -> q and qA -> p. q has an entry for S alone, so that only an EI filter lets the first packet
 * in. If R's is EI, R discovers pB and checks it from qA: L sent from pB to B, so AD lets it in, and EI; APD does not. Then L knows
 * qA and both true addresses are known: direct. So: one EI, the other EI or AD. AD x APD    With R EI: R checks pB from q(pB), L's
 * EI or AD lets it in; L's port towards B is still pB: direct. With L EI and R AD: L discovers q(p), checks it from pB, R's filter
 * of q(p) knows A: R discovers pB and checks it from q(pB): direct. APD x APD   A pair needs x = p(y) and y = q(x) at once, and
 * each new address makes another new one: relayed, always.
 *
 * Pinned: an answer leaves from the port that the request came to, if it was the first packet of that (inside, remote).
 *  dependent x dependent  If one filter is EI, the other's first packet comes from an address nobody has sent to: it pins its flow
 * to p or q, the answer comes from where the request went: direct, whatever the other filter. If none is EI, no first packet gets
 * in: relayed. EI x dependent  As by the table, but for L APD and R EI: L's p is known to R. If L's packet comes to q before R's
 * first to p, R answers from q: direct. If R was first, its flow to A:p is pinned to another port, which L never lets in: relayed.
 * Both happen. */
static const enum nt_dependence dependences[] = {NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS, NT_DEP_ADDRESS_AND_PORT};

/* Rows: left, by mapping, then filtering; columns: right. b: both, by the order. */
static const char *const by_table[9] = {
    "ddd ddd ddd", /* EI/EI */
    "ddd ddd ddd", /* EI/AD */
    "ddd rrr rrr", /* EI/APD */
    "ddr ddr ddr", /* AD/EI */
    "ddr drr drr", /* AD/AD */
    "ddr rrr rrr", /* AD/APD */
    "ddr ddr rrr", /* APD/EI */
    "ddr drr rrr", /* APD/AD */
    "ddr rrr rrr", /* APD/APD */
};
static const char *const pinned[9] = {
    "ddd ddd ddd", /* EI/EI */
    "ddd ddd ddd", /* EI/AD */
    "ddd brr brr", /* EI/APD */
    "ddb ddd ddd", /* AD/EI */
    "ddr drr drr", /* AD/AD */
    "ddr drr drr", /* AD/APD */
    "ddb ddd ddd", /* APD/EI */
    "ddr drr drr", /* APD/AD */
    "ddr drr drr", /* APD/APD */
};

static unsigned cell(const char *const *rows, int l, int r)
{
    char k = rows[l][r + r / 3];
    return k == 'd' ? D : k == 'r' ? R : D | R;
}

/* What an address-and-port-dependent filter knows is the flows: that the flows themselves let in changes no path. */
static struct nt_nat_policy nth_policy(int n, enum nt_replies replies, enum nt_filter_scope scope)
{
    struct nt_nat_policy p = policy(dependences[n / 3], dependences[n % 3]);
    p.replies = replies;
    p.filter_scope = p.filtering == NT_DEP_ADDRESS_AND_PORT ? scope : NT_SCOPE_MAPPING;
    return p;
}

static void nine_by_nine(const char *const *rows, enum nt_replies replies, enum nt_filter_scope scope)
{
    for (int l = 0; l < 9; l++)
        for (int r = 0; r < 9; r++) {
            struct nt_nat_policy left = nth_policy(l, replies, scope), right = nth_policy(r, replies, scope);
            struct small_world w;
            two_nats(&w, &left, &right);
            unsigned want = cell(rows, l, r), found = ask(&w);
            if (found != want)
                fail_msg("row %d, column %d: %u, not %u", l, r, found, want);
            without_turn(&w);
            assert_int_equal(ask(&w), (want & D) | ((want & R) != 0 ? N : 0));
            w.c.caller = 1;
            w.c.callee = 0;
            assert_int_equal(ask(&w), (want & D) | ((want & R) != 0 ? N : 0));
        }
}

TEST(test_nine_by_nine_by_table)
{
    nine_by_nine(by_table, NT_REPLIES_TABLE, NT_SCOPE_MAPPING);
    nine_by_nine(by_table, NT_REPLIES_TABLE, NT_SCOPE_FLOW);
}

TEST(test_nine_by_nine_pinned)
{
    nine_by_nine(pinned, NT_REPLIES_PINNED, NT_SCOPE_MAPPING);
    nine_by_nine(pinned, NT_REPLIES_PINNED, NT_SCOPE_FLOW);
}

static unsigned between(const char *left, const char *right)
{
    struct nt_nat_policy l = preset(left), r = preset(right);
    struct small_world w;
    two_nats(&w, &l, &r);
    return ask(&w);
}

/* Linux, measured: a peer's packet that comes first occupies the tuple, and the inside host's packets leave from a new port from
 * then on. Two such NATs open a path when their first packets cross, and need a relay when one comes first. Where what is
 * unsolicited leaves no state (OpenWrt), or the other side's filter does not care about ports, the path is direct. */
TEST(test_poison_makes_the_order_count)
{
    assert_int_equal(between("linux-masq", "linux-masq"), D | R);
    assert_int_equal(between("linux-masq", "port-restricted-cone"), D | R);
    assert_int_equal(between("openwrt", "openwrt"), D);
    assert_int_equal(between("linux-masq", "full-cone"), D);
    assert_int_equal(between("linux-masq", "symmetric"), R);
    assert_int_equal(between("openwrt", "linux-masq-random"), R);
}

/* L's inner NAT is poisoned by what comes before L's first packet. The outer pins L's flow to the port that R's packet came to, if
 * that comes before L's. The path is direct in one order alone: R's packet has passed the outer NAT and not yet the inner. */
TEST(test_a_packet_between_two_gateways)
{
    struct nt_nat_policy inner = preset("linux-masq"), outer = policy(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ENDPOINT_INDEPENDENT),
                         right = preset("port-restricted-cone");
    struct small_world w;
    outer.replies = NT_REPLIES_PINNED;
    two_nats(&w, &inner, &right);
    gateway(&w, 2, 3, "100.64.0.1", 0, "203.0.113.2", &outer);
    gateway(&w, 0, 1, "10.1.0.1", 3, "100.64.0.2", &inner);
    assert_int_equal(ask(&w), D | R);
    w.gateways[2].policy.replies = NT_REPLIES_TABLE;
    assert_int_equal(ask(&w), R);
}

/* R's request is held before the outer of two NATs, until L's own has passed both: then it comes to L, and is answered. */
TEST(test_a_held_request_arrives_when_it_is_released)
{
    struct nt_nat_policy linux = preset("linux-masq"), right = preset("none");
    struct small_world w;
    two_nats(&w, &linux, &right);
    gateway(&w, 2, 3, "100.64.0.1", 0, "203.0.113.2", &linux);
    gateway(&w, 0, 1, "10.1.0.1", 3, "100.64.0.2", &linux);
    agent(&w, 1, 0, "203.0.113.77");
    struct nt_oracle_call *x = malloc(sizeof *x);
    assert_non_null(x);
    nt_oracle_call_init(x, &w.c, NULL);
    const struct nt_oracle_check of_r = {.side = 1, .to = x->sides[0].candidates[1]};
    const uint16_t r = x->sides[1].bases[0].addr;
    assert_true(nt_oracle_check_send_held(x, &of_r, 1));
    uint16_t held = nt_oracle_fact_value(&x->table, NT_ORACLE_FACT_HELD, 0, 0, 0);
    assert_int_not_equal(held, 0);
    assert_true(nt_oracle_check_send(x, &(struct nt_oracle_check){.side = 0, .to = r}));
    assert_false(nt_oracle_fact_holds(&x->table, NT_ORACLE_FACT_VALID, 0, r, of_r.to, 0));
    nt_oracle_check_release(x, held);
    assert_true(nt_oracle_fact_holds(&x->table, NT_ORACLE_FACT_VALID, 0, r, of_r.to, 0));
    assert_int_equal(nt_oracle_fact_value(&x->table, NT_ORACLE_FACT_HELD, 0, 0, 0), 0);
    free(x);
}

/* The source of a packet as it arrives; 0: it is lost. */
static uint16_t seen_source(struct nt_oracle_call *x, struct nt_oracle_place from, uint16_t src, uint16_t dst)
{
    struct nt_oracle_packet packet = {.at = from, .src = src, .dst = dst};
    bool noticed = false;
    return nt_oracle_packet_send(&x->map, &x->table, &packet, 0, &noticed) == NT_ORACLE_ARRIVED ? packet.src : 0;
}

static uint16_t service_of(const struct nt_oracle_call *x, uint32_t server)
{
    uint16_t i = 1;
    while (x->table.addrs[i].kind != NT_ORACLE_SERVICE || x->table.addrs[i].node != server)
        i++;
    return i;
}

/* L's ports towards R, the TURN server and R's relayed address, after R came to the first port, and the TURN server to the second,
 * with so many hosts inside. Returns what the oracle cannot tell, NULL: nothing. */
static const char *ports_after_poison(const struct nt_nat_policy *p, size_t hosts, uint16_t *first, uint16_t ports[3])
{
    struct nt_addr inside[] = {nt_addr_v4(0x0a010002, 0), nt_addr_v4(0x0a010003, 0)};
    static const struct nt_oracle_place turn = {NT_SCN_NODE_SERVER, 1, 0};
    struct small_world w;
    two_nats(&w, p, p);
    w.c.gateway_count = 1;
    agent(&w, 1, 0, "203.0.113.77");
    w.on[0].addresses = inside, w.on[0].address_count = hosts;
    w.agents[0].turn_count = 0;
    struct nt_oracle_call *x = malloc(sizeof *x);
    assert_non_null(x);
    nt_oracle_call_init(x, &w.c, NULL);
    const struct nt_oracle_base *l = &x->sides[0].bases[0], *r = &x->sides[1].bases[0], *relay = &x->sides[1].bases[1];
    *first = x->sides[0].candidates[hosts];
    assert_int_equal(seen_source(x, r->from, r->addr, *first), 0);
    ports[0] = seen_source(x, l->from, l->addr, r->addr);
    assert_int_equal(seen_source(x, turn, service_of(x, 1), ports[0]), 0);
    ports[1] = seen_source(x, l->from, l->addr, service_of(x, 1));
    ports[2] = seen_source(x, l->from, l->addr, relay->addr);
    const char *limit = x->table.limit;
    free(x);
    return limit;
}

/* Measured on Linux: a source that was driven from its port by poison has it again when poison bars the new one, too. */
TEST(test_the_own_port_comes_before_another)
{
    struct nt_nat_policy p = preset("linux-masq");
    uint16_t first, ports[3];
    assert_null(ports_after_poison(&p, 1, &first, ports));
    assert_int_not_equal(ports[0], first);
    assert_int_equal(ports[1], first);
    assert_int_equal(ports[2], first);
    assert_string_equal(ports_after_poison(&p, 2, &first, ports), "inside hosts may share a port");
    p.ports = NT_PORTS_PRESERVE;
    p.conflict = NT_CONFLICT_OVERLOAD;
    assert_null(ports_after_poison(&p, 1, &first, ports));
    assert_int_equal(ports[1], first);
    p.ports = NT_PORTS_RANDOM;
    assert_null(ports_after_poison(&p, 1, &first, ports));
    assert_int_not_equal(ports[1], first);
    assert_int_not_equal(ports[1], ports[0]);
    assert_int_equal(ports[2], ports[1]);
    p.reuse = NT_REUSE_RULE;
    assert_null(ports_after_poison(&p, 1, &first, ports));
    assert_int_equal(ports[1], first);
    assert_int_equal(ports[2], first);
}

/* Both agents behind one NAT, in networks that are not routed to each other: only a hairpin is left. The outer NAT sees two inner
 * ones, each of which is port restricted. With an internal source the answer comes from the inner NAT's own address, which nobody
 * asked: but that address is then discovered and checked. */
static void behind_shared(struct small_world *w, const struct nt_nat_policy *shared, const struct nt_nat_policy *inner)
{
    world_init(w);
    gateway(w, 0, 3, "100.64.0.1", 0, "203.0.113.2", shared);
    gateway(w, 1, 1, "10.1.0.1", 3, "100.64.0.2", inner);
    gateway(w, 2, 2, "10.2.0.1", 3, "100.64.0.3", inner);
    agent(w, 0, 1, "10.1.0.2");
    agent(w, 1, 2, "10.2.0.2");
}

static unsigned behind_one(enum nt_hairpin hairpin, bool turn)
{
    struct nt_nat_policy shared = policy(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT),
                         inner = preset("port-restricted-cone");
    struct small_world w;
    shared.hairpin = hairpin;
    behind_shared(&w, &shared, &inner);
    if (!turn)
        without_turn(&w);
    return ask(&w);
}

TEST(test_shared_nat)
{
    assert_int_equal(behind_one(NT_HAIRPIN_EXTERNAL, true), D);
    assert_int_equal(behind_one(NT_HAIRPIN_NONE, true), R);
    assert_int_equal(behind_one(NT_HAIRPIN_NONE, false), N);
    /* The packet shows 100.64.0.x to the other inner NAT, whose port filter knows the shared external address alone. */
    assert_int_equal(behind_one(NT_HAIRPIN_INTERNAL, true), R);
}

TEST(test_one_home_needs_no_hairpin)
{
    struct nt_nat_policy p = preset("symmetric");
    struct small_world w;
    two_nats(&w, &p, &p);
    w.c.gateway_count = 1;
    agent(&w, 1, 1, "10.1.0.3");
    assert_int_equal(ask(&w), D);
}

/* The shortest prefix there is comes before the default route: hosts of one link need no gateway. */
TEST(test_a_link_comes_before_the_default_route)
{
    struct nt_nat_policy p = preset("blocked");
    struct small_world w;
    two_nats(&w, &p, &p);
    w.c.gateway_count = 1;
    network(&w, 1, "0.0.0.0/0");
    agent(&w, 1, 1, "10.1.0.3");
    assert_int_equal(ask(&w), D);
}

static uint16_t host_addr(struct nt_oracle_call *x, uint32_t agent, uint16_t nth, const char *ip)
{
    struct nt_addr a = addr(ip);
    struct nt_oracle_addr host = {.kind = NT_ORACLE_HOST, .node = agent, .inner = nth, .ip = nt_oracle_ip_number(&x->map, &a)};
    return nt_oracle_addr_number(&x->table, &host);
}

/* L, which has IPv6 behind a firewall, sends to R. What is let in then: r: what R's address and port send, p: another port of R, o:
 * another address. */
static void what_a_firewall_lets_in(enum nt_dependence filtering, const char *expected)
{
    static const struct nt_oracle_place left = {NT_SCN_NODE_AGENT, 0, 0}, right = {NT_SCN_NODE_AGENT, 1, 0};
    struct nt_nat_policy p = policy(NT_DEP_ENDPOINT_INDEPENDENT, filtering);
    struct small_world w;
    char let_in[4] = "", *end = let_in;
    p.ipv6 = NT_V6_FIREWALL;
    two_nats(&w, &p, &p);
    w.c.gateway_count = 1;
    nt_prefix_parse(&w.networks[0].ipv6, "2001:db8::/64");
    nt_prefix_parse(&w.networks[1].ipv6, "2001:db8:1::/64");
    w.gateways[0].inside = &w.inside[0];
    w.inside[0] = attach(&w, 1, "2001:db8:1::1");
    w.gateways[0].outside = attach(&w, 0, "2001:db8::1");
    agent(&w, 0, 1, "2001:db8:1::2");
    agent(&w, 1, 0, "2001:db8::2");
    struct nt_addr both[] = {addr("2001:db8::2"), addr("2001:db8::3")};
    w.on[1].addresses = both, w.on[1].address_count = 2;
    struct nt_oracle_call *x = malloc(sizeof *x);
    assert_non_null(x);
    nt_oracle_call_init(x, &w.c, NULL);
    uint16_t l = host_addr(x, 0, 0, "2001:db8:1::2");
    const uint16_t r[] = {host_addr(x, 1, 0, "2001:db8::2"), host_addr(x, 1, 1, "2001:db8::2"), host_addr(x, 1, 2, "2001:db8::3")};
    for (int i = 0; i < 3; i++)
        assert_int_equal(seen_source(x, right, r[i], l), 0);
    assert_int_equal(seen_source(x, left, l, r[0]), l);
    for (int i = 0; i < 3; i++)
        if (seen_source(x, right, r[i], l) != 0)
            *end++ = "rpo"[i];
    assert_string_equal(let_in, expected);
    free(x);
}

/* RFC 6092, 3.2: a firewall of IPv6 filters as a NAT of IPv4 does, and translates nothing. */
TEST(test_firewalls_of_ipv6)
{
    what_a_firewall_lets_in(NT_DEP_ENDPOINT_INDEPENDENT, "rpo");
    what_a_firewall_lets_in(NT_DEP_ADDRESS, "rp");
    what_a_firewall_lets_in(NT_DEP_ADDRESS_AND_PORT, "r");
}

/* Two homes with one prefix: a packet for the other's private address stays at home. */
TEST(test_same_prefix)
{
    struct nt_nat_policy p = preset("symmetric");
    struct small_world w;
    two_nats(&w, &p, &p);
    network(&w, 2, "10.1.0.0/24");
    gateway(&w, 1, 2, "10.1.0.1", 0, "203.0.113.3", &p);
    agent(&w, 1, 2, "10.1.0.2");
    assert_int_equal(ask(&w), R);
}

TEST(test_forwarding_and_blocking_gateways)
{
    assert_int_equal(between("none", "none"), D);
    assert_int_equal(between("blocked-udp", "none"), N);
    assert_int_equal(between("full-cone", "blocked"), N);
    struct nt_nat_policy p = preset("full-cone"), open = p;
    struct small_world w;
    p.deny_udp = true;
    two_nats(&w, &p, &open);
    assert_int_equal(ask(&w), N);
}

TEST(test_agents_and_servers_decide_too)
{
    struct nt_nat_policy p = preset("full-cone"), s = preset("symmetric");
    struct nt_prefix deny[1];
    struct small_world w;
    two_nats(&w, &p, &p);
    w.agents[0].policy = NT_ICE_RELAY_ONLY;
    assert_int_equal(ask(&w), R);
    w.agents[0].turn_count = 0;
    assert_int_equal(ask(&w), N);
    two_nats(&w, &s, &s);
    w.agents[0].turn_count = 0; /* one relay serves both */
    assert_int_equal(ask(&w), R);
    w.user.password = "other";
    assert_int_equal(ask(&w), N);
    two_nats(&w, &s, &s);
    assert_int_equal(nt_prefix_parse(&deny[0], "203.0.113.0/24"), 0);
    w.servers[1].deny = deny;
    w.servers[1].deny_count = 1;
    assert_int_equal(ask(&w), N);
    two_nats(&w, &p, &p);
    w.agents[0].stun_count = w.agents[1].stun_count = 0;
    without_turn(&w);
    assert_int_equal(ask(&w), N); /* nobody knows an address of the other that leads there */
}

static void is_not_told(const struct nt_scn_case *c, const char *reason)
{
    const char *why = NULL;
    assert_int_equal(nt_oracle_paths(c, &why), 0);
    assert_string_equal(why, reason);
}

TEST(test_says_what_it_cannot_tell)
{
    struct nt_nat_policy p = preset("full-cone");
    struct small_world w;
    two_nats(&w, &p, &p);
    w.c.caller = NT_SCN_NONE;
    is_not_told(&w.c, "there is no call");
    two_nats(&w, &p, &p);
    w.agents[0].max_pairs = 3;
    is_not_told(&w.c, "there are more pairs than max-pairs");
    two_nats(&w, &p, &p);
    w.servers[1].quota = 2;
    assert_int_equal(ask(&w), D);
    w.servers[1].quota = 1;
    is_not_told(&w.c, "a TURN server's quota is less than what the agents want");
}

static void allow(struct nt_nat_policy *p, enum nt_allowed_proto proto, uint16_t port)
{
    p->allowed[p->allowed_count].proto = proto;
    p->allowed[p->allowed_count++].port = port;
}

/* Servers have port 3478. What comes in first may be answered. */
TEST(test_what_may_be_reached_decides)
{
    struct nt_nat_policy open = preset("full-cone"), closed = preset("port-restricted-cone"), other = preset("full-cone");
    struct small_world w;
    allow(&closed, NT_ALLOWED_UDP, 3478);
    two_nats(&w, &closed, &other);
    assert_int_equal(ask(&w), R);
    allow(&open, NT_ALLOWED_UDP, 3478);
    two_nats(&w, &open, &other);
    assert_int_equal(ask(&w), D);
    two_nats(&w, &open, &open); /* neither begins */
    assert_int_equal(ask(&w), R);
    allow(&closed, NT_ALLOWED_UDP, 0);
    two_nats(&w, &closed, &other);
    assert_int_equal(ask(&w), D);
    closed.allowed_count = 0;
    allow(&closed, NT_ALLOWED_TCP, 0);
    two_nats(&w, &closed, &other);
    assert_int_equal(ask(&w), N);
    assert_int_equal(between("office", "none"), N);
    allow(&open, NT_ALLOWED_UDP, 50000);
    two_nats(&w, &open, &other);
    is_not_told(&w.c, "'allow' names a port that an agent, a relay or a NAT may have");
}

/* A dead server holds gathering up for 39.5 s: the mapping of the other server is kept by keepalives, each 15 s and a round trip.
 */
TEST(test_what_lives_shorter_than_keepalives_is_not_told)
{
    static const char why[] = "a mapping or its filter entry ends between two keepalives";
    struct nt_nat_policy p = preset("full-cone"), odd = p;
    struct small_world w;
    odd.life_new = 15 * NT_SEC;
    two_nats(&w, &p, &odd);
    is_not_told(&w.c, why);
    w.gateways[1].policy.life_new++;
    assert_int_equal(ask(&w), D);
    w.networks[0].delay = 100 * NT_MSEC;
    is_not_told(&w.c, why);
    w.gateways[1].policy.life_new = 30 * NT_SEC;
    assert_int_equal(ask(&w), D);
    w.agents[1].keepalive = 30 * NT_SEC;
    is_not_told(&w.c, why);
    two_nats(&w, &p, &p);
    w.gateways[0].policy.filter_lifetime = 10 * NT_SEC;
    is_not_told(&w.c, why);
    two_nats(&w, &p, &p);
    w.gateways[0].policy.life_by_port_count = 1;
    w.gateways[0].policy.life_by_port[0].port = 3478;
    w.gateways[0].policy.life_by_port[0].life = 10 * NT_SEC;
    is_not_told(&w.c, why);
    w.gateways[0].policy.life_by_port[0].port = 53; /* nobody's */
    assert_int_equal(ask(&w), D);
    w.servers[1].port_low = 50;
    is_not_told(&w.c, why);
    w.servers[1].port_low = 1024;
    w.gateways[1].policy.range_low = 50;
    is_not_told(&w.c, why);
}

/* Agents use the same ports: of two behind one such NAT the second gets no mapping. */
TEST(test_a_port_in_use_that_fails_a_mapping_is_not_told)
{
    struct nt_nat_policy p = preset("pfsense-staticport");
    struct small_world w;
    two_nats(&w, &p, &p);
    assert_int_not_equal(ask(&w), 0);
    agent(&w, 1, 1, "10.1.0.3");
    is_not_told(&w.c, "a port in use fails a mapping");
}

TEST(test_late_signalling_is_not_told)
{
    struct nt_nat_policy p = preset("full-cone");
    struct nt_scn_step steps[2] = {{.kind = NT_STEP_SIGNALLING, .act = NT_SIGNAL_DELAY, .by = 20 * NT_SEC},
                                   {.kind = NT_STEP_SIGNALLING, .act = NT_SIGNAL_DELAY, .by = 10 * NT_SEC}};
    struct small_world w;
    two_nats(&w, &p, &p);
    w.c.steps = steps, w.c.step_count = 2;
    assert_int_equal(ask(&w), D | R);
    steps[1].by++;
    is_not_told(&w.c, "signalling is delayed by more than 30 s");
    w.c.step_count = 1;
    without_turn(&w);
    assert_int_equal(ask(&w), D);
}

/* Where a lost check is repeated later than a relayed pair is nominated, the path may be relayed although a direct one is there. */
TEST(test_a_relayed_pair_that_is_nominated_early)
{
    struct nt_nat_policy p = preset("port-restricted-cone"), linux = preset("linux-masq-random");
    struct small_world w;
    two_nats(&w, &p, &p);
    w.agents[1].nomination_wait = 499 * NT_MSEC;
    assert_int_equal(ask(&w), D | R);
    w.agents[1].nomination_wait = 500 * NT_MSEC;
    assert_int_equal(ask(&w), D);
    w.agents[0].rto = NT_SEC;
    assert_int_equal(ask(&w), D | R);
    w.agents[0].rto = 0;
    w.agents[0].ta = 100 * NT_MSEC; /* of eight pairs */
    assert_int_equal(ask(&w), D | R);
    w.networks[0].delay = 20 * NT_MSEC;
    assert_int_equal(ask(&w), D);
    without_turn(&w);
    w.agents[0].ta = NT_SEC;
    assert_int_equal(ask(&w), D);
    two_nats(&w, &linux, &p);
    w.agents[0].nomination_wait = NT_MSEC;
    assert_int_equal(ask(&w), R);
}

/* Errors that a gateway sends of itself: a hard one ends a check, and any ends a mapping where errors do. */
TEST(test_errors_whose_time_decides_are_not_told)
{
    struct nt_nat_policy p = preset("full-cone"), router = preset("none");
    struct small_world w;
    two_nats(&w, &p, &router);
    w.agents[0].icmp_errors = true;
    assert_int_equal(ask(&w), D);
    w.gateways[0].policy.answers |= NT_ANSWER_ROUTE | NT_ANSWER_HOST;
    assert_int_equal(ask(&w), D);
    w.gateways[0].policy.icmp_kills_mapping = true;
    is_not_told(&w.c, "ICMP errors end mappings, in an order that time decides");
    w.gateways[0].policy.answers = 0;
    w.gateways[1].policy.answers = NT_ANSWER_HOST;
    is_not_told(&w.c, "ICMP errors end mappings, in an order that time decides");
    w.gateways[1].policy.answers = NT_ANSWER_ECHO | NT_ANSWER_TTL | NT_ANSWER_TOO_BIG;
    assert_int_equal(ask(&w), D);
    w.gateways[0].policy.answers = NT_ANSWER_PORT;
    is_not_told(&w.c, "ICMP errors fail pairs, in an order that time decides");
}

/* What changes no path: the size of packets, ports below 1024, which free port is taken, how many errors are sent. */
TEST(test_words_that_change_no_path)
{
    struct nt_nat_policy p = preset("symmetric");
    struct small_world w;
    p.icmp = NT_ICMP_DROP_TOO_BIG;
    p.fragments = NT_FRAG_DROP;
    p.low_ports = NT_LOW_LINUX;
    p.conflict = NT_CONFLICT_LOWEST;
    p.answers = 0;
    p.icmp_burst = 6, p.icmp_interval = NT_SEC;
    two_nats(&w, &p, &p);
    assert_int_equal(ask(&w), R);
}

/* Where a port serves two destinations, what the peers see depends on which two. With enough ports none does. */
TEST(test_shared_ports_are_not_told)
{
    struct nt_nat_policy p = preset("symmetric");
    struct small_world w;
    p.conflict = NT_CONFLICT_OVERLOAD;
    p.block = 64;
    two_nats(&w, &p, &p);
    assert_int_equal(ask(&w), R);
    w.gateways[0].policy.block = 8;
    is_not_told(&w.c, "a gateway has too few ports for every order");
}

static void three_interfaces(struct small_world *w, const struct nt_nat_policy *p, struct nt_scn_attachment on[3])
{
    two_nats(w, p, p);
    on[0] = w->on[0];
    on[1] = attach(w, 1, "10.1.0.3");
    on[2] = attach(w, 1, "10.1.0.4");
    w->agents[0].on = on, w->agents[0].on_count = 3;
}

/* A block is one inside host's, the range everybody's. An inner gateway is one host, whose mappings are endpoints of the outer. */
TEST(test_ports_are_counted_where_they_are_needed)
{
    struct nt_nat_policy p = preset("gcp-cloudnat"), cone = preset("full-cone");
    struct nt_scn_attachment on[3];
    struct small_world w;
    three_interfaces(&w, &p, on);
    assert_int_equal(ask(&w), R);
    w.gateways[0].policy.range_high = (uint16_t)(w.gateways[0].policy.range_low + 70);
    is_not_told(&w.c, "a gateway has too few ports for every order");
    two_nats(&w, &p, &p);
    assert_int_equal(ask(&w), R);
    gateway(&w, 2, 3, "100.64.0.1", 0, "203.0.113.2", &cone);
    gateway(&w, 0, 1, "10.1.0.1", 3, "100.64.0.2", &p);
    assert_int_equal(ask(&w), R);
    w.gateways[2].policy.max_per_host = 2;
    is_not_told(&w.c, "a gateway has too few mappings for every order");
    w.gateways[0].policy = cone;
    assert_int_equal(ask(&w), D);
    two_nats(&w, &cone, &p); /* the same, in another order of the file */
    gateway(&w, 2, 1, "10.1.0.1", 3, "100.64.0.2", &p);
    gateway(&w, 0, 3, "100.64.0.1", 0, "203.0.113.2", &cone);
    assert_int_equal(ask(&w), R);
    w.gateways[0].policy.max_per_host = 2;
    is_not_told(&w.c, "a gateway has too few mappings for every order");
}

/* Two inside hosts that have the same port share it: to whom a packet goes that is hairpinned, or comes from a peer to whom neither
 * has sent, no symbol tells. */
TEST(test_packets_to_shared_ports_are_not_told)
{
    static const char why[] = "a hairpinned packet is for a port that inside hosts may share";
    struct nt_nat_policy shared = preset("full-cone"), inner = preset("port-restricted-cone");
    struct small_world w;
    shared.hairpin = NT_HAIRPIN_EXTERNAL;
    behind_shared(&w, &shared, &inner);
    assert_int_equal(ask(&w), D);
    w.gateways[0].policy.conflict = NT_CONFLICT_OVERLOAD;
    is_not_told(&w.c, why);
    w.gateways[0].policy.ports = NT_PORTS_RANDOM;
    assert_int_equal(ask(&w), D);
    w.gateways[0].policy.ports = NT_PORTS_OVERLOAD;
    is_not_told(&w.c, why);
    w.gateways[0].policy.hairpin = NT_HAIRPIN_NONE;
    is_not_told(&w.c, "a packet from outside is for a port that inside hosts may share");
    w.gateways[0].policy.filtering = NT_DEP_ADDRESS_AND_PORT;
    assert_int_equal(ask(&w), R);
}

/* L has two interfaces behind symmetric NATs of one that shares ports: a mapping of one may have the port that the peer was told of
 * the other, and opens the way there. */
TEST(test_ways_opened_by_another_host_are_not_told)
{
    struct nt_nat_policy shared = policy(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT), inner = preset("symmetric"),
                         cone = preset("port-restricted-cone");
    struct nt_scn_attachment on[2];
    struct small_world w;
    behind_shared(&w, &shared, &inner);
    gateway(&w, 3, 4, "10.4.0.1", 0, "203.0.113.3", &cone);
    agent(&w, 1, 4, "10.4.0.2");
    on[0] = w.on[0];
    on[1] = attach(&w, 2, "10.2.0.2");
    w.agents[0].on = on, w.agents[0].on_count = 2;
    assert_int_equal(ask(&w), R);
    w.gateways[0].policy.ports = NT_PORTS_OVERLOAD;
    is_not_told(&w.c, "a packet from outside is for a port that inside hosts may share");
    on[0] = attach(&w, 3, "100.64.0.8");
    on[1] = attach(&w, 3, "100.64.0.9"); /* an agent's interfaces have ports of their own */
    unsigned paths = ask(&w);
    w.gateways[0].policy.ports = NT_PORTS_RANDOM;
    assert_int_equal(paths, ask(&w));
    assert_int_equal(paths, D | R);
}

/* One TURN server relays for both: what one agent sends to the relayed address of the other opens the way, by the IP address, for
 * what its own relayed address sends to the other's mapping, which may have the same port. */
TEST(test_ways_opened_by_the_other_agent_are_not_told)
{
    struct nt_nat_policy shared = policy(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS);
    struct small_world w;
    world_init(&w);
    shared.hairpin = NT_HAIRPIN_NONE;
    gateway(&w, 0, 3, "100.64.0.1", 0, "203.0.113.2", &shared);
    agent(&w, 0, 3, "100.64.0.8");
    agent(&w, 1, 3, "100.64.0.9");
    assert_int_equal(ask(&w), D);
    w.gateways[0].policy.ports = NT_PORTS_OVERLOAD;
    is_not_told(&w.c, "a packet from outside is for a port that inside hosts may share");
}

static void add_outside_addresses(struct small_world *w, uint32_t g, struct nt_addr addresses[3])
{
    for (uint32_t i = 0; i < 3; i++)
        addresses[i] = nt_addr_v4(0xcb007120 + i, 0);
    w->gateways[g].outside.addresses = addresses;
    w->gateways[g].outside.address_count = w->gateways[g].policy.addresses = 3;
}

/* With arbitrary pooling an inside host is predicted as long as it has one mapping. */
TEST(test_arbitrary_pooling)
{
    static const char why[] = "the external address of a mapping is arbitrary";
    struct nt_nat_policy p = preset("restricted-cone"), dependent = preset("symmetric");
    struct nt_addr addresses[3];
    struct small_world w;
    p.pooling = dependent.pooling = NT_POOLING_ARBITRARY;
    two_nats(&w, &p, &p);
    add_outside_addresses(&w, 0, addresses);
    assert_int_equal(ask(&w), D);
    two_nats(&w, &dependent, &p);
    assert_int_equal(ask(&w), D);
    add_outside_addresses(&w, 0, addresses);
    is_not_told(&w.c, why);
    /* The inner NAT makes several mappings of the outer one's. */
    two_nats(&w, &p, &p);
    gateway(&w, 2, 3, "100.64.0.1", 0, "203.0.113.2", &p);
    gateway(&w, 0, 1, "10.1.0.1", 3, "100.64.0.2", &dependent);
    add_outside_addresses(&w, 2, addresses);
    is_not_told(&w.c, why);
    w.gateways[2].policy.pooling = NT_POOLING_PAIRED;
    assert_int_equal(ask(&w), D);
}

/* L -- n[count] -- gateway -- ... -- n[0] -- internet -- R */
static void nest_gateways(struct small_world *w, uint32_t count, struct nt_scn_network *networks, struct nt_scn_gateway *gateways,
                          struct nt_scn_attachment *inside, struct nt_addr *addresses)
{
    struct nt_nat_policy none = preset("none");
    two_nats(w, &none, &none);
    networks[0] = w->networks[0];
    for (uint32_t i = 0; i < count; i++) {
        struct nt_addr *in = &addresses[2 * i], *out = in + 1;
        networks[i + 1].ipv4 = (struct nt_prefix){.addr = nt_addr_v4(0x0a000000 + (i << 8), 0), .bits = 24};
        *in = nt_addr_v4(0x0a000001 + (i << 8), 0);
        *out = i == 0 ? nt_addr_v4(0xcb007103, 0) : nt_addr_v4(0x0a000002 + ((i - 1) << 8), 0);
        inside[i] = (struct nt_scn_attachment){.network = i + 1, .addresses = in, .address_count = 1};
        gateways[i] = (struct nt_scn_gateway){.inside = &inside[i],
                                              .inside_count = 1,
                                              .outside = {.network = i, .addresses = out, .address_count = 1},
                                              .policy = none};
    }
    w->c.networks = networks, w->c.network_count = count + 1;
    w->c.gateways = gateways, w->c.gateway_count = count;
    agent(w, 0, count, "10.9.9.9");
    networks[count].ipv4 = (struct nt_prefix){.addr = nt_addr_v4(0x0a090900, 0), .bits = 24};
    addresses[2 * count - 2] = nt_addr_v4(0x0a090901, 0);
    agent(w, 1, 0, "203.0.113.77");
}

/* More than 16 levels once were none. */
TEST(test_deep_nesting)
{
    enum { DEEP = 63, TOO_DEEP = 64 };
    static struct nt_scn_network networks[TOO_DEEP + 1];
    static struct nt_scn_gateway gateways[TOO_DEEP];
    static struct nt_scn_attachment inside[TOO_DEEP];
    static struct nt_addr addresses[2 * TOO_DEEP];
    struct small_world w;
    nest_gateways(&w, DEEP, networks, gateways, inside, addresses);
    assert_int_equal(ask(&w), D);
    nest_gateways(&w, TOO_DEEP, networks, gateways, inside, addresses);
    is_not_told(&w.c, "a packet would cross 64 gateways");
}

TEST(test_says_where_its_limits_are)
{
    enum { MANY = 33, SERVERS = 8 };
    struct nt_nat_policy p = preset("full-cone"), symmetric = preset("symmetric");
    struct small_world w;
    struct nt_addr many[MANY];
    for (uint32_t i = 0; i < MANY; i++)
        many[i] = nt_addr_v4(0x0a010010 + i, 0);
    two_nats(&w, &p, &p);
    w.on[0].addresses = many;
    w.on[0].address_count = MANY;
    w.agents[0].max_pairs = w.agents[1].max_pairs = 60000;
    is_not_told(&w.c, "an agent has more bases than the oracle keeps");
    w.on[0].address_count = 20; /* and as many relayed ones */
    is_not_told(&w.c, "an agent has more bases than the oracle keeps");
    w.on[0].address_count = 10;
    assert_int_equal(ask(&w), D | R);
    w.networks[1].delay = 3 * NT_SEC;
    is_not_told(&w.c, "packets may be under way for more than 2.5 s");

    struct nt_scn_server servers[SERVERS];
    uint32_t stun[SERVERS];
    two_nats(&w, &symmetric, &p);
    for (uint32_t i = 0; i < SERVERS; i++) {
        servers[i] = w.servers[i == 1];
        servers[i].on = i < 2 ? servers[i].on
                              : attach(&w, 0,
                                       (const char *[]){"", "", "203.0.113.22", "203.0.113.23", "203.0.113.24", "203.0.113.25",
                                                        "203.0.113.26", "203.0.113.27"}[i]);
        stun[i] = i;
    }
    w.c.servers = servers, w.c.server_count = SERVERS;
    w.agents[0].stun = stun, w.agents[0].stun_count = SERVERS;
    w.on[0].addresses = many, w.on[0].address_count = 20;
    w.agents[0].max_pairs = w.agents[1].max_pairs = 60000;
    is_not_told(&w.c, "an agent has more candidates than the oracle keeps");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classic_types),
        cmocka_unit_test(test_nine_by_nine_by_table),
        cmocka_unit_test(test_nine_by_nine_pinned),
        cmocka_unit_test(test_poison_makes_the_order_count),
        cmocka_unit_test(test_a_packet_between_two_gateways),
        cmocka_unit_test(test_a_held_request_arrives_when_it_is_released),
        cmocka_unit_test(test_the_own_port_comes_before_another),
        cmocka_unit_test(test_shared_nat),
        cmocka_unit_test(test_one_home_needs_no_hairpin),
        cmocka_unit_test(test_a_link_comes_before_the_default_route),
        cmocka_unit_test(test_firewalls_of_ipv6),
        cmocka_unit_test(test_same_prefix),
        cmocka_unit_test(test_forwarding_and_blocking_gateways),
        cmocka_unit_test(test_what_may_be_reached_decides),
        cmocka_unit_test(test_agents_and_servers_decide_too),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_says_what_it_cannot_tell),
        cmocka_unit_test(test_what_lives_shorter_than_keepalives_is_not_told),
        cmocka_unit_test(test_a_port_in_use_that_fails_a_mapping_is_not_told),
        cmocka_unit_test(test_late_signalling_is_not_told),
        cmocka_unit_test(test_a_relayed_pair_that_is_nominated_early),
        cmocka_unit_test(test_errors_whose_time_decides_are_not_told),
        cmocka_unit_test(test_words_that_change_no_path),
        cmocka_unit_test(test_shared_ports_are_not_told),
        cmocka_unit_test(test_ports_are_counted_where_they_are_needed),
        cmocka_unit_test(test_packets_to_shared_ports_are_not_told),
        cmocka_unit_test(test_ways_opened_by_the_other_agent_are_not_told),
        cmocka_unit_test(test_ways_opened_by_another_host_are_not_told),
        cmocka_unit_test(test_arbitrary_pooling),
        cmocka_unit_test(test_says_where_its_limits_are),
    };
    return RUN_TESTS(tests);
}
