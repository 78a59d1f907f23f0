/* Packets: checksums against RFC 1071's and a published header, parsing of bad bytes, rewriting held against recomputation. */
#include "tests/unit/help.h"

#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/packet/checksum.h"
#include "natsim/packet/drop.h"
#include "natsim/packet/icmp.h"

static uint8_t bytes[2][2048];

static struct nt_packet empty(int i)
{
    return (struct nt_packet){.data = bytes[i], .cap = sizeof bytes[i]};
}

static struct nt_packet udp(int i, const char *src, const char *dst, size_t len)
{
    struct nt_packet p = empty(i);
    struct nt_addr s = addr(src), d = addr(dst);
    uint8_t payload[1400];
    for (size_t k = 0; k < len; k++)
        payload[k] = (uint8_t)(k * 7);
    assert_int_equal(nt_packet_udp(&p, &s, &d, payload, len, 64, 0, false, 77), 0);
    return p;
}

/* RFC 1071, 3: the bytes 00 01 f2 03 f4 f5 f6 f7 sum to ddf2. */
TEST(test_rfc1071_example)
{
    static const uint8_t example[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    assert_int_equal(nt_checksum_end(nt_checksum_add(0, example, sizeof example)), (uint16_t)~0xddf2);
    assert_int_equal(nt_checksum_end(nt_checksum_add(nt_checksum_add(0, example, 2), example + 2, 6)), (uint16_t)~0xddf2);
}

/* Of every length, from every alignment, as 16-bit words are added one by one. */
TEST(sums_are_those_of_16_bit_words)
{
    uint8_t octets[160];
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i % 7 == 0 ? 0xff : 251 * i + 13);
    for (size_t from = 0; from < 8; from++)
        for (size_t len = 0; len < 150; len++) {
            uint32_t sum = 0x1234;
            for (size_t i = 0; i < len; i++)
                sum += (uint32_t)(i % 2 == 0 ? octets[from + i] << 8 : octets[from + i]);
            while (sum >> 16 != 0)
                sum = (sum & 0xffff) + (sum >> 16);
            assert_int_equal(nt_checksum_end(nt_checksum_add(0x1234, octets + from, len)), (uint16_t)~sum);
        }
}

/* RFC 1624, 4: HC dd2f, m 5555, m' 3285 gives 0000. */
TEST(test_rfc1624_example)
{
    static const uint8_t was[] = {0x55, 0x55}, is[] = {0x32, 0x85};
    assert_int_equal(nt_checksum_update(0xdd2f, was, is, 2), 0x0000);
}

/* A widely published IPv4 header: its checksum is b861. */
TEST(test_known_header)
{
    static const uint8_t header[] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                                     0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};
    struct nt_packet p = empty(0);
    uint8_t payload[0x73 - 28] = {0};
    struct nt_addr s = addr("192.168.0.1:1"), d = addr("192.168.0.199:2");
    assert_int_equal(nt_packet_udp(&p, &s, &d, payload, sizeof payload, 64, 0, true, 0), 0);
    assert_memory_equal(p.data, header, sizeof header);
}

TEST(test_udp_reads_back)
{
    static const char *const pairs[][2] = {{"10.0.0.1:5000", "203.0.113.2:3478"}, {"[2001:db8::1]:5000", "[2001:db8::2]:3478"}};
    for (size_t i = 0; i < 2; i++)
        for (size_t len = 0; len < 40; len++) {
            struct nt_packet p = udp(0, pairs[i][0], pairs[i][1], len), q = p;
            assert_int_equal(nt_packet_parse(&q), 0);
            assert_true(nt_packet_checksums_good(&q));
            assert_int_equal(q.payload, p.payload);
            assert_int_equal(q.payload_len, len);
            assert_int_equal(q.l4, p.l4);
            assert_int_equal(q.df, p.df);
            assert_true(nt_addr_equal(&q.src, &p.src) && nt_addr_equal(&q.dst, &p.dst));
            q.data[q.len - 1] ^= 4;
            assert_false(nt_packet_checksums_good(&q));
        }
}

