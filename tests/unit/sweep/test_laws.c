/* The laws see what breaks them, and nothing else. */
#include "tests/unit/help.h"

#include "core/stun/stun.h"
#include "reports/result/words.h"
#include "scenarios/language/load.h"
#include "scenarios/run/explore.h"
#include "scenarios/sweep/laws.h"

#include <string.h>

#define DATAGRAMS_MAX 16

static struct nt_addr here, there, other;
static struct nt_scn_agent agents[2];
static struct nt_scn_case scn;
static struct nt_result_agent results[2];
static struct nt_result_case result;
static struct nt_sweep_limits limits;
static struct nt_sweep_allocations allocations;
static struct nt_scn_step steps[3];
static struct nt_sweep_datagram items[DATAGRAMS_MAX];
static struct nt_sweep_datagrams datagrams;
static uint8_t bytes[DATAGRAMS_MAX][200];
static struct nt_observation o;
static const char *user;

FIXTURE(call_of_two)
{
    here = addr("10.0.0.1:5000");
    there = addr("10.0.0.2:5000");
    other = addr("10.0.0.3:5000");
    agents[0] = (struct nt_scn_agent){.name = "L", .ta = 50 * NT_MSEC};
    agents[1] = (struct nt_scn_agent){.name = "R", .ta = 100 * NT_MSEC};
    scn = (struct nt_scn_case){.agents = agents, .agent_count = 2, .caller = 0, .callee = 1};
    scn.expect.limit = 3600 * NT_SEC;
    results[0] = (struct nt_result_agent){.state = "completed"};
    results[1] = (struct nt_result_agent){.state = "completed"};
    result = (struct nt_result_case){.agents = results, .agent_count = 2, .reason = ""};
    limits = (struct nt_sweep_limits){0};
    allocations = (struct nt_sweep_allocations){0};
    memset(steps, 0, sizeof steps);
    user = "R:L";
    datagrams = (struct nt_sweep_datagrams){.items = items};
    o = (struct nt_observation){.c = &scn, .r = &result, .d = &datagrams, .limits = &limits, .allocations = &allocations};
    return 0;
}

static bool breaks(enum nt_law law)
{
    char detail[NT_LAW_DETAIL];
    bool broken = nt_law_try(law, &o, detail) == NT_LAW_BROKEN;
    assert_int_equal(broken, detail[0] != '\0');
    return broken;
}

static struct nt_sweep_datagram *add(int64_t ms, uint32_t agent, bool out, const struct nt_addr *remote)
{
    struct nt_sweep_datagram *d = &items[datagrams.count];
    *d = (struct nt_sweep_datagram){.at = ms * NT_MSEC, .agent = agent, .tap = agent, .out = out, .local = here, .remote = *remote};
    d->bytes = bytes[datagrams.count++];
    return d;
}

static struct nt_sweep_datagram *add_data(int64_t ms, uint32_t agent, bool out, const struct nt_addr *remote)
{
    struct nt_sweep_datagram *d = add(ms, agent, out, remote);
    memset(bytes[datagrams.count - 1], 128, 24);
    d->len = 24;
    return d;
}

static struct nt_sweep_datagram *add_binding(int64_t ms, uint32_t agent, bool out, enum nt_stun_class class_, uint8_t number,
                                             bool nominates)
{
    struct nt_sweep_datagram *d = add(ms, agent, out, &there);
    struct nt_stun_builder b;
    const uint8_t id[NT_STUN_ID] = {number};
    nt_stun_start(&b, bytes[datagrams.count - 1], sizeof bytes[0], class_, NT_STUN_BINDING, id);
    if (class_ == NT_STUN_REQUEST) {
        nt_stun_add_text(&b, NT_ATTR_USERNAME, user);
        nt_stun_add_u32(&b, NT_ATTR_PRIORITY, 1);
    }
    if (nominates)
        nt_stun_add(&b, NT_ATTR_USE_CANDIDATE, NULL, 0);
    d->len = (size_t)nt_stun_finish(&b);
    return d;
}

TEST(each_law_has_a_name_and_a_claim)
{
    for (unsigned law = 0; law < NT_LAW_COUNT; law++) {
        assert_true(strlen(nt_law_name((enum nt_law)law)) > 3);
        assert_true(strlen(nt_law_claim((enum nt_law)law)) > 20);
    }
}

TEST(an_error_is_seen)
{
    assert_false(breaks(NT_LAW_RUNS));
    result.outcome = NT_ERROR;
    result.reason = "livelock";
    assert_true(breaks(NT_LAW_RUNS));
    o.untold = true;
    assert_false(breaks(NT_LAW_RUNS));
}

