/* Pairs that are kept alive, and follow the selected one when it ends or another is wanted.
 *
 *   a 10.1.0.2 --- 20 ms --- b 10.2.0.2; turn 198.51.100.1
 */
#include "net.h"

static struct net n;
static struct nt_turn_server *turn;
static struct nt_rand turn_rand;
static const struct nt_turn_account accounts[] = {{"alice", "secret"}};
static struct nt_ice_turn turn_of;
static int a, b;
static bool direct_is_cut, relay_is_cut;
static bool without_consent;      /* of both */
static bool answers_to_b_are_cut; /* those that come straight */
static int consents_lost, disconnected, overtaken;
static nt_time ended_at; /* when a pair has last, by its silence */

static void emit(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    consents_lost += ev->kind == NT_TR_ICE_CONSENT_LOST;
    disconnected += ev->kind == NT_TR_ICE_DISCONNECTED;
    overtaken += ev->kind == NT_TR_ICE_DROPPED && strstr(ev->text, "overtaken") != NULL;
    if (ev->kind == NT_TR_ICE_PAIR && ev->text != NULL && strstr(ev->text, "30 seconds") != NULL)
        ended_at = ev->at;
}

static int cut(struct net *net, int from, struct nt_path *path, uint8_t *bytes, size_t *len)
{
    (void)net;
    struct nt_addr server = addr("198.51.100.1"), relay = addr("198.51.100.101");
    bool relayed = nt_addr_same_ip(&path->remote, &server) || nt_addr_same_ip(&path->local, &server) ||
                   nt_addr_same_ip(&path->remote, &relay) || nt_addr_same_ip(&path->local, &relay);
    if (!relayed && answers_to_b_are_cut && from == a && *len > 0 && bytes[0] == 1) /* a response: RFC 8489, figure 3 */
        return 0;
    return relayed ? !relay_is_cut : !direct_is_cut;
}

static struct nt_ice_agent *agent(int i)
{
    return n.nodes[i].agent;
}

/* What is asked of both: whether they have failover, and renomination; and the second interface of one of them. */
static void begin_with(bool a_fails_over, bool b_fails_over, bool a_renominates, bool b_renominates, int multihomed,
                       const char *also)
{
    struct nt_ice_config left = config_of(NT_ICE_CONTROLLING, "a"), right = config_of(NT_ICE_CONTROLLED, "b");
    direct_is_cut = relay_is_cut = answers_to_b_are_cut = false;
    consents_lost = disconnected = overtaken = 0;
    net_init(&n, 20 * NT_MSEC);
    n.filter = cut;
    turn_of = (struct nt_ice_turn){.server = addr("198.51.100.1:3478"), .user = "alice", .password = "secret"};
    nt_rand_init(&turn_rand, 1, "turn");
    turn = nt_turn_server_new(&(struct nt_turn_server_config){.listen = turn_of.server,
                                                              .relay = addr("198.51.100.101"),
                                                              .realm = "example.org",
                                                              .accounts = accounts,
                                                              .account_count = 1,
                                                              .rand = &turn_rand});
    assert_non_null(turn);
    add_server(&n, nt_turn_server_endpoint(turn), "198.51.100.1");
    left.turn = right.turn = &turn_of;
    left.turn_count = 1;
    right.turn_count = a_renominates && b_renominates; /* so that each pair has a remote candidate of its own */
    left.failover = a_fails_over;
    right.failover = b_fails_over;
    left.renomination = a_renominates;
    right.renomination = b_renominates;
    left.no_consent = right.no_consent = without_consent;
    left.trace.emit = right.trace.emit = emit;
    a = add_agent(&n, &left, "10.1.0.2", NAT_NONE, NULL);
    b = add_agent(&n, &right, "10.2.0.2", NAT_NONE, NULL);
    if (also != NULL) {
        n.nodes[multihomed].also = addr(also);
        nt_ice_input(agent(multihomed), &(struct nt_path){.local = n.nodes[multihomed].also}, NT_IN_IF_UP, NULL, 0, n.now);
    }
    gather(&n, a);
    gather(&n, b);
    run(&n, n.now + NT_SEC);
    assert_int_equal(tell(&n, a, b), NT_OK);
    assert_int_equal(tell(&n, b, a), NT_OK);
    run(&n, n.now + 10 * NT_SEC);
    for (int i = a; i <= b; i++)
        assert_int_equal(nt_ice_state(agent(i)), NT_ICE_COMPLETED);
}

static void begin(bool a_fails_over, bool b_fails_over, bool a_renominates, bool b_renominates)
{
    begin_with(a_fails_over, b_fails_over, a_renominates, b_renominates, 0, NULL);
}

