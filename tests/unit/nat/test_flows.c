/* Connection tracking as Linux has it (`filter-scope: flow`): the flow of the 5-tuple lets in, each with timers of its own; a
 * mapping ends with its last flow; the port of the newest flow, the inside port and a random one are tried in this order. */
#include "natsim/nat/policy/presets.h"
#include "tests/unit/nat/fixture.h"

#include <stdio.h>

#define FILTERED (-(int)NT_DROP_FILTERED)
#define NO_MAPPING (-(int)NT_DROP_NO_MAPPING)
#define NO_PORT (-(int)NT_DROP_NO_PORT)
#define S NT_SEC
#define Z "198.51.100.9:7000"

static struct nt_nat_policy preset(const char *name)
{
    struct nt_nat_policy p;
    nt_nat_policy_init(&p);
    nt_nat_preset_find(name)->set(&p);
    return p;
}

/* Ports 5000 and 5001 alone: what is not the one is the other. */
static struct nt_nat *nat_of_two_ports(void)
{
    struct nt_nat_policy p = preset("linux-masq");
    p.range_low = 5000, p.range_high = 5001;
    return nat_of(p);
}

static nt_time end_of(struct nt_nat *n, size_t mapping)
{
    struct nt_nat_mapping_info info;
    assert_true(nt_nat_mapping_info(n, mapping, &info));
    return info.expires;
}

/* What I says to X keeps the port, not the flow of Y. */
TEST(test_a_flow_lets_in)
{
    struct nt_nat *n = nat_of(preset("linux-masq-dropin"));
    assert_int_equal(out_at(n, I1, Y, 0), 5000);
    assert_int_equal(out_at(n, I1, X, 20 * S), 5000);
    assert_int_equal(in_at(n, X_OTHER_PORT, 5000, 20 * S), FILTERED);
    assert_int_equal(in_at(n, X, 5000, 29 * S), 5000);
    assert_int_equal(in_at(n, Y, 5000, 30 * S - 1), 5000);
    assert_int_equal(in_at(n, X, 5000, 30 * S), 5000);
    assert_int_equal(in_at(n, Y, 5000, 60 * S - 1), FILTERED); /* its reply refreshed it for 30 s */
    assert_int_equal(nt_nat_count(n), 1);
    nt_nat_del(n);
}

TEST(test_a_mapping_ends_with_its_last_flow)
{
    struct nt_nat *n = nat_of(preset("linux-masq-dropin"));
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    assert_int_equal(end_of(n, 0), 30 * S);
    assert_int_equal(out_at(n, I1, Y, 10 * S), 5000);
    assert_int_equal(end_of(n, 0), 40 * S);
    nt_nat_run(n, 30 * S);
    assert_int_equal(nt_nat_count(n), 1);
    nt_nat_run(n, 40 * S);
    assert_int_equal(nt_nat_count(n), 0);
    assert_int_equal(nt_nat_deadline(n), NT_TIME_NEVER);
    assert_int_equal(seen_count, 2);
    assert_int_equal(seen[1].kind, NT_TR_EXPIRED);
    assert_int_equal(seen[1].at, 40 * S);
    assert_int_equal(in_at(n, X, 5000, 40 * S), NO_MAPPING);
    nt_nat_del(n);
}

/* Measured on Linux (nf_conntrack_udp_packet looks at "seen reply" before this packet sets it): the first reply gets 30 s however
 * late it is, the next packet 120 s. */
TEST(test_a_late_first_reply)
{
    struct nt_nat *n = nat_of(preset("linux-masq"));
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    assert_int_equal(in_at(n, X, 5000, 5 * S), 5000);
    assert_int_equal(end_of(n, 0), 35 * S);
    assert_int_equal(in_at(n, X, 5000, 6 * S), 5000);
    assert_int_equal(end_of(n, 0), 126 * S);
    nt_nat_del(n);
}

