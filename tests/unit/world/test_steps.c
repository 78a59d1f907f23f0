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
    assert_string_equal(why, "it is too early for that");
    small_free(&s);
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
    small_new(&s, SMALL
              "  - {after: L.selected, link: {at: L, set: down}}\n  - {after: L.selected, delay: 100ms, link: {at: L, set: up}}\n");
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
        cmocka_unit_test(test_a_fault_takes_the_packets_it_names),
        cmocka_unit_test(test_a_link_goes_down_and_up),
        cmocka_unit_test(test_a_partition_parts_signalling_too),
        cmocka_unit_test(test_a_partition_has_a_direction),
        cmocka_unit_test(test_a_step_waits_for_the_nth_event),
        cmocka_unit_test(test_signalling_is_delayed),
    };
    return RUN_TESTS(tests);
}
