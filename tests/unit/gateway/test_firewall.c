/* The stateful firewall:  inside 2001:db8:1::9 --- firewall --- X, Y outside.
 * It filters as RFC 4787, section 5 has it, with the timers of section 4.3. */
#include "tests/unit/help.h"

#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/gateway/firewall.h"
#include "natsim/packet/protocol.h"

#define INSIDE "[2001:db8:1::9]:5000"
#define X "[2001:db8:ff::7]:7000"
#define X_OTHER_PORT "[2001:db8:ff::7]:7001"
#define Y "[2001:db8:ff::8]:7000"

static struct nt_firewall *w;

static struct nt_nat_policy policy_of(enum nt_dependence filtering)
{
    struct nt_nat_policy p;
    nt_nat_policy_init(&p);
    p.mapping = NT_DEP_ENDPOINT_INDEPENDENT;
    p.filtering = filtering;
    return p;
}

static void start(struct nt_nat_policy p)
{
    nt_firewall_del(w);
    w = nt_firewall_new(&p);
    assert_non_null(w);
}

FIXTURE(teardown)
{
    nt_firewall_del(w);
    w = NULL;
    return 0;
}

static void go_out(uint8_t proto, const char *from, const char *to, nt_time now)
{
    struct nt_addr i = addr(from), x = addr(to);
    assert_int_equal(nt_firewall_out(w, proto, &i, &x, now), NT_OK);
}

static bool comes_in(uint8_t proto, const char *from, const char *to, nt_time now)
{
    struct nt_addr x = addr(from), i = addr(to);
    return nt_firewall_in(w, proto, &x, &i, now);
}

TEST(test_filtering)
{
    static const struct {
        enum nt_dependence filtering;
        bool other_port, other_address;
    } rows[] = {{NT_DEP_ENDPOINT_INDEPENDENT, true, true}, {NT_DEP_ADDRESS, true, false}, {NT_DEP_ADDRESS_AND_PORT, false, false}};
    for (size_t i = 0; i < 3; i++) {
        start(policy_of(rows[i].filtering));
        assert_false(comes_in(NT_PROTO_UDP, X, INSIDE, 0)); /* unsolicited */
        go_out(NT_PROTO_UDP, INSIDE, X, 0);
        assert_true(comes_in(NT_PROTO_UDP, X, INSIDE, 1));
        assert_int_equal(comes_in(NT_PROTO_UDP, X_OTHER_PORT, INSIDE, 1), rows[i].other_port);
        assert_int_equal(comes_in(NT_PROTO_UDP, Y, INSIDE, 1), rows[i].other_address);
        assert_false(comes_in(NT_PROTO_UDP, X, "[2001:db8:1::9]:5001", 1)); /* another inside endpoint */
        assert_false(comes_in(NT_PROTO_UDP, X, "[2001:db8:1::a]:5000", 1));
        assert_false(comes_in(NT_PROTO_TCP, X, INSIDE, 1)); /* another protocol */
    }
}

/* RFC 4787, REQ-5: "A value of five minutes or more ... is RECOMMENDED"; REQ-6: outbound refresh is true, inbound refresh may be.
 */
TEST(test_refresh)
{
    for (int inbound = 0; inbound < 2; inbound++) {
        struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT);
        p.refresh_inbound = inbound;
        start(p);
        go_out(NT_PROTO_UDP, INSIDE, X, 0);
        assert_int_equal(nt_firewall_deadline(w), 300 * NT_SEC);
        go_out(NT_PROTO_UDP, INSIDE, X, 200 * NT_SEC);
        assert_int_equal(nt_firewall_deadline(w), 500 * NT_SEC);
        assert_true(comes_in(NT_PROTO_UDP, X, INSIDE, 499 * NT_SEC));
        assert_int_equal(comes_in(NT_PROTO_UDP, X, INSIDE, 501 * NT_SEC), inbound);
    }
}

TEST(test_lifetimes_by_phase)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT);
    p.life_new = 10 * NT_SEC, p.life_replied = 20 * NT_SEC, p.life_stream = 60 * NT_SEC;
    start(p);
    go_out(NT_PROTO_UDP, INSIDE, X, 0);
    assert_int_equal(nt_firewall_deadline(w), 10 * NT_SEC);
    assert_true(comes_in(NT_PROTO_UDP, X, INSIDE, NT_SEC)); /* the first reply changes the timer, and does not restart it */
    assert_int_equal(nt_firewall_deadline(w), 20 * NT_SEC);
    go_out(NT_PROTO_UDP, INSIDE, X, 5 * NT_SEC); /* traffic both ways after 2 s: a stream */
    assert_int_equal(nt_firewall_deadline(w), 65 * NT_SEC);
}

