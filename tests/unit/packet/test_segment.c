/* TCP segments as bytes. */
#include "tests/unit/help.h"

#include "natsim/packet/segment.h"

#include <string.h>

static uint8_t bytes[2000];

/* Writes, and reads back. */
static struct nt_packet round_trip(const char *src, const char *dst, const struct nt_segment *s, struct nt_segment *back)
{
    struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
    struct nt_addr a = addr(src), b = addr(dst);
    memset(bytes, 0xaa, sizeof bytes);
    memset(bytes + nt_segment_header(s, a.family), 0x55, s->len);
    assert_int_equal(nt_segment_write(&p, &a, &b, s, 7), NT_OK);
    assert_true(nt_packet_checksums_good(&p));
    assert_true(p.df);
    assert_true(nt_addr_equal(&p.src, &a) && nt_addr_equal(&p.dst, &b));
    assert_int_equal(nt_segment_read(&p, back), NT_OK);
    return p;
}

static void check_same(const struct nt_segment *s, const struct nt_segment *back)
{
    assert_int_equal(back->seq, s->seq);
    assert_int_equal(back->ack, s->ack);
    assert_int_equal(back->flags, s->flags);
    assert_int_equal(back->window, s->window);
    assert_int_equal(back->mss, s->mss);
    assert_int_equal(back->scales, s->scales);
    assert_int_equal(back->shift, s->shift);
    assert_int_equal(back->len, s->len);
    for (uint16_t i = 0; i < s->len; i++)
        assert_int_equal(back->data[i], 0x55);
}

TEST(test_round_trip)
{
    static const struct nt_segment rows[] = {
        {.seq = 1, .flags = NT_TCP_SYN, .window = 65535, .mss = 1460},
        {.seq = 0xffffffff, .ack = 5, .flags = NT_TCP_SYN | NT_TCP_ACK, .mss = 536, .scales = true, .shift = 14},
        {.seq = 2, .ack = 0x80000000, .flags = NT_TCP_ACK | NT_TCP_PSH | NT_TCP_FIN, .window = 1, .len = 1000},
        {.seq = 2, .flags = NT_TCP_RST, .len = 1},
        {.flags = NT_TCP_SYN, .scales = true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct nt_segment back;
        struct nt_packet p = round_trip("10.0.0.2:1000", "10.0.0.3:80", &rows[i], &back);
        assert_int_equal(p.len, nt_segment_header(&rows[i], NT_AF_IPV4) + rows[i].len);
        check_same(&rows[i], &back);
        round_trip("[2001:db8::2]:1000", "[2001:db8::3]:80", &rows[i], &back);
        check_same(&rows[i], &back);
    }
}

TEST(test_length)
{
    assert_int_equal(nt_segment_length(&(struct nt_segment){.flags = NT_TCP_SYN | NT_TCP_FIN, .len = 5}), 7);
    assert_int_equal(nt_segment_length(&(struct nt_segment){.flags = NT_TCP_ACK}), 0);
}

/* RFC 9293, 3.1: what is not known is passed over by its length; a wrong length ends the options. */
TEST(test_options)
{
    static const struct {
        uint8_t options[12];
        uint16_t mss;
        bool scales;
    } rows[] = {
        {{2, 4, 0x05, 0xb4, 4, 2, 1, 3, 3, 7, 0, 0}, 1460, true},  /* SACK permitted between them */
        {{1, 1, 1, 2, 4, 0x05, 0xb4, 0, 3, 3, 7, 0}, 1460, false}, /* the end of the list */
        {{2, 3, 0x05, 3, 3, 7, 0, 0, 0, 0, 0, 0}, 0, true},        /* another length of MSS */
        {{8, 0, 2, 4, 0x05, 0xb4, 0, 0, 0, 0, 0, 0}, 0, false},    {{8, 1, 2, 4, 0x05, 0xb4, 0, 0, 0, 0, 0, 0}, 0, false},
        {{8, 13, 2, 4, 0x05, 0xb4, 0, 0, 0, 0, 0, 0}, 0, false}, /* beyond the header */
        {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2}, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct nt_segment s = {.flags = NT_TCP_SYN, .len = 12}, back;
        struct nt_packet p = round_trip("10.0.0.2:1000", "10.0.0.3:80", &s, &back);
        memcpy(p.data + 40, rows[i].options, 12);
        p.data[p.l4 + 12] = 8 << 4;
        nt_packet_fix_checksums(&p);
        assert_int_equal(nt_segment_read(&p, &back), NT_OK);
        assert_int_equal(back.mss, rows[i].mss);
        assert_int_equal(back.scales, rows[i].scales);
        assert_int_equal(back.len, 0);
    }
}

TEST(test_data_offset)
{
    for (uint8_t words = 0; words < 16; words++) {
        struct nt_segment s = {.flags = NT_TCP_ACK, .len = 8}, back;
        struct nt_packet p = round_trip("10.0.0.2:1000", "10.0.0.3:80", &s, &back);
        p.data[p.l4 + 12] = (uint8_t)(words << 4);
        assert_int_equal(nt_segment_read(&p, &back), words >= 5 && words <= 7 ? NT_OK : NT_EFORMAT);
    }
}

TEST(test_no_room)
{
    struct nt_packet p = {.data = bytes, .cap = 139};
    struct nt_addr a = addr("10.0.0.2:1"), b = addr("10.0.0.3:2");
    assert_int_equal(nt_segment_write(&p, &a, &b, &(struct nt_segment){.len = 100}, 1), NT_ENOSPC);
    p.cap = 140;
    assert_int_equal(nt_segment_write(&p, &a, &b, &(struct nt_segment){.len = 100}, 1), NT_OK);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_length),  cmocka_unit_test(test_options),
        cmocka_unit_test(test_data_offset), cmocka_unit_test(test_no_room),
    };
    return RUN_TESTS(tests);
}
