#include "scenarios/world/steps.h"
#include "pcap/filter.h"
#include "scenarios/apps/server.h"
#include "scenarios/model/step_text.h"
#include "scenarios/world/nodes.h"
#include "scenarios/world/routes.h"
#include "scenarios/world/world_state.h"

#include <stdlib.h>
#include <string.h>

struct step {
    struct nt_steps *all;
    const struct nt_scn_step *scn;
    struct nt_bpf *filter;
    bool scheduled, ran, succeeded;
    bool moving; /* a move: its attachment is on no network yet */
    nt_time ran_at;
};

struct nt_steps {
    struct nt_world *w;
    struct step *items;
    size_t count, ran, moving;
    const struct nt_scn_step *failed;
    const char *why;
};

static const char *step_error(int err)
{
    switch (err) {
    case NT_ENOENT: return "no route from there";
    case NT_EEXIST: return "somebody has that address there";
    case NT_EUNSUPPORTED: return "that node cannot do it";
    default: return nt_strerror(err);
    }
}

/* The first one is kept. */
static void note_failure(struct step *s, int r)
{
    if (r == NT_OK || s->all->failed != NULL)
        return;
    const struct nt_party *from = s->scn->from != NT_SCN_NONE ? &s->all->w->agents[s->scn->from].party : NULL;
    s->all->failed = s->scn;
    s->all->why = r == NT_ESTATE && from != NULL ? from->ops->objection(from->self, s->scn) : step_error(r);
}

static bool filter_matches(void *user, const uint8_t *ip_packet, size_t len)
{
    return nt_bpf_match(user, ip_packet, len);
}

static int run_fault(struct step *s, nt_time now)
{
    const struct nt_scn_step *scn = s->scn;
    struct nt_fault fault = {.kind = (enum nt_fault_kind)scn->fault,
                             .node = nt_world_node(s->all->w, scn->where),
                             .on_arrival = scn->where.kind == NT_SCN_NODE_GATEWAY,
                             .match = s->filter != NULL ? filter_matches : NULL,
                             .user = s->filter,
                             .nth = scn->nth,
                             .nth_count = scn->nth_count,
                             .by = scn->by,
                             .until = scn->duration > 0 ? nt_time_after(now, scn->duration) : NT_TIME_NEVER};
    return nt_fabric_add_fault(s->all->w->fabric, &fault);
}

static size_t side_nodes(const struct nt_world *w, const struct nt_scn_node *nodes, size_t count, uint32_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += nt_world_nodes(w, nodes[i], out + n);
    return n;
}

static int run_partition(struct nt_world *w, const struct nt_scn_step *scn, nt_time now)
{
    uint32_t *a = calloc(2 * scn->side_a_count + 2, sizeof *a), *b = calloc(2 * scn->side_b_count + 2, sizeof *b);
    int r = NT_ENOMEM;
    if (a != NULL && b != NULL) {
        size_t na = side_nodes(w, scn->side_a, scn->side_a_count, a), nb = side_nodes(w, scn->side_b, scn->side_b_count, b);
        nt_time until = scn->duration > 0 ? nt_time_after(now, scn->duration) : NT_TIME_NEVER;
        r = scn->way == NT_WAY_TO ? nt_fabric_partition(w->fabric, b, nb, a, na, true, until)
                                  : nt_fabric_partition(w->fabric, a, na, b, nb, scn->way == NT_WAY_FROM, until);
    }
    free(a);
    free(b);
    return r;
}

static int run_inject(struct nt_world *w, const struct nt_scn_step *scn, nt_time now)
{
    struct nt_host *h = nt_world_host(w, scn->where);
    if (h == NULL)
        return NT_EINVAL;
    if (scn->whole_packet)
        return nt_host_inject_packet(h, scn->payload, scn->payload_len, now);
    return nt_host_inject(h, &scn->as, &scn->dst, scn->payload, scn->payload_len, now);
}

static int run_call(struct nt_world *w, struct nt_party from, nt_time now)
{
    w->call_at = now;
    from.ops->call(from.self, now);
    return NT_OK;
}

