/* Connections end: every state of closing, resets, and who is told what. */
#include "tests/unit/tcp/script.h"

/* clang-format off */
/* RFC 9293, figure 12 */
STORY(test_close_here_first, ACCEPTED, "close", "> FA 1 ack 1", "state FIN-WAIT-1", "< A 1 ack 2", "state FIN-WAIT-2", "> nothing", "< FA 1 ack 2", "> A 2 ack 2",
      "state TIME-WAIT", "= nothing", "+60", "> nothing", "state CLOSED", "held 0")

/* FIN and its ACK in one. */
STORY(test_fin_with_the_ack, ACCEPTED, "close", "> FA 1", "< FA 1 ack 2", "> A 2 ack 2", "state TIME-WAIT")

/* RFC 9293, figure 13 */
STORY(test_simultaneous_close, ACCEPTED, "close", "> FA 1 ack 1", "< FA 1 ack 1", "> A 2 ack 2", "state CLOSING", "< A 2 ack 2", "> nothing", "state TIME-WAIT",
      "+60", "held 0")

STORY(test_close_there_first, ACCEPTED, "< FA 1 ack 1", "> A 1 ack 2", "= closed by-peer", "state CLOSE-WAIT", "close", "> FA 1 ack 2", "state LAST-ACK",
      "< A 2 ack 2", "> nothing", "state CLOSED", "held 0", "= nothing")

/* Half-closed: the one side sends on. */
STORY(test_write_after_the_peer_has_ended, ACCEPTED, "< FA 1 ack 1", "> A 1 ack 2", "= closed by-peer", "write 100", "> PA 1+100 ack 2", "< A 2 ack 101", "close",
      "> FA 101", "< A 2 ack 102", "held 0")

STORY(test_read_after_shut, ACCEPTED, "shut", "> FA 1", "write 1 state", "< A 1 ack 2", "state FIN-WAIT-2", "< PA 1+100 ack 2", "> A 2 ack 101", "= 100 bytes",
      "+1000", "state FIN-WAIT-2", "< FA 101 ack 2", "> A 2 ack 102", "= closed by-peer", "state TIME-WAIT", "= nothing")

STORY(test_shut_after_the_peer_has_ended, ACCEPTED, "< FA 1 ack 1", "> A 1 ack 2", "= closed by-peer", "shut", "> FA 1", "< A 2 ack 2", "= nothing", "held 0")

/* FIN comes after what was written, with the last of it. */
STORY(test_close_after_write, ACCEPTED, "write 1500", "close", "> A 1+1000", "> FPA 1001+500 ack 1", "state FIN-WAIT-1", "< A 1 ack 1501", "state FIN-WAIT-1",
      "< A 1 ack 1502", "state FIN-WAIT-2")

STORY(test_bytes_before_fin, ACCEPTED, "< FPA 1+100 ack 1", "> A 1 ack 102", "state CLOSE-WAIT", "= 100 bytes", "= closed by-peer", "= nothing")

STORY(test_fin_before_its_bytes, ACCEPTED, "< FA 101 ack 1", "> A 1 ack 1", "state ESTABLISHED", "= nothing", "< PA 1+100 ack 1", "> A 1 ack 102",
      "state CLOSE-WAIT", "= 100 bytes", "= closed by-peer")

/* FINs that are lost come again. */
STORY(test_lost_fin, CONNECTED, "close", "> FA 1", "+0.2", "> FA 1", "+0.4", "> FA 1", "< A 1 ack 2", "state FIN-WAIT-2", "> nothing", "+60", "held 0")
STORY(test_lost_fin_in_closing, CONNECTED, "close", "> FA 1", "< FA 1 ack 1", "> A 2 ack 2", "+0.2", "> FA 1 ack 2", "state CLOSING", "< A 2 ack 2", "state TIME-WAIT")
STORY(test_lost_fin_in_last_ack, CONNECTED, "< FA 1 ack 1", "= closed by-peer", "> A 1 ack 2", "close", "> FA 1 ack 2", "+0.2", "> FA 1 ack 2", "< A 2 ack 2", "held 0")
STORY(test_lost_ack_of_fin, ACCEPTED, "< FA 1 ack 1", "> A 1 ack 2", "< FA 1 ack 1", "discarded duplicate", "> A 1 ack 2", "= closed by-peer", "= nothing")