TEST(test_bad_packets)
{
    struct nt_packet p = udp(0, "10.0.0.1:1", "10.0.0.2:2", 20);
    for (uint32_t len = 0; len < 48; len++) {
        p.len = len;
        assert_int_equal(nt_packet_parse(&p), NT_ESHORT);
    }
    p = udp(0, "10.0.0.1:1", "10.0.0.2:2", 20);
    p.data[0] = 0x44;
    assert_int_equal(nt_packet_parse(&p), NT_EFORMAT);
    p.data[0] = 0x55;
    assert_int_equal(nt_packet_parse(&p), NT_EFORMAT);
    p = udp(0, "10.0.0.1:1", "10.0.0.2:2", 20);
    nt_store16(p.data + 24, 29); /* the UDP length beyond the packet */
    assert_int_equal(nt_packet_parse(&p), NT_EFORMAT);
    nt_store16(p.data + 24, 7);
    assert_int_equal(nt_packet_parse(&p), NT_EFORMAT);
}

/* Puts an extension header of `len` octets behind the IPv6 header. */
static void put_extension(struct nt_packet *p, uint8_t type, uint8_t coded_len, uint32_t len)
{
    memmove(p->data + 40 + len, p->data + 40, p->len - 40);
    memset(p->data + 40, 0, len);
    p->data[40] = p->data[6];
    p->data[41] = coded_len;
    p->data[6] = type;
    p->len += len;
    nt_store16(p->data + 4, (uint16_t)(p->len - 40));
}

/* RFC 8200, 4.1: the order of the headers; RFC 4302, 2.2: the length of the Authentication Header is in units of 4 octets, less 2.
 */
static struct nt_packet with_extensions(void)
{
    struct nt_packet p = udp(0, "[2001:db8::1]:5000", "[2001:db8::2]:3478", 33);
    put_extension(&p, NT_EXT_DESTINATION, 0, 8);
    put_extension(&p, NT_EXT_AUTHENTICATION, 4, 24);
    put_extension(&p, NT_EXT_ROUTING, 2, 24);
    put_extension(&p, NT_EXT_DESTINATION, 1, 16);
    put_extension(&p, NT_EXT_HOP_BY_HOP, 0, 8);
    return p;
}

TEST(what_is_behind_extension_headers_is_found)
{
    struct nt_packet p = with_extensions();
    assert_int_equal(nt_packet_parse(&p), 0);
    assert_int_equal(p.proto, NT_PROTO_UDP);
    assert_int_equal(p.l4, 40 + 80);
    assert_int_equal(p.payload_len, 33);
    assert_int_equal(p.src.port, 5000);
    assert_int_equal(p.dst.port, 3478);
    assert_true(nt_packet_checksums_good(&p));
    for (uint32_t len = 0; len < 40 + 80 + 8; len++) {
        nt_store16(p.data + 4, (uint16_t)(len > 40 ? len - 40 : 0));
        p.len = len;
        assert_int_equal(nt_packet_parse(&p), NT_ESHORT);
    }
}

TEST(extension_headers_in_a_wrong_order_are_refused)
{
    struct nt_packet p = udp(0, "[2001:db8::1]:1", "[2001:db8::2]:2", 20);
    put_extension(&p, NT_EXT_HOP_BY_HOP, 0, 8);
    put_extension(&p, NT_EXT_DESTINATION, 0, 8);
    assert_int_equal(nt_packet_parse(&p), NT_EFORMAT);
    p = udp(0, "[2001:db8::1]:1", "[2001:db8::2]:2", 20);
    put_extension(&p, NT_EXT_FRAGMENT, 0, 8);
    put_extension(&p, NT_EXT_FRAGMENT, 0, 8);
    assert_int_equal(nt_packet_parse(&p), NT_EFORMAT);
}

