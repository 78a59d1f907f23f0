/* ICE restart (RFC 8445, 9; RFC 8839, 4.4): both agents, over a network.
 *
 *   a 10.1.0.2 --- [NAT] --- 20 ms --- [NAT] --- b 10.2.0.2
 *                              |
 *                    stun, turn 203.0.113.101
 */
#include "net.h"

static struct net n;
static struct nt_addr turn_addr;
static struct nt_turn_server *turn;
static struct nt_rand turn_rand;
static const struct nt_turn_account accounts[] = {{"alice", "secret"}};

struct counts {
    int restarted, rolled_back, recovered, changed, disconnected, closed, dropped;
    int64_t times;
    char last_drop[160];
};
static struct counts counts[2];

static void count_event(void *user, const struct nt_trace_event *ev)
{
    struct counts *c = user;
    c->restarted += ev->kind == NT_TR_ICE_RESTARTED;
    c->times = ev->kind == NT_TR_ICE_RESTARTED ? ev->n[2] : c->times;
    c->rolled_back += ev->kind == NT_TR_ICE_ROLLED_BACK;
    c->recovered += ev->kind == NT_TR_ICE_RECOVERED;
    c->changed += ev->kind == NT_TR_ICE_PAIR_CHANGED;
    c->disconnected += ev->kind == NT_TR_ICE_DISCONNECTED;
    c->closed += ev->kind == NT_TR_ICE_CLOSED;
    if (ev->kind == NT_TR_ICE_DROPPED)
        snprintf(c->last_drop, sizeof c->last_drop, "%s", ev->text);
}

/* --- what the network lets through --- */
enum { PASS = 0, BLOCK_ALL, BLOCK_NEW_CHECKS };
static int blocked;
static char old_ufrag[2][257]; /* of the session before */
static int old_requests, new_requests;

/* The user name fragment that a request is for. */
static bool is_for(const uint8_t *bytes, size_t len, const char *ufrag)
{
    struct nt_stun_msg m;
    const struct nt_stun_attr *user = NULL;
    if (nt_stun_looks_like(bytes, len) && nt_stun_parse(&m, bytes, len) == NT_OK && m.class_ == NT_STUN_REQUEST)
        user = nt_stun_find(&m, NT_ATTR_USERNAME);
    size_t k = strlen(ufrag);
    return user != NULL && user->len > k && memcmp(user->value, ufrag, k) == 0 && user->value[k] == ':';
}

static bool is_check(const uint8_t *bytes, size_t len)
{
    struct nt_stun_msg m;
    return nt_stun_looks_like(bytes, len) && nt_stun_parse(&m, bytes, len) == NT_OK && m.method == NT_STUN_BINDING &&
           m.class_ == NT_STUN_REQUEST && nt_stun_find(&m, NT_ATTR_USERNAME) != NULL;
}

static int gate(struct net *net, int from, struct nt_path *path, uint8_t *bytes, size_t *len)
{
    (void)net, (void)path;
    if (from > 1)
        return blocked != BLOCK_ALL;
    bool old = is_for(bytes, *len, old_ufrag[1 - from]), check = is_check(bytes, *len);
    old_requests += old;
    new_requests += check && !old;
    return blocked == PASS || (blocked == BLOCK_NEW_CHECKS && (old || !check));
}

/* --- two agents --- */
struct setting {
    enum nat_kind nat;
    enum nt_ice_trickle trickle;
    bool relay;
    uint8_t streams;
};

