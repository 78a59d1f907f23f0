/* Two agents over a small network: which pair they end with, and when. */
#include "net.h"

static struct net n;

struct world {
    struct nt_stun_server *stun;
    struct nt_turn_server *turn;
    struct nt_rand rand;
    int l, r;
};

static struct nt_addr stun_addr, turn_addr;
static const struct nt_turn_account accounts[] = {{"alice", "secret"}};

static void servers(struct world *w)
{
    stun_addr = addr("203.0.113.100:3478");
    turn_addr = addr("198.51.100.1:3478");
    w->stun = nt_stun_server_new(&(struct nt_stun_server_config){.primary = stun_addr});
    nt_rand_init(&w->rand, 1, "turn");
    w->turn = nt_turn_server_new(&(struct nt_turn_server_config){.listen = turn_addr,
                                                                 .relay = addr("198.51.100.101"),
                                                                 .realm = "example.org",
                                                                 .accounts = accounts,
                                                                 .account_count = 1,
                                                                 .rand = &w->rand});
    assert_true(w->stun != NULL && w->turn != NULL);
    add_server(&n, nt_stun_server_endpoint(w->stun), "203.0.113.100");
    add_server(&n, nt_turn_server_endpoint(w->turn), "198.51.100.1");
}

static struct nt_ice_turn turn_of;

static void world(struct world *w, enum nat_kind left, enum nat_kind right, bool relay)
{
    struct nt_ice_config l = config_of(NT_ICE_CONTROLLING, "l"), r = config_of(NT_ICE_CONTROLLED, "r");
    net_init(&n, 20 * NT_MSEC);
    servers(w);
    turn_of = (struct nt_ice_turn){.server = turn_addr, .transport = NT_UDP, .user = "alice", .password = "secret"};
    l.stun = r.stun = &stun_addr;
    l.stun_count = r.stun_count = 1;
    l.turn = r.turn = &turn_of;
    l.turn_count = r.turn_count = relay ? 1 : 0;
    w->l = add_agent(&n, &l, "10.1.0.2", left, "203.0.113.2");
    w->r = add_agent(&n, &r, "10.2.0.2", right, "203.0.113.3");
}

static void unworld(struct world *w)
{
    net_free(&n);
    nt_stun_server_del(w->stun);
    nt_turn_server_del(w->turn);
}

static void call(struct world *w)
{
    gather(&n, w->l);
    gather(&n, w->r);
    run(&n, n.now + NT_SEC);
    assert_int_equal(tell(&n, w->l, w->r), NT_OK);
    assert_int_equal(tell(&n, w->r, w->l), NT_OK);
}

static void expect(int node, enum nt_ice_type local, enum nt_ice_type remote)
{
    struct nt_ice_candidate l, r;
    assert_int_equal(nt_ice_state(n.nodes[node].agent), NT_ICE_COMPLETED);
    assert_true(nt_ice_selected(n.nodes[node].agent, 1, 1, &l, &r));
    assert_string_equal(nt_ice_type_name(l.type), nt_ice_type_name(local));
    assert_string_equal(nt_ice_type_name(r.type), nt_ice_type_name(remote));
}

static void data_flows(struct world *w)
{
    static const uint8_t bytes[200] = {128, 1, 2, 3};
    int before_l = n.nodes[w->l].data_count, before_r = n.nodes[w->r].data_count;
    assert_int_equal(nt_ice_send(n.nodes[w->l].agent, 1, 1, bytes, sizeof bytes, false, n.now), NT_OK);
    drain(&n, w->l);
    assert_int_equal(nt_ice_send(n.nodes[w->r].agent, 1, 1, bytes, sizeof bytes, false, n.now), NT_OK);
    drain(&n, w->r);
    run(&n, n.now + NT_SEC);
    assert_int_equal(n.nodes[w->l].data_count, before_l + 1);
    assert_int_equal(n.nodes[w->r].data_count, before_r + 1);
    assert_memory_equal(n.nodes[w->r].last_data, bytes, 64);
}

