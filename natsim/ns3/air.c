#include "natsim/ns3/air.h"
#include "core/base/err.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTACHMENTS_MAX 16000000
#define TURN 6.283185307179586

static uint64_t hash(uint64_t h, const char *text)
{
    for (; *text != '\0'; text++)
        h = (h ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return h;
}

static uint64_t label_of(const char *text)
{
    return hash(UINT64_C(0xcbf29ce484222325), text);
}

/* The streams of an object depend on its label alone, so that another object does not shift them. ns-3 numbers its own from 2^63.
 */
static int64_t streams(uint64_t label)
{
    return (int64_t)(label % ((UINT64_C(1) << 62) / NS3C_STREAMS)) * NS3C_STREAMS;
}

static double probability(uint32_t parts)
{
    return (double)parts / NT_CHANCE_ONE;
}

/* The fabric queues and draws for a switch: the delay is left. */
static struct ns3c_link link_of(const struct nt_network_config *c)
{
    struct ns3c_link link = {.delay = c->delay};
    if (c->medium == NT_MEDIUM_SWITCH)
        return link;
    link.rate = c->rate;
    link.queue = c->rate > 0 ? c->queue : 0;
    link.loss.rate = probability(c->burst.chance > 0 ? c->burst.chance : c->loss);
    if (c->burst.chance > 0)
        link.loss.burst_low = c->burst.low, link.loss.burst_high = c->burst.high;
    return link;
}

static struct ns3c_cell cell_of(const struct nt_network_config *c)
{
    static const enum ns3c_wifi_standard standards[] = {
        [NT_WIFI_80211A] = NS3C_80211A, [NT_WIFI_80211B] = NS3C_80211B,   [NT_WIFI_80211G] = NS3C_80211G,
        [NT_WIFI_80211N] = NS3C_80211N, [NT_WIFI_80211AC] = NS3C_80211AC, [NT_WIFI_80211AX] = NS3C_80211AX};
    static const enum ns3c_wifi_control controls[] = {[NT_WIFI_MINSTREL] = NS3C_MINSTREL,
                                                      [NT_WIFI_AARF] = NS3C_AARF,
                                                      [NT_WIFI_IDEAL] = NS3C_IDEAL,
                                                      [NT_WIFI_SLOWEST] = NS3C_SLOWEST};
    return (struct ns3c_cell){.standard = standards[c->wifi.standard],
                              .control = controls[c->wifi.control],
                              .tx_power = c->wifi.tx_power,
                              .path_loss = c->wifi.path_loss / 1000.0,
                              .queue = c->queue};
}

static int channel_of(struct nt_air *a, const struct nt_network_config *c, uint64_t label, int *channel)
{
    struct ns3c_link link = link_of(c);
    struct ns3c_cell cell = cell_of(c);
    *channel = -1;
    if (c->medium == NT_MEDIUM_CSMA)
        *channel = ns3c_csma(a->ns3, &link);
    else if (c->medium == NT_MEDIUM_WIFI)
        *channel = ns3c_wifi(a->ns3, &cell, streams(label));
    else
        return NT_OK;
    return *channel >= 0 ? NT_OK : NT_EINVAL;
}

int nt_air_add_network(struct nt_air *a, uint32_t network, const struct nt_network_config *config)
{
    struct nt_air_network n = {.config = *config, .label = label_of(config->name)};
    int r = nt_grow(&a->networks, &a->network_cap, (size_t)network + 1, sizeof *a->networks, ATTACHMENTS_MAX);
    if (r == NT_OK)
        r = channel_of(a, config, n.label, &n.channel);
    if (r != NT_OK)
        return r;
    a->networks[network] = n;
    a->network_count = (size_t)network + 1;
    return NT_OK;
}

int nt_air_add_station(struct nt_air *a, uint32_t attachment, uint32_t network, const char *label)
{
    const struct nt_air_network *n = a->networks + network;
    struct nt_air_station s = {.network = network, .label = label_of(label)};
    int r = nt_grow(&a->stations, &a->station_cap, (size_t)attachment + 1, sizeof *a->stations, ATTACHMENTS_MAX);
    if (r != NT_OK)
        return r;
    if (n->config.medium == NT_MEDIUM_CSMA) {
        int device = ns3c_csma_attach(a->ns3, n->channel, streams(s.label));
        if (device < 0)
            return NT_EINVAL;
        s.device = (uint32_t)device;
    }
    a->stations[attachment] = s;
    a->station_count = (size_t)attachment + 1;
    return NT_OK;
}

int nt_air_place(struct nt_air *a, uint32_t attachment, const struct nt_waypoint *points, size_t count)
{
    struct nt_air_station *s = a->stations + attachment;
    if (a->networks[s->network].config.medium != NT_MEDIUM_WIFI)
        return NT_EUNSUPPORTED;
    struct ns3c_waypoint *copy = calloc(count, sizeof *copy);
    if (copy == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < count; i++)
        copy[i] = (struct ns3c_waypoint){points[i].at, points[i].x / 1000.0, points[i].y / 1000.0, points[i].z / 1000.0};
    free(s->points);
    s->points = copy;
    s->point_count = count;
    return NT_OK;
}

static int make_station(struct nt_air *a, struct nt_air_station *s)
{
    static const struct ns3c_waypoint origin;
    int device = ns3c_wifi_attach(a->ns3, a->networks[s->network].channel, s->point_count > 0 ? s->points : &origin,
                                  s->point_count > 0 ? s->point_count : 1, streams(s->label));
    if (device < 0)
        return NT_EINVAL;
    s->device = (uint32_t)device;
    return NT_OK;
}

/* Makes the other stations of a cell, on a circle. *first: the device of the first; the others follow it. */
static int make_others(struct nt_air *a, const struct nt_air_network *n, uint32_t *first)
{
    const struct nt_wifi_config *w = &n->config.wifi;
    char label[32];
    for (uint32_t i = 0; i < w->stations; i++) {
        double angle = TURN * i / w->stations, radius = w->station_radius / 1000.0;
        struct ns3c_waypoint at = {0, radius * cos(angle), radius * sin(angle), 0};
        snprintf(label, sizeof label, "/station.%u", (unsigned)i);
        int device = ns3c_wifi_attach(a->ns3, n->channel, &at, 1, streams(hash(n->label, label)));
        if (device < 0)
            return NT_EINVAL;
        *first = i == 0 ? (uint32_t)device : *first;
    }
    return NT_OK;
}

/* Each station sends to the next one, a single one to the first attachment of the network, and begins at a random moment of its
 * interval. */
static int make_traffic(struct nt_air *a, uint32_t network)
{
    const struct nt_air_network *n = a->networks + network;
    const struct nt_wifi_config *w = &n->config.wifi;
    uint32_t first = 0, somebody = 0;
    struct nt_rand rand;
    if (w->stations == 0 || w->station_rate == 0)
        return NT_OK;
    int64_t interval = (int64_t)((uint64_t)w->station_bytes * 8 * NT_SEC / w->station_rate);
    int r = make_others(a, n, &first);
    while (somebody < a->station_count && a->stations[somebody].network != network)
        somebody++;
    if (r != NT_OK || somebody == a->station_count)
        return r;
    nt_rand_init(&rand, a->seed ^ n->label, "stations");
    for (uint32_t i = 0; i < w->stations; i++) {
        uint32_t to = w->stations > 1 ? first + (i + 1) % w->stations : a->stations[somebody].device;
        int64_t start = (int64_t)nt_rand_below(&rand, (uint64_t)interval + 1);
        if (ns3c_traffic(a->ns3, first + i, to, w->station_bytes, start, interval > 0 ? interval : 1) < 0)
            return NT_EINVAL;
    }
    return NT_OK;
}

int nt_air_begin(struct nt_air *a)
{
    int r = NT_OK;
    if (a->begun)
        return NT_OK;
    a->begun = true;
    for (size_t i = 0; i < a->station_count && r == NT_OK; i++)
        if (a->networks[a->stations[i].network].config.medium == NT_MEDIUM_WIFI)
            r = make_station(a, &a->stations[i]);
    for (uint32_t i = 0; i < a->network_count && r == NT_OK; i++)
        if (a->networks[i].config.medium == NT_MEDIUM_WIFI)
            r = make_traffic(a, i);
    return r;
}

/* A line of its own for two attachments, made with their first packet. */
static int line_between(struct nt_air *a, uint32_t network, const uint32_t pair[2], uint32_t *line)
{
    struct nt_air_line made = {.ends = {pair[0], pair[1]}};
    struct ns3c_link link = link_of(&a->networks[network].config);
    uint64_t label = a->stations[pair[0]].label * UINT64_C(0x9e3779b97f4a7c15) ^ a->stations[pair[1]].label;
    if ((*line = nt_map_get(&a->lines, pair)) != NT_MAP_NONE)
        return NT_OK;
    if (nt_grow(&a->line, &a->line_cap, a->line_count + 1, sizeof *a->line, ATTACHMENTS_MAX) != NT_OK)
        return NT_ENOMEM;
    if (ns3c_p2p(a->ns3, &link, streams(label), made.device) < 0)
        return NT_EINVAL;
    if (nt_map_put(&a->lines, pair, (uint32_t)a->line_count) != NT_OK)
        return NT_ENOMEM;
    *line = (uint32_t)a->line_count;
    a->line[a->line_count++] = made;
    return NT_OK;
}

int nt_air_devices(struct nt_air *a, uint32_t network, uint32_t from, uint32_t to, uint32_t *out, uint32_t *in)
{
    if (a->networks[network].channel >= 0 && from != to) {
        *out = a->stations[from].device;
        *in = a->stations[to].device;
        return NT_OK;
    }
    uint32_t pair[2] = {from < to ? from : to, from < to ? to : from}, line;
    int r = line_between(a, network, pair, &line);
    if (r != NT_OK)
        return r;
    *out = a->line[line].device[from > to];
    *in = a->line[line].device[from <= to]; /* an attachment that sends to itself has both ends */
    return NT_OK;
}

static void flush_lines(struct nt_air *a, uint32_t from)
{
    for (size_t i = 0; i < a->line_count; i++)
        for (int end = 0; end < 2; end++)
            if (a->line[i].ends[end] == from)
                ns3c_flush(a->ns3, a->line[i].device[end]);
}

void nt_air_flush(struct nt_air *a, uint32_t from)
{
    if (a->networks[a->stations[from].network].config.medium == NT_MEDIUM_CSMA)
        ns3c_flush(a->ns3, a->stations[from].device);
    else
        flush_lines(a, from);
}

void nt_air_free(struct nt_air *a)
{
    for (size_t i = 0; i < a->station_count; i++)
        free(a->stations[i].points);
    nt_map_free(&a->lines);
    free(a->networks);
    free(a->stations);
    free(a->line);
}
