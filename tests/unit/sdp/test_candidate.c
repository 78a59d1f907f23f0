/* a=candidate lines: examples of RFC 8839, every bound of its grammar, and lines that have to be passed over. */
#include "core/base/endpoint.h"
#include "core/base/err.h"
#include "core/sdp/sdp.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/help.h"

static int read_line(struct nt_ice_candidate *c, const char *text, const char **what)
{
    *what = NULL;
    return nt_sdp_read_candidate(c, text, strlen(text), what);
}

static void accepts(const char *text, struct nt_ice_candidate *c)
{
    const char *what;
    int r = read_line(c, text, &what);
    if (r != NT_OK)
        fail_msg("%s: %d %s", text, r, what != NULL ? what : "");
}

static void refuses(const char *text, const char *reason)
{
    struct nt_ice_candidate c, before;
    const char *what;
    memset(&c, 0x5a, sizeof c);
    before = c;
    int r = read_line(&c, text, &what);
    if (r != NT_EFORMAT || what == NULL || strstr(what, reason) == NULL)
        fail_msg("%s: %d '%s' instead of '%s'", text, r, what != NULL ? what : "", reason);
    assert_memory_equal(&c, &before, sizeof c);
}

/* It counts, and what is malformed is said. */
static void tolerates(const char *text, const char *reason)
{
    struct nt_ice_candidate c;
    const char *what;
    int r = read_line(&c, text, &what);
    if (r != NT_OK || what == NULL || strstr(what, reason) == NULL)
        fail_msg("%s: %d '%s' instead of '%s'", text, r, what != NULL ? what : "", reason);
}

static void passes_over(const char *text)
{
    struct nt_ice_candidate c;
    const char *what;
    int r = read_line(&c, text, &what);
    if (r != NT_EUNSUPPORTED)
        fail_msg("%s: %d %s", text, r, what != NULL ? what : "");
}

/* RFC 8839, 5.1: the example line, folded there. */
TEST(rfc_example)
{
    static const char line[] = "a=candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998";
    struct nt_ice_candidate c;
    struct nt_addr want = addr("192.0.2.3:45664"), related = addr("203.0.113.141:8998");
    accepts(line, &c);
    assert_string_equal(c.foundation, "2");
    assert_int_equal(c.component, 1);
    assert_int_equal(c.transport, NT_UDP);
    assert_int_equal(c.priority, 1694498815);
    assert_int_equal(c.type, NT_ICE_SRFLX);
    assert_true(nt_addr_equal(&c.addr, &want));
    assert_true(nt_addr_equal(&c.related, &related));
    assert_false(nt_addr_is_set(&c.base));

    char buf[256];
    int n = nt_sdp_write_candidate(&c, buf, sizeof buf);
    assert_int_equal(n, strlen(line) - 2);
    assert_memory_equal(buf, line + 2, (size_t)n);
    for (size_t cap = 0; cap <= (size_t)n; cap++)
        assert_int_equal(nt_sdp_write_candidate(&c, buf, cap), NT_ENOSPC);
}

/* RFC 8839, appendix A, with IPv6. */
TEST(rfc_example_ipv6)
{
    struct nt_ice_candidate c;
    struct nt_addr want = addr("[2001:db8:8101:3a55:4858:a2a9:22ff:99b9]:45664");
    accepts("candidate:2 1 UDP 1694498815 2001:db8:8101:3a55:4858:a2a9:22ff:99b9 45664 typ srflx raddr fe80::6676:baff:fe9c:ee4a "
            "rport 8998",
            &c);
    assert_true(nt_addr_equal(&c.addr, &want));
    assert_true(nt_addr_is_link_local(&c.related));
}

/* The grammar's strings know no case (RFC 5234, 2.3). */
TEST(case_does_not_matter)
{
    struct nt_ice_candidate c;
    accepts("candidate:1 1 udp 1 192.0.2.1 5000 TYP HoSt", &c);
    assert_int_equal(c.type, NT_ICE_HOST);
    assert_int_equal(c.transport, NT_UDP);
}

TEST(foundation)
{
    static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct nt_ice_candidate c;
    char line[128];
    for (int ch = 1; ch < 256; ch++) {
        if (ch == ' ' || ch == '\t')
            continue;
        snprintf(line, sizeof line, "candidate:a%cb 1 UDP 1 192.0.2.1 5000 typ host", ch);
        if (strchr(chars, ch) != NULL)
            accepts(line, &c);
        else
            refuses(line, "foundation");
    }
    accepts("candidate:12345678901234567890123456789012 1 UDP 1 192.0.2.1 5000 typ host", &c);
    assert_string_equal(c.foundation, "12345678901234567890123456789012");
    refuses("candidate:123456789012345678901234567890123 1 UDP 1 192.0.2.1 5000 typ host", "1 to 32");
    refuses("candidate: 1 UDP 1 192.0.2.1 5000 typ host", "foundation is missing");
}

