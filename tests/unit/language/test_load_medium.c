/* Media of networks: what their keys become, what is left out, where stations are; and every error, with its place. */
#include "natsim/fabric/fabric.h"
#include "scenarios/language/text/units.h"
#include "tests/unit/loaded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

static const char base[] =
    "natsim: 1\n"
    "claim: Media.\n"
    "matrix:\n"
    "  x: [-3, 2.5]\n"
    "  m: [p2p, csma]\n"
    "networks:\n"
    "  internet: {ipv4: 203.0.113.0/24, delay: 20ms}\n"
    "  line: {ipv4: 10.1.0.0/24, medium: p2p, rate: 10Mbit, delay: 5ms, queue: 50, loss: 1%}\n"
    "  bus: {ipv4: 10.2.0.0/24, medium: csma, rate: 100Mbit, delay: 10us, burst-loss: {chance: 0.5%, packets: 2..5}}\n"
    "  cell: {ipv4: 10.3.0.0/24, medium: wifi, queue: 70, wifi: {tx-power: 20}}\n"
    "  crowd: {ipv4: 10.4.0.0/24, medium: wifi, mtu: 2296, wifi: {standard: 802.11g, control: aarf, tx-power: -3, path-loss: 2.75,\n"
    "    stations: 8, station-rate: 2Mbit, station-bytes: 500, station-radius: 12.5}}\n"
    "  any: {ipv4: 10.5.0.0/24, medium: \"${m}\", rate: 1Mbit, burst-loss: {chance: 10%}}\n"
    "gateways:\n"
    "  g1: {inside: line, outside: internet, nat: none}\n"
    "  g2: {inside: {on: bus, address: 10.2.0.9}, outside: internet, nat: none}\n"
    "  g3: {inside: [{on: cell, position: [0, 0]}, {on: crowd, position: [1, 2]}], outside: {on: internet}, nat: none}\n"
    "  g4: {inside: any, outside: {on: cell, position: [7, 8, 9]}, nat: none}\n"
    "servers:\n"
    "  stun: {on: {on: cell, position: [\"${x}\", -0.001, 1.5]}, kind: stun}\n"
    "agents:\n"
    "  L: {on: {on: cell, address: 10.3.0.77, walk: [{at: 0s, position: [5, 0]}, {at: 60s, position: [200, -100000, 2]}]}, stun: [stun]}\n"
    "  R: {on: [line, bus, crowd, {on: any}]}\n"
    "steps:\n"
    "  - {at: 0s, call: {from: L, to: R}}\n"
    "expect:\n"
    "  path: direct\n";

static char *change(const char *find, const char *replace)
{
    const char *at = strstr(base, find);
    assert_non_null(at);
    size_t len = strlen(base) - strlen(find) + strlen(replace) + 1;
    char *text = malloc(len);
    assert_non_null(text);
    snprintf(text, len, "%.*s%s%s", (int)(at - base), base, replace, at + strlen(find));
    return text;
}

static void assert_place(struct nt_place p, int line, int column)
{
    assert_int_equal(p.line, line);
    assert_int_equal(p.column, column);
}

static void check_lines(const struct nt_scn_case *c)
{
    const struct nt_scn_network *internet = &c->networks[0], *line = &c->networks[1], *bus = &c->networks[2];
    assert_int_equal(internet->medium, NT_MEDIUM_SWITCH);
    assert_place(internet->medium_place, 0, 0);
    assert_place(internet->burst_place, 0, 0);
    assert_int_equal(internet->burst.chance, 0);
    assert_int_equal(line->medium, NT_MEDIUM_P2P);
    assert_place(line->medium_place, 8, 29);
    assert_int_equal(line->rate, 10000000);
    assert_int_equal(line->loss, NT_CHANCE_ONE / 100);
    assert_int_equal(bus->medium, NT_MEDIUM_CSMA);
    assert_int_equal(bus->delay, 10000);
    assert_place(bus->burst_place, 9, 70);
    assert_int_equal(bus->burst.chance, NT_CHANCE_ONE / 200);
    assert_int_equal(bus->burst.low, 2);
    assert_int_equal(bus->burst.high, 5);
    assert_int_equal(c->networks[5].burst.chance, NT_CHANCE_ONE / 10);
    assert_int_equal(c->networks[5].burst.low, 1);
    assert_int_equal(c->networks[5].burst.high, 4);
}

