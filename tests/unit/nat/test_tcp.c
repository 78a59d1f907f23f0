/* Connections of TCP through a NAT: the requirements of RFC 5382 and of RFC 7857, section 2, each with a policy that breaks it. The
 * gateway's part (REQ-4, 8, 9, 10) is in gateway/test_tcp. */
#include "tests/unit/nat/fixture.h"

#include "natsim/nat/policy/presets.h"
#include "natsim/nat/tcp.h"
#include "natsim/packet/segment.h"

#define S NT_TCP_SYN
#define SA (NT_TCP_SYN | NT_TCP_ACK)
#define A NT_TCP_ACK
#define FA (NT_TCP_FIN | NT_TCP_ACK)
#define RST NT_TCP_RST
#define RA (NT_TCP_RST | NT_TCP_ACK)
#define MIN (60 * NT_SEC)

/* The external port, or minus the reason. */
static int leave(struct nt_nat *n, uint8_t flags, const char *internal, const char *remote, nt_time now)
{
    struct nt_addr i = addr(internal), r = addr(remote);
    struct nt_nat_translation v = nt_nat_tcp_outbound(n, flags, &i, &r, now);
    return v.drop != NT_DROP_NONE ? -(int)v.drop : v.src.port;
}

/* The inside port, or minus the reason. */
static int enter(struct nt_nat *n, uint8_t flags, const char *remote, int port, nt_time now)
{
    struct nt_addr r = addr(remote), e = addr(E);
    e.port = (uint16_t)port;
    struct nt_nat_translation v = nt_nat_tcp_inbound(n, flags, &r, &e, now);
    return v.drop != NT_DROP_NONE ? -(int)v.drop : v.dst.port;
}

static struct nt_nat_policy port_restricted(void)
{
    return policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
}

static void shake_hands(struct nt_nat *n, nt_time now)
{
    assert_int_equal(leave(n, S, I1, X, now), 5000);
    assert_int_equal(enter(n, SA, X, 5000, now), 5000);
    assert_int_equal(leave(n, A, I1, X, now), 5000);
}

/* How long the connection lives, to the second, when nothing more comes: nothing is mapped after it. */
static nt_time life(struct nt_nat *n, nt_time now)
{
    nt_time at = now;
    while (nt_nat_count(n) != 0 && at < now + 6 * 24 * 60 * MIN) {
        at = nt_nat_deadline(n);
        nt_nat_run(n, at);
    }
    return (at - now) / NT_SEC;
}

/* RFC 5382, REQ-1; of the protocol's own, whatever UDP has. */
TEST(test_mapping)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT);
    p.tcp.mapping = NT_DEP_ENDPOINT_INDEPENDENT;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(leave(n, S, I1, X, 0), leave(n, S, I1, Y, 0));
    assert_int_not_equal(out(n, I1, X), out(n, I1, Y));
    nt_nat_del(n);
    p = port_restricted();
    p.tcp.mapping = NT_DEP_ADDRESS;
    n = nat_of(p);
    int port = leave(n, S, I1, X, 0);
    assert_int_equal(leave(n, S, I1, X_OTHER_PORT, 0), port);
    assert_int_not_equal(leave(n, S, I1, Y, 0), port);
    assert_int_equal(out(n, I1, X), out(n, I1, Y));
    nt_nat_del(n);
}

/* Tables and ports are each protocol's own; the external address is the host's (RFC 6888, REQ-2). */
TEST(test_apart_from_udp)
{
    struct nt_nat *n = nat_with(port_restricted(), 2);
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(enter(n, S, X, 5000, 0), -NT_DROP_NO_MAPPING);
    assert_int_equal(leave(n, S, I1, X, 0), 5000);
    assert_int_equal(nt_nat_count(n), 2);
    struct nt_addr i = addr(I2), x = addr(X);
    struct nt_nat_translation udp = nt_nat_outbound(n, NT_PROTO_UDP, &i, &x, 0), tcp = nt_nat_tcp_outbound(n, S, &i, &x, 0);
    assert_true(nt_addr_same_ip(&udp.src, &tcp.src));
    nt_nat_del(n);
}

