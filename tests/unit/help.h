/* What unit tests share: cmocka, TEST(name) for a test's function, addr("192.0.2.1:5000"), and a main's RUN_TESTS(tests), which
 * runs all tests or those that the program's argument names (* and ? as in a shell). */
#ifndef NT_TEST_HELP_H
#define NT_TEST_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fnmatch.h>

#include "core/base/addr.h"
#include "core/base/err.h"

#define TEST(name) static void name(void **state __attribute__((unused)))
/* What runs before or after tests; 0 when it succeeds. */
#define FIXTURE(name) static int name(void **state __attribute__((unused)))

/* In `int main(int argc, char **argv)`. The second form has functions that run before and after all tests. */
#define RUN_TESTS(tests) RUN_TESTS_WITHIN(tests, NULL, NULL)
#define RUN_TESTS_WITHIN(tests, setup, teardown) run_named(argc, argv, tests, sizeof(tests) / sizeof *(tests), setup, teardown)

static inline int run_named(int argc, char **argv, const struct CMUnitTest *tests, size_t n, CMFixtureFunction setup,
                            CMFixtureFunction teardown)
{
    const char *wanted = argc > 1 ? argv[1] : "*";
    size_t matching = 0;
    for (size_t i = 0; i < n; i++)
        matching += fnmatch(wanted, tests[i].name, 0) == 0;
    if (matching == 0) {
        print_error("no test is named '%s'; there are:\n", wanted);
        for (size_t i = 0; i < n; i++)
            print_error("%s\n", tests[i].name);
        return 2;
    }
    cmocka_set_test_filter(wanted);
    return _cmocka_run_group_tests("tests", tests, n, setup, teardown);
}

static inline struct nt_addr addr(const char *text)
{
    struct nt_addr a;
    assert_int_equal(nt_addr_parse(&a, text), NT_OK);
    return a;
}

#endif
