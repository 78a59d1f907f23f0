/* What is sent, and when: writes, windows, retransmission, congestion. */
#include "tests/unit/tcp/script.h"

/* clang-format off */
/* Each write is a segment, or several, and the last has PSH; nothing waits for an ACK (no Nagle). */
STORY(test_writes, CONNECTED, "write 10", "write 20", "write 2500", "> PA 1+10", "> PA 11+20", "> A 31+1000", "> A 1031+1000", "> PA 2031+500", "> nothing",
      "< A 1 ack 2531", "> nothing", "write 0", "> nothing", "write 1", "> PA 2531+1")

/* ACKs go with what is sent. */
STORY(test_piggyback, CONNECTED, "< PA 1+10 ack 1", "= 10 bytes", "write 5", "> PA 1+5 ack 11", "> nothing")

/* RFC 9293, 3.8.6: the peer's window bounds what is in flight. */
STORY(test_window, "connect", "> S 0", "< SA 0 ack 1 win 2000 mss 1000", "= connected", "> A 1", "write 5000", "> A 1+1000", "> A 1001+1000", "> nothing",
      "< A 1 ack 1001 win 1000", "> nothing", "< A 1 ack 2001 win 3000", "> A 2001+1000", "> A 3001+1000", "> PA 4001+1000", "> nothing")

/* An old segment does not change the window. */
STORY(test_old_window, CONNECTED, "< PA 1+10 ack 1", "> A 1 ack 11", "< A 11 ack 1 win 100", "< PA 1+11 ack 1 win 60000", "> A 1 ack 12", "write 100", "write 1", "> PA 1+100", "> nothing",
      "< A 12 ack 101 win 5", "= 11 bytes", "> PA 101+1", "> nothing")

/* RFC 9293, 3.8.6.2.1 (silly window): less than a segment goes if it is half of the largest window. */
STORY(test_silly_window, "connect", "> S 0", "< SA 0 ack 1 win 1500 mss 1000", "= connected", "> A 1", "write 3000", "> A 1+1000", "> nothing", "< A 1 ack 1001 win 600",
      "> nothing", "< A 1 ack 1001 win 700", "> nothing", "< A 1 ack 1001 win 750", "> A 1001+750", "< A 1 ack 1751 win 400", "> nothing", "< A 1 ack 1751 win 1000",
      "> A 1751+1000")

/* 3.8.6.2.1 (4): the override timeout. */
STORY(test_silly_window_overridden, "connect", "> S 0", "< SA 0 ack 1 win 1500 mss 1000", "= connected", "> A 1", "write 2000", "> A 1+1000", "< A 1 ack 1001 win 400",
      "+0.2", "> A 1001+400", "> nothing", "< A 1 ack 1401 win 400", "+0.2", "> A 1401+400")

/* 3.8.6.1: probes of one byte, ever more rarely; the connection stays as long as they are answered. */
STORY(test_zero_window, CONNECTED, "write 10", "> PA 1+10", "< A 1 ack 11 win 0", "write 10", "> nothing", "+0.2", "> A 11+1", "< A 1 ack 11 win 0", "> nothing", "+0.4",
      "> A 11+1", "< A 1 ack 11 win 0", "+0.8", "> A 11+1", "< A 1 ack 11 win 0", "+1.6", "> A 11+1", "< A 1 ack 12 win 0", "> nothing", "+0.2", "> A 12+1",
      "< A 1 ack 12 win 500", "> PA 12+9", "< A 1 ack 21 win 500", "+1000", "> nothing", "= nothing")

/* An ACK has the next sequence number, which the probe has not used. */
STORY(test_ack_beside_a_probe, CONNECTED, "write 10", "> PA 1+10", "< A 1 ack 11 win 0", "write 10", "+0.2", "> A 11+1", "< PA 1+5 ack 11 win 0", "> A 11 ack 6")

STORY(test_zero_window_for_long, CONNECTED, "write 10", "> PA 1+10", "< A 1 ack 11 win 0", "write 10", "+0.2", "> A 11+1", "+0.4", "> A 11+1", "+0.8", "> A 11+1", "+1.6",
      "> A 11+1", "+3.2", "> A 11+1", "+6.4", "> A 11+1", "+12.8", "> A 11+1", "+25.6", "> A 11+1", "< A 1 ack 11 win 0", "+51.2", "> A 11+1", "< A 1 ack 11 win 0",
      "+60", "> A 11+1", "< A 1 ack 11 win 0", "+60", "> A 11+1", "+60", "> nothing", "= closed timeout")

STORY(test_zero_window_and_fin, CONNECTED, "write 10", "> PA 1+10", "< A 1 ack 11 win 0", "close", "> nothing", "+0.2", "> FA 11", "+0.4", "> FA 11", "< A 1 ack 12 win 0",
      "state FIN-WAIT-2", "> nothing")

