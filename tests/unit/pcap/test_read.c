/* Reading: our own files back, every cut of them, bytes flipped, other link types, plain pcap. */

#include "tests/unit/in_directory.h"

#include "core/base/bytes.h"
#include "core/base/err.h"
#include "core/base/rand.h"
#include "pcap/comment.h"
#include "pcap/read.h"
#include "pcap/write_pcap.h"
#include "pcap/write_pcapng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t file[65536];

static void cross(struct nt_capture *c, nt_time at, uint32_t tap, int direction, uint32_t marks)
{
    uint8_t buf[200];
    struct nt_addr a = nt_addr_v4(0x0a010002, 50000), b = nt_addr_v4(0xcb007102, 3478);
    struct nt_packet p = {.data = buf, .cap = sizeof buf};
    assert_int_equal(nt_packet_udp(&p, &a, &b, (const uint8_t *)"hello", 5, 64, 0, false, 1), NT_OK);
    struct nt_trace_event ev = {.at = at, .kind = NT_TR_PACKET, .n = {tap, direction, marks}, .bytes = p.data, .len = p.len};
    nt_capture_trace(c, &ev);
}

static void fate(struct nt_capture *c, enum nt_trace_kind kind, uint32_t tap, int64_t n)
{
    struct nt_trace_event ev = {
        .kind = kind, .n = {tap, n}, .text = "a text", .a = nt_addr_v4(0x0a010002, 5000), .b = nt_addr_v4(0xcb007102, 40000)};
    nt_capture_trace(c, &ev);
}

static void example(struct nt_capture *c)
{
    struct nt_addr l = nt_addr_v4(0x0a010002, 0), six;
    assert_int_equal(nt_addr_parse(&six, "2001:db8::7"), NT_OK);
    nt_capture_init(c);
    nt_capture_add_tap(c, "L.0", "L", "10.1.0.2");
    nt_capture_add_tap(c, "nat-left.inside", "nat-left", NULL);
    nt_capture_add_name(c, &l, "L");
    nt_capture_add_name(c, &six, "six");
    cross(c, 0, 0, NT_DIR_OUT, 0);
    cross(c, 21 * NT_MSEC + 1, 1, NT_DIR_IN, NT_MARK_DAMAGED | NT_MARK_INJECTED);
    fate(c, NT_TR_TRANSLATED, 1, 0);
    fate(c, NT_TR_TRANSLATED, 1, 1);
    cross(c, 60 * NT_SEC, 1, NT_DIR_IN, 0);
    fate(c, NT_TR_DROP, 1, NT_DROP_NO_ROUTE);
    cross(c, 61 * NT_SEC, 0, NT_DIR_IN, 0);
    fate(c, NT_TR_DISCARDED, NT_DISCARD_DUPLICATE, 1); /* the reason, and the tap from 1 */
    cross(c, 62 * NT_SEC, 0, NT_DIR_IN, 0);
    nt_capture_note(c, &c->frames[c->frame_count - 1], "line 12");
}

static size_t written(const struct nt_capture *c, bool pcapng)
{
    char path[] = "nt-read-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    fclose(fdopen(fd, "wb"));
    assert_int_equal(pcapng ? nt_capture_write_pcapng(c, path, "claim") : nt_capture_write_pcap(c, path), NT_OK);
    FILE *f = fopen(path, "rb");
    size_t n = fread(file, 1, sizeof file, f);
    fclose(f);
    remove(path);
    return n;
}