/* A flow to a port with a lifetime of its own has that alone. */
TEST(test_flow_with_the_life_of_its_port)
{
    struct nt_nat_policy p = preset("linux-masq-dropin");
    p.life_by_port[0].port = 53, p.life_by_port[0].life = 15 * S, p.life_by_port_count = 1;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, "198.51.100.7:53", 0), 5000);
    assert_int_equal(end_of(n, 0), 15 * S);
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    assert_int_equal(in_at(n, "198.51.100.7:53", 5000, 15 * S), FILTERED);
    assert_int_equal(in_at(n, X, 5000, 15 * S), 5000);
    nt_nat_del(n);
}

TEST(test_icmp_queries_live_30_s)
{
    struct nt_nat *n = nat_of(preset("linux-masq"));
    struct nt_addr i = addr("10.0.0.2:7"), x = addr("198.51.100.7:7"), e = addr(E ":7");
    assert_int_equal(nt_nat_outbound(n, NT_PROTO_ICMP, &i, &x, 0).drop, NT_DROP_NONE);
    assert_int_equal(nt_nat_inbound(n, NT_PROTO_ICMP, &x, &e, 20 * S).drop, NT_DROP_NONE);
    assert_int_equal(end_of(n, 0), 50 * S);
    assert_int_equal(nt_nat_inbound(n, NT_PROTO_ICMP, &x, &e, 50 * S).drop, NT_DROP_NO_MAPPING);
    assert_int_equal(nt_nat_deadline(n), NT_TIME_NEVER); /* a reply that nobody asked for poisons nothing */
    nt_nat_del(n);
}

/* When the newest port may not be used towards a peer, the inside port is tried again, and becomes the newest. */
TEST(test_the_inside_port_comes_back)
{
    struct nt_nat *n = nat_of_two_ports();
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(in(n, Y, 5000), FILTERED);
    assert_int_equal(out(n, I1, Y), 5001);
    assert_int_equal(in(n, Z, 5001), FILTERED);
    assert_int_equal(out(n, I1, Z), 5000);
    assert_int_equal(out(n, I1, "198.51.100.10:1"), 5000);
    assert_int_equal(nt_nat_count(n), 2); /* the mapping that was there is used again */
    nt_nat_del(n);
}

/* The inside port is not in the range: the search finds the endpoint's own older port, too. */
TEST(test_an_older_port_is_drawn_again)
{
    struct nt_nat *n = nat_of_two_ports();
    int first = out(n, "10.0.0.2:7000", X), second = 10001 - first;
    assert_int_equal(in(n, Y, first), FILTERED);
    assert_int_equal(out(n, "10.0.0.2:7000", Y), second);
    assert_int_equal(in(n, Z, second), FILTERED);
    assert_int_equal(out(n, "10.0.0.2:7000", Z), first);
    assert_int_equal(nt_nat_count(n), 2);
    nt_nat_del(n);
}

/* The newest is the port of the newest flow that lives. */
TEST(test_the_newest_flow_ends)
{
    struct nt_nat *n = nat_of_two_ports();
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    assert_int_equal(in_at(n, Y, 5000, 0), FILTERED);
    assert_int_equal(out_at(n, I1, Y, 20 * S), 5001);
    assert_int_equal(in_at(n, Z, 5001, 20 * S), FILTERED);
    assert_int_equal(out_at(n, I1, X, 20 * S), 5000);
    assert_int_equal(out_at(n, I1, Z, 21 * S), 5000);
    assert_int_equal(out_at(n, I1, Y, 45 * S), 5001);
    assert_int_equal(out_at(n, I1, X, 45 * S), 5000);
    assert_int_equal(out_at(n, I1, "198.51.100.10:1", 51 * S), 5001); /* Z's flow of 5000 is gone, Y's is newer than X's */
    nt_nat_del(n);
}

