/* TCP through a gateway: RFC 5382's REQ-4 (unsolicited SYNs), REQ-8 (hairpinning), REQ-9 and REQ-10 (ICMP errors). */
#include "tests/unit/gateway/world.h"

#include "natsim/packet/segment.h"

#define SYN NT_TCP_SYN
#define X "203.0.113.7:7000"

static struct nt_packet *segment(const char *src, const char *dst, uint8_t flags)
{
    struct nt_addr s = addr(src), d = addr(dst);
    struct nt_packet *p = blank_packet(128);
    struct nt_segment seg = {.seq = 1000, .ack = (flags & NT_TCP_ACK) != 0 ? 2000 : 0, .flags = flags, .window = 65535};
    assert_int_equal(nt_segment_write(p, &s, &d, &seg, 1), 0);
    return p;
}

static void tcp(struct probe *x, const char *src, const char *dst, uint8_t flags)
{
    hand_over(x, segment(src, dst, flags));
    run_on();
}

static void wait_for(nt_time time)
{
    now += time;
    assert_int_not_equal(nt_fabric_run(f, now), NT_FABRIC_LIVELOCK);
}

/* The last that O got is an ICMP error of this code about its SYN from `src`. */
static void told_unreachable(size_t count)
{
    const struct nt_packet *p = last(&o, count, "203.0.113.2:0", "203.0.113.7:0");
    assert_int_equal(p->data[p->l4], NT_ICMP4_UNREACHABLE);
    assert_int_equal(p->data[p->l4 + 1], NT_ICMP4_PORT);
}

static struct nt_nat_policy syn_policy(enum nt_unsolicited_syn what)
{
    struct nt_nat_policy p = cone();
    p.tcp.unsolicited = what;
    p.tcp.unsolicited_given = true;
    return p;
}

/* REQ-4: nothing for six seconds, then port unreachable. */
TEST(test_unsolicited_syn)
{
    world(cone());
    tcp(&o, X, "203.0.113.2:5000", SYN);
    wait_for(5900 * MS);
    assert_int_equal(o.count, 0);
    wait_for(200 * MS);
    told_unreachable(1);
    dropped(NT_DROP_NO_MAPPING | NT_DROP_TOLD, X, "203.0.113.2:5000");
    tcp(&o, X, "203.0.113.2:5000", NT_TCP_ACK);
    dropped(NT_DROP_NO_MAPPING, X, "203.0.113.2:5000");
    wait_for(7 * NT_SEC);
    assert_int_equal(o.count, 1);
    end();
}

/* "If during this interval the NAT receives and translates an outbound SYN for the connection ..." */
TEST(test_crossing_syn)
{
    world(cone());
    tcp(&o, X, "203.0.113.2:5000", SYN);
    tcp(&a, "10.0.0.2:5000", "203.0.113.8:7000", SYN); /* of another connection */
    wait_for(NT_SEC);
    assert_int_equal(o.count, 1);
    tcp(&a, "10.0.0.2:5000", X, SYN);
    (void)last(&o, 2, "203.0.113.2:5000", X);
    dropped(NT_DROP_CROSSED, X, "203.0.113.2:5000");
    wait_for(10 * NT_SEC);
    assert_int_equal(o.count, 2);
    tcp(&o, X, "203.0.113.2:5000", SYN); /* sent again: a simultaneous open */
    (void)last(&a, 1, X, "10.0.0.2:5000");
    end();
}

/* What breaks it: at once, or never. */
TEST(test_answers_to_syn)
{
    world(syn_policy(NT_SYN_REJECT));
    tcp(&o, X, "203.0.113.2:5000", SYN);
    told_unreachable(1);
    end();
    world(syn_policy(NT_SYN_DROP));
    tcp(&o, X, "203.0.113.2:5000", SYN);
    wait_for(10 * NT_SEC);
    assert_int_equal(o.count, 0);
    end();
    world(syn_policy(NT_SYN_RESET));
    tcp(&o, X, "203.0.113.2:5000", SYN);
    struct nt_segment s;
    assert_int_equal(nt_segment_read(last(&o, 1, "203.0.113.2:5000", X), &s), 0);
    assert_int_equal(s.flags, NT_TCP_RST | NT_TCP_ACK);
    assert_int_equal(s.ack, 1001);
    tcp(&o, X, "203.0.113.2:5000", NT_TCP_ACK);
    assert_int_equal(nt_segment_read(last(&o, 2, "203.0.113.2:5000", X), &s), 0);
    assert_int_equal(s.flags, NT_TCP_RST);
    assert_int_equal(s.seq, 2000);
    tcp(&o, X, "203.0.113.2:5000", NT_TCP_RST);
    assert_int_equal(o.count, 2);
    end();
    struct nt_nat_policy p = cone();
    p.icmp = NT_ICMP_DROP;
    world(p);
    tcp(&o, X, "203.0.113.2:5000", SYN);
    dropped(NT_DROP_NO_MAPPING, X, "203.0.113.2:5000");
    end();
    p = cone();
    p.unsolicited = NT_UNSOLICITED_REJECT; /* as the policy's word */
    world(p);
    tcp(&o, X, "203.0.113.2:5000", SYN);
    told_unreachable(1);
    end();
}

