/* What is written: results.json, JUnit, HTML, the console; with hostile texts, and on a full disk. */

#include "tests/unit/in_directory.h"

#include "core/base/err.h"
#include "reports/console.h"
#include "reports/html.h"
#include "reports/json.h"
#include "reports/junit.h"
#include "reports/output.h"
#include "reports/result/result.h"
#include "reports/texts.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define HOSTILE "]]>&<script>alert(1)</script>\"'\x01\xff\n\xe2\x9c\x93"

static char text[262144];

static struct nt_result_case a_case(const char *left, const char *right, enum nt_outcome outcome, const char *reason)
{
    char id[300], json[100];
    struct nt_result_case c = {.file = strdup("classic/four.yaml"),
                               .param_count = 2,
                               .seed = 1,
                               .outcome = outcome,
                               .reason = strdup(reason),
                               .connect_ms = outcome == NT_PASS ? 604 : -1,
                               .virtual_ms = 1850,
                               .wall_ms = 12,
                               .claim = strdup("Best path.")};
    snprintf(id, sizeof id, "classic/four[left=%s,right=%s]", left, right);
    c.id = strdup(id);
    c.params = calloc(2, sizeof *c.params);
    for (int i = 0; i < 2; i++) {
        snprintf(json, sizeof json, "\"%s\"", i == 0 ? left : right);
        c.params[i] = (struct nt_result_param){strdup(i == 0 ? "left" : "right"), strdup(json), strdup(i == 0 ? left : right)};
    }
    if (outcome != NT_PASS) {
        c.line = 26;
        c.packet = 57;
        c.capture = strdup("captures/four.pcapng");
        c.logs = calloc(1, sizeof *c.logs);
        c.logs[0].name = strdup("logs/four.L.log");
        c.log_count = 1;
        return c;
    }
    c.path = strdup("direct");
    c.agents = calloc(1, sizeof *c.agents);
    c.agent_count = 1;
    c.agents[0] = (struct nt_result_agent){.name = strdup("L"),
                                           .stack = strdup("natsim"),
                                           .state = strdup("completed"),
                                           .role = strdup("controlling"),
                                           .selected = calloc(1, sizeof *c.agents[0].selected),
                                           .selected_count = 1};
    c.agents[0].selected[0].local.type = strdup("srflx");
    c.agents[0].selected[0].remote.type = strdup("prflx");
    return c;
}

static void begin(struct nt_results *r, size_t count)
{
    assert_int_equal(nt_results_begin(r, count), NT_OK);
    assert_int_equal(nt_append_open_unnamed(&r->log, "."), NT_OK);
    assert_int_equal(nt_append_open_unnamed(&r->others, "."), NT_OK);
    r->seed = 1;
}

static void add(struct nt_results *r, size_t index, struct nt_result_case *c)
{
    struct nt_text t = {0};
    nt_texts_make(&t, c, "./out/", NULL, NT_TEXTS_REPORTS | NT_TEXTS_DETAILS);
    assert_int_equal(t.err, NT_OK);
    assert_int_equal(nt_results_take(r, index, "{", t.p, t.len), NT_OK);
    nt_text_free(&t);
    nt_result_case_free(c);
}

static void four(struct nt_results *r)
{
    struct nt_result_case c[] = {a_case("none", "none", NT_PASS, ""),
                                 a_case("none", "sym", NT_FAIL, "path: expected direct, found none"),
                                 a_case("sym", "none", NT_SKIP, "no such carrier"), a_case("sym", "sym", NT_PASS, "")};
    begin(r, 4);
    for (size_t i = 0; i < 4; i++)
        add(r, i, &c[i]);
}

static void hostile(struct nt_results *r)
{
    struct nt_result_case c = a_case(HOSTILE, "none", NT_FAIL, HOSTILE);
    free(c.params[0].json);
    c.params[0].json = strdup("\"x\"");
    free(c.claim);
    c.claim = strdup(HOSTILE);
    c.violations = calloc(1, sizeof *c.violations);
    c.violation_count = 1;
    c.violations[0] = (struct nt_result_finding){strdup("R"), strdup(HOSTILE), strdup(HOSTILE), 3, 1};
    begin(r, 1);
    add(r, 0, &c);
}

static const char *slurp(const char *name)
{
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    fclose(f);
    assert_int_equal(remove(name), 0);
    return text;
}

static size_t count(const char *in, const char *what)
{
    size_t n = 0;
    for (const char *p = in; (p = strstr(p, what)) != NULL; p++)
        n++;
    return n;
}