TEST(test_round_trip)
{
    struct nt_capture c, d;
    char what[200], x[NT_CAPTURE_COMMENT], y[NT_CAPTURE_COMMENT];
    static uint8_t first[65536];
    example(&c);
    size_t len = written(&c, true);
    memcpy(first, file, len);
    nt_capture_init(&d);
    assert_int_equal(nt_capture_parse(&d, first, len, what, sizeof what), NT_OK);
    assert_false(d.truncated_file);
    assert_int_equal(d.tap_count, 2);
    assert_string_equal(d.taps[1].name, "nat-left.inside");
    assert_string_equal(d.taps[1].node, "nat-left");
    assert_string_equal(d.taps[0].description, "10.1.0.2");
    assert_int_equal(d.name_count, 2);
    assert_string_equal(d.names[1].name, "six");
    assert_true(nt_addr_equal(&d.names[1].addr, &c.names[1].addr));
    assert_int_equal(d.frame_count, 5);
    for (size_t i = 0; i < 5; i++) {
        const struct nt_capture_frame *f = &c.frames[i], *g = &d.frames[i];
        assert_true(f->at == g->at);
        assert_int_equal(f->tap, g->tap);
        assert_int_equal(f->direction, g->direction);
        assert_int_equal(f->fate, g->fate);
        assert_int_equal(f->reason, g->reason);
        assert_int_equal(f->marks, g->marks);
        assert_int_equal(f->len, g->len);
        assert_memory_equal(nt_capture_bytes(&c, f), nt_capture_bytes(&d, g), f->len);
        for (int k = 0; k < NT_CAPTURE_COMMENTS; k++)
            assert_string_equal(nt_capture_comment(&c, f, k, x, sizeof x), nt_capture_comment(&d, g, k, y, sizeof y));
    }
    assert_true(nt_addr_equal(&d.frames[1].b, &c.frames[1].b));
    assert_int_equal(written(&d, true), len);
    assert_memory_equal(file, first, len);
    nt_capture_free(&c);
    nt_capture_free(&d);
}

TEST(test_every_cut)
{
    struct nt_capture c, d;
    char what[200];
    example(&c);
    size_t len = written(&c, true), most = 0;
    nt_capture_init(&d);
    for (size_t n = 4; n < len; n++) {
        uint8_t *exact = malloc(n); /* so that a sanitizer sees a byte too many */
        memcpy(exact, file, n);
        assert_int_equal(nt_capture_parse(&d, exact, n, what, sizeof what), NT_OK);
        assert_true(d.frame_count >= most);
        most = d.frame_count;
        free(exact);
    }
    assert_int_equal(most, 4);
    assert_true(d.truncated_file);
    assert_string_equal(what, "the file ends within a block; 4 packets were read");
    nt_capture_free(&c);
    nt_capture_free(&d);
}

TEST(test_flipped_bytes)
{
    struct nt_capture c, d;
    char what[200];
    struct nt_rand r;
    example(&c);
    size_t len = written(&c, true);
    uint8_t *copy = malloc(len);
    nt_rand_init(&r, 1, "flip");
    nt_capture_init(&d);
    for (int i = 0; i < 3000; i++) {
        memcpy(copy, file, len);
        for (uint64_t n = nt_rand_below(&r, 6) + 1; n > 0; n--)
            copy[nt_rand_below(&r, len)] = (uint8_t)nt_rand_below(&r, 256);
        int err = nt_capture_parse(&d, copy, len, what, sizeof what);
        assert_true(err == NT_OK || (err == NT_EFORMAT && what[0] != '\0'));
        for (size_t k = 0; k < d.frame_count; k++)
            assert_true(d.frames[k].tap < d.tap_count && d.frames[k].offset + d.frames[k].len <= d.byte_count);
    }
    free(copy);
    nt_capture_free(&c);
    nt_capture_free(&d);
}

TEST(test_pcap)
{
    struct nt_capture c, d;
    char what[200];
    example(&c);
    size_t len = written(&c, false);
    nt_capture_init(&d);
    assert_int_equal(nt_capture_parse(&d, file, len, what, sizeof what), NT_OK);
    assert_int_equal(d.frame_count, 5);
    assert_true(d.frames[1].at == 21 * NT_MSEC + 1);
    assert_int_equal(d.frames[2].len, 33);
    assert_int_equal(nt_capture_parse(&d, file, len - 3, what, sizeof what), NT_OK);
    assert_true(d.truncated_file);
    assert_int_equal(d.frame_count, 4);
    assert_int_equal(nt_capture_parse(&d, (const uint8_t *)"natsim: 1\n", 10, what, sizeof what), NT_EFORMAT);
    assert_string_not_equal(what, "");
    assert_int_equal(nt_capture_parse(&d, file, 0, what, sizeof what), NT_EFORMAT);
    assert_int_equal(nt_capture_read(&d, "no such file", what, sizeof what), NT_EIO);
    nt_capture_free(&c);
    nt_capture_free(&d);
}

static void put32(struct nt_writer *w, uint32_t v)
{
    nt_store32(nt_write_room(w, 4), v);
}

