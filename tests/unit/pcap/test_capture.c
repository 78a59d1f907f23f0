/* The capture and its pcapng bytes, checked against the format's draft (block types, lengths, option codes). */

#include "tests/unit/in_directory.h"

#include "core/base/err.h"
#include "pcap/comment.h"
#include "pcap/write_pcap.h"
#include "pcap/write_pcapng.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static uint8_t bytes[65536];

static void packet_of(struct nt_packet *p, uint8_t *buf, size_t cap, uint32_t src, uint32_t dst, const char *payload)
{
    struct nt_addr a = nt_addr_v4(src, 50000), b = nt_addr_v4(dst, 3478);
    *p = (struct nt_packet){.data = buf, .cap = (uint32_t)cap};
    assert_int_equal(nt_packet_udp(p, &a, &b, (const uint8_t *)payload, strlen(payload), 64, 0, false, 1), NT_OK);
}

static void cross(struct nt_capture *c, nt_time at, uint32_t tap, int direction, uint32_t marks, const char *payload)
{
    uint8_t buf[1500];
    struct nt_packet p;
    packet_of(&p, buf, sizeof buf, 0x0a010002, 0xcb007102, payload);
    struct nt_trace_event ev = {.at = at, .kind = NT_TR_PACKET, .n = {tap, direction, marks}, .bytes = p.data, .len = p.len};
    nt_capture_trace(c, &ev);
}

static void fate(struct nt_capture *c, enum nt_trace_kind kind, uint32_t tap, int64_t n, uint32_t a, uint32_t b)
{
    struct nt_trace_event ev = {.kind = kind, .n = {tap, n}, .a = nt_addr_v4(a, 5000), .b = nt_addr_v4(b, 40000)};
    nt_capture_trace(c, &ev);
}

static void example(struct nt_capture *c)
{
    struct nt_addr l = nt_addr_v4(0x0a010002, 0);
    nt_capture_init(c);
    assert_int_equal(nt_capture_add_tap(c, "L.0", "L", "10.1.0.2"), 0);
    assert_int_equal(nt_capture_add_tap(c, "nat-left.inside", "nat-left", NULL), 1);
    assert_int_equal(nt_capture_add_tap(c, "nat-left.outside", "nat-left", NULL), 2);
    assert_int_equal(nt_capture_add_name(c, &l, "L"), NT_OK);
    cross(c, 0, 0, NT_DIR_OUT, 0, "first");
    cross(c, NT_MSEC, 1, NT_DIR_IN, 0, "first");
    fate(c, NT_TR_TRANSLATED, 1, 0, 0x0a010002, 0xcb007102);
    cross(c, NT_MSEC, 2, NT_DIR_OUT, 0, "first");
    cross(c, 1234567890, 2, NT_DIR_IN, NT_MARK_DAMAGED, "second");
    fate(c, NT_TR_DROP, 2, NT_DROP_FILTERED, 0xc6336407, 0xcb007102);
}

static size_t slurp(const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    return n;
}

static uint32_t le32(size_t at)
{
    return (uint32_t)bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16 | (uint32_t)bytes[at + 3] << 24;
}

TEST(test_comments)
{
    struct nt_capture c;
    char buf[NT_CAPTURE_COMMENT];
    example(&c);
    assert_int_equal(c.frame_count, 4);
    assert_string_equal(nt_capture_comment(&c, &c.frames[0], 0, buf, sizeof buf), "");
    assert_string_equal(nt_capture_comment(&c, &c.frames[1], 0, buf, sizeof buf),
                        "verdict=nat at=nat-left from=10.1.0.2:5000 to=203.0.113.2:40000");
    assert_string_equal(nt_capture_comment(&c, &c.frames[3], 0, buf, sizeof buf),
                        "verdict=drop at=nat-left dir=in reason=filtered detail=\"no permission for 198.51.100.7:5000\"");
    assert_string_equal(nt_capture_comment(&c, &c.frames[3], 2, buf, sizeof buf), "expect-malformed: damaged by a step");
    nt_capture_free(&c);
}