static void check_cells(const struct nt_scn_case *c)
{
    const struct nt_wifi_config *w = &c->networks[3].wifi, *crowd = &c->networks[4].wifi;
    assert_int_equal(c->networks[3].medium, NT_MEDIUM_WIFI);
    assert_int_equal(c->networks[3].queue, 70);
    assert_int_equal(c->networks[3].mtu, 1500);
    assert_int_equal(w->standard, NT_WIFI_80211A);
    assert_int_equal(w->control, NT_WIFI_MINSTREL);
    assert_int_equal(w->tx_power, 20);
    assert_int_equal(w->path_loss, 3000);
    assert_int_equal(w->stations, 0);
    assert_int_equal(w->station_rate, 0);
    assert_int_equal(w->station_bytes, 1000);
    assert_int_equal(w->station_radius, 10000);
    assert_int_equal(c->networks[4].mtu, 2296);
    assert_int_equal(crowd->standard, NT_WIFI_80211G);
    assert_int_equal(crowd->control, NT_WIFI_AARF);
    assert_int_equal(crowd->tx_power, -3);
    assert_int_equal(crowd->path_loss, 2750);
    assert_int_equal(crowd->stations, 8);
    assert_int_equal(crowd->station_rate, 2000000);
    assert_int_equal(crowd->station_bytes, 500);
    assert_int_equal(crowd->station_radius, 12500);
}

static void assert_point(const struct nt_scn_attachment *a, size_t i, nt_time at, int32_t x, int32_t y, int32_t z)
{
    assert_true(i < a->point_count);
    assert_int_equal(a->points[i].at, at);
    assert_int_equal(a->points[i].x, x);
    assert_int_equal(a->points[i].y, y);
    assert_int_equal(a->points[i].z, z);
}

static void check_points(const struct nt_scn_case *c, int32_t x)
{
    const struct nt_scn_attachment *walk = &c->agents[0].on[0];
    assert_point(&c->gateways[2].inside[0], 0, 0, 0, 0, 0);
    assert_point(&c->gateways[2].inside[1], 0, 0, 1000, 2000, 0);
    assert_point(&c->gateways[3].outside, 0, 0, 7000, 8000, 9000);
    assert_int_equal(c->gateways[3].outside.point_count, 1);
    assert_int_equal(c->gateways[2].outside.point_count, 0);
    assert_point(&c->servers[0].on, 0, 0, x, -1, 1500);
    assert_int_equal(walk->point_count, 2);
    assert_point(walk, 0, 0, 5000, 0, 0);
    assert_point(walk, 1, 60 * NT_SEC, 200000, -100000000, 2000);
    assert_int_equal(walk->addresses[0].ip[3], 77);
    for (size_t i = 0; i < c->agents[1].on_count; i++)
        assert_int_equal(c->agents[1].on[i].point_count, 0);
}

TEST(test_values)
{
    struct nt_scn_file *f = load(base);
    assert_int_equal(nt_scn_file_cases(f), 4);
    for (size_t i = 0; i < 4; i++) {
        struct nt_scn_case *c = cell(f, i);
        check_lines(c);
        check_cells(c);
        check_points(c, i < 2 ? -3000 : 2500);
        assert_int_equal(c->networks[5].medium, i % 2 == 0 ? NT_MEDIUM_P2P : NT_MEDIUM_CSMA);
        assert_true(nt_scn_lossy(c));
        nt_scn_case_del(c);
    }
    nt_scn_file_del(f);
}

