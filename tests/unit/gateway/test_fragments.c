/* Fragments at a gateway: in order, put together, dropped; what is told of them. */
#include "natsim/packet/reassembly.h"
#include "tests/unit/gateway/world.h"

/* Fragments of a datagram, of at most `mtu` bytes; how many. */
static size_t cut(struct nt_packet *p, uint32_t mtu, struct nt_packet *piece[4])
{
    size_t n = 0;
    p->df = 0;
    p->fragment_id = 77;
    assert_int_equal(nt_fragment(nt_fabric_pool(f), &p, mtu), 0);
    for (struct nt_packet *next; p != NULL; p = next) {
        assert_true(n < 4);
        next = p->next;
        p->next = NULL;
        piece[n++] = p;
    }
    return n;
}

/* A datagram of three fragments, sent in the given order. */
static void send_fragments(struct probe *x, const char *src, const char *dst, const int order[3])
{
    struct nt_packet *piece[4];
    assert_int_equal(cut(udp(src, dst, 1400, 64), 600, piece), 3);
    for (int i = 0; i < 3; i++) {
        hand_over(x, piece[order[i]]);
        run_on();
    }
}

static const int straight[3] = {0, 1, 2}, mixed[3] = {1, 2, 0};

/* What the probe got makes the datagram whole, with its right checksum; the lengths of its packets are as given. */
static void got_whole(const struct probe *x, size_t count, const uint32_t *lengths, const char *src, const char *dst)
{
    char buf[NT_ADDR_TEXT];
    struct nt_reassembly *r = nt_reassembly_new(nt_fabric_pool(f), (struct nt_reassembly_drop){NULL, NULL});
    assert_non_null(r);
    struct nt_packet *p = NULL;
    assert_int_equal(x->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_null(p);
        p = nt_fabric_copy(f, &x->got[i]);
        assert_int_equal(p->len, lengths[i]);
        assert_int_equal(p->first_fragment, i == 0);
        assert_int_equal(nt_reassembly_add(r, &p, now), 0);
    }
    assert_non_null(p);
    assert_true(nt_packet_checksums_good(p));
    assert_string_equal(nt_addr_format(&p->src, buf), src);
    assert_string_equal(nt_addr_format(&p->dst, buf), dst);
    nt_fabric_consumed(f, p);
    nt_reassembly_del(r);
}

static size_t count_of(enum nt_trace_kind kind, int64_t what)
{
    size_t n = 0;
    for (size_t i = 0; i < logged; i++)
        n += log_of[i].kind == kind && log_of[i].n[1] == what;
    return n;
}

/* A ping in fragments is answered as a whole, which is fragmented anew where it needs be. */
TEST(a_ping_in_fragments_is_answered)
{
    struct nt_nat_policy p = cone();
    p.answers = NT_ANSWER_ECHO | NT_ANSWER_PORT;
    world(p);
    struct nt_packet *ping = udp("10.0.0.2:1", "10.0.0.1:1", 1400, 64), *piece[4];
    ping->data[9] = NT_PROTO_ICMP;
    ping->data[20] = NT_ICMP4_ECHO, ping->data[21] = 0;
    assert_int_equal(nt_packet_parse(ping), 0);
    nt_packet_fix_checksums(ping);
    assert_int_equal(cut(ping, 600, piece), 3);
    for (size_t i = 0; i < 3; i++)
        hand_over(&a, piece[i]);
    run_on();
    const struct nt_packet *reply = last(&a, 1, "10.0.0.1:1408", "10.0.0.2:1408");
    assert_int_equal(reply->data[20], NT_ICMP4_ECHO_REPLY);
    assert_int_equal(reply->len, 1428);
    assert_false(reply->fragment);
    send_fragments(&a, "10.0.0.2:5000", "10.0.0.1:9", straight);
    reply = last(&a, 2, "10.0.0.1:0", "10.0.0.2:0");
    assert_int_equal(reply->data[20], NT_ICMP4_UNREACHABLE);
    assert_int_equal(count_of(NT_TR_DROP, NT_DROP_NO_SOCKET | NT_DROP_TOLD), 3);
    end();
}

/* RFC 4787, REQ-14: out-of-order fragments are received. They go on in their order and their sizes, and each is told to be
 * translated. */
