/* Ranks: what launchers set in the environment, the names of logs, and the logs that a directory holds. */

#include "tests/unit/in_directory.h"

#include "core/base/err.h"
#include "scenarios/command/rank_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sets "NAME=VALUE" words and no other variable of a launcher. */
static void set_environment(const char *const *words)
{
    static const char *const all[] = {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMIX_NAMESPACE", "PMI_RANK",     "PMI_SIZE",
                                      "SLURM_PROCID",         "SLURM_NTASKS",         "SLURM_JOB_ID",   "SLURM_STEP_ID"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        unsetenv(all[i]);
    for (; *words != NULL; words++) {
        char name[60];
        size_t len = strcspn(*words, "=");
        snprintf(name, sizeof name, "%.*s", (int)len, *words);
        assert_int_equal(setenv(name, *words + len + 1, 1), 0);
    }
}

static struct nt_rank rank_from(const char *const *words)
{
    struct nt_rank rank;
    char why[300] = "";
    set_environment(words);
    if (nt_rank_from_launcher(&rank, why, sizeof why) != NT_OK)
        fail_msg("%s", why);
    return rank;
}
#define RANK_FROM(...) rank_from((const char *const[]){__VA_ARGS__, NULL})

static void assert_refused(const char *const *words, const char *expected)
{
    struct nt_rank rank;
    char why[300] = "";
    set_environment(words);
    assert_int_equal(nt_rank_from_launcher(&rank, why, sizeof why), NT_EFORMAT);
    assert_string_equal(why, expected);
}
#define ASSERT_REFUSED(why, ...) assert_refused((const char *const[]){__VA_ARGS__, NULL}, why)

TEST(each_launcher_is_understood)
{
    struct nt_rank open_mpi =
        RANK_FROM("OMPI_COMM_WORLD_RANK=2", "OMPI_COMM_WORLD_SIZE=3", "SLURM_PROCID=0", "SLURM_NTASKS=1", "SLURM_JOB_ID=7");
    assert_int_equal(open_mpi.rank, 2); /* inside a Slurm job, too */
    assert_int_equal(open_mpi.size, 3);
    assert_string_equal(open_mpi.run, "");
    struct nt_rank mpich = RANK_FROM("PMI_RANK=0", "PMI_SIZE=1000000");
    assert_int_equal(mpich.size, NT_RANKS_MAX);
    struct nt_rank slurm = RANK_FROM("SLURM_PROCID=4", "SLURM_NTASKS=5", "SLURM_JOB_ID=7", "SLURM_STEP_ID=0");
    assert_int_equal(slurm.rank, 4);
    assert_int_equal(strlen(slurm.run), NT_RANK_RUN_BYTES - 1);
    struct nt_rank next = RANK_FROM("SLURM_PROCID=4", "SLURM_NTASKS=5", "SLURM_JOB_ID=7", "SLURM_STEP_ID=1");
    assert_string_not_equal(slurm.run, next.run);
    struct nt_rank other = RANK_FROM("SLURM_PROCID=1", "SLURM_NTASKS=5", "SLURM_JOB_ID=7", "SLURM_STEP_ID=1");
    assert_string_equal(other.run, next.run);
}

TEST(what_no_launcher_sets_is_refused)
{
    assert_refused(
        (const char *const[]){NULL},
        "no launcher has set a rank (OMPI_COMM_WORLD_RANK, PMI_RANK or SLURM_PROCID): mpirun natsim run ... --shard mpi");
#define PMI(rank, size)                                                                                                            \
    "PMI_RANK is '" rank "' and PMI_SIZE is '" size "': the launcher sets a rank from 0 and a size above it, of at most 1000000"
    ASSERT_REFUSED(PMI("3", "3"), "PMI_RANK=3", "PMI_SIZE=3");
    ASSERT_REFUSED(PMI("3", ""), "PMI_RANK=3");
    ASSERT_REFUSED(PMI("", "3"), "PMI_SIZE=3");
    ASSERT_REFUSED(PMI("-1", "3"), "PMI_RANK=-1", "PMI_SIZE=3");
    ASSERT_REFUSED(PMI("1", "3 "), "PMI_RANK=1", "PMI_SIZE=3 ");
    ASSERT_REFUSED(PMI("0", "1000001"), "PMI_RANK=0", "PMI_SIZE=1000001");
    ASSERT_REFUSED(PMI("0", "99999999999999999999"), "PMI_RANK=0", "PMI_SIZE=99999999999999999999");
}

/* --- a directory with logs --- */

static void make_files(const char *const *names)
{
    for (; *names != NULL; names++) {
        FILE *f = fopen(*names, "w");
        assert_non_null(f);
        assert_int_equal(fclose(f), 0);
    }
}

/* Removes the files, and asserts which of them were there. */
static void assert_left(const char *const *names, const char *left)
{
    for (size_t i = 0; names[i] != NULL; i++)
        if ((unlink(names[i]) == 0) != (left[i] == 'y'))
            fail_msg("%s: %c", names[i], left[i]);
}

TEST(logs_are_found_by_their_names_and_sorted)
{
    static const char *const names[] = {"cases.10-of-20.jsonl", "cases.2-of-20.0123abcd.jsonl", "cases.0-of-3.unfinished.jsonl",
                                        "cases.2-of-20.0123abcd.unfinished.jsonl",
                                        /* these are none */
                                        "cases.jsonl", "cases.3-of-3.jsonl", "cases.01-of-3.jsonl", "cases.0-of-3.jsonl.bak",
                                        "cases.0-of-3.xyz.jsonl", "cases.0-of-1000001.jsonl", "Cases.0-of-3.jsonl", NULL};
    struct nt_rank_log_list logs = {0};
    make_files(names);
    assert_int_equal(nt_rank_log_list_read(&logs, "."), NT_OK);
    assert_int_equal(logs.count, 4);
    static const size_t order[] = {2, 1, 3, 0}; /* by size, rank, run; the finished one first */
    for (size_t i = 0; i < logs.count; i++) {
        char name[NT_RANK_NAME_BYTES];
        nt_rank_log_name(&logs.items[i], name);
        assert_string_equal(name, names[order[i]]);
    }
    nt_rank_log_list_free(&logs);
    assert_left(names, "yyyyyyyyyyy");
    assert_int_equal(nt_rank_log_list_read(&logs, "nowhere"), NT_EIO);
}

TEST(a_start_removes_what_merge_would_take_for_its_own)
{
    static const char *const names[] = {"cases.1-of-3.jsonl", "cases.1-of-3.0123abcd.unfinished.jsonl",
                                        "cases.0-of-3.jsonl", "cases.0-of-4.jsonl",
                                        "cases.jsonl",        "results.json",
                                        "junit.xml",          "report.html",
                                        "notes.txt",          NULL};
    const struct nt_rank rank = {.rank = 1, .size = 3};
    make_files(names);
    assert_int_equal(nt_rank_log_clean(".", &rank), NT_OK);
    assert_left(names, "nnynnnnny");
    make_files(names);
    assert_int_equal(nt_rank_log_clean(".", NULL), NT_OK); /* a run in one process writes the others anew */
    assert_left(names, "nnnnyyyyy");
}

TEST(a_finished_log_loses_its_mark)
{
    static const char *const names[] = {"cases.1-of-3.0123abcd.unfinished.jsonl", "cases.1-of-3.0123abcd.jsonl", NULL};
    const struct nt_rank rank = {.rank = 1, .size = 3, .run = "0123abcd"};
    make_files((const char *const[]){names[0], NULL});
    assert_int_equal(nt_rank_log_finish(".", &rank), NT_OK);
    assert_left(names, "ny");
    assert_int_equal(nt_rank_log_finish(".", &rank), NT_EIO);
}

static bool is_mixed(const struct nt_rank *a, const struct nt_rank *b, const struct nt_rank *c)
{
    struct nt_rank_log items[3] = {{*a, false}, {*b, false}, {*c, false}};
    struct nt_rank_log_list logs = {.items = items, .count = 3};
    struct nt_rank x, y;
    return nt_rank_log_list_is_mixed(&logs, &x, &y);
}

TEST(logs_of_different_runs_are_a_mixture)
{
    const struct nt_rank unnamed = {.rank = 0, .size = 3}, a = {.rank = 1, .size = 3, .run = "aaaaaaaa"},
                         b = {.rank = 2, .size = 3, .run = "bbbbbbbb"};
    const struct nt_rank larger = {.rank = 2, .size = 4};
    assert_false(is_mixed(&unnamed, &unnamed, &unnamed));
    assert_false(is_mixed(&unnamed, &a, &a));
    assert_false(is_mixed(&a, &unnamed, &a));
    assert_true(is_mixed(&unnamed, &a, &b));
    assert_true(is_mixed(&a, &unnamed, &b));
    assert_true(is_mixed(&unnamed, &unnamed, &larger));
}

TEST(lists_are_joined_in_order)
{
    struct nt_rank_log one[] = {{{.rank = 0, .size = 3}, false}, {{.rank = 2, .size = 3}, false}},
                       two[] = {{{.rank = 1, .size = 3}, true}};
    const struct nt_rank_log_list first = {.items = one, .count = 2}, second = {.items = two, .count = 1}, none = {0};
    struct nt_rank_log_list logs = {0};
    assert_int_equal(nt_rank_log_list_append(&logs, &none), NT_OK);
    assert_int_equal(nt_rank_log_list_append(&logs, &first), NT_OK);
    assert_int_equal(nt_rank_log_list_append(&logs, &second), NT_OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(logs.items[i].rank.rank, i);
    assert_int_equal(logs.count, 3);
    nt_rank_log_list_free(&logs);
    assert_null(logs.items);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_launcher_is_understood),
        cmocka_unit_test(what_no_launcher_sets_is_refused),
        cmocka_unit_test(logs_are_found_by_their_names_and_sorted),
        cmocka_unit_test(a_start_removes_what_merge_would_take_for_its_own),
        cmocka_unit_test(a_finished_log_loses_its_mark),
        cmocka_unit_test(logs_of_different_runs_are_a_mixture),
        cmocka_unit_test(lists_are_joined_in_order),
    };
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory);
}