static void begin(struct setting s)
{
    static struct nt_ice_turn use;
    memset(counts, 0, sizeof counts);
    memset(old_ufrag, 0, sizeof old_ufrag);
    blocked = PASS;
    net_init(&n, 20 * NT_MSEC);
    n.filter = gate;
    turn_addr = addr("203.0.113.101:3478");
    use = (struct nt_ice_turn){.server = turn_addr, .transport = NT_UDP, .user = "alice", .password = "secret"};
    for (int i = 0; i < 2; i++) {
        struct nt_ice_config c = config_of(i == 0 ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED, i == 0 ? "a" : "b");
        c.trace = (struct nt_trace){count_event, &counts[i], 0};
        c.trickle = s.trickle;
        c.stun = &turn_addr; /* the TURN server answers Binding requests, too */
        c.turn = &use;
        c.streams = s.streams;
        c.stun_count = s.nat != NAT_NONE;
        c.turn_count = s.relay;
        add_agent(&n, &c, i == 0 ? "10.1.0.2" : "10.2.0.2", s.nat, i == 0 ? "203.0.113.2" : "203.0.113.3");
    }
    nt_rand_init(&turn_rand, 1, "turn");
    turn = nt_turn_server_new(&(struct nt_turn_server_config){.listen = turn_addr,
                                                              .relay = addr("203.0.113.201"),
                                                              .realm = "example.org",
                                                              .accounts = accounts,
                                                              .account_count = 1,
                                                              .rand = &turn_rand});
    assert_non_null(turn);
    add_server(&n, nt_turn_server_endpoint(turn), "203.0.113.101");
    gather(&n, 0);
    gather(&n, 1);
    run(&n, n.now + NT_SEC);
}

static void end(void)
{
    net_free(&n);
    nt_turn_server_del(turn);
}

static struct nt_ice_agent *agent(int i)
{
    return n.nodes[i].agent;
}

static void assert_states(enum nt_ice_state state)
{
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_ice_state(agent(i)), state);
}

static void call(void)
{
    assert_int_equal(tell(&n, 0, 1), NT_OK);
    assert_int_equal(tell(&n, 1, 0), NT_OK);
}

static void connect_with(struct setting s)
{
    begin(s);
    call();
    run(&n, n.now + 5 * NT_SEC);
    assert_states(NT_ICE_COMPLETED);
}

static struct nt_ice_description described(int i, bool offer)
{
    struct nt_ice_description d;
    assert_int_equal(nt_ice_local(agent(i), offer, &d), NT_OK);
    return d;
}

static void remember_ufrags(void)
{
    for (int i = 0; i < 2; i++) {
        struct nt_ice_description d;
        if (nt_ice_local(agent(i), false, &d) != NT_OK)
            continue;
        if (d.streams[0].ufrag[0] != '\0')
            strcpy(old_ufrag[i], d.streams[0].ufrag);
        nt_ice_description_free(&d);
    }
    old_requests = new_requests = 0;
}

static struct nt_ice_description offer_of(int i)
{
    assert_int_equal(nt_ice_restart(agent(i), n.now), NT_OK);
    drain(&n, i);
    run(&n, n.now + 500 * NT_MSEC);
    return described(i, true);
}

/* The whole exchange of a restart by `i`; its answer comes `late`. */
static void restart_late(int i, nt_time late)
{
    remember_ufrags();
    struct nt_ice_description offer = offer_of(i);
    assert_int_equal(nt_ice_set_offer(agent(1 - i), &offer, n.now), NT_OK);
    drain(&n, 1 - i);
    run(&n, n.now + 500 * NT_MSEC);
    struct nt_ice_description answer = described(1 - i, false);
    assert_int_equal(nt_ice_set_remote(agent(1 - i), &offer, n.now), NT_OK);
    drain(&n, 1 - i);
    run(&n, n.now + late);
    assert_int_equal(nt_ice_set_remote(agent(i), &answer, n.now), NT_OK);
    drain(&n, i);
    nt_ice_description_free(&offer);
    nt_ice_description_free(&answer);
}

static void restart(int i)
{
    restart_late(i, 20 * NT_MSEC);
}

/* What trickles, both ways. */
static void trickle(void)
{
    for (int i = 0; i < 2; i++) {
        struct nt_ice_description d;
        if (nt_ice_trickle(agent(i), &d, n.now) != NT_OK)
            continue;
        assert_int_equal(nt_ice_add_remote(agent(1 - i), &d, n.now), NT_OK);
        nt_ice_description_free(&d);
        drain(&n, 1 - i);
    }
}

