/* Lines about packets, with STUN bytes of RFC 5769 and made by our builder. */

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "core/stun/message.h"
#include "natsim/packet/packet.h"
#include "pcap/annotate.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t id[NT_STUN_ID] = "abcdefghijkl";

static const char *line(const uint8_t *payload, size_t len)
{
    static char text[200];
    uint8_t buf[1500];
    struct nt_addr a = nt_addr_v4(0x0a010002, 50000), b = nt_addr_v4(0xcb007102, 3478);
    struct nt_packet p = {.data = buf, .cap = sizeof buf};
    assert_int_equal(nt_packet_udp(&p, &a, &b, payload, len, 64, 0, false, 1), NT_OK);
    return nt_annotate(p.data, p.len, text, sizeof text);
}

static size_t binding(uint8_t *buf, size_t cap, bool use)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, cap, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    if (use)
        nt_stun_add(&b, NT_ATTR_USE_CANDIDATE, NULL, 0);
    return (size_t)nt_stun_finish(&b);
}

TEST(test_stun)
{
    uint8_t buf[300], inner[100];
    struct nt_stun_builder b;
    struct nt_addr a = nt_addr_v4(0xcb007102, 40001);
    size_t n = binding(buf, sizeof buf, true), m = binding(inner, sizeof inner, false);
    assert_string_equal(line(buf, n), "Binding request USE-CANDIDATE");
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_SUCCESS, NT_STUN_BINDING, id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &a);
    assert_string_equal(line(buf, (size_t)nt_stun_finish(&b)), "Binding success 203.0.113.2:40001");
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_ERROR, NT_TURN_ALLOCATE, id);
    nt_stun_add_error(&b, 401, "Unauthorized\n");
    assert_string_equal(line(buf, (size_t)nt_stun_finish(&b)), "Allocate error 401 Unauthorized?");
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_INDICATION, NT_TURN_SEND, id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_PEER_ADDRESS, &a);
    nt_stun_add(&b, NT_ATTR_DATA, inner, m);
    assert_string_equal(line(buf, (size_t)nt_stun_finish(&b)), "Send indication to 203.0.113.2:40001: Binding request");
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_REQUEST, NT_TURN_CHANNEL_BIND, id);
    nt_stun_add_u32(&b, NT_ATTR_CHANNEL_NUMBER, 0x40010000);
    assert_string_equal(line(buf, (size_t)nt_stun_finish(&b)), "ChannelBind request 0x4001");
    inner[3] ^= 4;
    assert_string_equal(line(inner, m), "data 20 bytes");
}

/* RFC 5769, 2.1: a Binding request with USERNAME, PRIORITY, ICE-CONTROLLED. */
TEST(test_vector)
{
    static const uint8_t request[] =
        "\x00\x01\x00\x58\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\x80\x22\x00\x10STUN test client"
        "\x00\x24\x00\x04\x6e\x00\x01\xff\x80\x29\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36\x00\x06\x00\x09"
        "\x65\x76\x74\x6a\x3a\x68\x36\x76\x59\x20\x20\x20\x00\x08\x00\x14\x9a\xea\xa7\x0c\xbf\xd8\xcb\x56\x78\x1e\xf2\xb5\xb2\xd3"
        "\xf2\x49"
        "\xc1\xb5\x71\xa2\x80\x28\x00\x04\xe5\x7a\x3b\xcf";
    assert_string_equal(line(request, sizeof request - 1), "Binding request");
}

TEST(test_others)
{
    uint8_t channel[24] = {0x40, 0x00, 0x00, 20}, junk[40];
    char text[60];
    assert_string_equal(line(channel, sizeof channel), "ChannelData 0x4000 20 bytes");
    binding(channel + 4, 20, false);
    assert_string_equal(line(channel, sizeof channel), "ChannelData 0x4000: Binding request");
    static const char invite[] = "INVITE sip:R@example.org SIP/2.0\r\nVia: x\r\n\r\n", ok[] = "SIP/2.0 200 OK\r\n\r\n";
    assert_string_equal(line((const uint8_t *)invite, sizeof invite - 1), "SIP INVITE");
    assert_string_equal(line((const uint8_t *)ok, sizeof ok - 1), "SIP 200 OK");
    assert_string_equal(line((const uint8_t *)"\x80zzz", 4), "data 4 bytes");
    memset(junk, 0x45, sizeof junk);
    assert_string_equal(nt_annotate(junk, sizeof junk, text, sizeof text), "damaged packet, 40 bytes");
    assert_string_equal(nt_annotate(junk, 0, text, sizeof text), "not an IP packet");
    assert_string_equal(nt_annotate(junk, 0, text, 4), "not");
}

/* Nesting beyond what anybody sends ends. */
TEST(test_nested)
{
    uint8_t a[400], b[400];
    struct nt_stun_builder s;
    size_t n = binding(a, sizeof a, false);
    for (int i = 0; i < 8; i++) {
        nt_stun_start(&s, b, sizeof b, NT_STUN_INDICATION, NT_TURN_SEND, id);
        nt_stun_add(&s, NT_ATTR_DATA, a, n);
        n = (size_t)nt_stun_finish(&s);
        memcpy(a, b, n);
    }
    assert_non_null(strstr(line(a, n), "Send indication: Send indication: Send indication: "));
}

static bool carries_data(const uint8_t *payload, size_t len)
{
    uint8_t buf[1500];
    struct nt_addr a = nt_addr_v4(0x0a010002, 50000), b = nt_addr_v4(0xcb007102, 3478);
    struct nt_packet p = {.data = buf, .cap = sizeof buf};
    assert_int_equal(nt_packet_udp(&p, &a, &b, payload, len, 64, 0, false, 1), NT_OK);
    assert_false(nt_is_data(p.data, 20)); /* cut short: damaged */
    return nt_is_data(p.data, p.len);
}

/* What TURN wraps counts; a message is none, whatever it says about itself. */
TEST(test_data)
{
    static const char sip[] = "INVITE sip:r@203.0.113.4 SIP/2.0\r\n\r\n";
    uint8_t check[100], wrapped[300], channel[104] = {0x40, 0, 0};
    struct nt_stun_builder b;
    size_t n = binding(check, sizeof check, false);
    assert_true(carries_data((const uint8_t *)"\x80zzz", 4));
    assert_true(carries_data(NULL, 0));
    assert_false(carries_data(check, n));
    assert_false(carries_data((const uint8_t *)sip, sizeof sip - 1));
    nt_stun_start(&b, wrapped, sizeof wrapped, NT_STUN_INDICATION, NT_TURN_SEND, id);
    nt_stun_add(&b, NT_ATTR_DATA, check, n);
    assert_false(carries_data(wrapped, (size_t)nt_stun_finish(&b)));
    nt_stun_start(&b, wrapped, sizeof wrapped, NT_STUN_INDICATION, NT_TURN_SEND, id);
    nt_stun_add(&b, NT_ATTR_DATA, "\x80zzz", 4);
    assert_true(carries_data(wrapped, (size_t)nt_stun_finish(&b)));
    channel[3] = (uint8_t)n;
    memcpy(channel + 4, check, n);
    assert_false(carries_data(channel, n + 4));
    memset(channel + 4, 0x80, n);
    assert_true(carries_data(channel, n + 4));
    check[n - 1] ^= 1;
    check[3] = 4; /* its length is wrong: damaged */
    assert_false(carries_data(check, n));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stun), cmocka_unit_test(test_vector), cmocka_unit_test(test_others),
                                       cmocka_unit_test(test_nested), cmocka_unit_test(test_data)};
    return RUN_TESTS(tests);
}
