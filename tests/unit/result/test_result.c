/* results: the exact JSON of LANGUAGE.md's example, back again, and what is refused. */

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "reports/result/command.h"
#include "reports/result/result.h"
#include "reports/result/result_json.h"
#include "reports/result/result_parse.h"
#include "reports/result/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The page's example, with one agent, and what comes after what the page names. */
static const char example[] =
    "{\"id\": \"classic/four-types[left=symmetric,right=full-cone]\", \"file\": \"classic/four-types.yaml\", "
    "\"params\": {\"left\": \"symmetric\", \"right\": \"full-cone\"}, \"seed\": 1, \"outcome\": \"pass\", \"reason\": \"\", "
    "\"at\": {\"line\": null, \"packet\": 0}, \"path\": \"direct\", \"expected_path\": [\"direct\"], \"connect_ms\": 604, "
    "\"virtual_ms\": 1850, \"packets\": 61, \"agents\": {\"L\": {\"stack\": \"natsim\", \"state\": \"completed\", \"role\": "
    "\"controlling\", "
    "\"candidates\": [{\"type\": \"host\", \"stream\": 1, \"component\": 1, \"transport\": \"udp\", \"address\": \"10.1.0.2\", "
    "\"port\": 50000, "
    "\"base\": \"10.1.0.2:50000\", \"related\": null, \"priority\": 2130706431, \"foundation\": \"1\"}], "
    "\"selected\": [{\"stream\": 1, \"component\": 1, \"local\": {\"type\": \"prflx\", \"address\": \"203.0.113.2\", \"port\": "
    "40001}, "
    "\"remote\": {\"type\": \"srflx\", \"address\": \"203.0.113.3\", \"port\": 40000}}], "
    "\"pairs\": [{\"local\": \"10.1.0.2:50000\", \"remote\": \"203.0.113.3:40000\", \"state\": \"succeeded\", \"base\": "
    "\"10.1.0.2:50000\", "
    "\"generated_by\": null, \"receivable\": true, \"sendable\": true, \"handshake\": true, \"valid\": true, \"nominated\": true, "
    "\"priority\": \"18446744073709551615\", \"local_type\": \"host\", \"remote_type\": \"srflx\"}], "
    "\"peer_reflexive\": [{\"side\": \"local\", \"address\": \"203.0.113.2\", \"port\": 40001, \"packet\": 57}], "
    "\"checks_sent\": 9, \"checks_received\": 8, \"restarts\": 2}}, \"conformance\": {\"rules_exercised\": 83, \"violations\": "
    "[{\"rule\": \"RFC8445-7.1.1-priority\", \"agent\": \"L\", \"packet\": 31, \"detail\": \"wrong\", \"count\": 1}], \"advice\": [], \"not_judged\": []}, "
    "\"data\": {\"sent\": 20, \"lost\": 0}, \"capture\": \"captures/x.pcapng\", \"claim\": \"a claim\", "
    "\"reasons\": [], \"steps\": [{\"at_ms\": 3, \"what\": \"call (line 9)\", \"fired\": true}, {\"at_ms\": null, \"what\": \"drop\", "
    "\"fired\": false}], \"why_not\": []}";

static void fill_agent(struct nt_result_agent *a)
{
    *a = (struct nt_result_agent){.name = strdup("L"),
                                  .stack = strdup("natsim"),
                                  .state = strdup("completed"),
                                  .role = strdup("controlling"),
                                  .candidate_count = 1,
                                  .selected_count = 1,
                                  .pair_count = 1,
                                  .prflx_count = 1,
                                  .checks_sent = 9,
                                  .checks_received = 8,
                                  .restarts = 2};
    a->candidates = calloc(1, sizeof *a->candidates);
    a->candidates[0] = (struct nt_result_candidate){.type = strdup("host"),
                                                    .stream = 1,
                                                    .component = 1,
                                                    .transport = strdup("udp"),
                                                    .addr = addr("10.1.0.2:50000"),
                                                    .base = addr("10.1.0.2:50000"),
                                                    .priority = 2130706431,
                                                    .foundation = strdup("1")};
    a->selected = calloc(1, sizeof *a->selected);
    a->selected[0] = (struct nt_result_selected){
        1, 1, {strdup("prflx"), addr("203.0.113.2:40001")}, {strdup("srflx"), addr("203.0.113.3:40000")}};
    a->pairs = calloc(1, sizeof *a->pairs);
    a->pairs[0] = (struct nt_result_pair){.local = addr("10.1.0.2:50000"),
                                          .remote = addr("203.0.113.3:40000"),
                                          .base = addr("10.1.0.2:50000"),
                                          .local_type = strdup("host"),
                                          .remote_type = strdup("srflx"),
                                          .state = strdup("succeeded"),
                                          .receivable = true,
                                          .sendable = true,
                                          .handshake = true,
                                          .valid = true,
                                          .nominated = true,
                                          .priority = UINT64_MAX};
    a->prflx = calloc(1, sizeof *a->prflx);
    a->prflx[0] = (struct nt_result_prflx){.addr = addr("203.0.113.2:40001"), .packet = 57};
}

