/* The text of a scenario for the page: a regular file that is short enough and UTF-8, and nothing else. */
#include "tests/unit/in_directory.h"

#include "scenarios/files/source_file.h"

#include <string.h>
#include <sys/stat.h>

static char *read_source(const char *path)
{
    char *text;
    assert_int_equal(nt_source_file_read(path, &text), 0);
    return text;
}

static void write_file(const char *bytes, size_t len)
{
    FILE *f = fopen("a.yaml", "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
}

TEST(a_text_is_read_whole)
{
    write_file("natsim: 1 # \xc3\xa9\n", 15);
    char *text = read_source("a.yaml");
    assert_string_equal(text, "natsim: 1 # \xc3\xa9\n");
    free(text);
}

TEST(other_bytes_and_a_long_file_are_not_read)
{
    static char bytes[NT_SOURCE_MAX + 1];
    memset(bytes, 'x', sizeof bytes);
    write_file(bytes, sizeof bytes);
    assert_null(read_source("a.yaml"));
    write_file("a\0b", 3);
    assert_null(read_source("a.yaml"));
    write_file("a\xff", 2);
    assert_null(read_source("a.yaml"));
    unlink("a.yaml");
}

/* What may stand where the file was when the case ends. */
TEST(what_is_no_regular_file_is_not_read)
{
    assert_null(read_source(NULL));
    assert_null(read_source("missing"));
    assert_null(read_source("."));
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_null(read_source("fifo"));
    unlink("fifo");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_read_whole),
        cmocka_unit_test(other_bytes_and_a_long_file_are_not_read),
        cmocka_unit_test(what_is_no_regular_file_is_not_read),
    };
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory);
}
