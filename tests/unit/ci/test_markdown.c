/* Text from outside in Markdown: a code span, whatever is in it. */

#include "tests/unit/help.h"

#include "reports/ci/markdown.h"

static void expect_code(const char *s, const char *expected)
{
    struct nt_text t = {0};
    nt_markdown_code(&t, s);
    assert_int_equal(t.err, NT_OK);
    assert_string_equal(t.p, expected);
    nt_text_free(&t);
}

TEST(text_is_a_code_span)
{
    expect_code("a *b* <c> @d | \\ #1", "`a *b* <c> @d | \\ #1`");
}

TEST(backticks_in_it_do_not_end_it)
{
    expect_code("a `b` ``c", "```a `b` ``c```");
    expect_code("`", "`` ` ``");
    expect_code("a`", "`` a` ``");
}

TEST(nothing_but_the_text_is_seen)
{
    expect_code("", "`  `");
    expect_code(" a ", "`  a  `");
}

TEST(control_characters_are_not_sent)
{
    expect_code("a\nb\033[31m\xff", "`a\\nb\\x1b[31m\\xff`");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_a_code_span),
        cmocka_unit_test(backticks_in_it_do_not_end_it),
        cmocka_unit_test(nothing_but_the_text_is_seen),
        cmocka_unit_test(control_characters_are_not_sent),
    };
    return RUN_TESTS(tests);
}
