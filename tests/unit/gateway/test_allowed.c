/* What may be reached from inside: the destinations of `allow`, and who sent something first. */
#include "tests/unit/gateway/world.h"

static struct nt_nat_policy office(enum nt_dependence filtering)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, filtering);
    p.allowed[0].proto = NT_ALLOWED_UDP;
    p.allowed[0].port = 3478;
    p.allowed_count = 1;
    return p;
}

TEST(test_destinations)
{
    world(office(NT_DEP_ADDRESS_AND_PORT));
    say(&a, "10.0.0.2:5000", "203.0.113.7:3478");
    (void)last(&o, 1, "203.0.113.2:5000", "203.0.113.7:3478");
    say(&a, "10.0.0.2:5000", "203.0.113.7:3479");
    dropped(NT_DROP_UNALLOWED | NT_DROP_TOLD, "10.0.0.2:5000", "203.0.113.7:3479");
    hand_over(&a, echo("10.0.0.2", "203.0.113.7", NT_ICMP4_ECHO, 3478));
    run_on();
    dropped(NT_DROP_UNALLOWED | NT_DROP_TOLD, "10.0.0.2:3478", "203.0.113.7:3478");
    say(&a, "10.0.0.2:3478", "10.9.0.2:9"); /* it is not outside */
    (void)last(&b, 1, "10.0.0.2:3478", "10.9.0.2:9");
    assert_int_equal(o.count, 1);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 1);
    end();
}

/* The answer and what follows it pass, as long as the flow lives. */
TEST(test_begun_outside)
{
    struct nt_nat_policy p = office(NT_DEP_ENDPOINT_INDEPENDENT);
    p.life_new = p.life_replied = p.life_stream = 30 * NT_SEC;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:3478");
    say(&o, "203.0.113.8:7000", "203.0.113.2:5000");
    (void)last(&a, 1, "203.0.113.8:7000", "10.0.0.2:5000");
    say(&a, "10.0.0.2:5000", "203.0.113.8:7001");
    dropped(NT_DROP_UNALLOWED | NT_DROP_TOLD, "10.0.0.2:5000", "203.0.113.8:7001");
    say(&a, "10.0.0.2:5000", "203.0.113.8:7000");
    (void)last(&o, 2, "203.0.113.2:5000", "203.0.113.8:7000");
    say(&a, "10.0.0.3:5000", "203.0.113.8:7000");
    dropped(NT_DROP_UNALLOWED | NT_DROP_TOLD, "10.0.0.3:5000", "203.0.113.8:7000");
    now += 29 * NT_SEC;
    say(&a, "10.0.0.2:5000", "203.0.113.8:7000");
    (void)last(&o, 3, "203.0.113.2:5000", "203.0.113.8:7000");
    now += 31 * NT_SEC;
    say(&a, "10.0.0.2:5000", "203.0.113.8:7000");
    dropped(NT_DROP_UNALLOWED | NT_DROP_TOLD, "10.0.0.2:5000", "203.0.113.8:7000");
    end();
}

TEST(test_flush_forgets_what_began_outside)
{
    world(office(NT_DEP_ENDPOINT_INDEPENDENT));
    say(&a, "10.0.0.2:5000", "203.0.113.7:3478");
    say(&o, "203.0.113.8:7000", "203.0.113.2:5000");
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_FLUSH, 0, now), 0);
    say(&a, "10.0.0.2:5000", "203.0.113.8:7000");
    dropped(NT_DROP_UNALLOWED | NT_DROP_TOLD, "", "203.0.113.8:7000");
    end();
}

TEST(test_errors_pass)
{
    world(office(NT_DEP_ADDRESS_AND_PORT));
    say(&a, "10.0.0.2:5000", "203.0.113.7:3478");
    say(&o, "203.0.113.7:3478", "203.0.113.2:5000");
    struct nt_packet *error = blank_packet(0);
    struct nt_addr from = addr("10.0.0.2");
    assert_int_equal(nt_packet_icmp_error(error, &from, &a.got[0], NT_ICMP4_UNREACHABLE, NT_ICMP4_PORT), 0);
    hand_over(&a, error);
    run_on();
    (void)last(&o, 2, "203.0.113.2:0", "203.0.113.7:0");
    end();
}

TEST(test_hairpin)
{
    struct nt_nat_policy p = office(NT_DEP_ENDPOINT_INDEPENDENT);
    p.hairpin = NT_HAIRPIN_EXTERNAL;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:3478");
    say(&a, "10.0.0.3:6000", "203.0.113.2:5000");
    dropped(NT_DROP_UNALLOWED | NT_DROP_TOLD, "10.0.0.3:6000", "203.0.113.2:5000");
    end();
}

TEST(test_ipv6)
{
    for (int open = 0; open < 2; open++) {
        struct nt_nat_policy p = office(NT_DEP_ENDPOINT_INDEPENDENT);
        p.ipv6 = open ? NT_V6_OPEN : NT_V6_FIREWALL;
        world(p);
        say(&a, IN6, OUT6);
        dropped(NT_DROP_UNALLOWED | NT_DROP_TOLD, IN6, OUT6);
        say(&a, IN6, "[2001:db8:ff::7]:3478");
        (void)last(&o, 1, IN6, "[2001:db8:ff::7]:3478");
        say(&o, OUT6, IN6);
        say(&a, IN6, OUT6);
        (void)last(&o, 2, IN6, OUT6);
        end();
    }
}

/* The ports of later fragments are those of the first. */
TEST(test_fragments_v6)
{
    struct nt_nat_policy p = office(NT_DEP_ENDPOINT_INDEPENDENT);
    p.ipv6 = NT_V6_OPEN;
    for (int allowed = 0; allowed < 2; allowed++) {
        world(p);
        struct nt_packet *pieces = udp(IN6, allowed ? "[2001:db8:ff::7]:3478" : OUT6, 1600, 64);
        pieces->df = 0;
        pieces->fragment_id = 1;
        assert_int_equal(nt_fragment(nt_fabric_pool(f), &pieces, 1280), 0);
        for (struct nt_packet *next; pieces != NULL; pieces = next) {
            next = pieces->next;
            hand_over(&a, pieces);
        }
        run_on();
        assert_int_equal(o.count, allowed ? 2 : 0);
        end();
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_destinations),
        cmocka_unit_test(test_begun_outside),
        cmocka_unit_test(test_flush_forgets_what_began_outside),
        cmocka_unit_test(test_errors_pass),
        cmocka_unit_test(test_hairpin),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_fragments_v6),
    };
    return RUN_TESTS(tests);
}
