/* The ICMP messages that a gateway sends of itself (`answers`, `icmp-rate`), in the world of world.h. */
#include "tests/unit/gateway/world.h"

#include "natsim/gateway/icmp_rate.h"
#include "natsim/gateway/neighbors.h"

#include <stdio.h>

static struct nt_nat_policy answering(unsigned answers)
{
    struct nt_nat_policy p = cone();
    p.answers = answers;
    return p;
}

/* The probe's last packet, number `count`, is an error of this type and code, with these addresses, and quotes a packet of
 * `quoted`. */
static void told(const struct probe *x, size_t count, const char *src, const char *dst, uint8_t type, uint8_t code,
                 const char *quoted)
{
    struct nt_addr quoted_src, quoted_dst;
    uint8_t proto;
    char buf[NT_ADDR_TEXT];
    const struct nt_packet *e = last(x, count, src, dst);
    assert_int_equal(e->data[e->l4], type);
    assert_int_equal(e->data[e->l4 + 1], code);
    assert_int_equal(e->ttl, 64);
    assert_int_equal(nt_packet_quoted(e, &quoted_src, &quoted_dst, &proto), 0);
    assert_string_equal(nt_addr_format(&quoted_src, buf), quoted);
}

/* RFC 5508, REQ-8: "unable to establish a NAT Session for a new transport-layer (TCP, UDP, ICMP, etc.) flow due to resource
 * constraints": code 13 to the sender. */
TEST(test_limit)
{
    for (int answers = 0; answers < 2; answers++) {
        struct nt_nat_policy p = answering(answers ? NT_ANSWER_LIMIT : 0);
        p.max_mappings = 1;
        world(p);
        say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
        say(&b, "10.9.0.2:5001", "203.0.113.7:7000");
        dropped(answers ? NT_DROP_LIMIT | NT_DROP_TOLD : NT_DROP_LIMIT | NT_DROP_QUIET, "10.9.0.2:5001", "203.0.113.7:7000");
        hand_over(&a, echo("10.0.0.2:1", "203.0.113.7:1", 8, 7));
        run_on();
        assert_int_equal(a.count, answers);
        if (answers) {
            told(&b, 1, "10.9.0.1:0", "10.9.0.2:0", 3, 13, "10.9.0.2:5001");
            told(&a, 1, "10.0.0.1:0", "10.0.0.2:0", 3, 13, "10.0.0.2:7");
        }
        end();
    }
}

/* RFC 6888, REQ-11: "code 1 (Host Unreachable)", a soft error. */
TEST(test_limit_host)
{
    struct nt_nat_policy p = answering(NT_ANSWER_LIMIT_HOST);
    p.max_mappings = 1;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    say(&b, "10.9.0.2:5001", "203.0.113.7:7000");
    told(&b, 1, "10.9.0.1:0", "10.9.0.2:0", 3, 1, "10.9.0.2:5001");
    end();
}

/* Or due to "administrative restrictions". Who is outside is not told. */
TEST(test_denied)
{
    struct nt_nat_policy p = answering(NT_ANSWER_LIMIT);
    p.deny_udp = true;
    p.unsolicited = NT_UNSOLICITED_REJECT;
    p.ipv6 = NT_V6_NONE;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    dropped(NT_DROP_DENIED | NT_DROP_TOLD, "", "");
    told(&a, 1, "10.0.0.1:0", "10.0.0.2:0", 3, 13, "10.0.0.2:5000");
    say(&o, "203.0.113.7:7000", "203.0.113.2:5000");
    dropped(NT_DROP_DENIED, "", "");
    say(&a, IN6, OUT6); /* RFC 4443, 3.1: administratively prohibited */
    told(&a, 2, "[2001:db8:1::1]:0", "[2001:db8:1::9]:0", 1, 1, IN6);
    say(&o, OUT6, IN6);
    dropped(NT_DROP_DENIED, "", "");
    assert_int_equal(o.count, 0);
    end();
}

