/* What a result says of a run: which case it was, and what its world looked like in the end. */
#include "reports/result/words.h"
#include "scenarios/judge/outcome.h"
#include "scenarios/model/step_text.h"
#include "tests/unit/fail_alloc.h"
#include "tests/unit/world/small.h"

#define MATRIX                                                                                                                     \
    "natsim: 1\n"                                                                                                                  \
    "claim: A call with a parameter.\n"                                                                                            \
    "matrix: {nat: [full-cone, symmetric]}\n"                                                                                      \
    "networks:\n"                                                                                                                  \
    "  internet:  {ipv4: 203.0.113.0/24}\n"                                                                                        \
    "  home-left: {ipv4: 10.1.0.0/24}\n"                                                                                           \
    "gateways:\n"                                                                                                                  \
    "  nat-left: {inside: home-left, outside: internet, nat: \"${nat}\"}\n"                                                        \
    "agents:\n"                                                                                                                    \
    "  L: {on: home-left}\n"                                                                                                       \
    "  R: {on: internet}\n"                                                                                                        \
    "steps:\n" SMALL_CALL

TEST(test_a_case_is_identified)
{
    struct small s;
    struct nt_result_case r;
    small_load(&s, MATRIX);
    assert_int_equal(nt_result_identify(s.scn, 77, false, "why", &r), NT_OK);
    assert_string_equal(r.id, "classic/x[nat=full-cone]");
    assert_string_equal(r.file, "classic/x.yaml");
    assert_string_equal(r.claim, "A call with a parameter.");
    assert_string_equal(r.reason, "why");
    assert_int_equal(r.outcome, NT_ERROR);
    assert_int_equal(r.seed, 77);
    assert_int_equal(r.connect_ms, -1);
    assert_int_equal(r.param_count, 1);
    assert_string_equal(r.params[0].name, "nat");
    assert_string_equal(r.params[0].json, "\"full-cone\"");
    nt_result_case_free(&r);
    assert_int_equal(nt_result_identify(s.scn, 77, true, "why", &r), NT_OK);
    assert_string_equal(r.id, "classic/x[nat=full-cone]#seed=77");
    nt_result_case_free(&r);
    small_free(&s);
}

TEST(test_no_copy_is_forgotten_without_memory)
{
    struct small s;
    struct nt_result_case r;
    long at = 0;
    small_load(&s, MATRIX);
    for (;; at++) {
        alloc_fail(at);
        int err = nt_result_identify(s.scn, 1, true, "why", &r);
        bool reached = alloc_failed();
        nt_result_case_free(&r);
        if (!reached)
            break;
        assert_int_equal(err, NT_ENOMEM);
    }
    assert_true(at >= 8);
    small_free(&s);
}

TEST(test_a_call_is_described)
{
    struct small s;
    struct nt_result_case r = {0};
    small_new(&s, SMALL);
    small_run(&s, 1500 * NT_MSEC);
    assert_int_equal(nt_result_describe(s.w, 0, &r), NT_OK);
    assert_string_equal(r.path, "direct");
    assert_int_equal(r.connect_ms, 256);
    assert_int_equal(r.virtual_ms, 1500);
    assert_int_equal(r.packets, s.capture.frame_count);
    assert_int_equal(r.data_sent, 20);
    assert_int_equal(r.data_lost, 0);
    assert_int_equal(r.agent_count, 2);
    assert_string_equal(r.agents[L].name, "L");
    assert_string_equal(r.agents[L].state, "completed");
    assert_int_equal(r.agents[L].candidate_count, 2);
    assert_int_equal(r.agents[R].selected_count, 1);
    nt_result_case_free(&r);
    small_free(&s);
}

/* Packets at the interfaces of real programs outweigh what they report. */
TEST(test_seen_packets_decide_the_path)
{
    static const struct {
        unsigned seen;
        const char *path;
    } rows[] = {{NT_PATH_RELAYED, "relayed"}, {NT_PATH_NONE, "none"}, {NT_PATH_DIRECT, "direct"}};
    struct small s;
    small_new(&s, SMALL);
    small_run(&s, 2 * NT_SEC);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct nt_result_case r = {0};
        assert_int_equal(nt_result_describe(s.w, rows[i].seen, &r), NT_OK);
        assert_string_equal(r.path, rows[i].path);
        nt_result_case_free(&r);
    }
    small_free(&s);
}

