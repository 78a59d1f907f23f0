/* Lifetimes (RFC 4787, section 4.3), exact to the nanosecond: what ends when, what refreshes, in which order; ICMP errors, flush
 * and reboot. */
#include "tests/unit/nat/fixture.h"

#define EI NT_DEP_ENDPOINT_INDEPENDENT
#define AP NT_DEP_ADDRESS_AND_PORT
#define NO_MAPPING (-(int)NT_DROP_NO_MAPPING)
#define FILTERED (-(int)NT_DROP_FILTERED)
#define S NT_SEC

TEST(test_exact_end)
{
    struct nt_nat *n = nat_of(policy_of(EI, EI));
    assert_int_equal(nt_nat_deadline(n), NT_TIME_NEVER);
    assert_int_equal(out_at(n, I1, X, 7), 5000);
    assert_int_equal(nt_nat_deadline(n), 300 * S + 7);
    assert_int_equal(in_at(n, X, 5000, 300 * S + 6), 5000);
    assert_int_equal(in_at(n, X, 5000, 300 * S + 7), NO_MAPPING); /* gone though no timer has run */
    assert_int_equal(nt_nat_deadline(n), NT_TIME_NEVER);
    assert_int_equal(seen_count, 2);
    assert_int_equal(seen[0].kind, NT_TR_MAPPED);
    assert_int_equal(seen[0].at, 7);
    assert_string_equal(seen[0].a, I1);
    assert_string_equal(seen[0].b, E ":5000");
    assert_int_equal(seen[1].kind, NT_TR_EXPIRED);
    assert_int_equal(seen[1].at, 300 * S + 7);
    assert_int_equal(seen[1].number, seen[0].number);
    nt_nat_del(n);
}

