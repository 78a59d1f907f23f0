/* Logs of programs, and their last words. */
#include "tests/unit/in_directory.h"

#include "scenarios/programs/program_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TEST(any_bytes_are_logged)
{
    struct nt_program_log log;
    char read[32];
    assert_true(nt_program_log_open(&log, &(struct nt_program_logs){.prefix = "case"}, "L"));
    nt_program_log_line(&log, "< ", "a\0b", 3);
    nt_program_log_close(&log);
    FILE *f = fopen("case.L.log", "r");
    assert_non_null(f);
    assert_int_equal(fread(read, 1, sizeof read, f), 6);
    assert_memory_equal(read, "< a\0b\n", 6);
    fclose(f);
    remove("case.L.log");
}

TEST(a_log_says_where_it_ends)
{
    struct nt_program_log log;
    char line[1000], last[200] = "";
    size_t lines = 0;
    memset(line, 'x', sizeof line);
    assert_true(nt_program_log_open(&log, &(struct nt_program_logs){.prefix = "case"}, "R"));
    for (size_t i = 0; i < 5000; i++)
        nt_program_log_line(&log, "", line, sizeof line);
    nt_program_log_close(&log);
    FILE *f = fopen("case.R.log", "r");
    assert_non_null(f);
    char buf[2000];
    for (; fgets(buf, sizeof buf, f) != NULL; lines++)
        snprintf(last, sizeof last, "%.150s", buf);
    fclose(f);
    remove("case.R.log");
    assert_int_equal(lines, NT_PROGRAM_LOG_MAX / 1001 + 1);
    assert_string_equal(last, "! the log ends here: it has its 4194304 bytes\n");
}

TEST(no_log_is_wanted_or_none_can_be_made)
{
    struct nt_program_log log;
    assert_true(nt_program_log_open(&log, &(struct nt_program_logs){0}, "L"));
    nt_program_log_line(&log, "", "lost", 4);
    nt_program_log_close(&log);
    assert_false(nt_program_log_open(&log, &(struct nt_program_logs){.prefix = "no/such/folder/case"}, "L"));
}

TEST(words_are_for_people)
{
    char buf[NT_PROGRAM_WORDS_MAX], many[300];
    assert_string_equal(nt_program_words(buf, "a\0b\033c\x7f", 6), "a?b?c?");
    assert_string_equal(nt_program_words(buf, "", 0), "");
    memset(many, 'y', sizeof many);
    nt_program_words(buf, many, sizeof many);
    assert_int_equal(strlen(buf), NT_PROGRAM_WORDS_MAX - 1);
    assert_string_equal(buf + NT_PROGRAM_WORDS_MAX - sizeof "y...", "y...");
    nt_program_words(buf, many, NT_PROGRAM_WORDS_MAX - 1);
    assert_int_equal(strspn(buf, "y"), NT_PROGRAM_WORDS_MAX - 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_bytes_are_logged), cmocka_unit_test(a_log_says_where_it_ends),
                                       cmocka_unit_test(no_log_is_wanted_or_none_can_be_made),
                                       cmocka_unit_test(words_are_for_people)};
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory);
}