TEST(test_a_call_that_has_not_connected_has_no_path)
{
    struct small s;
    struct nt_result_case r = {0};
    uint32_t agent;
    unsigned says, went;
    small_new(&s, SMALL_TOP SMALL_AGENTS "steps:\n  - {at: 1s, call: {from: L, to: R}}\n");
    assert_int_equal(nt_result_describe(s.w, 0, &r), NT_OK);
    assert_null(r.path); /* there was no call yet */
    nt_result_case_free(&r);
    r = (struct nt_result_case){0};
    small_run(&s, 1100 * NT_MSEC);
    assert_int_equal(nt_result_describe(s.w, 0, &r), NT_OK);
    assert_string_equal(r.path, "none");
    assert_int_equal(r.connect_ms, -1);
    struct nt_watch *watch = nt_watch_new(s.w, false);
    assert_non_null(watch);
    nt_capture_settle(&s.capture);
    assert_false(nt_outcome_astray(s.w, watch, &agent, &says, &went));
    nt_watch_del(watch);
    nt_result_case_free(&r);
    small_free(&s);
}

/* Each kind of step, and the text that a result, the timeline and the ladder have of it. */
TEST(test_a_step_says_what_it_does_and_where)
{
    static const struct {
        const char *step, *text;
    } rows[] = {
        {"call: {from: L, to: R}", "call (line 15)"},
        {"reoffer: {from: R}", "reoffer from R (line 16)"},
        {"send: {from: L, to: R}", "send from L to R (line 17)"},
        {"signalling: {from: R, message: answer, delay: 1s}", "signalling from R: delay, message answer (line 18)"},
        {"signalling: {from: L, drop: true}", "signalling from L: drop, message any (line 19)"},
        {"link: {at: L.1, set: down}", "link at L.1: down (line 20)"},
        {"link: {at: R.0, set: up}", "link at R: up (line 21)"},
        {"link: {at: nat-left, set: down}", "link at nat-left.outside: down (line 22)"},
        {"link: {at: nat-left.inside, set: down}", "link at nat-left.inside: down (line 23)"},
        {"nat: {at: nat-left, do: reboot}", "nat at nat-left: reboot (line 24)"},
        {"server: {at: stun, do: refuse}", "server at stun: refuse (line 25)"},
        {"drop: {where: L, filter: \"udp port 3478\"}", "drop at L: udp port 3478 (line 26)"},
        {"duplicate: {where: nat-left}", "duplicate at nat-left (line 27)"},
        {"partition: {between: [L, nat-left], and: R}", "partition of L, nat-left from R (line 28)"},
        {"inject: {at: R, as: \"203.0.113.5:7\", to: \"203.0.113.2:8\", hex: \"00\"}", "inject at R (line 29)"},
    };
    char text[4000];
    size_t len = (size_t)snprintf(text, sizeof text,
                                  SMALL_TOP "agents:\n"
                                            "  L: {on: [home-left, internet], stun: [stun]}\n"
                                            "  R: {on: internet, stun: [stun]}\n"
                                            "steps:\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "  - {at: %zus, %s}\n", i, rows[i].step);
    struct small s;
    struct nt_result_case r = {0};
    small_new(&s, text);
    assert_int_equal(nt_result_describe(s.w, 0, &r), NT_OK);
    assert_int_equal(r.step_count, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < r.step_count; i++)
        assert_string_equal(r.steps[i].what, rows[i].text);
    nt_result_case_free(&r);
    char cut[12];
    assert_string_equal(nt_scn_step_text(s.scn, &s.scn->steps[9], cut, sizeof cut), "nat at n...");
    small_free(&s);
}

TEST(test_violations_are_copied)
{
    struct nt_conf_finding broken = {
        .rule = nt_conf_rule_find("RFC8445-7.1.1-priority"), .party = "L", .frame = 7, .detail = "it is missing"};
    struct nt_conf_verdict verdict = {.exercised = 12, .violations = {&broken, 1, 1}};
    struct nt_result_case r = {0};
    assert_int_equal(nt_result_add_conformance(&verdict, &r), NT_OK);
    assert_int_equal(r.rules_exercised, 12);
    assert_int_equal(r.violation_count, 1);
    assert_string_equal(r.violations[0].rule, "RFC8445-7.1.1-priority");
    assert_string_equal(r.violations[0].agent, "L");
    assert_string_equal(r.violations[0].detail, "it is missing");
    assert_int_equal(r.violations[0].packet, 7);
    nt_result_case_free(&r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_case_is_identified),
        cmocka_unit_test(test_no_copy_is_forgotten_without_memory),
        cmocka_unit_test(test_a_call_is_described),
        cmocka_unit_test(test_seen_packets_decide_the_path),
        cmocka_unit_test(test_a_call_that_has_not_connected_has_no_path),
        cmocka_unit_test(test_a_step_says_what_it_does_and_where),
        cmocka_unit_test(test_violations_are_copied),
    };
    return RUN_TESTS(tests);
}
