/* The words of a command, as far as they are known before the shell has run. */
#include "tests/unit/help.h"

#include "scenarios/programs/command_words.h"

#include <stdio.h>

/* All words of a command, "|" after each; "?" before one that is not known. */
static const char *words(const char *command)
{
    static char all[1000];
    struct nt_command_word w;
    size_t len = 0;
    for (all[0] = '\0'; nt_command_next(&command, &w);)
        len += (size_t)snprintf(all + len, sizeof all - len, "%s%s|", w.known ? "" : "?", w.text);
    return all;
}

static const char *program(const char *command)
{
    static struct nt_command_word w;
    return nt_command_program(command, &w) ? w.text : NULL;
}

TEST(words_end_at_spaces_and_operators)
{
    assert_string_equal(words(""), "");
    assert_string_equal(words("  a  b\tc\nd "), "a|b|c|d|");
    assert_string_equal(words("a;b&&c||d|e&(f)<g>h"), "a|b|c|d|e|f|g|h|");
}

TEST(quotes_keep_a_word_together)
{
    assert_string_equal(words("'a b' \"c d\" e'f g'h"), "a b|c d|ef gh|");
    assert_string_equal(words("'a'\\''b' c\\ d"), "a'b|c d|");
    assert_string_equal(words("\"it's\" '\"'"), "it's|\"|");
    assert_string_equal(words("'never closed"), "never closed|");
}

TEST(what_the_shell_expands_is_not_known)
{
    assert_string_equal(words("$A/b \"$A\" `c` d* ~/e f?g"), "?$A/b|?$A|?`c`|?d*|?~/e|?f?g|");
    assert_string_equal(words("'$A' '*'"), "$A|*|");
}

TEST(the_program_comes_after_assignments_and_exec)
{
    assert_string_equal(program("./agent --verbose"), "./agent");
    assert_string_equal(program("A=1 B_2='x y' exec stack libnice"), "stack");
    assert_string_equal(program("'/with space/agent'"), "/with space/agent");
    assert_null(program(""));
    assert_null(program("A=1"));
    assert_null(program("\"$NATSIM_ADAPTER_BIN/minimal_agent\""));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_end_at_spaces_and_operators), cmocka_unit_test(quotes_keep_a_word_together),
        cmocka_unit_test(what_the_shell_expands_is_not_known), cmocka_unit_test(the_program_comes_after_assignments_and_exec)};
    return RUN_TESTS(tests);
}
