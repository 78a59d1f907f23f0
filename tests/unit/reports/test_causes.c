/* Which reasons are one cause, and how many of them are kept. */
#include "tests/unit/help.h"

#include "reports/causes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two cells of axes `left` and `right`. */
static bool same(const char *left_a, const char *right_a, const char *a, const char *left_b, const char *right_b, const char *b)
{
    struct nt_brief_param of_a[] = {{"left", left_a}, {"right", right_a}}, of_b[] = {{"left", left_b}, {"right", right_b}};
    struct nt_brief one = {.reason = a, .params = of_a, .n = {.param_count = 2}},
                    two = {.reason = b, .params = of_b, .n = {.param_count = 2}};
    assert_int_equal(nt_cause_is_same(&one, &two), nt_cause_is_same(&two, &one));
    return nt_cause_is_same(&one, &two);
}

static bool same_reasons(const char *a, const char *b)
{
    return same("l", "r", a, "l", "r", b);
}

TEST(values_of_the_cells_do_not_matter)
{
    assert_true(
        same("stack libnice", "x", "L: stack libnice is not installed", "stack aioice", "y", "L: stack aioice is not installed"));
    assert_true(same("a", "b", "from a to b", "c", "d", "from c to d"));
    assert_false(same("a", "b", "from a to x", "c", "d", "from c to y"));
    assert_false(same("a", "b", "L: ab is not there", "c", "d", "L: cb is not there")); /* no word */
}

/* A value may be a word of ours. */
TEST(a_value_that_is_said_of_something_else_stays)
{
    assert_true(same("none", "x", "path: found none", "symmetric", "x", "path: found none"));
    assert_false(same("none", "x", "path: found none", "symmetric", "x", "path: found direct"));
}

TEST(numbers_do_not_matter_but_in_names)
{
    assert_true(same_reasons("within: expected 1 ms at most, took 12 ms", "within: expected 1 ms at most, took 604 ms"));
    assert_true(same_reasons("no answer from 10.1.0.2:50000", "no answer from 203.0.113.3:40001"));
    assert_false(same_reasons("took 1 ms", "took ms"));
    assert_false(same_reasons("RFC8445-7.1.1-priority is broken", "RFC8445-7.1.2-priority is broken"));
    assert_false(same_reasons("path: found none", "path: found none (cut)"));
    assert_true(same_reasons("", ""));
}

static struct nt_results results_of(size_t count, char (*reasons)[16])
{
    struct nt_results r = {.cases = calloc(count, sizeof(struct nt_results_entry)), .case_count = count};
    for (size_t i = 0; i < count; i++) {
        snprintf(reasons[i], sizeof reasons[i], "cause r%u", (unsigned)(i / 2) % 1000);
        r.cases[i].brief.reason = reasons[i];
        r.cases[i].brief.n.outcome = i < 4 ? NT_SKIP : NT_FAIL;
    }
    return r;
}

TEST(causes_are_counted_in_order_and_up_to_a_limit)
{
    static char reasons[2 * NT_CAUSES_MAX + 10][16];
    struct nt_results r = results_of(2 * NT_CAUSES_MAX + 10, reasons);
    struct nt_causes causes;
    nt_causes_find(&causes, &r, NT_SKIP);
    assert_int_equal(causes.count, 2);
    assert_int_equal(causes.of[1].count, 2);
    assert_int_equal(causes.of[1].first[1], 3);
    assert_false(causes.of[1].alike);
    nt_causes_free(&causes);
    nt_causes_find(&causes, &r, NT_FAIL);
    assert_int_equal(causes.count, NT_CAUSES_MAX);
    assert_int_equal(causes.others, 6);
    nt_causes_free(&causes);
    nt_causes_find(&causes, &r, NT_ERROR);
    assert_int_equal(causes.count + causes.others, 0);
    free(r.cases);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_the_cells_do_not_matter),
        cmocka_unit_test(a_value_that_is_said_of_something_else_stays),
        cmocka_unit_test(numbers_do_not_matter_but_in_names),
        cmocka_unit_test(causes_are_counted_in_order_and_up_to_a_limit),
    };
    return RUN_TESTS(tests);
}
