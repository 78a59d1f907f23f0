/* Copies of strings, with and without memory. */

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "core/base/strings.h"
#include "tests/unit/fail_alloc.h"

#include <stdlib.h>
#include <string.h>

TEST(a_copy_is_equal_and_null_stays_null)
{
    int err = NT_EFORMAT;
    char *copy = nt_strdup("natsim", &err);
    assert_string_equal(copy, "natsim");
    assert_null(nt_strdup(NULL, &err));
    assert_int_equal(err, NT_EFORMAT); /* as it was */
    free(copy);
}

TEST(without_memory_the_error_stays)
{
    int err = NT_OK;
    alloc_fail(0);
    char *first = nt_strdup("a", &err), *second = nt_strdup("b", &err);
    assert_true(alloc_failed());
    assert_null(first);
    assert_string_equal(second, "b");
    assert_int_equal(err, NT_ENOMEM);
    free(second);
}

static bool is_utf8(const char *text)
{
    return nt_is_utf8((const uint8_t *)text, strlen(text));
}

TEST(utf8_is_told_from_other_bytes)
{
    assert_true(is_utf8("") && is_utf8("plain") && is_utf8("\xc3\xa4") && is_utf8("\xe2\x82\xac") && is_utf8("\xf0\x9f\x98\x80"));
    assert_false(is_utf8("\xff") || is_utf8("\x80"));                     /* no first byte */
    assert_false(is_utf8("\xc3") || is_utf8("\xc3g"));                    /* cut short */
    assert_false(is_utf8("\xc0\x80") || is_utf8("\xe0\x80\x80"));         /* overlong */
    assert_false(is_utf8("\xed\xa0\x80") || is_utf8("\xf4\x90\x80\x80")); /* a surrogate, beyond U+10FFFF */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_copy_is_equal_and_null_stays_null),
                                       cmocka_unit_test(without_memory_the_error_stays),
                                       cmocka_unit_test(utf8_is_told_from_other_bytes)};
    return RUN_TESTS(tests);
}
