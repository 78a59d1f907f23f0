/* Connections are opened: from here, from there, from both, and in vain. */
#include "tests/unit/tcp/script.h"

/* clang-format off */
STORY(test_passive, "listen", "< S 0 mss 1000", "> SA 0 ack 1 mss 1460 unscaled", "state CLOSED", "held 1", "= nothing", "< A 1 ack 1", "= accepted",
      "state ESTABLISHED", "> nothing")

STORY(test_active, "connect", "state SYN-SENT", "> S 0 mss 1460 win 65535 ws 3", "> nothing", "= nothing", "< SA 0 ack 1 mss 1000", "= connected",
      "> A 1 ack 1", "state ESTABLISHED")

/* RFC 9293, figure 8 */
STORY(test_simultaneous, "connect", "> S 0", "< S 0 mss 1000 win 5000", "> SA 0 ack 1", "state SYN-RECEIVED", "= nothing", "< SA 0 ack 1 win 5000",
      "= connected", "state ESTABLISHED", "> nothing", "write 10", "> PA 1+10 ack 1")

/* The SYN-ACK of one side is lost: the other's SYN-ACK comes again, and is answered. */
STORY(test_simultaneous_with_a_loss, "connect", "> S 0", "< S 0", "> SA 0 ack 1", "< SA 0 ack 1", "= connected", "> nothing", "< SA 0 ack 1",
      "> A 1 ack 1", "state ESTABLISHED", "= nothing")

/* And it may answer with an ACK alone. */
STORY(test_simultaneous_with_an_ack, "connect", "> S 0", "< S 0", "> SA 0 ack 1", "< A 1 ack 1", "= connected", "state ESTABLISHED")

STORY(test_refused, "connect", "> S 0", "< RA 0 ack 1", "= closed refused", "> nothing", "held 0", "state CLOSED", "= nothing")

STORY(test_refused_in_simultaneous_open, "connect", "> S 0", "< S 0", "> SA 0 ack 1", "< R 1", "= closed refused", "held 0")

/* RFC 9293, 3.8.3: at least 3 minutes; RFC 6298: 1 s, doubled up to 60 s. */
STORY(test_nobody_answers, "connect", "> S 0", "+1", "> S 0", "+2", "> S 0", "+4", "> S 0", "+8", "> S 0", "+16", "> S 0", "+32", "> S 0", "+60", "> S 0",
      "= nothing", "+60", "> nothing", "= closed timeout", "held 0")

/* Half-open connections end without a word. */
STORY(test_half_open, "listen", "< S 0", "> SA 0", "> nothing", "+1", "> SA 0", "+2", "> SA 0", "+4", "> SA 0", "+8", "> SA 0", "+16", "> SA 0", "+32",
      "> nothing", "= nothing", "held 0")

/* A SYN that comes again finds its answer again. */
STORY(test_syn_again, "listen", "< S 0 mss 1000", "> SA 0 ack 1", "< S 0 mss 1000", "discarded duplicate", "> SA 0 ack 1", "< A 1 ack 1", "= accepted")

/* RFC 9293, 3.10.7.4: back to LISTEN. */
STORY(test_half_open_reset, "listen", "< S 0", "> SA 0", "< R 1", "> nothing", "= nothing", "held 0", "< S 0", "> SA 0 ack 1", "< A 1 ack 1",
      "= accepted", "> nothing")

STORY(test_half_open_other_syn, "listen", "< S 0", "> SA 0", "< S 5", "held 0", "> nothing", "< S 5", "> SA 0", "held 1")

STORY(test_half_open_bad_ack, "listen", "< S 0", "> SA 0", "< A 1 ack 2", "> R 2", "held 1", "discarded state", "< A 1 ack 1", "= accepted")

/* RFC 9293, figure 10: an old connection of the peer answers our SYN; it is reset, and the next SYN gets through. */
STORY(test_half_open_at_the_peer, "connect", "> S 0", "< A 300 ack 100", "> R 100", "discarded state", "state SYN-SENT", "< R 300 ack 0", "state SYN-SENT",
      "+1", "> S 0", "< SA 0 ack 1", "> A 1 ack 1", "= connected")

STORY(test_syn_sent_discards, "connect", "> S 0", "< RA 0 ack 5", "> nothing", "discarded state", "< A 1 ack 1", "discarded state", "> nothing",
      "< none 1", "discarded state", "< R 0", "discarded state", "state SYN-SENT")

/* RFC 9293, 3.10.7.1 */
STORY(test_for_nobody, "listen", "< A 1 ack 1", "for nobody", "< R 1", "for nobody", "< none 1", "for nobody", "held 0")

/* Data in a SYN is not taken: it comes again. */
STORY(test_data_in_a_syn, "listen", "< S 0+10", "> SA 0 ack 1", "< PA 1+10 ack 1", "> A 1 ack 11", "= accepted", "= 10 bytes")