static void discard(struct nt_capture *c, int64_t tap, const struct nt_why *why)
{
    struct nt_trace_event ev = {.kind = NT_TR_DISCARDED,
                                .n = {(int64_t)why->reason, tap},
                                .text = why->text,
                                .a = nt_addr_v4(0x0a010002, 5000),
                                .b = nt_addr_v4(0xc6336407, 40000)};
    nt_capture_trace(c, &ev);
}

/* What a program does with what it was handed: the first word counts, and one that is of no packet at a tap changes nothing. */
TEST(test_discards)
{
    static const struct nt_why permission = {NT_DISCARD_NO_PERMISSION, "no permission for %b"},
                               late = {NT_DISCARD_NO_TRANSACTION, "a response that no request of ours waits for"};
    struct nt_capture c;
    char buf[NT_CAPTURE_COMMENT];
    example(&c);
    cross(&c, 2000000000, 0, NT_DIR_IN, 0, "third");
    discard(&c, 0, &late); /* no tap */
    assert_int_equal(c.frames[4].fate, NT_FATE_PASSED);
    discard(&c, 1, &permission);
    discard(&c, 1, &late);
    assert_int_equal(c.frames[4].fate, NT_FATE_DISCARDED);
    assert_string_equal(nt_capture_comment(&c, &c.frames[4], 0, buf, sizeof buf),
                        "verdict=drop at=L by=program reason=no-permission detail=\"no permission for 198.51.100.7:40000\"");
    cross(&c, 2000000000, 0, NT_DIR_IN, 0, "fourth");
    discard(&c, 1, &late);
    assert_string_equal(
        nt_capture_comment(&c, &c.frames[5], 0, buf, sizeof buf),
        "verdict=pass-over at=L by=program reason=no-transaction detail=\"a response that no request of ours waits for\"");
    nt_capture_free(&c);
}

/* Something odd in what a program takes has a comment of its own; the packet went on. */
TEST(test_notes)
{
    struct nt_capture c;
    char buf[NT_CAPTURE_COMMENT], text[200];
    struct nt_trace_event ev = {.kind = NT_TR_SDP_NOTE, .n = {12, 0, 0, 1}, .text = "line 12"};
    example(&c);
    cross(&c, 2000000000, 0, NT_DIR_IN, 0, "third");
    assert_string_equal(nt_capture_comment(&c, &c.frames[4], 3, buf, sizeof buf), "");
    nt_capture_trace(&c, &ev);
    assert_int_equal(c.frames[4].fate, NT_FATE_PASSED);
    assert_string_equal(nt_capture_comment(&c, &c.frames[4], 0, buf, sizeof buf), "");
    assert_string_equal(nt_capture_comment(&c, &c.frames[4], 3, buf, sizeof buf),
                        "verdict=take at=L by=program detail=\"line 12\"");
    ev.text = "line 13";
    nt_capture_trace(&c, &ev);
    assert_string_equal(nt_capture_comment(&c, &c.frames[4], 3, buf, sizeof buf),
                        "verdict=take at=L by=program detail=\"line 12; line 13\"");
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ev.text = text;
    for (int i = 0; i < 4; i++)
        nt_capture_trace(&c, &ev);
    assert_non_null(strstr(nt_capture_comment(&c, &c.frames[4], 3, buf, sizeof buf), "xxx...\"")); /* and no more */
    ev.n[3] = 0;                                                                                   /* no tap */
    nt_capture_trace(&c, &ev);
    nt_capture_free(&c);
}

/* What a node held (a fragment) and gave up: by its number, at whatever tap. */
TEST(test_held_and_given_up)
{
    struct nt_capture c;
    char buf[NT_CAPTURE_COMMENT];
    example(&c);
    struct nt_trace_event ev = {.kind = NT_TR_DROP, .n = {-1, NT_DROP_INCOMPLETE, 2}, .a = nt_addr_v4(0x0a010002, 0)};
    c.frames[1].fate = NT_FATE_PASSED;
    nt_capture_trace(&c, &ev);
    assert_string_equal(nt_capture_comment(&c, &c.frames[1], 0, buf, sizeof buf),
                        "verdict=drop at=nat-left dir=in reason=incomplete detail=\"the other fragments of a packet from 10.1.0.2 "
                        "did not come in time\"");
    ev.n[2] = 5;
    nt_capture_trace(&c, &ev); /* there is none */
    nt_capture_settle(&c);
    ev.n[2] = 1;
    nt_capture_trace(&c, &ev);
    assert_int_equal(c.frames[0].fate, NT_FATE_PASSED);
    assert_int_equal(c.late, 0);
    nt_capture_free(&c);
}

