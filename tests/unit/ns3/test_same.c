/* The same calls with the same seed tell the same: twice in one process, and in a process that ran nothing before.
 *
 * One world with everything in it: two lossy lines, one with bursts; a bus; a cell with a walking station and traffic. */
#include "check.h"

static uint64_t world(uint32_t seed, int standard, int control)
{
    struct ns3c_link single = {.rate = 1000000, .delay = 5 * MS, .queue = 4, .loss = {.rate = 0.1}};
    struct ns3c_link bursts = {.delay = 1 * MS, .loss = {.rate = 0.05, .burst_low = 1, .burst_high = 5}};
    struct ns3c_link wire = {.rate = 10000000, .delay = 1000, .loss = {.rate = 0.05}};
    struct ns3c_cell wifi = {
        .standard = (enum ns3c_wifi_standard)standard, .control = (enum ns3c_wifi_control)control, .tx_power = 16, .path_loss = 3};
    struct ns3c_waypoint walk[] = {{.at = 0, .x = 5}, {.at = 800 * MS, .x = 60}};
    uint32_t d[20];
    start(seed);
    CHECK(ns3c_p2p(seen.s, &single, 0, d) >= 0);
    CHECK(ns3c_p2p(seen.s, &bursts, 1000, d + 2) >= 0);
    int bus = ns3c_csma(seen.s, &wire), cell = ns3c_wifi(seen.s, &wifi, 2000);
    for (int i = 4; i < 8; i++)
        d[i] = (uint32_t)ns3c_csma_attach(seen.s, bus, i * 1000);
    for (int i = 8; i < 14; i++)
        d[i] = (uint32_t)ns3c_wifi_attach(seen.s, cell, walk, i == 9 ? 2 : 1, i * 1000);
    CHECK(ns3c_traffic(seen.s, d[10], d[11], 800, 0, 3 * MS) == 0);
    CHECK(ns3c_traffic(seen.s, d[12], d[13], 800, 0, 3 * MS) == 0);
    for (uint64_t i = 0; i < 240; i++) {
        static const uint8_t pair[][2] = {{0, 1}, {1, 0}, {2, 3}, {4, 5}, {6, 7}, {5, 6}, {8, 9}, {9, 8}};
        const uint8_t *p = pair[i % 8];
        send(d[p[0]], d[p[1]], 100 + i, i, (int64_t)(i - i % 8) * 3 * MS);
    }
    ns3c_run(seen.s, SECOND);
    each_told_once(240);
    ns3c_del(seen.s);
    return trace_hash();
}

static uint64_t worlds(uint32_t seed)
{
    uint64_t h = 0;
    for (int standard = NS3C_80211A; standard <= NS3C_80211AX; standard++)
        h = mix(h, world(seed, standard, standard % 2 == 0 ? NS3C_MINSTREL : NS3C_IDEAL));
    return mix(h, world(seed, NS3C_80211N, NS3C_MINSTREL));
}

static uint64_t in_a_process(const char *program)
{
    char command[1000];
    unsigned long long h = 0;
    snprintf(command, sizeof command, "'%s' print", program);
    FILE *child = popen(command, "r");
    CHECK(child != NULL);
    CHECK(fscanf(child, "%llx", &h) == 1);
    CHECK(pclose(child) == 0);
    return h;
}

int main(int argc, char **argv)
{
    uint64_t first = worlds(7);
    if (argc > 1) {
        printf("%llx\n", (unsigned long long)first);
        return 0;
    }
    CHECK(world(8, NS3C_80211AC, NS3C_MINSTREL) != world(7, NS3C_80211AC, NS3C_MINSTREL));
    CHECK(worlds(7) == first);
    CHECK(in_a_process(argv[0]) == first);
    return 0;
}
