/* Which cases, parts and ranks are missing, and what is printed of them. */

#include "tests/unit/help.h"

#include "scenarios/command/merge_missing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACES_MAX 64

/* What was printed on standard error between capture_start and this call. */
static FILE *captured;
static int real_stderr;

static void capture_start(void)
{
    captured = tmpfile();
    assert_non_null(captured);
    fflush(stderr);
    real_stderr = dup(STDERR_FILENO);
    assert_true(real_stderr >= 0 && dup2(fileno(captured), STDERR_FILENO) >= 0);
}

static const char *capture_end(void)
{
    static char text[8000];
    fflush(stderr);
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    rewind(captured);
    text[fread(text, 1, sizeof text - 1, captured)] = '\0';
    fclose(captured);
    return text;
}

/* Cases of a run of `of` in `shards` parts; `have` has a character for each order: '.' is missing, a digit the number of copies. */
static void assert_cases(const char *have, uint64_t shards, bool missing, const char *printed)
{
    struct nt_case_place places[PLACES_MAX];
    size_t count = 0;
    uint64_t of = strlen(have);
    for (uint64_t i = of; i-- > 0;) /* backwards: they get sorted */
        for (int copies = have[i] == '.' ? 0 : have[i] - '0'; copies > 0; copies--)
            places[count++] = (struct nt_case_place){i, of, shards};
    assert_int_equal(nt_merge_sort_places(places, count), of);
    capture_start();
    bool found = nt_merge_report_missing_cases(places, count);
    assert_string_equal(capture_end(), printed);
    assert_int_equal(found, missing);
}

TEST(a_whole_run_lacks_nothing)
{
    assert_cases("1111111", 1, false, "");
    assert_cases("1111111", 3, false, "");
    assert_cases("12311", 2, false, ""); /* copies count once */
    assert_cases("11", 5, false, "");    /* more parts than cases */
}

TEST(a_part_that_lacks_cases_is_named)
{
    assert_cases("11.11.1", 3, true,
                 "natsim: part 2 of 3: 0 of its 2 cases are here: give its directory too, or run it again with --shard 2/3\n");
    assert_cases("2111.", 2, true,
                 "natsim: part 0 of 2: 2 of its 3 cases are here: give its directory too, or run it again with --shard 0/2\n");
    assert_cases("1..", 3, true,
                 "natsim: part 1 of 3: 0 of its 1 cases are here: give its directory too, or run it again with --shard 1/3\n"
                 "natsim: part 2 of 3: 0 of its 1 cases are here: give its directory too, or run it again with --shard 2/3\n");
}

TEST(a_run_that_was_killed_is_named)
{
    assert_cases("11.1", 1, true, "natsim: 3 of the 4 cases of the run are here: it had not finished\n");
}

TEST(many_parts_are_counted)
{
    char have[21];
    memset(have, '.', 20);
    have[0] = '1';
    have[20] = '\0';
    struct nt_case_place place = {0, 20, 20};
    capture_start();
    assert_true(nt_merge_report_missing_cases(&place, 1));
    const char *text = capture_end();
    size_t lines = 0;
    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 17);
    assert_non_null(strstr(text, "natsim: part 16 of 20: "));
    assert_null(strstr(text, "natsim: part 17 of 20: "));
    assert_string_equal(text + strlen(text) - strlen("natsim: and 3 more parts of 20 lack cases\n"),
                        "natsim: and 3 more parts of 20 lack cases\n");
}

TEST(runs_of_different_sizes_are_told_apart)
{
    struct nt_case_place places[] = {{0, 2, 2}, {1, 3, 1}, {1, 2, 2}, {0, 3, 1}};
    assert_int_equal(nt_merge_sort_places(places, 4), 5);
    capture_start();
    assert_true(nt_merge_report_missing_cases(places, 4));
    assert_string_equal(capture_end(), "natsim: 2 of the 3 cases of the run are here: it had not finished\n");
}

TEST(no_case_is_no_run)
{
    struct nt_case_place none[1];
    capture_start();
    assert_false(nt_merge_report_missing_cases(none, 0));
    assert_string_equal(capture_end(), "");
}

/* `ranks`: pairs of rank and size, the last of size 0. */
static void assert_ranks(const uint64_t (*ranks)[2], bool missing, const char *printed)
{
    struct nt_rank_log items[PLACES_MAX];
    struct nt_rank_log_list logs = {.items = items};
    for (; ranks[logs.count][1] != 0; logs.count++)
        items[logs.count] = (struct nt_rank_log){.rank = {.rank = ranks[logs.count][0], .size = ranks[logs.count][1]}};
    capture_start();
    bool found = nt_merge_report_missing_ranks(&logs);
    assert_string_equal(capture_end(), printed);
    assert_int_equal(found, missing);
}

TEST(ranks_without_a_log_are_named)
{
    assert_ranks((const uint64_t[][2]){{0, 0}}, false, "");
    assert_ranks((const uint64_t[][2]){{0, 2}, {1, 2}, {0, 0}}, false, "");
    assert_ranks((const uint64_t[][2]){{2, 8}, {6, 8}, {0, 0}}, true,
                 "natsim: ranks 0 to 1 of 8 have left no log: none of their cases is here\n"
                 "natsim: ranks 3 to 5 of 8 have left no log: none of their cases is here\n"
                 "natsim: rank 7 of 8 has left no log: none of its cases is here\n");
    assert_ranks((const uint64_t[][2]){{0, 2}, {0, 3}, {1, 3}, {2, 3}, {0, 0}}, true,
                 "natsim: rank 1 of 2 has left no log: none of its cases is here\n");
    assert_ranks((const uint64_t[][2]){{0, 2}, {1, 2}, {1, 2}, {0, 0}}, false, ""); /* from two directories */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_run_lacks_nothing),
        cmocka_unit_test(a_part_that_lacks_cases_is_named),
        cmocka_unit_test(a_run_that_was_killed_is_named),
        cmocka_unit_test(many_parts_are_counted),
        cmocka_unit_test(runs_of_different_sizes_are_told_apart),
        cmocka_unit_test(no_case_is_no_run),
        cmocka_unit_test(ranks_without_a_log_are_named),
    };
    return RUN_TESTS(tests);
}