static void fill(struct nt_result_case *c)
{
    *c = (struct nt_result_case){.id = strdup("classic/four-types[left=symmetric,right=full-cone]"),
                                 .file = strdup("classic/four-types.yaml"),
                                 .claim = strdup("a claim"),
                                 .param_count = 2,
                                 .seed = 1,
                                 .reason = strdup(""),
                                 .path = strdup("direct"),
                                 .expected_paths = 1,
                                 .connect_ms = 604,
                                 .virtual_ms = 1850,
                                 .packets = 61,
                                 .agent_count = 1,
                                 .rules_exercised = 83,
                                 .violation_count = 1,
                                 .data_sent = 20,
                                 .capture = strdup("captures/x.pcapng")};
    c->params = calloc(2, sizeof *c->params);
    c->params[0] = (struct nt_result_param){strdup("left"), strdup("\"symmetric\""), strdup("symmetric")};
    c->params[1] = (struct nt_result_param){strdup("right"), strdup("\"full-cone\""), strdup("full-cone")};
    c->steps = calloc(2, sizeof *c->steps);
    c->steps[0] = (struct nt_result_step){3, strdup("call (line 9)"), true};
    c->steps[1] = (struct nt_result_step){-1, strdup("drop"), false};
    c->step_count = 2;
    c->agents = calloc(1, sizeof *c->agents);
    fill_agent(&c->agents[0]);
    c->violations = calloc(1, sizeof *c->violations);
    c->violations[0] = (struct nt_result_finding){strdup("RFC8445-7.1.1-priority"), strdup("L"), strdup("wrong"), 31, 1};
}

static char *json_of(const struct nt_result_case *c)
{
    struct nt_text t = {0};
    nt_result_case_json(&t, c);
    assert_int_equal(t.err, NT_OK);
    return t.p;
}

TEST(test_exact_bytes)
{
    struct nt_result_case c;
    fill(&c);
    char *json = json_of(&c);
    assert_string_equal(json, example);
    free(json);
    nt_result_case_free(&c);
}

/* Data that went on with the call stand at the end of `data`. */
TEST(test_flows)
{
    static const char data[] =
        "\"data\": {\"sent\": 20, \"lost\": 0, \"gap_ms\": 2020, \"flows\": [{\"from\": \"L\", \"began_ms\": 406, \"ended_ms\": 9000, \"sent\": 479, "
        "\"unsent\": 7, \"lost\": 100, \"gap_ms\": 2020, \"gap_at_ms\": 4008, \"silences\": [{\"at_ms\": 4008, "
        "\"ms\": 2020, \"lost\": 100, \"unsent\": 7}], \"more_silences\": 3}]}";
    struct nt_result_case c, again;
    char what[200] = "";
    fill(&c);
    c.data_gap_ms = 2020;
    c.flow_count = 1;
    c.flows = calloc(1, sizeof *c.flows);
    c.flows[0] =
        (struct nt_result_flow){.from = strdup("L"), .sent = 479, .unsent = 7, .lost = 100, .gap_ms = 2020, .gap_at_ms = 4008};
    c.flows[0].began_ms = 406;
    c.flows[0].ended_ms = 9000;
    c.flows[0].more_silences = 3;
    c.flows[0].silence_count = 1;
    c.flows[0].silences = calloc(1, sizeof *c.flows[0].silences);
    c.flows[0].silences[0] = (struct nt_result_silence){4008, 2020, 100, 7};
    char *json = json_of(&c);
    assert_non_null(strstr(json, data));
    assert_int_equal(nt_result_case_from_json(&again, json, strlen(json), what, sizeof what), NT_OK);
    assert_int_equal(again.flows[0].silences[0].lost, 100);
    char *second = json_of(&again);
    assert_string_equal(second, json);
    free(json);
    free(second);
    nt_result_case_free(&c);
    nt_result_case_free(&again);
}

