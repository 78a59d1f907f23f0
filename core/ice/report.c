/* What reports may ask an agent. */
#include "core/ice/agent.h"

enum nt_ice_state nt_ice_state(const struct nt_ice_agent *a)
{
    return a->state;
}

enum nt_ice_role nt_ice_role(const struct nt_ice_agent *a)
{
    return a->session.role;
}

struct nt_ice_stats nt_ice_stats(const struct nt_ice_agent *a)
{
    return a->stats;
}

size_t nt_ice_candidate_count(const struct nt_ice_agent *a)
{
    return a->bases.settled;
}

static bool reported_before(const struct nt_ice_candidate *a, const struct nt_ice_candidate *b)
{
    if (a->stream != b->stream)
        return a->stream < b->stream;
    return a->component != b->component ? a->component < b->component : a->priority > b->priority;
}

/* With trickle the list is in order of discovery: the one that `i` others are reported before. */
static const struct nt_ice_candidate *sorted(const struct nt_ice_agent *a, size_t i)
{
    const struct nt_ice_bases *b = &a->bases;
    for (size_t k = 0; k < b->own_count; k++) {
        size_t earlier = 0;
        for (size_t m = 0; m < b->own_count && b->own[k].c.type != NT_ICE_PRFLX; m++)
            earlier += b->own[m].c.type != NT_ICE_PRFLX && reported_before(&b->own[m].c, &b->own[k].c);
        if (b->own[k].c.type != NT_ICE_PRFLX && earlier == i)
            return &b->own[k].c;
    }
    return NULL;
}

const struct nt_ice_candidate *nt_ice_candidate_at(const struct nt_ice_agent *a, size_t i)
{
    if (i >= a->bases.settled)
        return NULL;
    return nt_ice_trickles(a) ? sorted(a, i) : &a->bases.own[i].c;
}

/* A valid pair with a number of its own, that is: not also on a check list. */
static const struct nt_ice_valid *extra(const struct nt_ice_agent *a, size_t i)
{
    for (size_t k = 0; k < a->session.valid_count; k++)
        if (a->session.valids[k].pair == NT_ICE_NONE && i-- == 0)
            return &a->session.valids[k];
    return NULL;
}

size_t nt_ice_pair_count(const struct nt_ice_agent *a)
{
    size_t n = a->session.pair_count;
    for (size_t k = 0; k < a->session.valid_count; k++)
        n += a->session.valids[k].pair == NT_ICE_NONE;
    return n;
}

static bool selected(const struct nt_ice_agent *a, const struct nt_ice_valid *v)
{
    return &a->session.valids[0] + nt_ice_component_of(a, &a->bases.own[v->own].c)->selected == v;
}

static void add_valid(const struct nt_ice_agent *a, const struct nt_ice_valid *v, struct nt_ice_pair_info *info)
{
    info->generated_by = v->generated_by;
    info->valid = !v->gone;
    info->nominated = v->nominated;
    info->selected = nt_ice_component_of(a, &a->bases.own[v->own].c)->selected != NT_ICE_NONE && selected(a, v);
}

static void of_valid(const struct nt_ice_agent *a, const struct nt_ice_valid *v, struct nt_ice_pair_info *info)
{
    const struct nt_ice_pair *p = &a->session.pairs[v->generator];
    bool kept = p->number == v->generated_by;
    *info = (struct nt_ice_pair_info){.number = v->number, .local = a->bases.own[v->own].c, .remote = a->session.remotes[v->remote].c,
                                      .state = v->gone ? NT_ICE_PAIR_FAILED : NT_ICE_SUCCEEDED, .base = a->bases.own[v->own].c.base,
                                      .receivable = kept && p->receivable, .sendable = kept && p->sendable, .priority = v->priority};
    add_valid(a, v, info);
}

void nt_ice_pair_at(const struct nt_ice_agent *a, size_t i, struct nt_ice_pair_info *info)
{
    const struct nt_ice_session *s = &a->session;
    if (i >= s->pair_count) {
        const struct nt_ice_valid *v = extra(a, i - s->pair_count);
        *info = (struct nt_ice_pair_info){0};
        if (v != NULL)
            of_valid(a, v, info);
        return;
    }
    const struct nt_ice_pair *p = &s->pairs[i];
    *info = (struct nt_ice_pair_info){.number = p->number, .local = nt_ice_pair_own(a, p)->c, .remote = nt_ice_pair_remote(a, p)->c,
                                      .state = p->state, .base = nt_ice_pair_own(a, p)->c.base, .receivable = p->receivable,
                                      .sendable = p->sendable, .priority = p->priority};
    for (size_t k = 0; k < s->valid_count; k++)
        if (s->valids[k].pair == i && s->valids[k].number == p->number)
            add_valid(a, &s->valids[k], info);
}

bool nt_ice_selected(const struct nt_ice_agent *a, uint8_t stream, uint16_t component, struct nt_ice_candidate *local,
                     struct nt_ice_candidate *remote)
{
    if (a->session.lists == NULL || stream == 0 || stream > a->config.streams || component == 0 || component > a->config.components)
        return false;
    uint32_t v = a->session.lists[stream - 1].components[component - 1].selected;
    if (v == NT_ICE_NONE)
        return false;
    *local = a->bases.own[a->session.valids[v].own].c;
    *remote = a->session.remotes[a->session.valids[v].remote].c;
    return true;
}

bool nt_ice_prflx_at(const struct nt_ice_agent *a, size_t i, int *side, struct nt_addr *addr)
{
    if (i >= a->session.prflx_count)
        return false;
    *side = a->session.prflx[i].side;
    *addr = a->session.prflx[i].addr;
    return true;
}
