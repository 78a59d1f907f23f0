/* One value of a JSON file at a time. */

#include "tests/unit/help.h"

#include "scenarios/diff/json_stream.h"

#include <string.h>

static FILE *open_text(const char *text)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    rewind(f);
    return f;
}

static void expect_next(struct nt_json_stream *s, const char *expected)
{
    assert_int_equal(nt_json_stream_value(s, 1000), NT_OK);
    assert_string_equal(s->value.p, expected);
}

static void expect_error(const char *text, size_t most, int err)
{
    struct nt_json_stream s = {.in = open_text(text), .line = 1};
    assert_int_equal(nt_json_stream_value(&s, most), err);
    nt_json_stream_free(&s);
    fclose(s.in);
}

TEST(values_of_every_kind_have_their_ends)
{
    struct nt_json_stream s = {.in = open_text(" [ {\"a\": [1, \"]}\\\"\\\\\"]} ,\n-1.5e3,true , \"x\\\\\", [[]] ]\n"), .line = 1};
    assert_true(nt_json_stream_take(&s, '['));
    expect_next(&s, "{\"a\": [1, \"]}\\\"\\\\\"]}");
    assert_true(nt_json_stream_take(&s, ','));
    expect_next(&s, "-1.5e3");
    assert_int_equal(s.line, 2);
    assert_true(nt_json_stream_take(&s, ','));
    expect_next(&s, "true");
    assert_false(nt_json_stream_take(&s, ']'));
    assert_true(nt_json_stream_take(&s, ','));
    expect_next(&s, "\"x\\\\\"");
    assert_true(nt_json_stream_take(&s, ','));
    expect_next(&s, "[[]]");
    assert_true(nt_json_stream_take(&s, ']'));
    assert_int_equal(nt_json_stream_peek(&s), EOF);
    nt_json_stream_free(&s);
    fclose(s.in);
}

TEST(what_ends_in_the_middle_is_an_error)
{
    expect_error("", 100, NT_EFORMAT);
    expect_error("  \n", 100, NT_EFORMAT);
    expect_error("{\"a\": 1", 100, NT_EFORMAT);
    expect_error("\"a\\\"", 100, NT_EFORMAT);
    expect_error(",", 100, NT_EFORMAT);
}

TEST(a_long_value_is_not_read_to_its_end)
{
    expect_error("\"0123456789\"", 12, NT_OK);
    expect_error("\"0123456789\"", 11, NT_ELIMIT);
    expect_error("0123456789", 9, NT_ELIMIT);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_kind_have_their_ends),
        cmocka_unit_test(what_ends_in_the_middle_is_an_error),
        cmocka_unit_test(a_long_value_is_not_read_to_its_end),
    };
    return RUN_TESTS(tests);
}
