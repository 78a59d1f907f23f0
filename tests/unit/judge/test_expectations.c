/* Expectations of a case against a world that has run: which one is the reason, with which line, and what comes first. */
#include "reports/result/words.h"
#include "scenarios/judge/data_gaps.h"
#include "scenarios/judge/expectations.h"
#include "scenarios/judge/outcome.h"
#include "tests/unit/world/small.h"

#define LINE 42

/* The small call has run, and is described. */
struct judging {
    struct small s;
    struct nt_programs *programs;
    struct nt_result_case result;
    struct nt_conf_verdict conformance;
    struct nt_judged judged;
    struct nt_watch *watch;
};

/* The small call is small enough that its capture keeps all packets: they settle once more, for the expectations as they are now.
 */
static void watch_again(struct judging *j)
{
    nt_watch_del(j->watch);
    j->watch = nt_watch_new(j->s.w, false);
    assert_non_null(j->watch);
    j->s.capture.settled = 0;
    nt_capture_settle(&j->s.capture);
}

static void judging_begin(struct judging *j, const char *text)
{
    *j = (struct judging){0};
    small_new(&j->s, text);
    j->programs = nt_programs_new(j->s.scn, &(struct nt_program_logs){0});
    assert_non_null(j->programs);
    small_run(&j->s, 20 * NT_SEC);
    assert_int_equal(nt_result_identify(j->s.scn, 1, false, "nobody has judged", &j->result), NT_OK);
    assert_int_equal(nt_result_describe(j->s.w, 0, &j->result), NT_OK);
    watch_again(j);
    assert_int_equal(nt_watch_conformance(j->watch, &j->conformance), NT_OK);
    j->judged =
        (struct nt_judged){.w = j->s.w, .programs = j->programs, .result = &j->result, .conformance = &j->conformance, .cut = ""};
}

static void judging_end(struct judging *j)
{
    nt_watch_del(j->watch);
    nt_conf_verdict_free(&j->conformance);
    nt_result_case_free(&j->result);
    nt_programs_del(j->programs);
    small_free(&j->s);
}

static void judge_expectations(struct judging *j)
{
    watch_again(j);
    j->judged.watch = j->watch;
    nt_expectations_judge(&j->judged, &j->result);
}

static void assert_verdict(struct judging *j, enum nt_outcome outcome, int line, const char *reason)
{
    judge_expectations(j);
    assert_string_equal(j->result.reason, reason);
    assert_int_equal(j->result.outcome, outcome);
    assert_int_equal(j->result.line, line);
}

static const struct nt_place there = {.line = LINE};

TEST(test_a_good_call_passes)
{
    struct judging j;
    judging_begin(&j, SMALL);
    assert_verdict(&j, NT_PASS, 0, "");
    j.s.scn->expect.path = NT_PATH_DIRECT | NT_PATH_RELAYED;
    j.s.scn->expect.within = NT_SEC;
    assert_verdict(&j, NT_PASS, 0, "");
    assert_int_equal(j.result.expected_paths, NT_PATH_DIRECT | NT_PATH_RELAYED);
    judging_end(&j);
}

TEST(test_path)
{
    struct judging j;
    judging_begin(&j, SMALL);
    j.s.scn->expect.path_place = there;
    j.s.scn->expect.path = NT_PATH_RELAYED | NT_PATH_NONE;
    assert_verdict(&j, NT_FAIL, LINE, "path: expected relayed or none, found direct");
    j.s.scn->expect.path = NT_PATH_ORACLE;
    assert_verdict(&j, NT_PASS, 0, "");
    assert_int_equal(j.result.expected_paths, NT_PATH_DIRECT);
    judging_end(&j);
}

TEST(test_what_was_cut_is_said)
{
    struct judging j;
    judging_begin(&j, SMALL);
    j.judged.cut = "R was running";
    assert_verdict(&j, NT_PASS, 0, "");
    j.s.scn->expect.path_place = there;
    j.s.scn->expect.path = NT_PATH_NONE;
    assert_verdict(&j, NT_FAIL, LINE, "path: expected none, found direct (cut: R was running)");
    judging_end(&j);
}