TEST(test_round_trip)
{
    struct nt_result_case c;
    char what[200] = "";
    assert_int_equal(nt_result_case_from_json(&c, example, strlen(example), what, sizeof what), NT_OK);
    assert_true(c.agents[0].pairs[0].priority == UINT64_MAX);
    assert_null(c.agents[0].pairs[0].generated_by);
    assert_false(nt_addr_is_set(&c.agents[0].candidates[0].related));
    assert_string_equal(c.params[1].label, "full-cone");
    char *json = json_of(&c);
    assert_string_equal(json, example);
    free(json);
    nt_result_case_free(&c);
}

TEST(test_types_and_nulls)
{
    struct nt_result_case c = {.id = strdup("a\xff\"<"),
                               .file = strdup("a.yaml"),
                               .param_count = 3,
                               .connect_ms = -1,
                               .outcome = NT_SKIP,
                               .line = 7,
                               .expected_paths = 6};
    char what[200];
    c.params = calloc(3, sizeof *c.params);
    c.params[0] = (struct nt_result_param){strdup("n"), strdup("3"), strdup("3")};
    c.params[1] = (struct nt_result_param){strdup("hp"), strdup("{\"preset\": \"symmetric\"}"), strdup("hp")};
    c.params[2] = (struct nt_result_param){strdup("b"), strdup("true"), strdup("true")};
    char *json = json_of(&c);
    assert_string_equal(
        json,
        "{\"id\": \"a\\\\xff\\\"<\", \"file\": \"a.yaml\", \"params\": {\"n\": 3, \"hp\": {\"preset\": \"symmetric\"}, \"b\": true}, "
        "\"seed\": 0, \"outcome\": \"skip\", \"reason\": \"\", \"at\": {\"line\": 7, \"packet\": 0}, \"path\": null, "
        "\"expected_path\": [\"relayed\", \"none\"], \"connect_ms\": null, \"virtual_ms\": 0, \"packets\": 0, \"agents\": {}, "
        "\"conformance\": {\"rules_exercised\": 0, \"violations\": [], \"advice\": [], \"not_judged\": []}, \"data\": {\"sent\": 0, \"lost\": 0}, "
        "\"capture\": null, \"claim\": null, \"labels\": {\"hp\": \"hp\"}, \"reasons\": [], \"steps\": [], \"why_not\": []}");
    nt_result_case_free(&c);
    assert_int_equal(nt_result_case_from_json(&c, json, strlen(json), what, sizeof what), NT_OK);
    assert_int_equal(c.expected_paths, 6);
    assert_int_equal(c.connect_ms, -1);
    assert_string_equal(c.params[1].label, "hp");
    assert_string_equal(c.params[2].json, "true");
    char *again = json_of(&c);
    assert_string_equal(again, json);
    free(again);
    free(json);
    nt_result_case_free(&c);
}