/* The peer takes back its window, and what is in flight comes again as probes. */
STORY(test_shrunk_window, CONNECTED, "write 1000", "> PA 1+1000", "< A 1 ack 1 win 0", "> nothing", "+0.2", "> nothing", "+0.4", "> A 1+1", "< A 1 ack 1 win 10000",
      "> PA 1+1000")

/* RFC 6298: 1 s without a measurement, doubled; 5.3: an ACK starts the timer anew. */
STORY(test_rto, "connect", "> S 0", "+0.1", "< SA 0 ack 1 mss 1000", "= connected", "> A 1", "write 1000", "> PA 1+1000", "+0.3", "> PA 1+1000", "+0.6", "> PA 1+1000",
      "+1.2", "> PA 1+1000", "+0.1", "< A 1 ack 1001", "> nothing", "write 10", "> PA 1001+10", "+0.6", "> PA 1001+10", "< A 1 ack 1011", "write 10", "> PA 1011+10", "+0.1",
      "< A 1 ack 1021", "write 10", "> PA 1021+10", "+0.3", "> PA 1021+10")

/* 2.3: SRTT 0.1125 s and RTTVAR 0.0625 s, after round trips of 0.1 and 0.2 s. */
STORY(test_rto_of_two_round_trips, "connect", "> S 0", "+0.1", "< SA 0 ack 1 mss 1000", "= connected", "> A 1", "write 10", "> PA 1+10", "+0.2", "< A 1 ack 11", "write 10",
      "> PA 11+10", "+0.3625", "> PA 11+10")

/* 5.7: 3 s after a lost SYN. */
STORY(test_rto_after_a_lost_syn, "connect", "> S 0", "+1", "> S 0", "+0.1", "< SA 0 ack 1 mss 1000", "= connected", "> A 1", "write 10", "> PA 1+10", "+3", "> PA 1+10")

/* RFC 9293, 3.8.3: R2. */
STORY(test_nobody_acknowledges, CONNECTED, "write 10", "> PA 1+10", "+0.2", "> PA 1+10", "+0.4", "> PA 1+10", "+0.8", "> PA 1+10", "+1.6", "> PA 1+10", "+3.2", "> PA 1+10",
      "+6.4", "> PA 1+10", "+12.8", "> PA 1+10", "+25.6", "> PA 1+10", "+51.2", "> nothing", "= closed timeout", "held 0")

/* RFC 6928 and 5681: ten segments, then one more for each that is acknowledged; after a timeout from one. */
STORY(test_slow_start, "connect", "> S 0", "< SA 0 ack 1 mss 1000 win 60000", "= connected", "> A 1", "write 40000", "> A 1+1000", "> A 1001+1000", "> A 2001+1000",
      "> A 3001+1000", "> A 4001+1000", "> A 5001+1000", "> A 6001+1000", "> A 7001+1000", "> A 8001+1000", "> A 9001+1000", "> nothing", "< A 1 ack 1001 win 60000",
      "> A 10001+1000", "> A 11001+1000", "> nothing", "< A 1 ack 5001 win 60000", "> A 12001+1000", "> A 13001+1000", "> A 14001+1000", "> A 15001+1000", "> A 16001+1000",
      "> nothing", "+0.2", "> A 5001+1000", "> nothing", "< A 1 ack 6001 win 60000", "> A 6001+1000", "> A 7001+1000", "> nothing", "< A 1 ack 17001 win 60000",
      "> A 17001+1000", "> A 18001+1000", "> A 19001+1000", "> nothing")

#define TEN "connect", "> S 0", "< SA 0 ack 1 mss 1000 win 60000", "= connected", "> A 1", "write 40000", "> A 1+1000", "> A 1001+1000", "> A 2001+1000", \
      "> A 3001+1000", "> A 4001+1000", "> A 5001+1000", "> A 6001+1000", "> A 7001+1000", "> A 8001+1000", "> A 9001+1000", "> nothing"

/* RFC 3042: two duplicates let a new segment go each; RFC 5681: the third tells of a loss. RFC 6582: a partial acknowledgment of a
 * second. Half of what was in flight is the window from then on. */
STORY(test_fast_retransmit, TEN, "< A 1 ack 1001 win 60000", "> A 10001+1000", "> A 11001+1000", "> nothing", "< A 1 ack 1001 win 60000", "> A 12001+1000", "> nothing",
      "< A 1 ack 1001 win 60000", "> A 13001+1000", "> nothing", "< A 1 ack 1001 win 60000", "> A 1001+1000", "> nothing", "< A 1 ack 1001 win 60000", "> nothing",
      "< A 1 ack 1001 win 60000", "< A 1 ack 1001 win 60000", "< A 1 ack 1001 win 60000", "> nothing", "< A 1 ack 3001 win 60000", "> A 3001+1000", "> A 14001+1000", "> nothing",
      "< A 1 ack 14001 win 60000", "> A 15001+1000", "> nothing")

