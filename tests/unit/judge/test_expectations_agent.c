/* Expectations on one agent against a result written by hand: each holds, or fails with its place and what was found. */
#include "core/ice/ice.h"
#include "scenarios/judge/expectations_agent.h"

#include "tests/unit/help.h"

#define LINE 42
#define ADDR(last, p)                                                                                                              \
    {                                                                                                                              \
        .family = NT_AF_IPV4, .port = (p), .ip = { 192, 0, 2, (last) }                                                             \
    }
#define BIT(type) (uint8_t)(1 << (type))

static struct nt_result_candidate candidates[] = {{.type = "host", .transport = "udp", .addr = ADDR(1, 50000)},
                                                  {.type = "srflx", .transport = "udp", .addr = ADDR(9, 40000)}};
static struct nt_result_selected selected[] = {{.local = {"srflx", ADDR(9, 40000)}, .remote = {"host", ADDR(2, 50000)}}};
static struct nt_result_pair pairs[] = {
    {.local = ADDR(1, 50000), .remote = ADDR(2, 50000), .local_type = "host", .remote_type = "host", .state = "succeeded"},
    {.local = ADDR(9, 40000),
     .remote = ADDR(2, 50000),
     .local_type = "srflx",
     .remote_type = "host",
     .state = "succeeded",
     .valid = true,
     .nominated = true},
};
static struct nt_result_prflx prflx[] = {{.remote = true, .addr = ADDR(7, 1111)}, {.remote = false, .addr = ADDR(8, 2222)}};

static struct nt_result_agent agent(void)
{
    return (struct nt_result_agent){.name = "L",
                                    .state = "completed",
                                    .role = "controlling",
                                    .candidates = candidates,
                                    .candidate_count = 2,
                                    .selected = selected,
                                    .selected_count = 1,
                                    .pairs = pairs,
                                    .pair_count = 2,
                                    .prflx = prflx,
                                    .prflx_count = 2,
                                    .checks_sent = 3};
}

static struct nt_scn_agent_expect nothing(void)
{
    struct nt_place place = {.line = LINE};
    return (struct nt_scn_agent_expect){.state = -1,
                                        .state_place = place,
                                        .role_place = place,
                                        .selected_place = place,
                                        .candidates_place = place,
                                        .prflx_place = place};
}

static void assert_reason_of(const struct nt_scn_agent_expect *e, const struct nt_adapter_hello *hello,
                             const struct nt_result_agent *r, const char *reason)
{
    struct nt_verdict v = {0};
    nt_expectations_judge_agent(&v, e, hello, r, NULL);
    assert_string_equal(v.reason, reason);
    assert_int_equal(v.outcome, reason[0] != '\0' ? NT_FAIL : NT_PASS);
    assert_int_equal(v.line, reason[0] != '\0' ? LINE : 0);
}

static void assert_reason(const struct nt_scn_agent_expect *e, const char *reason)
{
    struct nt_result_agent r = agent();
    assert_reason_of(e, NULL, &r, reason);
}

TEST(test_nothing_expected_nothing_fails)
{
    struct nt_scn_agent_expect e = nothing();
    struct nt_result_agent none = {.name = "L", .state = "new", .role = "controlled"};
    assert_reason(&e, "");
    assert_reason_of(&e, NULL, &none, "");
}

TEST(test_state_and_role)
{
    struct nt_scn_agent_expect e = nothing();
    e.state = NT_ICE_COMPLETED;
    e.role = NT_ICE_CONTROLLING;
    assert_reason(&e, "");
    e.state = NT_ICE_FAILED;
    e.role = NT_ICE_CONTROLLED; /* the first that does not hold is the reason */
    assert_reason(&e, "L: expected state failed, found completed");
    e.state = -1;
    assert_reason(&e, "L: expected role controlled, found controlling");
}

TEST(test_selected_by_type_or_address)
{
    struct nt_scn_agent_expect e = nothing();
    struct nt_addr exact = ADDR(2, 50000), any_port = ADDR(2, 0), other = ADDR(2, 50001);
    e.selected = true;
    assert_reason(&e, "");
    e.selected_local.types = BIT(NT_ICE_SRFLX) | BIT(NT_ICE_PRFLX);
    e.selected_remote = (struct nt_scn_match){.addresses = &exact, .address_count = 1};
    assert_reason(&e, "");
    e.selected_remote.addresses = &any_port;
    assert_reason(&e, "");
    e.selected_remote.addresses = &other;
    assert_reason(&e, "L: expected selected srflx or prflx/192.0.2.2:50001, found srflx/host (192.0.2.9:40000, 192.0.2.2:50000)");
}