TEST(test_second_translation)
{
    struct nt_capture c;
    char buf[NT_CAPTURE_COMMENT];
    example(&c);
    fate(&c, NT_TR_TRANSLATED, 1, 1, 0xcb007103, 0x0a010003);
    assert_string_equal(nt_capture_comment(&c, &c.frames[1], 1, buf, sizeof buf),
                        "verdict=nat at=nat-left from=203.0.113.3:5000 to=10.1.0.3:40000");
    cross(&c, 2000000000, 1, NT_DIR_IN, 0, "third");
    fate(&c, NT_TR_TRANSLATED, 1, 0, 0x0a010002, 0xcb007102);
    fate(&c, NT_TR_DROP, 1, NT_DROP_NO_ROUTE, 0, 0xcb007102);
    assert_int_equal(c.frames[4].fate, NT_FATE_DROPPED);
    assert_string_equal(nt_capture_comment(&c, &c.frames[4], 1, buf, sizeof buf),
                        "verdict=nat at=nat-left from=10.1.0.2:5000 to=203.0.113.2:40000");
    nt_capture_free(&c);
}

TEST(test_blocks)
{
    static const uint32_t types[] = {0x0a0d0d0a, 1, 1, 1, 4, 6, 6, 6, 6};
    struct nt_capture c;
    example(&c);
    assert_int_equal(nt_capture_write_pcapng(&c, "a.pcapng", "a claim"), NT_OK);
    size_t len = slurp("a.pcapng"), at = 0, n = 0;
    while (at < len) {
        uint32_t total = le32(at + 4);
        assert_true(n < sizeof types / sizeof *types);
        assert_int_equal(le32(at), types[n++]);
        assert_int_equal(total % 4, 0);
        assert_true(total >= 12 && total <= len - at);
        assert_int_equal(le32(at + total - 4), total);
        at += total;
    }
    assert_int_equal(n, sizeof types / sizeof *types);
    assert_int_equal(remove("a.pcapng"), 0);
    nt_capture_free(&c);
}

TEST(test_packet_block)
{
    struct nt_capture c;
    example(&c);
    assert_int_equal(nt_capture_write_pcapng(&c, "a.pcapng", NULL), NT_OK);
    size_t len = slurp("a.pcapng"), at = 0;
    for (int i = 0; i < 8; i++)
        at += le32(at + 4);
    assert_true(at < len);
    assert_int_equal(le32(at + 8), 2);
    uint64_t stamp = (uint64_t)le32(at + 12) << 32 | le32(at + 16);
    assert_true(stamp == UINT64_C(1700000001234567890));
    assert_int_equal(le32(at + 20), 20 + 8 + 6); /* IP, UDP, "second" */
    assert_memory_equal(bytes + at + 28 + 28, "second\0\0", 8);
    size_t option = at + 28 + 36;
    assert_int_equal(le32(option) & 0xffff, 1);
    assert_memory_equal(bytes + option + 4, "verdict=drop", 12);
    option += 4 + (((le32(option) >> 16) + 3) & ~3u);
    assert_memory_equal(bytes + option + 4, "expect-malformed", 16);
    option += 4 + (((le32(option) >> 16) + 3) & ~3u);
    assert_int_equal(le32(option), 2 | 4 << 16); /* epb_flags: inbound */
    assert_int_equal(le32(option + 4), 1);
    assert_int_equal(remove("a.pcapng"), 0);
    nt_capture_free(&c);
}

TEST(test_pcap)
{
    struct nt_capture c;
    example(&c);
    assert_int_equal(nt_capture_write_pcap(&c, "a.pcap"), NT_OK);
    size_t len = slurp("a.pcap");
    uint32_t magic;
    assert_int_equal(len, 24 + 3 * (16 + 33) + 16 + 34);
    memcpy(&magic, bytes, 4); /* in the machine's own order, as libpcap writes it */
    assert_true(magic == 0xa1b23c4d);
    assert_int_equal(remove("a.pcap"), 0);
    nt_capture_free(&c);
}