static const struct good {
    const char *find, *replace;
} goods[] = {
    {"medium: wifi, queue: 70, wifi: {tx-power: 20}", "medium: wifi"},
    {"medium: wifi, queue: 70, wifi: {tx-power: 20}", "medium: wifi, wifi: {}"},
    {"{tx-power: 20}", "{standard: 802.11ax, control: ideal, stations: 0}"},
    {"{tx-power: 20}", "{standard: 802.11n, control: slowest, tx-power: 40, path-loss: 6, station-radius: 0}"},
    {"packets: 2..5", "packets: 1000"},
    {"packets: 2..5", "packets: 3..3"},
    {"medium: csma, rate: 100Mbit, delay: 10us, burst-loss: {chance: 0.5%, packets: 2..5}",
     "medium: csma, rate: 1bit, mtu: 1500, loss: 1%"},
    {"medium: p2p, rate: 10Mbit, delay: 5ms, queue: 50, loss: 1%", "medium: p2p, mtu: 65535"},
    {"medium: p2p, rate: 10Mbit, delay: 5ms, queue: 50, loss: 1%", "delay: 1ms, jitter: 1ms, loss: 1%, rate: 1Mbit"},
    {"medium: p2p, rate: 10Mbit, delay: 5ms, queue: 50, loss: 1%",
     "medium: switch, delay: 1ms, jitter: 1ms, loss: 0%, duplicate: 1%, reorder: 1%, rate: 1Mbit, queue: 5, mtu: 9000"},
};

TEST(test_good)
{
    for (size_t i = 0; i < sizeof goods / sizeof *goods; i++) {
        char *text = change(goods[i].find, goods[i].replace);
        nt_scn_file_del(load(text));
        free(text);
    }
}

