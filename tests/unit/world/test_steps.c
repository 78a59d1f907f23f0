/* Steps: when they run, what each does to the world, and which of them failed or never ran. */
#include "tests/unit/world/small.h"

static struct nt_data_count data_of(const struct small *s, uint32_t agent)
{
    struct nt_party party = nt_world_party(s->w, agent);
    return party.ops->data(party.self);
}

TEST(test_a_step_runs_at_its_time)
{
    struct small s;
    small_new(&s, SMALL_TOP SMALL_AGENTS "steps:\n  - {at: 250ms, call: {from: L, to: R}}\n");
    small_run(&s, 249 * NT_MSEC);
    assert_false(nt_steps_done(nt_world_steps(s.w)));
    assert_false(nt_steps_idle(nt_world_steps(s.w)));
    assert_int_equal(nt_world_call_at(s.w), NT_TIME_NEVER);
    small_run(&s, 250 * NT_MSEC);
    assert_true(nt_steps_done(nt_world_steps(s.w)));
    assert_int_equal(nt_world_call_at(s.w), 250 * NT_MSEC);
    assert_int_equal(nt_world_last_activity(s.w), 250 * NT_MSEC);
    small_free(&s);
}

TEST(test_a_step_runs_once_after_the_first_event)
{
    struct small s;
    small_new(&s, SMALL "  - {after: L.selected, delay: 300ms, send: {from: L, to: R, count: 3}}\n");
    assert_false(nt_steps_idle(nt_world_steps(s.w))); /* the call */
    small_run(&s, 0);
    assert_true(nt_steps_idle(nt_world_steps(s.w))); /* the other one waits for an event */
    assert_false(nt_steps_done(nt_world_steps(s.w)));
    assert_string_equal(nt_steps_not_run(nt_world_steps(s.w))->text, "send");
    small_run(&s, NT_SEC / 2);
    nt_time selected = small_event(&s, agent_node(L), "selected")->first;
    small_run(&s, selected + 299 * NT_MSEC);
    assert_int_equal(data_of(&s, L).sent, 0);
    small_run(&s, selected + 300 * NT_MSEC);
    assert_int_equal(data_of(&s, L).sent, 1);
    small_run(&s, 20 * NT_SEC);
    assert_int_equal(data_of(&s, L).sent, 3);
    assert_int_equal(data_of(&s, R).sent, 0); /* a send step replaces the default data */
    assert_null(nt_steps_not_run(nt_world_steps(s.w)));
    small_free(&s);
}

TEST(test_a_step_whose_event_never_happens_is_named)
{
    struct small s;
    small_new(&s, SMALL "  - {after: R.failed, link: {at: L, set: down}}\n");
    small_run(&s, 20 * NT_SEC);
    assert_string_equal(nt_steps_not_run(nt_world_steps(s.w))->text, "link");
    assert_true(nt_steps_idle(nt_world_steps(s.w)));
    small_free(&s);
}

TEST(test_the_first_step_that_fails_is_named_with_its_reason)
{
    struct small s;
    const char *why = NULL;
    small_new(&s, SMALL "  - {at: 1ms, reoffer: {from: L}}\n  - {at: 2ms, reoffer: {from: R}}\n");
    small_run(&s, 0);
    assert_null(nt_steps_failed(nt_world_steps(s.w), &why));
    small_run(&s, 5 * NT_MSEC);
    const struct nt_scn_step *failed = nt_steps_failed(nt_world_steps(s.w), &why);
    assert_non_null(failed);
    assert_int_equal(failed->from, L);
    assert_string_equal(why, "the call is not answered yet");
    small_free(&s);
}

/* What the first of the steps that fails says. */
static void check_objection(const char *top, const char *steps, const char *expected)
{
    struct small s;
    const char *why = NULL;
    char text[2000];
    snprintf(text, sizeof text, "%s%s", top, steps);
    small_new(&s, text);
    small_run(&s, 120 * NT_SEC);
    assert_non_null(nt_steps_failed(nt_world_steps(s.w), &why));
    assert_string_equal(why, expected);
    small_free(&s);
}

