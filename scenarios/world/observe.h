/* What was seen while a world ran: named events with their first and last times, peer-reflexive discoveries with their
 * packets; the capture is fed from here. */
#ifndef NT_WORLD_OBSERVE_H
#define NT_WORLD_OBSERVE_H

#include "pcap/capture.h"
#include "scenarios/model/case.h"

#define NT_OBSERVED_EVENTS_MAX 100000 /* distinct (node, event) pairs */

struct nt_observed {
    struct nt_scn_node node;
    const char *event;      /* nt_trace_name */
    nt_time first, last;
    uint64_t count;
    uint32_t frame;         /* of the first */
};

struct nt_observed_prflx {
    uint32_t agent;
    bool remote;
    struct nt_addr addr;
    uint32_t frame;
};

/* The first check from an address: a source is learnt later, when the check comes before the answer (RFC 8445, 7.3). */
struct nt_observed_check {
    uint32_t agent;
    struct nt_addr from;
    uint32_t frame;
};

struct nt_observer {
    struct nt_capture *capture;
    struct nt_scn_node *nodes; /* the case's node, by fabric node */
    size_t node_count, node_cap;
    struct nt_observed *events;
    size_t event_count, event_cap;
    struct nt_observed_prflx *prflx;
    size_t prflx_count, prflx_cap;
    struct nt_observed_check *checks;
    size_t check_count, check_cap;
    bool failed;            /* memory ran out */
    void (*named)(void *user, const struct nt_observed *o, const struct nt_trace_event *ev); /* each named event */
    void (*any)(void *user, const struct nt_trace_event *ev);                                /* each event but packets */
    void *user;
};

void nt_observer_free(struct nt_observer *o);
int nt_observer_node(struct nt_observer *o, uint32_t fabric_node, struct nt_scn_node n);
void nt_observer_emit(void *observer, const struct nt_trace_event *ev); /* as nt_trace's emit */
const struct nt_observed *nt_observer_find(const struct nt_observer *o, struct nt_scn_node n, const char *event); /* or NULL */

#endif