/* REQ-2: whoever begins, where it is permitted; a) a simultaneous open, in either order. */
TEST(test_sequences)
{
    struct nt_nat *n = nat_of(port_restricted());
    shake_hands(n, 0);
    assert_int_equal(life(n, 0), 124 * 60 + 4 * 60);
    assert_int_equal(leave(n, S, I1, X, 0), 5000); /* SYN, SYN, SYN-ACK, SYN-ACK */
    assert_int_equal(enter(n, S, X, 5000, 0), 5000);
    assert_int_equal(leave(n, SA, I1, X, 0), 5000);
    assert_int_equal(enter(n, SA, X, 5000, 0), 5000);
    assert_int_equal(life(n, 0), 124 * 60 + 4 * 60);
    nt_nat_del(n);
    n = nat_of(policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT));
    assert_int_equal(leave(n, S, I1, X, 0), 5000);
    assert_int_equal(enter(n, S, Y, 5000, 0), 5000); /* from outside, to a mapping */
    assert_int_equal(leave(n, SA, I1, Y, 0), 5000);
    assert_int_equal(enter(n, A, Y, 5000, 0), 5000);
    assert_int_equal(life(n, 0), 124 * 60 + 4 * 60);
    nt_nat_del(n);
}

/* REQ-3. */
TEST(test_filtering)
{
    static const struct {
        enum nt_dependence filtering;
        int same_port, other_port, other_address;
    } rows[] = {{NT_DEP_ENDPOINT_INDEPENDENT, 5000, 5000, 5000},
                {NT_DEP_ADDRESS, 5000, 5000, -NT_DROP_FILTERED},
                {NT_DEP_ADDRESS_AND_PORT, 5000, -NT_DROP_FILTERED, -NT_DROP_FILTERED}};
    for (size_t i = 0; i < 3; i++) {
        struct nt_nat_policy p = port_restricted();
        p.tcp.filtering = rows[i].filtering;
        struct nt_nat *n = nat_of(p);
        assert_int_equal(leave(n, S, I1, X, 0), 5000);
        assert_int_equal(enter(n, S, X, 5000, 0), rows[i].same_port);
        assert_int_equal(enter(n, S, X_OTHER_PORT, 5000, 0), rows[i].other_port);
        assert_int_equal(enter(n, S, Y, 5000, 0), rows[i].other_address);
        nt_nat_del(n);
    }
}

/* Who was let in opens nothing for others of its address; an endpoint's filter holds for its other mappings, too. */
TEST(test_filter_scope)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS);
    p.filter_scope = NT_SCOPE_ENDPOINT;
    struct nt_nat *n = nat_of(p);
    int to_x = leave(n, S, I1, X, 0), to_y = leave(n, S, I1, Y, 0);
    assert_int_not_equal(to_x, to_y);
    assert_int_equal(enter(n, S, X_OTHER_PORT, to_y, 0), 5000);
    nt_nat_del(n);
    p.filter_scope = NT_SCOPE_MAPPING;
    n = nat_of(p);
    to_x = leave(n, S, I1, X, 0), to_y = leave(n, S, I1, Y, 0);
    assert_int_equal(enter(n, S, X_OTHER_PORT, to_y, 0), -NT_DROP_FILTERED);
    nt_nat_del(n);
}

/* A segment that is no SYN begins nothing, from either side. */
TEST(test_strays)
{
    static const uint8_t strays[] = {A, SA, FA, RST, RA, 0, NT_TCP_SYN | NT_TCP_FIN};
    struct nt_nat *n = nat_of(policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT));
    for (size_t i = 0; i < sizeof strays; i++)
        assert_int_equal(leave(n, strays[i], I1, X, 0), -NT_DROP_STRAY);
    assert_int_equal(nt_nat_count(n), 0);
    assert_int_equal(leave(n, S, I1, X, 0), 5000);
    for (size_t i = 0; i < sizeof strays; i++)
        assert_int_equal(enter(n, strays[i], Y, 5000, 0), -NT_DROP_STRAY);
    nt_nat_del(n);
}

