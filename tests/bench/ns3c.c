/* Frames for each second of processor time through ns-3's bindings alone: stations of one channel send frames of 200 bytes round.
 */
#include "ns3c.h"

#include <stdio.h>
#include <time.h>

#define STATIONS_MAX 10
#define MS INT64_C(1000000)

struct round {
    struct ns3c *s;
    uint32_t device[STATIONS_MAX];
    unsigned stations;
    unsigned long frames;
};

static void pass(struct round *r, unsigned from)
{
    static const uint8_t bytes[200];
    ns3c_send(r->s, r->device[from], r->device[(from + 1) % r->stations], bytes, sizeof bytes, 0x0800, from, ns3c_now(r->s));
}

static void received(void *user, uint32_t device, const uint8_t *bytes, size_t len, uint16_t protocol, uint64_t from)
{
    struct round *r = user;
    (void)device, (void)bytes, (void)len, (void)protocol;
    r->frames++;
    pass(r, (unsigned)(from + 1) % r->stations);
}

/* Each station keeps a frame going, lost or not. */
static void lost(void *user, uint32_t device, uint64_t from, enum ns3c_loss_reason why)
{
    (void)device, (void)why;
    pass(user, (unsigned)from);
}

static void attach(struct round *r, int standard)
{
    struct ns3c_link link = {.rate = 1000000000, .delay = 1000};
    struct ns3c_cell cell = {
        .standard = (enum ns3c_wifi_standard)standard, .control = NS3C_MINSTREL, .tx_power = 16, .path_loss = 3};
    if (standard == -2) {
        ns3c_p2p(r->s, &link, 0, r->device);
        return;
    }
    int channel = standard == -1 ? ns3c_csma(r->s, &link) : ns3c_wifi(r->s, &cell, 0);
    for (unsigned i = 0; i < r->stations; i++) {
        struct ns3c_waypoint at = {.x = i, .y = i % 2};
        int64_t streams = (i + 1) * NS3C_STREAMS;
        r->device[i] = (uint32_t)(standard == -1 ? ns3c_csma_attach(r->s, channel, streams)
                                                 : ns3c_wifi_attach(r->s, channel, &at, 1, streams));
    }
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void measure(const char *name, int standard, unsigned stations, unsigned long frames)
{
    struct round r = {.stations = stations};
    struct ns3c_events events = {.user = &r, .received = received, .lost = lost};
    r.s = ns3c_new(1, 1, &events);
    attach(&r, standard);
    for (unsigned i = 0; i < (standard == -2 ? 1 : stations); i++)
        pass(&r, i);
    double from = seconds();
    while (r.frames < frames)
        ns3c_run(r.s, ns3c_next(r.s));
    printf("%-15s  %8u  %8.0f\n", name, stations, (double)r.frames / (seconds() - from));
    ns3c_del(r.s);
}

int main(void)
{
    static const char *const standards[] = {"Wi-Fi 802.11a", "Wi-Fi 802.11b",  "Wi-Fi 802.11g",
                                            "Wi-Fi 802.11n", "Wi-Fi 802.11ac", "Wi-Fi 802.11ax"};
    puts("channel          stations  frames/s");
    measure("point-to-point", -2, 2, 1000000);
    measure("CSMA", -1, 4, 300000);
    for (int i = 0; i < 6; i++) {
        measure(standards[i], i, 2, 20000);
        measure(standards[i], i, STATIONS_MAX, 6000);
    }
    return 0;
}