static int run_program(struct nt_world *w, const struct nt_scn_step *scn, nt_time now)
{
    return w->hooks.run_step != NULL ? w->hooks.run_step(w->hooks.user, scn, now) : NT_EUNSUPPORTED;
}

static int run_server_step(struct nt_world *w, const struct nt_scn_step *scn, nt_time now)
{
    bool pause = scn->server_do == NT_SERVER_STOP || scn->server_do == NT_SERVER_START;
    if (!pause)
        return nt_app_server_step(w->servers[scn->where.index].app, scn, now);
    enum nt_control what = scn->server_do == NT_SERVER_STOP ? NT_CTL_STOP : NT_CTL_START;
    return nt_fabric_control(w->fabric, nt_world_node(w, scn->where), what, 0, now);
}

/* --- moves --- */

/* It is on its new network, or stays on none. */
static int end_move(struct step *s, nt_time now)
{
    struct nt_world *w = s->all->w;
    const struct nt_scn_attachment *to = &s->scn->move_to;
    struct nt_host *h = nt_world_host(w, s->scn->where);
    uint32_t port = s->scn->port;
    s->moving = false;
    s->all->moving--;
    int r = nt_world_route_interface(w, h, to, port);
    return r == NT_OK ? nt_host_join(h, port, w->networks[to->network], to->addresses, to->address_count, now) : r;
}

static void on_outage_end(void *user, nt_time now)
{
    struct step *s = user;
    if (!s->moving)
        return; /* a later move took its place */
    note_failure(s, end_move(s, now));
    s->all->w->last_activity = now;
}

/* A move of the same attachment that is still under way comes to nothing. */
static void forget_earlier_moves(struct nt_steps *all, const struct nt_scn_step *scn)
{
    for (size_t i = 0; i < all->count && all->moving > 0; i++) {
        struct step *s = &all->items[i];
        if (!s->moving || s->scn->where.kind != scn->where.kind || s->scn->where.index != scn->where.index ||
            s->scn->port != scn->port)
            continue;
        s->moving = false;
        all->moving--;
    }
}

static int begin_move(struct step *s, nt_time now)
{
    struct nt_host *h = nt_world_host(s->all->w, s->scn->where);
    forget_earlier_moves(s->all, s->scn);
    s->moving = true;
    s->all->moving++;
    nt_host_leave(h, s->scn->port, now);
    if (s->scn->outage == 0)
        return end_move(s, now);
    return nt_fabric_at(s->all->w->fabric, nt_time_after(now, s->scn->outage), on_outage_end, s);
}

static int run_step(struct step *s, nt_time now)
{
    struct nt_world *w = s->all->w;
    const struct nt_scn_step *scn = s->scn;
    uint32_t node = nt_world_node(w, scn->where);
    struct nt_party from = scn->from != NT_SCN_NONE ? w->agents[scn->from].party : (struct nt_party){0};
    switch (scn->kind) {
    case NT_STEP_CALL: return run_call(w, from, now);
    case NT_STEP_REOFFER: return from.ops->reoffer(from.self, now);
    case NT_STEP_SEND: return from.ops->send(from.self, &scn->send, now);
    case NT_STEP_SIGNALLING: return from.ops->signal(from.self, scn);
    case NT_STEP_FAULT: return run_fault(s, now);
    case NT_STEP_LINK: nt_fabric_set_port(w->fabric, node, scn->port, scn->up, now); return NT_OK;
    case NT_STEP_NAT: return nt_fabric_control(w->fabric, node, (enum nt_control)scn->control, 0, now);
    case NT_STEP_SERVER: return run_server_step(w, scn, now);
    case NT_STEP_PARTITION: return run_partition(w, scn, now);
    case NT_STEP_INJECT: return run_inject(w, scn, now);
    case NT_STEP_RUN: return run_program(w, scn, now);
    case NT_STEP_RESTART: return from.ops->restart(from.self, now);
    case NT_STEP_HANGUP: return from.ops->hangup(from.self, now);
    case NT_STEP_RENOMINATE: return from.ops->renominate(from.self, scn, now);
    case NT_STEP_MOVE: return begin_move(s, now);
    }
    return NT_EINVAL;
}