/* REQ-5 and RFC 7857, 2.1: partially open and closing connections have timers of their own. */
TEST(test_lives)
{
    struct nt_nat_policy p = port_restricted();
    for (int shorter = 0; shorter < 2; shorter++) {
        nt_time opening = shorter ? 30 : 240, established = shorter ? 600 : 124 * 60, closing = shorter ? 20 : 240;
        nt_nat_tcp_set_lives(&p.tcp, opening * NT_SEC, established * NT_SEC, closing * NT_SEC);
        struct nt_nat *n = nat_of(p);
        assert_int_equal(leave(n, S, I1, X, 0), 5000);
        assert_int_equal(life(n, 0), opening);
        shake_hands(n, 0);
        assert_int_equal(life(n, 0), established + closing); /* TRANS */
        shake_hands(n, 0);
        assert_int_equal(leave(n, FA, I1, X, 0), 5000);
        assert_int_equal(enter(n, A, X, 5000, 0), 5000);
        assert_int_equal(life(n, 0), established); /* half closed: data may come */
        shake_hands(n, 0);
        assert_int_equal(leave(n, FA, I1, X, 0), 5000);
        assert_int_equal(enter(n, FA, X, 5000, 0), 5000);
        assert_int_equal(leave(n, A, I1, X, 0), 5000);
        assert_int_equal(life(n, 0), closing);
        nt_nat_del(n);
    }
}

/* Each segment that passes, either way, begins the idle time anew; what is dropped does not. */
TEST(test_idle)
{
    struct nt_nat *n = nat_of(port_restricted());
    shake_hands(n, 0);
    assert_int_equal(enter(n, A, X, 5000, 100 * MIN), 5000);
    assert_int_equal(leave(n, A, I1, X, 220 * MIN), 5000);
    assert_int_equal(enter(n, A, Y, 5000, 230 * MIN), -NT_DROP_FILTERED);
    assert_int_equal(life(n, 220 * MIN), 124 * 60 + 4 * 60);
    nt_nat_del(n);
}

/* RFC 7857, 2.2: a reset ends nothing at once, and what follows it revives the connection. */
TEST(test_reset)
{
    for (int from_inside = 0; from_inside < 2; from_inside++) {
        struct nt_nat *n = nat_of(port_restricted());
        shake_hands(n, 0);
        assert_int_equal(from_inside ? leave(n, RST, I1, X, 0) : enter(n, RST, X, 5000, 0), 5000);
        assert_int_equal(nt_nat_deadline(n), 4 * MIN);
        assert_int_equal(enter(n, A, X, 5000, MIN), 5000);
        assert_int_equal(nt_nat_deadline(n), 125 * MIN);
        assert_int_equal(enter(n, RA, X, 5000, 2 * MIN), 5000);
        assert_int_equal(life(n, 2 * MIN), 4 * 60);
        nt_nat_del(n);
    }
}

/* The same addresses and ports again, from either side. */
TEST(test_begun_again)
{
    struct nt_nat *n = nat_of(port_restricted());
    shake_hands(n, 0);
    assert_int_equal(leave(n, FA, I1, X, 0), 5000);
    assert_int_equal(enter(n, FA, X, 5000, 0), 5000);
    assert_int_equal(enter(n, S, X, 5000, MIN), 5000);
    assert_int_equal(nt_nat_deadline(n), 5 * MIN);
    assert_int_equal(leave(n, SA, I1, X, MIN), 5000);
    assert_int_equal(nt_nat_deadline(n), 125 * MIN);
    nt_nat_del(n);
}

/* REQ-7: ports are not shared by inside hosts, unless the policy says so. */
TEST(test_ports)
{
    struct nt_nat_policy p = port_restricted();
    p.ports = NT_PORTS_OVERLOAD;
    p.tcp.ports = NT_PORTS_PRESERVE;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(leave(n, S, I1, X, 0), 5000);
    assert_int_equal(leave(n, S, I2, Y, 0), 5001);
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(out(n, I2, Y), 5000);
    nt_nat_del(n);
    p.tcp.ports = 0;
    n = nat_of(p);
    assert_int_equal(leave(n, S, I1, X, 0), 5000);
    assert_int_equal(leave(n, S, I2, Y, 0), 5000);
    assert_int_equal(enter(n, SA, Y, 5000, 0), 5000);
    nt_nat_del(n);
}

/* Limits hold for all protocols together; nothing is stolen from connections. */
TEST(test_limits)
{
    struct nt_nat_policy p = port_restricted();
    p.max_per_host = 2;
    p.when_full = NT_FULL_STEAL;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(leave(n, S, I1, X, 0), 5000);
    assert_int_equal(leave(n, S, "10.0.0.2:5001", X, 0), 5001);
    assert_int_equal(leave(n, S, "10.0.0.2:5002", X, 0), -NT_DROP_LIMIT);
    nt_nat_del(n);
}