/* So many wait; the oldest makes room. */
TEST(test_many_syns)
{
    char from[NT_ADDR_TEXT];
    world(cone());
    for (int i = 0; i <= 256; i++) {
        struct nt_addr x = addr(X);
        x.port = (uint16_t)(7000 + i);
        hand_over(&o, segment(nt_addr_format(&x, from), "203.0.113.2:5000", SYN));
        wait_for(2 * MS);
    }
    dropped(NT_DROP_QUEUE, X, "203.0.113.2:5000");
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_FLUSH, 0, now), 0);
    wait_for(10 * NT_SEC);
    assert_int_equal(o.count, 0);
    end();
}

/* They are for addresses that the gateway no longer has. */
TEST(test_renumbering)
{
    world(cone());
    tcp(&o, X, "203.0.113.2:5000", SYN);
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_RENUMBER, 0, now), 0);
    dropped(NT_DROP_NO_MAPPING, X, "203.0.113.2:5000");
    wait_for(7 * NT_SEC);
    assert_int_equal(o.count, 0);
    end();
}

/* REQ-8: with the external source. */
TEST(test_hairpin)
{
    for (int mode = NT_HAIRPIN_NONE; mode <= NT_HAIRPIN_EXTERNAL; mode++) {
        struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
        p.hairpin = (enum nt_hairpin)mode;
        world(p);
        tcp(&a, "10.0.0.2:5000", X, SYN);
        tcp(&a, "10.0.0.3:6000", "203.0.113.2:5000", SYN);
        if (mode == NT_HAIRPIN_NONE) {
            dropped(NT_DROP_HAIRPIN, "", "203.0.113.2:5000");
            assert_int_equal(a.count, 0);
        } else {
            (void)last(&a, 1, mode == NT_HAIRPIN_EXTERNAL ? "203.0.113.2:6000" : "10.0.0.3:6000", "10.0.0.2:5000");
        }
        if (mode == NT_HAIRPIN_EXTERNAL) {
            tcp(&a, "10.0.0.2:5000", "203.0.113.2:6000", SYN | NT_TCP_ACK);
            (void)last(&a, 2, "203.0.113.2:5000", "10.0.0.3:6000");
        }
        end();
    }
}

/* REQ-9: what is quoted is translated, also where the error has but 8 bytes of the segment; REQ-10: the connection goes on. */
TEST(test_errors)
{
    for (int kills = 0; kills < 2; kills++) {
        struct nt_nat_policy p = cone();
        p.icmp_kills_mapping = kills;
        world(p);
        tcp(&a, "10.0.0.2:5001", X, SYN);
        struct nt_packet *error = blank_packet(0);
        struct nt_addr router = addr("203.0.113.8"), src, dst;
        uint8_t proto;
        assert_int_equal(nt_packet_icmp_error(error, &router, &o.got[0], NT_ICMP4_UNREACHABLE, NT_ICMP4_FRAGMENTATION_NEEDED), 0);
        error->len = 20 + 8 + 20 + 8;
        nt_store16(error->data + 2, (uint16_t)error->len);
        assert_int_equal(nt_packet_parse(error), 0);
        nt_packet_fix_checksums(error);
        hand_over(&o, error);
        run_on();
        const struct nt_packet *got = last(&a, 1, "203.0.113.8:0", "10.0.0.2:0");
        assert_int_equal(nt_packet_quoted(got, &src, &dst, &proto), 0);
        assert_int_equal(proto, NT_PROTO_TCP);
        assert_int_equal(src.port, 5001);
        tcp(&o, X, "203.0.113.2:5001", SYN | NT_TCP_ACK);
        assert_int_equal(a.count, kills ? 1 : 2);
        end();
    }
}

/* IPv6 passes the firewall with TCP's own filtering and lifetimes. */
TEST(test_ipv6)
{
    struct nt_nat_policy p = cone();
    p.tcp.filtering = NT_DEP_ADDRESS;
    world(p);
    tcp(&o, OUT6, IN6, SYN);
    dropped(NT_DROP_FIREWALL, "", "");
    tcp(&a, IN6, OUT6, SYN);
    tcp(&o, "[2001:db8:ff::7]:7001", IN6, SYN);
    (void)last(&a, 1, "[2001:db8:ff::7]:7001", IN6);
    say(&a, IN6, OUT6);
    say(&o, "[2001:db8:ff::7]:7001", IN6);
    dropped(NT_DROP_FIREWALL, "", "");
    tcp(&o, OUT6, IN6, SYN | NT_TCP_ACK);
    wait_for(2 * 3600 * NT_SEC);
    tcp(&o, OUT6, IN6, NT_TCP_ACK);
    (void)last(&a, 3, OUT6, IN6);
    end();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unsolicited_syn), cmocka_unit_test(test_crossing_syn), cmocka_unit_test(test_answers_to_syn),
        cmocka_unit_test(test_many_syns),       cmocka_unit_test(test_renumbering),  cmocka_unit_test(test_hairpin),
        cmocka_unit_test(test_errors),          cmocka_unit_test(test_ipv6),
    };
    return RUN_TESTS(tests);
}