/* A datagram each way arrives. */
static void send_both(void)
{
    int before[2] = {n.nodes[0].data_count, n.nodes[1].data_count};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(nt_ice_send(agent(i), 1, 1, (const uint8_t *)"\x80 data", 6, false, n.now), NT_OK);
        drain(&n, i);
    }
    run(&n, n.now + 100 * NT_MSEC);
    for (int i = 0; i < 2; i++)
        assert_int_equal(n.nodes[i].data_count, before[i] + 1);
}

static void assert_restarts(uint32_t times)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(nt_ice_stats(agent(i)).restarts, times);
        assert_int_equal(counts[i].restarted, times);
        assert_int_equal(counts[i].times, times);
    }
}

/* --- RFC 8445, 9 --- */
/* "An ICE restart causes all previous states of the data streams, excluding the roles of the agents, to be flushed"; "data can
 * continue to be sent using existing data sessions"; "an agent MUST change both the password and the username fragment". */
static void restarts(int by, struct setting s)
{
    connect_with(s);
    struct nt_ice_description before[2] = {described(0, false), described(1, false)};
    restart(by);
    for (int i = 0; i < 2; i++) {
        struct nt_ice_description after = described(i, false);
        assert_string_not_equal(before[i].streams[0].ufrag, after.streams[0].ufrag);
        assert_string_not_equal(before[i].streams[0].pwd, after.streams[0].pwd);
        assert_string_equal(before[i].streams[0].mid, after.streams[0].mid);
        nt_ice_description_free(&before[i]);
        nt_ice_description_free(&after);
    }
    assert_int_equal(nt_ice_state(agent(by)), NT_ICE_RUNNING);
    send_both();
    for (int i = 0; i < 20; i++) {
        trickle();
        run(&n, n.now + 100 * NT_MSEC);
        send_both();
    }
    run(&n, n.now + 70 * NT_SEC); /* consent of the new pairs */
    send_both();
    assert_states(NT_ICE_COMPLETED);
    assert_restarts(1);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(nt_ice_role(agent(i)), i == 0 ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED);
        assert_int_equal(counts[i].recovered + counts[i].disconnected + counts[i].rolled_back, 0);
    }
    end();
}

TEST(by_either_side)
{
    static const struct setting settings[] = {
        {NAT_NONE, NT_ICE_TRICKLE_OFF, false, 1}, {NAT_NONE, NT_ICE_TRICKLE_HALF, false, 1},
        {NAT_CONE, NT_ICE_TRICKLE_OFF, false, 1}, {NAT_FULL, NT_ICE_TRICKLE_FULL, false, 1},
        {NAT_FULL, NT_ICE_TRICKLE_OFF, true, 1},  {NAT_SYM, NT_ICE_TRICKLE_OFF, true, 1},
        {NAT_SYM, NT_ICE_TRICKLE_FULL, true, 1},  {NAT_NONE, NT_ICE_TRICKLE_OFF, false, 2},
    };
    for (int by = 0; by < 2; by++)
        for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
            restarts(by, settings[i]);
}

static const struct setting plain = {NAT_NONE, NT_ICE_TRICKLE_OFF, false, 1};

/* The candidates are the same, and so is the pair: nothing has changed for the data. Old credentials are used no more. */
TEST(the_same_pair_is_no_change)
{
    connect_with(plain);
    restart(0);
    run(&n, n.now + 10 * NT_SEC);
    assert_states(NT_ICE_COMPLETED);
    assert_int_equal(counts[0].changed + counts[1].changed, 0);
    old_requests = 0;
    run(&n, n.now + 30 * NT_SEC);
    assert_int_equal(old_requests, 0);
    end();
}

/* RFC 8839, 4.4.3.1.1: "The agent will continue to send media using this pair"; RFC 7675, 5.1: "MUST continue to perform consent
 * freshness on that candidate pair". No check of the new session comes through for longer than consent lasts. */
TEST(the_old_pair_keeps_its_consent)
{
    connect_with(plain);
    blocked = BLOCK_NEW_CHECKS;
    restart(1);
    run(&n, n.now + NT_SEC);
    old_requests = 0;
    for (int i = 0; i < 30; i++) {
        run(&n, n.now + 900 * NT_MSEC);
        send_both();
    }
    assert_true(old_requests >= 8); /* each side asks every four to six seconds */
    assert_states(NT_ICE_RUNNING);
    blocked = PASS;
    run(&n, n.now + 30 * NT_SEC);
    assert_states(NT_ICE_COMPLETED);
    send_both();
    end();
}

