/* What a reader could not see, or take for something else, is shown by its name. */

#include "tests/unit/help.h"

#include "core/base/shown.h"

#include <stdlib.h>

static void expect_shown(const char *text, bool lines, const char *expected)
{
    char *shown = nt_shown(text, lines);
    assert_string_equal(shown, expected);
    free(shown);
    assert_int_equal(text != NULL && nt_is_shown_plain(text),
                     text != NULL && strcmp(text, expected) == 0 && strchr(text, '\n') == NULL);
}

TEST(what_can_be_seen_stands_as_it_is)
{
    expect_shown("", false, "");
    expect_shown("plain ~ \\x1b \" ' [U+202E]", false, "plain ~ \\x1b \" ' [U+202E]");
    expect_shown("Gr\xc3\xb6\xc3\x9f\x65 \xe5\x90\x8d \xf0\x9f\x98\x80 \xe2\x80\x8d", false,
                 "Gr\xc3\xb6\xc3\x9f\x65 \xe5\x90\x8d \xf0\x9f\x98\x80 \xe2\x80\x8d");
    expect_shown(NULL, false, "");
}

TEST(controls_have_names)
{
    expect_shown("a\nb\tc\rd\033[2J\x7f", false, "a\\nb\\tc\\rd\\x1b[2J\\x7f");
    expect_shown("a\nb\r\n", true, "a\nb\\r\n");
    expect_shown("\xc2\x80\xc2\x9b\xc2\xa0", false, "[U+0080][U+009B]\xc2\xa0");
}

TEST(so_has_the_direction_of_text)
{
    expect_shown("\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\xaa\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa9", false,
                 "[U+061C][U+200E][U+200F][U+202A][U+202E][U+2066][U+2069]");
    expect_shown("\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf\xe2\x80\x8b\xf3\xa0\x81\x81", false,
                 "[U+2028][U+2029][U+FEFF][U+200B][U+E0041]");
    expect_shown("\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf", false, "\xef\xbf\xbd[U+FFFE][U+FFFF]");
}

TEST(so_have_bytes_that_are_no_utf8)
{
    expect_shown("\xff\xc3", false, "\\xff\\xc3");
    expect_shown("\xc0\xaf\xed\xa0\x80\xf5\x80", false, "\\xc0\\xaf\\xed\\xa0\\x80\\xf5\\x80");
    expect_shown("\xe2\x80", false, "\\xe2\\x80");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_seen_stands_as_it_is),
        cmocka_unit_test(controls_have_names),
        cmocka_unit_test(so_has_the_direction_of_text),
        cmocka_unit_test(so_have_bytes_that_are_no_utf8),
    };
    return RUN_TESTS(tests);
}