TEST(test_within)
{
    struct judging j;
    judging_begin(&j, SMALL);
    j.s.scn->expect.within = 100 * NT_MSEC;
    j.s.scn->expect.within_place = there;
    assert_verdict(&j, NT_FAIL, LINE, "within: expected 100 ms at most, took 256 ms");
    j.result.connect_ms = -1;
    assert_verdict(&j, NT_FAIL, LINE, "within: expected both selected within 100 ms, they never were");
    judging_end(&j);
}

TEST(test_data)
{
    struct judging j;
    judging_begin(&j, SMALL "  - {at: 0s, drop: {where: L, filter: \"udp[4:2] = 208\", nth: [1]}}\n");
    j.s.scn->expect.data_place = there;
    assert_verdict(&j, NT_FAIL, LINE, "data: 1 of 20 datagrams were lost");
    j.s.scn->networks[0].loss = 1; /* what may lose packets may lose data */
    assert_verdict(&j, NT_PASS, 0, "");
    j.s.scn->expect.data_lost = (struct nt_scn_count){.set = true, .place = there};
    assert_verdict(&j, NT_FAIL, LINE, "data lost: expected 0, found 1");
    j.result.connect_ms = -1;
    assert_verdict(&j, NT_FAIL, LINE, "data lost (never had both agents a selected pair): expected 0, found 1");
    judging_end(&j);
}

#define DURING "expect:\n  data: {during: call, gap: \"<= 800ms\"}\n"

/* R's datagrams 100 and more are dropped for a second, those of L never. */
TEST(test_gap)
{
    struct judging j;
    judging_begin(&j, SMALL "  - {at: 3s, drop: {where: R, filter: \"udp[4:2] = 208\", for: 1s}}\n" DURING);
    nt_parties_end(j.s.w);
    assert_int_equal(nt_data_gaps_describe(j.s.w, &j.result), NT_OK);
    assert_int_equal(j.result.flow_count, 2);
    assert_int_equal(j.result.flows[L].lost, 0);
    assert_int_equal(j.result.flows[L].gap_ms, 20);
    assert_int_equal(j.result.flows[R].lost, 50);
    assert_int_equal(j.result.flows[R].silence_count, 1);
    assert_int_equal(j.result.flows[R].silences[0].ms, 1020);
    assert_int_equal(j.result.flows[R].silences[0].lost, 50);
    assert_int_equal(j.result.data_gap_ms, 1020);
    j.s.scn->expect.data_gap.place = there;
    assert_verdict(
        &j, NT_FAIL, LINE,
        "data gap: expected <= 800 ms, found 1020 ms: L received nothing from R from 3016 ms to 4036 ms; 50 datagrams were lost");
    j.s.scn->expect.data_gap.value = 1020 * NT_MSEC;
    assert_verdict(&j, NT_PASS, 0, "");
    judging_end(&j);
}

TEST(test_gap_of_data_that_never_began)
{
    struct judging j;
    judging_begin(&j, SMALL_TOP SMALL_AGENTS "steps:\n" SMALL_CALL
                                             "  - {at: 0s, signalling: {from: R, message: answer, drop: true}}\n" DURING);
    nt_parties_end(j.s.w);
    assert_int_equal(nt_data_gaps_describe(j.s.w, &j.result), NT_OK);
    assert_int_equal(j.result.data_gap_ms, 0);
    j.s.scn->expect.data_gap.place = there;
    assert_verdict(&j, NT_FAIL, LINE, "data gap: no data went on with the call, for never had both agents a selected pair");
    judging_end(&j);
}