/* The first data come with the ACK, and with FIN. */
STORY(test_data_with_the_ack, "listen", "< S 0", "> SA 0 ack 1", "< FPA 1+10 ack 1", "> A 1 ack 12", "= accepted", "= 10 bytes", "= closed by-peer",
      "state CLOSE-WAIT")

STORY(test_close_on_syn_sent, "connect", "> S 0", "close", "> nothing", "held 0", "< SA 0 ack 1", "for nobody", "= nothing")

/* A connection closed while it opens is finished when it is open. */
STORY(test_close_on_syn_received, "connect", "> S 0", "< S 0", "> SA 0 ack 1", "close", "> nothing", "< A 1 ack 1", "> FA 1 ack 1", "= nothing",
      "state FIN-WAIT-1")

STORY(test_the_listener_ends, "listen", "< S 0", "> SA 0", "stop", "> nothing", "held 0", "< A 1 ack 1", "for nobody", "= nothing")

STORY(test_no_mss_option, "connect", "> S 0", "< SA 0 ack 1", "= connected", "> A 1", "write 600", "> A 1+536", "> PA 537+64")

/* RFC 7323, 2.2: the window of a SYN is not scaled. */
STORY(test_window_scale, "connect", "> S 0 ws 3 win 65535", "< SA 0 ack 1 win 1000 mss 1000 ws 7", "= connected", "> A 1 win 32768", "write 2000",
      "> A 1+1000", "> nothing", "< A 1 ack 1001 win 100", "> PA 1001+1000")

STORY(test_window_scale_accepted, "listen", "< S 0 ws 2 mss 1000", "> SA 0 ws 3 win 65535", "< A 1 ack 1 win 100", "= accepted", "write 500",
      "> nothing", "< A 1 ack 1 win 300", "> PA 1+500 win 32768")

/* ICMP, while it opens (RFC 9293, 3.9.2.2): hard errors end it, soft ones are told if it comes to nothing. */
STORY(test_icmp_hard, "connect", "> S 0", "icmp 3/3 0", "= closed unreachable", "> nothing", "held 0")
STORY(test_icmp_prohibited, "connect", "> S 0", "icmp 3/13 0", "= closed unreachable")
STORY(test_icmp_of_another, "connect", "> S 0", "icmp 3/3 5", "for nobody", "= nothing", "state SYN-SENT")
STORY(test_icmp_soft, "connect", "> S 0", "icmp 3/1 0", "= nothing", "+1", "> S 0", "+2", "> S 0", "+4", "> S 0", "+8", "> S 0", "+16", "> S 0", "+32",
      "> S 0", "+60", "> S 0", "icmp 3/0 0", "+60", "= closed unreachable")
/* clang-format on */

TEST(test_ipv6)
{
    struct script s;
    script_new(&s, NULL);
    s.v6 = true;
    RUN(&s, "connect", "> S 0 mss 1440", "< SA 0 ack 1", "= connected", "> A 1 ack 1", "write 1300", "> A 1+1220", "> PA 1221+80");
    nt_tcp_del(s.t);
    script_new(&s, NULL);
    s.v6 = true;
    RUN(&s, "connect", "> S 0", "< SA 0 ack 1 mss 1440", "= connected", "> A 1", "write 1400", "> PA 1+1400", "icmp 2/0 1 mtu 1280",
        "> A 1+1220", "> PA 1221+180");
    nt_tcp_del(s.t);
    script_new(&s, NULL);
    s.v6 = true;
    RUN(&s, "connect", "> S 0", "icmp 1/4 0", "= closed unreachable");
    nt_tcp_del(s.t);
}

/* What a listener and the whole may hold of a peer's SYNs. */
TEST(test_limits)
{
    struct script s;
    script_new(&s, &(struct nt_tcp_config){.limits = {.half_open = 2, .connections = 3}});
    RUN(&s, "listen");
    for (uint16_t i = 0; i < 3; i++) {
        s.remote.port = (uint16_t)(4000 + i);
        RUN(&s, "< S 0");
        assert_int_equal(s.discarded, i < 2 ? 0 : NT_DISCARD_NO_ROOM);
        s.known = false;
        if (i < 2)
            RUN(&s, "> SA 0");
        RUN(&s, "> nothing");
    }
    RUN(&s, "held 2");
    s.remote.port = 4001;
    RUN(&s, "< A 1 ack 1", "= accepted");
    for (uint16_t i = 0; i < 3; i++) {
        s.remote.port = (uint16_t)(5000 + i);
        RUN(&s, "< S 0");
        assert_int_equal(s.discarded, i < 1 ? 0 : NT_DISCARD_NO_ROOM);
    }
    RUN(&s, "held 3");
    struct nt_addr local = addr("10.0.0.2:0"), remote = addr("10.0.0.9:80");
    assert_int_equal(nt_tcp_connect(s.t, &local, &remote, 1500, (struct nt_tcp_name){OWNER, 99}, s.now), NT_ELIMIT);
    nt_tcp_del(s.t);
}