/* RFC 5681, 2: these are no duplicates: with data, with another window. */
STORY(test_no_duplicates, TEN, "< PA 1+10 ack 1 win 60000", "< PA 11+10 ack 1 win 60000", "< PA 21+10 ack 1 win 60000", "< A 31 ack 1 win 59999", "< A 31 ack 1 win 59998",
      "< A 31 ack 1 win 59997", "> A 10001 ack 31", "> nothing")

/* A loss in the recovery from the first does not halve the window again. */
STORY(test_no_second_recovery, TEN, "+0.2", "> A 1+1000", "> nothing", "< A 1 ack 1 win 60000", "< A 1 ack 1 win 60000", "< A 1 ack 1 win 60000", "< A 1 ack 1 win 60000",
      "> A 1001+1000", "> A 2001+1000", "> nothing")

/* RFC 5681, 4.1: after a while without sending, the initial window again. */
STORY(test_idle, TEN, "< A 1 ack 10001 win 60000", "> A 10001+1000", "> A 11001+1000", "> A 12001+1000", "> A 13001+1000", "> A 14001+1000", "> A 15001+1000", "> A 16001+1000",
      "> A 17001+1000", "> A 18001+1000", "> A 19001+1000", "> A 20001+1000", "> nothing", "< A 1 ack 21001 win 60000", "> A 21001+1000", "> A 22001+1000", "> A 23001+1000",
      "> A 24001+1000", "> A 25001+1000", "> A 26001+1000", "> A 27001+1000", "> A 28001+1000", "> A 29001+1000", "> A 30001+1000", "> A 31001+1000", "> A 32001+1000",
      "> nothing", "< A 1 ack 33001 win 60000", "> A 33001+1000", "> A 34001+1000", "> A 35001+1000", "> A 36001+1000", "> A 37001+1000", "> A 38001+1000", "> PA 39001+1000",
      "> nothing", "< A 1 ack 40001 win 60000", "+10", "write 20000", "> A 40001+1000", "> A 41001+1000", "> A 42001+1000", "> A 43001+1000", "> A 44001+1000",
      "> A 45001+1000", "> A 46001+1000", "> A 47001+1000", "> A 48001+1000", "> A 49001+1000", "> nothing")

/* RFC 1191: what was in flight comes again in smaller segments, at once; only if it is in flight. */
STORY(test_path_mtu, CONNECTED, "write 1000", "> PA 1+1000", "icmp 3/4 1 mtu 600", "> A 1+560", "> PA 561+440", "< A 1 ack 1001", "icmp 3/4 1 mtu 300", "for nobody",
      "write 600", "> A 1001+560", "> PA 1561+40", "icmp 3/4 1001 mtu 1000", "> nothing", "icmp 3/4 1001", "> A 1001+468", "> PA 1469+132", "icmp 3/4 1001 mtu 20",
      "> A 1001+48")

/* A write that finds no room is not taken, nor a part of it. */
STORY(test_full, CONNECTED, "write 260000", "write 2145 no-space", "write 2144", "write 1 no-space", "> A 1+1000", "< A 1 ack 1001 win 0", "write 1001 no-space", "write 1000")
/* clang-format on */

/* More writes than are told apart run together. */
TEST(test_many_writes)
{
    struct script s;
    uint32_t got = 0;
    script_new(&s, NULL);
    RUN(&s, "connect", "> S 0", "< SA 0 ack 1 mss 1000 win 0", "= connected", "> A 1");
    for (int i = 0; i < 5000; i++)
        RUN(&s, "write 1");
    RUN(&s, "< A 1 ack 1 win 65535");
    for (int i = 0; i < 4095; i++, got++) {
        uint8_t bytes[2000];
        struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
        assert_true(nt_tcp_output(s.t, &p, s.now));
        assert_int_equal(p.payload_len, 21);
    }
    RUN(&s, "> PA 4096+905", "> nothing");
    nt_tcp_del(s.t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes),
        cmocka_unit_test(test_piggyback),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_old_window),
        cmocka_unit_test(test_silly_window),
        cmocka_unit_test(test_silly_window_overridden),
        cmocka_unit_test(test_zero_window),
        cmocka_unit_test(test_ack_beside_a_probe),
        cmocka_unit_test(test_zero_window_for_long),
        cmocka_unit_test(test_zero_window_and_fin),
        cmocka_unit_test(test_shrunk_window),
        cmocka_unit_test(test_rto),
        cmocka_unit_test(test_rto_of_two_round_trips),
        cmocka_unit_test(test_rto_after_a_lost_syn),
        cmocka_unit_test(test_nobody_acknowledges),
        cmocka_unit_test(test_slow_start),
        cmocka_unit_test(test_fast_retransmit),
        cmocka_unit_test(test_no_duplicates),
        cmocka_unit_test(test_no_second_recovery),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_path_mtu),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_many_writes),
    };
    return RUN_TESTS(tests);
}
