/* What CI services read: summary, annotations, SARIF. */

#include "tests/unit/in_directory.h"

#include "core/base/err.h"
#include "reports/ci/annotations.h"
#include "reports/ci/failures.h"
#include "reports/ci/sarif.h"
#include "reports/ci/summary.h"
#include "reports/result/result_json.h"
#include "tests/unit/fail_alloc.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T(s) (char *)(uintptr_t)(s)

static int take(struct nt_results *r, size_t index, const struct nt_result_case *c)
{
    struct nt_text brief = {0}, json = {0}, t = {0};
    nt_brief_pack(&brief, c);
    nt_result_case_json(&json, c);
    struct nt_texts_head head = {.len = {(uint32_t)brief.len, (uint32_t)json.len}};
    nt_text_add(&t, (const char *)&head, sizeof head);
    nt_text_add(&t, brief.p, brief.len);
    nt_text_add(&t, json.p, json.len);
    int err = brief.err != NT_OK ? brief.err : json.err != NT_OK ? json.err : t.err;
    if (err == NT_OK)
        err = nt_results_take(r, index, "{", t.p, t.len);
    nt_text_free(&brief);
    nt_text_free(&json);
    nt_text_free(&t);
    return err;
}

static int begin(struct nt_results *r, size_t count)
{
    int err = nt_results_begin(r, count);
    if (err == NT_OK)
        err = nt_append_open_unnamed(&r->log, ".");
    return err == NT_OK ? nt_append_open_unnamed(&r->others, ".") : err;
}

static struct nt_result_case failed(const char *id, const char *reason, int line)
{
    return (struct nt_result_case){
        .id = T(id), .file = T("a b:c.yaml"), .outcome = NT_FAIL, .reason = T(reason), .line = line, .connect_ms = -1};
}

/* Two that fail alike, one that passed with a breach and a piece of advice, one that was skipped. */
static int four(struct nt_results *r)
{
    struct nt_result_finding found[] = {{T("RFC8445-7.1.1-priority"), T("L"), T("why"), 31, 2},
                                        {T("RFC8445-7.1.1-priority"), T("L"), T("again"), 32, 1},
                                        {T("RFC8489-6-x"), NULL, NULL, 33, 1}};
    struct nt_result_case c[] = {failed("a,b:c%d\nx", "at 10.0.0.1: 50%\r\n::error::x", 30),
                                 failed("second", "at 10.9.9.9: 7%\r\n::error::x", 30), failed("third", "", 0),
                                 failed("fourth", "no such carrier", 0)};
    c[2].outcome = NT_PASS;
    c[2].violations = found;
    c[2].violation_count = 3;
    c[2].advice = &found[2];
    c[2].advice_count = 1;
    c[3].outcome = NT_SKIP;
    int err = begin(r, 4);
    for (size_t i = 0; i < 4 && err == NT_OK; i++)
        err = take(r, i, &c[i]);
    return err;
}

static char *written(int (*write)(FILE *out, const struct nt_results *r), const struct nt_results *r)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_int_equal(write(out, r), NT_OK);
    fclose(out);
    return text;
}

TEST(failures_of_a_file_that_are_alike_are_one)
{
    struct nt_ci_failures f;
    struct nt_results r;
    assert_int_equal(four(&r), NT_OK);
    assert_int_equal(nt_ci_failures_make(&f, &r), NT_OK);
    assert_int_equal(f.count, 1);
    assert_int_equal(f.items[0].count, 2);
    assert_int_equal(f.others, 0);
    nt_ci_failures_free(&f);
    nt_results_free(&r);
}

TEST(annotations_are_escaped_by_githubs_rules)
{
    struct nt_results r;
    assert_int_equal(four(&r), NT_OK);
    r.partial = true;
    r.whole = 9;
    char *text = written(nt_ci_annotate_github, &r);
    assert_string_equal(
        text,
        "::error file=a b%3Ac.yaml,line=30,title=a%2Cb%3Ac%25d%0Ax::at 10.0.0.1: 50%25\\r%0A::error::x%0Aand 1 more of this file, for the same cause%0Anatsim explain $'a,b:c%25d\\x0ax' --seed 0\n"
        "::warning title=natsim::1 case was skipped\n"
        "::warning title=natsim::part of a run: 4 of 9 cases\n");
    free(text);
    nt_results_free(&r);
}