/* The same, but the old path ends: no pair carries data until the new one does. */
TEST(the_old_pair_ends_first)
{
    connect_with(plain);
    blocked = BLOCK_NEW_CHECKS;
    restart(0);
    blocked = BLOCK_ALL;
    run(&n, n.now + 31 * NT_SEC);
    assert_states(NT_ICE_RUNNING);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(counts[i].disconnected, 1);
        assert_int_equal(nt_ice_send(agent(i), 1, 1, (const uint8_t *)"\x80", 1, false, n.now), NT_ESTATE);
    }
    blocked = PASS;
    run(&n, n.now + 30 * NT_SEC);
    assert_states(NT_ICE_COMPLETED);
    for (int i = 0; i < 2; i++)
        assert_int_equal(counts[i].recovered, 1);
    send_both();
    end();
}

/* Before there is a pair: the checks of the first session end, and late answers to them mean nothing. */
TEST(during_checks)
{
    for (int by = 0; by < 2; by++) {
        begin(plain);
        n.delay = 400 * NT_MSEC;
        call();
        run(&n, n.now + 500 * NT_MSEC);
        assert_states(NT_ICE_RUNNING);
        restart(by);
        run(&n, n.now + 20 * NT_SEC);
        assert_states(NT_ICE_COMPLETED);
        assert_restarts(1);
        n.delay = 20 * NT_MSEC;
        send_both();
        end();
    }
}

/* The way out of failure and of disconnection. */
TEST(after_the_end)
{
    for (int connected = 0; connected < 2; connected++)
        for (int by = 0; by < 2; by++) {
            if (connected == 1) {
                connect_with(plain);
            } else {
                begin(plain);
                call();
            }
            blocked = BLOCK_ALL;
            run(&n, n.now + 60 * NT_SEC);
            assert_states(connected == 1 ? NT_ICE_DISCONNECTED : NT_ICE_FAILED);
            blocked = PASS;
            restart(by);
            run(&n, n.now + 10 * NT_SEC);
            assert_states(NT_ICE_COMPLETED);
            for (int i = 0; i < 2; i++)
                assert_int_equal(counts[i].recovered, 1);
            send_both();
            run(&n, n.now + 60 * NT_SEC);
            assert_states(NT_ICE_COMPLETED);
            end();
        }
}

/* RFC 8445, 8.1.2: it fails again, and there is another restart. */
TEST(a_restart_that_fails)
{
    connect_with(plain);
    blocked = BLOCK_NEW_CHECKS;
    restart(0);
    run(&n, n.now + 45 * NT_SEC);
    assert_states(NT_ICE_FAILED);
    assert_int_equal(nt_ice_send(agent(0), 1, 1, (const uint8_t *)"\x80", 1, false, n.now), NT_ESTATE);
    blocked = PASS;
    restart(1);
    run(&n, n.now + 10 * NT_SEC);
    assert_states(NT_ICE_COMPLETED);
    assert_restarts(2);
    send_both();
    end();
}

/* The second begins while the first one's checks go on: the pair of before carries data through both. */
TEST(one_after_another)
{
    connect_with(plain);
    for (int i = 0; i < 40; i++) {
        restart(i % 2);
        blocked = i % 3 == 0 ? PASS : BLOCK_NEW_CHECKS;
        send_both();
        run(&n, n.now + 100 * NT_MSEC);
        send_both();
        blocked = PASS;
    }
    run(&n, n.now + 10 * NT_SEC);
    assert_states(NT_ICE_COMPLETED);
    assert_restarts(40);
    assert_int_equal(nt_ice_candidate_count(agent(0)), 1); /* as at first: nothing grows */
    assert_int_equal(nt_ice_pair_count(agent(0)), 1);
    send_both();
    end();
}

