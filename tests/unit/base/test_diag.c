/* Errors for people: their form, their limit, the nearest word; and the texts of codes. */
#include "tests/unit/help.h"

#include "core/base/diag.h"
#include "core/base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_format(struct nt_diags *d, const char *want)
{
    char *text = nt_diags_format(d);
    assert_non_null(text);
    assert_string_equal(text, want);
    free(text);
    nt_diags_clear(d);
}

TEST(form)
{
    struct nt_diags d = {0};
    struct nt_diag *i = nt_diag_add(&d, "a.yaml", 3, 5, "unknown key %s", "lifetme");
    nt_diag_mend(i, "did you mean %s?", "lifetime");
    nt_diag_source(i, "    lifetme: 3s\nnext", 15);
    assert_format(&d, "a.yaml:3:5: unknown key lifetme: did you mean lifetime?\n        lifetme: 3s\n        ^\n");
    i = nt_diag_add(&d, "a.yaml", 1, 2, "x");
    nt_diag_source(i, "\tk: v", 5); /* the tab stays under the tab */
    assert_format(&d, "a.yaml:1:2: x\n    \tk: v\n    \t^\n");
    nt_diag_add(&d, NULL, 0, 0, "no place");
    nt_diag_add(&d, "b", 0, 0, "file alone");
    assert_format(&d, "no place\nb: file alone\n");
    assert_format(&d, "");
}

TEST(long_lines_and_steering_characters)
{
    struct nt_diags d = {0};
    char line[400], want[800];
    memset(line, 'x', sizeof line);
    struct nt_diag *i = nt_diag_add(&d, "a.yaml", 1, 200, "far to the right");
    nt_diag_source(i, line, sizeof line);
    snprintf(want, sizeof want, "a.yaml:1:200: far to the right\n    ...%.120s...\n       %59s^\n", line, "");
    assert_format(&d, want);
    i = nt_diag_add(&d, "a.yaml", 1, 4, "unknown key '\033[2J\xff'");
    nt_diag_source(i, "\xc3\xa4\033\x80z", 5); /* the caret is under the fourth character */
    assert_format(&d, "a.yaml:1:4: unknown key '\\x1b[2J\\xff'\n    \xc3\xa4\\x1b\\x80z\n             ^\n");
}

TEST(limit)
{
    struct nt_diags d = {0};
    for (int i = 0; i < NT_DIAGS_MAX + 5; i++) {
        struct nt_diag *item = nt_diag_add(&d, "f", i + 1, 1, "wrong");
        assert_int_equal(item != NULL, i < NT_DIAGS_MAX);
        nt_diag_mend(item, "mend");
        nt_diag_source(item, "x", 1);
    }
    assert_int_equal(d.count, NT_DIAGS_MAX);
    char *text = nt_diags_format(&d);
    assert_non_null(text);
    assert_non_null(strstr(text, "and 5 more\n"));
    free(text);
    nt_diags_clear(&d);
    assert_int_equal(d.count, 0);
}

TEST(nearest)
{
    static const char *const words[] = {"mapping", "filtering", "lifetime", "hairpin", "on"};
    assert_string_equal(nt_nearest("lifetme", words, 5), "lifetime");
    assert_string_equal(nt_nearest("maping", words, 5), "mapping");
    assert_string_equal(nt_nearest("hairpin", words, 5), "hairpin");
    assert_string_equal(nt_nearest("flitering", words, 5), "filtering");
    assert_null(nt_nearest("quorum", words, 5));
    assert_null(nt_nearest("x", words, 5));
    char endless[300] = {0};
    memset(endless, 'x', sizeof endless - 1);
    assert_null(nt_nearest(endless, words, 5));
    assert_null(nt_nearest("mapping", words, 0));
}

TEST(codes_have_texts)
{
    for (int e = NT_EIO; e <= 0; e++) {
        assert_true(strlen(nt_strerror(e)) > 0);
        for (int f = NT_EIO; f < e; f++)
            assert_string_not_equal(nt_strerror(e), nt_strerror(f));
    }
    assert_non_null(nt_strerror(-1000));
    assert_non_null(nt_strerror(1));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(form), cmocka_unit_test(long_lines_and_steering_characters),
                                       cmocka_unit_test(limit), cmocka_unit_test(nearest), cmocka_unit_test(codes_have_texts)};
    return RUN_TESTS(tests);
}
