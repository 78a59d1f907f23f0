/* When the fate of a packet is decided: entering the queue of its sender, departing, arriving. 125 bytes at 1 Mbit/s take a
 * millisecond. */
#include "tests/unit/fabric/sinks.h"

#define MS NT_MSEC

static void build(struct nt_network_config c)
{
    c.rate = 1000000;
    sinks_new(1, c, 2);
}

static void send_many(uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        sink_send(0, 1, first + i);
}

static void set_down(void *user, nt_time now)
{
    nt_fabric_set_port(fabric, *(const uint32_t *)user, 0, false, now);
}

static void set_up(void *user, nt_time now)
{
    nt_fabric_set_port(fabric, *(const uint32_t *)user, 0, true, now);
}

static const uint32_t sender = 0, receiver = 1;

static void at(nt_time when, void (*fn)(void *user, nt_time now), const uint32_t *node)
{
    assert_int_equal(nt_fabric_at(fabric, when, fn, (void *)(uintptr_t)node), NT_OK);
}

static void part(void *user, nt_time now)
{
    assert_int_equal(nt_fabric_partition(fabric, &sender, 1, &receiver, 1, false, now + *(const nt_time *)user), NT_OK);
}

static void part_at(nt_time when, const nt_time *lasts)
{
    assert_int_equal(nt_fabric_at(fabric, when, part, (void *)(uintptr_t)lasts), NT_OK);
}

static void assert_dropped(size_t i, enum nt_drop reason, nt_time when, uint64_t shown)
{
    assert_true(i < drop_count);
    assert_int_equal(drops[i].reason, reason);
    assert_int_equal(drops[i].at, when);
    assert_int_equal(drops[i].shown, shown);
    assert_int_equal(drops[i].tap, 0);
    assert_string_equal(drops[i].network, "net");
}

/* What waits is lost when the link goes down, the packet that is being sent with it, and not when it would have left. */
TEST(test_a_link_that_goes_down_has_no_queue)
{
    build((struct nt_network_config){.delay = 10 * MS});
    send_many(0, 5);
    at(2 * MS + MS / 2, set_down, &sender);
    sinks_run(4 * MS);
    assert_int_equal(drop_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_dropped(i, NT_DROP_DOWN, 2 * MS + MS / 2, i + 3);
    sink_send(0, 1, 5);
    assert_int_equal(drops[3].reason, NT_DROP_DOWN); /* nothing waits for a link to come up */
    nt_fabric_set_port(fabric, 0, 0, true, 4 * MS);
    sink_send(0, 1, 6);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].count, 3); /* two had left */
    assert_int_equal(sinks[1].arrivals[2].number, 6);
    assert_int_equal(sinks[1].arrivals[2].at, 15 * MS);
    assert_int_equal(drop_count, 4);
}

/* Departures of packets that are gone do not let others go early; the line is free when the one that was cut would have ended. */
TEST(test_a_link_that_comes_up_again_at_once)
{
    build((struct nt_network_config){.delay = 10 * MS});
    send_many(0, 4);
    sinks_run(MS / 2);
    nt_fabric_set_port(fabric, 0, 0, false, MS / 2);
    nt_fabric_set_port(fabric, 0, 0, true, MS / 2);
    sink_send_as(0, 1, 4, 375, true); /* 3 ms */
    sinks_run(NT_SEC);
    assert_int_equal(drop_count, 4);
    assert_int_equal(sinks[1].count, 1);
    assert_int_equal(sinks[1].arrivals[0].at, 14 * MS);
}

/* Steps of an instant come before departures and arrivals of the instant. */
TEST(test_a_step_at_the_instant_of_a_departure)
{
    build((struct nt_network_config){.delay = 10 * MS});
    send_many(0, 2);
    at(2 * MS, set_down, &sender);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].count, 1);
    assert_dropped(0, NT_DROP_DOWN, 2 * MS, 2);
    build((struct nt_network_config){.delay = 10 * MS});
    at(5 * MS, set_down, &receiver);
    at(11 * MS, set_up, &receiver);
    at(12 * MS, set_down, &receiver);
    send_many(0, 2);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].count, 1);
    assert_dropped(0, NT_DROP_DOWN_THERE, 12 * MS, 2);
}

