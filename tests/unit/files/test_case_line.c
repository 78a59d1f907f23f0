/* Lines of cases.jsonl: a case's JSON with its place, and back; a line that is damaged is refused. */

#include "tests/unit/help.h"

#include "scenarios/files/case_line.h"

#include <stdio.h>
#include <string.h>

TEST(a_place_is_read_back)
{
    static const struct nt_case_place places[] = {
        {0, 1, 1}, {41, 42, 3}, {NT_CASE_PLACE_MAX - 1, NT_CASE_PLACE_MAX, NT_CASE_PLACE_MAX}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct nt_case_place place = {0};
        char head[NT_CASE_LINE_HEAD], line[NT_CASE_LINE_HEAD + 20];
        size_t len = (size_t)snprintf(line, sizeof line, "%s\"id\": \"a\"}", nt_case_line_head(&places[i], head));
        const char *rest = nt_case_line_read(line, len, &place);
        assert_non_null(rest);
        assert_string_equal(rest, "\"id\": \"a\"}");
        assert_memory_equal(&place, &places[i], sizeof place);
    }
}

TEST(a_damaged_line_is_refused)
{
    static const char *const lines[] = {
        "",
        "{",
        "hello",
        "{\"id\": \"a\"}",
        "{\"order\": , \"of\": 2, \"shards\": 1, \"id\": \"a\"}",
        "{\"order\": -1, \"of\": 2, \"shards\": 1, \"id\": \"a\"}",
        "{\"order\": 0, \"of\": 2, \"id\": \"a\"}",
        "{\"order\": 0, \"of\": 2, \"shards\": 1}",
        /* places that there are not */
        "{\"order\": 2, \"of\": 2, \"shards\": 1, \"id\": \"a\"}",
        "{\"order\": 0, \"of\": 2, \"shards\": 0, \"id\": \"a\"}",
        "{\"order\": 0, \"of\": 4294967296, \"shards\": 1, \"id\": \"a\"}",
        "{\"order\": 0, \"of\": 2, \"shards\": 4294967296, \"id\": \"a\"}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct nt_case_place place;
        if (nt_case_line_read(lines[i], strlen(lines[i]), &place) != NULL)
            fail_msg("accepted: %s", lines[i]);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_place_is_read_back), cmocka_unit_test(a_damaged_line_is_refused)};
    return RUN_TESTS(tests);
}
