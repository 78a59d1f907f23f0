/* CSMA buses: one sends at a time, all hear, the addressee alone receives.
 *
 *   device 0   device 1   device 2   device 3
 *      |          |          |          |
 *   ---+----------+--- bus --+----------+--- */
#include "check.h"

static uint32_t d[4];

static void bus(const struct ns3c_link *link)
{
    int b = ns3c_csma(start(1), link);
    CHECK(b >= 0);
    for (int i = 0; i < 4; i++) {
        int device = ns3c_csma_attach(seen.s, b, i * NS3C_STREAMS);
        CHECK(device >= 0);
        d[i] = (uint32_t)device;
    }
}

static void test_the_addressee_alone(void)
{
    struct ns3c_link link = {.rate = 8000000, .delay = 500};
    bus(&link);
    send(d[1], d[3], 100, 5, 0);
    ns3c_run(seen.s, SECOND);
    EQUAL(seen.count, 1);
    EQUAL(seen.told[0].device, d[3]);
    EQUAL(seen.told[0].at, (100 + 18) * 1000 + 500); /* Ethernet's header and check sequence; no preamble */
    ns3c_del(seen.s);
}

static void test_short_frames_are_padded(void)
{
    struct ns3c_link link = {.rate = 8000000};
    bus(&link);
    send(d[0], d[1], 20, 0, 0);
    ns3c_run(seen.s, SECOND);
    EQUAL(seen.told[0].len, 46);
    EQUAL(seen.told[0].at, 64 * 1000);
    ns3c_del(seen.s);
}

static void test_long_frames_pass(void)
{
    static const size_t lens[] = {1500, 1501, 9000, NS3C_FRAME_MAX};
    struct ns3c_link link = {.rate = 8000000};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        bus(&link);
        send(d[0], d[2], lens[i], i, 0);
        ns3c_run(seen.s, SECOND);
        EQUAL(seen.count, 1);
        EQUAL(seen.told[0].len, lens[i]);
        EQUAL(seen.told[0].at, (int64_t)(lens[i] + 18) * 1000);
        static uint8_t bytes[NS3C_FRAME_MAX];
        for (size_t k = 0; k < lens[i]; k++)
            bytes[k] = (uint8_t)(k * 7 + i);
        see_received(&seen, d[2], bytes, lens[i], 0x0800, i);
        CHECK(seen.told[0].hash == seen.told[1].hash);
        ns3c_del(seen.s);
    }
}

/* All four send at once and often; no two frames overlap, and nobody is left out. */
static void test_one_sends_at_a_time(void)
{
    struct ns3c_link link = {.rate = 8000000, .delay = 1000};
    int64_t took = (100 + 18) * 1000 + 1000;
    bus(&link);
    for (uint64_t i = 0; i < 400; i++)
        send(d[i % 4], d[(i + 1) % 4], 100, i, 0);
    ns3c_run(seen.s, 100 * SECOND);
    each_told_once(400);
    for (size_t i = 0; i < 400; i++) {
        EQUAL(seen.told[i].lost, 0);
        EQUAL(seen.told[i].device, d[(seen.told[i].cookie + 1) % 4]);
        CHECK(i == 0 || seen.told[i].at - seen.told[i - 1].at >= took);
    }
    ns3c_del(seen.s);
}

/* Each device draws for every frame that it hears, but only the addressee's losses are told, once. */
static void test_losses_are_the_addressees(void)
{
    struct ns3c_link link = {.loss = {.rate = 0.25}};
    bus(&link);
    for (uint64_t i = 0; i < 4000; i++)
        send(d[i % 4], d[(i + 1) % 4], 100, i, (int64_t)i * 1000);
    ns3c_run(seen.s, SECOND);
    each_told_once(4000);
    CHECK(count_lost(NS3C_LOST_CHANNEL) > 900 && count_lost(NS3C_LOST_CHANNEL) < 1100);
    for (size_t i = 0; i < seen.count; i++)
        EQUAL(seen.told[i].device, d[(seen.told[i].cookie + (seen.told[i].lost == 0)) % 4]);
    ns3c_del(seen.s);
}

static void test_a_full_queue(void)
{
    struct ns3c_link link = {.rate = 8000000, .queue = 2};
    bus(&link);
    for (uint64_t i = 0; i < 6; i++)
        send(d[0], d[1], 100, i, 0);
    send(d[2], d[1], 100, 6, 0); /* has a queue of its own */
    ns3c_run(seen.s, SECOND);
    each_told_once(7);
    EQUAL(count_lost(NS3C_LOST_QUEUE), 3);
    for (size_t i = 0; i < 3; i++) {
        EQUAL(seen.told[i].lost, NS3C_LOST_QUEUE);
        EQUAL(seen.told[i].cookie, i + 3);
        EQUAL(seen.told[i].device, d[0]);
    }
    ns3c_del(seen.s);
}

/* A bus that is never free for a thousand tries: the frame is given up. */
static void test_giving_up(void)
{
    struct ns3c_link link = {.rate = 1000}; /* a long frame takes nine minutes */
    bus(&link);
    send(d[0], d[1], NS3C_FRAME_MAX, 0, 0);
    send(d[2], d[3], 100, 1, 1);
    ns3c_run(seen.s, 1000 * SECOND);
    each_told_once(2);
    EQUAL(seen.told[0].cookie, 1);
    EQUAL(seen.told[0].lost, NS3C_LOST_RETRIES);
    EQUAL(seen.told[0].device, d[2]);
    CHECK(seen.told[0].at > 400 * MS && seen.told[0].at < 600 * MS); /* a thousand waits of up to a thousand microseconds */
    EQUAL(seen.told[1].lost, 0);
    ns3c_del(seen.s);
}

static void test_another_device_changes_nobodys_losses(void)
{
    struct ns3c_link link = {.loss = {.rate = 0.25}};
    uint64_t hash[2];
    for (int more = 0; more < 2; more++) {
        bus(&link);
        if (more != 0)
            CHECK(ns3c_csma_attach(seen.s, 0, 77 * NS3C_STREAMS) == 4);
        for (uint64_t i = 0; i < 1000; i++)
            send(d[0], d[1], 100, i, (int64_t)i * 1000);
        ns3c_run(seen.s, SECOND);
        hash[more] = trace_hash();
        ns3c_del(seen.s);
    }
    CHECK(hash[0] == hash[1]);
}

int main(void)
{
    test_the_addressee_alone();
    test_short_frames_are_padded();
    test_long_frames_pass();
    test_one_sends_at_a_time();
    test_losses_are_the_addressees();
    test_a_full_queue();
    test_giving_up();
    test_another_device_changes_nobodys_losses();
    return 0;
}
