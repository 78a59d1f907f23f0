/* The fabric's nodes and its run: events come out of the queue in their order, and nodes are called. */
#include "natsim/fabric/fabric.h"
#include "core/base/err.h"
#include "natsim/fabric/fabric_state.h"

#include <stdlib.h>
#include <string.h>

#define NT_RUNS_MAX 10000       /* of a node at one instant */
#define NT_INSTANT_MAX 10000000 /* events at one instant */

struct nt_call {
    void (*fn)(void *user, nt_time now);
    void *user;
    uint32_t next_free;
};

/* Whether the packet may leave its sender now. */
static enum nt_drop carrier_departs(void *fabric, uint32_t to, const struct nt_packet *p, nt_time now)
{
    return nt_network_departure(fabric, to, p, now);
}

static void carrier_arrived(void *fabric, uint32_t to, struct nt_packet *p, nt_time now)
{
    nt_packets_push(fabric, now, p, to, NT_ARRIVES);
}

/* The trace is told when the carrier has returned: its readers may send. */
static void carrier_lost(void *fabric, struct nt_packet *p, enum nt_drop reason, nt_time now)
{
    nt_packets_push_lost(fabric, now, p, reason);
}

static void carrier_failed(void *fabric)
{
    nt_fabric_out_of_memory(fabric);
}

struct nt_fabric *nt_fabric_new(const struct nt_fabric_config *config)
{
    struct nt_fabric *f = calloc(1, sizeof *f);
    if (f == NULL)
        return NULL;
    f->seed = config->seed;
    f->trace = config->trace;
    f->mtu_max = config->mtu_max != 0 ? config->mtu_max : 1500;
    f->in_tap = f->call_free = NT_FABRIC_NONE;
    nt_pool_init(&f->pool, f->mtu_max);
    f->carrier = config->carrier != NULL ? config->carrier : &nt_carrier_builtin;
    f->carried = f->carrier->new (&(struct nt_carrier_events){f, carrier_departs, carrier_arrived, carrier_lost, carrier_failed},
                                  config->seed);
    if (f->carried == NULL) {
        free(f);
        return NULL;
    }
    return f;
}

void nt_fabric_del(struct nt_fabric *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->node_count; i++) {
        if (f->nodes[i].ops->del != NULL)
            f->nodes[i].ops->del(f->nodes[i].self);
        free(f->nodes[i].name);
        free(f->nodes[i].ports);
    }
    if (f->carrier->del != NULL)
        f->carrier->del(f->carried);
    nt_network_free(f);
    nt_partition_free(f);
    nt_queue_free(&f->queue);
    nt_pool_free(&f->pool);
    free(f->nodes);
    free(f->calls);
    nt_outbox_free(f);
    free(f->faults);
    free(f->scratch);
    free(f);
}

uint32_t nt_fabric_add_node(struct nt_fabric *f, const char *name, const struct nt_node_ops *ops, void *self)
{
    if (nt_grow(&f->nodes, &f->node_cap, f->node_count + 1, sizeof *f->nodes, NT_NODES_MAX) != NT_OK ||
        nt_queue_nodes(&f->queue, f->node_count + 1) != NT_OK)
        return NT_FABRIC_NONE;
    char *copy = strdup(name);
    if (copy == NULL)
        return NT_FABRIC_NONE;
    f->nodes[f->node_count] = (struct nt_node){.name = copy, .ops = ops, .self = self, .fault = NT_FABRIC_NONE, .run_at = -1};
    return (uint32_t)f->node_count++;
}

const char *nt_fabric_node_name(const struct nt_fabric *f, uint32_t node)
{
    return f->nodes[node].name;
}

void nt_fabric_livelocked(struct nt_fabric *f)
{
    f->livelock = true;
}

bool nt_fabric_is_ending(const struct nt_fabric *f)
{
    return f->livelock || f->nomem;
}

/* Puts the node's deadline into the queue, never before `now`. */
static void set_timer(struct nt_fabric *f, uint32_t node, nt_time now)
{
    const struct nt_node *n = f->nodes + node;
    nt_time at = n->ops->deadline != NULL ? n->ops->deadline(n->self) : NT_TIME_NEVER;
    if (nt_queue_timer(&f->queue, node, at < now ? now : at) != NT_OK)
        nt_fabric_out_of_memory(f);
}

/* To be called before each call into a node, with a packet from `tap` or without one. Returns what leave_node restores. */
static uint32_t enter_node(struct nt_fabric *f, uint32_t tap)
{
    uint32_t outer = f->in_tap;
    f->in_tap = tap;
    f->depth++;
    return outer;
}

static void leave_node(struct nt_fabric *f, uint32_t node, uint32_t outer, nt_time now)
{
    f->in_tap = outer;
    if (--f->depth == 0)
        nt_outbox_flush(f, now);
    set_timer(f, node, now);
}

void nt_fabric_touch(struct nt_fabric *f, uint32_t node, nt_time now)
{
    set_timer(f, node, now);
}