/* RFC 9293, 3.10.7.4: a FIN that comes again in TIME-WAIT is acknowledged, and 2 MSL begin anew. */
STORY(test_time_wait, ACCEPTED, "close", "> FA 1", "< FA 1 ack 2", "> A 2", "+40", "< FA 1 ack 2", "> A 2 ack 2", "+59.999", "state TIME-WAIT", "+0.001", "held 0")
STORY(test_time_wait_reset, ACCEPTED, "close", "> FA 1", "< FA 1 ack 2", "> A 2", "< R 2", "held 0", "> nothing", "= nothing")
STORY(test_time_wait_old_reset, ACCEPTED, "close", "> FA 1", "< FA 1 ack 2", "> A 2", "< R 1", "discarded state", "state TIME-WAIT", "> nothing")
STORY(test_time_wait_segments, ACCEPTED, "close", "> FA 1", "< FA 1 ack 2", "> A 2", "< A 2 ack 2", "> nothing", "< A 1 ack 2", "> A 2 ack 2", "state TIME-WAIT")

/* RFC 9293, 3.6.1: a SYN above the old sequence numbers reopens it; one below is answered as of the old connection. */
STORY(test_time_wait_reopened, ACCEPTED, "close", "> FA 1", "< FA 1 ack 2", "> A 2", "< S 1", "> A 2 ack 2", "state TIME-WAIT", "+1", "< S 5000", "> SA 65539 ack 5001", "held 1",
      "state CLOSED")

/* The closed connection of a peer that sends on is reset (RFC 9293, 3.6.1), for what it sends is lost. */
STORY(test_bytes_after_close, ACCEPTED, "close", "> FA 1", "< A 1 ack 2", "< PA 1+100 ack 2", "> RA 2 ack 1", "discarded state", "held 0", "= nothing")
STORY(test_close_with_unread_bytes, ACCEPTED, "< PA 1+100 ack 1", "> A 1 ack 101", "close", "> RA 1 ack 101", "held 0", "= nothing")

/* And one whose peer sends neither bytes nor FIN ends. */
STORY(test_orphan, ACCEPTED, "close", "> FA 1", "< A 1 ack 2", "+60", "> nothing", "held 0", "< FA 1 ack 2", "for nobody")

STORY(test_abort, ACCEPTED, "write 100", "> PA 1+100", "abort", "> RA 101 ack 1", "held 0", "= nothing", "> nothing")
STORY(test_abort_before_it_opens, "connect", "> S 0", "abort", "> nothing", "held 0")

STORY(test_reset, ACCEPTED, "< PA 1+100 ack 1", "> A 1 ack 101", "< R 101", "= closed reset", "> nothing", "= nothing", "held 0", "write 1 none")
STORY(test_reset_in_fin_wait_1, CONNECTED, "shut", "> FA 1", "< R 1", "= closed reset", "held 0")
STORY(test_reset_in_fin_wait_2, CONNECTED, "shut", "> FA 1", "< A 1 ack 2", "< R 1", "= closed reset", "held 0")
STORY(test_reset_in_close_wait, CONNECTED, "< FA 1 ack 1", "> A 1 ack 2", "= closed by-peer", "< R 2", "= closed reset", "held 0")
STORY(test_reset_in_last_ack, CONNECTED, "< FA 1 ack 1", "> A 1 ack 2", "= closed by-peer", "close", "> FA 1", "< R 2", "= nothing", "held 0")
STORY(test_reset_in_closing, CONNECTED, "shut", "> FA 1", "< FA 1 ack 1", "= closed by-peer", "> A 2", "< R 2", "= closed reset", "held 0")

/* RFC 5961, 3 and 4: a reset must have the next sequence number, a SYN never ends anything. */
STORY(test_blind_reset, ACCEPTED, "< R 2", "> A 1 ack 1", "discarded state", "< R 60001", "discarded state", "< R 300001", "discarded state", "state ESTABLISHED",
      "< R 1", "= closed reset")
STORY(test_blind_syn, ACCEPTED, "< S 100", "> A 1 ack 1", "discarded state", "< S 900000", "> A 1 ack 1", "< SA 0 ack 1", "> A 1 ack 1", "state ESTABLISHED", "= nothing")

/* RFC 5961, 5: what acknowledges too much, or what is too old, is not taken. */
STORY(test_blind_data, ACCEPTED, "write 10", "> PA 1+10", "< PA 1+5 ack 12", "> A 11 ack 1", "discarded state", "< PA 1+5 ack 4294947000", "> A 11 ack 1",
      "discarded duplicate", "= nothing", "< PA 1+5 ack 1", "> A 11 ack 6", "= 5 bytes")

