/* The fabric: nodes, the networks between them, one queue, virtual time. Nodes never call nodes: they hand packets to the
 * fabric, the network decides their fate and pushes an event. The order of everything is total: (time, class, sequence). */
#ifndef NT_FABRIC_FABRIC_H
#define NT_FABRIC_FABRIC_H

#include "core/base/rand.h"
#include "core/base/trace.h"
#include "natsim/fabric/carrier.h"
#include "natsim/packet/packet.h"

#define NT_FABRIC_NONE UINT32_MAX
#define NT_QUEUE_MAX 16000000 /* events waiting */

struct nt_fabric;

/* A node: a small table of operations and its state. `port` numbers the node's attachments from 0. */
enum nt_control { NT_CTL_REBOOT = 1, NT_CTL_FLUSH, NT_CTL_RENUMBER, NT_CTL_STOP, NT_CTL_START, NT_CTL_PORT_DOWN, NT_CTL_PORT_UP };

struct nt_node_ops {
    void (*recv)(void *self, uint32_t port, struct nt_packet *p, nt_time now); /* owns p from here on */
    void (*run)(void *self, nt_time now);                                      /* its deadline has come */
    nt_time (*deadline)(const void *self);
    int (*control)(void *self, enum nt_control what, uint32_t port, nt_time now); /* NT_EUNSUPPORTED when it means nothing */
    void (*del)(void *self);
};

struct nt_fabric_config {
    uint64_t seed;
    uint32_t mtu_max;      /* the largest MTU of any network; 0: 1500 */
    const struct nt_carrier_ops *carrier; /* of the frames; NULL: the built-in one. Kept */
    struct nt_trace trace; /* packets and fates; .node is filled per event. Its reader may call the fabric and hosts: what it sends
                            * leaves after the packets in hand */
};

struct nt_fabric *nt_fabric_new(const struct nt_fabric_config *config);
void nt_fabric_del(struct nt_fabric *f); /* deletes the nodes too */

/* Takes `self`; its number, or NT_FABRIC_NONE without memory. `name` is copied: it labels random streams and taps. */
uint32_t nt_fabric_add_node(struct nt_fabric *f, const char *name, const struct nt_node_ops *ops, void *self);
const char *nt_fabric_node_name(const struct nt_fabric *f, uint32_t node);

/* Without a medium a network is a switch: each crossing pays delay once and draws jitter, loss, duplicate and reorder once. With one the
 * carrier does what it is configured to; the built-in one knows NT_MEDIUM_P2P without bursts of loss, as a switch with PPP's bytes. */
struct nt_network_config {
    const char *name;
    nt_time delay, jitter;                      /* jitter: uniform in 0..jitter, order kept */
    uint32_t loss, duplicate, reorder;          /* parts of NT_CHANCE_ONE */
    uint64_t rate;                              /* bits per second of each sending attachment; 0: endless */
    uint32_t queue;                             /* packets, drop-tail, with a rate; 0: 100 */
    uint32_t mtu;                               /* 0: 1500 */
    enum nt_medium medium;
    struct nt_burst_loss burst;
    struct nt_wifi_config wifi;                 /* of NT_MEDIUM_WIFI */
};
#define NT_CHANCE_ONE 1000000000u /* a probability of one */

uint32_t nt_fabric_add_network(struct nt_fabric *f, const struct nt_network_config *config);
uint32_t nt_fabric_network_mtu(const struct nt_fabric *f, uint32_t network);

/* Attaches a node; its port number, or NT_FABRIC_NONE. `tap` names the capture interface ("L.0", "nat-left.inside"); the taps
 * are numbered in order of attachment, from 0. */
uint32_t nt_fabric_attach(struct nt_fabric *f, uint32_t node, uint32_t network, const char *tap);
/* Where the attachment is on its network, or how it moves; before the first packet, and copied. 0, NT_EUNSUPPORTED (the carrier knows no
 * places), NT_EINVAL, NT_ENOMEM. */
int nt_fabric_place(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_waypoint *points, size_t count);
/* The addresses the attachment answers for on its network. */
int nt_fabric_add_address(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *a);
int nt_fabric_remove_address(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *a);
uint32_t nt_fabric_port_network(const struct nt_fabric *f, uint32_t node, uint32_t port);
uint32_t nt_fabric_tap_count(const struct nt_fabric *f);
const char *nt_fabric_tap_name(const struct nt_fabric *f, uint32_t tap);
uint32_t nt_fabric_tap_node(const struct nt_fabric *f, uint32_t tap);