/* A flow whose first packet came in is not the inside endpoint's: its port is not the newest. */
TEST(test_a_flow_from_outside_is_not_the_newest)
{
    struct nt_nat_policy p = preset("linux-masq");
    p.filter_scope = NT_SCOPE_MAPPING;
    p.filtering = NT_DEP_ADDRESS;
    p.range_low = 5000, p.range_high = 5001;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(in(n, Y, 5000), FILTERED);
    assert_int_equal(out(n, I1, Y), 5001);
    assert_int_equal(in(n, X_OTHER_PORT, 5000), 5000);
    assert_int_equal(out(n, I1, X_OTHER_PORT), 5000); /* pinned */
    assert_int_equal(out(n, I1, Z), 5001);
    nt_nat_flush(n, 0);
    assert_int_equal(nt_nat_count(n), 0);
    nt_nat_del(n);
}

/* A port is refused when every 5-tuple is taken. */
TEST(test_every_tuple_of_a_small_range)
{
    struct nt_nat *n = nat_of_two_ports();
    int a = out(n, "10.0.0.2:7000", X);
    assert_int_equal(out(n, "10.0.0.3:7000", X), 10001 - a);
    assert_int_equal(out(n, "10.0.0.4:7000", X), NO_PORT);
    assert_true(out(n, "10.0.0.4:7000", Y) > 0);
    assert_int_equal(nt_nat_count(n), 3);
    nt_nat_del(n);
}

/* So it is up to as many ports as Linux looks at. */
TEST(test_every_tuple_of_128_ports)
{
    struct nt_nat_policy p = preset("linux-masq");
    p.range_low = 5000, p.range_high = 5127;
    struct nt_nat *n = nat_of(p);
    char inside[32];
    for (int i = 0; i < 128; i++) {
        snprintf(inside, sizeof inside, "10.0.%d.2:7000", i);
        assert_in_range(out(n, inside, X), 5000, 5127);
    }
    assert_int_equal(out(n, "10.1.0.2:7000", X), NO_PORT);
    nt_nat_del(n);
}

TEST(test_random_ports_are_used_again)
{
    struct nt_nat_policy p = preset("linux-masq-random");
    p.range_low = 5000, p.range_high = 5001;
    struct nt_nat *n = nat_of(p);
    int x = out(n, I1, X);
    assert_int_equal(out(n, I1, Y), 10001 - x);
    int z = out(n, I1, Z);
    assert_true(z == 5000 || z == 5001);
    assert_int_equal(in(n, X, x), 5000);
    assert_int_equal(in(n, Z, z), 5000);
    assert_int_equal(in(n, Z, 10001 - z), FILTERED);
    assert_int_equal(out(n, "10.0.0.3:7000", X), 10001 - x);
    assert_int_equal(out(n, "10.0.0.4:7000", X), NO_PORT);
    nt_nat_del(n);
}

/* A random port may be one that others have, though free ones are left. */
TEST(test_random_ports_are_shared)
{
    struct nt_nat_policy p = preset("linux-masq");
    p.range_low = 5000, p.range_high = 5007;
    struct nt_nat *n = nat_of(p);
    unsigned given = 0;
    bool shared = false;
    for (int i = 0; i < 8; i++) {
        char inside[32], remote[32];
        snprintf(inside, sizeof inside, "10.0.0.%d:7000", 2 + i);
        snprintf(remote, sizeof remote, "198.51.100.7:%d", 7000 + i);
        unsigned bit = 1u << (out(n, inside, remote) - 5000);
        shared = shared || (given & bit) != 0;
        given |= bit;
    }
    assert_true(shared);
    nt_nat_del(n);
}

