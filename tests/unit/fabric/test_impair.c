/* Impairments: the sender's rate and queue, loss, duplicates, jitter, reordering. */
#include "tests/unit/fabric/sinks.h"

enum { MANY = 1000 };

static void send_many(uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < MANY; i++)
        sink_send(from, to, i);
    sinks_run(NT_TIME_NEVER - 1);
}

/* How often each number arrived at node 1. */
static void count_numbers(unsigned counts[MANY])
{
    memset(counts, 0, MANY * sizeof *counts);
    for (size_t i = 0; i < sinks[1].count; i++)
        counts[sinks[1].arrivals[i].number]++;
}

/* 125 bytes at 1 Mbit/s take a millisecond; one packet is being sent, and two wait. */
TEST(test_rate_and_queue)
{
    sinks_new(1, (struct nt_network_config){.delay = 10 * NT_MSEC, .rate = 1000000, .queue = 2}, 2);
    for (uint32_t i = 0; i < 5; i++)
        sink_send(0, 1, i);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(sinks[1].arrivals[i].number, i);
        assert_int_equal(sinks[1].arrivals[i].at, (nt_time)(11 + i) * NT_MSEC);
    }
    assert_int_equal(drop_count, 2);
    assert_int_equal(drops[0].reason, NT_DROP_QUEUE);
    nt_time now = nt_fabric_now(fabric);
    sink_send(0, 1, 5); /* the queue is empty again */
    sinks_run(2 * NT_SEC);
    assert_int_equal(sinks[1].count, 4);
    assert_int_equal(sinks[1].arrivals[3].at, now + 11 * NT_MSEC);
}

/* The queue's ring wraps again and again while it grows to its limit. */
TEST(test_queue_that_wraps)
{
    uint32_t number = 0;
    sinks_new(1, (struct nt_network_config){.rate = 1000000, .queue = 40}, 2);
    for (uint32_t round = 1; round <= 60; round++) {
        for (uint32_t i = 0; i <= round % 4; i++) /* 2.5 packets in 2 ms on the average */
            sink_send(0, 1, number++);
        sinks_run(round * 2 * NT_MSEC);
    }
    sinks_run(NT_SEC);
    assert_int_equal(drop_count, 0);
    assert_int_equal(sinks[1].count, number);
    for (size_t i = 1; i < sinks[1].count; i++) {
        assert_int_equal(sinks[1].arrivals[i].number, i);
        assert_true(sinks[1].arrivals[i].at - sinks[1].arrivals[i - 1].at >= NT_MSEC);
    }
}

/* On a line PPP adds two bytes, and the time is that of the nearest nanosecond: 127 bytes at 3 Mbit/s take 338,666.67 ns. As a
 * switch the time is rounded up: 125 bytes take 333,333.33 ns. */
TEST(test_time_on_a_line)
{
    sinks_new(1, (struct nt_network_config){.rate = 3000000, .medium = NT_MEDIUM_P2P}, 2);
    sink_send(0, 1, 1);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].arrivals[0].at, 338667);
    sinks_new(1, (struct nt_network_config){.rate = 3000000}, 2);
    sink_send(0, 1, 1);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].arrivals[0].at, 333334);
}

