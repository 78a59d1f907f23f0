/* Up to which size data passes: what a packet that was too large says of it, to the byte, and what is said of whole runs. */
#include "core/stun/stun.h"
#include "natsim/packet/packet.h"
#include "scenarios/judge/outcome.h"
#include "tests/unit/fail_alloc.h"
#include "tests/unit/world/small.h"

static uint8_t around[2048], bytes[2048];

/* The UDP payload is in `around`, with data of `len` bytes at `at`: the limit that this packet shows. */
static struct nt_size_limit limit_of(const char *src, const char *dst, size_t payload, uint32_t at, uint32_t len, uint32_t mtu)
{
    struct nt_addr from = addr(src), to = addr(dst);
    struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
    struct nt_size_limits l = {0};
    assert_int_equal(nt_packet_udp(&p, &from, &to, around, payload, 64, 0, true, 1), NT_OK);
    nt_size_limits_note(&l, p.data, p.len, p.payload + at, len, &(struct nt_size_limit){.mtu = mtu, .tap = 3, .packet = 9});
    return l.places[0];
}

#define V4 "10.0.0.1:5000", "203.0.113.2:3478"
#define V6 "[2001:db8::1]:5000", "[2001:db8::2]:3478"

/* 20 or 40 bytes of IP, 8 of UDP; ChannelData has 4 more (RFC 8656, 12.4). */
TEST(the_headers_of_the_packet_count)
{
    memset(around, 0x80, sizeof around);
    assert_int_equal(limit_of(V4, 1400, 0, 1400, 1280).bytes, 1252);
    assert_int_equal(limit_of(V4, 1253, 0, 1253, 1280).bytes, 1252);
    assert_int_equal(limit_of(V6, 1400, 0, 1400, 1280).bytes, 1232);
    assert_int_equal(limit_of(V4, 1400, 4, 1396, 1280).bytes, 1248);
    assert_int_equal(limit_of(V4, 1400, 4, 1396, 1281).bytes, 1249);
    assert_int_equal(limit_of(V4, 1400, 4, 1396, 1280).tap, 3);
    assert_int_equal(limit_of(V4, 1400, 4, 1396, 1280).packet, 9);
    assert_int_equal(limit_of(V4, 1400, 1300, 100, 68).bytes, 0); /* what is around the data does not fit by itself */
    assert_int_equal(limit_of(V4, 1400, 100, 1400, 1280).packet, 0);
}