TEST(bounds)
{
    struct nt_ice_candidate c;
    accepts("candidate:1 256 UDP 1 192.0.2.1 5000 typ host", &c);
    assert_int_equal(c.component, 256);
    refuses("candidate:1 0 UDP 1 192.0.2.1 5000 typ host", "component");
    refuses("candidate:1 257 UDP 1 192.0.2.1 5000 typ host", "component");
    refuses("candidate:1 0001 UDP 1 192.0.2.1 5000 typ host", "component");
    refuses("candidate:1 -1 UDP 1 192.0.2.1 5000 typ host", "component");
    accepts("candidate:1 1 UDP 2147483647 192.0.2.1 5000 typ host", &c);
    assert_int_equal(c.priority, 2147483647);
    refuses("candidate:1 1 UDP 0 192.0.2.1 5000 typ host", "priority");
    refuses("candidate:1 1 UDP 2147483648 192.0.2.1 5000 typ host", "priority");
    refuses("candidate:1 1 UDP 4294967296 192.0.2.1 5000 typ host", "priority");
    refuses("candidate:1 1 UDP 4294967297 192.0.2.1 5000 typ host", "priority");
    refuses("candidate:1 1 UDP 18446744073709551617 192.0.2.1 5000 typ host", "priority");
    refuses("candidate:1 1 UDP +1 192.0.2.1 5000 typ host", "priority");
    accepts("candidate:1 1 UDP 1 192.0.2.1 65535 typ host", &c);
    assert_int_equal(c.addr.port, 65535);
    refuses("candidate:1 1 UDP 1 192.0.2.1 65536 typ host", "port");
    refuses("candidate:1 1 UDP 1 192.0.2.1 0 typ host", "port 0");
    tolerates("candidate:1 1 UDP 1 192.0.2.1 5000 typ srflx raddr 10.0.0.1 rport 65536", "related port");
    tolerates("candidate:1 1 UDP 1 192.0.2.1 5000 typ srflx raddr 10.0.0.1 rport x", "related port");
}

TEST(shape)
{
    refuses("", "candidate:");
    refuses("a=", "candidate:");
    refuses("a=a=candidate:1 1 UDP 1 192.0.2.1 5000 typ host", "candidate:");
    refuses("remote-candidates:1 192.0.2.1 5000", "candidate:");
    refuses("candidate:1", "space");
    refuses("candidate:1 1", "space");
    refuses("candidate:1 1 UDP", "space");
    refuses("candidate:1 1 UDP 1", "space");
    refuses("candidate:1 1 UDP 1 192.0.2.1", "space");
    refuses("candidate:1 1 UDP 1 192.0.2.1 5000", "space");
    refuses("candidate:1 1 UDP 1 192.0.2.1 5000 ", "typ");
    refuses("candidate:1 1 UDP 1 192.0.2.1 5000 type host", "typ");
    refuses("candidate:1 1 UDP 1 192.0.2.1 5000 typ", "space");
    refuses("candidate:1 1 UDP 1 192.0.2.1 5000 typ ", "type is missing");
    refuses("candidate:1 1 UDP 1 192.0.2.1 5000 typ ho\"st", "token");
    refuses("candidate:1 1 U@P 1 192.0.2.1 5000 typ host", "token");
    refuses("candidate:1 1 UDP 1  5000 typ host", "one space");
    refuses("candidate:1 1 UDP 1 192.0.2.1 5000 generation 0 typ host", "'typ' is missing");
    refuses("candidate:1 1 UDP 1 fe80::1%eth0 5000 typ host", "zone");
    refuses("candidate:1 1 UDP 1 [2001:db8::1] 5000 typ host", "IPv4 or IPv6 address, or a name");
    refuses("candidate:1 1 UDP 1 192.0.2.1:5000 5000 typ host", "IPv4 or IPv6 address, or a name");
    refuses("candidate:1 1 UDP 1 192.0.2.256 5000 typ host", "IPv4 or IPv6 address, or a name");
}

TEST(what_a_candidate_can_do_without_is_tolerated)
{
    tolerates("candidate:1  1 UDP 1 192.0.2.1 5000 typ host", "one space");
    tolerates("candidate:1 1\tUDP 1 192.0.2.1 5000 typ host", "one space");
    tolerates("candidate:1 1 UDP 1 192.0.2.1 5000 typ host  generation 0", "one space");
    tolerates("candidate:1 1 UDP 1 192.0.2.1 5000 typ host ", "name of an extension is missing");
    tolerates("candidate:1 1 UDP 1 192.0.2.1 5000 typ host generation", "name and a value");
    tolerates("candidate:1 1 UDP 1 192.0.2.1 5000 typ host gen(eration 0", "token");
    tolerates("candidate:1 1 UDP 1 192.0.2.1 5000 typ srflx raddr 10.0.0.1", "no rport");
    tolerates("candidate:1 1 UDP 1 192.0.2.1 5000 typ srflx rport 5", "no raddr");
}