#define RENOMINATES                                                                                                                \
    SMALL_TOP "agents:\n"                                                                                                          \
              "  L: {on: home-left, role: controlling, stun: [stun], renomination: on}\n"                                          \
              "  R: {on: internet, role: controlled, stun: [stun], renomination: on}\n"                                            \
              "steps:\n" SMALL_CALL
#define APART "  - {after: R.offer-received, partition: {between: [L], and: [R]}}\n"

TEST(test_a_step_of_the_call_that_is_refused_says_why)
{
    static const char *const of_call[] = {"reoffer: {from: R}", "restart: {agent: R}", "hangup: {agent: R}"};
    char steps[300];
    for (size_t i = 0; i < sizeof of_call / sizeof *of_call; i++) {
        snprintf(steps, sizeof steps, "  - {at: 1ms, %s}\n", of_call[i]);
        check_objection(SMALL, steps, "the call is not answered yet");
        snprintf(steps, sizeof steps, "  - {at: 1s, hangup: {agent: L}}\n  - {at: 2s, %s}\n", of_call[i]);
        check_objection(SMALL, steps, "the call is over");
    }
    check_objection(SMALL,
                    "  - {at: 0s, signalling: {from: R, message: answer, reject: true}}\n  - {at: 1s, restart: {agent: L}}\n",
                    "the call was rejected");
    check_objection(RENOMINATES, "  - {after: L.answer-received, renominate: {agent: L, remote: host}}\n", "ICE has not completed");
    check_objection(RENOMINATES, "  - {at: 5s, renominate: {agent: R, remote: host}}\n",
                    "the agent is controlled, and the controlling one nominates");
    check_objection(RENOMINATES, "  - {at: 5s, renominate: {agent: L, remote: relay}}\n",
                    "no other valid pair has such a remote candidate");
    check_objection(RENOMINATES, APART "  - {after: L.failed, renominate: {agent: L, remote: host}}\n", "ICE has failed");
}

TEST(test_a_fault_takes_the_packets_it_names)
{
    struct small s;
    small_new(&s, SMALL "  - {at: 0s, drop: {where: L, filter: \"udp[4:2] = 208\", nth: [1, 2]}}\n");
    small_run(&s, 5 * NT_SEC);
    assert_int_equal(data_of(&s, L).sent, 10); /* 200 bytes each */
    assert_int_equal(data_of(&s, L).received, 8);
    assert_int_equal(data_of(&s, R).received, 10);
    small_free(&s);
}

TEST(test_a_link_goes_down_and_up)
{
    struct small s;
    small_new(&s, SMALL "  - {after: L.selected, link: {at: nat-left.inside, set: down}}\n"
                        "  - {after: L.selected, delay: 100ms, link: {at: nat-left.inside, set: up}}\n");
    small_run(&s, 5 * NT_SEC);
    assert_true(nt_steps_done(nt_world_steps(s.w)));
    assert_int_equal(data_of(&s, L).sent, 10); /* over 180 ms */
    assert_in_range(data_of(&s, L).received, 3, 7);
    small_free(&s);
}

TEST(test_a_partition_parts_signalling_too)
{
    struct small s;
    small_new(&s, SMALL_TOP SMALL_AGENTS "steps:\n  - {at: 0s, partition: {between: [L], and: [platform]}}\n" SMALL_CALL);
    small_run(&s, 5 * NT_SEC);
    assert_non_null(small_event(&s, agent_node(L), "offer-sent"));
    assert_null(small_event(&s, agent_node(R), "offer-received"));
    assert_true(nt_parties_wait(s.w));
    small_free(&s);
}

/* Of L's ten datagrams each way, after a partition of the way. */
static void check_one_way(const char *direction, uint32_t received_by_l, uint32_t received_by_r)
{
    struct small s;
    char text[2000];
    snprintf(text, sizeof text,
             SMALL "  - {at: 2s, partition: {between: [L], and: [R], direction: %s}}\n"
                   "  - {at: 3s, send: {from: L, to: R}}\n  - {at: 3s, send: {from: R, to: L}}\n",
             direction);
    small_new(&s, text);
    small_run(&s, 5 * NT_SEC);
    assert_int_equal(data_of(&s, L).sent, 10);
    assert_int_equal(data_of(&s, R).sent, 10);
    /* received: by the peer */
    assert_int_equal(data_of(&s, L).received, received_by_r);
    assert_int_equal(data_of(&s, R).received, received_by_l);
    small_free(&s);
}

