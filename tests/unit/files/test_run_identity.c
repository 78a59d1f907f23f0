/* What differs between two runs, in words for people. */
#include "tests/unit/help.h"

#include "scenarios/files/run_identity.h"

#include <stdlib.h>
#include <string.h>

#define THEN                                                                                                                       \
    "program 1.0.0 (build aa)\nflag --seed 7\nflag --filter left\nfile 11 classic/a.yaml\nfile 22 classic/b c.yaml\ncases 25\n"

static void assert_differs(const char *now, const char *expected)
{
    char what[1000];
    assert_false(nt_run_identity_is_same(THEN, now, what, sizeof what));
    assert_string_equal(what, expected);
}

TEST(the_same_run_differs_in_nothing)
{
    char what[1000] = "x";
    assert_true(nt_run_identity_is_same(THEN, THEN, what, sizeof what));
    assert_string_equal(what, "");
}

TEST(another_program_is_named)
{
    assert_differs("program 1.0.0 (build bb)"
                   "\nflag --seed 7\nflag --filter left\nfile 11 classic/a.yaml\nfile 22 classic/b c.yaml\ncases 25\n",
                   "natsim was 1.0.0 (build aa) then and is 1.0.0 (build bb) now");
}

TEST(flags_that_changed_came_or_went_are_named)
{
    assert_differs(
        "program 1.0.0 (build aa)\nflag --seed 8\nflag --filter left\nfile 11 classic/a.yaml\nfile 22 classic/b c.yaml\ncases 25\n",
        "--seed 7 then, --seed 8 now");
    assert_differs(
        "program 1.0.0 (build aa)\nflag --filter left\nflag --until 3ns\nfile 11 classic/a.yaml\nfile 22 classic/b c.yaml\ncases 25\n",
        "--seed 7 was given then; --until 3ns was not given then");
}

TEST(files_that_changed_came_or_went_are_named)
{
    assert_differs(
        "program 1.0.0 (build aa)\nflag --seed 7\nflag --filter left\nfile 12 classic/a.yaml\nfile 22 classic/b c.yaml\ncases 25\n",
        "classic/a.yaml has changed since");
    assert_differs(
        "program 1.0.0 (build aa)\nflag --seed 7\nflag --filter left\nfile 22 classic/b c.yaml\nfile 33 classic/d.yaml\ncases 26\n",
        "classic/a.yaml was selected then; classic/d.yaml was not selected then; cases 25 then, 26 now");
}

TEST(a_rank_differs_from_a_run_in_one_process)
{
    assert_differs(THEN "rank 1 of 4\n", "it was not rank 1 of 4 then");
}

TEST(many_differences_are_cut)
{
    char what[1000], little[20];
    static const char now[] = "program 2\nflag --a\nflag --b\nflag --c\nflag --d\nflag --e\nflag --f\n";
    assert_false(nt_run_identity_is_same(THEN, now, what, sizeof what));
    assert_non_null(strstr(what, "; and more"));
    assert_false(nt_run_identity_is_same(THEN, now, little, sizeof little));
    assert_true(strlen(little) < sizeof little);
}

TEST(text_from_outside_stays_one_line)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    nt_run_identity_write_text(out, "a\nfile 1\\\x7f é");
    fclose(out);
    assert_string_equal(text, "a\\x0afile 1\\x5c\\x7f é");
    free(text);
}

TEST(all_ranks_of_a_launch_have_its_lines)
{
    struct nt_run_identity one = {.program = "1", .selection = "cases 4\n", .launch = "ab", .rank = 0, .ranks = 2}, two = one,
                           other = one;
    two.rank = 1;
    two.program = "of another machine";
    other.launch = "cd";
    char *a = nt_run_identity_launch_lines(&one), *b = nt_run_identity_launch_lines(&two),
         *c = nt_run_identity_launch_lines(&other);
    char *own = nt_run_identity_lines(&two);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    assert_string_equal(own, "program of another machine\ncases 4\nrank 1 of 2\n");
    free(a), free(b), free(c), free(own);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_run_differs_in_nothing),           cmocka_unit_test(another_program_is_named),
        cmocka_unit_test(flags_that_changed_came_or_went_are_named), cmocka_unit_test(files_that_changed_came_or_went_are_named),
        cmocka_unit_test(a_rank_differs_from_a_run_in_one_process),  cmocka_unit_test(many_differences_are_cut),
        cmocka_unit_test(text_from_outside_stays_one_line),          cmocka_unit_test(all_ranks_of_a_launch_have_its_lines),
    };
    return RUN_TESTS(tests);
}
