#include "scenarios/world/observe.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

#define CHECKS_MAX 1024 /* sources; a candidate of any other has no frame */

void nt_observer_free(struct nt_observer *o)
{
    free(o->nodes);
    free(o->events);
    free(o->prflx);
    free(o->checks);
}

int nt_observer_node(struct nt_observer *o, uint32_t fabric_node, struct nt_scn_node n)
{
    int r = nt_grow(&o->nodes, &o->node_cap, (size_t)fabric_node + 1, sizeof *o->nodes, 4 * (size_t)NT_SCN_NODES_MAX);
    if (r != NT_OK)
        return r;
    o->nodes[fabric_node] = n;
    if (o->node_count <= fabric_node)
        o->node_count = (size_t)fabric_node + 1;
    return NT_OK;
}

struct nt_scn_node nt_observer_node_at(const struct nt_observer *o, uint32_t fabric_node)
{
    return fabric_node < o->node_count ? o->nodes[fabric_node] : (struct nt_scn_node){0};
}

static struct nt_observed *find_event(const struct nt_observer *o, struct nt_scn_node n, const char *event)
{
    for (size_t i = 0; i < o->event_count; i++)
        if (o->events[i].node.kind == n.kind && o->events[i].node.index == n.index &&
            (o->events[i].event == event || strcmp(o->events[i].event, event) == 0))
            return &o->events[i];
    return NULL;
}

const struct nt_observed *nt_observer_find(const struct nt_observer *o, struct nt_scn_node n, const char *event)
{
    return find_event(o, n, event);
}

static struct nt_observed *note_event(struct nt_observer *o, struct nt_scn_node n, const char *event, nt_time at)
{
    struct nt_observed *e = find_event(o, n, event);
    if (e == NULL) {
        if (nt_grow(&o->events, &o->event_cap, o->event_count + 1, sizeof *e, NT_OBSERVED_EVENTS_MAX) != NT_OK) {
            o->failed = true;
            return NULL;
        }
        e = &o->events[o->event_count++];
        *e = (struct nt_observed){.node = n, .event = event, .first = at, .frame = (uint32_t)o->capture->total};
    }
    e->last = at;
    e->count++;
    return e;
}

static const struct nt_observed_check *first_check(const struct nt_observer *o, uint32_t agent, const struct nt_addr *from)
{
    for (size_t i = 0; i < o->check_count; i++)
        if (o->checks[i].agent == agent && nt_addr_equal(&o->checks[i].from, from))
            return o->checks + i;
    return NULL;
}

static void note_check(struct nt_observer *o, struct nt_scn_node n, const struct nt_trace_event *ev)
{
    if (o->check_count == CHECKS_MAX || first_check(o, n.index, &ev->b) != NULL)
        return;
    if (nt_grow(&o->checks, &o->check_cap, o->check_count + 1, sizeof *o->checks, CHECKS_MAX) != NT_OK) {
        o->failed = true;
        return;
    }
    o->checks[o->check_count++] = (struct nt_observed_check){n.index, ev->b, (uint32_t)o->capture->total};
}

static void note_prflx(struct nt_observer *o, struct nt_scn_node n, const struct nt_trace_event *ev)
{
    if (nt_grow(&o->prflx, &o->prflx_cap, o->prflx_count + 1, sizeof *o->prflx, NT_OBSERVED_EVENTS_MAX) != NT_OK) {
        o->failed = true;
        return;
    }
    const struct nt_observed_check *check = ev->kind == NT_TR_ICE_PRFLX_REMOTE ? first_check(o, n.index, &ev->a) : NULL;
    bool unknown = ev->kind == NT_TR_ICE_PRFLX_REMOTE && check == NULL && o->check_count == CHECKS_MAX;
    uint32_t frame = check != NULL ? check->frame : unknown ? 0 : (uint32_t)o->capture->total;
    o->prflx[o->prflx_count++] =
        (struct nt_observed_prflx){.agent = n.index, .remote = ev->kind == NT_TR_ICE_PRFLX_REMOTE, .addr = ev->a, .frame = frame};
}

/* Does it speak of the packet that its node is receiving: what a program discards, finds odd, or fails by? */
static bool is_of_received(const struct nt_trace_event *ev)
{
    return ev->kind == NT_TR_DISCARDED || ev->kind == NT_TR_SDP_NOTE || ev->kind == NT_TR_REQUEST_FAILED ||
           ev->kind == NT_TR_STUN_PASSED_OVER;
}

/* The capture is told the tap. */
static void note_received(const struct nt_observer *o, const struct nt_trace_event *ev)
{
    struct nt_trace_event received = *ev;
    uint32_t tap = nt_fabric_receiving(o->fabric, ev->node);
    if (tap != NT_FABRIC_NONE)
        received.n[ev->kind == NT_TR_DISCARDED ? 1 : 3] = (int64_t)tap + 1;
    nt_capture_trace(o->capture, &received);
}

void nt_observer_emit(void *observer, const struct nt_trace_event *ev)
{
    struct nt_observer *o = observer;
    if (is_of_received(ev))
        note_received(o, ev);
    else
        nt_capture_trace(o->capture, ev);
    if (ev->kind == NT_TR_PACKET)
        return;
    struct nt_scn_node n = nt_observer_node_at(o, ev->node);
    const char *name = nt_trace_name(ev->kind);
    if (ev->kind == NT_TR_ICE_CHECK_RECEIVED && n.kind == NT_SCN_NODE_AGENT)
        note_check(o, n, ev);
    if ((ev->kind == NT_TR_ICE_PRFLX_LOCAL || ev->kind == NT_TR_ICE_PRFLX_REMOTE) && n.kind == NT_SCN_NODE_AGENT)
        note_prflx(o, n, ev);
    if (n.kind != NT_SCN_NODE_NONE && *name != '\0') {
        struct nt_observed *e = note_event(o, n, name, ev->at);
        if (e != NULL && o->named != NULL)
            o->named(o->named_user, e, ev);
    }
    if (o->any != NULL && ev->node < o->node_count)
        o->any(o->any_user, n, ev);
}