/* What departs at an instant has made room for what comes at that instant. */
TEST(test_room_at_the_instant_of_a_departure)
{
    build((struct nt_network_config){.delay = MS, .queue = 1});
    send_many(0, 2);
    sinks_run(MS - 1);
    sink_send(0, 1, 2);
    assert_int_equal(drop_count, 1);
    assert_int_equal(drops[0].reason, NT_DROP_QUEUE);
    nt_fabric_run(fabric, MS);
    sink_send(0, 1, 3);
    sinks_run(NT_SEC);
    assert_int_equal(drop_count, 1);
    assert_int_equal(sinks[1].count, 3);
}

/* A partition cuts at both ends of the network: what would leave, and what would arrive, while it lasts. */
TEST(test_a_partition_cuts_when_packets_leave_and_arrive)
{
    static const nt_time short_time = 2 * MS, long_time = 10 * MS;
    build((struct nt_network_config){.delay = 10 * MS});
    part_at(MS + MS / 2, &short_time); /* the packets that leave at 2 and 3 ms; at 1 and 4 ms it is not there */
    send_many(0, 4);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].count, 2);
    assert_int_equal(sinks[1].arrivals[0].number, 0);
    assert_int_equal(sinks[1].arrivals[1].number, 3);
    assert_dropped(0, NT_DROP_PARTITION, 2 * MS, 2);
    assert_dropped(1, NT_DROP_PARTITION, 3 * MS, 3);
    assert_int_equal(drop_count, 2);
    build((struct nt_network_config){.delay = 10 * MS});
    part_at(0, &short_time);
    part_at(12 * MS, &long_time);
    send_many(0, 3); /* leaves at 1 ms: cut; at 2 ms: arrives at 12 ms, and is cut; at 3 ms: cut at 13 ms */
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].count, 0);
    assert_dropped(0, NT_DROP_PARTITION, MS, 1);
    assert_dropped(1, NT_DROP_PARTITION, 12 * MS, 2);
    assert_dropped(2, NT_DROP_PARTITION, 13 * MS, 3);
}

/* What waits in a queue may wait through a partition. */
TEST(test_a_partition_that_is_over_at_the_departure)
{
    static const nt_time lasts = MS;
    build((struct nt_network_config){.delay = 10 * MS});
    part_at(0, &lasts);
    at(0, set_up, &sender);
    nt_fabric_run(fabric, 0);
    sink_send(0, 1, 0); /* leaves at 1 ms */
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].count, 1);
}

/* Losses are drawn in the order of departure, from the sender's stream: the same ones as without a rate, and none by what was
 * purged. */
TEST(test_losses_are_drawn_at_the_departure)
{
    enum { MANY = 200 };
    bool lost[MANY];
    struct nt_network_config c = {.name = "net", .loss = NT_CHANCE_ONE / 2, .queue = 1000};
    sinks_new(9, c, 2);
    send_many(0, MANY);
    sinks_run(NT_SEC);
    memset(lost, true, sizeof lost);
    for (size_t i = 0; i < sinks[1].count; i++)
        lost[sinks[1].arrivals[i].number] = false;
    c.rate = 1000000;
    sinks_new(9, c, 2);
    send_many(1000, 3); /* purged: they draw nothing */
    nt_fabric_set_port(fabric, 0, 0, false, 0);
    nt_fabric_set_port(fabric, 0, 0, true, 0);
    drop_count = 0;
    send_many(0, MANY);
    sinks_run(NT_SEC);
    for (size_t i = 0; i < sinks[1].count; i++)
        assert_false(lost[sinks[1].arrivals[i].number]);
    assert_int_equal(sinks[1].count + drop_count, MANY);
    for (size_t i = 0; i < drop_count; i++) {
        uint64_t number = drops[i].shown - 4;
        assert_true(lost[number]);
        assert_dropped(i, NT_DROP_LOSS, (nt_time)(number + 2) * MS, drops[i].shown); /* one was cut within its millisecond */
    }
}