static void put64(struct nt_writer *w, uint64_t v)
{
    nt_store64(nt_write_room(w, 8), v);
}

/* A plain pcap file, microseconds, with one packet of the link type. */
static size_t pcap_with(uint32_t link, const uint8_t *header, size_t header_len)
{
    static const uint8_t ip[] = {0x45, 0, 0, 29, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2, 0, 9, 0, 0, 'x'};
    struct nt_writer w = nt_writer_of(file, sizeof file);
    put32(&w, 0xa1b2c3d4);
    put32(&w, 0x00020004);
    put64(&w, 0);
    put32(&w, 65535);
    put32(&w, link);
    put32(&w, (uint32_t)NT_CAPTURE_EPOCH + 1);
    put32(&w, 500000);
    put32(&w, (uint32_t)(header_len + sizeof ip + 4));
    put32(&w, (uint32_t)(header_len + sizeof ip + 4));
    nt_write(&w, header, header_len);
    nt_write(&w, ip, sizeof ip);
    put32(&w, 0); /* padding of the link */
    return nt_writer_len(&w);
}

TEST(test_links)
{
    static const uint8_t ethernet[14] = {[12] = 0x08}, vlan[18] = {[12] = 0x81, [15] = 7, [16] = 0x08},
                         arp[14] = {[12] = 0x08, [13] = 0x06};
    static const uint8_t null[4] = {2}, sll[16] = {[14] = 0x08}, sll2[20] = {0x08};
    static const struct {
        uint32_t link;
        const uint8_t *header;
        size_t len;
        uint32_t kept;
    } rows[] = {
        {1, ethernet, sizeof ethernet, 29}, {1, vlan, sizeof vlan, 29},   {1, arp, sizeof arp, 0}, {0, null, sizeof null, 29},
        {113, sll, sizeof sll, 29},         {276, sll2, sizeof sll2, 29}, {101, NULL, 0, 33},      {147, NULL, 0, 0},
    };
    struct nt_capture d;
    char what[200];
    nt_capture_init(&d);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = pcap_with(rows[i].link, rows[i].header, rows[i].len);
        assert_int_equal(nt_capture_parse(&d, file, len, what, sizeof what), NT_OK);
        assert_int_equal(d.frame_count, 1);
        assert_int_equal(d.frames[0].len, rows[i].kept);
        assert_true(d.frames[0].at == 1500 * NT_MSEC);
    }
    nt_capture_free(&d);
}

/* Big-endian, two sections, microseconds by default, a simple packet block: as the draft's sections 4.1 to 4.4 draw them. */
TEST(test_foreign_pcapng)
{
    struct nt_writer w = nt_writer_of(file, sizeof file);
    for (int section = 0; section < 2; section++) {
        put32(&w, 0x0a0d0d0a), put32(&w, 28), put32(&w, 0x1a2b3c4d), put32(&w, 0x00010000);
        put64(&w, UINT64_MAX), put32(&w, 28);
        put32(&w, 1), put32(&w, 20), put32(&w, 101u << 16), put32(&w, 0), put32(&w, 20);
        uint64_t stamp = (uint64_t)NT_CAPTURE_EPOCH * 1000000 + 7;
        put32(&w, 6), put32(&w, 36), put32(&w, 0), put64(&w, stamp);
        put32(&w, 1), put32(&w, 90), put32(&w, 0x45000000), put32(&w, 36);
        put32(&w, 3), put32(&w, 20), put32(&w, 4), put32(&w, 0x60000000), put32(&w, 20);
    }
    struct nt_capture d;
    char what[200];
    nt_capture_init(&d);
    assert_int_equal(nt_capture_parse(&d, file, nt_writer_len(&w), what, sizeof what), NT_OK);
    assert_int_equal(d.tap_count, 2);
    assert_int_equal(d.frame_count, 4);
    assert_true(d.frames[2].at == 7000);
    assert_int_equal(d.frames[2].tap, 1);
    assert_int_equal(d.frames[2].len, 1);
    assert_int_equal(d.frames[2].orig_len, 90);
    assert_int_equal(d.frames[3].len, 4);
    nt_capture_free(&d);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_every_cut), cmocka_unit_test(test_flipped_bytes),
        cmocka_unit_test(test_pcap),       cmocka_unit_test(test_links),     cmocka_unit_test(test_foreign_pcapng),
    };
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory);
}