static void tell_control(const struct nt_fabric *f, uint32_t node, uint32_t tap, enum nt_control what, nt_time now)
{
    static const char *const texts[] = {
        [NT_CTL_REBOOT] = "reboot", [NT_CTL_FLUSH] = "flush",    [NT_CTL_RENUMBER] = "renumber", [NT_CTL_STOP] = "stop",
        [NT_CTL_START] = "start",   [NT_CTL_PORT_DOWN] = "down", [NT_CTL_PORT_UP] = "up"};
    struct nt_trace trace = f->trace;
    trace.node = node;
    nt_trace_emit(&trace,
                  (struct nt_trace_event){
                      .at = now, .kind = NT_TR_NODE, .n = {tap == NT_FABRIC_NONE ? -1 : (int64_t)tap, what}, .text = texts[what]});
}

static int control_node(struct nt_fabric *f, uint32_t node, enum nt_control what, uint32_t port, nt_time now)
{
    const struct nt_node *n = f->nodes + node;
    if (n->ops->control == NULL)
        return NT_EUNSUPPORTED;
    uint32_t outer = enter_node(f, NT_FABRIC_NONE);
    int r = n->ops->control(n->self, what, port, now);
    leave_node(f, node, outer, now);
    return r;
}

/* The attachment carries packets from now on, or none. */
static int switch_port(struct nt_fabric *f, uint32_t node, uint32_t port, bool up, nt_time now)
{
    uint32_t tap = f->nodes[node].ports[port];
    f->attachments[tap].up = up;
    if (!up)
        nt_network_purge(f, tap, now);
    int r = control_node(f, node, up ? NT_CTL_PORT_UP : NT_CTL_PORT_DOWN, port, now);
    return r == NT_EUNSUPPORTED ? NT_OK : r;
}

int nt_fabric_control(struct nt_fabric *f, uint32_t node, enum nt_control what, uint32_t port, nt_time now)
{
    bool is_port = what == NT_CTL_PORT_DOWN || what == NT_CTL_PORT_UP, up = what == NT_CTL_PORT_UP;
    struct nt_attachment *link = is_port ? nt_network_attachment(f, node, port) : NULL;
    if (is_port && link == NULL)
        return NT_EINVAL;
    tell_control(f, node, is_port ? f->nodes[node].ports[port] : NT_FABRIC_NONE, what, now);
    if (!is_port)
        return control_node(f, node, what, port, now);
    link->set_down = !up;
    return link->away ? NT_OK : switch_port(f, node, port, up, now);
}

void nt_fabric_leave(struct nt_fabric *f, uint32_t node, uint32_t port, nt_time now)
{
    uint32_t tap = f->nodes[node].ports[port];
    f->attachments[tap].away = true;
    if (f->attachments[tap].up)
        switch_port(f, node, port, false, now);
    nt_network_lose_arrivals(f, tap);
}

void nt_fabric_settle(struct nt_fabric *f, uint32_t node, uint32_t port, nt_time now)
{
    struct nt_attachment *link = f->attachments + f->nodes[node].ports[port];
    link->away = false;
    if (!link->set_down)
        switch_port(f, node, port, true, now);
}

void nt_fabric_set_port(struct nt_fabric *f, uint32_t node, uint32_t port, bool up, nt_time now)
{
    nt_fabric_control(f, node, up ? NT_CTL_PORT_UP : NT_CTL_PORT_DOWN, port, now);
}

static void arrive_at(struct nt_fabric *f, uint32_t tap, struct nt_packet *p, nt_time now)
{
    const struct nt_attachment *link = f->attachments + tap;
    const struct nt_node *n = f->nodes + link->node;
    nt_fate_show(f, tap, NT_ARRIVING, p, now);
    uint32_t node = link->node, outer = enter_node(f, tap);
    n->ops->recv(n->self, link->port, p, now);
    leave_node(f, node, outer, now);
}

static void arrive_through_faults(struct nt_fabric *f, uint32_t tap, struct nt_packet *p, nt_time now)
{
    struct nt_fault_effect effect = nt_fault_apply(f, f->attachments[tap].node, true, p, now);
    if (effect.drop) {
        nt_fate_show(f, tap, NT_ARRIVING, p, now);
        nt_fate_drop(f, p, (struct nt_packet_fate){.tap = tap, .reason = NT_DROP_STEP}, now);
        return;
    }
    for (uint32_t i = 0; i <= effect.copies; i++) {
        struct nt_packet *one = i < effect.copies ? nt_fabric_copy(f, p) : p;
        if (one == NULL)
            continue;
        if (effect.by > 0 || i > 0)
            nt_packets_push(f, nt_time_after(now, effect.by), one, tap, NT_ARRIVES_PAST_FAULTS);
        else
            arrive_at(f, tap, one, now);
    }
}

/* The way of a packet ends at an attachment whose link is up, with no partition before it. */
static void end_way(struct nt_fabric *f, const struct nt_event *e)
{
    const struct nt_attachment *link = f->attachments + e->target;
    enum nt_drop reason = NT_DROP_NONE;
    if (!link->up || f->partition_count > 0)
        reason = nt_network_arrival(f, e->target, e->item, e->at);
    if (reason != NT_DROP_NONE)
        nt_network_lost(f, e->item, reason, e->at);
    else if (e->kind == NT_ARRIVES && f->nodes[link->node].fault != NT_FABRIC_NONE)
        arrive_through_faults(f, e->target, e->item, e->at);
    else
        arrive_at(f, e->target, e->item, e->at);
}

