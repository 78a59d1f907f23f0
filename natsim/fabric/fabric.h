/* The fabric: nodes, the networks between them, one queue, virtual time. Nodes never call nodes: they hand packets to the fabric,
 * the network decides their fate and pushes an event. The order of all events is total: (time, class, sequence).
 *
 * Other rooms include this header alone. Of those that it includes, functions whose names begin with nt_fabric_ are for them:
 * networks, attachments, addresses   network.h          faults            fault.h
 * buffers                            packets.h          partitions        partition.h
 * the end of a packet                fate.h             delivery order    delivery_order.h
 * sending                            outbox.h           carriers          carrier.h, medium.h */
#ifndef NT_FABRIC_FABRIC_H
#define NT_FABRIC_FABRIC_H

#include "core/base/rand.h"
#include "core/base/trace.h"
#include "natsim/fabric/carrier.h"
#include "natsim/fabric/delivery_order.h"
#include "natsim/fabric/fate.h"
#include "natsim/fabric/fault.h"
#include "natsim/fabric/network.h"
#include "natsim/fabric/outbox.h"
#include "natsim/fabric/packets.h"
#include "natsim/fabric/partition.h"

struct nt_fabric;

enum nt_control { NT_CTL_REBOOT = 1, NT_CTL_FLUSH, NT_CTL_RENUMBER, NT_CTL_STOP, NT_CTL_START, NT_CTL_PORT_DOWN, NT_CTL_PORT_UP };

/* A node: a small table of operations and its state. `port` numbers the node's attachments from 0. What it sends within a call
 * leaves, in order, when the call has returned. */
struct nt_node_ops {
    void (*recv)(void *self, uint32_t port, struct nt_packet *p, nt_time now); /* takes the packet */
    void (*run)(void *self, nt_time now);                                      /* its deadline has come */
    nt_time (*deadline)(const void *self);
    int (*control)(void *self, enum nt_control what, uint32_t port, nt_time now); /* NT_EUNSUPPORTED when it means nothing */
    void (*del)(void *self);
};

struct nt_fabric_config {
    uint64_t seed;
    uint32_t mtu_max;                     /* the largest MTU of any network; 0: 1500 */
    const struct nt_carrier_ops *carrier; /* NULL: the built-in one. Kept */
    struct nt_trace trace; /* packets and fates; .node is filled per event. Its reader may call the fabric and hosts: what
                            * it sends leaves after the packets in hand */
};

struct nt_fabric *nt_fabric_new(const struct nt_fabric_config *config);
void nt_fabric_del(struct nt_fabric *f); /* deletes the nodes too */

/* Takes `self`; its number, or NT_FABRIC_NONE without memory. `name` is copied: it labels random streams and taps. */
uint32_t nt_fabric_add_node(struct nt_fabric *f, const char *name, const struct nt_node_ops *ops, void *self);
const char *nt_fabric_node_name(const struct nt_fabric *f, uint32_t node); /* for tests */
/* Tells the fabric that the node's deadline may have changed (outside its own recv, run and control). */
void nt_fabric_touch(struct nt_fabric *f, uint32_t node, nt_time now);
int nt_fabric_control(struct nt_fabric *f, uint32_t node, enum nt_control what, uint32_t port, nt_time now);
/* A network attachment goes down or up: packets on it are dropped. */
void nt_fabric_set_port(struct nt_fabric *f, uint32_t node, uint32_t port, bool up, nt_time now);

/* An attachment moves: it leaves its network, with what is on the way to it, and carries nothing; it joins another one
 * (nt_fabric_join); its owner gives it addresses there; and when it settles, its link is up, unless it has been set down. What is
 * set meanwhile counts then. */
void nt_fabric_leave(struct nt_fabric *f, uint32_t node, uint32_t port, nt_time now);
void nt_fabric_settle(struct nt_fabric *f, uint32_t node, uint32_t port, nt_time now);

/* Calls `fn` at a time, before deliveries and node timers of that time; same time: in order of calls. */
int nt_fabric_at(struct nt_fabric *f, nt_time at, void (*fn)(void *user, nt_time now), void *user);

enum nt_fabric_end { NT_FABRIC_IDLE = 0, NT_FABRIC_UNTIL, NT_FABRIC_LIVELOCK, NT_FABRIC_NOMEM };
/* Runs events up to and including `until`. LIVELOCK: a node's deadline did not move on after 10,000 runs at one instant. */
enum nt_fabric_end nt_fabric_run(struct nt_fabric *f, nt_time until);
/* a node found a livelock within itself: the run ends with NT_FABRIC_LIVELOCK */
void nt_fabric_livelocked(struct nt_fabric *f);
bool nt_fabric_is_ending(const struct nt_fabric *f); /* by a livelock, or without memory */
nt_time nt_fabric_now(const struct nt_fabric *f);
nt_time nt_fabric_next(const struct nt_fabric *f);                                      /* time of the next event */
void nt_fabric_stream(const struct nt_fabric *f, const char *label, struct nt_rand *r); /* the stream of (seed, label) */

#endif
