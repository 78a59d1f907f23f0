/* The ladder of a synthetic capture:  L -- nat-left -- (stun, turn, platform) -- nat-right -- R  */

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "core/turn/channel_data.h"
#include "reports/ladder/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEFT_IN, LEFT_OUT, RIGHT_IN, RIGHT_OUT, STUN, PLATFORM, L, L_SIGNALLING, R, R_SIGNALLING };

static const char *const inside = "10.1.0.2:50000", *const outside = "203.0.113.2:40000", *const server = "203.0.113.4:3478",
                         *const peer = "203.0.113.3:40000";

static void show(struct nt_capture *c, nt_time at, uint32_t tap, int direction, const uint8_t *packet, size_t len)
{
    struct nt_trace_event ev = {.at = at, .kind = NT_TR_PACKET, .n = {tap, direction, 0}, .bytes = packet, .len = len};
    nt_capture_trace(c, &ev);
}

static void cross_bytes(struct nt_capture *c, nt_time at, uint32_t tap, int direction, const char *src, const char *dst,
                        const uint8_t *payload, size_t len)
{
    uint8_t buf[200];
    struct nt_addr a = addr(src), b = addr(dst);
    struct nt_packet p = {.data = buf, .cap = sizeof buf};
    assert_int_equal(nt_packet_udp(&p, &a, &b, payload, len, 64, 0, false, 1), NT_OK);
    show(c, at, tap, direction, p.data, p.len);
}

static void cross(struct nt_capture *c, nt_time at, uint32_t tap, int direction, const char *src, const char *dst,
                  const char *payload)
{
    cross_bytes(c, at, tap, direction, src, dst, (const uint8_t *)payload, strlen(payload));
}

static void fate(struct nt_capture *c, enum nt_trace_kind kind, uint32_t tap, int64_t n, const char *a, const char *b)
{
    struct nt_trace_event ev = {.kind = kind, .n = {tap, n}, .text = "why %b", .a = addr(a), .b = addr(b)};
    nt_capture_trace(c, &ev);
}

static void taps(struct nt_capture *c)
{
    static const char *const names[][2] = {
        {"nat-left.inside", "nat-left"},
        {"nat-left.outside", "nat-left"},
        {"nat-right.inside", "nat-right"},
        {"nat-right.outside", "nat-right"},
        {"stun.0", "stun"},
        {"platform.signalling", "platform"},
        {"L.0", "L"},
        {"L.signalling", "L"},
        {"R.0", "R"},
        {"R.signalling", "R"},
    };
    nt_capture_init(c);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(nt_capture_add_tap(c, names[i][0], names[i][1], NULL), (int)i);
}

/* Towards the STUN server, then the peer, where the filter drops it. */
static void example(struct nt_capture *c)
{
    taps(c);
    cross(c, 0, L, NT_DIR_OUT, inside, server, "ask");
    cross(c, NT_MSEC, LEFT_IN, NT_DIR_IN, inside, server, "ask");
    fate(c, NT_TR_TRANSLATED, LEFT_IN, 0, inside, outside);
    cross(c, NT_MSEC, LEFT_OUT, NT_DIR_OUT, outside, server, "ask");
    cross(c, 5 * NT_MSEC, L_SIGNALLING, NT_DIR_OUT, "10.9.0.1:5060", "10.9.0.9:5060", "sip");
    cross(c, 6 * NT_MSEC, PLATFORM, NT_DIR_IN, "10.9.0.1:5060", "10.9.0.9:5060", "sip");
    cross(c, 6 * NT_MSEC, PLATFORM, NT_DIR_OUT, "10.9.0.9:5060", "10.9.0.2:5060", "sip");
    cross(c, 7 * NT_MSEC, R_SIGNALLING, NT_DIR_IN, "10.9.0.9:5060", "10.9.0.2:5060", "sip");
    cross(c, 21 * NT_MSEC, STUN, NT_DIR_IN, outside, server, "ask");
    cross(c, 30 * NT_MSEC, R, NT_DIR_OUT, "10.2.0.2:50000", server, "r asks");
    cross(c, 31 * NT_MSEC, RIGHT_IN, NT_DIR_IN, "10.2.0.2:50000", server, "r asks");
    fate(c, NT_TR_TRANSLATED, RIGHT_IN, 0, "10.2.0.2:50000", peer);
    cross(c, 31 * NT_MSEC, RIGHT_OUT, NT_DIR_OUT, peer, server, "r asks");
    cross(c, 40 * NT_MSEC, L, NT_DIR_OUT, inside, peer, "check");
    cross(c, 41 * NT_MSEC, LEFT_IN, NT_DIR_IN, inside, peer, "check");
    fate(c, NT_TR_TRANSLATED, LEFT_IN, 0, inside, outside);
    cross(c, 41 * NT_MSEC, LEFT_OUT, NT_DIR_OUT, outside, peer, "check");
    cross(c, 50 * NT_MSEC, STUN, NT_DIR_IN, peer, server, "r asks");
    cross(c, 61 * NT_MSEC, RIGHT_OUT, NT_DIR_IN, outside, peer, "check");
    fate(c, NT_TR_DROP, RIGHT_OUT, NT_DROP_FILTERED, outside, peer);
}