TEST(a_path_that_the_oracle_does_not_know_is_seen)
{
    result.path = "relayed";
    assert_false(breaks(NT_LAW_ORACLE)); /* it was not asked */
    result.expected_paths = NT_PATH_DIRECT;
    assert_true(breaks(NT_LAW_ORACLE));
    result.expected_paths = NT_PATH_DIRECT | NT_PATH_RELAYED;
    assert_false(breaks(NT_LAW_ORACLE));
}

TEST(blame_is_seen)
{
    struct nt_result_finding finding = {.rule = "RFC0-0", .agent = "L", .detail = "it did"};
    assert_false(breaks(NT_LAW_CONFORMANCE));
    result.violations = &finding;
    result.violation_count = 1;
    assert_true(breaks(NT_LAW_CONFORMANCE));
    finding.rule = "RFC8838-13-nomination";
    assert_false(breaks(NT_LAW_CONFORMANCE)); /* its limit of pairs may have done it */
    agents[0].max_pairs = 100;
    assert_true(breaks(NT_LAW_CONFORMANCE));
}

TEST(one_that_runs_is_seen)
{
    assert_false(breaks(NT_LAW_ENDS));
    results[1].state = "running";
    assert_true(breaks(NT_LAW_ENDS));
    results[0].state = "disconnected";
    assert_true(breaks(NT_LAW_ENDS));
    results[0].state = "failed";
    assert_false(breaks(NT_LAW_ENDS));
    results[0].state = "gathering";
    assert_true(breaks(NT_LAW_ENDS));
    scn.steps = steps;
    scn.step_count = 1;
    steps[0] = (struct nt_scn_step){.kind = NT_STEP_SIGNALLING, .act = NT_SIGNAL_DROP};
    assert_false(breaks(NT_LAW_ENDS)); /* it waits for what is lost, */
    result.virtual_ms = 3600000;
    assert_true(breaks(NT_LAW_ENDS)); /* but not without end */
    scn.expect.limit = 600 * NT_SEC;  /* it may have had no time to end */
    assert_false(breaks(NT_LAW_ENDS));
}

TEST(one_that_does_not_complete_is_seen)
{
    results[0].state = "failed";
    o.faultless = true;
    result.expected_paths = NT_PATH_DIRECT;
    assert_true(breaks(NT_LAW_COMPLETES));
    result.expected_paths = NT_PATH_DIRECT | NT_PATH_NONE;
    assert_false(breaks(NT_LAW_COMPLETES));
}

TEST(what_a_limit_took_is_no_breach_and_what_it_did_not_take_is)
{
    struct nt_result_pair pair = {.local = here, .remote = there, .state = "succeeded"};
    struct nt_result_agent without[2] = {{.state = "completed", .pairs = &pair, .pair_count = 1}, {.state = "completed"}};
    struct nt_result_case twin = {.agents = without, .agent_count = 2, .expected_paths = NT_PATH_DIRECT};
    struct nt_sweep_gone gone = {.agent = 0, .local = here, .remote = there};
    results[0].state = "failed";
    o.twin = &twin;
    assert_false(breaks(NT_LAW_COMPLETES)); /* the pair was not formed */
    results[0].pairs = &pair;
    results[0].pair_count = 1;
    assert_true(breaks(NT_LAW_COMPLETES));
    limits.items = &gone;
    limits.count = 1;
    assert_false(breaks(NT_LAW_COMPLETES));
    gone.had_succeeded = true;
    assert_true(breaks(NT_LAW_COMPLETES));
}

TEST(data_that_go_two_ways_are_seen)
{
    add_data(1, 0, true, &there);
    add_data(2, 1, false, &there);
    add_data(3, 1, true, &there);
    add_data(4, 0, false, &there);
    assert_false(breaks(NT_LAW_MIRRORED));
    add_data(5, 0, false, &other);
    assert_true(breaks(NT_LAW_MIRRORED));
    items[datagrams.count - 1].at += 5 * NT_SEC; /* the pair may have changed meanwhile */
    assert_false(breaks(NT_LAW_MIRRORED));
    items[datagrams.count - 1].at -= 5 * NT_SEC;
    results[1].state = "failed";
    assert_false(breaks(NT_LAW_MIRRORED));
    results[1].state = "completed";
    datagrams.count = 0;
    assert_false(breaks(NT_LAW_MIRRORED));
    o.faultless = true;
    assert_true(breaks(NT_LAW_MIRRORED)); /* none have come */
}