static const struct row {
    const char *find, *replace, *expect;
} rows[] = {
    {"medium: p2p", "medium: pp", "8:37: unknown value 'pp' of 'medium': did you mean 'p2p'?\n"},
    {"loss: 1%", "jitter: 1ms", "8:79: a p2p network has no 'jitter': leave out 'medium', or 'jitter'\n"},
    {"loss: 1%", "duplicate: 1%", "8:79: a p2p network has no 'duplicate': leave out 'medium', or 'duplicate'\n"},
    {"loss: 1%", "reorder: 1%", "8:79: a p2p network has no 'reorder': leave out 'medium', or 'reorder'\n"},
    {"loss: 1%", "wifi: {}", "8:79: a p2p network has no 'wifi': write medium: wifi\n"},
    {"loss: 1%", "loss: 1%, burst-loss: {chance: 1%}", "8:89: 'loss' and 'burst-loss' on one network: leave out one of them\n"},
    {"medium: csma, rate: 100Mbit", "medium: csma",
     "9:28: a csma network needs a rate: one sends at a time: write rate: 100Mbit\n"},
    {"medium: csma, rate: 100Mbit", "medium: csma, rate: 0bit",
     "9:28: a csma network needs a rate: one sends at a time: write rate: 100Mbit\n"},
    {"delay: 10us", "jitter: 1ms", "9:57: a csma network has no 'jitter': leave out 'medium', or 'jitter'\n"},
    {"delay: 10us", "mtu: 1501", "9:62: an MTU of 1501 is too large for a csma network: write 1500 or less\n"},
    {"medium: csma, ", "", "9:56: a switch has no 'burst-loss': write medium: p2p, or csma\n"},
    {"chance: 0.5%, ", "", "9:82: 'chance' is missing: 'burst-loss' needs it\n"},
    {"chance: 0.5%", "chance: 0.5", "9:91: '0.5' has no unit: write 0.5%\n"},
    {"{chance: 0.5%, packets: 2..5}", "1%", "9:82: 'burst-loss' must be a mapping, not a value: write {chance: ...}\n"},
    {"2..5", "0..5", "9:106: '0..5' is not a number of packets: write A..B with 1 <= A <= B <= 1000, as in 1..4, or one number\n"},
    {"2..5", "5..2", "9:106: '5..2' is not a number of packets: write A..B with 1 <= A <= B <= 1000, as in 1..4, or one number\n"},
    {"2..5", "2..1001",
     "9:106: '2..1001' is not a number of packets: write A..B with 1 <= A <= B <= 1000, as in 1..4, or one number\n"},
    {"2..5", "2..", "9:106: '2..' is not a number of packets: write A..B with 1 <= A <= B <= 1000, as in 1..4, or one number\n"},
    {"2..5", "2.5", "9:106: '2.5' is not a number of packets: write A..B with 1 <= A <= B <= 1000, as in 1..4, or one number\n"},
    {"2..5", "4294967297",
     "9:106: '4294967297' is not a number of packets: write A..B with 1 <= A <= B <= 1000, as in 1..4, or one number\n"},
    {"2..5", "[2, 5]",
     "9:106: 'packets' must be a number of packets, not a list: write A..B with 1 <= A <= B <= 1000, as in 1..4, or one number\n"},
    {"queue: 70", "delay: 1ms", "10:43: a wifi network has no 'delay': leave it out: distance makes it\n"},
    {"queue: 70", "rate: 1Mbit", "10:43: a wifi network has no 'rate': leave it out: the standard has its rates\n"},
    {"queue: 70", "loss: 1%", "10:43: a wifi network has no 'loss': leave it out: distance and contention make it\n"},
    {"queue: 70", "burst-loss: {chance: 1%}", "10:43: a wifi network has no 'burst-loss': write medium: p2p, or csma\n"},
    {"queue: 70", "reorder: 1%", "10:43: a wifi network has no 'reorder': leave out 'medium', or 'reorder'\n"},
    {"mtu: 2296", "mtu: 2297", "11:49: an MTU of 2297 is too large for a wifi network: write 2296 or less\n"},
    {"delay: 20ms", "wifi: {}", "7:36: a switch has no 'wifi': write medium: wifi\n"},
    {"tx-power: 20", "tx-power: 41", "10:71: 41 is out of range for 'tx-power': write a whole number from -20 to 40\n"},
    {"tx-power: 20", "tx-power: -21", "10:71: -21 is out of range for 'tx-power': write a whole number from -20 to 40\n"},
    {"tx-power: 20", "tx-power: 1.5", "10:71: '1.5' is not a whole number: write a whole number from -20 to 40\n"},
    {"tx-power: 20", "tx-power: 0.0001", "10:71: '0.0001' is not a whole number: write a whole number from -20 to 40\n"},
    {"tx-power: 20", "tx-power: 20dBm", "10:71: '20dBm' is not a whole number: write a whole number from -20 to 40\n"},
    {"tx-power: 20", "tx-power: {}", "10:71: 'tx-power' must be a whole number, not a mapping\n"},
    {"tx-power: 20", "path-loss: 0.999", "10:72: 0.999 is out of range for 'path-loss': write a number from 1 to 6\n"},
    {"tx-power: 20", "path-loss: 2.0001",
     "10:72: '2.0001' has too many digits: write a number from 1 to 6, with at most 3 decimals\n"},
    {"tx-power: 20", "path-loss: three", "10:72: 'three' is not a number: write a number from 1 to 6\n"},
    {"tx-power: 20", "standard: 802.11p", "10:71: unknown value '802.11p' of 'standard': did you mean '802.11a'?\n"},
    {"tx-power: 20", "control: arf", "10:70: unknown value 'arf' of 'control': did you mean 'aarf'?\n"},
    {"tx-power: 20", "power: 20",
     "10:61: unknown key 'power': 'wifi' has standard, control, tx-power, path-loss, stations, station-rate, station-bytes, station-radius\n"},
    {"tx-power: 20", "standard: 802.11n, control: aarf",
     "10:89: 'aarf' supports the rates of 802.11a, b and g only: write control: minstrel, ideal or slowest\n"},
    {"tx-power: 20", "stations: 5",
     "10:61: 'stations' without 'station-rate': give the rate of each station, as in station-rate: 2Mbit\n"},
    {"tx-power: 20", "station-rate: 1000Gbit", "10:75: 'station-rate' is above 1Gbit: write 1Gbit: no cell carries more\n"},
    {"tx-power: 20", "stations: 101", "10:71: 101 is out of range for 'stations': write a number from 0 to 100\n"},
    {"tx-power: 20", "station-bytes: 99", "10:76: 99 is out of range for 'station-bytes': write a number from 100 to 2200\n"},
    {"tx-power: 20", "station-radius: -1", "10:77: -1 is out of range for 'station-radius': write a number from 0 to 100000\n"},
    {"{tx-power: 20}", "[802.11a]", "10:60: 'wifi' must be a mapping, not a list: write {standard: ...}\n"},
    {"inside: line, ", "inside: {on: line, position: [0, 0]}, ",
     "15:27: 'position' on network 'line', which is not on Wi-Fi: write 'medium: wifi' in line 8, or leave it out\n"},
    {"outside: {on: internet}", "outside: {on: internet, walk: [{at: 0s, position: [0, 0]}]}",
     "17:103: 'walk' on network 'internet', which is not on Wi-Fi: write 'medium: wifi' in line 7, or leave it out\n"},
    {"outside: {on: cell, position: [7, 8, 9]}", "outside: {on: cell, position: [7, 8, 9], address: 10.9.0.1}",
     "18:71: 10.9.0.1 is not an address of a host in 10.3.0.0/24, the prefix of 'cell'\n"},
    {"[7, 8, 9]", "[7]", "18:51: this is not a position: write [x, y] or [x, y, z], in metres\n"},
    {"[7, 8, 9]", "[7, 8, 9, 10]", "18:51: this is not a position: write [x, y] or [x, y, z], in metres\n"},
    {"[7, 8, 9]", "7", "18:51: this is not a position: write [x, y] or [x, y, z], in metres\n"},
    {"[7, 8, 9]", "[7, 100000.001]", "18:55: 100000.001 is out of range for 'position': write a number from -100000 to 100000\n"},
    {"[7, 8, 9]", "[-100001, here]",
     "18:52: -100001 is out of range for 'position': write a number from -100000 to 100000\n"
     "18:61: 'here' is not a number: write a number from -100000 to 100000\n"},
    {"[7, 8, 9]", "[7, 8, 9m]", "18:58: '9m' is not a number: write a number from -100000 to 100000\n"},
    {"[7, 8, 9]", "[7, 8, 1e3]", "18:58: '1e3' is not a number: write a number from -100000 to 100000\n"},
    {"[7, 8, 9]", "[7, 8, [9]]", "18:58: 'position' must be a number, not a list\n"},
    {"[7, 8, 9]", "[7, 8.0001]",
     "18:55: '8.0001' has too many digits: write a number from -100000 to 100000, with at most 3 decimals\n"},
    {"[7, 8, 9]", "[7, 99999999999999999999]",
     "18:55: 99999999999999999999 is out of range for 'position': write a number from -100000 to 100000\n"},
    {"address: 10.3.0.77,", "position: [0, 0],", "22:40: 'position' and 'walk' of one attachment: leave out one of them\n"},
    {"{at: 60s,", "{at: 0s,",
     "22:82: the waypoint at '0s' does not come after the one before it: put the waypoints in order of time\n"},
    {"{at: 60s,", "{", "22:77: 'at' is missing: a waypoint needs it\n"},
    {"{at: 60s,", "{at: 60s, speed: 1,", "22:87: unknown key 'speed': a waypoint has at, position\n"},
    {"walk: [{at: 0s, position: [5, 0]}, {at: 60s, position: [200, -100000, 2]}]", "walk: [{at: 0s, position: [5, 0]}]",
     "22:48: a walk of 1 waypoints: write 2 to 1000, as in [{at: 0s, position: [0, 0]}, {at: 60s, position: [50, 0]}]\n"},
    {"walk: [{at: 0s, position: [5, 0]}, {at: 60s, position: [200, -100000, 2]}]", "walk: north",
     "22:48: 'walk' must be a list of waypoints, not a value: write 2 to 1000, as in [{at: 0s, position: [0, 0]}, "
     "{at: 60s, position: [50, 0]}]\n"},
    {"address: 10.3.0.77,", "postion: [0, 0],", "22:22: unknown key 'postion': did you mean 'position'?\n"},
    {"R: {on: [line,", "R: {on: [line, line,",
     "8:29: 3 are on p2p network 'line', and a line has two ends: write medium: csma, or give each pair a line of its own\n"},
    {"path: direct", "path: oracle",
     "27:9: 'oracle' cannot predict a case with stations that load its Wi-Fi: write path: direct, relayed or none\n"},
};

