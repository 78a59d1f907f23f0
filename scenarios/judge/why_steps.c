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
