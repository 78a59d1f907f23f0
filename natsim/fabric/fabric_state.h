/* The inside of the fabric, shared by its files: nodes, attachments, networks, the outbox, faults and partitions. */
#ifndef NT_FABRIC_FABRIC_STATE_H
#define NT_FABRIC_FABRIC_STATE_H

#include "core/base/err.h"
#include "core/base/map.h"
#include "natsim/fabric/fabric.h"
#include "natsim/packet/pool.h"
#include "natsim/fabric/queue.h"

#define NT_NODES_MAX 16000000
#define NT_OUTBOX_MAX 1000000      /* packets put out by a node in one call */
#define NT_RUNS_MAX 10000          /* of a node at one instant */
#define NT_INSTANT_MAX 10000000    /* events at one instant */
#define NT_FAULTS_MAX 65536
#define NT_PARTITIONS_MAX 65536
#define NT_SCRATCH 65536

struct nt_node {
    char *name;
    const struct nt_node_ops *ops;
    void *self;
    uint32_t *ports; /* attachments */
    size_t port_count, port_cap;
    uint32_t fault; /* the first of its faults, NT_FABRIC_NONE: none */
    uint32_t runs;  /* at run_at */
    nt_time run_at;
};

/* What a sending attachment needs on a network that draws or has a rate. */
struct nt_sender {
    struct nt_rand rand;
    nt_time busy_until;
    nt_time *departures; /* a ring of the times when queued packets have left */
    size_t ring_cap, ring_first, ring_count;
};

/* Its number is the tap's. */
struct nt_attachment {
    uint32_t node, port, network;
    bool up;
    char *tap;
    struct nt_sender *sender; /* NULL: not needed */
};

struct nt_network {
    struct nt_network_config config; /* the name is ours */
    bool ours;               /* rate, queue and draws; else the carrier's */
    char *name;
    struct nt_map addresses; /* struct nt_addr with port 0 -> attachment */
    struct nt_map pairs;     /* (from, to) attachments -> last, for jitter that keeps the order */
    nt_time *last;
    size_t last_count, last_cap;
};

enum nt_way { NT_WAY_NETWORK, NT_WAY_LOOP, NT_WAY_NOWHERE };

/* A packet on its way out of a node. */
struct nt_outgoing {
    struct nt_packet *packet;
    uint32_t attachment;
    enum nt_way way;
    enum nt_drop reason; /* of NT_WAY_NOWHERE */
    bool past_faults;
    struct nt_addr a, b; /* b: the next hop, or of the drop */
};

enum nt_delivery_kind { NT_DELIVER, NT_DELIVER_PAST_FAULTS, NT_HELD, NT_LOST /* and the enum nt_drop: the carrier lost it on its way */ };

struct nt_call {
    void (*fn)(void *user, nt_time now);
    void *user;
    uint32_t next_free;
};

struct nt_fault_state {
    struct nt_fault fault;
    uint64_t matches;
    uint32_t next; /* of the same node */
};

struct nt_partition {
    uint32_t *a, *b; /* sorted */
    size_t a_count, b_count;
    nt_time until;
};

struct nt_fabric {
    struct nt_fabric_config config;
    struct nt_pool pool;
    struct nt_queue queue;
    struct nt_node *nodes;
    size_t node_count, node_cap;
    struct nt_attachment *attachments;
    size_t attachment_count, attachment_cap;
    struct nt_network *networks;
    size_t network_count, network_cap;
    struct nt_call *calls;
    size_t call_count, call_cap;
    uint32_t call_free; /* the first free one */
    struct nt_outgoing *outbox;
    size_t out_count, out_cap;
    struct nt_outgoing *held; /* by a delay fault when they left; the slot's packet is NULL when it is free */
    size_t held_count, held_cap;
    struct nt_fault_state *faults;
    size_t fault_count, fault_cap;
    struct nt_partition *partitions;
    size_t partition_count, partition_cap;
    struct nt_choice choice;
    const struct nt_carrier_ops *carrier;
    void *carried;   /* its state */
    uint64_t shown;  /* packet events so far */
    uint32_t depth;  /* calls into nodes that have not returned */
    uint32_t in_tap; /* where the packet in hand arrived, NT_FABRIC_NONE: none */
    bool livelock, nomem;
    nt_time now;
    nt_time instant; /* of the event before: a carrier moves the clock, too */
    uint64_t instant_events;
    uint8_t *scratch;
};