TEST(test_certain_loss)
{
    sinks_new(1, (struct nt_network_config){.loss = NT_CHANCE_ONE}, 2);
    send_many(0, 1);
    assert_int_equal(sinks[1].count, 0);
    assert_int_equal(drop_count, MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(drops[i].reason, NT_DROP_LOSS);
}

TEST(test_share_of_losses_and_duplicates)
{
    unsigned counts[MANY], lost = 0, twice = 0;
    sinks_new(1, (struct nt_network_config){.loss = NT_CHANCE_ONE / 10, .duplicate = NT_CHANCE_ONE / 5}, 2);
    send_many(0, 1);
    count_numbers(counts);
    for (size_t i = 0; i < MANY; i++) {
        assert_true(counts[i] <= 2);
        lost += counts[i] == 0;
        twice += counts[i] == 2;
    }
    assert_int_equal(lost, drop_count);
    assert_in_range(lost, 60, 140);
    assert_in_range(twice, 120, 240); /* of those that are not lost */
}

/* Every draw is made for each packet: which packets are doubled does not depend on which are lost. A loss of one in 10^9 loses
 * none. */
TEST(test_draws_do_not_shift)
{
    unsigned without[MANY], with[MANY];
    sinks_new(3, (struct nt_network_config){.duplicate = NT_CHANCE_ONE / 5, .loss = 1}, 2);
    send_many(0, 1);
    count_numbers(without);
    assert_int_equal(drop_count, 0);
    sinks_new(3, (struct nt_network_config){.duplicate = NT_CHANCE_ONE / 5, .loss = NT_CHANCE_ONE / 2}, 2);
    send_many(0, 1);
    count_numbers(with);
    for (size_t i = 0; i < MANY; i++)
        if (with[i] != 0)
            assert_int_equal(with[i], without[i]);
}

/* Each attachment draws from a stream of its own. */
TEST(test_senders_do_not_disturb_each_other)
{
    unsigned alone[MANY], among[MANY];
    sinks_new(5, (struct nt_network_config){.loss = NT_CHANCE_ONE / 2}, 2);
    send_many(0, 1);
    count_numbers(alone);
    sinks_new(5, (struct nt_network_config){.loss = NT_CHANCE_ONE / 2}, 4);
    for (uint32_t i = 0; i < MANY; i++) {
        sink_send(2, 3, i);
        sink_send(0, 1, i);
    }
    sinks_run(NT_SEC);
    count_numbers(among);
    assert_memory_equal(alone, among, sizeof alone);
}

TEST(test_jitter_keeps_the_order)
{
    nt_time first = NT_TIME_NEVER, last = 0;
    sinks_new(1, (struct nt_network_config){.delay = 10 * NT_MSEC, .jitter = 5 * NT_MSEC}, 2);
    for (uint32_t i = 0; i < MANY; i++) {
        sink_send(0, 1, i);
        sinks_run((i + 1) * 10 * NT_MSEC); /* apart, so that each delay is seen */
    }
    sinks_run(11 * NT_SEC);
    assert_int_equal(sinks[1].count, MANY);
    for (size_t i = 0; i < MANY; i++) {
        nt_time delay = sinks[1].arrivals[i].at - (nt_time)i * 10 * NT_MSEC;
        assert_in_range(delay, 10 * NT_MSEC, 15 * NT_MSEC);
        first = nt_time_min(first, delay);
        last = delay > last ? delay : last;
    }
    assert_true(first < 11 * NT_MSEC && last > 14 * NT_MSEC);
    sinks_new(1, (struct nt_network_config){.delay = 10 * NT_MSEC, .jitter = 5 * NT_MSEC}, 2);
    send_many(0, 1); /* all at once */
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(sinks[1].arrivals[i].number, i);
}

/* A packet that is reordered comes a delay later, or a millisecond where the delay is less; those behind it overtake it. */
TEST(test_reordering)
{
    static const struct {
        nt_time delay, late;
    } rows[] = {{10 * NT_MSEC, 20 * NT_MSEC}, {1000, NT_MSEC + 1000}};
    for (size_t r = 0; r < 2; r++) {
        size_t late = 0;
        sinks_new(1, (struct nt_network_config){.delay = rows[r].delay, .reorder = NT_CHANCE_ONE / 10}, 2);
        send_many(0, 1);
        assert_int_equal(sinks[1].count, MANY);
        for (size_t i = 0; i < MANY; i++) {
            late += sinks[1].arrivals[i].at == rows[r].late;
            assert_true(sinks[1].arrivals[i].at == rows[r].delay || sinks[1].arrivals[i].at == rows[r].late);
        }
        assert_in_range(late, 60, 140);
    }
}

FIXTURE(teardown)
{
    sinks_del();
    return 0;
}

#define T(name) cmocka_unit_test_teardown(name, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {T(test_rate_and_queue),
                                       T(test_queue_that_wraps),
                                       T(test_time_on_a_line),
                                       T(test_certain_loss),
                                       T(test_draws_do_not_shift),
                                       T(test_share_of_losses_and_duplicates),
                                       T(test_reordering),
                                       T(test_senders_do_not_disturb_each_other),
                                       T(test_jitter_keeps_the_order)};
    return RUN_TESTS(tests);
}