TEST(extensions_are_ignored)
{
    struct nt_ice_candidate c;
    accepts("candidate:1 1 UDP 1 192.0.2.1 5000 typ host generation 0 ufrag abcd network-id 1 network-cost 10", &c);
    assert_false(nt_addr_is_set(&c.related));
    accepts("candidate:1 1 UDP 1 192.0.2.1 5000 typ host empty ", &c); /* extension-att-value = *VCHAR */
    accepts("candidate:1 1 UDP 1 192.0.2.1 5000 typ srflx raddr host.example rport 5", &c);
    assert_false(nt_addr_is_set(&c.related));
    accepts("candidate:1 1 UDP 1 192.0.2.1 5000 typ srflx", &c); /* the sender's MUST, and of no use to the receiver */
    assert_false(nt_addr_is_set(&c.related));
}

TEST(ignored_lines)
{
    passes_over("candidate:1 1 UDP 1 host.example.com 5000 typ host");
    passes_over("candidate:1 1 UDP 1 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 5000 typ host");
    passes_over("candidate:1 1 UDP 1 redacted-ip.invalid 5000 typ host");
    passes_over("candidate:1 1 TCP 1 192.0.2.1 9 typ host tcptype active");
    passes_over("candidate:1 1 TCP 1 192.0.2.1 5000 typ host");
    passes_over("candidate:1 1 SCTP 1 192.0.2.1 5000 typ host");
    passes_over("candidate:1 1 UDP 1 192.0.2.1 5000 typ quantum");
}

TEST(write_forms)
{
    struct nt_ice_candidate c = {
        .type = NT_ICE_RELAY, .component = 2, .transport = NT_UDP, .priority = 16777215, .foundation = "a/+"};
    char buf[256];
    int n;
    /* RFC 8839, 5.1: related address and port that are not revealed */
    c.addr = addr("192.0.2.3:40000");
    n = nt_sdp_write_candidate(&c, buf, sizeof buf);
    assert_memory_equal(buf, "candidate:a/+ 2 UDP 16777215 192.0.2.3 40000 typ relay raddr 0.0.0.0 rport 9", (size_t)n);
    c.addr = addr("[2001:db8::1]:40000");
    n = nt_sdp_write_candidate(&c, buf, sizeof buf);
    assert_memory_equal(buf, "candidate:a/+ 2 UDP 16777215 2001:db8::1 40000 typ relay raddr :: rport 9", (size_t)n);
    /* a host candidate has none, whatever the structure says */
    c.type = NT_ICE_HOST;
    c.related = addr("10.0.0.1:1");
    n = nt_sdp_write_candidate(&c, buf, sizeof buf);
    assert_memory_equal(buf, "candidate:a/+ 2 UDP 16777215 2001:db8::1 40000 typ host", (size_t)n);
    assert_int_equal(n, strlen("candidate:a/+ 2 UDP 16777215 2001:db8::1 40000 typ host"));
    /* RFC 6544, 4.5 */
    c.transport = NT_TCP;
    c.tcp_type = NT_ICE_TCP_PASSIVE;
    n = nt_sdp_write_candidate(&c, buf, sizeof buf);
    assert_memory_equal(buf, "candidate:a/+ 2 TCP 16777215 2001:db8::1 40000 typ host tcptype passive", (size_t)n);
}

TEST(embedded_bytes)
{
    struct nt_ice_candidate c;
    const char *what;
    static const char nul[] = "candidate:1 1 UDP 1 192.0.2.1\0x 5000 typ host";
    assert_int_equal(nt_sdp_read_candidate(&c, nul, sizeof nul - 1, &what), NT_EFORMAT);
    static const char token[] = "candidate:1 1 U\0P 1 192.0.2.1 5000 typ host";
    assert_int_equal(nt_sdp_read_candidate(&c, token, sizeof token - 1, &what), NT_EFORMAT);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_example),
        cmocka_unit_test(rfc_example_ipv6),
        cmocka_unit_test(case_does_not_matter),
        cmocka_unit_test(foundation),
        cmocka_unit_test(bounds),
        cmocka_unit_test(shape),
        cmocka_unit_test(what_a_candidate_can_do_without_is_tolerated),
        cmocka_unit_test(extensions_are_ignored),
        cmocka_unit_test(ignored_lines),
        cmocka_unit_test(write_forms),
        cmocka_unit_test(embedded_bytes),
    };
    return RUN_TESTS(tests);
}
