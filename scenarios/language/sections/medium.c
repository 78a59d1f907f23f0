#include "scenarios/language/sections/medium.h"
#include "scenarios/language/sections/position.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define BURST_MAX 1000
#define STATIONS_MAX 100
#define STATION_RATE_MAX 1000000000 /* more than any standard here carries: a higher rate would only take longer to run */

struct burst_form {
    struct nt_burst_loss loss;
    const struct nt_yaml *packets;
};

const struct nt_word nt_medium_words[] = {{"switch", NT_MEDIUM_SWITCH, false}, /* the default; an axis can name it */
                                          {"p2p", NT_MEDIUM_P2P, false},
                                          {"csma", NT_MEDIUM_CSMA, false},
                                          {"wifi", NT_MEDIUM_WIFI, false},
                                          {NULL, 0, false}};

static const struct nt_key burst_keys[] = {
    {.name = "chance",
     .type = NT_KEY_PERCENT,
     .offset = offsetof(struct burst_form, loss.chance),
     .flags = NT_KEY_REQUIRED,
     .doc = "probability that a burst begins at a packet; within a burst, too: the new burst then replaces the old one"},
    {.name = "packets",
     .offset = offsetof(struct burst_form, packets),
     .schema = "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000}, {\"$ref\": \"#/$defs/range\"}]}",
     .doc = "length of a burst, from 1 to 1000 packets: A..B (uniform) or one number; 1..4 by default"},
};
const struct nt_table nt_table_burst = NT_TABLE("burst", "'burst-loss'", burst_keys);

static const struct nt_word standards[] = {{"802.11a", NT_WIFI_80211A, false},
                                           {"802.11b", NT_WIFI_80211B, false},
                                           {"802.11g", NT_WIFI_80211G, false},
                                           {"802.11n", NT_WIFI_80211N, false},
                                           {"802.11ac", NT_WIFI_80211AC, false},
                                           {"802.11ax", NT_WIFI_80211AX, false},
                                           {NULL, 0, false}};
static const struct nt_word controls[] = {{"minstrel", NT_WIFI_MINSTREL, false},
                                          {"aarf", NT_WIFI_AARF, false},
                                          {"ideal", NT_WIFI_IDEAL, false},
                                          {"slowest", NT_WIFI_SLOWEST, false},
                                          {NULL, 0, false}};

#define WIFI(field) .offset = offsetof(struct nt_wifi_config, field)

static const struct nt_key wifi_keys[] = {
    {.name = "standard",
     .type = NT_KEY_WORD,
     WIFI(standard),
     .words = standards,
     .doc = "the IEEE 802.11 standard; 802.11a by default"},
    {.name = "control",
     .type = NT_KEY_WORD,
     WIFI(control),
     .words = controls,
     .doc = "rate control: minstrel (default), aarf (802.11a, b and g), ideal, or always the slowest rate"},
    {.name = "tx-power",
     .type = NT_KEY_I32,
     WIFI(tx_power),
     .low = NT_KEY_SIGNED(-20),
     .high = 40,
     .doc = "transmit power in dBm; 16 by default"},
    {.name = "path-loss",
     .type = NT_KEY_DECIMAL,
     WIFI(path_loss),
     .low = 1000,
     .high = 6000,
     .doc = "exponent of the log-distance model: 2 in free space; 3.0 by default"},
    {.name = "stations",
     .type = NT_KEY_U32,
     WIFI(stations),
     .high = STATIONS_MAX,
     .doc = "number of other stations that always send; 0 by default"},
    {.name = "station-rate",
     .type = NT_KEY_RATE,
     WIFI(station_rate),
     .doc = "what each of them sends, up to 1Gbit; required with stations"},
    {.name = "station-bytes",
     .type = NT_KEY_U32,
     WIFI(station_bytes),
     .low = 100,
     .high = 2200,
     .doc = "size of their packets; 1000 by default"},
    {.name = "station-radius",
     .type = NT_KEY_DECIMAL,
     WIFI(station_radius),
     .high = NT_POSITION_MAX,
     .doc = "metres: they are on a circle around the origin; 10 by default"},
};
const struct nt_table nt_table_wifi = NT_TABLE("wifi", "'wifi'", wifi_keys);

#define BIT(medium) (1u << (medium))
#define SWITCH BIT(NT_MEDIUM_SWITCH)
#define LINES (BIT(NT_MEDIUM_P2P) | BIT(NT_MEDIUM_CSMA))
#define WIFI_CELL BIT(NT_MEDIUM_WIFI)

/* Keys that only some media have. */
static const struct {
    const char *key;
    unsigned media;
    const char *mend; /* NULL: the switch has it */
} fitting[] = {
    {"delay", SWITCH | LINES, "leave it out: distance makes it"},
    {"rate", SWITCH | LINES, "leave it out: the standard has its rates"},
    {"loss", SWITCH | LINES, "leave it out: distance and contention make it"},
    {"burst-loss", LINES, "write medium: p2p, or csma"},
    {"wifi", WIFI_CELL, "write medium: wifi"},
    {"jitter", SWITCH, NULL},
    {"duplicate", SWITCH, NULL},
    {"reorder", SWITCH, NULL},
};

