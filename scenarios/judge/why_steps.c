#include "scenarios/judge/why_steps.h"
#include "scenarios/world/steps.h"

nt_time nt_why_renumbered(const struct nt_world *w, const struct nt_scn_gateway *g, nt_time by)
{
    const struct nt_scn_case *c = nt_world_case(w);
    nt_time last = NT_TIME_NEVER;
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *s = &c->steps[i];
        nt_time at = nt_steps_ran_at(nt_world_steps(w), i);
        bool renumbers = s->kind == NT_STEP_NAT && s->control == NT_CTL_RENUMBER && s->where.kind == NT_SCN_NODE_GATEWAY &&
                         &c->gateways[s->where.index] == g;
        if (renumbers && at != NT_TIME_NEVER && at <= by && (last == NT_TIME_NEVER || at > last))
            last = at;
    }
    return last;
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
