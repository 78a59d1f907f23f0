/* The clock: next, advance, run, and sending from within a callback.
 *
 *   device 0 ---- line, 100 ns ---- device 1 */
#include "check.h"

static uint32_t d[2];

static void line(void)
{
    struct ns3c_link link = {.delay = 100};
    CHECK(ns3c_p2p(start(1), &link, 0, d) >= 0);
    ns3c_run(seen.s, 0); /* ns-3 starts its nodes with events at 0 */
    EQUAL(ns3c_next(seen.s), NS3C_NEVER);
}

static void test_next_and_run(void)
{
    line();
    send(d[0], d[1], 1, 0, 50);
    EQUAL(ns3c_next(seen.s), 50);
    ns3c_run(seen.s, 49);
    EQUAL(ns3c_now(seen.s), 49);
    EQUAL(ns3c_next(seen.s), 50);
    ns3c_run(seen.s, 149);
    EQUAL(seen.count, 0);
    EQUAL(ns3c_next(seen.s), 150);
    ns3c_run(seen.s, 150); /* what is due at the end is run */
    EQUAL(seen.count, 1);
    EQUAL(ns3c_next(seen.s), NS3C_NEVER);
    ns3c_run(seen.s, 1000 * SECOND);
    EQUAL(ns3c_now(seen.s), 1000 * SECOND);
    EQUAL(seen.count, 1);
    ns3c_del(seen.s);
}

static void test_advance(void)
{
    line();
    send(d[0], d[1], 1, 0, 50);
    ns3c_advance(seen.s, 20);
    EQUAL(ns3c_now(seen.s), 20);
    EQUAL(ns3c_next(seen.s), 50);
    send(d[0], d[1], 1, 1, 20);
    EQUAL(ns3c_next(seen.s), 20);
    ns3c_run(seen.s, 20);
    ns3c_advance(seen.s, 50); /* as far as the next event, which is still to come */
    EQUAL(ns3c_now(seen.s), 50);
    EQUAL(ns3c_next(seen.s), 50);
    send(d[0], d[1], 1, 2, 50);
    ns3c_run(seen.s, SECOND);
    EQUAL(seen.count, 3);
    EQUAL(seen.told[0].cookie, 1);
    EQUAL(seen.told[0].at, 120);
    EQUAL(seen.told[1].cookie, 0); /* frames of one time in the order of the calls */
    EQUAL(seen.told[1].at, 150);
    EQUAL(seen.told[2].cookie, 2);
    EQUAL(seen.told[2].at, 150);
    ns3c_del(seen.s);
}

static void bounce(void *user, uint32_t device, const uint8_t *bytes, size_t len, uint16_t protocol, uint64_t cookie)
{
    see_received(user, device, bytes, len, protocol, cookie);
    if (cookie < 9)
        CHECK(ns3c_send(seen.s, device, d[device == d[0]], bytes, len, protocol, cookie + 1, ns3c_now(seen.s)) == 0);
    EQUAL(ns3c_next(seen.s), ns3c_now(seen.s) + (cookie < 9 ? 0 : NS3C_NEVER - ns3c_now(seen.s)));
}

static void test_sending_from_within(void)
{
    struct ns3c_link link = {.delay = 100};
    struct ns3c_events events = {.user = &seen, .received = bounce, .lost = see_lost};
    seen.count = 0;
    seen.s = ns3c_new(1, 1, &events);
    CHECK(ns3c_p2p(seen.s, &link, 0, d) >= 0);
    send(d[0], d[1], 300, 0, 0);
    ns3c_run(seen.s, 550);
    EQUAL(seen.count, 5);
    ns3c_run(seen.s, SECOND);
    EQUAL(seen.count, 10);
    for (size_t i = 0; i < 10; i++) {
        EQUAL(seen.told[i].at, (int64_t)(i + 1) * 100);
        EQUAL(seen.told[i].device, d[(i + 1) % 2]);
        EQUAL(seen.told[i].len, 300);
    }
    ns3c_del(seen.s);
}

/* A caller's callbacks come from ns3c_run alone: a loss waits for it, too. */
static void test_send_calls_nobody(void)
{
    struct ns3c_link link = {.rate = 1000, .queue = 1};
    start(1);
    CHECK(ns3c_p2p(seen.s, &link, 0, d) >= 0);
    for (uint64_t i = 0; i < 5; i++)
        send(d[0], d[1], 100, i, 0);
    EQUAL(seen.count, 0);
    ns3c_run(seen.s, 0);
    EQUAL(count_lost(NS3C_LOST_QUEUE), 3);
    ns3c_del(seen.s); /* with two under way */
}

int main(void)
{
    test_next_and_run();
    test_advance();
    test_sending_from_within();
    test_send_calls_nobody();
    return 0;
}
