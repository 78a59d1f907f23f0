/* The fabric's nodes and its run: events come out of the queue in their order, and nodes are called. */
#include "natsim/fabric/fabric.h"
#include "natsim/fabric/fabric_state.h"

#include <stdlib.h>
#include <string.h>

static void carried(void *fabric, uint32_t to, struct nt_packet *p, nt_time now)
{
    nt_fabric_push(fabric, now, p, to, NT_DELIVER);
}

/* Told when the carrier has returned: who hears of it may send. */
static void lost(void *fabric, uint32_t from, struct nt_packet *p, enum nt_drop reason, nt_time now)
{
    nt_fabric_push(fabric, now, p, from, (uint32_t)NT_LOST + (uint32_t)reason);
}

static void failed(void *fabric)
{
    nt_fabric_out_of_memory(fabric);
}

struct nt_fabric *nt_fabric_new(const struct nt_fabric_config *config)
{
    struct nt_fabric *f = calloc(1, sizeof *f);
    if (f == NULL)
        return NULL;
    f->config = *config;
    if (f->config.mtu_max == 0)
        f->config.mtu_max = 1500;
    f->in_tap = f->call_free = NT_FABRIC_NONE;
    nt_pool_init(&f->pool, f->config.mtu_max);
    f->carrier = config->carrier != NULL ? config->carrier : &nt_carrier_builtin;
    f->carried = f->carrier->new(&(struct nt_carrier_events){f, carried, lost, failed}, config->seed);
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
    free(f->outbox);
    free(f->held);
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

void nt_fabric_out_of_memory(struct nt_fabric *f)
{
    f->nomem = true;
}

void nt_fabric_livelocked(struct nt_fabric *f)
{
    f->livelock = true;
}

uint8_t *nt_fabric_scratch(struct nt_fabric *f)
{
    if (f->scratch == NULL)
        f->scratch = malloc(NT_SCRATCH);
    if (f->scratch == NULL)
        nt_fabric_out_of_memory(f);
    return f->scratch;
}

struct nt_packet *nt_fabric_packet(struct nt_fabric *f, uint32_t cap)
{
    struct nt_packet *p = nt_pool_get(&f->pool, cap != 0 ? cap : f->config.mtu_max);
    if (p == NULL)
        nt_fabric_out_of_memory(f);
    return p;
}

struct nt_packet *nt_fabric_copy(struct nt_fabric *f, const struct nt_packet *p)
{
    struct nt_packet *copy = nt_fabric_packet(f, p->len);
    if (copy == NULL)
        return NULL;
    uint8_t *data = copy->data;
    uint32_t cap = copy->cap;
    *copy = *p;
    copy->data = data;
    copy->cap = cap;
    copy->next = NULL;
    memcpy(data, p->data, p->len);
    return copy;
}

void nt_fabric_consumed(struct nt_fabric *f, struct nt_packet *p)
{
    nt_pool_put(&f->pool, p);
}

void nt_fabric_show(struct nt_fabric *f, uint32_t tap, int direction, struct nt_packet *p, nt_time now)
{
    p->shown = ++f->shown;
    if (f->config.trace.emit == NULL)
        return;
    struct nt_trace_event e = {.at = now, .node = f->attachments[tap].node, .kind = NT_TR_PACKET, .bytes = p->data, .len = p->len};
    e.n[0] = tap, e.n[1] = direction, e.n[2] = p->marks;
    f->config.trace.emit(f->config.trace.user, &e);
}

/* An event about the last packet at a tap, or (shown > 0) about an earlier one. */
static void tell_fate_of(struct nt_fabric *f, uint32_t node, uint32_t tap, uint64_t shown, enum nt_trace_kind kind, int what,
                         const struct nt_addr *a, const struct nt_addr *b, const char *text, nt_time now)
{
    if (f->config.trace.emit == NULL)
        return;
    struct nt_trace_event e = {.at = now, .node = node, .kind = kind, .text = text};
    e.n[2] = (int64_t)shown;
    e.n[0] = tap == NT_FABRIC_NONE ? -1 : (int64_t)tap;
    e.n[1] = what;
    if (a != NULL)
        e.a = *a;
    if (b != NULL)
        e.b = *b;
    f->config.trace.emit(f->config.trace.user, &e);
}

static void tell_fate(struct nt_fabric *f, uint32_t node, uint32_t tap, enum nt_trace_kind kind, int what, const struct nt_addr *a,
                      const struct nt_addr *b, const char *text, nt_time now)
{
    tell_fate_of(f, node, tap, 0, kind, what, a, b, text, now);
}

void nt_fabric_end_packet(struct nt_fabric *f, uint32_t tap, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *a,
                          const struct nt_addr *b, const char *network, nt_time now)
{
    tell_fate(f, f->attachments[tap].node, tap, NT_TR_DROP, (int)reason, a, b, network, now);
    nt_pool_put(&f->pool, p);
}

void nt_fabric_drop(struct nt_fabric *f, uint32_t node, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *a,
                    const struct nt_addr *b, nt_time now)
{
    tell_fate(f, node, f->in_tap, NT_TR_DROP, (int)reason, a, b, NULL, now);
    nt_pool_put(&f->pool, p);
}

const struct nt_trace *nt_fabric_trace(const struct nt_fabric *f)
{
    return &f->config.trace;
}

void nt_fabric_translated(struct nt_fabric *f, uint32_t node, int which, const struct nt_addr *from, const struct nt_addr *to, nt_time now)
{
    tell_fate(f, node, f->in_tap, NT_TR_TRANSLATED, which, from, to, NULL, now);
}

void nt_fabric_push(struct nt_fabric *f, nt_time at, struct nt_packet *p, uint32_t target, uint32_t kind)
{
    if (nt_queue_push(&f->queue, at, NT_EV_DELIVERY, p, target, kind) == NT_OK)
        return;
    nt_fabric_out_of_memory(f);
    if (p != NULL)
        nt_pool_put(&f->pool, p);
}

/* A node's deadline, which is never in the past of the queue. */
static void set_timer(struct nt_fabric *f, uint32_t node, nt_time now)
{
    const struct nt_node *n = f->nodes + node;
    nt_time at = n->ops->deadline != NULL ? n->ops->deadline(n->self) : NT_TIME_NEVER;
    if (nt_queue_timer(&f->queue, node, at < now ? now : at) != NT_OK)
        nt_fabric_out_of_memory(f);
}

/* A node is about to be called, with a packet from `tap` or without one. What node_returned needs to go back to. */
static uint32_t calling_node(struct nt_fabric *f, uint32_t tap)
{
    uint32_t outer = f->in_tap;
    f->in_tap = tap;
    f->depth++;
    return outer;
}

static void node_returned(struct nt_fabric *f, uint32_t node, uint32_t outer, nt_time now)
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

int nt_fabric_control(struct nt_fabric *f, uint32_t node, enum nt_control what, uint32_t port, nt_time now)
{
    static const char *const texts[] = {[NT_CTL_REBOOT] = "reboot", [NT_CTL_FLUSH] = "flush", [NT_CTL_RENUMBER] = "renumber",
                                        [NT_CTL_STOP] = "stop", [NT_CTL_START] = "start", [NT_CTL_PORT_DOWN] = "down",
                                        [NT_CTL_PORT_UP] = "up"};
    const struct nt_node *n = f->nodes + node;
    bool is_port = what == NT_CTL_PORT_DOWN || what == NT_CTL_PORT_UP;
    if (is_port && port >= n->port_count)
        return NT_EINVAL;
    uint32_t tap = is_port ? n->ports[port] : NT_FABRIC_NONE;
    if (is_port)
        f->attachments[tap].up = what == NT_CTL_PORT_UP;
    tell_fate(f, node, tap, NT_TR_NODE, (int)what, NULL, NULL, texts[what], now);
    if (n->ops->control == NULL)
        return is_port ? NT_OK : NT_EUNSUPPORTED;
    uint32_t outer = calling_node(f, NT_FABRIC_NONE);
    int r = n->ops->control(n->self, what, port, now);
    node_returned(f, node, outer, now);
    return is_port && r == NT_EUNSUPPORTED ? NT_OK : r;
}

void nt_fabric_set_port(struct nt_fabric *f, uint32_t node, uint32_t port, bool up, nt_time now)
{
    nt_fabric_control(f, node, up ? NT_CTL_PORT_UP : NT_CTL_PORT_DOWN, port, now);
}

static void arrive(struct nt_fabric *f, uint32_t tap, struct nt_packet *p, nt_time now)
{
    const struct nt_attachment *at = f->attachments + tap;
    const struct nt_node *n = f->nodes + at->node;
    nt_fabric_show(f, tap, 1, p, now);
    if (!at->up) {
        nt_fabric_end_packet(f, tap, p, NT_DROP_DOWN, &p->src, &p->dst, NULL, now);
        return;
    }
    uint32_t node = at->node, outer = calling_node(f, tap);
    n->ops->recv(n->self, at->port, p, now);
    node_returned(f, node, outer, now);
}

static void arrive_with_faults(struct nt_fabric *f, uint32_t tap, struct nt_packet *p, nt_time now)
{
    struct nt_fault_effect effect = nt_fault_match(f, f->attachments[tap].node, true, p, now);
    if (effect.drop) {
        nt_fabric_show(f, tap, 1, p, now);
        nt_fabric_end_packet(f, tap, p, NT_DROP_STEP, &p->src, &p->dst, NULL, now);
        return;
    }
    for (uint32_t i = 0; i <= effect.copies; i++) {
        struct nt_packet *one = i < effect.copies ? nt_fabric_copy(f, p) : p;
        if (one == NULL)
            continue;
        if (effect.by > 0 || i > 0)
            nt_fabric_push(f, nt_time_after(now, effect.by), one, tap, NT_DELIVER_PAST_FAULTS);
        else
            arrive(f, tap, one, now);
    }
}

/* The carrier lost a packet after it had been shown. */
static void lose(struct nt_fabric *f, uint32_t tap, struct nt_packet *p, enum nt_drop reason, nt_time now)
{
    const struct nt_attachment *at = f->attachments + tap;
    tell_fate_of(f, at->node, tap, p->shown, NT_TR_DROP, (int)reason, &p->src, &p->dst, f->networks[at->network].name, now);
    nt_pool_put(&f->pool, p);
}

static void deliver(struct nt_fabric *f, const struct nt_event *e)
{
    if (e->kind >= NT_LOST) {
        lose(f, e->target, e->item, (enum nt_drop)(e->kind - NT_LOST), e->at);
    } else if (e->kind == NT_HELD) {
        struct nt_outgoing out = f->held[e->target];
        f->held[e->target].packet = NULL;
        nt_outbox_leave(f, &out, e->at);
    } else if (e->kind == NT_DELIVER && f->nodes[f->attachments[e->target].node].fault != NT_FABRIC_NONE) {
        arrive_with_faults(f, e->target, e->item, e->at);
    } else {
        arrive(f, e->target, e->item, e->at);
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
    uint32_t outer = calling_node(f, NT_FABRIC_NONE);
    n->ops->run(n->self, now);
    node_returned(f, node, outer, now);
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
    int r = nt_queue_push(&f->queue, at < f->now ? f->now : at, NT_EV_CALL, NULL, slot, 0);
    if (r != NT_OK)
        return r;
    if (slot == f->call_count)
        f->call_count++;
    else
        f->call_free = f->calls[slot].next_free;
    f->calls[slot] = (struct nt_call){.fn = fn, .user = user, .next_free = NT_FABRIC_NONE};
    return NT_OK;
}

static void call(struct nt_fabric *f, uint32_t slot, nt_time now)
{
    struct nt_call c = f->calls[slot];
    f->calls[slot].next_free = f->call_free;
    f->call_free = slot;
    c.fn(c.user, now);
}

static void handle(struct nt_fabric *f, const struct nt_event *e)
{
    f->instant_events = e->at == f->instant ? f->instant_events + 1 : 1;
    f->now = f->instant = e->at;
    if (f->instant_events > NT_INSTANT_MAX)
        f->livelock = true;
    switch (nt_event_class_of(e)) {
    case NT_EV_CALL: call(f, e->target, e->at); break;
    case NT_EV_DELIVERY: deliver(f, e); break;
    case NT_EV_TIMER: run_node(f, e->target, e->at); break;
    }
}

/* The carrier's events come before ours of the same instant: what they deliver is then sorted in. False: they are not due. */
static bool carrier_ran(struct nt_fabric *f, nt_time until)
{
    nt_time at = f->carrier->next(f->carried), ours = f->queue.count > 0 ? f->queue.heap[0].at : NT_TIME_NEVER;
    if (at == NT_TIME_NEVER || at > until || at > ours)
        return false;
    f->now = at;
    f->carrier->run(f->carried, at);
    return true;
}

static enum nt_fabric_end reached(struct nt_fabric *f, nt_time until)
{
    f->now = f->now > until ? f->now : until;
    return NT_FABRIC_UNTIL;
}

enum nt_fabric_end nt_fabric_run(struct nt_fabric *f, nt_time until)
{
    struct nt_event e;
    while (!f->livelock && !f->nomem) {
        if (f->carrier->next != NULL && carrier_ran(f, until))
            continue;
        if (f->queue.count == 0)
            return f->carrier->next != NULL && f->carrier->next(f->carried) != NT_TIME_NEVER ? reached(f, until) : NT_FABRIC_IDLE;
        if (f->queue.heap[0].at > until)
            return reached(f, until);
        if (f->choice.choose == NULL || !nt_fabric_chosen(f, &e))
            nt_queue_pop(&f->queue, &e);
        handle(f, &e);
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
    nt_rand_init(r, f->config.seed, label);
}
