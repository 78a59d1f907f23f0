/* ICMP errors about checks (RFC 8445, 7.2.5.2.2): which of them fail a pair, and whether any does. */
#include "peer.h"

static struct lab l;

/* The one check from `base` to `to` meets this ICMP message after 100 ms; how often it has been sent after a second. */
static int sent_from(const char *base, const char *to, bool icmp_errors, uint8_t type, uint8_t code)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    c.icmp_errors = icmp_errors;
    c.ipv6 = true;
    lab_start_at(&l, &c, base);
    struct nt_ice_candidate one = candidate(to, NT_ICE_HOST, "1");
    assert_int_equal(remote(&l, &one, 1), NT_OK);
    go(&l, 100 * NT_MSEC);
    assert_int_equal(l.count, 1);
    uint8_t message[8] = {type, code};
    struct nt_path path = l.outs[0].path;
    nt_ice_input(l.a, &path, NT_IN_ICMP, message, sizeof message, l.now);
    go(&l, NT_SEC);
    int count = l.count;
    lab_end(&l);
    return count;
}

static int sent_in_spite_of(bool icmp_errors, uint8_t type, uint8_t code)
{
    return sent_from("10.0.0.1", "10.0.0.2:6000", icmp_errors, type, code);
}

/* RFC 1122, 4.2.3.9: "Destination Unreachable -- codes 2-4" are hard, of which 4 asks for fragments. */
TEST(unreachable_protocol_and_port_are_hard_errors)
{
    for (int code = 0; code < 16; code++)
        assert_int_equal(sent_in_spite_of(true, 3, (uint8_t)code), code == 2 || code == 3 ? 1 : 2);
    assert_int_equal(sent_in_spite_of(true, 11, 0), 2);
    assert_int_equal(sent_in_spite_of(true, 1, 4), 2); /* ICMPv6's port unreachable */
}

/* RFC 4443, 3.1: code 4 is port unreachable; "no route" and the like may pass. */
TEST(an_unreachable_port_of_ipv6_is_a_hard_error)
{
    for (int code = 0; code < 8; code++)
        assert_int_equal(sent_from("2001:db8::1", "[2001:db8::2]:6000", true, 1, (uint8_t)code), code == 4 ? 1 : 2);
    assert_int_equal(sent_from("2001:db8::1", "[2001:db8::2]:6000", true, 3, 3), 2); /* time exceeded */
}

TEST(an_error_fails_the_check_that_it_is_about)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    uint8_t message[8] = {3, 3};
    c.icmp_errors = true;
    lab_start(&l, &c);
    struct nt_ice_candidate two[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("10.0.0.2:6001", NT_ICE_HOST, "2")};
    assert_int_equal(remote(&l, two, 2), NT_OK);
    go(&l, 100 * NT_MSEC);
    struct nt_path path = {.transport = NT_UDP, .local = l.base, .remote = two[1].addr};
    nt_ice_input(l.a, &path, NT_IN_ICMP, message, sizeof message, l.now);
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_IN_PROGRESS);
    assert_int_equal(pair_to(&l, "10.0.0.2:6001").state, NT_ICE_PAIR_FAILED);
    lab_end(&l);
}

TEST(errors_are_advisory_by_default)
{
    assert_int_equal(sent_in_spite_of(false, 3, 2), 2);
    assert_int_equal(sent_in_spite_of(false, 3, 3), 2);
}

/* What the peer's host, or a router before it, says about a datagram from our base. */
static bool is_told(const char *base, const char *to, uint8_t type, uint8_t code, uint32_t *mtu)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    struct nt_ice_event ev;
    c.ipv6 = true;
    lab_start_at(&l, &c, base);
    while (nt_ice_event(l.a, &ev))
        continue;
    uint8_t message[NT_ICMP_INPUT] = {type, code, 0, 0, 5, 0};
    struct nt_path path = {.transport = NT_UDP, .local = l.base, .remote = addr(to)};
    nt_ice_input(l.a, &path, NT_IN_ICMP, message, sizeof message, l.now);
    bool told = nt_ice_event(l.a, &ev) && ev.kind == NT_ICE_EV_TOO_BIG;
    *mtu = told ? ev.mtu : 0;
    assert_true(!told || (nt_addr_equal(&ev.local.addr, &l.base) && nt_addr_equal(&ev.remote.addr, &path.remote)));
    lab_end(&l);
    return told;
}

/* RFC 1122, 4.1.3.3: errors are passed to the application; here those that speak of its data's size. */
TEST(the_owner_is_told_that_a_packet_is_too_big)
{
    uint32_t mtu;
    assert_true(is_told("10.0.0.1", "10.0.0.2:6000", 3, 4, &mtu));
    assert_int_equal(mtu, 1280);
    assert_false(is_told("10.0.0.1", "10.0.0.2:6000", 3, 3, &mtu));
    assert_false(is_told("10.0.0.1", "10.0.0.2:6000", 2, 0, &mtu));
    assert_true(is_told("2001:db8::1", "[2001:db8::2]:6000", 2, 0, &mtu));
    assert_int_equal(mtu, 1280);
    assert_false(is_told("2001:db8::1", "[2001:db8::2]:6000", 3, 4, &mtu));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unreachable_protocol_and_port_are_hard_errors),
        cmocka_unit_test(an_unreachable_port_of_ipv6_is_a_hard_error), cmocka_unit_test(an_error_fails_the_check_that_it_is_about),
        cmocka_unit_test(errors_are_advisory_by_default), cmocka_unit_test(the_owner_is_told_that_a_packet_is_too_big)};
    return RUN_TESTS(tests);
}