/* Ports below 1024 are kept; drawn ones are of their class (nf_nat_l4proto_unique_tuple). A range is a range. */
TEST(test_low_ports)
{
    struct nt_nat_policy p = preset("linux-masq");
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, "10.0.0.2:500", X), 500);
    assert_int_equal(out(n, "10.0.0.2:550", X), 550);
    assert_int_equal(out(n, "10.0.0.2:1023", X), 1023);
    for (int i = 3; i < 40; i++) {
        char inside[32];
        snprintf(inside, sizeof inside, "10.0.0.%d:500", i);
        assert_in_range(out(n, inside, X), 1, 511);
        snprintf(inside, sizeof inside, "10.0.0.%d:550", i);
        assert_in_range(out(n, inside, X), 600, 1023);
        snprintf(inside, sizeof inside, "10.0.0.%d:1024", i);
        assert_in_range(out(n, inside, X), 1024, 65535);
    }
    nt_nat_del(n);
    p.range_low = 2000, p.range_high = 2001;
    n = nat_of(p);
    assert_in_range(out(n, "10.0.0.2:500", X), 2000, 2001);
    nt_nat_del(n);
}

/* The bounds of the classes, by a policy that gives the lowest free port. */
TEST(test_bounds_of_low_ports)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
    p.ports = NT_PORTS_SEQUENTIAL;
    p.low_ports = NT_LOW_LINUX;
    ASSERT_GIVES(p, {"10.0.0.2:511", 1}, {"10.0.0.2:512", 600}, {"10.0.0.2:1023", 601}, {"10.0.0.2:1024", 40000});
}

static enum nt_drop error_about(struct nt_nat *n, const char *internal, const char *external, const char *remote, nt_time now)
{
    struct nt_addr e = addr(external), r = addr(remote);
    struct nt_nat_translation t = nt_nat_error_in(n, NT_PROTO_UDP, &e, &r, now);
    if (t.drop == NT_DROP_NONE)
        assert_addr(&t.dst, internal);
    return t.drop;
}

/* RFC 5508, REQ-4, by flow: each sharer of the port gets the errors about its own packets. */
TEST(test_errors_of_flows)
{
    struct nt_nat *n = nat_of(preset("linux-masq-dropin"));
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(out(n, I2, Y), 5000);
    assert_int_equal(error_about(n, I1, E ":5000", X, S), NT_DROP_NONE);
    assert_int_equal(error_about(n, I2, E ":5000", Y, S), NT_DROP_NONE);
    assert_int_equal(error_about(n, "", E ":5000", Z, S), NT_DROP_FILTERED);
    struct nt_addr i = addr(I1), x = addr(X), z = addr(Z);
    assert_int_equal(nt_nat_error_out(n, NT_PROTO_UDP, &i, &x, S).drop, NT_DROP_NONE);
    assert_int_equal(nt_nat_error_out(n, NT_PROTO_UDP, &i, &z, S).drop, NT_DROP_FILTERED);
    assert_int_equal(error_about(n, "", E ":5000", X, 30 * S), NT_DROP_NO_MAPPING);
    nt_nat_del(n);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_flow_lets_in),
                                       cmocka_unit_test(test_a_mapping_ends_with_its_last_flow),
                                       cmocka_unit_test(test_a_late_first_reply),
                                       cmocka_unit_test(test_flow_with_the_life_of_its_port),
                                       cmocka_unit_test(test_icmp_queries_live_30_s),
                                       cmocka_unit_test(test_the_inside_port_comes_back),
                                       cmocka_unit_test(test_an_older_port_is_drawn_again),
                                       cmocka_unit_test(test_the_newest_flow_ends),
                                       cmocka_unit_test(test_a_flow_from_outside_is_not_the_newest),
                                       cmocka_unit_test(test_every_tuple_of_a_small_range),
                                       cmocka_unit_test(test_every_tuple_of_128_ports),
                                       cmocka_unit_test(test_random_ports_are_used_again),
                                       cmocka_unit_test(test_random_ports_are_shared),
                                       cmocka_unit_test(test_low_ports),
                                       cmocka_unit_test(test_bounds_of_low_ports),
                                       cmocka_unit_test(test_errors_of_flows)};
    return RUN_TESTS(tests);
}
