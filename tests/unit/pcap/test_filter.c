/* BPF over raw IP: what matches, and what is refused before libpcap sees it. */

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "natsim/packet/packet.h"
#include "pcap/filter.h"

#include <string.h>

static bool matches(const char *filter, const char *src, const char *dst)
{
    char what[200] = "";
    uint8_t buf[200];
    struct nt_addr a, b;
    struct nt_packet p = {.data = buf, .cap = sizeof buf};
    assert_int_equal(nt_addr_parse(&a, src), NT_OK);
    assert_int_equal(nt_addr_parse(&b, dst), NT_OK);
    assert_int_equal(nt_packet_udp(&p, &a, &b, (const uint8_t *)"\x00\x01xyz", 5, 64, 0, false, 1), NT_OK);
    struct nt_bpf *f = nt_bpf_new(filter, what, sizeof what);
    if (f == NULL)
        fail_msg("%s: %s", filter, what);
    bool yes = nt_bpf_match(f, p.data, p.len);
    nt_bpf_del(f);
    return yes;
}

TEST(test_matches)
{
    const char *a = "10.1.0.2:50000", *b = "203.0.113.5:3478", *six = "[2001:db8::1]:50000", *six2 = "[2001:db8::2]:3478";
    assert_true(matches("udp", a, b));
    assert_false(matches("tcp", a, b));
    assert_true(matches("", a, b));
    assert_true(matches("udp and dst port 3478", a, b));
    assert_false(matches("udp and src port 3478", a, b));
    assert_true(matches("src host 10.1.0.2 and dst net 203.0.113.0/24", a, b));
    assert_true(matches("portrange 3000-4000", a, b));
    assert_true(matches("udp[8:2] = 0x0001", a, b));
    assert_false(matches("udp[8:2] == 0x0101", a, b));
    assert_true(matches("(udp) and not (icmp or tcp)", a, b));
    assert_true(matches("ip6 and udp port 3478", six, six2));
    assert_true(matches("src host 2001:db8::1", six, six2));
    assert_false(matches("ip", six, six2));
    assert_true(matches("ip[8] = 64 && len <= 100", a, b));
}

TEST(test_refused)
{
    static const struct {
        const char *filter, *says;
    } rows[] = {
        {"ether host 00:11:22:33:44:55", "'ether' means nothing here: packets begin with their IP header"},
        {"vlan 7", "'vlan' means nothing here: packets begin with their IP header"},
        {"udp and inbound", "'inbound' means nothing here: use 'direction: in'"},
        {"outbound", "'outbound' means nothing here: use 'direction: out'"},
        {"host example.org", "'example.org' is not a word of these filters: write addresses and ports as numbers"},
        {"port domain", "'domain' is not a word of these filters: write addresses and ports as numbers"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char what[200] = "";
        assert_null(nt_bpf_new(rows[i].filter, what, sizeof what));
        assert_string_equal(what, rows[i].says);
    }
    char what[200] = "";
    assert_null(nt_bpf_new("udp and and", what, sizeof what));
    assert_string_not_equal(what, "");
}

TEST(test_short_packet)
{
    char what[200];
    struct nt_bpf *f = nt_bpf_new("udp port 1", what, sizeof what);
    assert_non_null(f);
    assert_false(nt_bpf_match(f, (const uint8_t *)"E", 1));
    assert_false(nt_bpf_match(f, (const uint8_t *)"", 0));
    nt_bpf_del(f);
    nt_bpf_del(NULL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_matches), cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_short_packet)};
    return RUN_TESTS(tests);
}
