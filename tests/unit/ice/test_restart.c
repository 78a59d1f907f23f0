/* ICE restart (RFC 8445, 9; RFC 8839, 4.4): both agents, over a network.
 *
 *   a 10.1.0.2 --- [NAT] --- 20 ms --- [NAT] --- b 10.2.0.2
 */
#include "net.h"

static struct net n;
static struct nt_addr stun_addr;
static struct nt_stun_server *stun;

struct counts {
    int restarted, rolled_back, recovered, changed, disconnected;
    int64_t times;
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
}

static struct nt_ice_config config_for(int i)
{
    struct nt_ice_config c = config_of(i == 0 ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED, i == 0 ? "a" : "b");
    c.trace = (struct nt_trace){count_event, &counts[i], 0};
    c.stun = &stun_addr;
    return c;
}

/* Two agents that are connected. */
static void connect_with(enum nat_kind nat, enum nt_ice_trickle trickle)
{
    memset(counts, 0, sizeof counts);
    net_init(&n, 20 * NT_MSEC);
    for (int i = 0; i < 2; i++) {
        struct nt_ice_config c = config_for(i);
        c.trickle = trickle;
        add_agent(&n, &c, i == 0 ? "10.1.0.2" : "10.2.0.2", nat, i == 0 ? "203.0.113.2" : "203.0.113.3");
    }
    gather(&n, 0);
    gather(&n, 1);
    run(&n, n.now + NT_SEC);
    assert_int_equal(tell(&n, 0, 1), NT_OK);
    assert_int_equal(tell(&n, 1, 0), NT_OK);
    run(&n, n.now + 5 * NT_SEC);
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_ice_state(n.nodes[i].agent), NT_ICE_COMPLETED);
}

static void end(void)
{
    net_free(&n);
}

static struct nt_ice_description description(int i, bool offer)
{
    struct nt_ice_description d;
    assert_int_equal(nt_ice_local(n.nodes[i].agent, offer, &d), NT_OK);
    return d;
}

/* The whole exchange of a restart by `i`. */
static void restart(int i)
{
    struct nt_ice_agent *a = n.nodes[i].agent, *b = n.nodes[1 - i].agent;
    assert_int_equal(nt_ice_restart(a, n.now), NT_OK);
    drain(&n, i);
    run(&n, n.now + 50 * NT_MSEC);
    assert_int_equal(n.nodes[i].last.kind, NT_ICE_EV_LOCAL);
    struct nt_ice_description offer = description(i, true);
    assert_int_equal(nt_ice_set_offer(b, &offer, n.now), NT_OK);
    drain(&n, 1 - i);
    run(&n, n.now + 50 * NT_MSEC);
    assert_int_equal(n.nodes[1 - i].last.kind, NT_ICE_EV_LOCAL);
    struct nt_ice_description answer = description(1 - i, false);
    assert_int_equal(nt_ice_set_remote(b, &offer, n.now), NT_OK);
    drain(&n, 1 - i);
    run(&n, n.now + 20 * NT_MSEC);
    assert_int_equal(nt_ice_set_remote(a, &answer, n.now), NT_OK);
    drain(&n, i);
    nt_ice_description_free(&offer);
    nt_ice_description_free(&answer);
}

static void send_both(int expected)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(nt_ice_send(n.nodes[i].agent, 1, 1, (const uint8_t *)"\x80 data", 6, false, n.now), NT_OK);
        drain(&n, i);
    }
    run(&n, n.now + 30 * NT_MSEC);
    for (int i = 0; i < 2; i++)
        assert_int_equal(n.nodes[i].data_count, expected);
}

