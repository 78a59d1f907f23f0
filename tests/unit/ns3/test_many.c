/* A thousand simulators one after the other: each is torn down whole. */
#include "check.h"

/* In pages; 0 where there is no /proc. */
static long resident(void)
{
    long size, rss = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL)
        return 0;
    if (fscanf(f, "%ld %ld", &size, &rss) != 2)
        rss = 0;
    fclose(f);
    return rss;
}

/* With frames waiting, under way and scheduled when it ends. */
static void one(uint32_t seed)
{
    struct ns3c_link link = {.rate = 1000000, .delay = 10 * MS, .loss = {.rate = 0.1}};
    struct ns3c_cell wifi = {
        .standard = (enum ns3c_wifi_standard)(seed % 6), .control = NS3C_MINSTREL, .tx_power = 16, .path_loss = 3};
    struct ns3c_waypoint walk[] = {{.at = 0}, {.at = SECOND, .x = 10}};
    uint32_t d[2];
    start(seed);
    CHECK(ns3c_p2p(seen.s, &link, 0, d) >= 0);
    int bus = ns3c_csma(seen.s, &link), cell = ns3c_wifi(seen.s, &wifi, 0);
    uint32_t b = (uint32_t)ns3c_csma_attach(seen.s, bus, 0), c = (uint32_t)ns3c_csma_attach(seen.s, bus, 5000);
    uint32_t w = (uint32_t)ns3c_wifi_attach(seen.s, cell, walk, 1, 0), v = (uint32_t)ns3c_wifi_attach(seen.s, cell, walk, 2, 5000);
    for (uint64_t i = 0; i < 20; i++) {
        send(d[0], d[1], 1000, i, (int64_t)i * MS);
        send(b, c, 1000, i, (int64_t)i * MS);
        send(w, v, 1000, i, (int64_t)i * MS);
    }
    CHECK(ns3c_traffic(seen.s, v, w, 500, 0, MS) == 0);
    ns3c_run(seen.s, 15 * MS);
    ns3c_del(seen.s);
}

int main(void)
{
    for (uint32_t i = 0; i < 200; i++)
        one(i + 1);
    long before = resident();
    for (uint32_t i = 0; i < 1000; i++)
        one(i + 1);
    long grown = resident() - before;
    if (grown > 64) { /* 256 KiB: a quarter of a KiB each would be seen */
        fprintf(stderr, "1000 simulators left %ld pages behind\n", grown);
        return 1;
    }
    return 0;
}
