/* Data that go on with the call: silences of their receiver, what could not be sent, and what may be on its way at the end. */
#include "tests/unit/help.h"

#include "scenarios/apps/data_flow.h"

#define INTERVAL (20 * NT_MSEC)
#define WAY (100 * NT_MSEC)

static const uint8_t magic[NT_DATA_MAGIC] = {1, 2, 3};
static struct nt_data_flow flow;

static void begin(nt_time now)
{
    struct nt_scn_send run = {.bytes = 200, .count = NT_SCN_CALL_DATA_MAX, .interval = INTERVAL};
    assert_int_equal(nt_data_flow_init_call(&flow, &run, now), NT_OK);
}

/* Sends until before `until`; true: all that is sent arrives at once. */
static void send_until(nt_time until, bool arrives)
{
    uint8_t buf[200];
    while (flow.next < until) {
        nt_time now = flow.next;
        uint32_t number = flow.sent;
        assert_int_equal(nt_data_flow_make_room(&flow), NT_OK);
        assert_int_equal(nt_data_flow_write(&flow, 0, magic, buf), 200);
        if (arrives)
            assert_true(nt_data_flow_note_arrival(&flow, number, now));
    }
}

TEST(silences_have_their_times_and_datagrams)
{
    begin(NT_SEC);
    send_until(2 * NT_SEC, true);
    send_until(3 * NT_SEC, false);
    send_until(4 * NT_SEC, true);
    nt_data_flow_end_call(&flow, WAY, 4 * NT_SEC);
    const struct nt_data_call *call = flow.call;
    assert_int_equal(flow.sent, 150);
    assert_int_equal(flow.received, 100);
    assert_int_equal(call->kept_count, 1);
    assert_int_equal(call->kept[0].began, 2 * NT_SEC - INTERVAL);
    assert_int_equal(call->kept[0].ended, 3 * NT_SEC);
    assert_int_equal(call->kept[0].first, 50);
    assert_int_equal(call->kept[0].next, 100);
    assert_int_equal(call->longest.ended - call->longest.began, NT_SEC + INTERVAL);
    nt_data_flow_free(&flow);
}

TEST(a_silence_lasts_to_the_end)
{
    begin(0);
    send_until(NT_SEC, true);
    send_until(2 * NT_SEC, false);
    nt_data_flow_end_call(&flow, WAY, 2 * NT_SEC);
    nt_data_flow_end_call(&flow, WAY, 9 * NT_SEC); /* it has ended */
    assert_int_equal(flow.call->kept_count, 1);
    assert_int_equal(flow.call->longest.ended, 2 * NT_SEC);
    assert_int_equal(flow.call->longest.began, NT_SEC - INTERVAL);
    assert_int_equal(flow.sent, 96); /* later ones may be on their way: that of 1900 ms is the last that counts */
    assert_int_equal(flow.next, NT_TIME_NEVER);
    nt_data_flow_free(&flow);
}

TEST(who_heard_nothing_was_silent_from_the_beginning)
{
    begin(NT_SEC);
    send_until(2 * NT_SEC, false);
    nt_data_flow_end_call(&flow, WAY, 2 * NT_SEC);
    assert_int_equal(flow.call->longest.began, NT_SEC);
    assert_int_equal(flow.call->longest.ended, 2 * NT_SEC);
    nt_data_flow_free(&flow);
}

TEST(what_had_no_pair_is_counted_to_the_end)
{
    begin(0);
    send_until(NT_SEC, true);
    send_until(2 * NT_SEC, false);
    for (uint32_t n = 50; n < 100; n++)
        nt_data_call_note_unsent(flow.call, n);
    nt_data_flow_end_call(&flow, WAY, 2 * NT_SEC);
    assert_int_equal(flow.sent, 100);
    assert_int_equal(flow.call->unsent_count, 50);
    assert_false(nt_data_call_was_sent(flow.call, 99));
    assert_true(nt_data_call_was_sent(flow.call, 49));
    nt_data_flow_free(&flow);
}

