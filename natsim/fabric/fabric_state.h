/* The state of the fabric, for its own files: nodes, attachments, networks, and what each file keeps. */
#ifndef NT_FABRIC_FABRIC_STATE_H
#define NT_FABRIC_FABRIC_STATE_H

#include "core/base/map.h"
#include "core/base/trace.h"
#include "natsim/fabric/medium.h"
#include "natsim/fabric/queue.h"
#include "natsim/packet/pool.h"

#define NT_NODES_MAX 16000000

struct nt_carrier_ops;
struct nt_node_ops;

struct nt_node {
    char *name;
    const struct nt_node_ops *ops;
    void *self;
    uint32_t *ports; /* attachments */
    size_t port_count, port_cap;
    uint32_t fault; /* the first of its faults, or NT_FABRIC_NONE */
    uint32_t runs;  /* at run_at */
    nt_time run_at;
};

/* Where a node joins a network; its number is the tap's. */
struct nt_attachment {
    uint32_t node, port, network;
    bool up;                     /* it carries packets: neither set down nor away */
    bool set_down : 1, away : 1; /* by a control; between two networks */
    uint16_t moves;              /* how often it has joined another network */
    char *tap;
    struct nt_sender *sender; /* impair.c; NULL: not needed */
};

struct nt_network {
    struct nt_network_config config;
    bool impaired_here;      /* the fabric keeps its rate and queue, and draws; else the carrier does */
    char *name;              /* config.name points to it */
    struct nt_map addresses; /* struct nt_addr with port 0 -> attachment */
    struct nt_map pairs;     /* (from, to) attachments -> index in `last`, for jitter that keeps the order */
    nt_time *last;
    size_t last_count, last_cap;
};

struct nt_fabric {
    uint64_t seed;
    uint32_t mtu_max;
    struct nt_trace trace;
    struct nt_pool pool;
    struct nt_queue queue;
    struct nt_node *nodes;
    size_t node_count, node_cap;
    struct nt_attachment *attachments;
    size_t attachment_count, attachment_cap;
    struct nt_network *networks;
    size_t network_count, network_cap;
    struct nt_call *calls; /* fabric.c */
    size_t call_count, call_cap;
    uint32_t call_free;         /* the first free one */
    struct nt_outgoing *outbox; /* outbox.c */
    size_t out_count, out_cap;
    struct nt_outgoing *held; /* outbox.c: packets that a delay fault holds back */
    size_t held_count, held_cap;
    struct nt_fault_state *faults; /* fault.c */
    size_t fault_count, fault_cap;
    struct nt_partition *partitions; /* partition.c */
    size_t partition_count, partition_cap;
    uint32_t (*choose)(void *user, uint32_t options); /* delivery_order.c; NULL: the order of time */
    void *choose_user;
    nt_time choose_window;
    bool options_left_out;
    const struct nt_carrier_ops *carrier;
    void *carried;   /* the carrier's state */
    uint64_t shown;  /* packet events so far */
    uint32_t in_tap; /* of the packet that a node is receiving; NT_FABRIC_NONE: none */
    uint32_t depth;  /* calls into nodes that have not returned */
    bool livelock, nomem;
    nt_time now;
    nt_time instant; /* time of the latest event; a carrier moves `now`, too */
    uint64_t instant_events;
    uint8_t *scratch;
};

#endif