/* --- RFC 8839, 4.4 --- */
/* "Should a subsequent offer fail, ICE processing continues as if the subsequent offer had never been made." */
TEST(rolled_back_it_has_never_been)
{
    static struct sent log[LOG];
    for (int moment = 0; moment < 3; moment++) {
        int count = 0;
        for (int round = 0; round < 2; round++) {
            begin(plain);
            if (moment == 0)
                n.delay = 700 * NT_MSEC; /* checks go on */
            call();
            run(&n, n.now + (moment == 2 ? 7 : 2) * NT_SEC);
            if (round == 1) {
                assert_int_equal(nt_ice_restart(agent(0), n.now), NT_OK);
                struct nt_ice_description offer = described(0, true);
                assert_int_equal(nt_ice_set_offer(agent(1), &offer, n.now), NT_OK);
                nt_ice_description_free(&offer);
            }
            run(&n, n.now + (moment == 1 ? 2 : 7) * NT_SEC); /* over the time when candidates are freed, or not */
            for (int i = 0; i < 2 && round == 1; i++) {
                assert_int_equal(nt_ice_rollback(agent(i), n.now), NT_OK);
                assert_int_equal(nt_ice_rollback(agent(i), n.now), NT_ESTATE);
                assert_int_equal(counts[i].rolled_back, 1);
            }
            run(&n, n.now + 60 * NT_SEC);
            assert_states(NT_ICE_COMPLETED);
            for (int i = 0; i < count; i++)
                assert_true(n.log[i].at == log[i].at && memcmp(n.log[i].head, log[i].head, sizeof log[i].head) == 0);
            assert_true(round == 0 || n.log_count == count);
            assert_int_equal(nt_ice_stats(agent(0)).restarts + nt_ice_stats(agent(1)).restarts, 0);
            count = n.log_count;
            memcpy(log, n.log, sizeof log);
            end();
        }
    }
}

/* With servers that were asked anew: allocations and data are as they were, and another restart has other credentials. */
TEST(rolled_back_with_servers)
{
    for (enum nt_ice_trickle t = NT_ICE_TRICKLE_OFF; t <= NT_ICE_TRICKLE_FULL; t++) {
        connect_with((struct setting){NAT_SYM, t, true, 1});
        struct nt_ice_description first = offer_of(0);
        send_both();
        assert_int_equal(nt_ice_rollback(agent(0), n.now), NT_OK);
        run(&n, n.now + 20 * NT_SEC);
        send_both();
        struct nt_ice_description second = offer_of(0);
        assert_string_not_equal(first.streams[0].ufrag, second.streams[0].ufrag);
        nt_ice_description_free(&first);
        nt_ice_description_free(&second);
        assert_int_equal(nt_ice_rollback(agent(0), n.now), NT_OK);
        restart(1);
        for (int i = 0; i < 10; i++) {
            trickle();
            run(&n, n.now + 500 * NT_MSEC);
        }
        assert_states(NT_ICE_COMPLETED);
        assert_restarts(1);
        send_both();
        end();
    }
}

/* RFC 3261, 14.1: whoever has offered takes no offer. */
TEST(one_offer_at_a_time)
{
    connect_with(plain);
    struct nt_ice_description offers[2];
    for (int i = 0; i < 2; i++) {
        offers[i] = offer_of(i);
        assert_int_equal(nt_ice_restart(agent(i), n.now), NT_ESTATE);
    }
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_ice_set_offer(agent(i), &offers[1 - i], n.now), NT_ESTATE);
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_ice_rollback(agent(i), n.now), NT_OK);
    assert_int_equal(nt_ice_set_offer(agent(1), &offers[0], n.now), NT_OK);
    assert_int_equal(nt_ice_restart(agent(1), n.now), NT_ESTATE);
    assert_int_equal(nt_ice_set_offer(agent(1), &offers[0], n.now), NT_ESTATE);
    assert_int_equal(nt_ice_rollback(agent(1), n.now), NT_OK);
    for (int i = 0; i < 2; i++)
        nt_ice_description_free(&offers[i]);
    restart(1);
    run(&n, n.now + 5 * NT_SEC);
    assert_states(NT_ICE_COMPLETED);
    end();
}

/* 4.4.2.1: the answerer "MUST change the SDP "ice-pwd" and "ice-ufrag" attribute values". 4.4.1.1.1: a restart of some streams is
 * not built. */