/* "LINE:COLUMN: WHAT: MEND\n" of each. */
static char *said(const struct nt_diags *d)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    for (size_t i = 0; i < d->count; i++)
        fprintf(out, "%d:%d: %s%s%s\n", d->items[i].line, d->items[i].column, d->items[i].what,
                d->items[i].mend != NULL ? ": " : "", d->items[i].mend != NULL ? d->items[i].mend : "");
    fclose(out);
    return text;
}

static void expect_errors(const char *text, const char *expect)
{
    struct nt_diags diags = {0};
    assert_null(nt_scn_load_text(text, strlen(text), "t", "t.yaml", &diags));
    char *got = said(&diags);
    assert_string_equal(got, expect);
    free(got);
    nt_diags_clear(&diags);
}

TEST(test_errors)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = change(rows[i].find, rows[i].replace);
        expect_errors(text, rows[i].expect);
        free(text);
    }
}

/* What the oracle cannot know: chance alone decides, or load, or a walk; who stands still without load it can. */
TEST(test_oracle)
{
#define WORLD(network, on)                                                                                                         \
    "natsim: 1\nclaim: c\nnetworks: {n: {ipv4: 10.0.0.0/24, " network "}}\nagents: {L: {on: " on "}, R: {on: n}}\n"                \
    "steps: [{at: 0s, call: {from: L, to: R}}]\nexpect: {path: oracle}\n"
#define TROUBLE(what) "6:16: 'oracle' cannot predict a case with " what ": write path: direct, relayed or none\n"
    nt_scn_file_del(load(WORLD("medium: wifi", "{on: n, position: [5, 5]}")));
    nt_scn_file_del(load(WORLD("medium: p2p, burst-loss: {chance: 19.9%}", "n")));
    nt_scn_file_del(load(WORLD("medium: p2p, loss: 49%", "n")));
    expect_errors(WORLD("medium: p2p, burst-loss: {chance: 20%}", "n"), TROUBLE("loss of 50% or more"));
    expect_errors(WORLD("medium: p2p, burst-loss: {chance: 1%, packets: 1..1000}", "n"), TROUBLE("loss of 50% or more"));
    expect_errors(WORLD("loss: 50%", "n"), TROUBLE("loss of 50% or more"));
    expect_errors(WORLD("medium: wifi, wifi: {stations: 1, station-rate: 1bit}", "n"), TROUBLE("stations that load its Wi-Fi"));
    expect_errors(WORLD("medium: wifi", "{on: n, walk: [{at: 0s, position: [0, 0]}, {at: 1s, position: [1, 0]}]}"),
                  TROUBLE("a walk on Wi-Fi"));
}