/* MTU and room are a matter of entering, whatever is there to be seen later. */
TEST(test_what_is_decided_on_entering)
{
    build((struct nt_network_config){.delay = MS, .queue = 2, .mtu = 200});
    sink_send_as(0, 1, 0, 201, true);
    assert_int_equal(drops[0].reason, NT_DROP_MTU);
    send_many(1, 4);
    assert_int_equal(drop_count, 2);
    assert_int_equal(drops[1].reason, NT_DROP_QUEUE);
    assert_int_equal(drops[1].at, 0);
    struct nt_addr gone = nt_addr_v4(0x0a000003, 0);
    assert_int_equal(nt_fabric_remove_address(fabric, 1, 0, &gone), NT_OK);
    sink_send(0, 1, 5);
    assert_int_equal(drops[2].reason, NT_DROP_NO_HOST);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].count, 3); /* they were on their way to that station */
}

/* A packet that a step delays comes to its link when it is let go, or arrives then. What does not arrive is no match. */
TEST(test_packets_that_a_step_delays)
{
    static const uint32_t first = 1;
    for (int arrival = 0; arrival < 2; arrival++) {
        uint32_t node = arrival ? receiver : sender;
        struct nt_fault t = {.kind = NT_FAULT_DELAY,
                             .node = node,
                             .on_arrival = arrival,
                             .nth = &first,
                             .nth_count = 1,
                             .until = NT_TIME_NEVER,
                             .by = 50 * MS};
        sinks_new(1, (struct nt_network_config){.delay = 10 * MS}, 2);
        assert_int_equal(nt_fabric_add_fault(fabric, &t), NT_OK);
        sink_send(0, 1, 0);
        at(20 * MS, set_down, arrival ? &receiver : &sender);
        at(30 * MS, set_up, arrival ? &receiver : &sender);
        sinks_run(NT_SEC);
        assert_int_equal(sinks[1].count, 1);
        assert_int_equal(sinks[1].arrivals[0].at, 60 * MS);
        sinks_new(1, (struct nt_network_config){.delay = 10 * MS}, 2);
        assert_int_equal(nt_fabric_add_fault(fabric, &t), NT_OK);
        sink_send(0, 1, 0);
        at(20 * MS, set_down, arrival ? &receiver : &sender);
        sinks_run(NT_SEC);
        assert_int_equal(sinks[1].count, 0);
        assert_int_equal(drop_count, 1);
        assert_int_equal(drops[0].reason, arrival ? NT_DROP_DOWN_THERE : NT_DROP_DOWN);
        assert_int_equal(drops[0].at, arrival ? 60 * MS : 50 * MS);
    }
    struct nt_fault t = {
        .kind = NT_FAULT_DROP, .node = 1, .on_arrival = true, .nth = &first, .nth_count = 1, .until = NT_TIME_NEVER};
    sinks_new(1, (struct nt_network_config){.delay = 10 * MS}, 2);
    assert_int_equal(nt_fabric_add_fault(fabric, &t), NT_OK);
    nt_fabric_set_port(fabric, 1, 0, false, 0);
    sink_send(0, 1, 0);
    at(20 * MS, set_up, &receiver);
    sinks_run(30 * MS);
    assert_int_equal(drops[0].reason, NT_DROP_DOWN_THERE);
    sink_send(0, 1, 1);
    sinks_run(NT_SEC);
    assert_int_equal(drops[1].reason, NT_DROP_STEP);
}

FIXTURE(teardown)
{
    sinks_del();
    return 0;
}

#define T(name) cmocka_unit_test_teardown(name, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {T(test_a_link_that_goes_down_has_no_queue),
                                       T(test_a_link_that_comes_up_again_at_once),
                                       T(test_a_step_at_the_instant_of_a_departure),
                                       T(test_room_at_the_instant_of_a_departure),
                                       T(test_a_partition_cuts_when_packets_leave_and_arrive),
                                       T(test_a_partition_that_is_over_at_the_departure),
                                       T(test_losses_are_drawn_at_the_departure),
                                       T(test_what_is_decided_on_entering),
                                       T(test_packets_that_a_step_delays)};
    return RUN_TESTS(tests);
}
