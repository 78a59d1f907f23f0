/* Numbers with units, as a scenario and the command line write them. */
#include "scenarios/language/text/units.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

struct row {
    const char *text;
    enum nt_unit_result result;
    int64_t value;
};

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static void assert_row(const struct row *row, enum nt_unit_result result, int64_t value)
{
    if (result != row->result || (result == NT_UNIT_OK && value != row->value))
        fail_msg("'%s': result %d, value %lld", row->text, (int)result, (long long)value);
}

TEST(times_are_exact_nanoseconds)
{
    static const struct row rows[] = {
        {"0s", NT_UNIT_OK, 0},
        {"1ns", NT_UNIT_OK, 1},
        {"20ms", NT_UNIT_OK, 20000000},
        {"1.5s", NT_UNIT_OK, 1500000000},
        {"1.5m", NT_UNIT_OK, INT64_C(90000000000)},
        {"0.25h", NT_UNIT_OK, INT64_C(900000000000)},
        {"1.50us", NT_UNIT_OK, 1500},
        {"0.000000001s", NT_UNIT_OK, 1},
        {"100000h", NT_UNIT_OK, NT_UNIT_TIME_MAX},
        {"0.0000000001s", NT_UNIT_FINE, 0},
        {"1.5ns", NT_UNIT_FINE, 0},
        {"100000.1h", NT_UNIT_RANGE, 0},
        {"100001h", NT_UNIT_RANGE, 0},
        {"99999999999999999999999s", NT_UNIT_RANGE, 0},
        {"5", NT_UNIT_NONE, 0},
        {"1.5", NT_UNIT_NONE, 0},
        {"", NT_UNIT_FORM, 0},
        {"s", NT_UNIT_FORM, 0},
        {"-1s", NT_UNIT_FORM, 0},
        {"+1s", NT_UNIT_FORM, 0},
        {".5s", NT_UNIT_FORM, 0},
        {"1.s", NT_UNIT_FORM, 0},
        {"1e3s", NT_UNIT_FORM, 0},
        {"5 s", NT_UNIT_FORM, 0},
        {" 5s", NT_UNIT_FORM, 0},
        {"5sec", NT_UNIT_FORM, 0},
        {"5S", NT_UNIT_FORM, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t ns = -1;
        enum nt_unit_result r = nt_unit_time(rows[i].text, &ns);
        assert_row(&rows[i], r, ns);
    }
}

TEST(rates_and_percentages)
{
    static const struct row rates[] = {
        {"10Mbit", NT_UNIT_OK, 10000000}, {"0.5kbit", NT_UNIT_OK, 500},
        {"1bit", NT_UNIT_OK, 1},          {"1000Gbit", NT_UNIT_OK, INT64_C(1000000000000)},
        {"1001Gbit", NT_UNIT_RANGE, 0},   {"0.5bit", NT_UNIT_FINE, 0},
        {"10", NT_UNIT_NONE, 0},          {"10mbit", NT_UNIT_FORM, 0},
    };
    static const struct row percents[] = {
        {"0%", NT_UNIT_OK, 0},         {"1%", NT_UNIT_OK, 10000000},     {"0.5%", NT_UNIT_OK, 5000000},
        {"0.0000001%", NT_UNIT_OK, 1}, {"100%", NT_UNIT_OK, 1000000000}, {"100.1%", NT_UNIT_RANGE, 0},
        {"101%", NT_UNIT_RANGE, 0},    {"0.00000001%", NT_UNIT_FINE, 0}, {"1", NT_UNIT_NONE, 0},
    };
    for (size_t i = 0; i < COUNT(rates); i++) {
        uint64_t bits = 0;
        enum nt_unit_result r = nt_unit_rate(rates[i].text, &bits);
        assert_row(&rates[i], r, (int64_t)bits);
    }
    for (size_t i = 0; i < COUNT(percents); i++) {
        uint32_t parts = 0;
        enum nt_unit_result r = nt_unit_percent(percents[i].text, &parts);
        assert_row(&percents[i], r, parts);
    }
}

TEST(numbers_without_a_unit)
{
    static const struct row decimals[] = {
        {"5", NT_UNIT_OK, 5000},      {"-1.25", NT_UNIT_OK, -1250}, {"0.001", NT_UNIT_OK, 1},
        {"1.5000", NT_UNIT_OK, 1500}, {"0.0001", NT_UNIT_FINE, 0},  {"--1", NT_UNIT_FORM, 0},
        {"1m", NT_UNIT_FORM, 0},      {"", NT_UNIT_FORM, 0},        {"9223372036854775807", NT_UNIT_RANGE, 0},
    };
    static const struct row integers[] = {
        {"0", NT_UNIT_OK, 0},
        {"007", NT_UNIT_OK, 7},
        {"9223372036854775807", NT_UNIT_OK, INT64_MAX},
        {"18446744073709551616", NT_UNIT_RANGE, 0},
        {"", NT_UNIT_FORM, 0},
        {"1.0", NT_UNIT_FORM, 0},
        {"-1", NT_UNIT_FORM, 0},
        {"99999999999999999999x", NT_UNIT_FORM, 0},
        {"0x10", NT_UNIT_FORM, 0},
    };
    for (size_t i = 0; i < COUNT(decimals); i++) {
        int64_t thousandths = 0;
        enum nt_unit_result r = nt_unit_decimal(decimals[i].text, &thousandths);
        assert_row(&decimals[i], r, thousandths);
    }
    for (size_t i = 0; i < COUNT(integers); i++) {
        uint64_t value = 0;
        enum nt_unit_result r = nt_unit_integer(integers[i].text, &value);
        assert_row(&integers[i], r, (int64_t)value);
    }
    uint64_t value = 0;
    assert_int_equal(nt_unit_integer("18446744073709551615", &value), NT_UNIT_OK);
    assert_true(value == UINT64_MAX);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_exact_nanoseconds),
        cmocka_unit_test(rates_and_percentages),
        cmocka_unit_test(numbers_without_a_unit),
    };
    return RUN_TESTS(tests);
}