/* Each replacement makes the example wrong in one place. */
TEST(test_refused)
{
    static const struct {
        const char *from, *to, *says;
    } rows[] = {
        {"\"outcome\": \"pass\"", "\"outcome\": \"good\"", "'outcome' must be pass, fail, error or skip"},
        {"\"priority\": \"18446744073709551615\"", "\"priority\": \"18446744073709551616\"",
         "'priority' must be a decimal number of 64 bits in a string"},
        {"\"port\": 50000", "\"port\": 70000", "'port' must be an integer in its range"},
        {"\"receivable\": true", "\"receivable\": 1", "'receivable' must be true or false"},
        {"\"agents\": {", "\"agents\": [], \"x\": {", "'agents' must be an object"},
        {"\"base\": \"10.1.0.2:50000\"", "\"base\": \"10.1.0.2:x\"", "'base' must be an address or null"},
        {"\"violations\": [", "\"violations\": [5, ", "'violations' must be a list of objects"},
        {"[\"direct\"]", "[\"along\"]", "'expected_path' must be of direct, relayed, none"},
        {"[\"direct\"]", "[8]", "'expected_path' must be of direct, relayed, none"},
        {"\"side\": \"local\"", "\"side\": \"top\"", "'side' must be \"local\" or \"remote\""},
        {"\"virtual_ms\": 1850", "\"virtual_ms\": -1", "'virtual_ms' must be an integer in its range"},
        {"\"virtual_ms\"", "\"events\": [[0, 0, 0, 0, 0, 0]], \"virtual_ms\"", "'events' must be lists of numbers"},
        {"\"virtual_ms\"", "\"events\": [[0, 0, 0, 0, 0, 0, 0, 0]], \"virtual_ms\"", "'events' must be lists of numbers"},
        {"\"virtual_ms\"", "\"events\": [[0, 4294967296, 0, 0, 0, 0, 0]], \"virtual_ms\"", "'events' must be lists of numbers"},
        {"\"id\": ", "\"di\": ", "'id' must be a string"},
    };
    struct nt_result_case c;
    char text[4096], what[200];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *at = strstr(example, rows[i].from);
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - example), example, rows[i].to, at + strlen(rows[i].from));
        assert_int_equal(nt_result_case_from_json(&c, text, strlen(text), what, sizeof what), NT_EFORMAT);
        assert_string_equal(what, rows[i].says);
        assert_null(c.id);
    }
    for (size_t n = 0; n < strlen(example); n++)
        assert_int_equal(nt_result_case_from_json(&c, example, n, what, sizeof what), NT_EFORMAT);
    assert_int_equal(nt_result_case_from_json(&c, "[]", 2, what, sizeof what), NT_EFORMAT);
    assert_int_equal(nt_result_case_from_json(&c, example, (size_t)NT_RESULT_JSON_MAX + 1, what, sizeof what), NT_ELIMIT);
}

TEST(test_command)
{
    struct nt_result_case c = {.id = strdup("a b[x=it's]#seed=7"), .file = strdup("a b.yaml"), .seed = 7, .param_count = 1};
    c.params = calloc(1, sizeof *c.params);
    char *s = nt_result_command(&c);
    assert_string_equal(s, "natsim run 'a b.yaml' --filter 'a b[x=it'\\''s]' --out natsim-again --seed 7");
    free(s);
    s = nt_result_explain(&c);
    assert_string_equal(s, "natsim explain 'a b[x=it'\\''s]' --seed 7");
    free(s);
    c.found_at = strdup("my/suites/a b.yaml");
    s = nt_result_command(&c);
    assert_string_equal(s, "natsim run 'my/suites/a b.yaml' --filter 'a b[x=it'\\''s]' --out natsim-again --seed 7");
    free(s);
    s = nt_result_explain(&c);
    assert_string_equal(s, "natsim explain 'my/suites/a b[x=it'\\''s]' --seed 7");
    free(s);
    nt_result_case_free(&c);
}

TEST(test_words)
{
    char buf[NT_PATHS_TEXT];
    for (unsigned bit = NT_PATH_DIRECT; bit <= NT_PATH_NONE; bit <<= 1)
        assert_int_equal(nt_path_by_name(nt_path_name(bit)), bit);
    assert_int_equal(nt_path_by_name("direc"), 0);
    assert_string_equal(nt_paths_text(0, buf), "");
    assert_string_equal(nt_paths_text(NT_PATH_RELAYED, buf), "relayed");
    assert_string_equal(nt_paths_text(NT_PATH_DIRECT | NT_PATH_RELAYED | NT_PATH_NONE, buf), "direct or relayed or none");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_bytes),     cmocka_unit_test(test_flows),   cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_types_and_nulls), cmocka_unit_test(test_refused), cmocka_unit_test(test_command),
        cmocka_unit_test(test_words),
    };
    return RUN_TESTS(tests);
}