/* RFC 5961, 7: not more than 10 in 5 s. */
STORY(test_challenges_are_limited, ACCEPTED, "< S 9", "> A 1", "< S 9", "> A 1", "< S 9", "> A 1", "< S 9", "> A 1", "< S 9", "> A 1", "< R 9", "> A 1", "< R 9",
      "> A 1", "< R 9", "> A 1", "< A 9000000 ack 1", "> A 1", "< A 0 ack 1", "> A 1", "< S 9", "> nothing", "discarded state", "+4.9", "< R 9", "> nothing", "+0.1",
      "< S 9", "> A 1")

/* packetdrill, validate-established-no-flags */
STORY(test_no_ack, ACCEPTED, "< none 1+10", "> nothing", "discarded state", "= nothing", "< F 1", "> nothing", "state ESTABLISHED", "< PA 1+10 ack 1", "> A 1 ack 11")

STORY(test_bytes_behind_fin, ACCEPTED, "< FA 1 ack 1", "> A 1 ack 2", "< PA 2+10 ack 1", "> nothing", "discarded state", "= closed by-peer")
STORY(test_fin_before_what_came, ACCEPTED, "< PA 101+100 ack 1", "> A 1 ack 1", "< FPA 1+50 ack 1", "> A 1 ack 52", "= 50 bytes", "= closed by-peer", "state CLOSE-WAIT")

/* Soft and hard ICMP errors do not end a connection that stands. */
STORY(test_icmp, ACCEPTED, "write 10", "> PA 1+10", "icmp 3/3 1", "icmp 3/1 1", "= nothing", "state ESTABLISHED", "icmp 3/3 11", "for nobody", "< A 1 ack 11",
      "icmp 3/3 1", "for nobody")
/* clang-format on */

TEST(test_keepalive)
{
    struct script s;
    script_new(&s, &(struct nt_tcp_config){.keepalive = {.idle = 100 * NT_SEC, .interval = 10 * NT_SEC, .probes = 2}});
    RUN(&s, ACCEPTED, "+100", "> A 0 ack 1", "< A 1 ack 1", "> nothing", "+100", "> A 0", "+10", "> A 0", "+10", "> RA 1 ack 1",
        "= closed timeout", "held 0");
    nt_tcp_del(s.t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_close_here_first),
        cmocka_unit_test(test_fin_with_the_ack),
        cmocka_unit_test(test_simultaneous_close),
        cmocka_unit_test(test_close_there_first),
        cmocka_unit_test(test_write_after_the_peer_has_ended),
        cmocka_unit_test(test_read_after_shut),
        cmocka_unit_test(test_shut_after_the_peer_has_ended),
        cmocka_unit_test(test_close_after_write),
        cmocka_unit_test(test_bytes_before_fin),
        cmocka_unit_test(test_fin_before_its_bytes),
        cmocka_unit_test(test_lost_fin),
        cmocka_unit_test(test_lost_fin_in_closing),
        cmocka_unit_test(test_lost_fin_in_last_ack),
        cmocka_unit_test(test_lost_ack_of_fin),
        cmocka_unit_test(test_time_wait),
        cmocka_unit_test(test_time_wait_reset),
        cmocka_unit_test(test_time_wait_old_reset),
        cmocka_unit_test(test_time_wait_segments),
        cmocka_unit_test(test_time_wait_reopened),
        cmocka_unit_test(test_bytes_after_close),
        cmocka_unit_test(test_close_with_unread_bytes),
        cmocka_unit_test(test_orphan),
        cmocka_unit_test(test_abort),
        cmocka_unit_test(test_abort_before_it_opens),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_reset_in_fin_wait_1),
        cmocka_unit_test(test_reset_in_fin_wait_2),
        cmocka_unit_test(test_reset_in_close_wait),
        cmocka_unit_test(test_reset_in_last_ack),
        cmocka_unit_test(test_reset_in_closing),
        cmocka_unit_test(test_blind_reset),
        cmocka_unit_test(test_blind_syn),
        cmocka_unit_test(test_blind_data),
        cmocka_unit_test(test_challenges_are_limited),
        cmocka_unit_test(test_no_ack),
        cmocka_unit_test(test_bytes_behind_fin),
        cmocka_unit_test(test_fin_before_what_came),
        cmocka_unit_test(test_icmp),
        cmocka_unit_test(test_keepalive),
    };
    return RUN_TESTS(tests);
}