TEST(hosts)
{
    struct world w;
    world(&w, NAT_NONE, NAT_NONE, false);
    call(&w);
    run(&n, n.now + NT_SEC);
    /* RFC 8445, 5.1.2.1 and 5.1.2.2 by hand: 126 * 2^24 + 65535 * 2^8 + 255 */
    assert_int_equal(nt_ice_candidate_count(n.nodes[w.l].agent), 1); /* the reflexive one equals its base */
    assert_int_equal(nt_ice_candidate_at(n.nodes[w.l].agent, 0)->priority, 2130706431);
    expect(w.l, NT_ICE_HOST, NT_ICE_HOST);
    expect(w.r, NT_ICE_HOST, NT_ICE_HOST);
    data_flows(&w);
    unworld(&w);
}

TEST(reflexive)
{
    struct world w;
    world(&w, NAT_CONE, NAT_CONE, true);
    call(&w);
    assert_int_equal(nt_ice_candidate_count(n.nodes[w.l].agent), 3);
    const struct nt_ice_candidate *c = nt_ice_candidate_at(n.nodes[w.l].agent, 1);
    /* 100 * 2^24 + 65535 * 2^8 + 255, as in RFC 8445, 15.1 */
    assert_int_equal(c->priority, 1694498815);
    assert_string_equal(c->foundation, "2");
    assert_int_equal(nt_ice_candidate_at(n.nodes[w.l].agent, 2)->priority, 16777215);
    run(&n, n.now + 2 * NT_SEC);
    expect(w.l, NT_ICE_SRFLX, NT_ICE_SRFLX);
    expect(w.r, NT_ICE_SRFLX, NT_ICE_SRFLX);
    data_flows(&w);
    unworld(&w);
}

/* The controlled side behind a symmetric NAT: its new port is a remote peer-reflexive candidate here, a local one there. */
TEST(symmetric_to_full_cone)
{
    struct world w;
    world(&w, NAT_FULL, NAT_SYM, true);
    call(&w);
    assert_int_equal(nt_ice_candidate_count(n.nodes[w.r].agent), 4); /* host, two reflexive, relayed */
    assert_int_equal(nt_ice_candidate_at(n.nodes[w.r].agent, 2)->priority, 1694498815 - 256);
    run(&n, n.now + 2 * NT_SEC);
    expect(w.l, NT_ICE_SRFLX, NT_ICE_PRFLX);
    expect(w.r, NT_ICE_PRFLX, NT_ICE_SRFLX);
    data_flows(&w);
    unworld(&w);
}

/* Mirrored types of a relayed path (RFC 8445 priorities): controlling symmetric, controlled port-restricted. */
TEST(symmetric_to_port_restricted)
{
    struct world w;
    world(&w, NAT_SYM, NAT_CONE, true);
    call(&w);
    run(&n, n.now + 3 * NT_SEC);
    expect(w.l, NT_ICE_PRFLX, NT_ICE_RELAY);
    expect(w.r, NT_ICE_RELAY, NT_ICE_PRFLX);
    data_flows(&w);
    unworld(&w);
}

TEST(symmetric_both)
{
    struct world w;
    world(&w, NAT_SYM, NAT_SYM, true);
    call(&w);
    run(&n, n.now + 3 * NT_SEC);
    struct nt_ice_candidate l, r;
    assert_int_equal(nt_ice_state(n.nodes[w.l].agent), NT_ICE_COMPLETED);
    assert_true(nt_ice_selected(n.nodes[w.l].agent, 1, 1, &l, &r));
    assert_true(l.type == NT_ICE_RELAY || r.type == NT_ICE_RELAY);
    data_flows(&w);
    /* after 3 s the unused allocation is released (8.3.1) */
    run(&n, n.now + 5 * NT_SEC);
    assert_int_equal(nt_turn_server_allocations(w.turn), l.type == NT_ICE_RELAY && r.type == NT_ICE_RELAY ? 2 : 1);
    nt_ice_close(n.nodes[w.l].agent, n.now);
    drain(&n, w.l);
    nt_ice_close(n.nodes[w.r].agent, n.now);
    drain(&n, w.r);
    run(&n, n.now + NT_SEC);
    assert_int_equal(nt_turn_server_allocations(w.turn), 0);
    assert_int_equal(nt_ice_state(n.nodes[w.l].agent), NT_ICE_CLOSED);
    assert_int_equal(nt_ice_state(n.nodes[w.r].agent), NT_ICE_CLOSED);
    unworld(&w);
}

