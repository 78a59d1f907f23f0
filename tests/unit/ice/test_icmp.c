/* ICMP errors about checks (RFC 8445, 7.2.5.2.2): which of them fail a pair, and whether any does. */
#include "peer.h"

static struct lab l;

/* The agent's one check meets this ICMP message after 100 ms; how often it has been sent after a second. */
static int sent_in_spite_of(bool icmp_errors, uint8_t type, uint8_t code)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    c.icmp_errors = icmp_errors;
    lab_start(&l, &c);
    struct nt_ice_candidate one = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
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

/* RFC 1122, 4.2.3.9: "Destination Unreachable -- codes 2-4" are hard, of which 4 asks for fragments. */
TEST(unreachable_protocol_and_port_are_hard_errors)
{
    for (int code = 0; code < 16; code++)
        assert_int_equal(sent_in_spite_of(true, 3, (uint8_t)code), code == 2 || code == 3 ? 1 : 2);
    assert_int_equal(sent_in_spite_of(true, 11, 0), 2);
    assert_int_equal(sent_in_spite_of(true, 1, 4), 2); /* ICMPv6's port unreachable */
}

TEST(errors_are_advisory_by_default)
{
    assert_int_equal(sent_in_spite_of(false, 3, 2), 2);
    assert_int_equal(sent_in_spite_of(false, 3, 3), 2);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(unreachable_protocol_and_port_are_hard_errors),
                                       cmocka_unit_test(errors_are_advisory_by_default)};
    return RUN_TESTS(tests);
}
