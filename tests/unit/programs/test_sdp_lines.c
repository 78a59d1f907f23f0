/* What real programs write in their descriptions, as far as their lines are looked at. */
#include "scenarios/programs/sdp_lines.h"

#include "tests/unit/help.h"

TEST(options_are_separated_by_spaces_or_commas)
{
    static const struct {
        const char *line;
        bool trickles;
    } cases[] = {{"a=ice-options:trickle", true},      {"a=ice-options:ice2 trickle", true},
                 {"a=ice-options:ice2,trickle", true}, {"a=ice-options:trickle,ice2", true},
                 {"a=ice-options:ice2", false},        {"a=ice-options:trickle2", false},
                 {"a=ice-options:notrickle", false},   {"a=ice-lite", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(nt_sdp_trickles(cases[i].line, strlen(cases[i].line)), cases[i].trickles);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(options_are_separated_by_spaces_or_commas)};
    return RUN_TESTS(tests);
}
