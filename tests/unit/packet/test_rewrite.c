/* Rewriting addresses and ports in the bytes of a packet (RFC 3022, 4.1): after it every checksum is as if it were computed afresh.
 */
#include "tests/unit/help.h"
#include <string.h>

#include "core/base/bytes.h"
#include "natsim/packet/checksum.h"
#include "natsim/packet/protocol.h"
#include "natsim/packet/rewrite.h"

enum { PAYLOAD = 12 };

static uint8_t bytes[128];

static void assert_addr(struct nt_addr a, const char *text)
{
    char buf[NT_ADDR_TEXT];
    assert_string_equal(nt_addr_format(&a, buf), text);
}

static size_t checksum_offset(uint8_t proto)
{
    return proto == NT_PROTO_UDP ? 6 : proto == NT_PROTO_TCP ? 16 : 2;
}

static uint16_t transport_checksum(const struct nt_headers *h)
{
    uint8_t copy[128];
    size_t len = h->len - h->l4, at = checksum_offset(h->proto);
    memcpy(copy, h->ip + h->l4, len);
    nt_store16(copy + at, 0);
    uint64_t sum = h->proto == NT_PROTO_ICMP ? 0 : nt_checksum_pseudo(h->ip, h->proto, (uint32_t)len);
    return nt_checksum_end(nt_checksum_add(sum, copy, len));
}

/* A packet from 10.0.0.2 to 198.51.100.7, or from 2001:db8::2 to 2001:db8:1::7, with ports 5000 and 7000 at the transport header's
 * start. */
static struct nt_headers make_packet(uint8_t family, uint8_t proto, size_t transport)
{
    bool v4 = family == NT_AF_IPV4;
    struct nt_headers h = {.ip = bytes, .family = family, .proto = proto, .l4 = v4 ? 20 : 40, .transport = true};
    struct nt_addr src = addr(v4 ? "10.0.0.2:0" : "[2001:db8::2]:0"), dst = addr(v4 ? "198.51.100.7:0" : "[2001:db8:1::7]:0");
    memset(bytes, 0, sizeof bytes);
    h.len = h.l4 + transport + PAYLOAD;
    memcpy(bytes + (v4 ? 12 : 8), src.ip, v4 ? 4 : 16);
    memcpy(bytes + (v4 ? 16 : 24), dst.ip, v4 ? 4 : 16);
    bytes[0] = v4 ? 0x45 : 0x60;
    for (size_t i = 0; i < transport + PAYLOAD; i++)
        bytes[h.l4 + i] = (uint8_t)(i * 37 + 5);
    nt_store16(bytes + h.l4, 5000);
    nt_store16(bytes + h.l4 + 2, 7000);
    if (v4)
        nt_store16(bytes + 10, nt_checksum_end(nt_checksum_add(0, bytes, 20)));
    return h;
}

static void set_checksum(const struct nt_headers *h)
{
    nt_store16(h->ip + h->l4 + checksum_offset(h->proto), transport_checksum(h));
}

static void assert_checksums(const struct nt_headers *h)
{
    if (h->family == NT_AF_IPV4)
        assert_int_equal(nt_checksum_end(nt_checksum_add(0, h->ip, 20)), 0);
    assert_int_equal(nt_load16(h->ip + h->l4 + checksum_offset(h->proto)), transport_checksum(h));
}

TEST(test_addresses_and_ports)
{
    static const uint8_t protos[] = {NT_PROTO_UDP, NT_PROTO_TCP};
    for (size_t i = 0; i < 2; i++) {
        struct nt_headers h = make_packet(NT_AF_IPV4, protos[i], protos[i] == NT_PROTO_UDP ? 8 : 20);
        struct nt_addr external = addr("203.0.113.2:40000"), inside = addr("192.168.1.9:1");
        set_checksum(&h);
        assert_addr(nt_headers_addr(&h, true), "10.0.0.2:5000");
        assert_addr(nt_headers_addr(&h, false), "198.51.100.7:7000");
        nt_headers_rewrite(&h, true, &external);
        nt_headers_rewrite(&h, false, &inside);
        assert_addr(nt_headers_addr(&h, true), "203.0.113.2:40000");
        assert_addr(nt_headers_addr(&h, false), "192.168.1.9:1");
        assert_checksums(&h);
    }
}

TEST(test_ipv6)
{
    struct nt_headers h = make_packet(NT_AF_IPV6, NT_PROTO_UDP, 8);
    struct nt_addr other = addr("[2001:db8:ff::1]:65535");
    set_checksum(&h);
    nt_headers_rewrite(&h, true, &other);
    assert_addr(nt_headers_addr(&h, true), "[2001:db8:ff::1]:65535");
    assert_addr(nt_headers_addr(&h, false), "[2001:db8:1::7]:7000");
    assert_checksums(&h);
}