/* A filter lifetime of its own: outbound packets alone open and refresh the filter, even where inbound refresh is on. */
TEST(test_filter_lifetime)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS);
    p.refresh_inbound = true;
    p.filter_lifetime = 40 * NT_SEC;
    start(p);
    go_out(NT_PROTO_UDP, INSIDE, X, 0);
    assert_true(comes_in(NT_PROTO_UDP, X, INSIDE, 30 * NT_SEC));
    assert_int_equal(nt_firewall_deadline(w), 40 * NT_SEC);
    go_out(NT_PROTO_UDP, INSIDE, X, 30 * NT_SEC);
    assert_int_equal(nt_firewall_deadline(w), 70 * NT_SEC);
    assert_false(comes_in(NT_PROTO_UDP, X, INSIDE, 70 * NT_SEC));
}

/* An ICMPv6 query has an identifier, the port of both its addresses. RFC 5508, REQ-2: its timer must not expire before 60 s. */
TEST(test_icmp_query)
{
    start(policy_of(NT_DEP_ADDRESS_AND_PORT));
    go_out(NT_PROTO_ICMP6, "[2001:db8:1::9]:42", "[2001:db8:ff::7]:42", 0);
    assert_int_equal(nt_firewall_deadline(w), 60 * NT_SEC);
    assert_true(comes_in(NT_PROTO_ICMP6, "[2001:db8:ff::7]:42", "[2001:db8:1::9]:42", NT_SEC));
    assert_false(comes_in(NT_PROTO_ICMP6, "[2001:db8:ff::7]:43", "[2001:db8:1::9]:43", NT_SEC));
    assert_false(comes_in(NT_PROTO_ICMP6, "[2001:db8:ff::8]:42", "[2001:db8:1::9]:42", NT_SEC));
}

/* An error passes when it is about a packet that went out; it opens and refreshes nothing. */
TEST(test_errors)
{
    struct nt_addr i = addr(INSIDE), x = addr(X), y = addr(Y);
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT);
    p.refresh_inbound = true;
    start(p);
    assert_false(nt_firewall_error_in(w, NT_PROTO_UDP, &i, &x, 0));
    go_out(NT_PROTO_UDP, INSIDE, X, 0);
    assert_true(nt_firewall_error_in(w, NT_PROTO_UDP, &i, &x, 100 * NT_SEC));
    assert_false(nt_firewall_error_in(w, NT_PROTO_UDP, &i, &y, 100 * NT_SEC));
    assert_int_equal(nt_firewall_deadline(w), 300 * NT_SEC);
    assert_false(nt_firewall_error_in(w, NT_PROTO_UDP, &i, &x, 300 * NT_SEC));
}

TEST(test_flush)
{
    start(policy_of(NT_DEP_ADDRESS));
    go_out(NT_PROTO_UDP, INSIDE, X, 0);
    nt_firewall_flush(w);
    assert_int_equal(nt_firewall_deadline(w), NT_TIME_NEVER);
    assert_false(comes_in(NT_PROTO_UDP, X, INSIDE, 1));
    go_out(NT_PROTO_UDP, INSIDE, X, 2);
    assert_true(comes_in(NT_PROTO_UDP, X, INSIDE, 3));
}

TEST(test_states_have_a_limit)
{
    struct nt_addr i = addr(INSIDE);
    start(policy_of(NT_DEP_ADDRESS_AND_PORT));
    for (uint32_t k = 0; k <= 262144; k++) {
        struct nt_addr x = addr("[2001:db8:2::1]:1");
        nt_store32(x.ip + 12, k);
        if (nt_firewall_out(w, NT_PROTO_UDP, &i, &x, 0) != (k < 262144 ? NT_OK : NT_ELIMIT))
            fail_msg("state %u", (unsigned)k);
    }
}

#define T(name) cmocka_unit_test_teardown(name, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(test_filtering), T(test_refresh), T(test_lifetimes_by_phase), T(test_filter_lifetime), T(test_icmp_query),
        T(test_errors),    T(test_flush),   T(test_states_have_a_limit)};
    return RUN_TESTS(tests);
}