TEST(fragments_that_are_put_together_keep_their_sizes)
{
    static const uint32_t sizes[] = {596, 596, 276};
    for (int m = 0; m < 2; m++) {
        world(cone());
        send_fragments(&a, "10.0.0.2:5000", "203.0.113.7:7000", m ? mixed : straight);
        got_whole(&o, 3, sizes, "203.0.113.2:5000", "203.0.113.7:7000");
        assert_int_equal(count_of(NT_TR_TRANSLATED, 0), 3);
        for (size_t i = 0, n = 0; i < logged; i++) /* the last one is at the tap, the others are named */
            assert_true(log_of[i].kind != NT_TR_TRANSLATED || (log_of[i].n[0] >= 0) == (n++ == (m ? 0 : 2)));
        send_fragments(&o, "203.0.113.7:7000", "203.0.113.2:5000", m ? mixed : straight);
        got_whole(&a, 3, sizes, "203.0.113.7:7000", "10.0.0.2:5000");
        end();
    }
}

/* A datagram that is looked at whole is dropped whole: in each of its fragments. */
TEST(a_drop_is_told_of_each_fragment)
{
    world(cone());
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    logged = 0;
    send_fragments(&o, "203.0.113.8:7000", "203.0.113.2:5000", mixed);
    assert_int_equal(count_of(NT_TR_DROP, NT_DROP_FILTERED), 3);
    assert_int_equal(a.count, 0);
    send_fragments(&o, "203.0.113.8:7000", "203.0.113.2:9", straight);
    assert_int_equal(count_of(NT_TR_DROP, NT_DROP_NO_MAPPING), 3);
    end();
}

/* So is what is found when they are put together: here, a datagram whose UDP length is more than it has. */
TEST(a_malformed_datagram_is_told_of_each_fragment)
{
    struct nt_packet *piece[4] = {NULL};
    world(cone());
    size_t n = cut(udp("10.0.0.2:5000", "203.0.113.7:7000", 1400, 64), 600, piece);
    assert_int_equal(n, 3);
    nt_store16(piece[0]->data + 24, 4000);
    for (size_t i = 0; i < n; i++)
        hand_over(&a, piece[i]);
    run_on();
    assert_int_equal(count_of(NT_TR_DROP, NT_DROP_MALFORMED), 3);
    for (size_t i = 0; i < logged; i++)
        for (size_t k = 0; k <= i; k++) /* each is named, by a number of its own */
            assert_true(log_of[i].n[2] > 0 && (k == i || log_of[k].n[2] != log_of[i].n[2]));
    end();
}

/* In order: all pass but those that came before the first. */
TEST(fragments_in_order_or_not_at_all)
{
    static const uint32_t sizes[] = {596, 596, 276};
    struct nt_nat_policy p = cone();
    p.fragments = NT_FRAG_IN_ORDER;
    world(p);
    send_fragments(&a, "10.0.0.2:5000", "203.0.113.7:7000", straight);
    got_whole(&o, 3, sizes, "203.0.113.2:5000", "203.0.113.7:7000");
    send_fragments(&a, "10.0.0.3:5000", "203.0.113.7:7000", mixed);
    assert_int_equal(o.count, 4);
    assert_int_equal(count_of(NT_TR_DROP, NT_DROP_FRAGMENT), 2);
    end();
    p.fragments = NT_FRAG_DROP;
    world(p);
    send_fragments(&a, "10.0.0.2:5000", "203.0.113.7:7000", straight);
    assert_int_equal(o.count, 0);
    assert_int_equal(count_of(NT_TR_DROP, NT_DROP_FRAGMENT), 3);
    end();
}

/* RFC 791, 3.2 lets an identification be used again: a first fragment is forgotten after 30 s. */
TEST(a_first_fragment_is_forgotten_in_time)
{
    struct nt_packet *piece[4];
    struct nt_nat_policy p = cone();
    p.fragments = NT_FRAG_IN_ORDER;
    world(p);
    assert_int_equal(cut(udp("10.0.0.2:5000", "203.0.113.7:7000", 1400, 64), 600, piece), 3);
    nt_time sent = now;
    hand_over(&a, piece[0]);
    run_on();
    now = sent + 30 * NT_SEC;
    hand_over(&a, piece[1]);
    run_on();
    assert_int_equal(o.count, 1);
    assert_int_equal(count_of(NT_TR_DROP, NT_DROP_FRAGMENT), 1);
    nt_fabric_consumed(f, piece[2]);
    send_fragments(&a, "10.0.0.2:5000", "203.0.113.7:7000", straight);
    assert_int_equal(o.count, 4);
    end();
}