TEST(data_without_consent_are_seen)
{
    add_binding(0, 0, true, NT_STUN_REQUEST, 1, false);
    add_binding(10, 0, false, NT_STUN_SUCCESS, 1, false);
    struct nt_sweep_datagram *d = add_data(30010, 0, true, &there);
    assert_false(breaks(NT_LAW_CONSENT));
    d->at++;
    assert_true(breaks(NT_LAW_CONSENT));
    agents[0].no_consent = true;
    assert_false(breaks(NT_LAW_CONSENT));
    agents[0].no_consent = false;
    d->at = 20 * NT_MSEC;
    d->remote = other;
    assert_true(breaks(NT_LAW_CONSENT));
    d->remote = there;
    items[1].dropped = true;
    assert_true(breaks(NT_LAW_CONSENT));
}

TEST(a_hasty_transaction_is_seen)
{
    add_binding(0, 0, true, NT_STUN_REQUEST, 1, false);
    add_binding(1, 0, true, NT_STUN_REQUEST, 1, false); /* a retransmission begins nothing */
    struct nt_sweep_datagram *second = add_binding(100, 0, true, NT_STUN_REQUEST, 2, false);
    assert_false(breaks(NT_LAW_PACING));
    second->at--;
    assert_true(breaks(NT_LAW_PACING));
    second->at++;
    add_binding(105, 0, false, NT_STUN_SUCCESS, 2, false);
    add_binding(110, 0, true, NT_STUN_REQUEST, 3, false); /* on a pair that is valid: consent is apart, */
    assert_false(breaks(NT_LAW_PACING));
    add_binding(120, 0, true, NT_STUN_REQUEST, 4, true); /* and a nomination is not, */
    assert_true(breaks(NT_LAW_PACING));
    datagrams.count--;
    user = "another session";
    add_binding(120, 0, true, NT_STUN_REQUEST, 5, false); /* nor a check of another session on the same flow */
    assert_true(breaks(NT_LAW_PACING));
}

TEST(without_packets_their_laws_are_not_tried)
{
    char detail[NT_LAW_DETAIL];
    o.d = NULL;
    assert_int_equal(nt_law_try(NT_LAW_MIRRORED, &o, detail), NT_LAW_NOT_TRIED);
    assert_int_equal(nt_law_try(NT_LAW_CONSENT, &o, detail), NT_LAW_NOT_TRIED);
    assert_int_equal(nt_law_try(NT_LAW_PACING, &o, detail), NT_LAW_NOT_TRIED);
}

/* Both agents restart by themselves, and data go on. */
static void recover(enum nt_scn_step_kind kind)
{
    for (size_t i = 0; i < 2; i++)
        agents[i] = (struct nt_scn_agent){.name = i == 0 ? "L" : "R", .on_count = 1, .recover = NT_RECOVER_RESTART};
    scn.expect.data_during_call = true;
    result.expected_paths = NT_PATH_DIRECT;
    steps[0] = (struct nt_scn_step){.kind = NT_STEP_CALL};
    steps[1] = (struct nt_scn_step){.kind = kind, .where = {NT_SCN_NODE_AGENT, 0}};
    scn.steps = steps;
    scn.step_count = 2;
}

TEST(a_gap_that_consent_does_not_explain_is_seen)
{
    recover(NT_STEP_NAT);
    result.data_gap_ms = 40000;
    assert_false(breaks(NT_LAW_GAP));
    result.data_gap_ms++;
    assert_true(breaks(NT_LAW_GAP));
    agents[1].recover = NT_RECOVER_NONE;
    assert_false(breaks(NT_LAW_GAP));
    agents[1].recover = NT_RECOVER_RESTART;
    result.expected_paths |= NT_PATH_NONE;
    assert_false(breaks(NT_LAW_GAP));
}

TEST(a_gap_after_what_an_agent_sees_is_short)
{
    recover(NT_STEP_MOVE);
    steps[1].outage = 3 * NT_SEC;
    result.data_gap_ms = 5001;
    assert_false(breaks(NT_LAW_GAP)); /* without continual gathering nothing is promised */
    for (size_t i = 0; i < 2; i++) {
        agents[i].trickle = NT_ICE_TRICKLE_FULL;
        agents[i].continual = true;
    }
    assert_true(breaks(NT_LAW_GAP));
    result.data_gap_ms--;
    assert_false(breaks(NT_LAW_GAP));
    steps[1].kind = NT_STEP_LINK; /* down, */
    assert_false(breaks(NT_LAW_GAP));
    steps[2] = steps[1];
    steps[2].up = true; /* and up again after a second */
    steps[2].at = NT_SEC;
    scn.step_count = 3;
    assert_true(breaks(NT_LAW_GAP));
    result.data_gap_ms = 3000;
    assert_false(breaks(NT_LAW_GAP));
}