TEST(test_rows)
{
    struct nt_capture c;
    struct nt_ladder l;
    example(&c);
    assert_int_equal(nt_ladder_make(&l, &c, NULL), NT_OK);
    assert_int_equal(l.column_count, 6);
    assert_string_equal(l.columns[0], "L");
    assert_string_equal(l.columns[1], "nat-left");
    assert_string_equal(l.columns[4], "nat-right");
    assert_string_equal(l.columns[5], "R");
    assert_int_equal(l.row_count, 4);
    assert_int_equal(l.rows[0].frame, 1);
    assert_int_equal(l.rows[0].from, 0);
    assert_string_equal(l.columns[l.rows[0].to], "stun");
    assert_int_equal(l.rows[0].via, 2);
    assert_string_equal(l.rows[0].text, "data 3 bytes");
    assert_string_equal(l.rows[0].note, "10.1.0.2:50000 > 203.0.113.4:3478; nat-left: 10.1.0.2:50000 becomes 203.0.113.2:40000");
    assert_int_equal(l.rows[1].to, 5);
    assert_false(l.rows[1].dropped);
    assert_true(l.rows[3].dropped);
    assert_int_equal(l.rows[3].to, 4);
    assert_string_equal(l.rows[3].note, "10.1.0.2:50000 > 203.0.113.3:40000; nat-left: 10.1.0.2:50000 becomes 203.0.113.2:40000");
    assert_string_equal(l.rows[3].fate, "dropped by nat-right, filtered: no permission for 203.0.113.2:40000");
    nt_ladder_free(&l);
    nt_capture_free(&c);
}

/* A program's word ends the way as a drop does; only a drop is drawn as one. */
TEST(test_discards)
{
    static const char relayed[] = "203.0.113.4:50000";
    struct nt_capture c;
    struct nt_ladder l;
    taps(&c);
    for (int i = 0; i < 2; i++) {
        cross(&c, i, R, NT_DIR_OUT, "10.2.0.2:50000", relayed, "check");
        cross(&c, i, STUN, NT_DIR_IN, "10.2.0.2:50000", relayed, "check");
        fate(&c, NT_TR_DISCARDED, i == 0 ? NT_DISCARD_NO_PERMISSION : NT_DISCARD_DUPLICATE, STUN + 1, inside, "10.2.0.2:50000");
        cross(&c, i, STUN, NT_DIR_OUT, relayed, inside, "check");
    }
    assert_int_equal(nt_ladder_make(&l, &c, NULL), NT_OK);
    assert_int_equal(l.row_count, 4);
    assert_true(l.rows[0].dropped);
    assert_string_equal(l.rows[0].note, "10.2.0.2:50000 > 203.0.113.4:50000");
    assert_string_equal(l.rows[0].fate, "dropped by stun, no-permission: why 10.2.0.2:50000");
    assert_false(l.rows[2].dropped);
    assert_non_null(strstr(l.rows[2].fate, "passed over by stun, duplicate: why"));
    nt_ladder_free(&l);
    nt_capture_free(&c);
}

/* The same bytes sent again are another row, and hops join in order. */
TEST(test_retransmission)
{
    struct nt_capture c;
    struct nt_ladder l;
    taps(&c);
    cross(&c, 0, L, NT_DIR_OUT, inside, server, "ask");
    cross(&c, 5, L, NT_DIR_OUT, inside, server, "ask");
    cross(&c, 10, STUN, NT_DIR_IN, inside, server, "ask");
    assert_int_equal(nt_ladder_make(&l, &c, NULL), NT_OK);
    assert_int_equal(l.row_count, 2);
    assert_int_equal(l.rows[0].to, 1);
    assert_int_equal(l.rows[1].to, 0);
    assert_non_null(strstr(l.rows[1].fate, "seen no more"));
    nt_ladder_free(&l);
    nt_capture_clear(&c);
    assert_int_equal(nt_ladder_make(&l, &c, NULL), NT_OK);
    assert_int_equal(l.row_count, 0);
    nt_ladder_free(&l);
    nt_capture_free(&c);
}

