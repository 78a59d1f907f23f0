#define _GNU_SOURCE
/* The record of a run: who may begin in a directory, what is removed there, and what goes on with it. */
#include "tests/unit/in_directory.h"

#include "core/base/err.h"
#include "scenarios/files/output.h"
#include "scenarios/files/run_record.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool locks_are_missing;

/* Of a file system without locks, when a test says so. */
int fcntl(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    void *argument = va_arg(args, void *);
    va_end(args);
    if (locks_are_missing && (command == F_SETLK || command == F_SETLKW)) {
        errno = ENOLCK;
        return -1;
    }
    return (int)syscall(SYS_fcntl, fd, command, argument);
}

static const struct nt_run_identity whole = {
    .program = "1.0.0", .selection = "flag --seed 7\nfile 11 a.yaml\ncases 4\n", .launch = ""};
static const struct nt_run_identity longer = {
    .program = "1.0.0", .selection = "flag --seed 7\nfile 12 a.yaml\ncases 4\n", .launch = ""};

static struct nt_run_identity rank_of(uint64_t rank, const char *launch)
{
    struct nt_run_identity is = whole;
    is.rank = rank;
    is.ranks = 2;
    is.launch = launch;
    return is;
}

/* --- files --- */

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static bool is_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

FIXTURE(with_outputs)
{
    locks_are_missing = false;
    return in_directory(state) != 0 || nt_output_make("out") != NT_OK || nt_output_make_captures("out") != NT_OK ||
           nt_output_make_logs("out") != NT_OK;
}

FIXTURE(without_outputs)
{
    return system("rm -rf out victim elsewhere") != 0 || out_of_directory(state) != 0;
}

/* --- runs --- */

static struct nt_run_record begun(const struct nt_run_identity *is)
{
    struct nt_run_record r;
    assert_int_equal(nt_run_record_lock(&r, "out", is), NT_OK);
    assert_int_equal(nt_run_record_begin(&r), NT_OK);
    return r;
}

static void write_capture(const struct nt_run_record *r, const char *name)
{
    char path[200];
    assert_int_equal(nt_run_record_add(r, name), NT_OK);
    snprintf(path, sizeof path, "out/%s", name);
    put(path, "");
}

/* A run that wrote these captures, and has ended. */
static void run_that_wrote(const struct nt_run_identity *is, const char *first, const char *second)
{
    struct nt_run_record r = begun(is);
    write_capture(&r, first);
    write_capture(&r, second);
    nt_run_record_end(&r);
}

