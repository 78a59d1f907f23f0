/* The end of a log: whole lines, any bytes, and regular files alone. */

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "reports/page/log_tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/log-tail-XXXXXX";

static void write_log(const char *name, const char *bytes, size_t len)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
}

static void expect_tail(const char *name, int64_t bytes, const char *text)
{
    struct nt_text t = {0};
    assert_int_equal(nt_log_tail(&t, dir, name), bytes);
    assert_int_equal(t.err, NT_OK);
    assert_string_equal(t.p != NULL ? t.p : "", text);
    nt_text_free(&t);
}

TEST(a_short_log_is_whole_and_a_nul_is_shown)
{
    write_log("short", "a\0b\n\xff\n\0", 7);
    expect_tail("short", 7,
                "a\xe2\x90\x80"
                "b\n\xff\n\xe2\x90\x80");
    write_log("empty", "", 0);
    expect_tail("empty", 0, "");
}

TEST(a_long_log_begins_with_a_whole_line)
{
    char bytes[NT_LOG_TAIL_MAX + 10], text[NT_LOG_TAIL_MAX + 1];
    memset(bytes, 'x', sizeof bytes);
    bytes[20] = '\n';
    write_log("long", bytes, sizeof bytes);
    memset(text, 'x', sizeof text);
    text[sizeof bytes - 21] = '\0';
    expect_tail("long", sizeof bytes, text);
    bytes[20] = 'x'; /* one line: its end */
    write_log("line", bytes, sizeof bytes);
    text[sizeof bytes - 21] = 'x';
    text[NT_LOG_TAIL_MAX] = '\0';
    expect_tail("line", sizeof bytes, text);
}

TEST(what_is_no_regular_file_is_not_read)
{
    char path[100];
    expect_tail("missing", -1, "");
    snprintf(path, sizeof path, "%s/fifo", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_tail("fifo", -1, "");
    unlink(path);
    snprintf(path, sizeof path, "%s/link", dir);
    assert_int_equal(symlink("short", path), 0);
    expect_tail("link", -1, "");
    unlink(path);
    expect_tail(".", -1, "");
    struct nt_text t = {0};
    assert_int_equal(nt_log_tail(&t, NULL, "short"), -1);
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) == NULL;
}

static int remove_dir(void **state)
{
    static const char *const names[] = {"short", "empty", "long", "line"};
    char path[100];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    return rmdir(dir);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_log_is_whole_and_a_nul_is_shown),
        cmocka_unit_test(a_long_log_begins_with_a_whole_line),
        cmocka_unit_test(what_is_no_regular_file_is_not_read),
    };
    return RUN_TESTS_WITHIN(tests, make_dir, remove_dir);
}