/* ChannelData to the relay, its payload on to the peer: one way through the relay. */
TEST(test_relay)
{
    struct nt_capture c;
    struct nt_ladder l;
    uint8_t wrapped[40];
    taps(&c);
    int n = nt_channel_data_write(wrapped, sizeof wrapped - 1, 0x4000, (const uint8_t *)"voice", 5);
    assert_int_equal(n, 9);
    cross_bytes(&c, 0, L, NT_DIR_OUT, inside, server, wrapped, (size_t)n);
    cross_bytes(&c, 1, STUN, NT_DIR_IN, inside, server, wrapped, (size_t)n);
    cross(&c, 1, STUN, NT_DIR_OUT, "203.0.113.5:50000", peer, "voice");
    cross(&c, 2, RIGHT_OUT, NT_DIR_IN, "203.0.113.5:50000", peer, "voice");
    assert_int_equal(nt_ladder_make(&l, &c, NULL), NT_OK);
    assert_int_equal(l.row_count, 1);
    assert_string_equal(l.columns[l.rows[0].to], "nat-right");
    assert_int_equal(l.rows[0].via, 2);
    assert_string_equal(l.rows[0].text, "ChannelData 0x4000 5 bytes");
    assert_string_equal(l.rows[0].note, "10.1.0.2:50000 > 203.0.113.4:3478; stun relays: 203.0.113.5:50000 > 203.0.113.3:40000");
    nt_ladder_free(&l);
    nt_capture_free(&c);
}

/* The same bytes sent back are a packet of their own. */
TEST(test_echo)
{
    struct nt_capture c;
    struct nt_ladder l;
    taps(&c);
    cross(&c, 0, L, NT_DIR_OUT, inside, server, "echo");
    cross(&c, 1, STUN, NT_DIR_IN, inside, server, "echo");
    cross(&c, 1, STUN, NT_DIR_OUT, server, inside, "echo");
    cross(&c, 2, L, NT_DIR_IN, server, inside, "echo");
    assert_int_equal(nt_ladder_make(&l, &c, NULL), NT_OK);
    assert_int_equal(l.row_count, 2);
    assert_int_equal(l.rows[1].frame, 3);
    assert_int_equal(l.rows[1].to, 0);
    nt_ladder_free(&l);
    nt_capture_free(&c);
}

/* What a host sends to its own address comes back by the same tap, and ends there. */
TEST(what_is_sent_to_oneself_is_one_row)
{
    struct nt_capture c;
    struct nt_ladder l;
    taps(&c);
    cross(&c, 0, L, NT_DIR_OUT, inside, "10.1.0.2:9", "loop");
    cross(&c, 0, L, NT_DIR_IN, inside, "10.1.0.2:9", "loop");
    fate(&c, NT_TR_DROP, L, NT_DROP_NO_SOCKET, inside, "10.1.0.2:9");
    assert_int_equal(nt_ladder_make(&l, &c, NULL), NT_OK);
    assert_int_equal(l.row_count, 1);
    assert_string_equal(l.rows[0].fate, "dropped by L, no-socket: port 10.1.0.2:9 is closed");
    nt_ladder_free(&l);
    nt_capture_free(&c);
}

/* An echo request that the gateway answers ends there: the next one, to a server behind it, has the same bytes. */
TEST(a_ping_is_not_relayed)
{
    /* from 10.1.0.2 to 10.1.0.1 */
    uint8_t echo[28] = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 10, 1, 0, 2, 10, 1, 0, 1, 8, 0, 0xf7, 0xf7, 0, 7, 0, 1};
    struct nt_capture c;
    struct nt_ladder l;
    taps(&c);
    for (uint8_t i = 0; i < 2; i++) {
        show(&c, i, L, NT_DIR_OUT, echo, sizeof echo);
        show(&c, i, LEFT_IN, NT_DIR_IN, echo, sizeof echo);
        memcpy(echo + 16, (const uint8_t[]){203, 0, 113, 4}, 4);
    }
    fate(&c, NT_TR_TRANSLATED, LEFT_IN, 0, "10.1.0.2:7", "203.0.113.2:7");
    memcpy(echo + 12, (const uint8_t[]){203, 0, 113, 2}, 4);
    show(&c, 1, LEFT_OUT, NT_DIR_OUT, echo, sizeof echo);
    show(&c, 2, STUN, NT_DIR_IN, echo, sizeof echo);
    assert_int_equal(nt_ladder_make(&l, &c, NULL), NT_OK);
    assert_int_equal(l.row_count, 2);
    assert_string_equal(l.rows[0].note, "10.1.0.2:7 > 10.1.0.1:7");
    assert_string_equal(l.columns[l.rows[0].to], "nat-left");
    assert_string_equal(l.columns[l.rows[1].to], "stun");
    nt_ladder_free(&l);
    nt_capture_free(&c);
}