/* REQ-10 is the gateway's; here: errors need the connection that they quote. */
TEST(test_errors)
{
    for (int kills = 0; kills < 2; kills++) {
        struct nt_nat_policy p = port_restricted();
        p.icmp_kills_mapping = kills;
        struct nt_nat *n = nat_of(p);
        struct nt_addr i = addr(I1), x = addr(X), y = addr(Y), e = addr(E);
        e.port = 5000;
        shake_hands(n, 0);
        assert_int_equal(nt_nat_error_in(n, NT_PROTO_TCP, &e, &y, 0).drop, NT_DROP_FILTERED);
        assert_int_equal(nt_nat_error_out(n, NT_PROTO_TCP, &i, &y, 0).drop, NT_DROP_NO_MAPPING);
        struct nt_nat_translation out_of = nt_nat_error_out(n, NT_PROTO_TCP, &i, &x, 0),
                                  in_to = nt_nat_error_in(n, NT_PROTO_TCP, &e, &x, 0);
        assert_addr(&out_of.src, "203.0.113.2:5000");
        assert_addr(&in_to.dst, I1);
        assert_int_equal(nt_nat_count(n), kills ? 0 : 1);
        nt_nat_del(n);
    }
}

/* --- Linux --- */

static struct nt_nat_policy linux_tracking(void)
{
    struct nt_nat_policy p;
    nt_nat_policy_init(&p);
    nt_nat_preset_find("linux-masq")->set(&p);
    return p;
}

/* Measured: nf_conntrack_tcp_timeout_*. */
TEST(test_linux_states)
{
    struct nt_nat *n = nat_of(linux_tracking());
    static const struct {
        uint8_t flags;
        bool in;
        int seconds;
    } steps[] = {{S, false, 120},  {S, true, 120}, {SA, true, 60}, {A, false, 432000}, {S, false, 432000},
                 {FA, false, 120}, {A, true, 60},  {FA, true, 30}, {A, false, 120},    {S, false, 120}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(steps[i].in ? enter(n, steps[i].flags, X, 5000, 0) : leave(n, steps[i].flags, I1, X, 0), 5000);
        assert_int_equal(nt_nat_deadline(n) / NT_SEC, steps[i].seconds);
    }
    assert_int_equal(enter(n, A, X, 5000, 0), 5000); /* ignored */
    assert_int_equal(leave(n, FA, I1, X, 0), -NT_DROP_STRAY);
    nt_nat_del(n);
}

TEST(test_linux_resets)
{
    struct nt_nat *n = nat_of(linux_tracking());
    assert_int_equal(leave(n, S, I1, X, 0), 5000);
    assert_int_equal(enter(n, RA, X, 5000, 0), 5000);
    assert_int_equal(nt_nat_count(n), 0);
    shake_hands(n, 0);
    assert_int_equal(enter(n, RST, X, 5000, 0), 5000);
    assert_int_equal(life(n, 0), 10);
    nt_nat_del(n);
}

TEST(test_linux_middle)
{
    struct nt_nat *n = nat_of(linux_tracking());
    assert_int_equal(leave(n, FA, I1, X, 0), -NT_DROP_STRAY);
    assert_int_equal(leave(n, RST, I1, X, 0), -NT_DROP_STRAY);
    assert_int_equal(enter(n, A, X, 5000, 0), -NT_DROP_NO_MAPPING);
    assert_int_equal(leave(n, A, I1, X, 0), 5000);
    assert_int_equal(enter(n, A, X, 5000, 0), 5000);
    assert_int_equal(leave(n, A, I2, X, 0) != 5000, 1); /* the 5-tuple is taken */
    nt_nat_del(n);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mapping),      cmocka_unit_test(test_apart_from_udp), cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_filtering),    cmocka_unit_test(test_filter_scope),   cmocka_unit_test(test_strays),
        cmocka_unit_test(test_lives),        cmocka_unit_test(test_idle),           cmocka_unit_test(test_reset),
        cmocka_unit_test(test_begun_again),  cmocka_unit_test(test_ports),          cmocka_unit_test(test_limits),
        cmocka_unit_test(test_errors),       cmocka_unit_test(test_linux_states),   cmocka_unit_test(test_linux_resets),
        cmocka_unit_test(test_linux_middle),
    };
    return RUN_TESTS(tests);
}
