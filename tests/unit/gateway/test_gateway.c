/* What a gateway does with packets, in the world of world.h. */
#include "tests/unit/gateway/world.h"

#include "natsim/packet/fragment.h"
#include "natsim/packet/pool.h"

TEST(test_translate)
{
    world(cone());
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    const struct nt_packet *p = last(&o, 1, "203.0.113.2:5000", "203.0.113.7:7000");
    assert_int_equal(p->ttl, 63);
    translated(0, 0, "10.0.0.2:5000", "203.0.113.2:5000");
    assert_int_equal(log_of[0].kind, NT_TR_MAPPED);
    assert_int_equal(log_of[0].node, nt_gateway_node(gw));
    say(&o, "203.0.113.7:7000", "203.0.113.2:5000");
    (void)last(&a, 1, "203.0.113.7:7000", "10.0.0.2:5000");
    translated(1, 1, "203.0.113.2:5000", "10.0.0.2:5000");
    say(&o, "203.0.113.8:7000", "203.0.113.2:5000");
    dropped(NT_DROP_FILTERED, "203.0.113.8:7000", "10.0.0.2:5000");
    say(&o, "203.0.113.8:7000", "203.0.113.2:5001");
    dropped(NT_DROP_NO_MAPPING, "", "203.0.113.2:5001");
    struct nt_nat_mapping_info info;
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 1);
    assert_true(nt_nat_mapping_info(nt_gateway_nat(gw), 0, &info));
    assert_int_equal(info.expires, 300 * NT_SEC + MS);
    /* The timer runs by itself, to the nanosecond. */
    logged = 0;
    (void)nt_fabric_run(f, 300 * NT_SEC + MS - 1);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 1);
    (void)nt_fabric_run(f, 300 * NT_SEC + MS);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    assert_int_equal(log_of[0].kind, NT_TR_EXPIRED);
    assert_int_equal(log_of[0].at, 300 * NT_SEC + MS);
    end();
}

TEST(test_routes)
{
    world(cone());
    say(&a, "10.0.0.2:5000", "192.0.2.1:9"); /* no route: no mapping */
    dropped(NT_DROP_NO_ROUTE, "", "192.0.2.1:9");
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    say(&a, "10.0.0.2:5000", "10.9.0.2:9"); /* inside to inside */
    (void)last(&b, 1, "10.0.0.2:5000", "10.9.0.2:9");
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    say(&o, "203.0.113.7:9", "10.0.0.2:5000"); /* what is inside is unknown outside */
    dropped(NT_DROP_NO_ROUTE, "", "10.0.0.2:5000");
    say(&o, "203.0.113.7:9", "203.0.113.8:9"); /* not a router for its neighbours */
    dropped(NT_DROP_NO_ROUTE, "", "203.0.113.8:9");
    say(&a, "10.0.0.2:5000", "10.0.0.1:9");
    dropped(NT_DROP_NO_SOCKET | NT_DROP_QUIET, "", "10.0.0.1:9");
    hand_over(&a, udp("10.0.0.2:5000", "203.0.113.7:9", 4, 1));
    run_on();
    dropped(NT_DROP_TTL | NT_DROP_TOLD, "", "");
    assert_int_equal(o.count, 0);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    end();
}

TEST(test_kinds)
{
    struct nt_nat_policy p;
    nt_nat_policy_init(&p);
    p.kind = NT_GW_NONE;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:9");
    (void)last(&o, 1, "10.0.0.2:5000", "203.0.113.7:9");
    say(&o, "203.0.113.8:9", "10.0.0.2:6000");
    (void)last(&a, 1, "203.0.113.8:9", "10.0.0.2:6000");
    say(&o, "203.0.113.8:9", "203.0.113.2:6000");
    dropped(NT_DROP_NO_SOCKET | NT_DROP_QUIET, "", "203.0.113.2:6000");
    say(&o, "203.0.113.7:9", "203.0.113.8:9");
    dropped(NT_DROP_NO_ROUTE, "", "203.0.113.8:9");
    assert_int_equal(o.count, 1);
    end();
    for (int kind = NT_GW_BLOCKED_UDP; kind <= NT_GW_BLOCKED; kind++) {
        p.kind = (enum nt_gateway_kind)kind;
        world(p);
        say(&a, "10.0.0.2:5000", "203.0.113.7:9");
        dropped(NT_DROP_BLOCKED, "", "");
        struct nt_packet *about = udp("203.0.113.7:9", "10.0.0.2:6000", 4, 64), *error = blank_packet(0);
        struct nt_addr from = addr("10.0.0.2");
        assert_int_equal(nt_packet_icmp_error(error, &from, about, 3, 3), 0);
        nt_fabric_consumed(f, about);
        hand_over(&a, error);
        run_on();
        assert_int_equal(o.count, kind == NT_GW_BLOCKED ? 0 : 1);
        end();
    }
    p = cone();
    p.deny_udp = true;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:9");
    dropped(NT_DROP_DENIED | NT_DROP_TOLD, "", "");
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    end();
}