TEST(test_decimals)
{
    static const struct {
        const char *text;
        enum nt_unit_result result;
        int64_t value;
    } all[] = {
        {"0", NT_UNIT_OK, 0},
        {"-0", NT_UNIT_OK, 0},
        {"5", NT_UNIT_OK, 5000},
        {"-1.25", NT_UNIT_OK, -1250},
        {"0.001", NT_UNIT_OK, 1},
        {"1.0500", NT_UNIT_OK, 1050},
        {"1.0005", NT_UNIT_FINE, 0},
        {"", NT_UNIT_FORM, 0},
        {"-", NT_UNIT_FORM, 0},
        {"--1", NT_UNIT_FORM, 0},
        {"+1", NT_UNIT_FORM, 0},
        {".5", NT_UNIT_FORM, 0},
        {"5.", NT_UNIT_FORM, 0},
        {"1.2.3", NT_UNIT_FORM, 0},
        {"1e3", NT_UNIT_FORM, 0},
        {" 1", NT_UNIT_FORM, 0},
        {"9223372036854774", NT_UNIT_OK, INT64_C(9223372036854774000)},
        {"9223372036854775807", NT_UNIT_RANGE, 0},
        {"99999999999999999999999", NT_UNIT_RANGE, 0},
        {"-9223372036854775808", NT_UNIT_RANGE, 0},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        int64_t v = 0;
        assert_int_equal(nt_unit_decimal(all[i].text, &v), all[i].result);
        assert_true(v == all[i].value);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_good),     cmocka_unit_test(test_errors),
        cmocka_unit_test(test_oracle), cmocka_unit_test(test_decimals),
    };
    return RUN_TESTS(tests);
}