/* Where it acts, or begins to act. */
static struct nt_scn_node node_of(const struct nt_scn_step *scn)
{
    if (scn->from != NT_SCN_NONE)
        return (struct nt_scn_node){NT_SCN_NODE_AGENT, scn->from};
    return scn->side_a_count > 0 ? scn->side_a[0] : scn->where;
}

static void tell_step(struct nt_world *w, const struct nt_scn_step *scn, nt_time now)
{
    char text[200];
    struct nt_trace trace = *nt_fabric_trace(w->fabric);
    trace.node = nt_world_node(w, node_of(scn));
    nt_scn_step_text(w->scn, scn, text, sizeof text);
    nt_trace_emit(&trace, (struct nt_trace_event){.at = now, .kind = NT_TR_STEP, .n = {scn->place.line}, .text = text});
}

static void on_step_time(void *user, nt_time now)
{
    struct step *s = user;
    struct nt_steps *all = s->all;
    tell_step(all->w, s->scn, now);
    int r = run_step(s, now);
    note_failure(s, r);
    s->succeeded = r == NT_OK;
    s->ran = true;
    s->ran_at = now;
    all->ran++;
    all->w->last_activity = now;
}

static int schedule_step(struct step *s, nt_time at)
{
    s->scheduled = true;
    return nt_fabric_at(s->all->w->fabric, at, on_step_time, s);
}

void nt_steps_event(struct nt_steps *steps, const struct nt_observed *o, nt_time now)
{
    for (size_t i = 0; i < steps->count; i++) {
        struct step *s = &steps->items[i];
        const struct nt_scn_step *scn = s->scn;
        if (!s->scheduled && scn->after.kind == o->node.kind && scn->after.index == o->node.index &&
            strcmp(scn->event, o->event) == 0 && o->count >= scn->after_nth)
            schedule_step(s, nt_time_after(now, scn->delay));
    }
}

static int prepare_step(struct nt_steps *steps, struct step *s, const struct nt_scn_step *scn)
{
    char what[160];
    s->all = steps;
    s->scn = scn;
    if (scn->filter != NULL && (s->filter = nt_bpf_new(scn->filter, what, sizeof what)) == NULL)
        return NT_ENOMEM; /* it compiled at load */
    return scn->after.kind == NT_SCN_NODE_NONE ? schedule_step(s, scn->at) : NT_OK;
}

struct nt_steps *nt_steps_new(struct nt_world *w)
{
    struct nt_steps *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->w = w;
    s->items = calloc(w->scn->step_count + 1, sizeof *s->items);
    for (size_t i = 0; s->items != NULL && i < w->scn->step_count; i++) {
        s->count++;
        if (prepare_step(s, &s->items[i], &w->scn->steps[i]) != NT_OK) {
            nt_steps_del(s);
            return NULL;
        }
    }
    if (s->items != NULL)
        return s;
    free(s);
    return NULL;
}

void nt_steps_del(struct nt_steps *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        nt_bpf_del(s->items[i].filter);
    free(s->items);
    free(s);
}

bool nt_steps_done(const struct nt_steps *s)
{
    return s->ran == s->count && s->moving == 0;
}

bool nt_steps_idle(const struct nt_steps *s)
{
    if (s->moving > 0)
        return false;
    for (size_t i = 0; i < s->count; i++)
        if (s->items[i].scheduled && !s->items[i].ran)
            return false;
    return true;
}

bool nt_steps_succeeded(const struct nt_steps *s, size_t i)
{
    return s->items[i].succeeded;
}

nt_time nt_steps_ran_at(const struct nt_steps *s, size_t i)
{
    return s->items[i].ran ? s->items[i].ran_at : NT_TIME_NEVER;
}

const struct nt_scn_step *nt_steps_not_run(const struct nt_steps *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (!s->items[i].ran)
            return s->items[i].scn;
    return NULL;
}

const struct nt_scn_step *nt_steps_failed(const struct nt_steps *s, const char **why)
{
    *why = s->why;
    return s->failed;
}
