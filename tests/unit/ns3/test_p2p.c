/* Point-to-point lines: times to the nanosecond, queues, what they carry.
 *
 *   device 0 ---- line ---- device 1 */
#include "check.h"

static uint32_t d[2];

static void line(uint64_t rate, int64_t delay, uint32_t queue)
{
    struct ns3c_link link = {.rate = rate, .delay = delay, .queue = queue};
    CHECK(ns3c_p2p(start(1), &link, 0, d) >= 0);
}

static void test_delay_alone_is_exact(void)
{
    line(0, 12345678, 0);
    send(d[0], d[1], 1000, 7, 1);
    send(d[1], d[0], 1, 8, 2);
    ns3c_run(seen.s, SECOND);
    EQUAL(seen.count, 2);
    EQUAL(seen.told[0].at, 12345679);
    EQUAL(seen.told[0].device, d[1]);
    EQUAL(seen.told[0].cookie, 7);
    EQUAL(seen.told[0].len, 1000);
    EQUAL(seen.told[1].at, 12345680);
    EQUAL(seen.told[1].device, d[0]);
    ns3c_del(seen.s);
}

/* PPP's two bytes are sent with each frame. To the nearest nanosecond; a half, which binary fractions of a second rarely can be,
 * goes down. */
static int64_t send_time(size_t len, uint64_t rate)
{
    uint64_t bits_ns = (len + 2) * 8 * UINT64_C(1000000000); /* below 2^59 */
    return (int64_t)(bits_ns / rate + (bits_ns % rate > rate / 2 ? 1 : 0));
}

static void test_rate_rounds_to_the_nearest(void)
{
    static const uint64_t rates[] = {9600,     56000,     1000000,   3000000,    7000000,
                                     10000000, 100000000, 999999937, 1000000000, 16000000000};
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++)
        for (size_t len = 1; len <= 65535; len = len * 3 + 1) {
            line(rates[r], 5, 0);
            send(d[0], d[1], len, 0, 0);
            ns3c_run(seen.s, 1000 * SECOND);
            EQUAL(seen.told[0].at, send_time(len, rates[r]) + 5);
            ns3c_del(seen.s);
        }
}

static void test_frames_follow_one_another(void)
{
    line(8000000, 1000, 0); /* a byte takes a microsecond */
    for (uint64_t i = 0; i < 100; i++)
        send(d[0], d[1], 98, i, 0);
    send(d[1], d[0], 98, 100, 0); /* the other direction is free */
    ns3c_run(seen.s, SECOND);
    each_told_once(101);
    EQUAL(seen.told[0].at, 101000);
    EQUAL(seen.told[1].at, 101000);
    for (size_t i = 2; i < 101; i++) {
        EQUAL(seen.told[i].cookie, i - 1);
        EQUAL(seen.told[i].at, 100000 * (int64_t)i + 1000);
    }
    ns3c_del(seen.s);
}

static void test_an_endless_rate_has_no_queue(void)
{
    line(0, 10, 5); /* what waits for nothing is no queue */
    for (uint64_t i = 0; i < 5000; i++)
        send(d[0], d[1], 1400, i, 100);
    ns3c_run(seen.s, 110);
    EQUAL(seen.count, 5000);
    for (size_t i = 0; i < seen.count; i++) {
        EQUAL(seen.told[i].at, 110);
        EQUAL(seen.told[i].cookie, i);
        EQUAL(seen.told[i].lost, 0);
    }
    ns3c_del(seen.s);
}

static void test_a_full_queue_drops_the_new(void)
{
    line(1000000, 0, 3); /* one is sent, three wait */
    for (uint64_t i = 0; i < 10; i++)
        send(d[0], d[1], 1000, i, 5);
    ns3c_run(seen.s, SECOND);
    each_told_once(10);
    for (size_t i = 0; i < 6; i++) {
        EQUAL(seen.told[i].lost, NS3C_LOST_QUEUE);
        EQUAL(seen.told[i].cookie, i + 4);
        EQUAL(seen.told[i].device, d[0]);
        EQUAL(seen.told[i].at, 5);
    }
    for (size_t i = 6; i < 10; i++)
        EQUAL(seen.told[i].cookie, i - 6);
    ns3c_del(seen.s);
}