/* What is for the gateway itself is for a closed port: a packet to its external address that is not hairpinned, too. */
TEST(test_port)
{
    world(answering(NT_ANSWER_PORT));
    say(&a, "10.0.0.2:5000", "203.0.113.2:5001");
    dropped(NT_DROP_HAIRPIN | NT_DROP_TOLD, "10.0.0.2:5000", "203.0.113.2:5001");
    told(&a, 1, "203.0.113.2:0", "10.0.0.2:0", 3, 3, "10.0.0.2:5000");
    say(&a, "10.0.0.2:5000", "10.9.0.1:9");
    told(&a, 2, "10.9.0.1:0", "10.0.0.2:0", 3, 3, "10.0.0.2:5000");
    say(&a, IN6, "[2001:db8:ff::2]:9");
    dropped(NT_DROP_NO_SOCKET | NT_DROP_TOLD, IN6, "[2001:db8:ff::2]:9");
    told(&a, 3, "[2001:db8:ff::2]:0", "[2001:db8:1::9]:0", 1, 4, IN6);
    say(&o, "203.0.113.7:7000", "203.0.113.2:5001"); /* `unsolicited` is about those outside */
    dropped(NT_DROP_NO_MAPPING, "", "");
    struct nt_packet *damaged = udp("10.0.0.2:5000", "10.0.0.1:9", 33, 64);
    damaged->data[damaged->payload] ^= 1;
    hand_over(&a, damaged);
    run_on();
    assert_int_equal(a.count, 3);
    assert_int_equal(o.count, 0);
    end();
    world(answering(0));
    say(&a, "10.0.0.2:5000", "203.0.113.2:5001");
    dropped(NT_DROP_HAIRPIN, "", "");
    assert_int_equal(a.count, 0);
    end();
}

TEST(test_route)
{
    for (int kind = NT_GW_TRANSLATE; kind <= NT_GW_NONE; kind++) {
        struct nt_nat_policy p = answering(NT_ANSWER_ROUTE);
        p.kind = (enum nt_gateway_kind)kind;
        world(p);
        say(&a, "10.0.0.2:5000", "192.0.2.1:9");
        dropped(NT_DROP_NO_ROUTE | NT_DROP_TOLD, "", "192.0.2.1:9");
        told(&a, 1, "10.0.0.1:0", "10.0.0.2:0", 3, 0, "10.0.0.2:5000");
        say(&a, IN6, "[2001:db8:77::1]:9");
        told(&a, 2, "[2001:db8:1::1]:0", "[2001:db8:1::9]:0", 1, 0, IN6);
        struct nt_packet *e = blank_packet(0);
        struct nt_addr from = addr("10.0.0.2");
        struct nt_packet *about = udp("192.0.2.1:9", "10.0.0.2:5000", 4, 64);
        assert_int_equal(nt_packet_icmp_error(e, &from, about, 3, 3), 0);
        nt_fabric_consumed(f, about);
        hand_over(&a, e); /* no error about an error */
        run_on();
        dropped(NT_DROP_NO_ROUTE, "", "192.0.2.1:0");
        assert_int_equal(a.count, 2);
        end();
    }
}

/* RFC 1812, 4.3.2.7: no error about a broadcast or multicast packet, nor to who is not a single host. */
TEST(test_nobody_to_tell)
{
    static const char *const ways[][2] = {
        {"10.0.0.2:5000", "255.255.255.255:9"}, {"10.0.0.2:5000", "224.0.0.251:5353"},    {"0.0.0.0:68", "192.0.2.1:67"},
        {"127.0.0.1:5000", "192.0.2.1:9"},      {"255.255.255.255:5000", "192.0.2.1:9"},  {"224.0.0.1:5000", "192.0.2.1:9"},
        {"[::]:68", "[2001:db8:77::1]:9"},      {"[ff02::1]:5000", "[2001:db8:77::1]:9"}, {IN6, "[ff0e::1]:9"}};
    world(answering(~(unsigned)NT_ANSWER_LIMIT_HOST));
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        say(&a, ways[i][0], ways[i][1]);
        dropped(NT_DROP_MARTIAN, "", "");
    }
    say(&a, "10.0.0.2:5000", "240.0.0.1:9");
    dropped(NT_DROP_NO_ROUTE, "", "240.0.0.1:9");
    say(&a, "240.0.0.1:5000", "192.0.2.1:9");
    dropped(NT_DROP_NO_ROUTE, "", "192.0.2.1:9");
    assert_int_equal(a.count + o.count, 0);
    end();
}

static void run_to(nt_time at)
{
    now = at;
    assert_int_not_equal(nt_fabric_run(f, now), NT_FABRIC_LIVELOCK);
}

/* Three seconds after the first packet that found nobody all that wait are told; the error quotes what their sender sent. */
TEST(test_host)
{
    world(answering(NT_ANSWER_HOST));
    hand_over(&a, udp("10.0.0.2:5000", "203.0.113.99:9", 33, 64));
    hand_over(&a, udp(IN6, "[2001:db8:ff::99]:9", 33, 64));
    run_to(NT_SEC);
    hand_over(&b, udp("10.9.0.2:5000", "203.0.113.99:9", 33, 64));
    run_to(3 * NT_SEC + MS - 1);
    assert_int_equal(a.count + b.count, 0);
    run_to(3 * NT_SEC + 2 * MS);
    assert_int_equal(a.count, 2);
    dropped(NT_DROP_NO_HOST | NT_DROP_TOLD, IN6, "[2001:db8:ff::99]:0");
    told(&a, 2, "[2001:db8:1::1]:0", "[2001:db8:1::9]:0", 1, 3, IN6);
    told(&b, 1, "10.9.0.1:0", "10.9.0.2:0", 3, 1, "10.9.0.2:5000");
    a.count = 1;
    told(&a, 1, "10.0.0.1:0", "10.0.0.2:0", 3, 1, "10.0.0.2:5000");
    assert_int_equal(o.count, 0);
    /* It is looked for anew. */
    hand_over(&a, udp("10.0.0.2:5000", "203.0.113.99:9", 33, 64));
    run_to(6 * NT_SEC + 4 * MS);
    assert_int_equal(a.count, 2);
    end();
}