static void end(void)
{
    net_free(&n);
    nt_turn_server_del(turn);
}

/* The types of the pair that an agent sends on. */
static bool is_on_relay(int i)
{
    struct nt_ice_candidate local, remote;
    assert_true(nt_ice_selected(agent(i), 1, 1, &local, &remote));
    return local.type == NT_ICE_RELAY || remote.type == NT_ICE_RELAY;
}

static void both_on_relay(bool expected)
{
    assert_int_equal(is_on_relay(a), expected);
    assert_int_equal(is_on_relay(b), expected);
}

/* Data pass both ways. */
static bool data_pass(void)
{
    int before[2] = {n.nodes[a].data_count, n.nodes[b].data_count};
    for (int i = a; i <= b; i++) {
        nt_ice_send(agent(i), 1, 1, (const uint8_t *)"\x80 data", 6, false, n.now);
        drain(&n, i);
    }
    run(&n, n.now + 100 * NT_MSEC);
    return n.nodes[a].data_count == before[0] + 1 && n.nodes[b].data_count == before[1] + 1;
}

TEST(another_pair_follows_one_that_is_silent)
{
    begin(true, true, false, false);
    both_on_relay(false);
    run(&n, n.now + 60 * NT_SEC);
    assert_int_equal(nt_turn_server_allocations(turn), 1); /* the relayed pair is kept alive */
    both_on_relay(false);
    direct_is_cut = true;
    run(&n, n.now + 13 * NT_SEC); /* two requests without an answer, and half a second */
    both_on_relay(true);
    assert_true(data_pass());
    /* And back, when that one ends. */
    direct_is_cut = false;
    run(&n, n.now + 60 * NT_SEC);
    both_on_relay(true);
    assert_true(data_pass());
    relay_is_cut = true;
    run(&n, n.now + 20 * NT_SEC);
    both_on_relay(false);
    assert_true(data_pass());
    assert_int_equal(disconnected, 0);
    assert_int_equal(consents_lost, 0);
    end();
}

/* When the last one that went straight came. */
static nt_time last_answer(void)
{
    struct nt_addr peers[] = {addr("10.1.0.2"), addr("10.2.0.2")};
    for (int i = n.log_count; i-- > 0;)
        if (n.log[i].head[0] == 1 &&
            (nt_addr_same_ip(&n.log[i].path.remote, &peers[0]) || nt_addr_same_ip(&n.log[i].path.remote, &peers[1])))
            return n.log[i].at + n.delay;
    return 0;
}

/* RFC 7675, 5.1: a pair that has been silent for 30 seconds is asked nothing any more. */
TEST(a_backup_ends_like_consent)
{
    begin(true, true, false, false);
    nt_time answered = last_answer();
    direct_is_cut = true;
    run(&n, n.now + 60 * NT_SEC);
    both_on_relay(true);
    assert_int_equal(ended_at, answered + 30 * NT_SEC);
    assert_true(data_pass());
    direct_is_cut = false;
    run(&n, n.now + 20 * NT_SEC);
    relay_is_cut = true;
    int count = n.log_count;
    run(&n, n.now + 40 * NT_SEC);
    assert_int_equal(disconnected, 2);
    struct nt_addr peers[] = {addr("10.1.0.2"), addr("10.2.0.2")};
    for (int i = count; i < n.log_count; i++)
        assert_false(nt_addr_same_ip(&n.log[i].path.remote, &peers[0]) || nt_addr_same_ip(&n.log[i].path.remote, &peers[1]));
    end();
}

/* How many requests have gone straight from `i`, of those that have left since `log`. */
static int count_straight(int i, int log)
{
    int count = 0;
    struct nt_addr peer = n.nodes[i == a ? b : a].ip;
    for (int k = log; k < n.log_count; k++)
        count += n.log[k].node == i && n.log[k].head[0] == 0 && nt_addr_same_ip(&n.log[k].path.remote, &peer);
    return count;
}

/* The other side still has answers on it: it asks, is answered 403 (RFC 7675, 5.2), and asks no more. Its requests bring nothing
 * back. */
TEST(what_has_ended_stays_so)
{
    begin(true, true, false, false);
    direct_is_cut = true;
    run(&n, n.now + 13 * NT_SEC);
    both_on_relay(true);
    direct_is_cut = false;
    answers_to_b_are_cut = true;
    int log = n.log_count;
    run(&n, n.now + 20 * NT_SEC);
    assert_true(count_straight(a, log) > 0 && count_straight(b, log) > 0);
    run(&n, n.now + 10 * NT_SEC);
    answers_to_b_are_cut = false;
    log = n.log_count;
    run(&n, n.now + 60 * NT_SEC);
    assert_int_equal(count_straight(b, log), 0);
    assert_int_equal(count_straight(a, log), 0);
    both_on_relay(true);
    assert_true(data_pass());
    relay_is_cut = true;
    run(&n, n.now + 40 * NT_SEC);
    assert_int_equal(disconnected, 2);
    end();
}