/* Its sender stopped before: what follows is no silence. */
TEST(a_sender_that_has_stopped_is_not_silent)
{
    begin(0);
    send_until(NT_SEC, true);
    flow.call->stopped = NT_SEC;
    nt_data_flow_end_call(&flow, WAY, 30 * NT_SEC);
    assert_int_equal(flow.call->kept_count, 0);
    assert_int_equal(flow.call->longest.ended - flow.call->longest.began, INTERVAL);
    nt_data_flow_free(&flow);
}

TEST(an_older_datagram_breaks_a_silence_and_a_second_one_does_not_count)
{
    begin(0);
    send_until(NT_SEC, false);
    assert_true(nt_data_flow_note_arrival(&flow, 40, NT_SEC));
    assert_true(nt_data_flow_note_arrival(&flow, 7, 2 * NT_SEC));
    assert_false(nt_data_flow_note_arrival(&flow, 7, 3 * NT_SEC));
    assert_true(nt_data_flow_note_arrival(&flow, 41, 4 * NT_SEC));
    assert_int_equal(flow.call->kept_count, 2);
    assert_int_equal(flow.call->kept[0].ended, 2 * NT_SEC);
    assert_int_equal(flow.call->kept[1].first, 41);
    assert_int_equal(flow.call->kept[1].next, 41);
    nt_data_flow_free(&flow);
}

TEST(short_pauses_are_no_silences)
{
    begin(0);
    send_until(NT_SEC, false);
    assert_true(nt_data_flow_note_arrival(&flow, 0, NT_SEC));
    assert_true(nt_data_flow_note_arrival(&flow, 1, NT_SEC + NT_SILENCE_MIN));
    assert_int_equal(flow.call->kept_count, 0);
    assert_int_equal(flow.call->longest.ended - flow.call->longest.began, NT_SILENCE_MIN);
    assert_true(nt_data_flow_note_arrival(&flow, 2, NT_SEC + 2 * NT_SILENCE_MIN + 1));
    assert_int_equal(flow.call->kept_count, 1);
    nt_data_flow_free(&flow);
}

TEST(the_longest_are_kept_in_the_order_of_time)
{
    nt_time now = NT_SEC;
    begin(0);
    send_until(20 * NT_SEC, false);
    for (uint32_t n = 0; n < NT_SILENCES_MAX + 3; n++) {
        nt_time pause = n == 5 || n == 20 ? 150 * NT_MSEC : 200 * NT_MSEC + n * NT_MSEC;
        assert_true(nt_data_flow_note_arrival(&flow, n, now));
        now += pause;
    }
    const struct nt_data_call *call = flow.call;
    assert_int_equal(call->kept_count, NT_SILENCES_MAX);
    assert_int_equal(call->further, 2); /* those of 150 ms */
    for (size_t i = 0; i < call->kept_count; i++) {
        assert_true(call->kept[i].ended - call->kept[i].began >= 200 * NT_MSEC);
        assert_true(i == 0 || call->kept[i - 1].ended <= call->kept[i].began);
    }
    nt_data_flow_free(&flow);
}

/* Ten minutes at 20 ms: memory for bits is asked for four times. */
TEST(ten_minutes_are_a_few_kilobytes)
{
    begin(0);
    send_until(600 * NT_SEC, true);
    assert_int_equal(flow.received, 30000);
    assert_int_equal(flow.room, 32768);
    nt_data_flow_free(&flow);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(silences_have_their_times_and_datagrams),
                                       cmocka_unit_test(a_silence_lasts_to_the_end),
                                       cmocka_unit_test(who_heard_nothing_was_silent_from_the_beginning),
                                       cmocka_unit_test(what_had_no_pair_is_counted_to_the_end),
                                       cmocka_unit_test(a_sender_that_has_stopped_is_not_silent),
                                       cmocka_unit_test(an_older_datagram_breaks_a_silence_and_a_second_one_does_not_count),
                                       cmocka_unit_test(short_pauses_are_no_silences),
                                       cmocka_unit_test(the_longest_are_kept_in_the_order_of_time),
                                       cmocka_unit_test(ten_minutes_are_a_few_kilobytes)};
    return RUN_TESTS(tests);
}
