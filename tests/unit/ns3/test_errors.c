/* What is refused, and with which words. */
#include "check.h"

#define REFUSED(call, words)                                                                                                       \
    do {                                                                                                                           \
        EQUAL(call, -1);                                                                                                           \
        if (strstr(ns3c_error(), words) == NULL) {                                                                                 \
            fprintf(stderr, "%s:%d: \"%s\" says nothing of \"%s\"\n", __FILE__, __LINE__, ns3c_error(), words);                    \
            exit(1);                                                                                                               \
        }                                                                                                                          \
    } while (0)

static const struct ns3c_events events = {.user = &seen, .received = see_received, .lost = see_lost};
static const struct ns3c_waypoint origin;

/* Not a number and infinity without a word from the compiler. */
static double zero_of(int zero)
{
    return (double)zero;
}

static int try_new(uint32_t seed, uint64_t run, const struct ns3c_events *e)
{
    return ns3c_new(seed, run, e) == NULL ? -1 : 0;
}

static void test_new(void)
{
    struct ns3c_events none = {.user = NULL, .received = NULL, .lost = NULL};
    REFUSED(try_new(0, 1, &events), "seed 0");
    REFUSED(try_new(4294967087u, 1, &events), "seed 4294967087");
    REFUSED(try_new(1, UINT64_C(1) << 51, &events), "run 2251799813685248");
    REFUSED(try_new(1, 1, &none), "callbacks");
    start(4294967086u);
    REFUSED(try_new(1, 1, &events), "already");
    ns3c_del(seen.s);
    ns3c_del(NULL);
    start(1); /* the refused one left nothing behind */
    ns3c_del(seen.s);
}

static void test_links(void)
{
    uint32_t d[2];
    struct ns3c *s = start(1);
    REFUSED(ns3c_p2p(s, &(struct ns3c_link){.delay = -1}, 0, d), "delay");
    REFUSED(ns3c_p2p(s, &(struct ns3c_link){.rate = UINT64_MAX}, 0, d), "rate");
    REFUSED(ns3c_p2p(s, &(struct ns3c_link){.rate = 1}, -1, d), "streams");
    REFUSED(ns3c_p2p(s, &(struct ns3c_link){.loss = {.rate = 1.5}}, 0, d), "1.5");
    REFUSED(ns3c_p2p(s, &(struct ns3c_link){.loss = {.rate = -0.1}}, 0, d), "-0.1");
    REFUSED(ns3c_p2p(s, &(struct ns3c_link){.loss = {.rate = 0.0 / zero_of(0)}}, 0, d), "nan");
    REFUSED(ns3c_p2p(s, &(struct ns3c_link){.loss = {.rate = 0.1, .burst_low = 3, .burst_high = 2}}, 0, d), "3..2");
    REFUSED(ns3c_p2p(s, &(struct ns3c_link){.loss = {.rate = 0.1, .burst_low = 0, .burst_high = 2}}, 0, d), "0..2");
    REFUSED(ns3c_csma(s, &(struct ns3c_link){.delay = -1}), "delay");
    REFUSED(ns3c_csma_attach(s, 0, 0), "no CSMA bus 0");
    REFUSED(ns3c_csma_attach(s, -1, 0), "no CSMA bus -1");
    EQUAL(ns3c_csma(s, &(struct ns3c_link){.delay = 0}), 0);
    REFUSED(ns3c_csma_attach(s, 0, -5), "streams");
    REFUSED(ns3c_wifi_attach(s, 0, &origin, 1, 0), "no Wi-Fi cell 0");
    EQUAL(ns3c_csma_attach(s, 0, 0), 0); /* what was refused took no number */
    ns3c_del(s);
}