/* One lost request, or answer, moves nobody. */
TEST(a_short_outage_is_sat_out)
{
    begin(true, true, false, false);
    for (int i = 0; i < 10; i++) {
        direct_is_cut = true;
        run(&n, n.now + 3 * NT_SEC);
        direct_is_cut = false;
        run(&n, n.now + 10 * NT_SEC);
        both_on_relay(false);
    }
    end();
}

TEST(without_it_consent_is_lost)
{
    begin(false, false, false, false);
    direct_is_cut = true;
    run(&n, n.now + 40 * NT_SEC);
    assert_int_equal(disconnected, 2);
    assert_int_equal(consents_lost, 2);
    end();
}

/* No other pair answers: consent ends as without failover. */
TEST(nothing_is_left_to_follow)
{
    begin(true, true, false, false);
    direct_is_cut = relay_is_cut = true;
    run(&n, n.now + 40 * NT_SEC);
    assert_int_equal(disconnected, 2);
    end();
}

/* The peer has no failover: it follows since its own consent request has no answer, either. */
TEST(a_peer_without_it_follows)
{
    begin(true, false, false, false);
    direct_is_cut = true;
    run(&n, n.now + 20 * NT_SEC);
    both_on_relay(true);
    assert_true(data_pass());
    assert_int_equal(disconnected, 0);
    end();
}

static void nominate(enum nt_ice_type type, int expected)
{
    struct nt_addr any = {0};
    assert_int_equal(nt_ice_renominate(agent(a), type, &any, n.now), expected);
    drain(&n, a);
    run(&n, n.now + NT_SEC);
}

/* The highest NOMINATION that has left `i`; 0: none. */
static uint32_t last_number(int i)
{
    uint32_t highest = 0;
    for (int k = 0; k < n.log_count; k++) {
        const struct sent *s = &n.log[k];
        struct nt_stun_msg m;
        uint32_t number = 0;
        if (s->node == i && s->len <= sizeof s->head && nt_stun_parse(&m, s->head, s->len) == NT_OK &&
            nt_stun_get_u32(&m, NT_ATTR_NOMINATION, &number) == NT_OK && number > highest)
            highest = number;
    }
    return highest;
}

TEST(renomination)
{
    begin(false, false, true, true);
    both_on_relay(false);
    assert_int_equal(last_number(a), 1);
    nominate(NT_ICE_SRFLX, NT_ESTATE);
    both_on_relay(false);
    struct nt_addr remote = addr("10.2.0.2");
    for (uint32_t i = 0; i < 5; i++) { /* there and back, by the type and by the address; and once more, which changes nothing */
        nominate(NT_ICE_RELAY, NT_OK);
        both_on_relay(true);
        assert_true(data_pass());
        run(&n, n.now + 40 * NT_SEC);
        for (uint32_t k = 0; k < 2; k++) {
            assert_int_equal(nt_ice_renominate(agent(a), NT_ICE_HOST, &remote, n.now), NT_OK);
            drain(&n, a);
            run(&n, n.now + NT_SEC);
            both_on_relay(false);
            assert_int_equal(last_number(a), 3 * i + k + 3);
        }
        assert_true(data_pass());
    }
    assert_int_equal(nt_ice_renominate(agent(b), NT_ICE_HOST, &remote, n.now), NT_ESTATE); /* not controlling */
    end();
    begin(false, false, true, false); /* the peer has not the option */
    assert_int_equal(last_number(a), 0);
    nominate(NT_ICE_HOST, NT_ESTATE);
    end();
}

/* Another one comes `later`; the one under way is given up, on both sides, though it succeeds. */
static void nominate_both(nt_time later)
{
    struct nt_addr any = {0};
    uint32_t before = last_number(a);
    assert_int_equal(nt_ice_renominate(agent(a), NT_ICE_RELAY, &any, n.now), NT_OK);
    if (later > 0)
        run(&n, n.now + later);
    assert_int_equal(nt_ice_renominate(agent(a), NT_ICE_HOST, &any, n.now), NT_OK);
    relay_is_cut = false;
    drain(&n, a);
    run(&n, n.now + 20 * NT_SEC);
    both_on_relay(false);
    assert_int_equal(last_number(a), before + 2);
    assert_true(data_pass());
}