/* Whoever sends first fragments alone makes the gateway forget none but its own. */
TEST(first_fragments_push_out_those_of_their_sender)
{
    struct nt_nat_policy p = cone();
    p.fragments = NT_FRAG_IN_ORDER;
    world(p);
    struct nt_packet *piece[4], *flood[4];
    assert_int_equal(cut(udp("10.0.0.2:5000", "203.0.113.7:7000", 1400, 64), 600, piece), 3);
    hand_over(&a, piece[0]);
    run_on();
    for (uint16_t id = 1; id <= 3000; id++) {
        struct nt_packet *q = udp("10.0.0.3:5000", "203.0.113.7:7000", 1400, 64);
        nt_store16(q->data + 4, id);
        nt_packet_fix_checksums(q);
        (void)cut(q, 600, flood);
        hand_over(&a, flood[0]);
        nt_fabric_consumed(f, flood[1]);
        nt_fabric_consumed(f, flood[2]);
        assert_int_not_equal(nt_fabric_run(f, now += MS), NT_FABRIC_LIVELOCK);
        o.count = 0;
    }
    run_on();
    o.count = 0;
    hand_over(&a, piece[1]);
    hand_over(&a, piece[2]);
    run_on();
    assert_int_equal(o.count, 2);
    end();
}

/* Fragments of IPv6 go through the firewall as whole datagrams, and on as they came (RFC 8200, 4.5). */
TEST(fragments_of_ipv6_pass_the_firewall)
{
    static const uint32_t sizes[] = {600, 600, 352};
    world(cone());
    send_fragments(&o, "[2001:db8:ff::7]:7000", "[2001:db8:1::9]:5000", straight);
    assert_int_equal(a.count, 0);
    assert_int_equal(count_of(NT_TR_DROP, NT_DROP_FIREWALL), 3);
    send_fragments(&a, "[2001:db8:1::9]:5000", "[2001:db8:ff::7]:7000", mixed);
    got_whole(&o, 3, sizes, "[2001:db8:1::9]:5000", "[2001:db8:ff::7]:7000");
    send_fragments(&o, "[2001:db8:ff::7]:7000", "[2001:db8:1::9]:5000", mixed);
    got_whole(&a, 3, sizes, "[2001:db8:ff::7]:7000", "[2001:db8:1::9]:5000");
    end();
}

/* Each fragment meets the MTU outside for itself. */
TEST(fragments_that_are_too_big)
{
    static const uint32_t cut_again[] = {1500, 116, 192};
    struct nt_packet *piece[4];
    world(cone());
    assert_int_equal(cut(udp("10.0.0.2:5000", "203.0.113.7:7000", 1740, 64), 1600, piece), 2);
    hand_over(&a, piece[0]);
    hand_over(&a, piece[1]);
    run_on();
    got_whole(&o, 3, cut_again, "203.0.113.2:5000", "203.0.113.7:7000");
    assert_int_equal(cut(udp("[2001:db8:1::9]:5000", "[2001:db8:ff::7]:7000", 1740, 64), 1600, piece), 2);
    hand_over(&a, piece[0]);
    hand_over(&a, piece[1]);
    run_on();
    assert_int_equal(o.count, 4); /* the second fragment */
    const struct nt_packet *e = last(&a, 1, "[2001:db8:1::1]:0", "[2001:db8:1::9]:0");
    assert_int_equal(e->data[40], NT_ICMP6_TOO_BIG);
    assert_int_equal(nt_packet_icmp_mtu(e), 1500);
    assert_int_equal(nt_load16(e->data + 48 + 4), piece[0]->len - 40); /* what it quotes */
    assert_int_equal(count_of(NT_TR_DROP, NT_DROP_MTU | NT_DROP_TOLD), 1);
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            assert_int_equal(cut(udp("10.0.0.2:5000", "203.0.113.7:7000", 1740, 64), 1600, piece), 2);
        piece[i]->data[6] |= 0x40;
        assert_int_equal(nt_packet_parse(piece[i]), 0);
        nt_packet_fix_checksums(piece[i]);
        hand_over(&a, piece[i]);
    }
    run_on();
    assert_int_equal(o.count, 5);
    e = last(&a, 2, "10.0.0.1:0", "10.0.0.2:0");
    assert_int_equal(nt_packet_icmp_mtu(e), 1500);
    assert_int_equal(e->data[28 + 12], 10); /* it quotes the fragment as its sender knows it */
    end();
}