TEST(what_is_refused)
{
    connect_with((struct setting){NAT_NONE, NT_ICE_TRICKLE_OFF, false, 2});
    struct nt_ice_description answer = described(1, false), offer = offer_of(0);
    assert_int_equal(nt_ice_set_remote(agent(0), &answer, n.now), NT_EINVAL);
    assert_string_equal(counts[0].last_drop, "the peer's answer to a restart is refused: it has credentials of before");
    strcpy(answer.streams[1].ufrag, "other");
    assert_int_equal(nt_ice_set_remote(agent(0), &answer, n.now), NT_EINVAL);
    assert_int_equal(nt_ice_set_offer(agent(0), &answer, n.now), NT_ESTATE);
    assert_int_equal(nt_ice_rollback(agent(0), n.now), NT_OK);
    assert_int_equal(nt_ice_set_offer(agent(0), &answer, n.now), NT_EUNSUPPORTED);
    assert_non_null(strstr(counts[0].last_drop, "for some streams and not for others"));
    assert_int_equal(nt_ice_set_offer(agent(1), &offer, n.now), NT_OK);
    assert_int_equal(nt_ice_set_remote(agent(1), &offer, n.now), NT_ESTATE); /* our answer has not been had */
    assert_int_equal(nt_ice_rollback(agent(1), n.now), NT_OK);
    nt_ice_description_free(&answer);
    nt_ice_description_free(&offer);
    run(&n, n.now + 40 * NT_SEC);
    assert_states(NT_ICE_COMPLETED);
    assert_restarts(0);
    end();
}

/* --- RFC 8445, 7.3, and RFC 8838, 4 and 15 --- */
/* The answer is late: checks with the new credentials are answered before it, and acted upon after it. */
TEST(checks_before_the_answer)
{
    connect_with(plain);
    restart_late(0, 300 * NT_MSEC);
    run(&n, n.now + 2 * NT_SEC);
    assert_states(NT_ICE_COMPLETED);
    struct nt_ice_pair_info info;
    assert_int_equal(nt_ice_pair_count(agent(0)), 1);
    nt_ice_pair_at(agent(0), 0, &info);
    assert_true(info.sendable && info.receivable);
    end();
}

/* A candidate that was learnt belongs to its session. */
TEST(what_was_learnt_is_forgotten)
{
    begin(plain);
    struct nt_ice_description d[2] = {described(0, false), described(1, false)};
    d[1].streams[0].candidate_count = 0; /* b is known to a by its checks alone */
    assert_int_equal(nt_ice_set_remote(agent(1), &d[0], n.now), NT_OK);
    assert_int_equal(nt_ice_set_remote(agent(0), &d[1], n.now), NT_OK);
    for (int i = 0; i < 2; i++) {
        nt_ice_description_free(&d[i]);
        drain(&n, i);
    }
    run(&n, n.now + 5 * NT_SEC);
    struct nt_ice_candidate own, peer;
    assert_true(nt_ice_selected(agent(0), 1, 1, &own, &peer));
    assert_int_equal(peer.type, NT_ICE_PRFLX);
    restart(0);
    run(&n, n.now + 5 * NT_SEC);
    assert_true(nt_ice_selected(agent(0), 1, 1, &own, &peer));
    assert_int_equal(peer.type, NT_ICE_HOST);
    assert_int_equal(nt_ice_stats(agent(0)).prflx_remote, 1);
    assert_int_equal(counts[0].changed, 0); /* the addresses are the same */
    end();
}

/* "if there is an ICE restart, any delayed updates for a previous session can be recognized as such and ignored". */
TEST(late_candidates_of_the_old_session)
{
    connect_with((struct setting){NAT_FULL, NT_ICE_TRICKLE_FULL, false, 1});
    struct nt_ice_description late = described(0, false);
    restart(1);
    assert_int_equal(nt_ice_add_remote(agent(1), &late, n.now), NT_EINVAL);
    assert_string_equal(counts[1].last_drop, "candidates with credentials or of a stream that are not of this session");
    nt_ice_description_free(&late);
    end();
}

