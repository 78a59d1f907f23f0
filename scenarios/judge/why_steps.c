#include "scenarios/judge/why_steps.h"
#include "scenarios/world/steps.h"

static bool is_nat_step(const struct nt_scn_case *c, const struct nt_scn_step *s, const struct nt_scn_gateway *g)
{
    return s->kind == NT_STEP_NAT && s->where.kind == NT_SCN_NODE_GATEWAY && &c->gateways[s->where.index] == g;
}

nt_time nt_why_renumbered(const struct nt_world *w, const struct nt_scn_gateway *g, nt_time by)
{
    const struct nt_scn_case *c = nt_world_case(w);
    nt_time last = NT_TIME_NEVER;
    for (size_t i = 0; i < c->step_count; i++) {
        nt_time at = nt_steps_ran_at(nt_world_steps(w), i);
        bool renumbers = is_nat_step(c, &c->steps[i], g) && c->steps[i].control == NT_CTL_RENUMBER;
        if (renumbers && at != NT_TIME_NEVER && at <= by && (last == NT_TIME_NEVER || at > last))
            last = at;
    }
    return last;
}

static const char *past_of(int control)
{
    switch (control) {
    case NT_CTL_REBOOT: return "rebooted";
    case NT_CTL_FLUSH: return "flushed";
    default: return "renumbered";
    }
}

const char *nt_why_emptied(const struct nt_world *w, const struct nt_scn_gateway *g, nt_time from, nt_time by, nt_time *when)
{
    const struct nt_scn_case *c = nt_world_case(w);
    const char *how = NULL;
    for (size_t i = 0; i < c->step_count; i++) {
        nt_time at = nt_steps_ran_at(nt_world_steps(w), i);
        if (!is_nat_step(c, &c->steps[i], g) || at == NT_TIME_NEVER || at < from || at > by || (how != NULL && at >= *when))
            continue;
        how = past_of((int)c->steps[i].control);
        *when = at;
    }
    return how;
}

/* The place of the attachment as the case begins. */
static const struct nt_scn_attachment *first_place(const struct nt_scn_case *c, struct nt_scn_node n, uint32_t port)
{
    return n.kind == NT_SCN_NODE_AGENT ? &c->agents[n.index].on[port] : &c->servers[n.index].on;
}

static bool has_ip(const struct nt_scn_attachment *on, const struct nt_addr *a)
{
    for (size_t i = 0; i < on->address_count; i++)
        if (nt_addr_same_ip(&on->addresses[i], a))
            return true;
    return false;
}

/* The move of the attachment that began last at `by` or before; NULL: none. */
static const struct nt_scn_step *last_move(const struct nt_world *w, const struct nt_scn_step *like, nt_time by, nt_time *when)
{
    const struct nt_scn_case *c = nt_world_case(w);
    const struct nt_scn_step *last = NULL;
    for (size_t i = 0; i < c->move_count; i++) {
        const struct nt_scn_step *s = &c->steps[c->moves[i]];
        nt_time at = nt_steps_ran_at(nt_world_steps(w), c->moves[i]);
        bool same = s->where.kind == like->where.kind && s->where.index == like->where.index && s->port == like->port;
        if (!same || at == NT_TIME_NEVER || at > by || (last != NULL && at < *when))
            continue;
        last = s;
        *when = at;
    }
    return last;
}

const char *nt_why_moved_away(const struct nt_world *w, const struct nt_addr *a, nt_time by, nt_time *when)
{
    const struct nt_scn_case *c = nt_world_case(w);
    for (size_t i = 0; i < c->move_count; i++) {
        const struct nt_scn_step *s = &c->steps[c->moves[i]], *last = last_move(w, s, by, when);
        if (last == NULL)
            continue;
        nt_time before;
        const struct nt_scn_step *earlier = *when > 0 ? last_move(w, s, *when - 1, &before) : NULL;
        const struct nt_scn_attachment *was = earlier != NULL ? &earlier->move_to : first_place(c, s->where, s->port);
        bool back = has_ip(&last->move_to, a) && last->move_to.network == was->network && by >= nt_time_after(*when, last->outage);
        if (has_ip(was, a) && !back)
            return nt_scn_node_name(c, s->where);
    }
    return NULL;
}

nt_time nt_why_down_since(const struct nt_world *w, struct nt_scn_node node, uint32_t port)
{
    const struct nt_scn_case *c = nt_world_case(w);
    nt_time last = NT_TIME_NEVER, since = NT_TIME_NEVER;
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *s = &c->steps[i];
        nt_time at = nt_steps_ran_at(nt_world_steps(w), i);
        bool is_it = s->kind == NT_STEP_LINK && s->where.kind == node.kind && s->where.index == node.index && s->port == port;
        if (!is_it || at == NT_TIME_NEVER || (last != NT_TIME_NEVER && at < last))
            continue;
        last = at;
        since = s->up ? NT_TIME_NEVER : at;
    }
    return since;
}
