/* The lines of a log, however they lie in the file, and the file itself, whatever becomes of its name. */

#include "tests/unit/help.h"
#include "tests/unit/in_directory.h"

#include "core/base/err.h"
#include "scenarios/command/merge_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static struct nt_merge_lines open_lines(const char *name)
{
    struct nt_merge_lines l = {.fd = open(name, O_RDONLY)};
    assert_true(l.fd >= 0);
    return l;
}

static void expect_line(struct nt_merge_lines *l, const char *text, uint64_t at, bool cut)
{
    struct nt_merge_line line;
    assert_int_equal(nt_merge_lines_next(l, &line), 1);
    assert_int_equal(line.len, strlen(text));
    assert_memory_equal(line.text, text, line.len);
    assert_int_equal(line.at, at);
    assert_int_equal(line.cut, cut);
}

TEST(lines_have_their_places)
{
    struct nt_merge_line line;
    write_file("log", "one\n\nthree\nfour");
    struct nt_merge_lines l = open_lines("log");
    expect_line(&l, "one", 0, false);
    expect_line(&l, "", 4, false);
    expect_line(&l, "three", 5, false);
    expect_line(&l, "four", 11, true);
    assert_int_equal(nt_merge_lines_next(&l, &line), 0);
    nt_merge_lines_free(&l);
    remove("log");
}

TEST(long_lines_are_whole)
{
    enum { LONG = 200000, LINES = 5 };
    static char text[LONG + 1];
    FILE *f = fopen("log", "wb");
    assert_non_null(f);
    memset(text, 'x', LONG);
    for (int i = 0; i < LINES; i++)
        fprintf(f, "%s\n", text + i);
    fclose(f);
    struct nt_merge_lines l = open_lines("log");
    uint64_t at = 0;
    for (int i = 0; i < LINES; i++) {
        expect_line(&l, text + i, at, false);
        at += strlen(text + i) + 1;
    }
    nt_merge_lines_free(&l);
    remove("log");
}

TEST(a_line_has_a_limit)
{
    struct nt_merge_line line;
    write_file("log", "one\n");
    struct nt_merge_lines l = open_lines("log");
    assert_int_equal(truncate("log", (off_t)NT_MERGE_LINE_MAX + 1000000), 0);
    expect_line(&l, "one", 0, false);
    assert_int_equal(nt_merge_lines_next(&l, &line), NT_ELIMIT);
    nt_merge_lines_free(&l);
    remove("log");
}

static void expect_open(struct nt_merge_log *log, int (*open_log)(struct nt_merge_log *log, char *why), const char *said)
{
    char why[NT_INSIDE_WHY] = "";
    int fd = open_log(log, why);
    assert_string_equal(fd < 0 ? why : "", said);
    assert_int_equal(fd >= 0, said[0] == '\0');
    if (fd >= 0)
        close(fd);
}

TEST(another_file_is_another_log)
{
    struct nt_merge_log log = {.dir = "."};
    expect_open(&log, nt_merge_log_open, "No such file or directory");
    write_file("cases.jsonl", "one\n");
    expect_open(&log, nt_merge_log_open, "");
    expect_open(&log, nt_merge_log_reopen, "");
    write_file("other", "one\n");
    assert_int_equal(rename("other", "cases.jsonl"), 0);
    expect_open(&log, nt_merge_log_reopen, "another file took its place while it was read");
    remove("cases.jsonl");
}

TEST(a_rank_may_finish_at_any_time)
{
    char path[NT_MERGE_PATH_BYTES];
    struct nt_merge_log log = {.dir = ".", .rank = {.rank = {.rank = 0, .size = 2}, .unfinished = true}};
    write_file("cases.0-of-2.unfinished.jsonl", "one\n");
    expect_open(&log, nt_merge_log_open, "");
    assert_true(log.rank.unfinished);
    assert_int_equal(rename("cases.0-of-2.unfinished.jsonl", "cases.0-of-2.jsonl"), 0);
    expect_open(&log, nt_merge_log_reopen, "");
    assert_false(log.rank.unfinished);
    assert_string_equal(nt_merge_log_path(&log, path), "./cases.0-of-2.jsonl");
    remove("cases.0-of-2.jsonl");
}

static void expect_inside(const char *name, const char *said)
{
    char why[NT_INSIDE_WHY] = "";
    int fd = nt_inside_open_bounded(".", name, 1 << 30, why);
    assert_string_equal(why, said);
    assert_int_equal(fd >= 0, said[0] == '\0');
    if (fd >= 0)
        close(fd);
}

TEST(what_lies_inside)
{
    static const char out[] = "it leads out of the directory, or is too long";
    char longest[300];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_true(mkdir("a", 0700) == 0 && mkdir("a/b", 0700) == 0 && symlink("b", "a/link") == 0 && mkfifo("a/fifo", 0600) == 0);
    write_file("a/b/file", "text");
    expect_inside("a/b/file", "");
    expect_inside("a/link/file", "link is a symbolic link");
    expect_inside("a/link", "it is a symbolic link");
    expect_inside("a/fifo", "it is a FIFO");
    expect_inside("a/fifo/file", "fifo is a FIFO");
    expect_inside("a/b", "it is a directory");
    expect_inside("a/b/file/more", "file is a file");
    expect_inside("a/none/file", "none: No such file or directory");
    expect_inside("a/../a/b/file", out);
    expect_inside("a/./b/file", out);
    expect_inside("a//b/file", out);
    expect_inside("/etc/passwd", out);
    expect_inside("..", out);
    expect_inside(longest, out);
    assert_int_equal(truncate("a/b/file", (1 << 30) + 1), 0);
    expect_inside("a/b/file", "it is larger than 1 GiB");
    assert_true(remove("a/b/file") == 0 && remove("a/fifo") == 0 && remove("a/link") == 0 && remove("a/b") == 0 &&
                remove("a") == 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_their_places),
        cmocka_unit_test(long_lines_are_whole),
        cmocka_unit_test(a_line_has_a_limit),
        cmocka_unit_test(another_file_is_another_log),
        cmocka_unit_test(a_rank_may_finish_at_any_time),
        cmocka_unit_test(what_lies_inside),
    };
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory);
}