/* "they can engage in Trickle ICE behavior as they would in an initial exchange": an offer with host candidates alone, and others
 * before the answer. */
TEST(candidates_before_the_answer)
{
    connect_with((struct setting){NAT_FULL, NT_ICE_TRICKLE_HALF, false, 1});
    assert_int_equal(nt_ice_restart(agent(0), n.now), NT_OK);
    struct nt_ice_description offer = described(0, true), more;
    assert_int_equal(offer.streams[0].candidate_count, 1);
    assert_false(offer.streams[0].end_of_candidates);
    drain(&n, 0);
    assert_int_equal(nt_ice_set_offer(agent(1), &offer, n.now), NT_OK);
    run(&n, n.now + NT_SEC);
    assert_int_equal(nt_ice_trickle(agent(1), &more, n.now), NT_ESTATE); /* its answer first */
    assert_int_equal(nt_ice_trickle(agent(0), &more, n.now), NT_OK);
    assert_int_equal(more.streams[0].candidate_count, 2);
    assert_int_equal(nt_ice_add_remote(agent(1), &more, n.now), NT_OK);
    nt_ice_description_free(&more);
    struct nt_ice_description answer = described(1, false);
    assert_int_equal(nt_ice_set_remote(agent(1), &offer, n.now), NT_OK);
    assert_int_equal(nt_ice_set_remote(agent(0), &answer, n.now), NT_OK);
    for (int i = 0; i < 2; i++)
        drain(&n, i);
    run(&n, n.now + 5 * NT_SEC);
    assert_states(NT_ICE_COMPLETED);
    nt_ice_description_free(&offer);
    nt_ice_description_free(&answer);
    end();
}

/* --- the end --- */
/* nt_ice_close in every state of a restart. */
TEST(closed_at_any_time)
{
    for (int moment = 0; moment < 5; moment++) {
        connect_with((struct setting){NAT_SYM, NT_ICE_TRICKLE_OFF, true, 1});
        struct nt_ice_description offer = {0};
        if (moment < 3)
            offer = offer_of(0);
        if (moment >= 1 && moment < 3)
            assert_int_equal(nt_ice_set_offer(agent(1), &offer, n.now), NT_OK);
        if (moment >= 3)
            restart(0);
        if (moment == 4)
            run(&n, n.now + NT_SEC); /* completed: the former session is still there */
        for (int i = 0; i < 2; i++) {
            nt_ice_close(agent(i), n.now);
            drain(&n, i);
            assert_int_equal(nt_ice_restart(agent(i), n.now), NT_ESTATE);
            assert_int_equal(nt_ice_rollback(agent(i), n.now), NT_ESTATE);
        }
        run(&n, n.now + 60 * NT_SEC);
        assert_states(NT_ICE_CLOSED);
        assert_int_equal(counts[0].closed + counts[1].closed, 2);
        if (moment < 3)
            nt_ice_description_free(&offer);
        end();
    }
}

TEST(not_before_there_is_a_session)
{
    begin(plain);
    assert_int_equal(nt_ice_restart(agent(0), n.now), NT_ESTATE);
    assert_int_equal(nt_ice_rollback(agent(0), n.now), NT_ESTATE);
    end();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_either_side),
        cmocka_unit_test(the_same_pair_is_no_change),
        cmocka_unit_test(the_old_pair_keeps_its_consent),
        cmocka_unit_test(the_old_pair_ends_first),
        cmocka_unit_test(during_checks),
        cmocka_unit_test(after_the_end),
        cmocka_unit_test(a_restart_that_fails),
        cmocka_unit_test(one_after_another),
        cmocka_unit_test(rolled_back_it_has_never_been),
        cmocka_unit_test(rolled_back_with_servers),
        cmocka_unit_test(one_offer_at_a_time),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(checks_before_the_answer),
        cmocka_unit_test(what_was_learnt_is_forgotten),
        cmocka_unit_test(late_candidates_of_the_old_session),
        cmocka_unit_test(candidates_before_the_answer),
        cmocka_unit_test(closed_at_any_time),
        cmocka_unit_test(not_before_there_is_a_session),
    };
    return RUN_TESTS(tests);
}