/* A process that is at work until it is killed. `is` NULL: merge. */
static pid_t at_work(const struct nt_run_identity *is)
{
    int ready[2];
    char c;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct nt_run_record r;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int err = is != NULL ? nt_run_record_lock(&r, "out", is) : nt_run_record_lock_merge(&r, "out");
        err = err == NT_OK && is != NULL ? nt_run_record_begin(&r) : err;
        if (err != NT_OK || write(ready[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    close(ready[0]);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void assert_refused(const struct nt_run_identity *is, const char *what, pid_t who)
{
    struct nt_run_record r;
    char expected[300], host[200] = "";
    gethostname(host, sizeof host - 1);
    snprintf(expected, sizeof expected, "%s is at work there (%s, process %ld)", what, host, (long)who);
    assert_int_equal(is != NULL ? nt_run_record_lock(&r, "out", is) : nt_run_record_lock_merge(&r, "out"), NT_EEXIST);
    assert_string_equal(r.why, expected);
}

static void assert_may_begin(const struct nt_run_identity *is)
{
    struct nt_run_record r;
    assert_int_equal(is != NULL ? nt_run_record_lock(&r, "out", is) : nt_run_record_lock_merge(&r, "out"), NT_OK);
    nt_run_record_end(&r);
}

/* --- one run at a time --- */

TEST(a_second_run_is_refused_until_the_first_has_ended_however_it_ends)
{
    struct nt_run_identity rank = rank_of(0, "a");
    pid_t first = at_work(&whole);
    assert_refused(&whole, "another run", first);
    assert_refused(&rank, "another run", first);
    assert_refused(NULL, "another run", first);
    end(first);
    assert_may_begin(&whole);
}

TEST(what_a_killed_run_has_started_keeps_nobody_out)
{
    int mine[2], theirs[2];
    char c;
    pid_t worker;
    assert_int_equal(pipe(mine) | pipe(theirs), 0);
    pid_t run = fork();
    if (run == 0) {
        struct nt_run_record r = begun(&whole);
        worker = fork();
        if (worker == 0) {
            close(theirs[1]); /* or it waits for itself */
            while (read(theirs[0], &c, 1) < 0)
                ;
            _exit(nt_run_record_add(&r, "captures/late") != NT_OK);
        }
        _exit(write(mine[1], &worker, sizeof worker) != sizeof worker);
    }
    assert_int_equal(read(mine[0], &worker, sizeof worker), sizeof worker);
    assert_int_equal(waitpid(run, NULL, 0), run);
    assert_may_begin(&whole);
    close(theirs[1]); /* the worker ends */
    close(theirs[0]), close(mine[0]), close(mine[1]);
}

TEST(ranks_of_one_launch_work_side_by_side)
{
    struct nt_run_identity zero = rank_of(0, "a"), one = rank_of(1, "a"), other = rank_of(1, "b");
    pid_t first = at_work(&zero), second = at_work(&one);
    assert_refused(&zero, "rank 0 of 2", first);
    assert_refused(&other, "rank 0 of 2 of another launch", first);
    assert_refused(&whole, "rank 0 of 2 of another launch", first);
    end(first);
    assert_refused(&other, "rank 1 of 2 of another launch", second);
    pid_t again = at_work(&zero);
    end(again);
    end(second);
    assert_may_begin(&other);
}

TEST(ranks_without_a_launch_are_of_one_when_they_run_the_same)
{
    struct nt_run_identity zero = rank_of(0, ""), one = rank_of(1, ""), other = one;
    other.selection = longer.selection;
    pid_t first = at_work(&zero);
    assert_may_begin(&one);
    assert_refused(&other, "rank 0 of 2 of another launch", first);
    end(first);
}

TEST(merge_works_beside_ranks_and_beside_nothing_else)
{
    struct nt_run_identity zero = rank_of(0, "a"), one = rank_of(1, "a"), other = rank_of(1, "b");
    pid_t rank = at_work(&zero), merge = at_work(NULL);
    assert_refused(NULL, "merge", merge);
    assert_may_begin(&one);
    end(rank);
    assert_refused(&whole, "merge", merge);
    assert_refused(&other, "merge", merge);
    end(merge);
    assert_may_begin(NULL);
}

TEST(without_locks_a_run_begins_and_says_so)
{
    struct nt_run_record r;
    locks_are_missing = true;
    assert_int_equal(nt_run_record_lock(&r, "out", &whole), NT_OK);
    assert_int_equal(r.unlocked, ENOLCK);
    assert_int_equal(nt_run_record_begin(&r), NT_OK);
    write_capture(&r, "captures/a.pcapng");
    nt_run_record_end(&r);
    begun(&whole);
    assert_false(is_there("out/captures/a.pcapng"));
}

/* --- what is removed --- */

TEST(a_run_removes_what_the_record_names_and_nothing_else)
{
    run_that_wrote(&whole, "captures/a.pcapng", "logs/a.L.log");
    put("out/captures/a.pcapng.part", "");
    put("out/captures/a.pcapng.spare.part", "");
    put("out/results.json", "");
    put("out/junit.xml.part", "");
    put("out/captures/mine.pcapng", "");
    put("out/logs/a.notes.log", "");
    put("out/mine.json", "");
    struct nt_run_record r = begun(&longer);
    assert_int_equal(r.others, 0);
    static const char *const gone[] = {"out/captures/a.pcapng",      "out/logs/a.L.log",
                                       "out/captures/a.pcapng.part", "out/captures/a.pcapng.spare.part",
                                       "out/results.json",           "out/junit.xml.part"};
    for (size_t i = 0; i < COUNT(gone); i++)
        assert_false(is_there(gone[i]));
    assert_true(is_there("out/captures/mine.pcapng") && is_there("out/logs/a.notes.log") && is_there("out/mine.json"));
    nt_run_record_end(&r);
}

/* Somebody else's directory, with a record that is made to remove other files. */
TEST(a_record_removes_nothing_outside_its_directory)
{
    static const char *const names[] = {
        "../victim", "captures/../../victim", "captures/sub/file", "logs/", "captures/..", "captures/folder", "mine", "captures",
        "/etc/x",    "captures/link"};
    put("victim", "");
    put("out/mine", "");
    assert_int_equal(mkdir("out/captures/sub", 0777) | mkdir("out/captures/folder", 0777), 0);
    put("out/captures/sub/file", "");
    assert_int_equal(symlink("../../victim", "out/captures/link"), 0);
    struct nt_run_record r = begun(&whole);
    for (size_t i = 0; i < COUNT(names); i++)
        assert_int_equal(nt_run_record_add(&r, names[i]), NT_OK);
    nt_run_record_end(&r);
    r = begun(&whole);
    nt_run_record_end(&r);
    assert_true(is_there("victim") && is_there("out/mine") && is_there("out/captures/sub/file") && is_there("out/captures/folder"));
    assert_false(is_there("out/captures/link")); /* the link itself stood in the record */
}

TEST(what_no_record_names_is_counted)
{
    put("out/captures/old.pcapng", "");
    put("out/logs/old.L.log", "");
    put("out/captures/.hidden", "");
    put("out/cases.jsonl", "");
    struct nt_run_record r = begun(&whole);
    assert_int_equal(r.others, 2);
    assert_false(is_there("out/cases.jsonl"));
    nt_run_record_end(&r);
    r = begun(&whole);
    assert_int_equal(r.others, 0);
    nt_run_record_end(&r);
}

TEST(a_rank_that_is_started_again_removes_its_own)
{
    struct nt_run_identity zero = rank_of(0, "a"), one = rank_of(1, "a");
    run_that_wrote(&zero, "captures/0.pcapng", "captures/00.pcapng");
    run_that_wrote(&one, "captures/1.pcapng", "captures/11.pcapng");
    struct nt_run_record r = begun(&one);
    assert_true(is_there("out/captures/0.pcapng") && is_there("out/captures/00.pcapng"));
    assert_false(is_there("out/captures/1.pcapng") || is_there("out/captures/11.pcapng"));
    nt_run_record_end(&r);
}

/* Else a case that has moved to another rank would be removed by the one that had it. */
TEST(the_first_rank_of_another_launch_removes_what_all_earlier_runs_wrote)
{
    struct nt_run_identity old_zero = rank_of(0, "a"), old_one = rank_of(1, "a"), zero = rank_of(0, "b"), one = rank_of(1, "b");
    run_that_wrote(&whole, "captures/whole.pcapng", "logs/whole.L.log");
    run_that_wrote(&old_zero, "captures/0.pcapng", "captures/00.pcapng");
    assert_false(is_there("out/captures/whole.pcapng") || is_there("out/logs/whole.L.log"));
    run_that_wrote(&old_one, "captures/1.pcapng", "captures/11.pcapng");
    run_that_wrote(&zero, "captures/11.pcapng", "captures/2.pcapng");
    assert_false(is_there("out/captures/0.pcapng") || is_there("out/captures/1.pcapng"));
    struct nt_run_record r = begun(&one);
    assert_true(is_there("out/captures/11.pcapng") && is_there("out/captures/2.pcapng"));
    assert_false(is_there("out/.natsim-run.1-of-3"));
    nt_run_record_end(&r);
    r = begun(&whole);
    assert_false(is_there("out/captures/11.pcapng") || is_there("out/.natsim-run.0-of-2") || is_there("out/.natsim-run.1-of-2"));
    nt_run_record_end(&r);
}

TEST(thousands_of_captures_are_removed)
{
    char name[40];
    struct nt_run_record r = begun(&whole);
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "captures/case-%u.pcapng", i);
        write_capture(&r, name);
    }
    nt_run_record_end(&r);
    r = begun(&longer);
    nt_run_record_end(&r);
    assert_int_equal(rmdir("out/captures"), 0);
}

/* --- links --- */

static void assert_invalid(int err, const struct nt_run_record *r, const char *why)
{
    assert_int_equal(err, NT_EINVAL);
    assert_string_equal(r->why, why);
}

TEST(a_record_that_is_a_link_or_a_fifo_is_refused)
{
    struct nt_run_record r;
    put("victim", "must stay");
    assert_int_equal(symlink("../victim", "out/.natsim-run"), 0);
    assert_invalid(nt_run_record_lock(&r, "out", &whole), &r, ".natsim-run is a symbolic link, or no plain file: remove it");
    unlink("out/.natsim-run");
    assert_int_equal(mkfifo("out/.natsim-run", 0666), 0);
    assert_invalid(nt_run_record_lock(&r, "out", &whole), &r, ".natsim-run is a symbolic link, or no plain file: remove it");
    struct stat st;
    assert_int_equal(stat("victim", &st), 0);
    assert_int_equal(st.st_size, strlen("must stay"));
}

TEST(captures_that_are_a_link_are_refused)
{
    struct nt_run_record r;
    assert_int_equal(mkdir("elsewhere", 0777), 0);
    assert_int_equal(rmdir("out/captures") | symlink("../elsewhere", "out/captures"), 0);
    assert_int_equal(nt_run_record_lock(&r, "out", &whole), NT_OK);
    assert_invalid(nt_run_record_begin(&r), &r, "captures is a symbolic link, or no directory: remove it");
    nt_run_record_end(&r);
    assert_int_not_equal(nt_output_make_captures("out"), NT_OK);
}

/* --- go on --- */

TEST(the_same_run_goes_on_with_its_record)
{
    struct nt_run_record r;
    run_that_wrote(&whole, "captures/a.pcapng", "captures/b.pcapng");
    FILE *f = fopen("out/.natsim-run", "a");
    fputs("captures/cut", f);
    fclose(f);
    assert_int_equal(nt_run_record_lock(&r, "out", &whole), NT_OK);
    assert_int_equal(nt_run_record_resume(&r), NT_OK);
    assert_true(is_there("out/captures/a.pcapng"));
    write_capture(&r, "captures/c.pcapng");
    nt_run_record_end(&r);
    r = begun(&whole);
    assert_false(is_there("out/captures/a.pcapng") || is_there("out/captures/c.pcapng"));
    nt_run_record_end(&r);
}

static void assert_does_not_go_on(const struct nt_run_identity *is, int err, const char *why)
{
    struct nt_run_record r;
    assert_int_equal(nt_run_record_lock(&r, "out", is), NT_OK);
    assert_int_equal(nt_run_record_resume(&r), err);
    assert_string_equal(r.why, why);
    nt_run_record_end(&r);
}

TEST(another_run_does_not_go_on)
{
    struct nt_run_identity rank = rank_of(1, "a"), other = rank_of(1, "b");
    other.selection = longer.selection;
    assert_does_not_go_on(&whole, NT_ENOENT, "no run has left its record there");
    run_that_wrote(&whole, "captures/a.pcapng", "captures/b.pcapng");
    assert_does_not_go_on(&longer, NT_EEXIST, "a.yaml has changed since");
    assert_true(is_there("out/captures/a.pcapng"));
    run_that_wrote(&rank, "captures/1.pcapng", "captures/11.pcapng");
    assert_does_not_go_on(&whole, NT_EEXIST, "the run there was divided among ranks by a launcher");
    assert_does_not_go_on(&other, NT_EEXIST, "a.yaml has changed since");
}

int main(int argc, char **argv)
{
#define WITH_OUTPUTS(test) cmocka_unit_test_setup_teardown(test, with_outputs, without_outputs)
    const struct CMUnitTest tests[] = {
        WITH_OUTPUTS(a_second_run_is_refused_until_the_first_has_ended_however_it_ends),
        WITH_OUTPUTS(what_a_killed_run_has_started_keeps_nobody_out),
        WITH_OUTPUTS(ranks_of_one_launch_work_side_by_side),
        WITH_OUTPUTS(ranks_without_a_launch_are_of_one_when_they_run_the_same),
        WITH_OUTPUTS(merge_works_beside_ranks_and_beside_nothing_else),
        WITH_OUTPUTS(without_locks_a_run_begins_and_says_so),
        WITH_OUTPUTS(a_run_removes_what_the_record_names_and_nothing_else),
        WITH_OUTPUTS(a_record_removes_nothing_outside_its_directory),
        WITH_OUTPUTS(what_no_record_names_is_counted),
        WITH_OUTPUTS(a_rank_that_is_started_again_removes_its_own),
        WITH_OUTPUTS(the_first_rank_of_another_launch_removes_what_all_earlier_runs_wrote),
        WITH_OUTPUTS(thousands_of_captures_are_removed),
        WITH_OUTPUTS(a_record_that_is_a_link_or_a_fifo_is_refused),
        WITH_OUTPUTS(captures_that_are_a_link_are_refused),
        WITH_OUTPUTS(the_same_run_goes_on_with_its_record),
        WITH_OUTPUTS(another_run_does_not_go_on),
    };
    return RUN_TESTS(tests);
}