static void handle_delivery(struct nt_fabric *f, const struct nt_event *e)
{
    switch ((enum nt_delivery_kind)e->kind) {
    case NT_ARRIVES:
    case NT_ARRIVES_PAST_FAULTS: end_way(f, e); break;
    case NT_HELD: nt_outbox_release(f, e->target, e->at); break;
    case NT_DEPARTS: nt_network_depart(f, e->target, e->at); break;
    case NT_LOST: nt_network_lost(f, e->item, (enum nt_drop)e->reason, e->at); break;
    }
}

static void run_node(struct nt_fabric *f, uint32_t node, nt_time now)
{
    struct nt_node *n = f->nodes + node;
    n->runs = n->run_at == now ? n->runs + 1 : 1;
    n->run_at = now;
    if (n->runs > NT_RUNS_MAX) {
        f->livelock = true;
        return;
    }
    uint32_t outer = enter_node(f, NT_FABRIC_NONE);
    n->ops->run(n->self, now);
    leave_node(f, node, outer, now);
}

int nt_fabric_at(struct nt_fabric *f, nt_time at, void (*fn)(void *user, nt_time now), void *user)
{
    uint32_t slot = f->call_free;
    if (slot == NT_FABRIC_NONE) {
        int r = nt_grow(&f->calls, &f->call_cap, f->call_count + 1, sizeof *f->calls, NT_QUEUE_MAX);
        if (r != NT_OK)
            return r;
        slot = (uint32_t)f->call_count;
        f->calls[slot].next_free = NT_FABRIC_NONE;
    }
    int r = nt_queue_push(&f->queue, NT_EV_CALL, (struct nt_event){.at = at < f->now ? f->now : at, .target = slot});
    if (r != NT_OK)
        return r;
    if (slot == f->call_count)
        f->call_count++;
    else
        f->call_free = f->calls[slot].next_free;
    f->calls[slot] = (struct nt_call){.fn = fn, .user = user, .next_free = NT_FABRIC_NONE};
    return NT_OK;
}

static void run_call(struct nt_fabric *f, uint32_t slot, nt_time now)
{
    struct nt_call c = f->calls[slot];
    f->calls[slot].next_free = f->call_free;
    f->call_free = slot;
    c.fn(c.user, now);
}

static void handle_event(struct nt_fabric *f, const struct nt_event *e)
{
    f->instant_events = e->at == f->instant ? f->instant_events + 1 : 1;
    f->now = f->instant = e->at;
    if (f->instant_events > NT_INSTANT_MAX)
        f->livelock = true;
    switch (nt_event_class_of(e)) {
    case NT_EV_CALL: run_call(f, e->target, e->at); break;
    case NT_EV_DELIVERY: handle_delivery(f, e); break;
    case NT_EV_TIMER: run_node(f, e->target, e->at); break;
    }
}

/* Runs the carrier's events when they are due; false: they are not. They come before the fabric's own events of the same instant,
 * so that what they deliver takes its place among those. */
static bool run_carrier(struct nt_fabric *f, nt_time until)
{
    nt_time at = f->carrier->next(f->carried), ours = f->queue.count > 0 ? f->queue.heap[0].at : NT_TIME_NEVER;
    if (at == NT_TIME_NEVER || at > until || at > ours)
        return false;
    f->now = at;
    f->carrier->run(f->carried, at);
    return true;
}

static enum nt_fabric_end stop_at(struct nt_fabric *f, nt_time until)
{
    f->now = f->now > until ? f->now : until;
    return NT_FABRIC_UNTIL;
}

enum nt_fabric_end nt_fabric_run(struct nt_fabric *f, nt_time until)
{
    struct nt_event e;
    while (!f->livelock && !f->nomem) {
        if (f->carrier->next != NULL && run_carrier(f, until))
            continue;
        if (f->queue.count == 0)
            return f->carrier->next != NULL && f->carrier->next(f->carried) != NT_TIME_NEVER ? stop_at(f, until) : NT_FABRIC_IDLE;
        if (f->queue.heap[0].at > until)
            return stop_at(f, until);
        if (f->choose == NULL || !nt_delivery_order_take(f, &e))
            nt_queue_pop(&f->queue, &e);
        handle_event(f, &e);
    }
    return f->nomem ? NT_FABRIC_NOMEM : NT_FABRIC_LIVELOCK;
}

nt_time nt_fabric_now(const struct nt_fabric *f)
{
    return f->now;
}

nt_time nt_fabric_next(const struct nt_fabric *f)
{
    nt_time ours = f->queue.count > 0 ? f->queue.heap[0].at : NT_TIME_NEVER;
    return f->carrier->next != NULL ? nt_time_min(ours, f->carrier->next(f->carried)) : ours;
}

void nt_fabric_stream(const struct nt_fabric *f, const char *label, struct nt_rand *r)
{
    nt_rand_init(r, f->seed, label);
}
