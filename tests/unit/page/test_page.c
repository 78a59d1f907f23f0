/* The page by itself: strings are interned and safe in a script element; what does not fit is left out, cases that passed first. */

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "reports/page/page.h"
#include "reports/page/page_data.h"
#include "reports/page/strings.h"

#include <stdlib.h>
#include <string.h>

TEST(strings_are_written_once)
{
    struct nt_strings s;
    nt_strings_init(&s);
    assert_int_equal(nt_string_number(&s, "a"), 0);
    assert_int_equal(nt_string_number(&s, NULL), 1);
    assert_int_equal(nt_string_number(&s, "a"), 0);
    assert_int_equal(nt_string_number(&s, ""), 1);
    assert_string_equal(s.json.p, "\"a\",\"\"");
    nt_strings_free(&s);
}

TEST(a_string_cannot_end_the_script)
{
    struct nt_text t = {0};
    nt_text_json(&t, "</script>&\"\\\n\x01\xff");
    assert_string_equal(t.p, "\"\\u003c/script\\u003e\\u0026\\u0022\\u005c\\u000a??\"");
    nt_text_free(&t);
}

static struct nt_result_case case_with_text(enum nt_outcome outcome, size_t len)
{
    struct nt_result_case c = {
        .id = strdup("a"), .file = strdup("a.yaml"), .reason = strdup(""), .outcome = outcome, .violation_count = 1};
    c.violations = calloc(1, sizeof *c.violations);
    assert_non_null(c.violations);
    c.violations[0] = (struct nt_result_violation){.rule = strdup("r"), .agent = strdup("L"), .detail = malloc(len + 1)};
    assert_non_null(c.violations[0].detail);
    memset(c.violations[0].detail, outcome == NT_PASS ? 'p' : 'f', len);
    c.violations[0].detail[len] = '\0';
    return c;
}

TEST(details_of_cases_that_passed_are_left_out_first)
{
    struct nt_results r = {0};
    struct nt_text t = {0};
    for (int i = 0; i < 2; i++) {
        struct nt_result_case c = case_with_text(i == 0 ? NT_PASS : NT_FAIL, NT_PAGE_DETAILS_MAX * 2 / 3);
        assert_int_equal(nt_results_add(&r, &c), NT_OK);
    }
    nt_page(&t, &r, ".");
    assert_int_equal(t.err, NT_OK);
    assert_non_null(strstr(t.p, "\"good\":[0,0]"));
    assert_null(strstr(t.p, "\"bad\":[0,0]"));
    nt_text_free(&t);
    nt_results_free(&r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(strings_are_written_once), cmocka_unit_test(a_string_cannot_end_the_script),
                                       cmocka_unit_test(details_of_cases_that_passed_are_left_out_first)};
    return RUN_TESTS(tests);
}
