/* Addresses and prefixes: text in both directions, order, classes. */
#include "tests/unit/help.h"

#include "core/base/addr.h"
#include "core/base/err.h"

#include <string.h>

/* The IPv6 forms are RFC 5952's, section 4. */
TEST(texts_round_trip)
{
    static const char *const with_port[] = {"0.0.0.0:0",  "203.0.113.2:5000",   "255.255.255.255:65535",    "[::]:1",
                                            "[::1]:80",   "[2001:db8::1]:5000", "[2001:db8:0:1:1:1:1:1]:1", "[2001:0:0:1::1]:9",
                                            "[fe80::1]:1"};
    static const char *const without[] = {"10.0.0.1", "::", "2001:db8::1"};
    char buf[NT_ADDR_TEXT];
    for (size_t i = 0; i < sizeof with_port / sizeof *with_port; i++) {
        struct nt_addr a = addr(with_port[i]);
        assert_string_equal(nt_addr_format(&a, buf), with_port[i]);
    }
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        struct nt_addr a = addr(without[i]);
        assert_int_equal(a.port, 0);
        assert_string_equal(nt_addr_format_ip(&a, buf), without[i]);
    }
    struct nt_addr a = addr("2001:DB8:0:0:0:0:0:1");
    assert_string_equal(nt_addr_format_ip(&a, buf), "2001:db8::1");
    a = addr("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
    assert_int_equal(strlen(nt_addr_format(&a, buf)), 47);
}

TEST(bad_texts)
{
    static const char *const bad[] = {"",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "256.1.1.1",
                                      "1.2.3.4:",
                                      "1.2.3.4:65536",
                                      "1.2.3.4:-1",
                                      "1.2.3.4: 1",
                                      "1.2.3.4x",
                                      " 1.2.3.4",
                                      "[1.2.3.4]:5",
                                      "[::1]",
                                      "[::1]5",
                                      "[::1]:",
                                      "[::1",
                                      "::1:2:3:4:5:6:7:8:9",
                                      "1.2.3.4:000001",
                                      "fe80::1%eth0",
                                      "a",
                                      ":5",
                                      "2001:db8::1::2"};
    struct nt_addr a = addr("10.0.0.1:1"), before = a;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(nt_addr_parse(&a, bad[i]), NT_EFORMAT);
        assert_memory_equal(&a, &before, sizeof a); /* an error leaves it as it was */
    }
    assert_int_equal(nt_addr_parse_n(&a, "10.0.0.2:99", 8), 0);
    assert_int_equal(a.ip[3], 2);
    assert_int_equal(a.port, 0);
    assert_int_equal(nt_addr_parse_n(&a, "10.0.0.2\0x", 10), NT_EFORMAT);
}

TEST(order_is_total)
{
    static const char *const sorted[] = {"1.2.3.4:5", "1.2.3.4:6",       "1.2.3.5:1",      "200.0.0.1:0",
                                         "[::]:9",    "[2001:db8::1]:1", "[2001:db8::1]:2"};
    const int n = sizeof sorted / sizeof *sorted;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) {
            struct nt_addr a = addr(sorted[i]), b = addr(sorted[k]);
            int c = nt_addr_cmp(&a, &b);
            assert_true(i < k ? c < 0 : i > k ? c > 0 : c == 0);
            assert_int_equal(nt_addr_equal(&a, &b), i == k);
        }
    struct nt_addr a = addr("1.2.3.4:5"), b = addr("1.2.3.4:6");
    assert_true(nt_addr_same_ip(&a, &b));
    a = addr("0.0.0.0"), b = addr("::");
    assert_false(nt_addr_same_ip(&a, &b));
}

