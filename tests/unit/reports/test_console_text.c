/* Lines that fit the console, and command lines that a shell still reads. */
#include "tests/unit/help.h"

#include "reports/console_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char printed[4000];

static struct nt_console console(size_t width)
{
    memset(printed, 0, sizeof printed);
    return (struct nt_console){.out = fmemopen(printed, sizeof printed - 1, "w"), .width = width};
}

static const char *wrapped(const char *text, size_t width, size_t at, size_t indent)
{
    struct nt_console c = console(width);
    nt_console_put_wrapped(&c, text, at, indent);
    fclose(c.out);
    return printed;
}

static const char *cut(const char *text, size_t width, size_t pad)
{
    struct nt_console c = console(0);
    nt_console_put_cut(&c, text, width, pad);
    fclose(c.out);
    return printed;
}

static const char *command(const char *text, size_t width, size_t indent)
{
    struct nt_console c = console(width);
    nt_console_put_command(&c, text, indent);
    fclose(c.out);
    return printed;
}

TEST(lines_end_at_blanks_or_within_words_that_are_too_long)
{
    assert_string_equal(wrapped("one two three", 0, 0, 2), "one two three");
    assert_string_equal(wrapped("one two three", 13, 0, 2), "one two three");
    assert_string_equal(wrapped("one two three", 12, 0, 2), "one two\n  three");
    assert_string_equal(wrapped("one two three", 7, 0, 2), "one two\n  three");
    assert_string_equal(wrapped("onetwothree", 5, 0, 1), "onetw\n othr\n ee");
    assert_string_equal(wrapped("one two", 8, 5, 2), "one\n  two");
    assert_string_equal(wrapped("three two", 8, 5, 2), "\n  three\n  two");
    assert_string_equal(wrapped("\xc3\xa4\xc3\xa4 \xc3\xa4\xc3\xa4", 4, 0, 0), "\xc3\xa4\xc3\xa4\n\xc3\xa4\xc3\xa4");
    assert_string_equal(wrapped("a\nb\033c", 0, 0, 0), "a\\nb\\x1bc");
}

TEST(what_is_cut_says_so)
{
    assert_string_equal(cut("abc", 3, 5), "abc  ");
    assert_string_equal(cut("abcd", 3, 5), "ab\xe2\x80\xa6  ");
    assert_string_equal(cut("\xc3\xa4\xc3\xa4\xc3\xa4", 2, 0), "\xc3\xa4\xe2\x80\xa6");
}

TEST(a_command_that_fits_is_one_line)
{
    assert_string_equal(command("natsim run a --filter 'b c'", 0, 4), "    natsim run a --filter 'b c'\n");
    assert_string_equal(command("natsim run a", 20, 4), "    natsim run a\n"); /* no room for anything: left to the terminal */
}

/* What /bin/sh makes of the words of a command: one a line. */
static void assert_read_by_a_shell(const char *text, size_t width)
{
    char line[5000], expected[400] = "", found[400] = "";
    FILE *shell;
    snprintf(line, sizeof line, "printf '%%s|' %s", text);
    assert_non_null(shell = popen(line, "r"));
    assert_true(fread(expected, 1, sizeof expected - 1, shell) > 0);
    pclose(shell);
    const char *broken = command(text, width, 4);
    for (const char *at = broken; *at != '\0'; at += strcspn(at, "\n") + 1)
        if (strcspn(at, "\n") > width)
            fail_msg("%zu: %s", width, broken);
    snprintf(line, sizeof line, "printf '%%s|' %s", broken);
    assert_non_null(shell = popen(line, "r"));
    assert_true(fread(found, 1, sizeof found - 1, shell) > 0);
    pclose(shell);
    if (strcmp(expected, found) != 0)
        fail_msg("%zu: %s: %s, not %s", width, broken, found, expected);
}

TEST(a_shell_reads_a_broken_command_as_the_whole)
{
    static const char *const texts[] = {
        "natsim run a/file/with/a/very/long/name/that/has/no/blank.yaml --filter 'x[left=port-restricted-cone,right=symmetric]' --seed 1",
        "natsim run 'it'\\''s a file with blanks, and more of them.yaml' --agent-l './my agent --with some --flags' --seed 7",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t width = 24; width < 140; width++)
            assert_read_by_a_shell(texts[i], width);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_at_blanks_or_within_words_that_are_too_long),
        cmocka_unit_test(what_is_cut_says_so),
        cmocka_unit_test(a_command_that_fits_is_one_line),
        cmocka_unit_test(a_shell_reads_a_broken_command_as_the_whole),
    };
    return RUN_TESTS(tests);
}