/* RFC 8445, 5.1.1.2 and 6.1.4.2, 14.2: no two transactions start within Ta, whoever starts them. */
TEST(pacing)
{
    struct world w;
    nt_time gap;
    world(&w, NAT_SYM, NAT_SYM, true);
    call(&w);
    run(&n, n.now + 2 * NT_SEC); /* before the first consent request */
    assert_true(first_sends(&n, w.l, &gap) > 8);
    assert_true(gap >= 50 * NT_MSEC);
    assert_true(first_sends(&n, w.r, &gap) > 8);
    assert_true(gap >= 50 * NT_MSEC);
    unworld(&w);
}

/* RTT 800 ms above the RTO of 500 ms: each side's checks retrigger the other's, and they must not cancel each other for ever. */
TEST(long_round_trip)
{
    struct world w;
    world(&w, NAT_CONE, NAT_CONE, true);
    n.delay = 400 * NT_MSEC;
    gather(&n, w.l);
    gather(&n, w.r);
    run(&n, 5 * NT_SEC);
    assert_int_equal(tell(&n, w.l, w.r), NT_OK);
    assert_int_equal(tell(&n, w.r, w.l), NT_OK);
    run(&n, 10 * NT_SEC);
    expect(w.l, NT_ICE_SRFLX, NT_ICE_SRFLX);
    expect(w.r, NT_ICE_SRFLX, NT_ICE_SRFLX);
    unworld(&w);
}

/* The answer is 2 s late: the callee's checks are answered meanwhile, and acted upon when it is there. */
TEST(late_answer)
{
    struct world w;
    world(&w, NAT_NONE, NAT_NONE, false);
    gather(&n, w.l);
    gather(&n, w.r);
    run(&n, NT_SEC);
    assert_int_equal(tell(&n, w.l, w.r), NT_OK);
    run(&n, 3 * NT_SEC);
    struct nt_ice_pair_info p;
    nt_ice_pair_at(n.nodes[w.r].agent, 0, &p);
    assert_true(p.valid && p.receivable);
    assert_int_equal(nt_ice_pair_count(n.nodes[w.l].agent), 0);
    assert_int_equal(tell(&n, w.r, w.l), NT_OK);
    run(&n, 3500 * NT_MSEC);
    expect(w.l, NT_ICE_HOST, NT_ICE_HOST);
    expect(w.r, NT_ICE_HOST, NT_ICE_HOST);
    assert_int_equal(nt_ice_stats(n.nodes[w.l].agent).prflx_remote, 0); /* it was listed */
    data_flows(&w);
    unworld(&w);
}

TEST(relay_only)
{
    struct nt_ice_config c = config_of(NT_ICE_CONTROLLING, "l"), r = config_of(NT_ICE_CONTROLLED, "r");
    struct world w;
    net_init(&n, 20 * NT_MSEC);
    servers(&w);
    turn_of = (struct nt_ice_turn){.server = turn_addr, .transport = NT_UDP, .user = "alice", .password = "secret"};
    c.policy = r.policy = NT_ICE_RELAY_ONLY;
    c.turn = r.turn = &turn_of;
    c.turn_count = r.turn_count = 1;
    w.l = add_agent(&n, &c, "10.1.0.2", NAT_NONE, NULL);
    w.r = add_agent(&n, &r, "10.2.0.2", NAT_NONE, NULL);
    call(&w);
    assert_int_equal(nt_ice_candidate_count(n.nodes[w.l].agent), 1);
    assert_int_equal(nt_ice_candidate_at(n.nodes[w.l].agent, 0)->related.port, 9); /* nothing of the host shows */
    run(&n, n.now + 3 * NT_SEC);
    expect(w.l, NT_ICE_RELAY, NT_ICE_RELAY);
    expect(w.r, NT_ICE_RELAY, NT_ICE_RELAY);
    data_flows(&w);
    for (int i = 0; i < n.log_count; i++) /* everything goes through the server */
        assert_true((n.log[i].node != w.l && n.log[i].node != w.r) || nt_addr_equal(&n.log[i].path.remote, &turn_addr));
    unworld(&w);
}