TEST(test_refresh_directions)
{
    for (int inbound = 0; inbound < 2; inbound++) {
        struct nt_nat_policy p = policy_of(EI, EI);
        p.refresh_inbound = inbound;
        struct nt_nat *n = nat_of(p);
        assert_int_equal(out_at(n, I1, X, 0), 5000);
        assert_int_equal(in_at(n, X, 5000, 200 * S), 5000);
        assert_int_equal(nt_nat_deadline(n), (inbound ? 500 : 300) * S);
        assert_int_equal(out_at(n, I1, X, 250 * S), 5000);
        assert_int_equal(nt_nat_deadline(n), 550 * S);
        nt_nat_del(n);
    }
    struct nt_nat_policy p = policy_of(EI, EI);
    p.refresh_inbound = true, p.refresh_outbound = false;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    assert_int_equal(out_at(n, I1, X, 200 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 300 * S);
    assert_int_equal(in_at(n, X, 5000, 200 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 500 * S);
    nt_nat_del(n);
}

/* What was filtered refreshes nothing. */
TEST(test_filtered_refreshes_nothing)
{
    struct nt_nat_policy p = policy_of(EI, AP);
    p.refresh_inbound = true;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    assert_int_equal(in_at(n, Y, 5000, 200 * S), FILTERED);
    assert_int_equal(nt_nat_deadline(n), 300 * S);
    nt_nat_del(n);
}

/* Measured on Linux: 30 s unreplied, 30 s after a reply within two seconds, 120 s once there is traffic later than that. */
TEST(test_phases)
{
    struct nt_nat_policy p = policy_of(EI, AP);
    p.life_new = 30 * S, p.life_replied = 40 * S, p.life_stream = 120 * S;
    p.refresh_inbound = true;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    assert_int_equal(out_at(n, I1, X, 10 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 40 * S); /* no reply: still new */
    nt_nat_flush(n, 10 * S);
    assert_int_equal(out_at(n, I1, X, 20 * S), 5000);
    assert_int_equal(in_at(n, X, 5000, 21 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 61 * S);
    assert_int_equal(out_at(n, I1, X, 22 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 62 * S); /* two seconds, not more */
    assert_int_equal(out_at(n, I1, X, 22 * S + 1), 5000);
    assert_int_equal(nt_nat_deadline(n), 142 * S + 1);
    nt_nat_flush(n, 30 * S);
    assert_int_equal(out_at(n, I1, X, 30 * S), 5000);
    assert_int_equal(in_at(n, X, 5000, 35 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 75 * S); /* the first reply is no stream yet, however late */
    assert_int_equal(in_at(n, X, 5000, 36 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 156 * S);
    nt_nat_del(n);
}

/* The first reply changes the timer, counted from the last refresh, where inbound packets do not restart it. */
TEST(test_first_reply_without_inbound_refresh)
{
    struct nt_nat_policy p = policy_of(EI, AP);
    p.life_new = 30 * S, p.life_replied = 120 * S, p.life_stream = 120 * S;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, 5 * S), 5000);
    assert_int_equal(in_at(n, X, 5000, 10 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 125 * S);
    assert_int_equal(in_at(n, X, 5000, 20 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 125 * S);
    nt_nat_del(n);
}

TEST(test_life_by_port)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.life_by_port[0].port = 53, p.life_by_port[0].life = 15 * S, p.life_by_port_count = 1;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, "198.51.100.7:53", 0), 5000);
    assert_int_equal(nt_nat_deadline(n), 15 * S);
    assert_int_equal(out_at(n, I1, "198.51.100.7:53", 5 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 20 * S);
    assert_int_equal(out_at(n, I1, X, 10 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 310 * S);
    assert_int_equal(out_at(n, I1, "198.51.100.7:53", 11 * S), 5000); /* does not shorten what another keeps */
    assert_int_equal(nt_nat_deadline(n), 310 * S);
    nt_nat_del(n);
}

/* Nor does a packet to another port shorten what a longer timer of a port gave; the phase shortens what phases gave. */
TEST(test_lives_only_grow)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.life_new = 40 * S, p.life_replied = p.life_stream = 10 * S;
    p.life_by_port[0].port = 3478, p.life_by_port[0].life = 100 * S, p.life_by_port_count = 1;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, "198.51.100.7:3478", 0), 5000);
    assert_int_equal(nt_nat_deadline(n), 100 * S);
    assert_int_equal(in_at(n, X, 5000, S), 5000); /* the first reply: no packet had a timer of the phase that it could change */
    assert_int_equal(nt_nat_deadline(n), 100 * S);
    assert_int_equal(out_at(n, I1, X, 95 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 105 * S);
    nt_nat_flush(n, 100 * S);
    assert_int_equal(out_at(n, I1, X, 100 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 140 * S);
    assert_int_equal(in_at(n, X, 5000, 101 * S), 5000);
    assert_int_equal(nt_nat_deadline(n), 110 * S);
    nt_nat_del(n);
}

TEST(test_filter_lifetime)
{
    struct nt_nat_policy p = policy_of(EI, AP);
    p.filter_lifetime = 60 * S;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    assert_int_equal(out_at(n, I1, Y, 30 * S), 5000);
    assert_int_equal(in_at(n, X, 5000, 60 * S - 1), 5000);
    assert_int_equal(in_at(n, X, 5000, 60 * S), FILTERED); /* inbound packets open nothing */
    assert_int_equal(in_at(n, Y, 5000, 60 * S), 5000);
    assert_int_equal(out_at(n, I1, Y, 80 * S), 5000);
    assert_int_equal(in_at(n, Y, 5000, 140 * S - 1), 5000);
    assert_int_equal(in_at(n, Y, 5000, 140 * S), FILTERED);
    nt_nat_del(n);
}

/* What ends at one instant ends in the order of making. */
TEST(test_order_of_ends)
{
    struct nt_nat *n = nat_of(policy_of(EI, EI));
    assert_int_equal(out_at(n, "10.0.0.2:1025", X, 0), 1025);
    assert_int_equal(out_at(n, "10.0.0.2:1026", X, 0), 1026);
    assert_int_equal(out_at(n, "10.0.0.2:1027", X, 0), 1027);
    assert_int_equal(out_at(n, "10.0.0.2:1025", X, S), 1025);
    nt_nat_run(n, 301 * S);
    assert_int_equal(seen_count, 6);
    assert_string_equal(seen[3].a, "10.0.0.2:1026");
    assert_string_equal(seen[4].a, "10.0.0.2:1027");
    assert_string_equal(seen[5].a, "10.0.0.2:1025");
    assert_int_equal(seen[3].at, 300 * S);
    assert_int_equal(seen[5].at, 301 * S);
    nt_nat_del(n);
}

/* The filter entries of a mapping end with it: what has its place afterwards is closed to them. */
TEST(test_filters_end_with_their_mapping)
{
    for (int scope = NT_SCOPE_MAPPING; scope <= NT_SCOPE_ENDPOINT; scope++) {
        struct nt_nat_policy p = policy_of(EI, AP);
        p.filter_scope = (enum nt_filter_scope)scope;
        struct nt_nat *n = nat_of(p);
        assert_int_equal(out_at(n, I1, Y, 0), 5000);
        assert_int_equal(out_at(n, I1, X, 300 * S), 5000);
        assert_int_equal(in_at(n, Y, 5000, 300 * S), FILTERED);
        assert_int_equal(in_at(n, X, 5000, 300 * S), 5000);
        nt_nat_del(n);
    }
}

/* An endpoint's older mapping ends: the endpoint and its host stay, with what they have. */
TEST(test_older_mapping_ends)
{
    struct nt_nat_policy p = policy_of(AP, AP);
    p.max_per_host = 2;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, 0), 40000);
    assert_int_equal(out_at(n, I1, Y, S), 40001);
    assert_int_equal(out_at(n, I1, X_OTHER_PORT, 300 * S), 40002); /* in place of X's */
    assert_int_equal(out_at(n, I1, X, 300 * S), -(int)NT_DROP_LIMIT);
    assert_int_equal(in_at(n, Y, 40001, 300 * S), 5000);
    nt_nat_del(n);
}

static struct nt_nat_translation error_about(struct nt_nat *n, const char *external, const char *remote)
{
    struct nt_addr e = addr(external), r = addr(remote);
    return nt_nat_error_in(n, NT_PROTO_UDP, &e, &r, S);
}

/* RFC 4787, REQ-12: "Receipt of any sort of ICMP message MUST NOT terminate the NAT mapping." A policy may break it. */
TEST(test_icmp_error)
{
    for (int kills = 0; kills < 2; kills++) {
        struct nt_nat_policy p = policy_of(EI, AP);
        p.icmp_kills_mapping = kills;
        struct nt_nat *n = nat_of(p);
        assert_int_equal(out_at(n, I1, X, 0), 5000);
        assert_int_equal(error_about(n, E ":5001", X).drop, NT_DROP_NO_MAPPING);
        struct nt_nat_translation v = error_about(n, E ":5000", X);
        assert_int_equal(v.drop, NT_DROP_NONE);
        assert_addr(&v.dst, I1);
        assert_int_equal(in_at(n, X, 5000, S), kills ? NO_MAPPING : 5000);
        assert_int_equal(nt_nat_deadline(n), kills ? NT_TIME_NEVER : 300 * S); /* nor does an error refresh it */
        nt_nat_del(n);
    }
}

/* RFC 5508, REQ-4: an error about a session that never was is dropped, and ends no mapping. Endpoint-independent mapping and
 * filtering keep nothing of a remote: there the mapping is all there is. */
TEST(test_error_without_a_session)
{
    static const struct {
        enum nt_dependence mapping, filtering;
        enum nt_drop other_port, other_address;
    } rows[] = {
        {EI, EI, NT_DROP_NONE, NT_DROP_NONE},         {EI, NT_DEP_ADDRESS, NT_DROP_NONE, NT_DROP_FILTERED},
        {EI, AP, NT_DROP_FILTERED, NT_DROP_FILTERED}, {NT_DEP_ADDRESS, EI, NT_DROP_NONE, NT_DROP_FILTERED},
        {AP, EI, NT_DROP_FILTERED, NT_DROP_FILTERED}, {AP, NT_DEP_ADDRESS, NT_DROP_FILTERED, NT_DROP_FILTERED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int pinned = 0; pinned < 2; pinned++) {
            struct nt_nat_policy p = policy_of(rows[i].mapping, rows[i].filtering);
            p.replies = pinned ? NT_REPLIES_PINNED : NT_REPLIES_TABLE; /* with flows each is known */
            p.ports = NT_PORTS_PRESERVE;
            struct nt_nat *n = nat_of(p);
            assert_int_equal(out_at(n, I1, X, 0), 5000);
            assert_int_equal(error_about(n, E ":5000", X).drop, NT_DROP_NONE);
            assert_int_equal(error_about(n, E ":5000", X_OTHER_PORT).drop, pinned ? NT_DROP_FILTERED : rows[i].other_port);
            assert_int_equal(error_about(n, E ":5000", Y).drop, pinned ? NT_DROP_FILTERED : rows[i].other_address);
            nt_nat_del(n);
        }
    }
}

TEST(test_error_without_a_session_kills_nothing)
{
    struct nt_nat_policy p = policy_of(EI, AP);
    p.icmp_kills_mapping = true;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    assert_int_equal(error_about(n, E ":5000", Y).drop, NT_DROP_FILTERED);
    assert_int_equal(in_at(n, X, 5000, S), 5000);
    nt_nat_del(n);
}

TEST(test_error_out)
{
    struct nt_nat *n = nat_of(policy_of(AP, EI));
    struct nt_addr i = addr(I1), x = addr(X), y = addr(Y);
    assert_int_equal(out(n, I1, X), 40000);
    struct nt_nat_translation v = nt_nat_error_out(n, NT_PROTO_UDP, &i, &x, 0);
    assert_addr(&v.src, E ":40000");
    assert_int_equal(nt_nat_error_out(n, NT_PROTO_UDP, &i, &y, 0).drop, NT_DROP_NO_MAPPING);
    assert_int_equal(nt_nat_count(n), 1);
    assert_int_equal(nt_nat_error_out(n, NT_PROTO_UDP, &i, &x, 300 * S).drop, NT_DROP_NO_MAPPING);
    nt_nat_del(n);
}

/* RFC 5508, REQ-5: nor does an error from inside leave about a packet that cannot have come in. */
TEST(test_error_out_without_a_session)
{
    static const enum nt_dependence filtering[] = {EI, NT_DEP_ADDRESS, AP};
    for (size_t f = 0; f < 3; f++) {
        struct nt_nat *n = nat_of(policy_of(EI, filtering[f]));
        struct nt_addr i = addr(I1), x = addr(X), other_port = addr(X_OTHER_PORT), y = addr(Y);
        assert_int_equal(out(n, I1, X), 5000);
        assert_int_equal(nt_nat_error_out(n, NT_PROTO_UDP, &i, &x, 0).drop, NT_DROP_NONE);
        assert_int_equal(nt_nat_error_out(n, NT_PROTO_UDP, &i, &other_port, 0).drop, f == 2 ? NT_DROP_FILTERED : NT_DROP_NONE);
        assert_int_equal(nt_nat_error_out(n, NT_PROTO_UDP, &i, &y, 0).drop, f == 0 ? NT_DROP_NONE : NT_DROP_FILTERED);
        nt_nat_del(n);
    }
}

/* Flushed: the counter of sequential ports goes on. Rebooted: it starts anew. Both forget poison and filters. */
TEST(test_flush_and_reboot)
{
    for (int reboot = 0; reboot < 2; reboot++) {
        struct nt_nat_policy p = policy_of(AP, AP);
        p.poison = 1000 * S;
        struct nt_nat *n = nat_of(p);
        assert_int_equal(out(n, I1, X), 40000);
        assert_int_equal(out(n, I1, Y), 40001);
        assert_int_equal(in(n, X_OTHER_PORT, 40002), NO_MAPPING);
        assert_int_equal(in(n, X_OTHER_PORT, 40000), FILTERED);
        (reboot ? nt_nat_reboot : nt_nat_flush)(n, 9);
        assert_int_equal(nt_nat_count(n), 0);
        assert_int_equal(nt_nat_deadline(n), NT_TIME_NEVER);
        assert_int_equal(seen_count, 4);
        assert_int_equal(seen[2].kind, NT_TR_EXPIRED);
        assert_int_equal(seen[2].at, 9);
        assert_int_equal(in_at(n, X, 40000, 9), NO_MAPPING);
        assert_int_equal(out_at(n, I1, X_OTHER_PORT, 9), reboot ? 40000 : 40002);
        nt_nat_del(n);
    }
}

/* What has ended before a flush ended then, not now. */
TEST(test_flush_is_late)
{
    struct nt_nat *n = nat_of(policy_of(EI, EI));
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    nt_nat_flush(n, 400 * S);
    assert_int_equal(seen_count, 2);
    assert_int_equal(seen[1].at, 300 * S);
    nt_nat_del(n);
}

/* RFC 6888, REQ-8: "In that case, ports that were in use at the time of state loss SHOULD NOT be reallocated until at least 120
 * seconds have passed", to nobody: no exception is made for the host that had one. */
TEST(test_hold_down_survives_state_loss)
{
    for (int reboot = 0; reboot < 2; reboot++) {
        struct nt_nat_policy p = policy_of(EI, EI);
        p.hold_down = 120 * S;
        struct nt_nat *n = nat_of(p);
        assert_int_equal(out(n, I1, X), 5000);
        assert_int_equal(out(n, "10.0.0.2:6000", X), 6000);
        (reboot ? nt_nat_reboot : nt_nat_flush)(n, S);
        assert_int_equal(out_at(n, I2, X, 2 * S), 5001);
        assert_int_equal(out_at(n, "10.0.0.2:6000", X, 121 * S - 1), 6001);
        (reboot ? nt_nat_reboot : nt_nat_flush)(n, 121 * S - 1); /* another loss does not end what the first began */
        assert_int_equal(out_at(n, "10.0.0.4:5000", X, 121 * S - 1), 5002);
        assert_int_equal(out_at(n, "10.0.0.5:5000", X, 121 * S), 5000);
        nt_nat_del(n);
    }
}

/* Ports on hold are those of the addresses that the NAT had. */
TEST(test_renumbering_ends_holds)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.hold_down = 120 * S;
    struct nt_nat *n = nat_of(p);
    struct nt_addr fresh = addr("203.0.113.102"), i = addr(I1), x = addr(X);
    assert_int_equal(out(n, I1, X), 5000);
    nt_nat_renumber(n, &fresh, 1, S);
    assert_int_equal(nt_nat_deadline(n), NT_TIME_NEVER);
    struct nt_nat_translation v = nt_nat_outbound(n, NT_PROTO_UDP, &i, &x, S);
    assert_addr(&v.src, "203.0.113.102:5000");
    nt_nat_del(n);
}

TEST(test_renumber)
{
    struct nt_nat *n = nat_of(policy_of(EI, EI));
    struct nt_addr fresh = addr("203.0.113.102"), old = addr(E), i = addr(I1), x = addr(X);
    assert_int_equal(out(n, I1, X), 5000);
    nt_nat_renumber(n, &fresh, 1, S);
    assert_true(nt_nat_is_external(n, &fresh));
    assert_false(nt_nat_is_external(n, &old));
    assert_int_equal(in_at(n, X, 5000, S), NO_MAPPING);
    struct nt_nat_translation v = nt_nat_outbound(n, NT_PROTO_UDP, &i, &x, S);
    assert_addr(&v.src, "203.0.113.102:5000");
    nt_nat_del(n);
}

TEST(test_info)
{
    struct nt_nat *n = nat_of(policy_of(NT_DEP_ADDRESS, AP));
    struct nt_nat_mapping_info info;
    assert_false(nt_nat_mapping_info(n, 0, &info));
    (void)out_at(n, I1, X, 3);
    (void)out_at(n, I1, Y, 4);
    assert_true(nt_nat_mapping_info(n, 1, &info));
    assert_addr(&info.internal, I1);
    assert_addr(&info.external, E ":40001");
    assert_addr(&info.remote, "198.51.100.8:0");
    assert_int_equal(info.made, 4);
    assert_int_equal(info.expires, 300 * S + 4);
    assert_int_equal(info.number, 2);
    assert_false(nt_nat_mapping_info(n, 2, &info));
    nt_nat_del(n);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_exact_end),
                                       cmocka_unit_test(test_refresh_directions),
                                       cmocka_unit_test(test_filtered_refreshes_nothing),
                                       cmocka_unit_test(test_phases),
                                       cmocka_unit_test(test_first_reply_without_inbound_refresh),
                                       cmocka_unit_test(test_life_by_port),
                                       cmocka_unit_test(test_lives_only_grow),
                                       cmocka_unit_test(test_filter_lifetime),
                                       cmocka_unit_test(test_order_of_ends),
                                       cmocka_unit_test(test_filters_end_with_their_mapping),
                                       cmocka_unit_test(test_older_mapping_ends),
                                       cmocka_unit_test(test_icmp_error),
                                       cmocka_unit_test(test_error_without_a_session),
                                       cmocka_unit_test(test_error_without_a_session_kills_nothing),
                                       cmocka_unit_test(test_error_out),
                                       cmocka_unit_test(test_error_out_without_a_session),
                                       cmocka_unit_test(test_flush_and_reboot),
                                       cmocka_unit_test(test_flush_is_late),
                                       cmocka_unit_test(test_hold_down_survives_state_loss),
                                       cmocka_unit_test(test_renumbering_ends_holds),
                                       cmocka_unit_test(test_renumber),
                                       cmocka_unit_test(test_info)};
    return RUN_TESTS(tests);
}