/* The largest packet of IP, of Ethernet, and of IEEE 802.11 (an MSDU of 2304 bytes, minus 8 for LLC and SNAP). */
static const struct {
    const char *noun;
    uint32_t mtu;
} media[] = {[NT_MEDIUM_SWITCH] = {"switch", 65535},
             [NT_MEDIUM_P2P] = {"p2p network", 65535},
             [NT_MEDIUM_CSMA] = {"csma network", 1500},
             [NT_MEDIUM_WIFI] = {"wifi network", 2296}};

/* "A..B", or "A" for A..A. */
static bool read_packets(struct nt_load *l, const struct nt_yaml *v, struct nt_burst_loss *b)
{
    unsigned low = 0, high = 0;
    int used = 0, parts = 0;
    if (v->kind == NT_YAML_SCALAR && strspn(v->text, "0123456789.") == v->len)
        parts = sscanf(v->text, "%5u%n..%5u%n", &low, &used, &high, &used);
    if (parts == 1)
        high = low;
    if (parts >= 1 && (size_t)used == v->len && low >= 1 && low <= high && high <= BURST_MAX) {
        b->low = low;
        b->high = high;
        return true;
    }
    nt_diag_mend(v->kind == NT_YAML_SCALAR
                     ? nt_load_error(l, v, "'%s' is not a number of packets", v->text)
                     : nt_load_error(l, v, "'packets' must be a number of packets, not %s", nt_yaml_kind_name(v)),
                 "write A..B with 1 <= A <= B <= %d, as in 1..4, or one number", BURST_MAX);
    return false;
}

static void read_burst(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_network *n)
{
    struct burst_form f = {.loss = {.low = 1, .high = 4}}; /* the defaults of BurstErrorModel in ns-3 */
    if (nt_table_read(l, &nt_table_burst, v, &f) && (f.packets == NULL || read_packets(l, f.packets, &f.loss)))
        n->burst = f.loss;
}

static void read_wifi(struct nt_load *l, const struct nt_yaml *v, struct nt_wifi_config *w)
{
    if (!nt_table_read(l, &nt_table_wifi, v, w))
        return;
    if (w->control == NT_WIFI_AARF && w->standard > NT_WIFI_80211G)
        nt_diag_mend(nt_load_error(l, nt_yaml_get(v, "control"), "'aarf' supports the rates of 802.11a, b and g only"),
                     "write control: minstrel, ideal or slowest");
    if (w->stations > 0 && w->station_rate == 0)
        nt_diag_mend(nt_load_error(l, nt_yaml_key(v, "stations"), "'stations' without 'station-rate'"),
                     "give the rate of each station, as in station-rate: 2Mbit");
    if (w->station_rate > STATION_RATE_MAX)
        nt_diag_mend(nt_load_error(l, nt_yaml_get(v, "station-rate"), "'station-rate' is above 1Gbit"),
                     "write 1Gbit: no cell carries more");
}

static void check_keys(struct nt_load *l, const struct nt_yaml *v, const struct nt_scn_network *n)
{
    for (size_t i = 0; i < sizeof fitting / sizeof *fitting; i++) {
        const struct nt_yaml *key = nt_yaml_key(v, fitting[i].key);
        if (key == NULL || (fitting[i].media & BIT(n->medium)) != 0)
            continue;
        struct nt_diag *d = nt_load_error(l, key, "a %s has no '%s'", media[n->medium].noun, fitting[i].key);
        if (fitting[i].mend != NULL)
            nt_diag_mend(d, "%s", fitting[i].mend);
        else
            nt_diag_mend(d, "leave out 'medium', or '%s'", fitting[i].key);
    }
}

static void check_values(struct nt_load *l, const struct nt_yaml *v, const struct nt_scn_network *n)
{
    if (n->medium == NT_MEDIUM_CSMA && n->rate == 0)
        nt_diag_mend(nt_load_error(l, nt_yaml_key(v, "medium"), "a csma network needs a rate: one sends at a time"),
                     "write rate: 100Mbit");
    if (n->mtu > media[n->medium].mtu)
        nt_diag_mend(
            nt_load_error(l, nt_yaml_get(v, "mtu"), "an MTU of %u is too large for a %s", (unsigned)n->mtu, media[n->medium].noun),
            "write %u or less", (unsigned)media[n->medium].mtu);
    if (nt_yaml_key(v, "loss") != NULL && nt_yaml_key(v, "burst-loss") != NULL)
        nt_diag_mend(nt_load_error(l, nt_yaml_key(v, "burst-loss"), "'loss' and 'burst-loss' on one network"),
                     "leave out one of them");
}

void nt_load_medium(struct nt_load *l, const struct nt_yaml *v, const struct nt_yaml *burst, const struct nt_yaml *wifi,
                    struct nt_scn_network *n)
{
    if (nt_yaml_key(v, "medium") != NULL)
        n->medium_place = nt_yaml_key(v, "medium")->place;
    if (nt_yaml_key(v, "burst-loss") != NULL)
        n->burst_place = nt_yaml_key(v, "burst-loss")->place;
    if (n->medium == NT_MEDIUM_WIFI)
        n->wifi = (struct nt_wifi_config){.tx_power = 16, .path_loss = 3000, .station_bytes = 1000, .station_radius = 10000};
    if (burst != NULL)
        read_burst(l, burst, n);
    if (wifi != NULL)
        read_wifi(l, wifi, &n->wifi);
    check_keys(l, v, n);
    check_values(l, v, n);
}