TEST(test_disk_full)
{
    struct nt_capture c;
    struct rlimit old, none;
    example(&c);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    none = (struct rlimit){.rlim_cur = 100, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    errno = 0;
    int first = nt_capture_write_pcapng(&c, "a.pcapng", NULL), first_errno = errno;
    errno = 0;
    int second = nt_capture_write_pcap(&c, "a.pcap"), second_errno = errno;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(first, NT_EIO);
    assert_int_equal(first_errno, EFBIG);
    assert_int_equal(second, NT_EIO);
    assert_int_equal(second_errno, EFBIG);
    assert_int_not_equal(access("a.pcapng", F_OK), 0);
    assert_int_not_equal(access("a.pcapng.part", F_OK), 0);
    assert_int_not_equal(access("a.pcap.part", F_OK), 0);
    assert_int_equal(nt_capture_write_pcapng(&c, "no/such/directory.pcapng", NULL), NT_EIO);
    assert_int_equal(errno, ENOENT);
    nt_capture_free(&c);
}

/* A frame of a file may have none: nothing is reckoned from a NULL. */
TEST(test_no_bytes)
{
    struct nt_capture c;
    nt_capture_init(&c);
    assert_int_equal(nt_capture_add_tap(&c, "L.0", "L", NULL), 0);
    const struct nt_capture_frame *f = nt_capture_append(&c, 0, 0, NULL, 0);
    assert_non_null(f);
    assert_int_equal(f->len, 0);
    assert_null(nt_capture_bytes(&c, f));
    nt_capture_free(&c);
}

/* A loss that is told after other packets of its tap names its own. */
TEST(test_late_loss)
{
    char text[NT_CAPTURE_COMMENT];
    struct nt_capture c;
    example(&c);
    struct nt_trace_event late = {.kind = NT_TR_DROP, .n = {0, NT_DROP_RETRIES, 1}},
                          elsewhere = {.kind = NT_TR_DROP, .n = {0, NT_DROP_LOSS, 2}};
    struct nt_trace_event nowhere = {.kind = NT_TR_DROP, .n = {0, NT_DROP_LOSS, 5}};
    cross(&c, 2 * NT_SEC, 0, NT_DIR_OUT, 0, "third");
    nt_capture_trace(&c, &late);
    nt_capture_trace(&c, &elsewhere);
    nt_capture_trace(&c, &nowhere);
    assert_string_equal(nt_capture_comment(&c, &c.frames[0], 0, text, sizeof text),
                        "verdict=drop at=L dir=out reason=retries detail=\"given up after all retries\"");
    assert_int_equal(c.frames[1].fate, NT_FATE_TRANSLATED); /* of another tap */
    assert_int_equal(c.frames[4].reason, NT_DROP_LOSS);
    c.lost = 1; /* the numbers are not those of the frames any more */
    late.n[2] = 3, late.n[0] = 2;
    nt_capture_trace(&c, &late);
    assert_int_equal(c.frames[2].fate, NT_FATE_PASSED);
    nt_capture_free(&c);
}

TEST(test_unknown_tap)
{
    struct nt_capture c;
    example(&c);
    cross(&c, 5, 3, NT_DIR_IN, 0, "nowhere");
    fate(&c, NT_TR_DROP, 3, NT_DROP_LOSS, 0, 0);
    assert_int_equal(c.frame_count, 4);
    nt_capture_clear(&c);
    assert_int_equal(c.frame_count, 0);
    assert_int_equal(nt_capture_add_tap(&c, "again", "again", NULL), 0);
    nt_capture_free(&c);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comments),     cmocka_unit_test(test_second_translation),
        cmocka_unit_test(test_discards),     cmocka_unit_test(test_held_and_given_up),
        cmocka_unit_test(test_notes),        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_packet_block), cmocka_unit_test(test_pcap),
        cmocka_unit_test(test_disk_full),    cmocka_unit_test(test_unknown_tap),
        cmocka_unit_test(test_late_loss),    cmocka_unit_test(test_no_bytes),
    };
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory);
}