TEST(test_print)
{
    struct nt_capture c;
    struct nt_ladder l;
    char *out = NULL;
    size_t len = 0;
    taps(&c);
    cross(&c, 1500000, L, NT_DIR_OUT, inside, server, "ask");
    cross(&c, 2 * NT_MSEC, LEFT_IN, NT_DIR_IN, inside, server, "ask");
    cross(&c, 2 * NT_MSEC, LEFT_OUT, NT_DIR_OUT, inside, server, "ask");
    cross(&c, 9 * NT_MSEC, STUN, NT_DIR_IN, inside, server, "ask");
    cross(&c, 9 * NT_MSEC, STUN, NT_DIR_OUT, server, inside, "tell");
    cross(&c, 19 * NT_MSEC, LEFT_OUT, NT_DIR_IN, server, inside, "tell");
    fate(&c, NT_TR_DROP, LEFT_OUT, NT_DROP_NO_MAPPING, server, outside);
    assert_int_equal(nt_ladder_make(&l, &c, NULL), NT_OK);
    FILE *f = open_memstream(&out, &len);
    nt_ladder_print(&l, f, false, false);
    fclose(f);
    assert_string_equal(out, "   time ms   frame  L       nat-left  stun    \n"
                             "     1.500       1  |-------+-------->|         data 3 bytes  (10.1.0.2:50000 > 203.0.113.4:3478)\n"
                             "     9.000       5  |       x---------|         data 4 bytes  (203.0.113.4:3478 > 10.1.0.2:50000; "
                             "dropped by nat-left, no-mapping: nothing is mapped to 203.0.113.2:40000)\n");
    free(out);
    nt_ladder_free(&l);
    nt_capture_free(&c);
}

/* The example, of a case: a node that only a step concerns has its column, and what comes at the same time as a step comes after.
 */
TEST(steps_are_rows)
{
    struct nt_result_reason words[] = {
        {""}, {"L"}, {"turn"}, {"step"}, {"call"}, {"call (line 3)"}, {"server (line 4)"}, {"partition (line 5)"}};
    struct nt_result_event events[] = {
        {.at_us = 0, .node = 1, .what = 3, .text = 5},          {.at_us = 0, .node = 1, .what = 4},
        {.at_us = 40000, .node = 2, .what = 3, .text = 6},      {.at_us = 70000, .what = 3, .text = 7},
        {.at_us = UINT64_MAX, .node = 1, .what = 3, .text = 5},
    };
    struct nt_result_node nodes[] = {
        {.name = "L", .kind = "agent"}, {.name = "R", .kind = "agent"}, {.name = "turn", .kind = "server"}};
    struct nt_result_case k = {
        .events = events, .event_count = 5, .event_texts = words, .event_text_count = 8, .nodes = nodes, .node_count = 3};
    struct nt_capture c;
    struct nt_ladder l;
    char *out = NULL;
    size_t len;
    example(&c);
    assert_int_equal(nt_capture_add_tap(&c, "turn.0", "turn", NULL), R_SIGNALLING + 1);
    assert_int_equal(nt_ladder_make(&l, &c, &k), NT_OK);
    assert_int_equal(l.column_count, 7);
    assert_string_equal(l.columns[0], "L");
    assert_string_equal(l.columns[6], "R");
    assert_int_equal(l.row_count, 7);
    assert_true(l.rows[0].step && l.rows[4].step && l.rows[6].step);
    assert_int_equal(l.rows[4].at, 40 * NT_MSEC);
    assert_string_equal(l.columns[l.rows[4].to], "turn");
    assert_string_equal(l.rows[5].text, "data 5 bytes");
    FILE *f = open_memstream(&out, &len);
    nt_ladder_print(&l, f, false, false);
    fclose(f);
    assert_non_null(
        strstr(out, "    40.000    step  |       |         |          |       |         *       |         server (line 4)\n"));
    free(out);
    nt_ladder_free(&l);
    nt_capture_free(&c);
}

