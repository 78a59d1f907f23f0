/* What was observed while a world ran: named events with their first and last times, peer-reflexive candidates with their packets.
 * It also feeds the capture. */
#ifndef NT_WORLD_OBSERVE_H
#define NT_WORLD_OBSERVE_H

#include "natsim/fabric/fabric.h"
#include "pcap/capture.h"
#include "scenarios/model/case.h"

#define NT_OBSERVED_EVENTS_MAX 2000000 /* distinct (node, event) pairs: all there can be */

struct nt_observed {
    struct nt_scn_node node;
    const char *event; /* nt_trace_name */
    nt_time first, last;
    uint64_t count;
    uint32_t frame; /* of the first */
};

struct nt_observed_prflx {
    uint32_t agent;
    bool remote;
    struct nt_addr addr;
    uint32_t frame;
};

/* The first check from an address: when it comes before the answer, the agent learns the candidate later (RFC 8445, 7.3). */
struct nt_observed_check {
    uint32_t agent;
    struct nt_addr from;
    uint32_t frame;
};

struct nt_observer {
    struct nt_capture *capture;
    const struct nt_fabric *fabric; /* which packet a node is receiving */
    struct nt_scn_node *nodes;      /* the case's node, by fabric node */
    size_t node_count, node_cap;
    struct nt_observed *events;
    size_t event_count, event_cap;
    struct nt_observed_prflx *prflx;
    size_t prflx_count, prflx_cap;
    struct nt_observed_check *checks;
    size_t check_count, check_cap;
    bool failed;                                                                             /* memory ran out */
    void (*named)(void *user, const struct nt_observed *o, const struct nt_trace_event *ev); /* each named event; may be NULL */
    void *named_user;
    /* each event of a node but packets; may be NULL */
    void (*any)(void *user, struct nt_scn_node node, const struct nt_trace_event *ev);
    void *any_user;
};

void nt_observer_free(struct nt_observer *o);
/* Says that a node of the fabric stands for a node of the case; 0 or a negative error. And reads it: kind NT_SCN_NODE_NONE for
 * none. */
int nt_observer_node(struct nt_observer *o, uint32_t fabric_node, struct nt_scn_node n);
struct nt_scn_node nt_observer_node_at(const struct nt_observer *o, uint32_t fabric_node);
void nt_observer_emit(void *observer, const struct nt_trace_event *ev); /* as nt_trace's emit */
const struct nt_observed *nt_observer_find(const struct nt_observer *o, struct nt_scn_node n, const char *event); /* or NULL */

#endif