/* Packets. */
struct nt_packet *nt_fabric_packet(struct nt_fabric *f, uint32_t cap); /* cap 0: an MTU; NULL without memory, and the run ends */
/* Out of the node's port towards the attachment that answers for `next_hop` on its network. */
void nt_fabric_send(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *next_hop, struct nt_packet *p, nt_time now);
/* The end of a packet within a node, with its reason: the fate of the packet that the node is receiving. Outside recv (a timeout) the
 * event's tap is -1. What a node sends within a call leaves in order when the call has returned. */
void nt_fabric_drop(struct nt_fabric *f, uint32_t node, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *a,
                    const struct nt_addr *b, nt_time now);
void nt_fabric_consumed(struct nt_fabric *f, struct nt_packet *p); /* delivered to an application */
/* Says that the packet just received was rewritten (for the trace): which 0 source, 1 destination. */
void nt_fabric_translated(struct nt_fabric *f, uint32_t node, int which, const struct nt_addr *from, const struct nt_addr *to, nt_time now);
/* For events of a node's own; the node sets `node` in its copy. */
const struct nt_trace *nt_fabric_trace(const struct nt_fabric *f);

/* Tells the fabric that the node's deadline may have changed (outside its own recv, run and control). */
void nt_fabric_touch(struct nt_fabric *f, uint32_t node, nt_time now);
int nt_fabric_control(struct nt_fabric *f, uint32_t node, enum nt_control what, uint32_t port, nt_time now);
/* A network attachment goes down or up: packets on it are dropped. */
void nt_fabric_set_port(struct nt_fabric *f, uint32_t node, uint32_t port, bool up, nt_time now);
/* Packets between a node of one set and a node of the other are dropped from now on until `until`. Copies. */
int nt_fabric_partition(struct nt_fabric *f, const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count, nt_time until);

/* Faults: packets matched on arrival at a gateway before filter and translation, at a host when they leave. */
enum nt_fault_kind { NT_FAULT_DROP = 1, NT_FAULT_DUPLICATE, NT_FAULT_CORRUPT, NT_FAULT_DELAY };

struct nt_fault {
    enum nt_fault_kind kind;
    uint32_t node;
    bool on_arrival;                                                  /* a gateway; else when it leaves */
    bool (*match)(void *user, const uint8_t *ip_packet, size_t len);  /* NULL: all */
    void *user;
    const uint32_t *nth;                                              /* which matches, from 1; count 0: all. Kept by the caller */
    size_t nth_count;
    nt_time until;                                                    /* NT_TIME_NEVER */
    nt_time by;                                                       /* of a delay */
};

int nt_fabric_add_fault(struct nt_fabric *f, const struct nt_fault *fault); /* copied; matches count from now on */

/* Calls `fn` at a time, before deliveries and node timers of that time; same time: in order of calls. */
int nt_fabric_at(struct nt_fabric *f, nt_time at, void (*fn)(void *user, nt_time now), void *user);

/* Other orders of deliveries: when packets are due at several nodes within `window` of the next one, `choose` says which of them
 * (0: the next one) arrives now, before its time. Packets to one node keep their order. At most NT_OPTIONS_MAX nodes count. */
#define NT_OPTIONS_MAX 16

struct nt_choice {
    nt_time window;
    uint32_t (*choose)(void *user, uint32_t options); /* options >= 2; NULL: the order of time */
    void *user;
};

void nt_fabric_choose(struct nt_fabric *f, const struct nt_choice *choice);

enum nt_fabric_end { NT_FABRIC_IDLE = 0, NT_FABRIC_UNTIL, NT_FABRIC_LIVELOCK, NT_FABRIC_NOMEM };
/* Runs events up to and including `until`. LIVELOCK: a node's deadline did not move on after 10,000 runs at one instant. */
enum nt_fabric_end nt_fabric_run(struct nt_fabric *f, nt_time until);
nt_time nt_fabric_now(const struct nt_fabric *f);
nt_time nt_fabric_next(const struct nt_fabric *f); /* time of the next event */
void nt_fabric_stream(const struct nt_fabric *f, const char *label, struct nt_rand *r); /* the stream of (seed, label) */

#endif