/* Names and ports: who has them. */
TEST(test_ports)
{
    struct script s;
    script_new(&s, NULL);
    struct nt_addr any = addr("0.0.0.0:80"), one = addr("10.0.0.2:80"), free_port = addr("10.0.0.2:0"), peer = addr("10.0.0.3:80"),
                   from;
    assert_int_equal(nt_tcp_listen(s.t, &any, (struct nt_tcp_name){1, 1}), NT_OK);
    assert_int_equal(nt_tcp_listen(s.t, &one, (struct nt_tcp_name){1, 2}), NT_EEXIST);
    assert_int_equal(nt_tcp_listen(s.t, &free_port, (struct nt_tcp_name){1, 1}), NT_EEXIST); /* the name */
    assert_int_equal(nt_tcp_listen(s.t, &free_port, (struct nt_tcp_name){1, 2}), NT_OK);
    assert_int_equal(free_port.port, 50000);
    from = addr("10.0.0.2:0");
    assert_int_equal(nt_tcp_connect(s.t, &from, &peer, 1500, (struct nt_tcp_name){1, 3}, s.now), NT_OK);
    assert_int_equal(from.port, 50001);
    /* a listener's port serves its owner, once for each peer */
    assert_int_equal(nt_tcp_connect(s.t, &one, &peer, 1500, (struct nt_tcp_name){2, 4}, s.now), NT_EEXIST);
    assert_int_equal(nt_tcp_connect(s.t, &one, &peer, 1500, (struct nt_tcp_name){1, 4}, s.now), NT_OK);
    assert_int_equal(nt_tcp_connect(s.t, &one, &peer, 1500, (struct nt_tcp_name){1, 5}, s.now), NT_EEXIST);
    assert_int_equal(nt_tcp_connect(s.t, &from, &one, 1500, (struct nt_tcp_name){1, 4}, s.now), NT_EEXIST); /* the name */
    peer = addr("[2001:db8::1]:80");
    assert_int_equal(nt_tcp_connect(s.t, &from, &peer, 1500, (struct nt_tcp_name){1, 6}, s.now), NT_EINVAL);
    nt_tcp_close(s.t, (struct nt_tcp_name){1, 1}, s.now);
    assert_int_equal(nt_tcp_listen(s.t, &one, (struct nt_tcp_name){2, 1}), NT_OK);
    nt_tcp_del(s.t);
}

/* RFC 6528: another secret, another tuple, another time: another number. */
TEST(test_initial_sequence_numbers)
{
    uint32_t seen[4];
    for (int i = 0; i < 4; i++) {
        struct script s;
        script_new(&s, NULL);
        s.now += i == 1 ? 4 * NT_SEC : 0;
        s.mtu = i == 3 ? 1400 : 1500;
        struct nt_addr local = addr("10.0.0.2:1000"), remote = addr(i == 2 ? "10.0.0.4:80" : "10.0.0.3:80");
        assert_int_equal(nt_tcp_connect(s.t, &local, &remote, s.mtu, s.name, s.now), NT_OK);
        RUN(&s, "> S 0");
        seen[i] = s.iss;
        nt_tcp_del(s.t);
    }
    assert_int_equal(seen[1] - seen[0], 1000000);
    assert_true(seen[2] != seen[0]);
    assert_int_equal(seen[3], seen[0]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passive),
        cmocka_unit_test(test_active),
        cmocka_unit_test(test_simultaneous),
        cmocka_unit_test(test_simultaneous_with_a_loss),
        cmocka_unit_test(test_simultaneous_with_an_ack),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_in_simultaneous_open),
        cmocka_unit_test(test_nobody_answers),
        cmocka_unit_test(test_half_open),
        cmocka_unit_test(test_syn_again),
        cmocka_unit_test(test_half_open_reset),
        cmocka_unit_test(test_half_open_other_syn),
        cmocka_unit_test(test_half_open_bad_ack),
        cmocka_unit_test(test_half_open_at_the_peer),
        cmocka_unit_test(test_syn_sent_discards),
        cmocka_unit_test(test_for_nobody),
        cmocka_unit_test(test_data_in_a_syn),
        cmocka_unit_test(test_data_with_the_ack),
        cmocka_unit_test(test_close_on_syn_sent),
        cmocka_unit_test(test_close_on_syn_received),
        cmocka_unit_test(test_the_listener_ends),
        cmocka_unit_test(test_no_mss_option),
        cmocka_unit_test(test_window_scale),
        cmocka_unit_test(test_window_scale_accepted),
        cmocka_unit_test(test_icmp_hard),
        cmocka_unit_test(test_icmp_prohibited),
        cmocka_unit_test(test_icmp_of_another),
        cmocka_unit_test(test_icmp_soft),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_initial_sequence_numbers),
    };
    return RUN_TESTS(tests);
}