TEST(test_packets_at_a_tap)
{
    struct judging j;
    struct nt_scn_packets_expect packets = {.place = {.line = LINE},
                                            .tap = "L.0",
                                            .direction = NT_DIR_OUT,
                                            .filter = "udp[4:2] = 208",
                                            .count = {.set = true, .value = 10, .place = {.line = LINE}}};
    judging_begin(&j, SMALL);
    j.s.scn->expect.packets = &packets;
    j.s.scn->expect.packet_count = 1;
    assert_verdict(&j, NT_PASS, 0, "");
    packets.direction = 0;
    assert_verdict(&j, NT_FAIL, LINE, "packets at L.0 matching udp[4:2] = 208: expected 10, found 20");
    packets.tap = "platform.signalling"; /* both links */
    packets.filter = NULL;
    packets.count.op = NT_OP_LT;
    packets.count.value = 1;
    assert_verdict(&j, NT_FAIL, LINE, "packets at platform.signalling: expected < 1, found 6");
    judging_end(&j);
}

TEST(test_never)
{
    struct judging j;
    struct nt_scn_event never[] = {{.place = {.line = LINE}, .node = {NT_SCN_NODE_AGENT, R}, .event = "failed"},
                                   {.place = {.line = LINE}, .node = {NT_SCN_NODE_AGENT, L}, .event = "offer-sent"}};
    judging_begin(&j, SMALL);
    j.s.scn->expect.never = never;
    j.s.scn->expect.never_count = 2;
    assert_verdict(&j, NT_FAIL, LINE, "never: L.offer-sent happened at 42 ms");
    assert_true(j.result.packet > 0);
    judging_end(&j);
}

TEST(test_rules_that_must_be_broken)
{
    struct judging j;
    char *rules[] = {"RFC8445-7.1.1-priority"};
    judging_begin(&j, SMALL);
    assert_true(j.conformance.exercised > 10);
    j.s.scn->expect.rules = rules;
    j.s.scn->expect.rule_count = 1;
    j.s.scn->expect.conformance_place = there;
    assert_verdict(&j, NT_FAIL, LINE, "conformance: expected RFC8445-7.1.1-priority to be broken, it was not");
    judging_end(&j);
}

TEST(test_a_broken_rule_fails_a_case_of_our_agents)
{
    struct judging j;
    struct nt_conf_finding broken = {
        .rule = nt_conf_rule_find("RFC8445-7.1.1-priority"), .party = "L", .frame = 7, .detail = "it is missing"};
    struct nt_conf_verdict verdict = {.violations = {&broken, 1, 1}};
    assert_non_null(broken.rule);
    judging_begin(&j, SMALL);
    j.judged.conformance = &verdict;
    j.s.scn->expect.conformance_place = there;
    assert_verdict(&j, NT_FAIL, LINE, "conformance: L broke RFC8445-7.1.1-priority: it is missing");
    assert_int_equal(j.result.packet, 7);
    j.s.scn->agents[L].exec = "process"; /* a process is judged when the scenario asks for it */
    assert_verdict(&j, NT_PASS, 0, "");
    j.s.scn->expect.conformance_asked = true;
    assert_verdict(&j, NT_FAIL, LINE, "conformance: L broke RFC8445-7.1.1-priority: it is missing");
    j.s.scn->agents[L].exec = NULL;
    judging_end(&j);
}

TEST(test_how_the_run_ended)
{
    struct judging j;
    judging_begin(&j, SMALL);
    j.s.scn->expect.limit_place = there;
    j.judged.end = NT_END_LIMIT;
    assert_verdict(&j, NT_FAIL, LINE, "still going on after 600 s, the limit");
    j.judged.end = NT_END_LIVELOCK;
    assert_verdict(&j, NT_ERROR, 0, "livelock: a node's deadline does not move on");
    j.judged.end = NT_END_NOMEM;
    assert_verdict(&j, NT_ERROR, 0, "out of memory");
    judging_end(&j);
}

TEST(test_all_reasons_are_kept_the_first_error_before_failures)
{
    struct nt_verdict v = {0};
    struct nt_result_case r = {.reason = strdup("")};
    nt_verdict_fail(&v, there, 0, "a failure");
    nt_verdict_error(&v, "an error");
    nt_verdict_fail(&v, there, 0, "another failure");
    for (int i = 0; i < NT_VERDICT_MORE_MAX; i++)
        nt_verdict_error(&v, "error %d", i);
    nt_verdict_give(&v, &r);
    assert_int_equal(r.outcome, NT_ERROR);
    assert_string_equal(r.reason, "an error");
    assert_int_equal(r.reason_count, NT_VERDICT_MORE_MAX + 2);
    assert_string_equal(r.reasons[0].text, "an error");
    assert_string_equal(r.reasons[1].text, "a failure");
    assert_string_equal(r.reasons[2].text, "another failure");
    assert_string_equal(r.reasons[3].text, "error 0");
    assert_string_equal(r.reasons[NT_VERDICT_MORE_MAX + 1].text, "and 2 more");
    nt_result_case_free(&r);
}