/* fabric.c */
struct nt_attachment *nt_fabric_attachment(const struct nt_fabric *f, uint32_t node, uint32_t port); /* NULL: none */
void nt_fabric_out_of_memory(struct nt_fabric *f);
/* The end of a packet, told at a tap (NT_FABRIC_NONE: of no tap) with the network it was lost on, or NULL. */
void nt_fabric_end_packet(struct nt_fabric *f, uint32_t tap, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *a,
                          const struct nt_addr *b, const char *network, nt_time now);
void nt_fabric_show(struct nt_fabric *f, uint32_t tap, int direction, struct nt_packet *p, nt_time now);
struct nt_packet *nt_fabric_copy(struct nt_fabric *f, const struct nt_packet *p); /* NULL: the run ends without memory */
void nt_fabric_push(struct nt_fabric *f, nt_time at, struct nt_packet *p, uint32_t target, uint32_t kind); /* enum nt_delivery_kind */

/* outbox.c */
void nt_outbox_leave(struct nt_fabric *f, struct nt_outgoing *out, nt_time now); /* through the faults, then on its way */
void nt_outbox_flush(struct nt_fabric *f, nt_time now);

/* network.c: a packet leaves by its attachment towards out->b. Owns the packet. */
void nt_network_cross(struct nt_fabric *f, const struct nt_outgoing *out, nt_time now);
void nt_network_free(struct nt_fabric *f);

/* impair.c: what a network without a carrier of its own does to a packet before it is carried: its queue and its draws. */
bool nt_impairs(const struct nt_network_config *c); /* some draws are to be made */
/* When a packet that comes now has left the attachment at the network's rate; false: the queue is full. */
bool nt_impair_depart(struct nt_fabric *f, struct nt_sender *s, const struct nt_network_config *c, uint32_t len, nt_time now, nt_time *at);
/* Draws, and carries what is not lost; false: it is. */
bool nt_impair_carry(struct nt_fabric *f, uint32_t from, uint32_t to, struct nt_packet *p, nt_time now, nt_time enter);

/* fault.c: what the node's faults do to a packet. */
struct nt_fault_effect {
    bool drop;
    uint32_t copies;
    nt_time by;
};
struct nt_fault_effect nt_fault_match(struct nt_fabric *f, uint32_t node, bool on_arrival, struct nt_packet *p, nt_time now);

/* partition.c */
bool nt_partition_parts(struct nt_fabric *f, uint32_t from, uint32_t to, nt_time now);
void nt_partition_free(struct nt_fabric *f);

/* For hosts. */
/* A packet of the node's own to one of its own addresses: out and in again at the same tap. */
void nt_fabric_loop(struct nt_fabric *f, uint32_t node, uint32_t port, struct nt_packet *p, nt_time now);
/* A packet of the node's own that cannot leave: shown at the tap with its reason. */
void nt_fabric_refuse(struct nt_fabric *f, uint32_t node, uint32_t port, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *a,
                      const struct nt_addr *b, nt_time now);
/* NT_SCRATCH bytes for a packet's payload on its way from an endpoint; NULL without memory, and the run ends. */
uint8_t *nt_fabric_scratch(struct nt_fabric *f);
void nt_fabric_livelocked(struct nt_fabric *f);

/* choice.c: the next event, when it is a delivery that has others beside it; false: it is not. */
bool nt_fabric_chosen(struct nt_fabric *f, struct nt_event *e);

#endif