/* The first fragment has all headers (RFC 7112); of a later one nothing is known behind its Fragment header. */
TEST(extension_headers_of_fragments)
{
    struct nt_packet p = udp(0, "[2001:db8::1]:5000", "[2001:db8::2]:3478", 33);
    put_extension(&p, NT_EXT_DESTINATION, 0, 8);
    put_extension(&p, NT_EXT_FRAGMENT, 0, 8);
    put_extension(&p, NT_EXT_HOP_BY_HOP, 0, 8);
    nt_store16(p.data + 50, 1);
    assert_int_equal(nt_packet_parse(&p), 0);
    assert_true(p.fragment && p.first_fragment);
    assert_int_equal(p.proto, NT_PROTO_UDP);
    assert_int_equal(p.l4, 64);
    assert_int_equal(p.src.port, 5000);
    nt_store16(p.data + 50, 8 | 1);
    assert_int_equal(nt_packet_parse(&p), 0);
    assert_true(p.fragment && !p.first_fragment);
    assert_int_equal(p.proto, NT_EXT_DESTINATION);
    assert_int_equal(p.l4, 56);
    assert_int_equal(p.src.port, 0);
    nt_store16(p.data + 50, 0);
    assert_int_equal(nt_packet_parse(&p), 0);
    assert_false(p.fragment); /* RFC 6946: an atomic fragment is a whole packet */
}

/* The incremental update must agree with a checksum computed from scratch. */
static void rewritten_as_built(struct nt_packet *p)
{
    uint8_t copy[2048];
    assert_true(nt_packet_checksums_good(p));
    memcpy(copy, p->data, p->len);
    nt_packet_fix_checksums(p);
    assert_memory_equal(copy, p->data, p->len);
}

TEST(test_rewrite)
{
    for (uint16_t port = 1; port < 60000; port = (uint16_t)(port + 997)) {
        struct nt_packet p = udp(0, "10.0.0.1:5000", "203.0.113.2:3478", 33);
        struct nt_addr a = nt_addr_v4(0xc6336400u + port, port), b = nt_addr_v4(0x0a000000u + port, (uint16_t)(port + 1));
        nt_packet_set_src(&p, &a);
        nt_packet_set_dst(&p, &b);
        assert_true(nt_addr_equal(&p.src, &a) && nt_addr_equal(&p.dst, &b));
        assert_int_equal(nt_load16(p.data + 20), port);
        rewritten_as_built(&p);
        struct nt_packet q = udp(0, "[2001:db8::1]:5000", "[2001:db8::2]:3478", 34);
        struct nt_addr c = addr("[2001:db8:1:2:3:4:5:6]:9");
        c.port = port;
        nt_packet_set_src(&q, &c);
        assert_true(nt_addr_equal(&q.src, &c));
        rewritten_as_built(&q);
    }
}

TEST(what_is_behind_extension_headers_is_rewritten)
{
    struct nt_packet p = with_extensions();
    struct nt_addr a = addr("[2001:db8:1:2:3:4:5:6]:9"), b = addr("[2001:db8:7::1]:10");
    assert_int_equal(nt_packet_parse(&p), 0);
    nt_packet_set_src(&p, &a);
    nt_packet_set_dst(&p, &b);
    assert_int_equal(nt_load16(p.data + 120), 9);
    assert_int_equal(nt_load16(p.data + 122), 10);
    rewritten_as_built(&p);
}

/* RFC 768: no checksum stays no checksum, and a computed zero is sent as ffff. */
TEST(test_zero_checksums)
{
    struct nt_packet p = udp(0, "10.0.0.1:5000", "203.0.113.2:3478", 2);
    struct nt_addr a = addr("10.0.0.9:5001");
    nt_store16(p.data + 26, 0);
    nt_packet_set_src(&p, &a);
    assert_int_equal(nt_load16(p.data + 26), 0);
    assert_true(nt_packet_checksums_good(&p));
    p = udp(0, "10.0.0.1:5000", "203.0.113.2:3478", 2);
    uint16_t sum = nt_load16(p.data + 26);
    a = addr("10.0.0.1:5000");
    a.port = (uint16_t)(a.port + sum); /* the sum becomes ffff, its complement 0 */
    if (a.port < sum)
        a.port++;
    nt_packet_set_src(&p, &a);
    assert_int_equal(nt_load16(p.data + 26), 0xffff);
    assert_true(nt_packet_checksums_good(&p));
}