TEST(test_a_reason_that_is_cut_ends_in_dots)
{
    struct nt_verdict v = {0};
    char words[2 * NT_VERDICT_REASON];
    memset(words, 'x', sizeof words);
    words[sizeof words - 1] = '\0';
    nt_verdict_fail(&v, there, 0, "%s", words);
    assert_int_equal(strlen(v.reason), sizeof v.reason - 1);
    assert_string_equal(v.reason + sizeof v.reason - sizeof "x...", "x...");
}

TEST(test_steps_that_never_ran_come_behind_what_they_follow_from)
{
    struct judging j;
    judging_begin(&j, SMALL "  - {after: R.failed, link: {at: L, set: down}}\n");
    int line = j.s.scn->steps[1].place.line;
    j.s.scn->expect.path = NT_PATH_NONE;
    j.s.scn->expect.path_place = there;
    assert_verdict(&j, NT_FAIL, LINE, "path: expected none, found direct");
    assert_int_equal(j.result.reason_count, 2);
    assert_string_equal(j.result.reasons[0].text, j.result.reason);
    assert_string_equal(j.result.reasons[1].text, "step link never ran: its event did not happen");
    j.s.scn->expect.path = NT_PATH_DIRECT;
    assert_verdict(&j, NT_FAIL, line, "step link never ran: its event did not happen");
    assert_int_equal(j.result.reason_count, 1);
    judging_end(&j);
}

TEST(test_a_step_that_waits_for_a_later_event_says_how_often_it_happened)
{
    struct judging j;
    judging_begin(&j, SMALL "  - {after: {event: R.selected, nth: 3}, link: {at: L, set: down}}\n");
    int line = j.s.scn->steps[1].place.line;
    assert_verdict(&j, NT_FAIL, line, "step link never ran: its event happened 1 of 3 times");
    judging_end(&j);
}

TEST(test_an_error_comes_before_a_failure)
{
    struct judging j;
    judging_begin(&j, SMALL "  - {after: R.failed, link: {at: L, set: down}}\n");
    struct nt_scn_packets_expect packets = {.tap = "L.0", .filter = "no filter", .place = {.line = LINE}};
    j.s.scn->expect.packets = &packets;
    j.s.scn->expect.packet_count = 1;
    judge_expectations(&j);
    assert_int_equal(j.result.outcome, NT_ERROR);
    assert_non_null(strstr(j.result.reason, "filter 'no filter':"));
    judging_end(&j);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_call_passes),
        cmocka_unit_test(test_path),
        cmocka_unit_test(test_what_was_cut_is_said),
        cmocka_unit_test(test_within),
        cmocka_unit_test(test_data),
        cmocka_unit_test(test_gap),
        cmocka_unit_test(test_gap_of_data_that_never_began),
        cmocka_unit_test(test_packets_at_a_tap),
        cmocka_unit_test(test_never),
        cmocka_unit_test(test_rules_that_must_be_broken),
        cmocka_unit_test(test_a_broken_rule_fails_a_case_of_our_agents),
        cmocka_unit_test(test_how_the_run_ended),
        cmocka_unit_test(test_all_reasons_are_kept_the_first_error_before_failures),
        cmocka_unit_test(test_a_reason_that_is_cut_ends_in_dots),
        cmocka_unit_test(test_steps_that_never_ran_come_behind_what_they_follow_from),
        cmocka_unit_test(test_a_step_that_waits_for_a_later_event_says_how_often_it_happened),
        cmocka_unit_test(test_an_error_comes_before_a_failure),
    };
    return RUN_TESTS(tests);
}
