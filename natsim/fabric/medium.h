/* What a network is made of, and where its stations are: plain data that the scenario language fills and a carrier reads. */
#ifndef NT_FABRIC_MEDIUM_H
#define NT_FABRIC_MEDIUM_H

#include "core/base/time.h"

#include <stdint.h>

enum nt_medium {
    NT_MEDIUM_SWITCH = 0, /* no medium */
    NT_MEDIUM_P2P,        /* a point-to-point line of two: PPP frames, a queue and a rate at each end */
    NT_MEDIUM_CSMA,       /* a bus on which one station sends at a time */
    NT_MEDIUM_WIFI        /* an ad-hoc cell: contention, distance, rate adaptation */
};

/* Bytes that PPP adds to a packet on a point-to-point line: the protocol field alone, as ns-3 has it (RFC 1661, 2). */
#define NT_PPP_BYTES 2

#define NT_CHANCE_ONE 1000000000u /* a probability of one */

/* Losses that come in bursts, as in ns-3's BurstErrorModel: at each packet a burst begins with this chance; it takes that packet
 * and those after it, low..high in all, each number as likely. A burst that begins within another replaces it. */
struct nt_burst_loss {
    uint32_t chance; /* parts of NT_CHANCE_ONE; 0: none */
    uint32_t low, high;
};

enum nt_wifi_standard { NT_WIFI_80211A = 0, NT_WIFI_80211B, NT_WIFI_80211G, NT_WIFI_80211N, NT_WIFI_80211AC, NT_WIFI_80211AX };
enum nt_wifi_control {
    NT_WIFI_MINSTREL = 0,
    NT_WIFI_AARF,
    NT_WIFI_IDEAL,
    NT_WIFI_SLOWEST /* the standard's slowest rate, always */
};

struct nt_wifi_config {
    enum nt_wifi_standard standard;
    enum nt_wifi_control control;
    int32_t tx_power;        /* dBm */
    uint32_t path_loss;      /* thousandths: the exponent of the log-distance model, 3000 */
    uint32_t stations;       /* others in the cell that send all the time, on a circle around the origin */
    uint64_t station_rate;   /* bits per second of packets that each of them offers */
    uint32_t station_bytes;  /* of each of their packets */
    uint32_t station_radius; /* mm */
};

/* A network. As a switch (without a medium) each crossing pays the delay once and draws jitter, loss, duplicate and reorder once.
 * With a medium the carrier does what it is configured to; the built-in carrier knows NT_MEDIUM_P2P without bursts of loss, as a
 * switch whose packets have PPP's bytes. */
struct nt_network_config {
    const char *name;
    nt_time delay, jitter;             /* jitter: uniform in 0..jitter, order kept */
    uint32_t loss, duplicate, reorder; /* parts of NT_CHANCE_ONE */
    uint64_t rate;                     /* bits per second of each sending attachment; 0: unlimited */
    uint32_t queue;                    /* packets, drop-tail, with a rate; 0: 100 */
    uint32_t mtu;                      /* 0: 1500 */
    enum nt_medium medium;
    struct nt_burst_loss burst;
    struct nt_wifi_config wifi; /* of NT_MEDIUM_WIFI */
};

/* A station is at the position at the time `at`; between two waypoints it moves in a straight line, before the first and after the
 * last it stands. */
struct nt_waypoint {
    nt_time at;
    int32_t x, y, z; /* mm */
};
#define NT_WAYPOINTS_MAX 1000

#endif
