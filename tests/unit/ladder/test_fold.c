/* Which rows of a ladder become one. A letter is a packet of a kind: a to z any, D and E data, in two ways, S a step, N a packet
 * that the verdict names. */

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "reports/ladder/fold.h"
#include "reports/ladder/ladder.h"

#include <stdio.h>
#include <string.h>

#define ROWS 64

static struct nt_ladder_row rows[ROWS];
static char texts[ROWS][40];

static struct nt_ladder of(const char *kinds)
{
    struct nt_ladder l = {.rows = rows, .row_count = strlen(kinds)};
    memset(rows, 0, sizeof rows);
    for (size_t i = 0; i < l.row_count; i++) {
        if (kinds[i] == 'D' || kinds[i] == 'E')
            snprintf(texts[i], sizeof texts[i], "data %d bytes", 100 + (int)i);
        else
            snprintf(texts[i], sizeof texts[i], "%c", kinds[i]);
        rows[i] = (struct nt_ladder_row){.at = (nt_time)i * NT_MSEC,
                                         .frame = (uint32_t)i + 1,
                                         .from = kinds[i] == 'E',
                                         .step = kinds[i] == 'S',
                                         .named = kinds[i] == 'N',
                                         .text = texts[i],
                                         .note = "",
                                         .fate = ""};
    }
    return l;
}

/* The rows that are left: each with how many packets it stands for, when these are several. */
static const char *folded(const char *kinds)
{
    static char out[4 * ROWS];
    struct nt_ladder l = of(kinds);
    size_t len = 0, packets = 0;
    assert_int_equal(nt_ladder_fold(&l), NT_OK);
    for (size_t i = 0; i < l.row_count; i++) {
        if (rows[i].folded)
            continue;
        len += (size_t)snprintf(out + len, sizeof out - len, "%c", kinds[i]);
        if (rows[i].repeats > 0)
            len += (size_t)snprintf(out + len, sizeof out - len, "%u", (unsigned)rows[i].repeats + 1);
        packets += rows[i].repeats + 1;
    }
    assert_int_equal(packets, l.row_count);
    return out;
}

TEST(packets_of_a_kind_that_follow_each_other_are_one_row)
{
    assert_string_equal(folded(""), "");
    assert_string_equal(folded("a"), "a");
    assert_string_equal(folded("aaa"), "a3");
    assert_string_equal(folded("aabb"), "a2b2");
}

TEST(kinds_that_take_turns_are_a_row_each)
{
    assert_string_equal(folded("abababab"), "a4b4");
    assert_string_equal(folded("xabcdabdcy"), "xa2b2c2d2y");
}

TEST(what_comes_once_is_not_folded_across)
{
    assert_string_equal(folded("aabaab"), "a4b2");
    assert_string_equal(folded("axa"), "axa");
    assert_string_equal(folded("aaxaa"), "a2xa2");
    assert_string_equal(folded("abxab"), "abxab");
    assert_string_equal(folded("cbcab"), "cbcab"); /* a parts the b, and one b the c */
}

TEST(a_step_ends_what_is_folded)
{
    assert_string_equal(folded("aaSaa"), "a2Sa2");
    assert_string_equal(folded("DDSDD"), "D2SD2");
    assert_string_equal(folded("SSaa"), "SSa2");
}

TEST(data_is_folded_whatever_is_between)
{
    assert_string_equal(folded("DaDbDEcE"), "D3abE2c");
    assert_string_equal(folded("aDaDa"), "a3D2"); /* and does not part the others */
}

TEST(what_the_verdict_names_stands_alone)
{
    assert_string_equal(folded("aaNaa"), "a2Na2");
    assert_string_equal(folded("NN"), "NN");
    assert_string_equal(folded("DDNDD"), "D4N");
}

TEST(a_row_leads_to_all_of_its_packets)
{
    struct nt_ladder l = of("DaDbD");
    bool regular;
    assert_int_equal(nt_ladder_fold(&l), NT_OK);
    assert_int_equal(rows[0].repeats, 2);
    assert_int_equal(rows[0].next, 2);
    assert_int_equal(rows[2].next, 4);
    assert_int_equal(rows[4].next, 0);
    assert_int_equal(rows[0].last, 4 * NT_MSEC);
    assert_int_equal(nt_ladder_every(&l, &rows[0], &regular), 2 * NT_MSEC);
    assert_true(regular);
    rows[2].at += 1;
    assert_int_equal(nt_ladder_every(&l, &rows[0], &regular), 2 * NT_MSEC);
    assert_false(regular);
}

TEST(another_way_or_fate_is_another_kind)
{
    static char other[] = "x";
    for (int i = 0; i < 6; i++) {
        struct nt_ladder l = of("aaa");
        switch (i) {
        case 0: rows[1].to = 1; break;
        case 1: rows[1].via = 1; break;
        case 2: rows[1].dropped = true; break;
        case 3: rows[1].note = other; break;
        case 4: rows[1].fate = other; break;
        default: rows[1].text = other;
        }
        assert_int_equal(nt_ladder_fold(&l), NT_OK);
        assert_int_equal(rows[0].repeats, 0);
    }
}

TEST(what_is_data)
{
    uint32_t size = 0;
    assert_int_equal(nt_ladder_data("data 1200 bytes", &size), 5);
    assert_int_equal(size, 1200);
    assert_int_equal(nt_ladder_data("ChannelData 0x4000 7 bytes", &size), 19);
    assert_int_equal(size, 7);
    assert_int_equal(nt_ladder_data("Send indication to 10.0.0.1:5: data 80 bytes", &size), 36);
    assert_int_equal(nt_ladder_data("fragment, 1500 bytes", &size), 10);
    assert_int_equal(nt_ladder_data("STUN, damaged, 20 bytes", &size), 0);
    assert_int_equal(nt_ladder_data("damaged packet, 20 bytes", &size), 0);
    assert_int_equal(nt_ladder_data("ChannelData 0x4000: Binding request", &size), 0);
    assert_int_equal(nt_ladder_data("bytes", &size), 0);
    assert_int_equal(nt_ladder_data("", &size), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(packets_of_a_kind_that_follow_each_other_are_one_row),
                                       cmocka_unit_test(kinds_that_take_turns_are_a_row_each),
                                       cmocka_unit_test(what_comes_once_is_not_folded_across),
                                       cmocka_unit_test(a_step_ends_what_is_folded),
                                       cmocka_unit_test(data_is_folded_whatever_is_between),
                                       cmocka_unit_test(what_the_verdict_names_stands_alone),
                                       cmocka_unit_test(a_row_leads_to_all_of_its_packets),
                                       cmocka_unit_test(another_way_or_fate_is_another_kind),
                                       cmocka_unit_test(what_is_data)};
    return RUN_TESTS(tests);
}
