/* ICMP through a gateway, and the ICMP errors that it sends of itself, in the world of world.h. */
#include "tests/unit/gateway/world.h"

TEST(test_reject)
{
    for (int reject = 0; reject < 2; reject++) {
        struct nt_nat_policy p = cone();
        p.unsolicited = reject ? NT_UNSOLICITED_REJECT : NT_UNSOLICITED_DROP;
        world(p);
        say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
        say(&o, "203.0.113.8:9", "203.0.113.2:5000");
        dropped(reject ? NT_DROP_FILTERED | NT_DROP_TOLD : NT_DROP_FILTERED, "", "");
        assert_int_equal(o.count, 1 + reject);
        if (reject) {
            struct nt_addr src, dst, quoted_src = addr("203.0.113.8:9"), quoted_dst = addr("203.0.113.2:5000");
            uint8_t proto;
            const struct nt_packet *e = last(&o, 2, "203.0.113.2:0", "203.0.113.8:0");
            assert_int_equal(e->data[e->l4], 3);
            assert_int_equal(e->data[e->l4 + 1], 3);
            assert_int_equal(nt_packet_quoted(e, &src, &dst, &proto), 0);
            assert_true(nt_addr_equal(&src, &quoted_src) && nt_addr_equal(&dst, &quoted_dst));
        }
        end();
    }
}

/* An error about `about`, from `from`, on its way through the gateway. */
static void send_error(struct probe *x, const char *from, const struct nt_packet *about)
{
    struct nt_addr src = addr(from);
    struct nt_packet *e = blank_packet(0);
    assert_int_equal(nt_packet_icmp_error(e, &src, about, 3, 3), 0);
    hand_over(x, e);
    run_on();
}

TEST(test_icmp_errors)
{
    struct nt_addr src, dst, want;
    uint8_t proto;
    world(cone());
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    send_error(&o, "203.0.113.8", &o.got[0]); /* a router on the way says so */
    const struct nt_packet *e = last(&a, 1, "203.0.113.8:0", "10.0.0.2:0");
    assert_int_equal(nt_packet_quoted(e, &src, &dst, &proto), 0);
    want = addr("10.0.0.2:5000");
    assert_true(nt_addr_equal(&src, &want));
    /* The other way: an error from inside about what was let in. */
    say(&o, "203.0.113.7:7000", "203.0.113.2:5000");
    send_error(&a, "10.0.0.2", &a.got[1]);
    e = last(&o, 2, "203.0.113.2:0", "203.0.113.7:0");
    assert_int_equal(nt_packet_quoted(e, &src, &dst, &proto), 0);
    want = addr("203.0.113.2:5000");
    assert_true(nt_addr_equal(&dst, &want));
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 1);
    end();

    struct nt_nat_policy p = cone();
    p.icmp = NT_ICMP_DROP;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    send_error(&o, "203.0.113.7", &o.got[0]);
    dropped(NT_DROP_DENIED, "", "");
    assert_int_equal(a.count, 0);
    end();

    p = cone();
    p.icmp_kills_mapping = true;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    send_error(&o, "203.0.113.7", &o.got[0]);
    assert_int_equal(a.count, 1);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    end();
}

/* RFC 5508, REQ-4 and REQ-5: "the NAT device does not have an active mapping for the embedded payload": L has sent a query, no
 * reply, no ICMP error and no fragment of a later one, although all have its identifier. */
TEST(an_error_about_what_no_query_is)
{
    static const uint8_t types[] = {NT_ICMP4_ECHO_REPLY, NT_ICMP4_UNREACHABLE, NT_ICMP4_ECHO};
    world(cone());
    hand_over(&a, echo("10.0.0.2:1", "203.0.113.7:1", NT_ICMP4_ECHO, 0));
    run_on();
    for (size_t i = 0; i < 3; i++) {
        struct nt_packet *about = echo("203.0.113.2:1", "203.0.113.7:1", types[i], 0);
        if (i == 2)
            nt_store16(about->data + 6, 100);
        assert_int_equal(nt_packet_parse(about), 0);
        nt_packet_fix_checksums(about);
        struct nt_addr from = addr("203.0.113.8");
        struct nt_packet *e = blank_packet(0);
        assert_int_equal(nt_packet_icmp_error(e, &from, about, 3, 1), 0);
        nt_fabric_consumed(f, about);
        hand_over(&o, e);
        run_on();
        dropped(NT_DROP_NO_MAPPING, "203.0.113.7:0", "203.0.113.2:0");
    }
    assert_int_equal(a.count, 0);
    send_error(&o, "203.0.113.8", &o.got[0]);
    assert_int_equal(a.count, 1);
    end();
}