static uint64_t left[8];
static size_t left_count;

static void see_departed(void *user, uint32_t device, uint64_t cookie)
{
    CHECK(user == &seen && device == d[0] && left_count < 8);
    EQUAL(ns3c_now(seen.s), (int64_t)(left_count + 1) * 8016000); /* 1002 bytes at 1 Mbit/s */
    left[left_count++] = cookie;
}

/* What waits is forgotten; what is being sent goes on. */
static void test_a_queue_that_is_flushed(void)
{
    struct ns3c_link link = {.rate = 1000000, .delay = 5 * MS, .queue = 3};
    struct ns3c_events events = {.user = &seen, .departed = see_departed, .received = see_received, .lost = see_lost};
    seen.count = left_count = 0;
    CHECK((seen.s = ns3c_new(1, 1, &events)) != NULL);
    CHECK(ns3c_p2p(seen.s, &link, 0, d) >= 0);
    for (uint64_t i = 0; i < 4; i++)
        send(d[0], d[1], 1000, i, 0);
    ns3c_run(seen.s, 10 * MS);
    ns3c_flush(seen.s, d[0]);
    ns3c_flush(seen.s, d[1]); /* empty */
    ns3c_flush(seen.s, 99);   /* none */
    ns3c_run(seen.s, SECOND);
    EQUAL(left_count, 2);
    EQUAL(seen.count, 2);
    for (uint64_t i = 0; i < 2; i++) {
        EQUAL(left[i], i);
        EQUAL(seen.told[i].cookie, i);
        EQUAL(seen.told[i].lost, 0);
    }
    ns3c_del(seen.s);
}

static void test_bytes_arrive_as_they_were(void)
{
    static const size_t lens[] = {0, 1, 20, 1500, 9000, NS3C_FRAME_MAX};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        line(0, 0, 0);
        send(d[0], d[1], lens[i], i, 0);
        ns3c_run(seen.s, 0);
        EQUAL(seen.count, 1);
        EQUAL(seen.told[0].len, lens[i]);
        uint8_t bytes[NS3C_FRAME_MAX];
        for (size_t k = 0; k < lens[i]; k++)
            bytes[k] = (uint8_t)(k * 7 + i);
        see_received(&seen, d[1], bytes, lens[i], 0x0800, i);
        CHECK(seen.told[0].hash == seen.told[1].hash);
        CHECK(ns3c_send(seen.s, d[0], d[1], bytes, lens[i], 0x86dd, i, 0) == 0);
        ns3c_run(seen.s, 0);
        see_received(&seen, d[1], bytes, lens[i], 0x86dd, i);
        CHECK(seen.told[2].hash == seen.told[3].hash);
        ns3c_del(seen.s);
    }
}

static void test_traffic_takes_its_time(void)
{
    line(8000000, 0, 0);
    CHECK(ns3c_traffic(seen.s, d[0], d[1], 998, 0, 4 * MS) == 0); /* a millisecond in four */
    send(d[0], d[1], 98, 0, 3 * MS);
    send(d[0], d[1], 98, 1, 4 * MS + 1);
    ns3c_run(seen.s, 10 * SECOND);
    EQUAL(seen.count, 2); /* nobody is told of the other 2501 */
    EQUAL(seen.told[0].at, 3100000);
    EQUAL(seen.told[1].at, 5100000);
    EQUAL(ns3c_next(seen.s), 10 * SECOND + 1 * MS);
    ns3c_del(seen.s);
}

int main(void)
{
    test_delay_alone_is_exact();
    test_rate_rounds_to_the_nearest();
    test_frames_follow_one_another();
    test_an_endless_rate_has_no_queue();
    test_a_full_queue_drops_the_new();
    test_a_queue_that_is_flushed();
    test_bytes_arrive_as_they_were();
    test_traffic_takes_its_time();
    return 0;
}