TEST(test_hop)
{
    struct nt_packet p = udp(0, "10.0.0.1:1", "10.0.0.2:2", 5);
    for (int i = 0; i < 63; i++)
        assert_true(nt_packet_hop(&p));
    assert_int_equal(p.data[8], 1);
    rewritten_as_built(&p);
    assert_false(nt_packet_hop(&p));
    assert_int_equal(p.ttl, 1);
}

static void check_error(const char *src, const char *dst, const char *router, size_t len, uint32_t max)
{
    struct nt_packet p = udp(0, src, dst, len), e = empty(1);
    struct nt_addr r = addr(router), qs, qd, mapped = addr(src);
    uint8_t proto;
    bool v4 = p.family == NT_AF_IPV4;
    assert_int_equal(nt_packet_quoted(&p, &qs, &qd, &proto), NT_ENOENT);
    assert_int_equal(nt_packet_icmp_error(&e, &r, &p, v4 ? 3 : 1, v4 ? 3 : 4), 0);
    assert_true(e.len <= max);
    assert_true(nt_addr_same_ip(&e.dst, &p.src));
    assert_true(nt_packet_checksums_good(&e));
    assert_int_equal(nt_packet_quoted(&e, &qs, &qd, &proto), 0);
    assert_true(nt_addr_equal(&qs, &p.src) && nt_addr_equal(&qd, &p.dst));
    assert_int_equal(proto, NT_PROTO_UDP);
    mapped.port = 6666;
    mapped.ip[3] ^= 77;
    nt_packet_set_quoted_src(&e, &mapped);
    assert_true(nt_packet_checksums_good(&e));
    nt_packet_quoted(&e, &qs, &qd, &proto);
    assert_true(nt_addr_equal(&qs, &mapped));
    nt_packet_set_quoted_dst(&e, &mapped);
    nt_packet_quoted(&e, &qs, &qd, &proto);
    assert_true(nt_addr_equal(&qd, &mapped));
    if (len > 100)
        return;
    /* The quote is whole: it must be a good packet after the rewriting too. */
    struct nt_packet inner = {.data = e.data + e.l4 + 8, .len = e.len - e.l4 - 8u};
    assert_int_equal(nt_packet_parse(&inner), 0);
    assert_true(nt_packet_checksums_good(&inner));
}

TEST(test_icmp_errors)
{
    check_error("10.0.0.1:5000", "203.0.113.2:3478", "10.0.0.254", 33, 576);
    check_error("10.0.0.1:5000", "203.0.113.2:3478", "10.0.0.254", 1200, 576);
    check_error("[2001:db8::1]:5000", "[2001:db8::2]:3478", "2001:db8::99", 33, 1280);
    check_error("[2001:db8::1]:5000", "[2001:db8::2]:3478", "2001:db8::99", 1390, 1280);
}