static void test_wifi(void)
{
    struct ns3c_waypoint back[] = {{.at = 5}, {.at = 5, .x = 1}};
    struct ns3c_waypoint before[] = {{.at = -1}};
    struct ns3c_waypoint nowhere[] = {{.x = 1 / zero_of(0)}};
    struct ns3c *s = start(1);
    for (int i = NS3C_80211N; i <= NS3C_80211AX; i++)
        REFUSED(ns3c_wifi(s, &(struct ns3c_cell){.standard = (enum ns3c_wifi_standard)i, .control = NS3C_AARF, .path_loss = 3}, 0),
                "AARF");
    REFUSED(ns3c_wifi(s, &(struct ns3c_cell){.standard = (enum ns3c_wifi_standard)6, .path_loss = 3}, 0), "standard 6");
    REFUSED(ns3c_wifi(s, &(struct ns3c_cell){.control = (enum ns3c_wifi_control)4, .path_loss = 3}, 0), "control 4");
    REFUSED(ns3c_wifi(s, &(struct ns3c_cell){.path_loss = -1}, 0), "exponent");
    REFUSED(ns3c_wifi(s, &(struct ns3c_cell){.path_loss = 3}, -1), "streams");
    EQUAL(ns3c_wifi(s, &(struct ns3c_cell){.path_loss = 3}, 0), 0);
    REFUSED(ns3c_wifi_attach(s, 0, NULL, 0, 0), "one waypoint");
    REFUSED(ns3c_wifi_attach(s, 0, back, 2, 0), "waypoint 1");
    REFUSED(ns3c_wifi_attach(s, 0, before, 1, 0), "waypoint 0");
    REFUSED(ns3c_wifi_attach(s, 0, nowhere, 1, 0), "nowhere");
    REFUSED(ns3c_wifi_attach(s, 0, &origin, 1, -1), "streams");
    EQUAL(ns3c_wifi_attach(s, 0, &origin, 1, 0), 0);
    EQUAL(ns3c_wifi_attach(s, 0, &origin, 1, 5000), 1);
    uint8_t bytes[2297] = {0};
    EQUAL(ns3c_send(s, 0, 1, bytes, 2296, 0x0800, 0, 0), 0);
    REFUSED(ns3c_send(s, 0, 1, bytes, 2297, 0x0800, 0, 0), "2297 bytes is too long: at most 2296");
    REFUSED(ns3c_traffic(s, 0, 1, 2297, 0, 1), "too long");
    ns3c_del(s);
}

static void test_sends(void)
{
    static uint8_t bytes[NS3C_FRAME_MAX + 1];
    uint32_t d[2], e[2];
    struct ns3c *s = start(1);
    CHECK(ns3c_p2p(s, &(struct ns3c_link){.delay = 1}, 0, d) >= 0);
    CHECK(ns3c_p2p(s, &(struct ns3c_link){.delay = 1}, 0, e) >= 0);
    REFUSED(ns3c_send(s, 4, d[1], bytes, 1, 0x0800, 0, 0), "no device 4");
    REFUSED(ns3c_send(s, d[0], 9, bytes, 1, 0x0800, 0, 0), "no device 9");
    REFUSED(ns3c_send(s, d[0], d[0], bytes, 1, 0x0800, 0, 0), "channel");
    REFUSED(ns3c_send(s, d[0], e[1], bytes, 1, 0x0800, 0, 0), "channel");
    REFUSED(ns3c_send(s, d[0], d[1], bytes, 1, 0x0806, 0, 0), "0x0806");
    REFUSED(ns3c_send(s, d[0], d[1], bytes, sizeof bytes, 0x0800, 0, 0), "too long");
    REFUSED(ns3c_traffic(s, d[0], d[1], 100, 0, 0), "interval");
    ns3c_run(s, 10);
    REFUSED(ns3c_send(s, d[0], d[1], bytes, 1, 0x0800, 0, 9), "passed");
    REFUSED(ns3c_traffic(s, d[0], d[1], 100, 9, 1), "passed");
    EQUAL(ns3c_csma(s, &(struct ns3c_link){.delay = 0}), 2);
    int a = ns3c_csma_attach(s, 2, 0), b = ns3c_csma_attach(s, 2, 5000);
    REFUSED(ns3c_send(s, (uint32_t)a, (uint32_t)b, bytes, 100, 46, 0, 10), "0x002e"); /* would be read as a length */
    EQUAL(ns3c_send(s, (uint32_t)a, (uint32_t)b, bytes, 100, 0x0806, 0, 10), 0);
    ns3c_run(s, SECOND);
    EQUAL(seen.count, 1);
    ns3c_del(s);
}

int main(void)
{
    test_new();
    test_links();
    test_wifi();
    test_sends();
    return 0;
}