TEST(an_allocation_that_survives_a_hangup_is_seen)
{
    recover(NT_STEP_HANGUP);
    results[0].state = results[1].state = "closed";
    assert_false(breaks(NT_LAW_RELEASES));
    nt_sweep_allocations_event(&allocations, (struct nt_scn_node){NT_SCN_NODE_SERVER, 0},
                               &(struct nt_trace_event){.kind = NT_TR_TURN_ALLOCATED, .b = here});
    assert_true(breaks(NT_LAW_RELEASES));
    steps[2].kind = NT_STEP_LINK; /* the server may not have heard of it */
    scn.step_count = 3;
    assert_false(breaks(NT_LAW_RELEASES));
    scn.step_count = 2;
    nt_sweep_allocations_event(&allocations, (struct nt_scn_node){NT_SCN_NODE_SERVER, 0},
                               &(struct nt_trace_event){.kind = NT_TR_TURN_RELEASED, .b = here});
    assert_false(breaks(NT_LAW_RELEASES));
}

TEST(a_run_that_does_not_repeat_or_whose_result_does_not_read_back_is_seen)
{
    static const char text[] =
        "natsim: 1\nclaim: c\nseed: 8\nnetworks:\n  n: {ipv4: 10.0.0.0/24}\nagents:\n  L: {on: n}\n  R: {on: n}\n"
        "steps:\n  - {at: 0s, call: {from: L, to: R}}\n";
    struct nt_diags diags = {0};
    struct nt_scn_file *f = nt_scn_load_text(text, sizeof text - 1, "world", "world.yaml", &diags);
    struct nt_scn_case *c = nt_scn_file_case(f, 0, &diags);
    struct nt_run_options options = {.seed = 8};
    struct nt_result_case run;
    struct nt_capture capture;
    assert_non_null(c);
    nt_capture_init(&capture);
    nt_run_case(c, &options, &capture, NULL, &run);
    o = (struct nt_observation){.c = c, .r = &run, .packets = &capture};
    assert_false(breaks(NT_LAW_REPEATS));
    capture.frames[3].at++;
    assert_true(breaks(NT_LAW_REPEATS));
    capture.frames[3].at--;
    run.packets++;
    assert_true(breaks(NT_LAW_REPEATS));
    run.packets--;
    assert_false(breaks(NT_LAW_READS_BACK));
    run.virtual_ms = -2;
    assert_true(breaks(NT_LAW_READS_BACK));
    nt_result_case_free(&run);
    nt_capture_free(&capture);
    nt_scn_case_del(c);
    nt_scn_file_del(f);
    nt_diags_clear(&diags);
}

#define T(name) cmocka_unit_test_setup(name, call_of_two)

TEST(passes_speaks_of_processes_alone)
{
    char detail[NT_LAW_DETAIL];
    result = (struct nt_result_case){.agents = results, .agent_count = 2, .outcome = NT_FAIL, .reason = "L: its process crashed"};
    assert_int_equal(nt_law_try(NT_LAW_PASSES, &o, detail), NT_LAW_NOT_TRIED);
    agents[0].exec = "program";
    assert_true(breaks(NT_LAW_PASSES));
    results[0].state = NULL; /* the world never began */
    assert_true(breaks(NT_LAW_PASSES));
    result.outcome = NT_PASS;
    assert_false(breaks(NT_LAW_PASSES));
    o.untold = true;
    assert_int_equal(nt_law_try(NT_LAW_PASSES, &o, detail), NT_LAW_NOT_TRIED);
}

TEST(what_a_process_breaks_is_nobodys_failure)
{
    struct nt_result_finding f = {.agent = "L", .rule = "RFC8445-14.2-pacing", .detail = "it is too fast"};
    result.violations = &f;
    result.violation_count = 1;
    assert_true(breaks(NT_LAW_CONFORMANCE));
    agents[0].exec = "program";
    assert_false(breaks(NT_LAW_CONFORMANCE));
    f.agent = "R";
    assert_true(breaks(NT_LAW_CONFORMANCE));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(each_law_has_a_name_and_a_claim),
        T(an_error_is_seen),
        T(a_path_that_the_oracle_does_not_know_is_seen),
        T(blame_is_seen),
        T(one_that_runs_is_seen),
        T(one_that_does_not_complete_is_seen),
        T(what_a_limit_took_is_no_breach_and_what_it_did_not_take_is),
        T(data_that_go_two_ways_are_seen),
        T(data_without_consent_are_seen),
        T(a_hasty_transaction_is_seen),
        T(a_gap_that_consent_does_not_explain_is_seen),
        T(a_gap_after_what_an_agent_sees_is_short),
        T(an_allocation_that_survives_a_hangup_is_seen),
        T(a_run_that_does_not_repeat_or_whose_result_does_not_read_back_is_seen),
        T(without_packets_their_laws_are_not_tried),
        T(passes_speaks_of_processes_alone),
        T(what_a_process_breaks_is_nobodys_failure),
    };
    return RUN_TESTS(tests);
}