/* RFC 8445, 9: both password and fragment change, roles stay, data go on. */
static void restarts(int by, enum nat_kind nat, enum nt_ice_trickle trickle)
{
    connect_with(nat, trickle);
    struct nt_ice_description before = description(by, false);
    restart(by);
    struct nt_ice_description after = description(by, false);
    assert_string_not_equal(before.streams[0].ufrag, after.streams[0].ufrag);
    assert_string_not_equal(before.streams[0].pwd, after.streams[0].pwd);
    nt_ice_description_free(&before);
    nt_ice_description_free(&after);
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_ice_state(n.nodes[i].agent), NT_ICE_RUNNING);
    send_both(1);
    run(&n, n.now + NT_SEC);
    send_both(2);
    run(&n, n.now + 60 * NT_SEC); /* consent of the new pairs */
    send_both(3);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(nt_ice_state(n.nodes[i].agent), NT_ICE_COMPLETED);
        assert_int_equal(nt_ice_role(n.nodes[i].agent), i == 0 ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED);
        assert_int_equal(nt_ice_stats(n.nodes[i].agent).restarts, 1);
        assert_int_equal(counts[i].restarted, 1);
        assert_int_equal(counts[i].times, 1);
        assert_int_equal(counts[i].recovered + counts[i].disconnected + counts[i].rolled_back, 0);
    }
    end();
}

TEST(by_either_side)
{
    for (int by = 0; by < 2; by++)
        for (enum nat_kind nat = NAT_NONE; nat <= NAT_NONE; nat++) {
            restarts(by, nat, NT_ICE_TRICKLE_OFF);
            restarts(by, nat, NT_ICE_TRICKLE_HALF);
            restarts(by, nat, NT_ICE_TRICKLE_FULL);
        }
}

/* RFC 8839, 4.4: "Should a subsequent offer fail, ICE processing continues as if the subsequent offer had never been made." */
TEST(rolled_back_it_has_never_been)
{
    static struct sent log[LOG];
    int count = 0;
    for (int round = 0; round < 2; round++) {
        connect_with(NAT_NONE, NT_ICE_TRICKLE_OFF);
        if (round == 1) {
            assert_int_equal(nt_ice_restart(n.nodes[0].agent, n.now), NT_OK);
            struct nt_ice_description offer = description(0, true);
            assert_int_equal(nt_ice_set_offer(n.nodes[1].agent, &offer, n.now), NT_OK);
            nt_ice_description_free(&offer);
        }
        run(&n, n.now + 7 * NT_SEC);
        for (int i = 0; i < 2 && round == 1; i++) {
            assert_int_equal(nt_ice_rollback(n.nodes[i].agent, n.now), NT_OK);
            assert_int_equal(nt_ice_rollback(n.nodes[i].agent, n.now), NT_ESTATE);
            assert_int_equal(counts[i].rolled_back, 1);
            assert_int_equal(nt_ice_stats(n.nodes[i].agent).restarts, 0);
        }
        send_both(1);
        run(&n, n.now + 60 * NT_SEC);
        if (round == 1) {
            assert_int_equal(n.log_count, count);
            for (int i = 0; i < count; i++)
                assert_true(n.log[i].at == log[i].at && memcmp(n.log[i].head, log[i].head, sizeof log[i].head) == 0);
        }
        count = n.log_count;
        memcpy(log, n.log, sizeof log);
        end();
    }
}

/* RFC 3261, 14.1 and RFC 8839, 4.4: whoever has offered takes no offer. */
TEST(one_offer_at_a_time)
{
    connect_with(NAT_NONE, NT_ICE_TRICKLE_OFF);
    struct nt_ice_description offers[2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(nt_ice_restart(n.nodes[i].agent, n.now), NT_OK);
        assert_int_equal(nt_ice_restart(n.nodes[i].agent, n.now), NT_ESTATE);
        offers[i] = description(i, true);
    }
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_ice_set_offer(n.nodes[i].agent, &offers[1 - i], n.now), NT_ESTATE);
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_ice_rollback(n.nodes[i].agent, n.now), NT_OK);
    assert_int_equal(nt_ice_set_offer(n.nodes[1].agent, &offers[0], n.now), NT_OK);
    assert_int_equal(nt_ice_restart(n.nodes[1].agent, n.now), NT_ESTATE);
    assert_int_equal(nt_ice_set_offer(n.nodes[1].agent, &offers[0], n.now), NT_ESTATE);
    for (int i = 0; i < 2; i++)
        nt_ice_description_free(&offers[i]);
    end();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_either_side),
        cmocka_unit_test(rolled_back_it_has_never_been),
        cmocka_unit_test(one_offer_at_a_time),
    };
    (void)stun;
    return RUN_TESTS(tests);
}