/* An error about a hairpinned packet goes back the way it came. */
TEST(test_icmp_error_hairpinned)
{
    struct nt_addr src, dst, quoted_src = addr("10.0.0.3:6000"), quoted_dst = addr("203.0.113.2:5000");
    uint8_t proto;
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
    p.hairpin = NT_HAIRPIN_EXTERNAL;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    say(&a, "10.0.0.3:6000", "203.0.113.2:5000");
    send_error(&a, "10.0.0.2", &a.got[0]);
    const struct nt_packet *e = last(&a, 2, "203.0.113.2:0", "10.0.0.3:0");
    assert_int_equal(nt_packet_quoted(e, &src, &dst, &proto), 0);
    assert_true(nt_addr_equal(&src, &quoted_src));
    assert_true(nt_addr_equal(&dst, &quoted_dst));
    end();
}

/* An error that was damaged is not repaired on its way. */
TEST(test_icmp_error_damaged)
{
    world(cone());
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    struct nt_addr src = addr("203.0.113.7");
    struct nt_packet *e = blank_packet(0);
    assert_int_equal(nt_packet_icmp_error(e, &src, &o.got[0], 3, 3), 0);
    e->data[e->len - 1] ^= 1;
    hand_over(&o, e);
    run_on();
    dropped(NT_DROP_CHECKSUM, "", "");
    assert_int_equal(a.count, 0);
    end();
}

/* RFC 4787, REQ-13, and RFC 4443, 3.2: the sender is told what fits; the quoted packet is the one it knows. */
TEST(test_too_big)
{
    struct nt_nat_policy open = cone();
    open.ipv6 = NT_V6_OPEN;
    world(open);
    for (int v6 = 0; v6 < 2; v6++) {
        struct nt_packet *p = v6 ? udp("[2001:db8:1::9]:5000", "[2001:db8:ff::7]:7000", 1600, 64)
                                 : udp("10.0.0.2:5000", "203.0.113.7:7000", 1600, 64);
        if (!v6) {
            p->df = 1;
            nt_store16(p->data + 6, 0x4000);
            nt_packet_fix_checksums(p);
        }
        hand_over(&a, p);
        run_on();
        dropped(NT_DROP_MTU | NT_DROP_TOLD, "", "");
        assert_int_equal(o.count, 0);
        const struct nt_packet *error =
            v6 ? last(&a, 2, "[2001:db8:1::1]:0", "[2001:db8:1::9]:0") : last(&a, 1, "10.0.0.1:0", "10.0.0.2:0");
        struct nt_addr src, dst;
        uint8_t proto;
        char buf[NT_ADDR_TEXT];
        assert_int_equal(error->data[error->l4], v6 ? 2 : 3);
        assert_int_equal(error->data[error->l4 + 1], v6 ? 0 : 4);
        assert_int_equal(nt_load32(error->data + error->l4 + 4), 1500);
        assert_int_equal(nt_packet_quoted(error, &src, &dst, &proto), 0);
        assert_string_equal(nt_addr_format(&src, buf), v6 ? "[2001:db8:1::9]:5000" : "10.0.0.2:5000");
        assert_string_equal(nt_addr_format(&dst, buf), v6 ? "[2001:db8:ff::7]:7000" : "203.0.113.7:7000");
    }
    hand_over(&a, udp("10.0.0.2:5000", "203.0.113.7:7000", 1600, 64)); /* without DF: in pieces */
    run_on();
    assert_int_equal(o.count, 2);
    assert_int_equal(a.count, 2);
    end();
}

static void assert_exceeded(const struct nt_packet *e, const char *src, const char *dst)
{
    struct nt_addr quoted_src, quoted_dst;
    uint8_t proto;
    char buf[NT_ADDR_TEXT];
    assert_int_equal(e->data[e->l4], e->family == NT_AF_IPV4 ? 11 : 3); /* RFC 792; RFC 4443, 3.3 */
    assert_int_equal(e->data[e->l4 + 1], 0);
    assert_int_equal(nt_load32(e->data + e->l4 + 4), 0);
    assert_int_equal(nt_packet_quoted(e, &quoted_src, &quoted_dst, &proto), 0);
    assert_string_equal(nt_addr_format(&quoted_src, buf), src);
    assert_string_equal(nt_addr_format(&quoted_dst, buf), dst);
}