#define MOVES                                                                                                                      \
    "natsim: 1\n"                                                                                                                  \
    "claim: A call.\n"                                                                                                             \
    "networks:\n"                                                                                                                  \
    "  internet: {ipv4: 203.0.113.0/24, delay: 20ms}\n"                                                                            \
    "  home:     {ipv4: 10.1.0.0/24, ipv6: \"2001:db8:1::/64\", delay: 1ms}\n"                                                     \
    "  cell:     {ipv4: 10.3.0.0/24, ipv6: \"2001:db8:3::/64\", delay: 5ms}\n"                                                     \
    "gateways:\n"                                                                                                                  \
    "  nat-home: {inside: home, outside: internet, nat: full-cone}\n"                                                              \
    "  nat-cell: {inside: cell, outside: internet, nat: full-cone}\n"                                                              \
    "servers:\n"                                                                                                                   \
    "  stun:     {on: internet, kind: stun}\n"                                                                                     \
    "agents:\n"                                                                                                                    \
    "  L: {on: home, role: controlling, stun: [stun]}\n"                                                                           \
    "  R: {on: internet, role: controlled, stun: [stun]}\n"                                                                        \
    "  X: {on: cell}\n"                                                                                                            \
    "steps:\n" SMALL_CALL

static uint32_t port_network(const struct small *s, uint32_t agent)
{
    return nt_fabric_port_network(nt_world_fabric(s->w), nt_world_node(s->w, agent_node(agent)), 0);
}

TEST(test_an_attachment_moves)
{
    struct small s;
    small_new(&s, MOVES "  - {at: 2s, move: {at: L.0, to: cell, outage: 3s}}\n"
                        "  - {after: L.moved, send: {from: L, to: R, count: 3}}\n"
                        "  - {after: L.moved, drop: {where: X}}\n");
    assert_int_equal(s.scn->steps[1].move_to.address_count, 2);
    small_run(&s, 2 * NT_SEC);
    assert_false(nt_steps_done(nt_world_steps(s.w)));
    assert_false(nt_steps_idle(nt_world_steps(s.w))); /* it is on its way */
    small_run(&s, 5 * NT_SEC - 1);
    assert_null(small_event(&s, agent_node(L), "moved"));
    small_run(&s, 5 * NT_SEC);
    assert_int_equal(small_event(&s, agent_node(L), "moved")->first, 5 * NT_SEC);
    assert_int_equal(port_network(&s, L), 2);
    assert_true(nt_steps_done(nt_world_steps(s.w)));
    assert_int_equal(nt_world_last_activity(s.w), 5 * NT_SEC);
    struct nt_routes *routes = nt_host_routes(nt_world_host(s.w, agent_node(L)));
    struct nt_addr there = s.scn->gateways[1].inside[0].addresses[0], far = nt_addr_v4(0x08080808, 0);
    const struct nt_route *out = nt_routes_find(routes, &far, 0);
    assert_non_null(out);
    assert_true(nt_addr_same_ip(&out->via, &there));
    small_run(&s, 6 * NT_SEC);
    assert_int_equal(s.capture.tap_count, nt_fabric_tap_count(nt_world_fabric(s.w)));
    small_free(&s);
}

TEST(test_a_later_move_takes_the_place_of_one_under_way)
{
    struct small s;
    small_new(&s, MOVES "  - {at: 2s, move: {at: L.0, to: cell, outage: 3s}}\n"
                        "  - {at: 3s, move: {at: L.0, to: internet, outage: 1s}}\n"
                        "  - {at: 6s, move: {at: L.0, to: internet}}\n"
                        "  - {at: 6s, drop: {where: X}}\n");
    small_run(&s, 3500 * NT_MSEC);
    assert_int_equal(port_network(&s, L), 1);
    small_run(&s, 5 * NT_SEC);
    assert_int_equal(small_event(&s, agent_node(L), "moved")->first, 4 * NT_SEC);
    assert_int_equal(port_network(&s, L), 0);
    small_run(&s, 6 * NT_SEC);
    assert_int_equal(small_event(&s, agent_node(L), "moved")->count, 2); /* a renewed address */
    const struct nt_addr *first = &s.scn->steps[2].move_to.addresses[0], *renewed = &s.scn->steps[3].move_to.addresses[0];
    assert_false(nt_addr_same_ip(first, renewed));
    assert_true(nt_steps_done(nt_world_steps(s.w)));
    small_free(&s);
}