TEST(test_hairpin)
{
    for (int mode = NT_HAIRPIN_NONE; mode <= NT_HAIRPIN_EXTERNAL; mode++) {
        struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
        p.hairpin = (enum nt_hairpin)mode;
        world(p);
        say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
        say(&a, "10.0.0.3:6000", "203.0.113.2:5000");
        if (mode == NT_HAIRPIN_NONE) {
            dropped(NT_DROP_HAIRPIN, "", "203.0.113.2:5000");
            assert_int_equal(a.count, 0);
        } else {
            (void)last(&a, 1, mode == NT_HAIRPIN_EXTERNAL ? "203.0.113.2:6000" : "10.0.0.3:6000", "10.0.0.2:5000");
            assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 2);
            say(&b, "10.9.0.2:6001", "203.0.113.2:6000"); /* from another inside network */
            (void)last(&a, 2, mode == NT_HAIRPIN_EXTERNAL ? "203.0.113.2:6001" : "10.9.0.2:6001", "10.0.0.3:6000");
        }
        assert_int_equal(o.count, 1);
        end();
    }
}

TEST(test_other_protocol)
{
    world(cone());
    struct nt_packet *p = udp("10.0.0.2:5000", "203.0.113.7:80", 40, 64);
    p->data[9] = 47; /* GRE */
    assert_int_equal(nt_packet_parse(p), 0);
    nt_packet_fix_checksums(p);
    hand_over(&a, p);
    run_on();
    dropped(NT_DROP_PROTOCOL, "", "");
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    end();
}

TEST(test_ipv6)
{
    static const struct {
        enum nt_dependence filtering;
        size_t passed; /* of: same, other port, other address */
    } rows[] = {{NT_DEP_ENDPOINT_INDEPENDENT, 3}, {NT_DEP_ADDRESS, 2}, {NT_DEP_ADDRESS_AND_PORT, 1}};
    for (size_t i = 0; i < 3; i++) {
        world(policy_of(NT_DEP_ADDRESS_AND_PORT, rows[i].filtering));
        say(&o, OUT6, IN6);
        dropped(NT_DROP_FIREWALL, OUT6, IN6);
        say(&a, IN6, OUT6);
        (void)last(&o, 1, IN6, OUT6); /* nothing is translated */
        say(&o, OUT6, IN6);
        say(&o, "[2001:db8:ff::7]:7001", IN6);
        say(&o, "[2001:db8:ff::8]:7000", IN6);
        assert_int_equal(a.count, rows[i].passed);
        say(&o, OUT6, "[2001:db8:1::9]:5001");
        dropped(NT_DROP_FIREWALL, OUT6, "[2001:db8:1::9]:5001");
        assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
        /* The state ends as a mapping does. */
        now = 300 * NT_SEC + 100 * MS;
        (void)nt_fabric_run(f, now);
        logged = 0;
        say(&o, OUT6, IN6);
        dropped(NT_DROP_FIREWALL, "", "");
        end();
    }
}

TEST(test_ipv6_error)
{
    world(cone());
    say(&a, IN6, OUT6);
    struct nt_addr router = addr("2001:db8:ff::8");
    struct nt_packet *e = blank_packet(0);
    assert_int_equal(nt_packet_icmp_error(e, &router, &o.got[0], 1, 4), 0);
    hand_over(&o, e);
    run_on();
    (void)last(&a, 1, "[2001:db8:ff::8]:0", "[2001:db8:1::9]:0");
    struct nt_packet *forged = udp("[2001:db8:1::9]:5001", OUT6, 4, 64);
    e = blank_packet(0);
    assert_int_equal(nt_packet_icmp_error(e, &router, forged, 1, 4), 0);
    nt_fabric_consumed(f, forged);
    hand_over(&o, e);
    run_on();
    dropped(NT_DROP_FIREWALL, "", "");
    end();
}