static void send_data(struct nt_capture *c, nt_time at, const char *payload)
{
    cross(c, at, L, NT_DIR_OUT, inside, server, payload);
    cross(c, at + NT_MSEC, LEFT_IN, NT_DIR_IN, inside, server, payload);
}

/* Data of several sizes is one row, and what the verdict names another. */
TEST(repeats_are_folded)
{
    struct nt_result_why_not why = {.packet = 8};
    struct nt_result_case k = {.packet = 5, .why_not = &why, .why_not_count = 1};
    struct nt_capture c;
    struct nt_ladder l;
    char *out = NULL;
    size_t len;
    taps(&c);
    for (int i = 0; i < 6; i++)
        send_data(&c, (nt_time)i * 20 * NT_MSEC, i % 2 == 0 ? "voice" : "a frame of video");
    assert_int_equal(nt_ladder_make(&l, &c, &k), NT_OK);
    assert_int_equal(l.row_count, 6);
    assert_true(l.rows[2].named && l.rows[3].named && !l.rows[4].named);
    assert_int_equal(l.next_frame[l.rows[2].frame], 6);
    assert_int_equal(l.next_frame[6], 0);
    FILE *f = open_memstream(&out, &len);
    nt_ladder_print(&l, f, false, false);
    fputc('\n', f);
    nt_ladder_print(&l, f, false, true);
    fclose(f);
    assert_string_equal(
        out,
        "   time ms   frame  L       nat-left  \n"
        "     0.000       1  |------>|           data 5 to 16 bytes, 4 times, about every 33.333 ms until 100.000  (10.1.0.2:50000 > "
        "203.0.113.4:3478)\n"
        "    40.000       5  |------>|           data 5 bytes  (10.1.0.2:50000 > 203.0.113.4:3478)\n"
        "    60.000       7  |------>|           data 16 bytes  (10.1.0.2:50000 > 203.0.113.4:3478)\n"
        "\n"
        "   time ms   frame  L       nat-left  \n"
        "     0.000       1  |------>|           data 5 bytes  (10.1.0.2:50000 > 203.0.113.4:3478)\n"
        "    20.000       3  |------>|           data 16 bytes  (10.1.0.2:50000 > 203.0.113.4:3478)\n"
        "    40.000       5  |------>|           data 5 bytes  (10.1.0.2:50000 > 203.0.113.4:3478)\n"
        "    60.000       7  |------>|           data 16 bytes  (10.1.0.2:50000 > 203.0.113.4:3478)\n"
        "    80.000       9  |------>|           data 5 bytes  (10.1.0.2:50000 > 203.0.113.4:3478)\n"
        "   100.000      11  |------>|           data 16 bytes  (10.1.0.2:50000 > 203.0.113.4:3478)\n");
    free(out);
    nt_ladder_free(&l);
    nt_capture_free(&c);
}

/* A case has so many in memory; the ladder of its file is the same. */
TEST(the_first_packets_are_drawn)
{
    struct nt_capture c;
    struct nt_ladder l;
    char *out = NULL;
    size_t len;
    taps(&c);
    for (nt_time i = 0; i < NT_CAPTURE_KEPT_FRAMES + 2; i++)
        cross(&c, i, L, NT_DIR_OUT, inside, server, "ask");
    assert_int_equal(nt_ladder_make(&l, &c, NULL), NT_OK);
    assert_int_equal(l.row_count, NT_CAPTURE_KEPT_FRAMES);
    assert_int_equal(l.missing, 2);
    FILE *f = open_memstream(&out, &len);
    nt_ladder_print(&l, f, false, false);
    fclose(f);
    assert_non_null(strstr(out, "(2 further frames are not drawn"));
    free(out);
    nt_ladder_free(&l);
    nt_capture_free(&c);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_retransmission),
                                       cmocka_unit_test(test_relay),
                                       cmocka_unit_test(test_echo),
                                       cmocka_unit_test(what_is_sent_to_oneself_is_one_row),
                                       cmocka_unit_test(a_ping_is_not_relayed),
                                       cmocka_unit_test(test_discards),
                                       cmocka_unit_test(test_print),
                                       cmocka_unit_test(steps_are_rows),
                                       cmocka_unit_test(repeats_are_folded),
                                       cmocka_unit_test(the_first_packets_are_drawn)};
    return RUN_TESTS(tests);
}