/* RFC 768: "An all zero transmitted checksum value means that the transmitter generated no checksum". It stays so. */
TEST(test_udp_without_checksum)
{
    struct nt_headers h = make_packet(NT_AF_IPV4, NT_PROTO_UDP, 8);
    struct nt_addr external = addr("203.0.113.2:40000");
    nt_store16(bytes + h.l4 + 6, 0);
    nt_headers_rewrite(&h, true, &external);
    assert_addr(nt_headers_addr(&h, true), "203.0.113.2:40000");
    assert_int_equal(nt_load16(bytes + h.l4 + 6), 0);
}

/* RFC 768: "If the computed checksum is zero, it is transmitted as all ones". A port is found with which it is zero. */
TEST(test_udp_checksum_that_becomes_zero)
{
    size_t zeros = 0;
    struct nt_headers h = make_packet(NT_AF_IPV4, NT_PROTO_UDP, 8);
    set_checksum(&h);
    for (uint32_t port = 1; port <= UINT16_MAX; port++) {
        struct nt_addr external = addr("203.0.113.2:0");
        external.port = (uint16_t)port;
        nt_headers_rewrite(&h, true, &external);
        uint16_t field = nt_load16(bytes + h.l4 + 6), afresh = transport_checksum(&h);
        assert_int_equal(field, afresh == 0 ? 0xffff : afresh);
        zeros += afresh == 0;
    }
    assert_true(zeros >= 1);
}

/* RFC 5508, 3: the identifier of an ICMP query takes the place of the port. ICMP over IPv4 has no pseudo header, ICMPv6 has one. */
TEST(test_echo)
{
    static const struct {
        uint8_t family, proto, type;
        const char *external, *seen;
    } rows[] = {{NT_AF_IPV4, NT_PROTO_ICMP, NT_ICMP4_ECHO, "203.0.113.2:77", "203.0.113.2:77"},
                {NT_AF_IPV4, NT_PROTO_ICMP, NT_ICMP4_ECHO_REPLY, "203.0.113.2:78", "203.0.113.2:78"},
                {NT_AF_IPV6, NT_PROTO_ICMP6, NT_ICMP6_ECHO, "[2001:db8:ff::1]:79", "[2001:db8:ff::1]:79"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct nt_headers h = make_packet(rows[i].family, rows[i].proto, 8);
        struct nt_addr external = addr(rows[i].external);
        bytes[h.l4] = rows[i].type, bytes[h.l4 + 1] = 0;
        nt_store16(bytes + h.l4 + 4, 4242);
        set_checksum(&h);
        assert_int_equal(nt_headers_addr(&h, true).port, 4242);
        assert_int_equal(nt_headers_addr(&h, false).port, 4242);
        nt_headers_rewrite(&h, true, &external);
        assert_addr(nt_headers_addr(&h, true), rows[i].seen);
        assert_int_equal(nt_load16(bytes + h.l4 + 4), external.port);
        assert_checksums(&h);
    }
}

/* An ICMP error has no port of its own, and a later fragment has no transport header: the address alone changes. */
TEST(test_without_ports)
{
    uint8_t before[128];
    struct nt_addr external = addr("203.0.113.2:40000");
    struct nt_headers h = make_packet(NT_AF_IPV4, NT_PROTO_ICMP, 8);
    bytes[h.l4] = NT_ICMP4_UNREACHABLE;
    set_checksum(&h);
    memcpy(before, bytes, sizeof before);
    nt_headers_rewrite(&h, true, &external);
    assert_addr(nt_headers_addr(&h, true), "203.0.113.2:0");
    assert_memory_equal(bytes + h.l4, before + h.l4, h.len - h.l4);
    assert_checksums(&h);

    h = make_packet(NT_AF_IPV4, NT_PROTO_UDP, 8);
    h.transport = false;
    memcpy(before, bytes, sizeof before);
    nt_headers_rewrite(&h, true, &external);
    assert_addr(nt_headers_addr(&h, true), "203.0.113.2:0");
    assert_memory_equal(bytes + h.l4, before + h.l4, h.len - h.l4);
}

/* RFC 792: an error quotes 64 bits of the data at least. Here they are cut off earlier, and nothing behind the end is written. */
TEST(test_quote_that_is_cut_off)
{
    struct nt_addr external = addr("203.0.113.2:40000");
    for (size_t left = 0; left <= 8; left++) {
        struct nt_headers h = make_packet(NT_AF_IPV4, NT_PROTO_UDP, 8);
        uint8_t before[128];
        h.len = h.l4 + left;
        memcpy(before, bytes, sizeof before);
        nt_headers_rewrite(&h, false, &external);
        assert_addr(nt_headers_addr(&h, false), left >= 4 ? "203.0.113.2:40000" : "203.0.113.2:0");
        assert_memory_equal(bytes + h.len, before + h.len, sizeof bytes - h.len);
        assert_int_equal(nt_checksum_end(nt_checksum_add(0, bytes, 20)), 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_addresses_and_ports),
                                       cmocka_unit_test(test_ipv6),
                                       cmocka_unit_test(test_udp_without_checksum),
                                       cmocka_unit_test(test_udp_checksum_that_becomes_zero),
                                       cmocka_unit_test(test_echo),
                                       cmocka_unit_test(test_without_ports),
                                       cmocka_unit_test(test_quote_that_is_cut_off)};
    return RUN_TESTS(tests);
}