TEST(test_ipv6_modes)
{
    struct nt_nat_policy p = cone();
    p.ipv6 = NT_V6_OPEN;
    world(p);
    say(&o, OUT6, IN6);
    (void)last(&a, 1, OUT6, IN6);
    end();
    p.ipv6 = NT_V6_NONE;
    world(p);
    say(&a, IN6, OUT6);
    dropped(NT_DROP_DENIED | NT_DROP_TOLD, "", "");
    assert_int_equal(o.count, 0);
    end();
}

TEST(test_control)
{
    world(policy_of(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT));
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    say(&a, IN6, OUT6);
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_FLUSH, 0, now), 0);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    say(&o, OUT6, IN6);
    dropped(NT_DROP_FIREWALL, "", "");
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    (void)last(&o, 3, "203.0.113.2:40001", "203.0.113.7:7000");
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_REBOOT, 0, now), 0);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    (void)last(&o, 4, "203.0.113.2:40000", "203.0.113.7:7000");
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_STOP, 0, now), NT_EUNSUPPORTED);
    end();
}

/* The external address is one a hundred further on its network (the next free), and the old one is nobody's. */
TEST(test_renumber)
{
    world(cone());
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_RENUMBER, 0, now), 0);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    (void)last(&o, 2, "203.0.113.102:5000", "203.0.113.7:7000");
    struct nt_addr fresh = addr("203.0.113.102"), old = addr("203.0.113.2");
    nt_fabric_send(f, o.node, 0, &fresh, udp("203.0.113.7:7000", "203.0.113.102:5000", 5, 64), now);
    run_on();
    (void)last(&a, 1, "203.0.113.7:7000", "10.0.0.2:5000");
    nt_fabric_send(f, o.node, 0, &old, udp("203.0.113.7:7000", "203.0.113.2:5000", 5, 64), now);
    run_on();
    dropped(NT_DROP_NO_HOST, "", "");
    /* 202, then round the network of 254 hosts: 48. */
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_RENUMBER, 0, now), 0);
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_RENUMBER, 0, now), 0);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    (void)last(&o, 3, "203.0.113.48:5000", "203.0.113.7:7000");
    end();
}

/* RFC 1812, 5.3.7; RFC 4291, 2.5.6; Linux, of the gateway's own addresses. */
TEST(test_martians)
{
    static const char *const from[] = {"0.0.0.0:1", "0.1.2.3:1", "127.0.0.1:1",   "224.0.0.1:1", "239.9.9.9:1", "255.255.255.255:1",
                                       "[::]:1",    "[::1]:1",   "203.0.113.2:1", "[ff02::1]:1", "[fe80::1]:1"},
                             *const inside[] = {"10.0.0.1:1", "10.9.0.1:1", "[2001:db8:1::1]:1"},
                             *const to[] = {"0.0.0.0:1", "127.0.0.1:1", "224.0.0.1:1", "255.255.255.255:1",
                                            "[::]:1",    "[ff0e::1]:1", "[::1]:1",     "[fe80::9]:1"};
    struct nt_nat_policy p = cone();
    p.answers = NT_ANSWER_ROUTE | NT_ANSWER_HOST | NT_ANSWER_TTL | NT_ANSWER_PORT;
    world(p);
    route("0.0.0.0/0", 2), route("::/0", 2);
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        say(&a, from[i], *from[i] == '[' ? OUT6 : "203.0.113.7:7000");
        dropped(NT_DROP_MARTIAN, from[i], from[i]);
        say(&o, from[i], *from[i] == '[' ? IN6 : "203.0.113.2:7000");
        dropped(NT_DROP_MARTIAN, from[i], from[i]);
    }
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        say(&a, inside[i], *inside[i] == '[' ? OUT6 : "203.0.113.7:7000");
        dropped(NT_DROP_MARTIAN, inside[i], inside[i]);
    }
    for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
        say(&a, *to[i] == '[' ? IN6 : "10.0.0.2:5000", to[i]);
        dropped(NT_DROP_MARTIAN, "", to[i]);
    }
    assert_int_equal(a.count + o.count + nt_nat_count(nt_gateway_nat(gw)), 0);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    say(&a, "10.0.0.3:5000", "203.0.113.8:7000");
    assert_int_equal(o.count, 2);
    end();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_translate),  cmocka_unit_test(test_routes),         cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_hairpin),    cmocka_unit_test(test_other_protocol), cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_ipv6_error), cmocka_unit_test(test_ipv6_modes),     cmocka_unit_test(test_control),
        cmocka_unit_test(test_renumber),   cmocka_unit_test(test_martians)};
    return RUN_TESTS(tests);
}