/* draft-thatcher-ice-renomination, 3: "last nomination wins". */
TEST(a_nomination_gives_way)
{
    begin(false, false, true, true);
    nominate_both(0);
    assert_int_equal(overtaken, 0);
    nominate_both(30 * NT_MSEC);
    assert_int_equal(overtaken, 1);
    relay_is_cut = true; /* at first */
    nominate_both(600 * NT_MSEC);
    assert_int_equal(overtaken, 3);
    end();
}

/* The peer may have heard it: it is told to come back. */
TEST(a_nomination_that_fails)
{
    begin(false, false, true, true);
    relay_is_cut = true;
    nominate_both(600 * NT_MSEC); /* the overtaken one is the last to succeed */
    relay_is_cut = true;
    nominate(NT_ICE_RELAY, NT_OK);
    assert_int_equal(last_number(a), 4);
    run(&n, n.now + 40 * NT_SEC);
    both_on_relay(false);
    assert_int_equal(last_number(a), 5);
    assert_true(data_pass());
    assert_int_equal(disconnected, 0);
    end();
}

/* Without requests for consent a pair that was selected is asked as a backup is, from then on. */
TEST(renomination_without_consent)
{
    without_consent = true;
    begin(false, false, true, true);
    without_consent = false;
    for (int i = 0; i < 3; i++) {
        run(&n, n.now + 60 * NT_SEC);
        nominate(NT_ICE_RELAY, NT_OK);
        both_on_relay(true);
        run(&n, n.now + 60 * NT_SEC);
        nominate(NT_ICE_HOST, NT_OK);
        both_on_relay(false);
        assert_true(data_pass());
    }
    end();
}

/* An interface that goes takes the selected pair with it: the controlling side nominates another at once, or nothing is left. */
TEST(an_interface_that_goes)
{
    for (int i = 0; i < 2; i++) {
        begin(true, true, false, false);
        nt_ice_input(agent(i == 0 ? a : b), &(struct nt_path){.local = n.nodes[i == 0 ? a : b].ip}, NT_IN_IF_DOWN, NULL, 0, n.now);
        drain(&n, i == 0 ? a : b);
        assert_int_equal(disconnected, 1);
        end();
    }
}

/* With two interfaces the other one takes over: at once if the controlling side sees it, otherwise when consent tells it. */
TEST(the_other_interface_takes_over)
{
    for (int node = 1; node <= 2; node++) { /* a, b; the server is 0 */
        begin_with(true, true, false, false, node, node == 1 ? "10.1.0.3" : "10.2.0.3");
        nt_ice_input(agent(node), &(struct nt_path){.local = n.nodes[node].ip}, NT_IN_IF_DOWN, NULL, 0, n.now);
        drain(&n, node);
        nt_ice_send(agent(node), 1, 1, (const uint8_t *)"\x80 data", 6, false, n.now);
        drain(&n, node);
        n.nodes[node].ip = addr("10.9.9.9"); /* nobody is there any more */
        run(&n, n.now + (node == 1 ? NT_SEC : 13 * NT_SEC));
        assert_true(data_pass());
        assert_int_equal(disconnected, 0);
        run(&n, n.now + 60 * NT_SEC);
        assert_true(data_pass());
        end();
    }
}

/* The controlled side waits for a nomination, but not for ever. */
TEST(nobody_nominates)
{
    begin_with(false, true, false, false, 2, "10.2.0.3");
    nt_ice_input(agent(b), &(struct nt_path){.local = n.nodes[b].ip}, NT_IN_IF_DOWN, NULL, 0, n.now);
    drain(&n, b);
    n.nodes[b].ip = addr("10.9.9.9");
    run(&n, n.now + 25 * NT_SEC);
    assert_int_equal(disconnected, 0);
    run(&n, n.now + 15 * NT_SEC);
    assert_int_equal(disconnected, 2);
    end();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(another_pair_follows_one_that_is_silent),
                                       cmocka_unit_test(a_backup_ends_like_consent),
                                       cmocka_unit_test(what_has_ended_stays_so),
                                       cmocka_unit_test(a_short_outage_is_sat_out),
                                       cmocka_unit_test(without_it_consent_is_lost),
                                       cmocka_unit_test(nothing_is_left_to_follow),
                                       cmocka_unit_test(a_peer_without_it_follows),
                                       cmocka_unit_test(renomination),
                                       cmocka_unit_test(a_nomination_gives_way),
                                       cmocka_unit_test(a_nomination_that_fails),
                                       cmocka_unit_test(renomination_without_consent),
                                       cmocka_unit_test(an_interface_that_goes),
                                       cmocka_unit_test(the_other_interface_takes_over),
                                       cmocka_unit_test(nobody_nominates)};
    return RUN_TESTS(tests);
}