TEST(test_json)
{
    struct nt_results r;
    four(&r);
    r.stamp = strdup("2026-01-01T00:00:00Z");
    assert_int_equal(nt_report_json(&r, "."), NT_OK);
    const char *head = "{\"schema\": 1, \"natsim\": \"" NATSIM_VERSION "\", \"stamp\": \"2026-01-01T00:00:00Z\", \"seed\": 1, "
                       "\"summary\": {\"pass\": 2, \"fail\": 1, \"error\": 0, \"skip\": 1},\n \"cases\": [\n  {\"id\": ";
    slurp("results.json");
    assert_memory_equal(text, head, strlen(head));
    assert_int_equal(count(text, "\n  {\"id\""), 4);
    nt_results_free(&r);
    begin(&r, 0);
    r.seed = 9;
    assert_int_equal(nt_report_json(&r, "."), NT_OK);
    assert_non_null(strstr(slurp("results.json"),
                           "\"seed\": 9, \"summary\": {\"pass\": 0, \"fail\": 0, \"error\": 0, \"skip\": 0},\n \"cases\": []}\n"));
    nt_results_free(&r);
}

static xmlChar *xpath(xmlDocPtr doc, const char *expression)
{
    xmlXPathContextPtr x = xmlXPathNewContext(doc);
    xmlXPathObjectPtr o = xmlXPathEvalExpression((const xmlChar *)expression, x);
    xmlChar *s = xmlXPathCastToString(o);
    xmlXPathFreeObject(o);
    xmlXPathFreeContext(x);
    return s;
}

static void expect_xpath(xmlDocPtr doc, const char *expression, const char *value)
{
    xmlChar *s = xpath(doc, expression);
    assert_string_equal((const char *)s, value);
    xmlFree(s);
}

#define COMMANDS                                                                                                                   \
    "run it alone: natsim run classic/four.yaml --filter 'classic/four[left=none,right=sym]' --out natsim-again --seed 1\n"        \
    "explain it: natsim explain 'classic/four[left=none,right=sym]' --seed 1\n"

TEST(test_junit)
{
    struct nt_results r;
    four(&r);
    assert_int_equal(nt_report_junit(&r, "."), NT_OK);
    slurp("junit.xml");
    xmlDocPtr doc = xmlReadMemory(text, (int)strlen(text), "x", NULL, XML_PARSE_NONET);
    assert_non_null(doc);
    expect_xpath(doc, "count(/testsuites/testsuite)", "1");
    expect_xpath(doc, "string(/testsuites/testsuite/@tests)", "4");
    expect_xpath(doc, "string(/testsuites/testsuite/@failures)", "1");
    expect_xpath(doc, "string(/testsuites/testsuite/@skipped)", "1");
    expect_xpath(doc, "string(//testcase[1]/@classname)", "classic.four");
    expect_xpath(doc, "string(//testcase[1]/@name)", "classic/four[left=none,right=none]");
    expect_xpath(doc, "string(//testcase[1]/@time)", "0.012");
    expect_xpath(doc, "string(/testsuites/@time)", "0.048");
    expect_xpath(doc, "count(//testcase/@file | //testcase/@line | //properties | /testsuites/@skipped)", "0");
    expect_xpath(doc, "string(//testcase[2]/failure/@message)", "path: expected direct, found none");
    expect_xpath(doc, "substring-before(string(//testcase[2]/system-out), 'seed')", "left = none\nright = sym\n");
    expect_xpath(doc, "substring-after(string(//testcase[2]/system-out), 'virtual time: 1850 ms\n')",
                 "capture: out/captures/four.pcapng\nlog: out/logs/four.L.log\n" COMMANDS
                 "[[ATTACHMENT|out/captures/four.pcapng]]\n[[ATTACHMENT|out/logs/four.L.log]]\n");
    expect_xpath(
        doc, "string(//testcase[2]/failure)",
        "path: expected direct, found none\npacket: 57\ncapture: out/captures/four.pcapng\nlog: out/logs/four.L.log\n" COMMANDS
        "scenario: classic/four.yaml:26\n");
    expect_xpath(doc, "string(//testcase[3]/skipped/@message)", "no such carrier");
    xmlFreeDoc(doc);
    nt_results_free(&r);
}

TEST(test_hostile_junit)
{
    struct nt_results r;
    hostile(&r);
    assert_int_equal(nt_report_junit(&r, "."), NT_OK);
    slurp("junit.xml");
    xmlDocPtr doc = xmlReadMemory(text, (int)strlen(text), "x", NULL, XML_PARSE_NONET);
    assert_non_null(doc);
    expect_xpath(doc, "string(//failure/@message)", "]]>&<script>alert(1)</script>\"'\\x01\\xff\\n\xe2\x9c\x93");
    expect_xpath(doc, "count(//script)", "0");
    xmlFreeDoc(doc);
    nt_results_free(&r);
}