TEST(classes)
{
    static const struct {
        const char *text;
        bool (*is)(const struct nt_addr *);
        bool want;
    } cases[] = {
        {"127.0.0.1", nt_addr_is_loopback, true},
        {"127.255.0.1", nt_addr_is_loopback, true},
        {"128.0.0.1", nt_addr_is_loopback, false},
        {"::1", nt_addr_is_loopback, true},
        {"::2", nt_addr_is_loopback, false},
        {"169.254.1.1", nt_addr_is_link_local, true},
        {"169.253.1.1", nt_addr_is_link_local, false},
        {"fe80::1", nt_addr_is_link_local, true},
        {"febf::1", nt_addr_is_link_local, true},
        {"fec0::1", nt_addr_is_link_local, false},
        {"fec0::1", nt_addr_is_site_local, true},
        {"feff::1", nt_addr_is_site_local, true},
        {"fe80::1", nt_addr_is_site_local, false},
        {"::ffff:1.2.3.4", nt_addr_is_v4_mapped, true},
        {"::1.2.3.4", nt_addr_is_v4_mapped, false},
        {"::1.2.3.4", nt_addr_is_v4_compat, true},
        {"::1", nt_addr_is_v4_compat, false},
        {"::", nt_addr_is_v4_compat, false},
        {"::", nt_addr_is_any, true},
        {"0.0.0.0", nt_addr_is_any, true},
        {"0.0.0.1", nt_addr_is_any, false},
        {"224.0.0.1", nt_addr_is_multicast, true},
        {"239.1.1.1", nt_addr_is_multicast, true},
        {"240.0.0.1", nt_addr_is_multicast, false},
        {"ff02::1", nt_addr_is_multicast, true},
        {"fe80::1", nt_addr_is_multicast, false},
    };
    struct nt_addr none = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nt_addr a = addr(cases[i].text);
        assert_int_equal(cases[i].is(&a), cases[i].want);
    }
    assert_false(nt_addr_is_any(&none));
    assert_false(nt_addr_is_set(&none));
}

TEST(arithmetic)
{
    char buf[NT_ADDR_TEXT];
    struct nt_addr a = addr("10.0.0.255:7");
    a = nt_addr_plus(&a, 1);
    assert_string_equal(nt_addr_format(&a, buf), "10.0.1.0:7");
    a = addr("2001:db8::ffff:ffff");
    a = nt_addr_plus(&a, 2);
    assert_string_equal(nt_addr_format_ip(&a, buf), "2001:db8::1:0:1");
    a = nt_addr_v4(0xc0000201, 80);
    assert_string_equal(nt_addr_format(&a, buf), "192.0.2.1:80");
    a = nt_addr_with_port(&a, 81);
    assert_int_equal(a.port, 81);
}

TEST(prefixes)
{
    static const char *const bad[] = {"10.0.0.0",       "10.0.0.1/8",   "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x",
                                      "2001:db8::/129", "10.0.0.0:5/8", "0.0.0.1/31",  "/8"};
    static const char *const good[] = {"0.0.0.0/0", "10.0.0.0/8", "10.128.0.0/9", "10.0.0.1/32", "2001:db8::/32", "::/0"};
    struct nt_prefix p, q;
    char buf[NT_ADDR_TEXT];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(nt_prefix_parse(&p, bad[i]), NT_EFORMAT);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(nt_prefix_parse(&p, good[i]), 0);
        assert_string_equal(nt_prefix_format(&p, buf), good[i]);
    }
    assert_int_equal(nt_prefix_parse(&p, "10.128.0.0/9"), 0);
    struct nt_addr in = addr("10.255.1.2:9"), out = addr("10.127.255.255"), other = addr("::a80:1");
    assert_true(nt_prefix_contains(&p, &in));
    assert_false(nt_prefix_contains(&p, &out));
    assert_false(nt_prefix_contains(&p, &other));
    assert_int_equal(nt_prefix_parse(&q, "10.0.0.0/8"), 0);
    assert_true(nt_prefix_overlaps(&p, &q) && nt_prefix_overlaps(&q, &p));
    assert_int_equal(nt_prefix_parse(&q, "10.0.0.0/9"), 0);
    assert_false(nt_prefix_overlaps(&p, &q));
    assert_int_equal(nt_prefix_parse(&q, "::/0"), 0);
    assert_false(nt_prefix_overlaps(&p, &q));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_round_trip), cmocka_unit_test(bad_texts),  cmocka_unit_test(order_is_total),
        cmocka_unit_test(classes),          cmocka_unit_test(arithmetic), cmocka_unit_test(prefixes),
    };
    return RUN_TESTS(tests);
}