/* The sender is told, by the address of the link the packet came from. */
TEST(test_ttl)
{
    world(cone());
    hand_over(&a, udp("10.0.0.2:5000", "203.0.113.7:7000", 33, 1));
    run_on();
    dropped(NT_DROP_TTL | NT_DROP_TOLD, "10.0.0.2:5000", "203.0.113.7:7000");
    assert_exceeded(last(&a, 1, "10.0.0.1:0", "10.0.0.2:0"), "10.0.0.2:5000", "203.0.113.7:7000");
    hand_over(&a, udp("[2001:db8:1::9]:5000", "[2001:db8:ff::7]:7000", 33, 1));
    run_on();
    assert_exceeded(last(&a, 2, "[2001:db8:1::1]:0", "[2001:db8:1::9]:0"), "[2001:db8:1::9]:5000", "[2001:db8:ff::7]:7000");
    /* From a host elsewhere: still by the link it came from, not by that towards the host. */
    hand_over(&b, udp("10.0.0.3:5000", "203.0.113.7:7000", 33, 1));
    run_on();
    assert_exceeded(last(&a, 3, "10.9.0.1:0", "10.0.0.3:0"), "10.0.0.3:5000", "203.0.113.7:7000");
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    end();
}

/* RFC 1812, 4.3.2.7: what is never answered with an error. */
TEST(test_ttl_unanswered)
{
    world(cone());
    struct nt_addr from = addr("10.0.0.2");
    struct nt_packet *about = udp("203.0.113.7:7000", "10.0.0.2:5000", 33, 64), *e = blank_packet(0);
    assert_int_equal(nt_packet_icmp_error(e, &from, about, 3, 3), 0);
    nt_fabric_consumed(f, about);
    e->ttl = e->data[8] = 1;
    nt_packet_fix_checksums(e);
    hand_over(&a, e);
    run_on();
    dropped(NT_DROP_TTL | NT_DROP_QUIET, "10.0.0.2:0", "203.0.113.7:0");
    struct nt_packet *piece = udp("10.0.0.2:5000", "10.9.0.2:7000", 33, 1);
    nt_store16(piece->data + 6, 100);
    assert_int_equal(nt_packet_parse(piece), 0);
    nt_packet_fix_checksums(piece);
    assert_true(piece->fragment && !piece->first_fragment);
    hand_over(&a, piece);
    run_on();
    dropped(NT_DROP_TTL | NT_DROP_QUIET, "", "");
    hand_over(&a, udp("240.0.0.1:5000", "203.0.113.7:7000", 33, 1));
    run_on();
    dropped(NT_DROP_TTL | NT_DROP_QUIET, "", "");
    assert_int_equal(a.count + b.count + o.count, 0);
    end();
}

TEST(test_icmp_echo)
{
    world(cone());
    hand_over(&a, echo("10.0.0.2:1", "203.0.113.7:1", 8, 7));
    run_on();
    (void)last(&o, 1, "203.0.113.2:7", "203.0.113.7:7");
    hand_over(&a, echo("10.0.0.3:1", "203.0.113.7:1", 8, 7));
    run_on();
    (void)last(&o, 2, "203.0.113.2:8", "203.0.113.7:8");
    hand_over(&o, echo("203.0.113.7:1", "203.0.113.2:1", 0, 8));
    run_on();
    (void)last(&a, 1, "203.0.113.7:7", "10.0.0.3:7");
    hand_over(&o, echo("203.0.113.8:1", "203.0.113.2:1", 0, 8));
    run_on();
    dropped(NT_DROP_FILTERED, "", "");
    hand_over(&o, echo("203.0.113.7:1", "203.0.113.2:1", 8, 8));
    run_on();
    dropped(NT_DROP_NO_MAPPING, "", "");
    end();
}

