/* Copies of strings, with and without memory. */

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "core/base/strings.h"
#include "tests/unit/fail_alloc.h"

#include <stdlib.h>

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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_copy_is_equal_and_null_stays_null),
                                       cmocka_unit_test(without_memory_the_error_stays)};
    return RUN_TESTS(tests);
}
