/* The enumeration of orders. */
#include "scenarios/run/orders.h"

#include <string.h>

#include "tests/unit/help.h"

/* A world with three choices: of two; then of three, or of none after a 1; then of two. */
static void run(struct nt_orders *o, char *seen)
{
    uint32_t first = nt_orders_choose(o, 2);
    *seen++ = (char)('0' + first);
    if (first == 0)
        *seen++ = (char)('0' + nt_orders_choose(o, 3));
    *seen++ = (char)('0' + nt_orders_choose(o, 2));
    *seen = '\0';
}

static void all(uint32_t first, const char *expected)
{
    struct nt_orders o;
    char list[200] = "", one[8];
    nt_orders_start(&o, first);
    do {
        run(&o, one);
        strcat(strcat(list, one), " ");
    } while (nt_orders_next(&o));
    assert_string_equal(list, expected);
}

TEST(test_every_order_once)
{
    all(3, "000 001 010 011 020 021 10 11 ");
}

TEST(test_choices_beyond_the_first_take_the_order_of_time)
{
    all(1, "000 10 ");
    all(2, "000 010 020 10 11 ");
}

TEST(test_an_order_is_told)
{
    struct nt_orders o;
    char one[8], text[20];
    nt_orders_start(&o, 3);
    run(&o, one);
    assert_true(nt_orders_next(&o));
    run(&o, one);
    assert_string_equal(nt_orders_text(&o, text, sizeof text), "0 0 1");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_order_once),
        cmocka_unit_test(test_choices_beyond_the_first_take_the_order_of_time),
        cmocka_unit_test(test_an_order_is_told),
    };
    return RUN_TESTS(tests);
}