/* What was held is gone with a reboot and with a flush, and that is told. */
TEST(half_a_datagram_is_forgotten)
{
    static const enum nt_control ways[] = {NT_CTL_REBOOT, NT_CTL_FLUSH};
    for (size_t i = 0; i < 2; i++) {
        struct nt_packet *piece[4];
        world(cone());
        assert_int_equal(cut(udp("10.0.0.2:5000", "203.0.113.7:7000", 1400, 64), 600, piece), 3);
        hand_over(&a, piece[0]);
        hand_over(&a, piece[1]);
        run_on();
        assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), ways[i], 0, now), 0);
        assert_int_equal(count_of(NT_TR_DROP, NT_DROP_FORGOTTEN), 2);
        hand_over(&a, piece[2]);
        now += 40 * NT_SEC;
        (void)nt_fabric_run(f, now);
        assert_int_equal(o.count, 0);
        assert_int_equal(count_of(NT_TR_DROP, NT_DROP_INCOMPLETE), 1);
        end();
    }
}

/* An echo request of 1,708 octets, which came in fragments, and its reply: the gateway is a source, and divides it (RFC 8200, 4.5).
 */
TEST(a_large_echo_reply_of_the_gateway_is_fragmented)
{
    static const uint32_t sizes[] = {1496, 308};
    struct nt_packet *piece[4], *p;
    struct nt_nat_policy policy = cone();
    policy.answers = NT_ANSWER_ECHO_OUTSIDE;
    world(policy);
    p = udp("[2001:db8:ff::7]:1", "[2001:db8:ff::2]:1", 1700, 64);
    p->data[6] = NT_PROTO_ICMP6;
    memcpy(p->data + 40, (const uint8_t[8]){NT_ICMP6_ECHO, 0, 0, 0, 0, 1, 0, 1}, 8);
    assert_int_equal(nt_packet_parse(p), 0);
    nt_packet_fix_checksums(p);
    size_t n = cut(p, 1500, piece);
    for (size_t i = 0; i < n; i++)
        hand_over(&o, piece[i]);
    run_on();
    got_whole(&o, 2, sizes, "[2001:db8:ff::2]:1", "[2001:db8:ff::7]:1");
    assert_int_equal(o.got[0].data[48], NT_ICMP6_ECHO_REPLY);
    end();
}

/* A later fragment does not follow its first one from an address that the gateway no longer has. */
TEST(renumbering_forgets_first_fragments)
{
    struct nt_nat_policy p = cone();
    struct nt_packet *piece[4];
    p.fragments = NT_FRAG_IN_ORDER;
    world(p);
    assert_int_equal(cut(udp("10.0.0.2:5000", "203.0.113.7:7000", 1400, 64), 600, piece), 3);
    for (size_t i = 0; i < 3; i++) {
        hand_over(&a, piece[i]);
        run_on();
        if (i == 1)
            assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_RENUMBER, 0, now), 0);
    }
    assert_int_equal(o.count, 2);
    dropped(NT_DROP_FRAGMENT, "10.0.0.2:0", "203.0.113.7:0");
    end();
}

/* In a world whose inside carries more than the outside: fragmented where it goes out. */
TEST(a_packet_is_fragmented_where_it_goes_out)
{
    world(cone());
    hand_over(&a, udp("10.0.0.2:5000", "203.0.113.7:7000", 1700, 64));
    run_on();
    assert_int_equal(o.count, 2);
    assert_true(o.got[0].first_fragment);
    assert_int_equal(o.got[0].src.port, 5000);
    end();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ping_in_fragments_is_answered),
        cmocka_unit_test(fragments_that_are_put_together_keep_their_sizes),
        cmocka_unit_test(a_drop_is_told_of_each_fragment),
        cmocka_unit_test(a_malformed_datagram_is_told_of_each_fragment),
        cmocka_unit_test(fragments_in_order_or_not_at_all),
        cmocka_unit_test(a_first_fragment_is_forgotten_in_time),
        cmocka_unit_test(first_fragments_push_out_those_of_their_sender),
        cmocka_unit_test(fragments_of_ipv6_pass_the_firewall),
        cmocka_unit_test(fragments_that_are_too_big),
        cmocka_unit_test(half_a_datagram_is_forgotten),
        cmocka_unit_test(a_large_echo_reply_of_the_gateway_is_fragmented),
        cmocka_unit_test(renumbering_forgets_first_fragments),
        cmocka_unit_test(a_packet_is_fragmented_where_it_goes_out),
    };
    return RUN_TESTS(tests);
}