/* RFC 5508, 3.1: a NAT lets queries out and their answers in, whatever they ask: timestamp, information, address mask. */
TEST(test_icmp_queries)
{
    world(cone());
    for (uint8_t ask = 13, count = 1; ask <= 17; ask += 2, count++) {
        hand_over(&a, echo("10.0.0.2:1", "203.0.113.7:1", ask, 7));
        run_on();
        (void)last(&o, count, "203.0.113.2:7", "203.0.113.7:7");
        hand_over(&o, echo("203.0.113.7:1", "203.0.113.2:1", ask + 1, 7));
        run_on();
        (void)last(&a, count, "203.0.113.7:7", "10.0.0.2:7");
    }
    hand_over(&a, echo("10.0.0.2:1", "203.0.113.7:1", 19, 7)); /* reserved */
    run_on();
    dropped(NT_DROP_PROTOCOL, "", "");
    hand_over(&o, echo("203.0.113.7:1", "203.0.113.2:1", 13, 7));
    run_on();
    dropped(NT_DROP_NO_MAPPING, "", "");
    end();
}

/* What an error must quote (RFC 792: 64 bits of the data), and the error that does not cross a NAT. */
TEST(test_icmp_not_translated)
{
    world(cone());
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    struct nt_addr src = addr("203.0.113.7");
    for (uint32_t quoted = 8; quoted >= 7; quoted--) {
        struct nt_packet *e = blank_packet(0);
        assert_int_equal(nt_packet_icmp_error(e, &src, &o.got[0], 3, 1), 0);
        e->len = e->l4 + 28u + quoted;
        nt_store16(e->data + 2, (uint16_t)e->len);
        assert_int_equal(nt_packet_parse(e), 0);
        nt_packet_fix_checksums(e);
        hand_over(&o, e);
        run_on();
        assert_int_equal(a.count, 1);
    }
    dropped(NT_DROP_PROTOCOL, "", "");
    struct nt_packet *redirect = blank_packet(0);
    assert_int_equal(nt_packet_icmp_error(redirect, &src, &o.got[0], 5, 1), 0);
    hand_over(&o, redirect);
    run_on();
    dropped(NT_DROP_PROTOCOL, "", "");
    assert_int_equal(a.count, 1);
    end();
}

/* RFC 1812, 5.3.1: the TTL counts for what is forwarded. What comes to an external address is, if it is translated. */
TEST(test_expired_at_own_address)
{
    struct nt_nat_policy p = cone();
    p.unsolicited = NT_UNSOLICITED_REJECT;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    hand_over(&o, udp("203.0.113.7:7000", "203.0.113.2:5000", 33, 1));
    run_on();
    assert_exceeded(last(&o, 2, "203.0.113.2:0", "203.0.113.7:0"), "203.0.113.7:7000", "203.0.113.2:5000");
    dropped(NT_DROP_TTL | NT_DROP_TOLD, "203.0.113.7:7000", "203.0.113.2:5000");
    hand_over(&o, udp("203.0.113.7:7000", "203.0.113.2:5001", 33, 1));
    run_on();
    dropped(NT_DROP_NO_MAPPING | NT_DROP_TOLD, "203.0.113.7:7000", "203.0.113.2:5001");
    hand_over(&a, udp("10.0.0.2:5000", "10.0.0.1:9", 33, 1));
    run_on();
    dropped(NT_DROP_NO_SOCKET | NT_DROP_QUIET, "10.0.0.2:5000", "10.0.0.1:9");
    /* An error of which the TTL is used up: none about it. */
    struct nt_addr from = addr("203.0.113.7");
    struct nt_packet *e = blank_packet(0);
    assert_int_equal(nt_packet_icmp_error(e, &from, &o.got[0], 3, 3), 0);
    e->ttl = e->data[8] = 1;
    nt_packet_fix_checksums(e);
    hand_over(&o, e);
    run_on();
    dropped(NT_DROP_TTL | NT_DROP_QUIET, "203.0.113.7:0", "203.0.113.2:0");
    assert_int_equal(a.count, 0);
    end();
}

/* RFC 5508, REQ-3 a): "if the IP checksum of the embedded packet fails to validate, the NAT SHOULD silently drop the Error packet";
 * c) it SHOULD NOT validate the transport checksum of the embedded packet. */
