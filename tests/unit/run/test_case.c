/* One case from its plain data to its result: when it ends, what is the result of several orders and of several runs. */
#include "scenarios/run/clock_virtual.h"
#include "scenarios/run/explore.h"
#include "scenarios/run/repeat.h"
#include "tests/unit/world/small.h"

static void run_small(struct small *s, const char *text, const struct nt_run_options *options, struct nt_result_case *r)
{
    small_load(s, text);
    nt_run_case(s->scn, options, &s->capture, NULL, r);
}

TEST(test_a_case_ends_a_second_after_its_last_activity)
{
    struct small s;
    struct nt_result_case r;
    run_small(&s, SMALL, &(struct nt_run_options){.seed = 1}, &r);
    assert_string_equal(r.reason, "");
    assert_int_equal(r.outcome, NT_PASS);
    assert_string_equal(r.path, "direct");
    assert_in_range(r.virtual_ms, 1256 + 180, 1256 + 220); /* selected after 256 ms; ten datagrams 20 ms apart, and their way */
    assert_int_equal(r.packets, s.capture.frame_count);
    nt_result_case_free(&r);
    small_free(&s);
}

TEST(test_until_goes_on)
{
    struct small s;
    struct nt_result_case r;
    run_small(&s, SMALL, &(struct nt_run_options){.seed = 1, .until = 30 * NT_SEC}, &r);
    assert_int_equal(r.virtual_ms, 30000);
    assert_int_equal(r.outcome, NT_PASS);
    nt_result_case_free(&r);
    small_free(&s);
}

TEST(test_a_limit_cuts_short)
{
    struct small s;
    struct nt_result_case r;
    run_small(&s, SMALL "expect: {limit: 250ms}\n", &(struct nt_run_options){.seed = 1}, &r);
    assert_int_equal(r.outcome, NT_FAIL);
    assert_string_equal(r.reason, "still going on after 0.25 s, the limit (cut: L was running, and R completed)");
    assert_int_equal(r.virtual_ms, 250);
    nt_result_case_free(&r);
    small_free(&s);
}

/* The offer is lost: R waits, L has gathered, nothing is under way. */
TEST(test_a_lost_offer_is_not_waited_for)
{
    struct small s;
    struct nt_result_case r;
    run_small(&s,
              SMALL_TOP SMALL_AGENTS "steps:\n  - {at: 0s, signalling: {from: L, message: offer, drop: true}}\n" SMALL_CALL
                                     "expect: {path: none}\n",
              &(struct nt_run_options){.seed = 1}, &r);
    assert_string_equal(r.reason, "");
    assert_in_range(r.virtual_ms, 1000, 2000);
    nt_result_case_free(&r);
    small_free(&s);
}

TEST(test_the_virtual_clock)
{
    struct small s;
    struct nt_clock_virtual way;
    small_new(&s, SMALL);
    struct nt_run_clock clock = nt_clock_virtual(&way, s.scn);
    assert_false(clock.real_time);
    assert_int_equal(way.longest_way, 42 * NT_MSEC); /* 20 ms and 1 ms, there and back */
    assert_false(clock.settled(clock.user, s.w));
    assert_int_equal(clock.advance(clock.user, s.w, 300 * NT_MSEC), NT_FABRIC_UNTIL);
    assert_int_equal(nt_world_now(s.w), 300 * NT_MSEC);
    assert_false(clock.settled(clock.user, s.w)); /* data goes on */
    clock.advance(clock.user, s.w, NT_SEC);
    assert_true(clock.settled(clock.user, s.w));
    assert_int_equal(clock.end(clock.user, s.w), nt_world_last_activity(s.w) + NT_SEC);
    small_free(&s);
}

/* --- orders --- */

TEST(test_every_order_must_hold)
{
    static const char first[] = SMALL "expect: {path: direct, explore: {first: 3, window: 5ms}, outcomes: [direct]}\n";
    static const char other[] = SMALL "expect: {path: direct, explore: {first: 3, window: 5ms}, outcomes: [direct, none]}\n";
    struct small s;
    struct nt_result_case r;
    run_small(&s, first, &(struct nt_run_options){.seed = 1}, &r);
    assert_string_equal(r.reason, "");
    assert_int_equal(r.outcome, NT_PASS);
    assert_int_equal(r.expected_paths, 1);
    nt_result_case_free(&r);
    small_free(&s);
    run_small(&s, other, &(struct nt_run_options){.seed = 1}, &r);
    assert_int_equal(r.outcome, NT_FAIL);
    assert_non_null(strstr(r.reason, "outcomes: expected direct, none, found direct in "));
    nt_result_case_free(&r);
    small_free(&s);
}

TEST(test_the_order_of_a_failure_is_in_its_reason)
{
    struct small s;
    struct nt_result_case r;
    run_small(&s, SMALL "expect: {path: none, within: 1ms, explore: {first: 3, window: 5ms}, outcomes: [direct]}\n",
              &(struct nt_run_options){.seed = 1}, &r);
    assert_int_equal(r.outcome, NT_FAIL);
    assert_non_null(strstr(r.reason, "path: expected none, found direct (in the order 0"));
    assert_int_equal(r.reason_count, 2); /* the other stays behind it */
    assert_string_equal(r.reasons[0].text, r.reason);
    assert_non_null(strstr(r.reasons[1].text, "within: expected 1 ms at most"));
    nt_result_case_free(&r);
    small_free(&s);
}

/* --- several runs --- */

TEST(test_runs_that_agree_give_one_result)
{
    struct small s;
    struct nt_result_case r;
    small_load(&s, SMALL);
    struct nt_capture spare;
    nt_capture_init(&spare);
    nt_repeat_case(s.scn, &(struct nt_run_options){.seed = 1}, 3, NULL, &s.capture, &spare, &r);
    nt_capture_free(&spare);
    assert_int_equal(r.outcome, NT_PASS);
    assert_int_equal(r.runs_passed, 3);
    assert_int_equal(r.runs_failed, 0);
    assert_int_equal(r.packets, s.capture.frame_count);
    nt_result_case_free(&r);
    small_free(&s);
}

/* --- listeners --- */

struct heard {
    const struct nt_scn_case *scn;
    size_t events, selected;
};

static void hear(void *user, const struct nt_scn_case *c, struct nt_scn_node node, const struct nt_trace_event *ev)
{
    struct heard *h = user;
    assert_ptr_equal(c, h->scn);
    h->events++;
    h->selected += ev->kind == NT_TR_ICE_SELECTED && node.kind == NT_SCN_NODE_AGENT;
}

TEST(test_a_listener_hears_one_run)
{
    struct small s;
    struct nt_result_case r;
    small_load(&s, SMALL);
    struct heard heard = {.scn = s.scn};
    nt_run_case(s.scn, &(struct nt_run_options){.seed = 1}, &s.capture, &(struct nt_run_listener){.event = hear, .user = &heard},
                &r);
    assert_int_equal(heard.selected, 2);
    assert_true(heard.events > 20);
    nt_result_case_free(&r);
    small_free(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_case_ends_a_second_after_its_last_activity),
        cmocka_unit_test(test_until_goes_on),
        cmocka_unit_test(test_a_limit_cuts_short),
        cmocka_unit_test(test_a_lost_offer_is_not_waited_for),
        cmocka_unit_test(test_the_virtual_clock),
        cmocka_unit_test(test_every_order_must_hold),
        cmocka_unit_test(test_the_order_of_a_failure_is_in_its_reason),
        cmocka_unit_test(test_runs_that_agree_give_one_result),
        cmocka_unit_test(test_a_listener_hears_one_run),
    };
    return RUN_TESTS(tests);
}