/* A Send indication to an IPv4 peer: 20 bytes of header, 12 and 4 of attributes; the value is padded (RFC 8489, 14). */
TEST(padding_counts)
{
    struct nt_addr peer = addr("203.0.113.7:5000");
    uint8_t id[NT_STUN_ID] = {1};
    for (int with = 0; with < 2; with++) {
        struct nt_stun_builder b;
        nt_stun_start(&b, around, sizeof around, NT_STUN_INDICATION, NT_TURN_SEND, id);
        nt_stun_add_addr(&b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
        nt_stun_add(&b, NT_ATTR_DATA, bytes, 1401);
        if (with == 1)
            nt_stun_add(&b, NT_ATTR_DONT_FRAGMENT, NULL, 0);
        size_t len = (size_t)nt_stun_finish(&b);
        assert_int_equal(len, 36 + 1404 + 4 * with);
        assert_int_equal(limit_of(V4, len, 36, 1401, 1280).bytes, 1216 - 4 * with);
        assert_int_equal(limit_of(V4, len, 36, 1401, 1283).bytes, 1216 - 4 * with);
        assert_int_equal(limit_of(V4, len, 36, 1401, 1284).bytes, 1220 - 4 * with);
    }
}

static void note(struct nt_size_limits *l, struct nt_packet *p, uint32_t mtu, uint32_t tap)
{
    nt_size_limits_note(l, p->data, p->len, 28, 1450, &(struct nt_size_limit){.mtu = mtu, .tap = tap, .packet = mtu});
}

TEST(places_are_told_apart)
{
    struct nt_addr from = addr("10.0.0.1:5000"), to = addr("10.0.0.2:5000");
    struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
    struct nt_size_limits l = {0};
    memset(around, 0x80, sizeof around);
    assert_int_equal(nt_packet_udp(&p, &from, &to, around, 1450, 64, 0, true, 1), NT_OK);
    note(&l, &p, 1400, 1);
    note(&l, &p, 1280, 2);
    note(&l, &p, 1300, 1);
    note(&l, &p, 1350, 1);
    assert_int_equal(l.count, 2);
    assert_int_equal(l.places[0].bytes, 1272); /* the least that was seen there */
    assert_int_equal(l.places[0].packet, 1300);
    assert_int_equal(l.places[1].bytes, 1252);
    p.data[6] |= 0x20; /* the first fragment of a larger datagram */
    note(&l, &p, 600, 3);
    assert_int_equal(l.count, 2);
    p.data[6] = 0x40;
    for (uint32_t tap = 3; tap < 9; tap++)
        note(&l, &p, 1000, tap);
    assert_int_equal(l.count, NT_SIZE_PLACES_MAX);
}

/* --- of runs: R is on the internet, L behind nat-left in a network with an MTU of 1280 --- */

#define NARROW(steps)                                                                                                              \
    "natsim: 1\n"                                                                                                                  \
    "claim: A call.\n"                                                                                                             \
    "networks:\n"                                                                                                                  \
    "  internet:  {ipv4: 203.0.113.0/24, delay: 20ms}\n"                                                                           \
    "  home-left: {ipv4: 10.1.0.0/24, delay: 1ms, mtu: 1280}\n"                                                                    \
    "gateways:\n"                                                                                                                  \
    "  nat-left: {inside: home-left, outside: internet, nat: none}\n"                                                              \
    "agents:\n"                                                                                                                    \
    "  L: {on: home-left}\n"                                                                                                       \
    "  R: {on: internet}\n"                                                                                                        \
    "steps:\n" SMALL_CALL steps

#define SEND(from, to, what) "  - {at: 2s, send: {from: " from ", to: " to ", count: 2, " what "}}\n"

/* `seen`: instead of what was seen, or NULL. */
static void describe(const char *text, const struct nt_size_limits *seen, struct nt_result_case *r)
{
    struct small s;
    small_new(&s, text);
    struct nt_watch *watch = nt_watch_new(s.w, false);
    assert_non_null(watch);
    small_run(&s, 5 * NT_SEC);
    nt_capture_settle(&s.capture);
    *r = (struct nt_result_case){0};
    assert_int_equal(nt_sizes_describe(s.w, seen != NULL ? seen : nt_watch_size_limits(watch), r), NT_OK);
    nt_watch_del(watch);
    small_free(&s);
}

/* What is said of the data of a run; "": nothing. */
static void says(const char *text, const char *found)
{
    struct nt_result_case r;
    describe(text, NULL, &r);
    assert_string_equal(r.data_found != NULL ? r.data_found : "", found);
    nt_result_case_free(&r);
}

TEST(what_is_said_of_a_run)
{
    says(NARROW(""), "");
    says(NARROW(SEND("R", "L", "bytes: 1252, df: on")), "");
    says(NARROW(SEND("R", "L", "bytes: 1253, df: on")),
         "connected; data above 1,252 bytes is lost (R's at nat-left, MTU 1280: an ICMP error told R)");
    says(NARROW(SEND("L", "R", "bytes: 1253, df: on")), "connected; data above 1,252 bytes is lost (L's own link, MTU 1280)");
    says(NARROW(SEND("L", "R", "bytes: 1400, df: on") SEND("R", "L", "bytes: 1300, df: on")),
         "connected; data above 1,252 bytes is lost (L's own link, MTU 1280; R's at nat-left, MTU 1280: an ICMP error told R)");
    says(NARROW(SEND("R", "L", "bytes: 1253, df: on") SEND("R", "L", "bytes: 1400")),
         "connected; data above 1,252 bytes with DF is lost (R's at nat-left, MTU 1280: an ICMP error told R)");
}

#define DROP "  - {at: 1s, drop: {where: nat-left, filter: \"udp and greater 1000\"}}\n"

/* Where no packet was too large, the sizes that passed and that did not. */
TEST(what_is_said_of_sizes)
{
    says(NARROW(DROP SEND("L", "R", "bytes: 900") SEND("L", "R", "bytes: 1100")),
         "connected; L's data of 900 bytes passed, of 1,100 bytes was lost");
    says(NARROW(DROP SEND("L", "R", "bytes: 1100")), "");
    says(NARROW(DROP SEND("L", "R", "bytes: 900") "  - {at: 3s, send: {from: L, to: R, bytes: 1100}}\n"), ""); /* or the time */
    says(NARROW(DROP SEND("L", "R", "bytes: 1100") "  - {at: 3s, send: {from: L, to: R, bytes: 900}}\n"),
         "connected; L's data of 900 bytes passed, of 1,100 bytes was lost");
    says(NARROW("  - {at: 1s, drop: {where: nat-left, filter: \"udp and less 1000\"}}\n" SEND("L", "R", "bytes: 900")
                    SEND("L", "R", "bytes: 1100")),
         "");
    says(NARROW("  - {at: 1s, drop: {where: nat-left, filter: \"udp and greater 1000\", nth: [1]}}\n" SEND("L", "R", "bytes: 900")
                    SEND("L", "R", "bytes: 1100")),
         "");
}

/* A relay that has learnt an MTU lets larger data through; what may be fragmented goes through any place. */
TEST(a_place_that_larger_data_passed_is_no_limit)
{
    const struct nt_size_limits seen[2] = {
        [R] = {{{.bytes = 900, .mtu = 928, .df = true, .packet = 7}, {.bytes = 1000, .mtu = 1028, .packet = 8}}, 2}};
    const char *const runs[] = {NARROW(SEND("R", "L", "bytes: 950, df: on")), NARROW(SEND("R", "L", "bytes: 1001, df: on")),
                                NARROW(SEND("R", "L", "bytes: 1001")), NARROW(SEND("R", "L", "bytes: 900, df: on"))};
    const uint32_t limits[] = {1000, 0, 900, 900};
    for (size_t i = 0; i < 4; i++) {
        struct nt_result_case r;
        describe(runs[i], seen, &r);
        assert_int_equal(r.limit_count, limits[i] != 0);
        if (r.limit_count != 0)
            assert_int_equal(r.limits[0].bytes, limits[i]);
        nt_result_case_free(&r);
    }
}

TEST(what_the_result_has)
{
    struct nt_result_case r;
    describe(NARROW(SEND("R", "L", "bytes: 1253, df: on") SEND("R", "L", "bytes: 1400") SEND("L", "R", "bytes: 9")), NULL, &r);
    assert_int_equal(r.send_count, 3);
    assert_string_equal(r.sends[0].from, "L");
    assert_int_equal(r.sends[0].bytes, 9);
    assert_false(r.sends[0].df);
    assert_int_equal(r.sends[0].lost, 0);
    assert_string_equal(r.sends[1].from, "R");
    assert_true(r.sends[1].df);
    assert_int_equal(r.sends[1].sent, 2);
    assert_int_equal(r.sends[1].lost, 2);
    assert_int_equal(r.limit_count, 1);
    assert_string_equal(r.limits[0].from, "R");
    assert_string_equal(r.limits[0].at, "nat-left");
    assert_int_equal(r.limits[0].bytes, 1252);
    assert_int_equal(r.limits[0].mtu, 1280);
    assert_true(r.limits[0].packet > 0 && r.limits[0].with_df && r.limits[0].told);
    nt_result_case_free(&r);
    describe(NARROW(SEND("L", "R", "bytes: 300")), NULL, &r); /* of sizes alone that are no matter, nothing */
    assert_int_equal(r.send_count + r.limit_count, 0);
    nt_result_case_free(&r);
}

TEST(memory_may_run_out)
{
    struct small s;
    small_new(&s, NARROW(SEND("R", "L", "bytes: 1253, df: on")));
    struct nt_watch *watch = nt_watch_new(s.w, false);
    small_run(&s, 5 * NT_SEC);
    nt_capture_settle(&s.capture);
    for (long at = 0;; at++) {
        struct nt_result_case r = {0};
        alloc_fail(at);
        int err = nt_sizes_describe(s.w, nt_watch_size_limits(watch), &r);
        bool reached = alloc_failed();
        nt_result_case_free(&r);
        if (!reached)
            break;
        assert_int_equal(err, NT_ENOMEM);
    }
    nt_watch_del(watch);
    small_free(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_headers_of_the_packet_count),
        cmocka_unit_test(padding_counts),
        cmocka_unit_test(places_are_told_apart),
        cmocka_unit_test(what_is_said_of_a_run),
        cmocka_unit_test(what_is_said_of_sizes),
        cmocka_unit_test(what_the_result_has),
        cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(a_place_that_larger_data_passed_is_no_limit),
    };
    return RUN_TESTS(tests);
}