TEST(test_quote_damaged)
{
    world(cone());
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    struct nt_addr src = addr("203.0.113.7");
    for (size_t at = 8; at <= 26; at += 18) { /* the quoted TTL, the quoted UDP checksum */
        struct nt_packet *e = blank_packet(0);
        assert_int_equal(nt_packet_icmp_error(e, &src, &o.got[0], 3, 3), 0);
        e->data[e->l4 + 8 + at] ^= 1;
        nt_packet_fix_checksums(e);
        hand_over(&o, e);
        run_on();
        if (at == 8)
            dropped(NT_DROP_CHECKSUM, "", "");
        assert_int_equal(a.count, at == 8 ? 0 : 1);
    }
    end();
}

static struct nt_nat_policy plain(enum nt_icmp icmp)
{
    struct nt_nat_policy p;
    nt_nat_policy_init(&p);
    p.kind = NT_GW_NONE;
    p.icmp = icmp;
    return p;
}

/* The error of this type and code about what `x` last got, sent back by who got it. */
static void answer_error(struct probe *x, uint8_t type, uint8_t code)
{
    const struct nt_packet *about = &x->got[x->count - 1];
    struct nt_addr from = nt_addr_with_port(&about->dst, 0);
    struct nt_packet *e = blank_packet(0);
    assert_int_equal(nt_packet_icmp_error(e, &from, about, type, code), 0);
    hand_over(x, e);
    run_on();
}

/* A gateway that drops ICMP carries none of either family, and sends none. */
TEST(test_icmp_dropped)
{
    for (int translates = 0; translates < 2; translates++) {
        struct nt_nat_policy p = translates ? cone() : plain(NT_ICMP_DROP);
        p.icmp = NT_ICMP_DROP;
        p.unsolicited = NT_UNSOLICITED_REJECT;
        p.answers = ~(unsigned)NT_ANSWER_LIMIT_HOST;
        world(p);
        say(&a, IN6, OUT6);
        answer_error(&o, 1, 4);
        dropped(NT_DROP_DENIED, "", "");
        say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
        answer_error(&o, 3, 3);
        dropped(NT_DROP_DENIED, "", "");
        hand_over(&a, echo("10.0.0.2:1", "10.0.0.1:1", 8, 7));
        run_on();
        dropped(NT_DROP_DENIED, "", "");
        hand_over(&a, udp("10.0.0.2:5000", "203.0.113.7:7000", 33, 1));
        run_on();
        dropped(NT_DROP_TTL | NT_DROP_QUIET, "", "");
        say(&o, "203.0.113.7:7000", "203.0.113.2:1");
        say(&a, "10.0.0.2:5000", "10.0.0.1:9");
        assert_int_equal(a.count, 0);
        assert_int_equal(o.count, 2);
        end();
    }
}

/* A path MTU black hole: it passes no "too big", and sends none; other errors pass. */
TEST(test_too_big_dropped)
{
    for (int translates = 0; translates < 2; translates++) {
        struct nt_nat_policy p = translates ? cone() : plain(NT_ICMP_DROP_TOO_BIG);
        p.icmp = NT_ICMP_DROP_TOO_BIG;
        world(p);
        say(&a, IN6, OUT6);
        answer_error(&o, 2, 0);
        dropped(NT_DROP_DENIED, "", "");
        answer_error(&o, 1, 4);
        assert_int_equal(a.count, 1);
        say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
        answer_error(&o, 3, 4);
        dropped(NT_DROP_DENIED, "", "");
        answer_error(&o, 3, 3);
        assert_int_equal(a.count, 2);
        hand_over(&a, udp(IN6, OUT6, 1600, 64));
        run_on();
        dropped(NT_DROP_MTU | NT_DROP_QUIET, IN6, OUT6);
        assert_int_equal(a.count, 2);
        assert_int_equal(o.count, 2);
        end();
    }
}

/* RFC 8200, 4: what a router quotes may have extension headers before the ports. Sends a "packet too big" about a packet from IN6
 * to OUT6 that has these headers; next: the number of the first, 17 the last one's. */
static void quote_with_headers(uint8_t next, const uint8_t *headers, size_t len)
{
    struct nt_packet *p = udp(IN6, OUT6, 33, 64), *e = blank_packet(0);
    memmove(p->data + 40 + len, p->data + 40, p->len - 40);
    memcpy(p->data + 40, headers, len);
    p->data[6] = next;
    p->len += (uint32_t)len;
    nt_store16(p->data + 4, (uint16_t)(p->len - 40));
    struct nt_addr router = addr("2001:db8:ff::8");
    assert_int_equal(nt_packet_icmp_error(e, &router, p, 2, 0), 0);
    nt_fabric_consumed(f, p);
    hand_over(&o, e);
    run_on();
}