TEST(test_html)
{
    struct nt_results r;
    hostile(&r);
    assert_int_equal(nt_report_html(&r, "."), NT_OK);
    slurp("report.html");
    assert_int_equal(count(text, "<script"), 5); /* overview, details of two kinds, their texts, the script */
    assert_int_equal(count(text, "</script>"), 5);
    assert_int_equal(count(text, "alert(1)"), 5); /* as data: id, two commands, line of findings, and the text of all others once */
    assert_non_null(strstr(
        text, "]]\\u003e\\u0026\\u003cscript\\u003ealert(1)\\u003c/script\\u003e\\u0022'\\u005cx01\\u005cxff\\u000a\xe2\x9c\x93"));
    assert_int_equal(count(text, "http://"), 1);  /* the name of SVG's namespace: nothing is loaded */
    assert_int_equal(count(text, "https://"), 1); /* links to the RFCs, for readers who follow them */
    assert_int_equal(count(text, "src="), 0);
    assert_non_null(strstr(text, "default-src 'none'"));
    nt_results_free(&r);
}

#define CAUSES                                                                                                                     \
    "\n\xe2\x9c\x97 1 failed: path: expected direct, found none\n"                                                                 \
    "    classic/four[left=none,right=sym]\n"                                                                                      \
    "    natsim explain 'classic/four[left=none,right=sym]' --seed 1\n"                                                            \
    "\n- 1 skipped: no such carrier\n"                                                                                             \
    "    classic/four[left=sym,right=none]\n"                                                                                      \
    "\n4 cases: 2 passed, 1 failed, 1 skipped\n"

static char *summary_of_four(size_t width, bool lines)
{
    struct nt_results r;
    char *out = NULL;
    size_t len = 0;
    four(&r);
    struct nt_console c = {.out = open_memstream(&out, &len), .width = width};
    for (size_t i = 0; i < 2 && lines; i++)
        nt_console_case(&c, &r.cases[i].brief);
    nt_console_summary(&c, &r);
    fclose(c.out);
    nt_results_free(&r);
    return out;
}

TEST(a_pipe_gets_lines)
{
    char *out = summary_of_four(0, true);
    assert_string_equal(out, "\xe2\x9c\x93 pass classic/four[left=none,right=none]  direct srflx/prflx 604ms\n"
                             "\xe2\x9c\x97 fail classic/four[left=none,right=sym]: path: expected direct, found none\n" CAUSES);
    free(out);
}

TEST(a_terminal_gets_tables)
{
    char *out = summary_of_four(170, false);
    assert_string_equal(out, "\n"
                             "classic/four.yaml: Best path.\n"
                             "left \\ right  none                        sym\n"
                             "none          \xe2\x9c\x93 direct srflx/prflx 604ms  \xe2\x9c\x97 fail\n"
                             "sym           - skip                      \xe2\x9c\x93 direct srflx/prflx 604ms\n" CAUSES);
    free(out);
}

TEST(a_narrow_terminal_gets_a_table_for_some_of_the_columns)
{
    char *out = summary_of_four(24, false);
    const char *two = "classic/four.yaml: Best\npath.\n"
                      "left \\ right  none\n"
                      "none          \xe2\x9c\x93 direct\n"
                      "sym           - skip\n"
                      "\n"
                      "left \\ right  sym\n"
                      "none          \xe2\x9c\x97 fail\n"
                      "sym           \xe2\x9c\x93 direct\n";
    if (strstr(out, two) == NULL)
        fail_msg("%s", out);
    free(out);
}

TEST(test_console_hostile)
{
    struct nt_results r;
    char *out = NULL;
    size_t len = 0;
    hostile(&r);
    struct nt_console c = {.out = open_memstream(&out, &len), .width = 60, .colour = true, .verbose = true};
    nt_console_summary(&c, &r);
    nt_console_case(&c, &r.cases[0].brief);
    fclose(c.out);
    assert_null(strchr(out, '\x01'));
    assert_null(strchr(out, '\xff'));
    assert_non_null(strstr(out, "\033[31m"));
    free(out);
    nt_results_free(&r);
}

TEST(test_disk_full)
{
    struct nt_results r;
    struct rlimit old, little;
    int got[3], why[3];
    four(&r);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(nt_write_file("results.json", "old", 3), NT_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    little = (struct rlimit){.rlim_cur = 64, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    got[0] = nt_report_json(&r, "."), why[0] = errno;
    got[1] = nt_report_junit(&r, "."), why[1] = errno;
    got[2] = nt_report_html(&r, "."), why[2] = errno;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(got[i], NT_EIO);
        assert_int_equal(why[i], EFBIG);
    }
    assert_int_not_equal(access("results.json.part", F_OK), 0);
    assert_int_not_equal(access("junit.xml", F_OK), 0);
    assert_string_equal(slurp("results.json"), "old"); /* the old file stands */
    assert_int_equal(nt_report_json(&r, "no/such"), NT_EIO);
    assert_int_equal(errno, ENOENT);
    nt_results_free(&r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_junit),
        cmocka_unit_test(test_hostile_junit),
        cmocka_unit_test(test_html),
        cmocka_unit_test(a_pipe_gets_lines),
        cmocka_unit_test(a_terminal_gets_tables),
        cmocka_unit_test(a_narrow_terminal_gets_a_table_for_some_of_the_columns),
        cmocka_unit_test(test_console_hostile),
        cmocka_unit_test(test_disk_full),
    };
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory);
}
