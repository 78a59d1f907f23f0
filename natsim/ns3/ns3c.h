/* C bindings of ns-3 (Debian's libns3, 3.37): a simulator that is stepped from outside, devices on point-to-point, CSMA and Wi-Fi
 * channels, frames in and out. They stand alone: nothing of natsim is needed. README.md has an example of 50 lines.
 *
 * One simulator at a time in a process, and one thread. Times are nanoseconds from 0. Functions that return int give a number from
 * 0, or -1: ns3c_error() then says why, in English. The same calls with the same seed give the same frames at the same times: every
 * random stream is named by its caller, none is taken from ns-3's counter. */
#ifndef NS3C_H
#define NS3C_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NS3C_NEVER INT64_MAX
#define NS3C_FRAME_MAX 65535

struct ns3c;

enum ns3c_loss_reason {
    NS3C_LOST_QUEUE = 1, /* the sending device's queue was full */
    NS3C_LOST_CHANNEL,   /* the receiver's error model took it */
    NS3C_LOST_RETRIES,   /* the device gave up: no acknowledgement (Wi-Fi), or a channel that is never free (CSMA) */
    NS3C_LOST_EXPIRED    /* the frame waited for its turn for too long (Wi-Fi: 500 ms) */
};

struct ns3c_events {
    void *user;
    /* The last bit of a frame has left this device, which is wired. NULL: nobody asks. */
    void (*departed)(void *user, uint32_t device, uint64_t cookie);
    /* A frame that was sent to this device is here. `bytes` is valid during the call; CSMA pads short frames, so `len` may be more
     * than was sent. Frames may be sent from within. */
    void (*received)(void *user, uint32_t device, const uint8_t *bytes, size_t len, uint16_t protocol, uint64_t cookie);
    /* A frame of this device's will not arrive. On Wi-Fi it may have: when every acknowledgement was lost. */
    void (*lost)(void *user, uint32_t device, uint64_t cookie, enum ns3c_loss_reason why);
};

/* NULL when there is one already. seed: 1..4294967086 and run: below 2^51, as ns-3's RngSeedManager has them. */
struct ns3c *ns3c_new(uint32_t seed, uint64_t run, const struct ns3c_events *events);
void ns3c_del(struct ns3c *s);
const char *ns3c_error(void);

/* What is lost at a receiver: ns-3's RateErrorModel by packets, or its BurstErrorModel. */
struct ns3c_loss {
    double rate;                    /* 0..1: of packets, or of those at which a burst begins; 0: nothing is lost */
    uint32_t burst_low, burst_high; /* packets of a burst; 0, 0: single losses */
};

struct ns3c_link {
    uint64_t rate; /* bits per second; 0: endless (a frame takes no time to send) */
    int64_t delay;
    uint32_t queue; /* frames that wait behind the one that is being sent; 0: a million */
    struct ns3c_loss loss;
};

/* A point-to-point line: fills in its two devices. `streams`: the first of NS3C_STREAMS random streams, of each object below. */
#define NS3C_STREAMS 1000
int ns3c_p2p(struct ns3c *s, const struct ns3c_link *link, int64_t streams, uint32_t devices[2]);

/* A CSMA bus, and a device on it. `queue` is each device's; losses are drawn at each device. */
int ns3c_csma(struct ns3c *s, const struct ns3c_link *link);
int ns3c_csma_attach(struct ns3c *s, int bus, int64_t streams);

enum ns3c_wifi_standard { NS3C_80211A, NS3C_80211B, NS3C_80211G, NS3C_80211N, NS3C_80211AC, NS3C_80211AX }; /* n, ac, ax: 5 GHz */
enum ns3c_wifi_control { NS3C_MINSTREL, NS3C_AARF, NS3C_IDEAL, NS3C_SLOWEST };

/* An ad-hoc cell: Yans channel, log-distance path loss, propagation at the speed of light. */
struct ns3c_cell {
    enum ns3c_wifi_standard standard;
    enum ns3c_wifi_control control; /* Minstrel is MinstrelHt for n and later; AARF is for a, b and g alone */
    double tx_power;                /* dBm */
    double path_loss;               /* exponent */
    uint32_t queue;                 /* frames of each device; 0: ns-3's 500 */
};

struct ns3c_waypoint {
    int64_t at;
    double x, y, z; /* metres */
};

int ns3c_wifi(struct ns3c *s, const struct ns3c_cell *cell, int64_t streams);
/* A station that follows the waypoints (at least one; in order of time), copied. */
int ns3c_wifi_attach(struct ns3c *s, int cell, const struct ns3c_waypoint *points, size_t count, int64_t streams);

/* Sends to another device of the same channel, at `at` (now or later). protocol: an ethertype; on a point-to-point line 0x0800 and
 * 0x86dd alone. The cookie comes back with the frame, or with its loss. */
int ns3c_send(struct ns3c *s, uint32_t from, uint32_t to, const uint8_t *bytes, size_t len, uint16_t protocol, uint64_t cookie,
              int64_t at);
/* What waits in the queue of a wired device is not sent, and nobody is told of it. The frame that is being sent goes on. Nothing on
 * Wi-Fi. */
void ns3c_flush(struct ns3c *s, uint32_t device);
/* A frame of `bytes` bytes every `interval` from `first` on, for ever, from one device to another; nobody is told of them. */
int ns3c_traffic(struct ns3c *s, uint32_t from, uint32_t to, uint32_t bytes, int64_t first, int64_t interval);

int64_t ns3c_now(const struct ns3c *s);
int64_t ns3c_next(const struct ns3c *s);        /* time of the next event, NS3C_NEVER */
void ns3c_advance(struct ns3c *s, int64_t now); /* sets the clock without running anything; not beyond the next event */
void ns3c_run(struct ns3c *s, int64_t until);   /* every event up to and including `until`, which is now afterwards */

#ifdef __cplusplus
}
#endif

#endif