TEST(test_nothing_selected)
{
    struct nt_scn_agent_expect e = nothing();
    struct nt_result_agent r = agent();
    r.selected_count = 0;
    e.selected = true;
    e.selected_local.types = BIT(NT_ICE_RELAY);
    assert_reason_of(&e, NULL, &r, "L: expected selected relay/any, nothing is selected");
}

/* A check may overtake the candidate that it comes from, and some stacks know bases alone. */
TEST(test_a_process_may_report_reflexive_candidates_in_other_words)
{
    struct nt_scn_agent_expect e = nothing();
    struct nt_adapter_hello plain = {.said = true}, base = {.said = true, .local_base = true};
    struct nt_result_agent r = agent();
    struct nt_result_selected as_prflx = selected[0], as_host = selected[0];
    e.selected = true;
    e.selected_local.types = BIT(NT_ICE_SRFLX);
    as_prflx.local.type = "prflx";
    r.selected = &as_prflx;
    assert_reason_of(&e, &plain, &r, "");
    assert_reason_of(&e, NULL, &r, "L: expected selected srflx/any, found prflx/host (192.0.2.9:40000, 192.0.2.2:50000)");
    as_host.local.type = "host";
    r.selected = &as_host;
    assert_reason_of(&e, &base, &r, "");
    assert_reason_of(&e, &plain, &r, "L: expected selected srflx/any, found host/host (192.0.2.9:40000, 192.0.2.2:50000)");
}

TEST(test_candidates_are_counted_by_type)
{
    struct nt_scn_agent_expect e = nothing();
    e.candidates = true;
    e.candidate_counts[NT_ICE_HOST] = e.candidate_counts[NT_ICE_SRFLX] = 1;
    assert_reason(&e, "");
    e.candidate_counts[NT_ICE_RELAY] = 1;
    assert_reason(&e, "L: expected 1 relay candidates, found 0");
}

TEST(test_peer_reflexive_candidates)
{
    struct nt_scn_agent_expect e = nothing();
    struct nt_addr from[] = {ADDR(7, 1111), ADDR(8, 0)}, absent = ADDR(7, 1112);
    e.prflx = true;
    e.prflx_local = e.prflx_remote = (struct nt_scn_count){.set = true, .value = 1, .place = {.line = LINE}};
    e.prflx_from = from;
    e.prflx_from_count = 2;
    assert_reason(&e, "");
    e.prflx_from = &absent;
    e.prflx_from_count = 1;
    assert_reason(&e, "L: expected a peer-reflexive candidate 192.0.2.7:1112, there was none");
    e.prflx_remote.op = NT_OP_GT;
    assert_reason(&e, "L: remote peer-reflexive candidates: expected > 1, found 1");
}

TEST(test_pairs_as_described)
{
    struct nt_scn_agent_expect e = nothing();
    struct nt_scn_pair_expect want = {.place = {.line = LINE}, .local = {.types = BIT(NT_ICE_SRFLX)}, .valid = NT_TRI_YES};
    e.pairs = &want;
    e.pair_count = 1;
    assert_reason(&e, ""); /* at least one */
    want.nominated = NT_TRI_NO;
    assert_reason(&e, "L: pairs of srflx and any as described: expected >= 1, found 0");
    want = (struct nt_scn_pair_expect){.count = {.set = true, .value = 3, .place = {.line = LINE}}};
    assert_reason(&e, "L: pairs of any and any as described: expected 3, found 2");
}

TEST(test_checks)
{
    struct nt_scn_agent_expect e = nothing();
    e.checks = (struct nt_scn_count){.set = true, .op = NT_OP_LE, .value = 3, .place = {.line = LINE}};
    assert_reason(&e, "");
    e.checks.value = 2;
    assert_reason(&e, "L: checks: expected <= 2, found 3");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_expected_nothing_fails),
        cmocka_unit_test(test_state_and_role),
        cmocka_unit_test(test_selected_by_type_or_address),
        cmocka_unit_test(test_nothing_selected),
        cmocka_unit_test(test_a_process_may_report_reflexive_candidates_in_other_words),
        cmocka_unit_test(test_candidates_are_counted_by_type),
        cmocka_unit_test(test_peer_reflexive_candidates),
        cmocka_unit_test(test_pairs_as_described),
        cmocka_unit_test(test_checks),
    };
    return RUN_TESTS(tests);
}
