/* A failed request in words, whatever the server said. */
#include "tests/unit/help.h"

#include "core/stun/stun.h"

#include <string.h>

static const char *text_of(int method, int code, const char *said, size_t len)
{
    static char buf[200];
    struct nt_trace_event ev = {
        .kind = NT_TR_REQUEST_FAILED, .n = {method, code}, .text = "not asked again", .bytes = (const uint8_t *)said, .len = len};
    return nt_stun_failure_text(&ev, buf, sizeof buf);
}

TEST(a_failure_in_words)
{
    char longest[300], small[12];
    memset(longest, 'x', sizeof longest);
    assert_string_equal(text_of(NT_TURN_ALLOCATE, 486, "Quota", 5), "Allocate: 486 Quota; not asked again");
    assert_string_equal(text_of(NT_STUN_BINDING, 0, "no response", 11), "Binding: no response; not asked again");
    assert_string_equal(text_of(0x7ff, 300, "\x1b[31m\xc3\xa4\n", 8), "?: 300 ?[31m???; not asked again");
    assert_string_equal(text_of(NT_TURN_REFRESH, 500, NULL, 0), "Refresh: 500 ; not asked again");
    assert_int_equal(strlen(text_of(NT_TURN_REFRESH, 500, longest, sizeof longest)), strlen("Refresh: 500 ; not asked again") + 79);
    struct nt_trace_event ev = {.n = {NT_TURN_ALLOCATE, 486}, .text = "not asked again"};
    assert_string_equal(nt_stun_failure_text(&ev, small, sizeof small), "Allocate: 4");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_failure_in_words)};
    return RUN_TESTS(tests);
}