/* RFC 1812, 4.3.2.7: no error about a packet to a broadcast address. */
TEST(test_no_host_of_a_broadcast)
{
    world(answering(NT_ANSWER_HOST));
    say(&a, "10.0.0.2:5000", "203.0.113.255:9");
    dropped(NT_DROP_NO_HOST, "203.0.113.2:5000", "203.0.113.255:9");
    run_to(4 * NT_SEC);
    assert_int_equal(a.count, 0);
    end();
}

/* Who comes while it is looked for gets the packets with the next request. */
TEST(test_host_comes)
{
    struct nt_addr late = addr("203.0.113.99");
    world(answering(NT_ANSWER_HOST));
    hand_over(&a, udp("10.0.0.2:5000", "203.0.113.99:9", 33, 64));
    run_to(500 * MS);
    assert_int_equal(nt_fabric_add_address(f, o.node, 0, &late), 0);
    run_to(NT_SEC + 2 * MS);
    (void)last(&o, 1, "203.0.113.2:5000", "203.0.113.99:9");
    run_to(4 * NT_SEC);
    assert_int_equal(a.count, 0);
    end();
}

/* The oldest of too many is dropped, and one that waits when the gateway reboots, with a reason. */
TEST(test_host_limits)
{
    world(answering(NT_ANSWER_HOST));
    for (int i = 0; i <= NT_NEIGHBOR_PACKETS_MAX; i++)
        hand_over(&a, udp("10.0.0.2:5000", "203.0.113.99:9", 33, 64));
    run_to(20 * MS);
    dropped(NT_DROP_QUEUE, "203.0.113.2:5000", "203.0.113.99:0");
    char name[] = "203.0.113.100:9";
    for (int i = 1; i <= NT_NEIGHBORS_MAX; i++) {
        snprintf(name, sizeof name, "203.0.113.%d:9", 100 + i);
        hand_over(&a, udp("10.0.0.2:5000", name, 33, 64));
    }
    run_to(40 * MS);
    dropped(NT_DROP_QUEUE, "", "203.0.113.164:0");
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_REBOOT, 0, now), 0);
    dropped(NT_DROP_NO_HOST, "", "");
    run_to(10 * NT_SEC);
    assert_int_equal(a.count, 0);
    end();
}

static void ping_gateway(struct probe *x, const char *src, const char *dst)
{
    struct nt_addr s = addr(src);
    uint8_t type = s.family == NT_AF_IPV4 ? 8 : 128;
    struct nt_packet *p = udp(src, dst, 12, 1);
    p->data[s.family == NT_AF_IPV4 ? 9 : 6] = s.family == NT_AF_IPV4 ? NT_PROTO_ICMP : NT_PROTO_ICMP6;
    p->data[p->l4] = type, p->data[p->l4 + 1] = 0;
    nt_store16(p->data + p->l4 + 4, 7);
    assert_int_equal(nt_packet_parse(p), 0);
    nt_packet_fix_checksums(p);
    hand_over(x, p);
    run_on();
}

static void ping_all(void)
{
    ping_gateway(&a, "10.0.0.2:1", "10.0.0.1:1");
    ping_gateway(&a, "10.0.0.2:1", "203.0.113.2:1");
    ping_gateway(&a, IN6, "[2001:db8:1::1]:1");
    ping_gateway(&o, "203.0.113.7:1", "203.0.113.2:1");
    ping_gateway(&o, OUT6, "[2001:db8:ff::2]:1");
}

/* From the address that was asked, with a TTL of its own. */
TEST(test_echo)
{
    for (int kind = NT_GW_TRANSLATE; kind <= NT_GW_NONE; kind++) {
        struct nt_nat_policy p = answering(NT_ANSWER_ECHO);
        p.kind = (enum nt_gateway_kind)kind;
        world(p);
        ping_all();
        const struct nt_packet *reply = last(&a, 3, "[2001:db8:1::1]:7", "[2001:db8:1::9]:7");
        assert_int_equal(reply->data[reply->l4], 129);
        assert_int_equal(reply->ttl, 64);
        a.count = 2;
        reply = last(&a, 2, "203.0.113.2:7", "10.0.0.2:7");
        assert_int_equal(reply->data[reply->l4], 0);
        assert_int_equal(reply->ttl, 64);
        assert_int_equal(o.count, 0);
        end();
        p.answers = NT_ANSWER_ECHO_OUTSIDE;
        world(p);
        ping_all();
        (void)last(&o, 2, "[2001:db8:ff::2]:7", "[2001:db8:ff::7]:7");
        o.count = 1;
        (void)last(&o, 1, "203.0.113.2:7", "203.0.113.7:7");
        assert_int_equal(a.count, 0);
        end();
    }
}