TEST(github_shows_ten_so_the_last_counts_the_rest)
{
    struct nt_results r;
    char reason[20];
    assert_int_equal(begin(&r, 12), NT_OK);
    for (size_t i = 0; i < 12; i++) {
        snprintf(reason, sizeof reason, "%c", 'a' + (int)i);
        const struct nt_result_case c = failed("x", reason, 1);
        assert_int_equal(take(&r, i, &c), NT_OK);
    }
    char *text = written(nt_ci_annotate_github, &r), *last = strstr(text, "::error title=natsim::");
    size_t lines = 0;
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    assert_int_equal(lines, NT_CI_ANNOTATIONS_MAX);
    assert_string_equal(last, "::error title=natsim::3 more cases failed: see the report\n");
    free(text);
    nt_results_free(&r);
}

TEST(a_summary_names_what_failed)
{
    struct nt_results r;
    assert_int_equal(four(&r), NT_OK);
    char *text = written(nt_ci_summary, &r);
    assert_string_equal(text,
                        "## natsim: 2 of 4 cases failed\n\n| passed | failed | errors | skipped |\n| ---: | ---: | ---: | ---: |\n"
                        "| 1 | 2 | 0 | 1 |\n\n### What failed\n\n"
                        "- `a,b:c%d\\nx` and 1 case more of its file, for the same cause: `at 10.0.0.1: 50%\\r\\n::error::x`\n\n"
                        "  `natsim explain $'a,b:c%d\\x0ax' --seed 0`\n"
                        "\nBreaches of rules: 4; advice: 1.\n");
    free(text);
    r.partial = true;
    text = written(nt_ci_summary, &r);
    assert_non_null(strstr(text, "**part of a run: 4 cases, of how many is not known**"));
    free(text);
    nt_results_free(&r);
}

static const char *string_at(const json_t *o, const char *a, const char *b, const char *c)
{
    o = json_object_get(o, a);
    o = b != NULL ? json_object_get(o, b) : o;
    return json_string_value(c != NULL ? json_object_get(o, c) : o);
}

TEST(sarif_has_a_result_for_each_failure_and_rule)
{
    struct nt_results r;
    assert_int_equal(four(&r), NT_OK);
    char *text = written(nt_ci_sarif, &r);
    json_t *doc = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *run = json_array_get(json_object_get(doc, "runs"), 0);
    assert_non_null(run);
    const json_t *results = json_object_get(run, "results"), *one = json_array_get(results, 0), *rule = json_array_get(results, 2);
    const json_t *place = json_object_get(json_array_get(json_object_get(one, "locations"), 0), "physicalLocation");
    assert_int_equal(json_array_size(results), 5); /* two failures, a breach for each rule, advice */
    assert_string_equal(string_at(one, "ruleId", NULL, NULL), "natsim-case-failed");
    assert_string_equal(string_at(one, "message", "text", NULL), "a,b:c%d\nx: at 10.0.0.1: 50%\r\n::error::x");
    assert_string_equal(string_at(place, "artifactLocation", "uri", NULL), "a%20b%3Ac.yaml");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(place, "region"), "startLine")), 30);
    assert_string_equal(string_at(rule, "ruleId", NULL, NULL), "RFC8445-7.1.1-priority");
    assert_string_equal(string_at(rule, "message", "text", NULL), "third: L, packet 31: why (2 times)");
    assert_string_equal(string_at(rule, "level", NULL, NULL), "error");
    assert_string_equal(string_at(json_array_get(results, 4), "level", NULL, NULL), "note");
    json_decref(doc);
    free(text);
    nt_results_free(&r);
}

static int whole_way(void)
{
    struct nt_results r;
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    int err = four(&r);
    if (err == NT_OK)
        err = nt_ci_summary(out, &r);
    if (err == NT_OK)
        err = nt_ci_annotate_github(out, &r);
    if (err == NT_OK)
        err = nt_ci_sarif(out, &r);
    fclose(out);
    nt_results_free(&r);
    return err;
}

TEST(each_allocation_may_fail)
{
    alloc_fail_each(whole_way);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_of_a_file_that_are_alike_are_one),    cmocka_unit_test(annotations_are_escaped_by_githubs_rules),
        cmocka_unit_test(github_shows_ten_so_the_last_counts_the_rest), cmocka_unit_test(a_summary_names_what_failed),
        cmocka_unit_test(sarif_has_a_result_for_each_failure_and_rule), cmocka_unit_test(each_allocation_may_fail),
    };
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory);
}