/* RFC 8445, 5.1.1.4: while the answer is awaited the NAT's mappings to the servers are refreshed by Binding requests. */
TEST(waiting_for_the_answer)
{
    struct world w;
    int to_stun = 0, to_turn = 0;
    world(&w, NAT_CONE, NAT_CONE, true);
    gather(&n, w.l);
    run(&n, 61 * NT_SEC);
    for (int i = 0; i < n.log_count; i++) {
        bool binding = n.log[i].node == w.l && is_request(&n.log[i]);
        to_stun += binding && nt_addr_equal(&n.log[i].path.remote, &stun_addr);
        to_turn += binding && nt_addr_equal(&n.log[i].path.remote, &turn_addr);
    }
    assert_int_equal(to_stun, 5); /* at 0 and every 15 s */
    assert_int_equal(to_turn, 4); /* the Allocate was the first */
    gather(&n, w.r);
    run(&n, n.now + NT_SEC);
    assert_int_equal(tell(&n, w.l, w.r), NT_OK);
    assert_int_equal(tell(&n, w.r, w.l), NT_OK);
    run(&n, n.now + 2 * NT_SEC);
    expect(w.l, NT_ICE_SRFLX, NT_ICE_SRFLX);
    unworld(&w);
}

static int no_allocation(struct net *net, int from, struct nt_path *path, uint8_t *bytes, size_t *len)
{
    (void)net, (void)from, (void)path;
    return *len < NT_STUN_HEADER || nt_load16(bytes) != 0x0103; /* the success response to Allocate */
}

/* RFC 8489, 6.2.1: retransmissions count from when the request left, not from when it was made and waited for the pacer. */
TEST(a_request_that_waited_is_sent_again_after_its_rto)
{
    struct nt_ice_config c = config_of(NT_ICE_CONTROLLING, "l");
    struct world w;
    int sent = 0;
    nt_time last = 0;
    net_init(&n, 20 * NT_MSEC);
    servers(&w);
    turn_of = (struct nt_ice_turn){.server = turn_addr, .transport = NT_UDP, .user = "alice", .password = "secret"};
    c.turn = &turn_of;
    c.turn_count = 1;
    c.ta = 400 * NT_MSEC;
    w.l = add_agent(&n, &c, "10.1.0.2", NAT_NONE, NULL);
    n.filter = no_allocation;
    gather(&n, w.l);
    run(&n, 4 * NT_SEC);
    for (int i = 0; i < n.log_count; i++) {
        bool signed_allocate = n.log[i].node == w.l && nt_load16(n.log[i].head) == 0x0003 && n.log[i].len > 100;
        if (!signed_allocate)
            continue;
        if (sent++ > 0)
            assert_int_equal(n.log[i].at - last, (500 << (sent - 2)) * NT_MSEC);
        last = n.log[i].at;
    }
    assert_int_equal(sent, 4);
    unworld(&w);
}

TEST(two_components_two_streams)
{
    struct nt_ice_config c = config_of(NT_ICE_CONTROLLING, "l"), r = config_of(NT_ICE_CONTROLLED, "r");
    struct nt_ice_candidate x, y;
    struct world w = {0};
    net_init(&n, 20 * NT_MSEC);
    c.components = r.components = 2;
    c.streams = r.streams = 2;
    w.l = add_agent(&n, &c, "10.1.0.2", NAT_NONE, NULL);
    w.r = add_agent(&n, &r, "10.2.0.2", NAT_NONE, NULL);
    call(&w);
    run(&n, n.now + 3 * NT_SEC);
    for (uint8_t s = 1; s <= 2; s++)
        for (uint16_t k = 1; k <= 2; k++)
            for (int i = 0; i < 2; i++)
                assert_true(nt_ice_selected(n.nodes[i].agent, s, k, &x, &y) && x.component == k && y.component == k &&
                            y.stream == s);
    assert_int_equal(nt_ice_state(n.nodes[w.l].agent), NT_ICE_COMPLETED);
    assert_int_equal(nt_ice_state(n.nodes[w.r].agent), NT_ICE_COMPLETED);
    net_free(&n);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts),
        cmocka_unit_test(reflexive),
        cmocka_unit_test(symmetric_to_full_cone),
        cmocka_unit_test(symmetric_to_port_restricted),
        cmocka_unit_test(symmetric_both),
        cmocka_unit_test(pacing),
        cmocka_unit_test(long_round_trip),
        cmocka_unit_test(late_answer),
        cmocka_unit_test(relay_only),
        cmocka_unit_test(two_components_two_streams),
        cmocka_unit_test(waiting_for_the_answer),
        cmocka_unit_test(a_request_that_waited_is_sent_again_after_its_rto),
    };
    return RUN_TESTS(tests);
}