TEST(test_a_move_to_an_address_that_is_taken_fails)
{
    struct small s;
    const char *why = NULL;
    small_new(&s, MOVES "  - {at: 2s, move: {at: L.0, to: cell, address: 10.3.0.2, outage: 1s}}\n" /* X's */
                        "  - {at: 5s, move: {at: X.0, to: home, address: 10.1.0.2}}\n"
                        "  - {at: 6s, move: {at: L.0, to: cell, address: 10.3.0.2}}\n");
    small_run(&s, 2500 * NT_MSEC);
    assert_null(nt_steps_failed(nt_world_steps(s.w), &why));
    small_run(&s, 4 * NT_SEC);
    assert_ptr_equal(nt_steps_failed(nt_world_steps(s.w), &why), &s.scn->steps[1]);
    assert_string_equal(why, "somebody has that address there");
    assert_null(small_event(&s, agent_node(L), "moved"));
    small_run(&s, 6 * NT_SEC);
    assert_int_equal(small_event(&s, agent_node(2), "moved")->count, 1); /* L's old one is free */
    assert_int_equal(small_event(&s, agent_node(L), "moved")->count, 1);
    small_free(&s);
}

TEST(test_a_partition_has_a_direction)
{
    check_one_way("both", 0, 0);
    check_one_way("from", 10, 0);
    check_one_way("to", 0, 10);
}

TEST(test_a_step_waits_for_the_nth_event)
{
    struct small s;
    small_new(&s, SMALL "  - {after: {event: L.check-received, nth: 2}, send: {from: L, to: R, count: 3}}\n"
                        "  - {after: {event: L.selected, nth: 2}, send: {from: L, to: R, count: 3}}\n");
    small_run(&s, 4 * NT_SEC);
    assert_int_equal(small_event(&s, agent_node(L), "check-received")->count, 1);
    assert_int_equal(data_of(&s, L).sent, 0);
    small_run(&s, 8 * NT_SEC);
    assert_int_equal(small_event(&s, agent_node(L), "check-received")->count, 2);
    assert_int_equal(data_of(&s, L).sent, 3);
    assert_int_equal(nt_steps_not_run(nt_world_steps(s.w))->after_nth, 2);
    small_free(&s);
}

TEST(test_signalling_is_delayed)
{
    struct small s;
    small_new(&s, SMALL_TOP SMALL_AGENTS "steps:\n  - {at: 0s, signalling: {from: L, message: offer, delay: 700ms}}\n" SMALL_CALL);
    small_run(&s, 5 * NT_SEC);
    nt_time sent = small_event(&s, agent_node(L), "offer-sent")->first;
    assert_int_equal(small_event(&s, agent_node(R), "offer-received")->first, sent + 741 * NT_MSEC);
    small_free(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_step_runs_at_its_time),
        cmocka_unit_test(test_a_step_runs_once_after_the_first_event),
        cmocka_unit_test(test_a_step_whose_event_never_happens_is_named),
        cmocka_unit_test(test_the_first_step_that_fails_is_named_with_its_reason),
        cmocka_unit_test(test_a_step_of_the_call_that_is_refused_says_why),
        cmocka_unit_test(test_a_fault_takes_the_packets_it_names),
        cmocka_unit_test(test_a_link_goes_down_and_up),
        cmocka_unit_test(test_a_partition_parts_signalling_too),
        cmocka_unit_test(test_an_attachment_moves),
        cmocka_unit_test(test_a_later_move_takes_the_place_of_one_under_way),
        cmocka_unit_test(test_a_move_to_an_address_that_is_taken_fails),
        cmocka_unit_test(test_a_partition_has_a_direction),
        cmocka_unit_test(test_a_step_waits_for_the_nth_event),
        cmocka_unit_test(test_signalling_is_delayed),
    };
    return RUN_TESTS(tests);
}