/* The MTU of the next hop is said by these two errors alone. */
TEST(test_icmp_mtu)
{
    static const struct {
        const char *src, *dst, *router;
        uint8_t type, code;
        uint32_t mtu;
    } rows[] = {
        {"10.0.0.1:1", "10.0.0.2:2", "10.0.0.254", 3, 4, 1300},
        {"10.0.0.1:1", "10.0.0.2:2", "10.0.0.254", 3, 3, 0},
        {"10.0.0.1:1", "10.0.0.2:2", "10.0.0.254", 11, 0, 0},
        {"[2001:db8::1]:1", "[2001:db8::2]:2", "2001:db8::99", 2, 0, 1300},
        {"[2001:db8::1]:1", "[2001:db8::2]:2", "2001:db8::99", 1, 4, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct nt_packet p = udp(0, rows[i].src, rows[i].dst, 33), e = empty(1);
        struct nt_addr router = addr(rows[i].router);
        assert_int_equal(nt_packet_icmp_error(&e, &router, &p, rows[i].type, rows[i].code), 0);
        nt_packet_set_icmp_mtu(&e, 1300);
        assert_int_equal(nt_packet_icmp_mtu(&e), rows[i].mtu);
    }
}

TEST(test_echo_identifier)
{
    static const uint8_t echo[] = {8, 0, 0, 0, 0x12, 0x34, 0, 1, 'a', 'b'};
    struct nt_packet p = empty(0);
    struct nt_addr s = addr("10.0.0.1"), d = addr("203.0.113.2"), a = addr("198.51.100.1:4660");
    p.len = (uint32_t)(nt_packet_ip_header(&p, &s, &d, NT_PROTO_ICMP, sizeof echo, 64, 0, false, 1) + sizeof echo);
    memcpy(p.data + 20, echo, sizeof echo);
    assert_int_equal(nt_packet_parse(&p), 0);
    nt_packet_fix_checksums(&p);
    assert_int_equal(p.src.port, 0x1234);
    assert_int_equal(p.dst.port, 0x1234);
    a.port = 999;
    nt_packet_set_src(&p, &a);
    assert_int_equal(p.dst.port, 999);
    rewritten_as_built(&p);
}

TEST(test_reasons)
{
    char text[100], tiny[4];
    struct nt_addr a = addr("198.51.100.7:5000"), b = addr("10.0.0.1:9");
    assert_string_equal(nt_drop_detail(NT_DROP_FILTERED, &a, &b, text, sizeof text), "no permission for 198.51.100.7:5000");
    assert_string_equal(nt_drop_detail(NT_DROP_NO_ROUTE, &a, &b, text, sizeof text), "no route to 10.0.0.1");
    assert_string_equal(nt_drop_detail(NT_DROP_NO_SOCKET, NULL, &b, text, sizeof text), "port 10.0.0.1:9 is closed");
    assert_string_equal(nt_drop_detail(NT_DROP_NO_SOCKET, NULL, &b, tiny, sizeof tiny), "por");
    assert_string_equal(nt_drop_name(NT_DROP_TTL | NT_DROP_TOLD), "ttl");
    assert_string_equal(nt_drop_detail(NT_DROP_NO_ROUTE | NT_DROP_TOLD, NULL, &b, text, sizeof text),
                        "no route to 10.0.0.1, and an ICMP error says so");
    assert_string_equal(nt_drop_detail(NT_DROP_NO_SOCKET | NT_DROP_QUIET, NULL, &b, text, sizeof text),
                        "port 10.0.0.1:9 is closed, and no ICMP error says so");
    assert_string_equal(nt_drop_detail(NT_DROP_TTL | NT_DROP_TOLD, NULL, &b, tiny, sizeof tiny), "the");
    assert_string_equal(nt_drop_detail(NT_DROP_TTL | NT_DROP_TOLD, NULL, &b, text, 0), "");
    assert_int_equal(nt_drop_answered(NT_DROP_LIMIT, false), NT_DROP_LIMIT | NT_DROP_QUIET);
    assert_int_equal(nt_drop_answered(NT_DROP_FILTERED, false), NT_DROP_FILTERED);
    assert_int_equal(nt_drop_answered(NT_DROP_FILTERED, true), NT_DROP_FILTERED | NT_DROP_TOLD);
    for (int r = 0; r < NT_DROP_COUNT; r++)
        assert_true(nt_drop_name((enum nt_drop)r)[0] != '\0');
    assert_string_equal(nt_drop_name(NT_DROP_NO_PORT), "no-port");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc1071_example),
        cmocka_unit_test(sums_are_those_of_16_bit_words),
        cmocka_unit_test(test_rfc1624_example),
        cmocka_unit_test(test_known_header),
        cmocka_unit_test(test_udp_reads_back),
        cmocka_unit_test(test_bad_packets),
        cmocka_unit_test(test_rewrite),
        cmocka_unit_test(test_zero_checksums),
        cmocka_unit_test(test_hop),
        cmocka_unit_test(test_icmp_errors),
        cmocka_unit_test(test_icmp_mtu),
        cmocka_unit_test(test_echo_identifier),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(what_is_behind_extension_headers_is_found),
        cmocka_unit_test(what_is_behind_extension_headers_is_rewritten),
        cmocka_unit_test(extension_headers_in_a_wrong_order_are_refused),
        cmocka_unit_test(extension_headers_of_fragments),
    };
    return RUN_TESTS(tests);
}