/* RFC 4787, REQ-13 has a NAT tell; one that does not is expressed by leaving it out, and so with the TTL. */
TEST(test_silent)
{
    world(answering(0));
    hand_over(&a, udp(IN6, OUT6, 1600, 64));
    run_on();
    dropped(NT_DROP_MTU | NT_DROP_QUIET, "", "");
    hand_over(&a, udp(IN6, OUT6, 10, 1));
    run_on();
    dropped(NT_DROP_TTL | NT_DROP_QUIET, "", "");
    say(&a, "10.0.0.2:5000", "192.0.2.1:9");
    dropped(NT_DROP_NO_ROUTE, "", "");
    say(&a, "10.0.0.2:5000", "203.0.113.99:9");
    dropped(NT_DROP_NO_HOST, "", "");
    ping_all();
    assert_int_equal(a.count + o.count, 0);
    end();
}

/* Six at once to each destination, then one a second; "packet too big" as often as need be. */
TEST(test_rate)
{
    struct nt_nat_policy p = answering(NT_ANSWER_TOO_BIG | NT_ANSWER_PORT);
    p.unsolicited = NT_UNSOLICITED_REJECT;
    p.icmp_burst = 6;
    p.icmp_interval = NT_SEC;
    world(p);
    for (int i = 0; i < 10; i++) {
        hand_over(&o, udp("203.0.113.7:7000", "203.0.113.2:5000", 33, 64));
        hand_over(&a, udp("10.0.0.2:5000", "10.0.0.1:9", 33, 64));
    }
    run_on();
    assert_int_equal(a.count, 6);
    assert_int_equal(o.count, 6);
    dropped(NT_DROP_NO_SOCKET | NT_DROP_QUIET, "", "");
    say(&o, "203.0.113.8:7000", "203.0.113.2:5000");
    assert_int_equal(o.count, 7);
    for (int i = 0; i < 10; i++)
        hand_over(&a, udp(IN6, OUT6, 1600, 64));
    run_on();
    assert_int_equal(a.count, 16);
    run_to(NT_SEC + MS);
    say(&o, "203.0.113.7:7000", "203.0.113.2:5000");
    say(&o, "203.0.113.7:7000", "203.0.113.2:5000");
    assert_int_equal(o.count, 8);
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_REBOOT, 0, now), 0);
    say(&o, "203.0.113.7:7000", "203.0.113.2:5000");
    assert_int_equal(o.count, 9);
    end();
}

/* Beyond so many destinations nobody is told, until a bucket is full again. */
TEST(test_rate_table)
{
    struct nt_nat_policy p = answering(0);
    p.icmp_burst = 2;
    p.icmp_interval = NT_SEC;
    struct nt_icmp_rate *r = nt_icmp_rate_new(&p);
    struct nt_addr to;
    assert_non_null(r);
    for (uint32_t i = 0; i < NT_ICMP_RATE_MAX; i++) {
        to = nt_addr_v4(i, 0);
        assert_true(nt_icmp_rate_take(r, &to, 0));
    }
    to = nt_addr_v4(5, 0);
    assert_true(nt_icmp_rate_take(r, &to, 0));
    assert_false(nt_icmp_rate_take(r, &to, NT_SEC - 1));
    to = nt_addr_v4(NT_ICMP_RATE_MAX, 0);
    assert_false(nt_icmp_rate_take(r, &to, NT_SEC - 1));
    assert_true(nt_icmp_rate_take(r, &to, NT_SEC));
    to = nt_addr_v4(5, 0);
    assert_true(nt_icmp_rate_take(r, &to, NT_SEC));
    assert_false(nt_icmp_rate_take(r, &to, NT_SEC));
    nt_icmp_rate_del(r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_limit),      cmocka_unit_test(test_limit_host),
                                       cmocka_unit_test(test_denied),     cmocka_unit_test(test_port),
                                       cmocka_unit_test(test_route),      cmocka_unit_test(test_nobody_to_tell),
                                       cmocka_unit_test(test_host),       cmocka_unit_test(test_no_host_of_a_broadcast),
                                       cmocka_unit_test(test_host_comes), cmocka_unit_test(test_host_limits),
                                       cmocka_unit_test(test_echo),       cmocka_unit_test(test_silent),
                                       cmocka_unit_test(test_rate),       cmocka_unit_test(test_rate_table)};
    return RUN_TESTS(tests);
}