TEST(test_icmp6_quotes)
{
    static const uint8_t first[] = {17, 0, 0, 1, 0, 0, 0, 9}, later[] = {17, 0, 4, 0xb1, 0, 0, 0, 9},
                         options[] = {60, 0, 1, 4, 0, 0, 0, 0, 44, 1, 1, 12, 0, 0, 0, 0,
                                      0,  0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 1,  0, 0, 0, 9},
                         cut[] = {17, 255, 1, 4, 0, 0, 0, 0};
    world(cone());
    say(&a, IN6, OUT6);
    quote_with_headers(44, first, sizeof first);
    (void)last(&a, 1, "[2001:db8:ff::8]:0", "[2001:db8:1::9]:0");
    quote_with_headers(0, options, sizeof options); /* hop-by-hop, destination options, first fragment */
    (void)last(&a, 2, "[2001:db8:ff::8]:0", "[2001:db8:1::9]:0");
    quote_with_headers(44, later, sizeof later); /* whose it is, nobody can tell */
    dropped(NT_DROP_FIREWALL, "", "");
    quote_with_headers(60, cut, sizeof cut); /* longer than what is quoted */
    dropped(NT_DROP_FIREWALL, "", "");
    assert_int_equal(a.count, 2);
    end();
}

static void send_echo6(struct probe *x, const char *src, const char *dst, uint8_t type)
{
    struct nt_packet *p = udp(src, dst, 12, 64);
    p->data[6] = NT_PROTO_ICMP6;
    p->data[40] = type, p->data[41] = 0;
    nt_store16(p->data + 44, 7);
    nt_store16(p->data + 46, 1);
    assert_int_equal(nt_packet_parse(p), 0);
    nt_packet_fix_checksums(p);
    hand_over(x, p);
    run_on();
}

/* An ICMPv6 query lets in its reply and errors about it, not what others ask with the same identifier, nor errors about a reply. */
TEST(test_icmp6_queries)
{
    world(cone());
    send_echo6(&a, IN6, OUT6, 129); /* a reply asks for nothing */
    assert_int_equal(o.count, 1);
    send_echo6(&o, OUT6, IN6, 129);
    dropped(NT_DROP_FIREWALL, "", "");
    send_echo6(&a, IN6, OUT6, 128);
    send_echo6(&o, OUT6, IN6, 128);
    dropped(NT_DROP_FIREWALL, "", "");
    assert_int_equal(a.count, 0);
    send_echo6(&o, OUT6, IN6, 129);
    assert_int_equal(a.count, 1);
    send_echo6(&o, "[2001:db8:ff::8]:7000", IN6, 129);
    dropped(NT_DROP_FIREWALL, "", "");
    send_error(&o, "2001:db8:ff::8", &o.got[0]); /* about the reply */
    dropped(NT_DROP_FIREWALL, "", "");
    send_error(&o, "2001:db8:ff::8", &o.got[1]); /* about the query */
    (void)last(&a, 2, "[2001:db8:ff::8]:0", "[2001:db8:1::9]:0");
    end();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reject),
                                       cmocka_unit_test(test_icmp_errors),
                                       cmocka_unit_test(an_error_about_what_no_query_is),
                                       cmocka_unit_test(test_icmp_error_hairpinned),
                                       cmocka_unit_test(test_icmp_error_damaged),
                                       cmocka_unit_test(test_icmp_queries),
                                       cmocka_unit_test(test_icmp_not_translated),
                                       cmocka_unit_test(test_too_big),
                                       cmocka_unit_test(test_ttl),
                                       cmocka_unit_test(test_ttl_unanswered),
                                       cmocka_unit_test(test_expired_at_own_address),
                                       cmocka_unit_test(test_quote_damaged),
                                       cmocka_unit_test(test_icmp_dropped),
                                       cmocka_unit_test(test_too_big_dropped),
                                       cmocka_unit_test(test_icmp6_quotes),
                                       cmocka_unit_test(test_icmp6_queries),
                                       cmocka_unit_test(test_icmp_echo)};
    return RUN_TESTS(tests);
}
