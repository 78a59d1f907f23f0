#include "core/ice/report.h"

static bool is_reported_before(const struct nt_ice_candidate *a, const struct nt_ice_candidate *b)
{
    if (a->stream != b->stream)
        return a->stream < b->stream;
    return a->component != b->component ? a->component < b->component : a->priority > b->priority;
}

/* With trickle the table is in order of discovery: the one that `i` others are reported before. */
static const struct nt_ice_candidate *find_sorted(const struct nt_ice_candidates *own, size_t i)
{
    for (uint32_t k = 0; k < nt_ice_candidates_count(own); k++) {
        const struct nt_ice_candidate *c = &nt_ice_candidates_at(own, k)->c;
        size_t earlier = 0;
        for (uint32_t m = 0; m < nt_ice_candidates_count(own) && c->type != NT_ICE_PRFLX; m++) {
            const struct nt_ice_candidate *d = &nt_ice_candidates_at(own, m)->c;
            earlier += d->type != NT_ICE_PRFLX && is_reported_before(d, c);
        }
        if (c->type != NT_ICE_PRFLX && earlier == i)
            return c;
    }
    return NULL;
}

const struct nt_ice_candidate *nt_ice_report_candidate(const struct nt_ice_env *env, size_t i)
{
    if (i >= nt_ice_candidates_settled(env->own))
        return NULL;
    if (env->config->trickle != NT_ICE_TRICKLE_OFF)
        return find_sorted(env->own, i);
    return &nt_ice_candidates_at(env->own, (uint32_t)i)->c;
}

size_t nt_ice_report_pair_count(const struct nt_ice_session *s)
{
    const struct nt_ice_components *components = nt_ice_session_env(s)->components;
    size_t n = nt_ice_pairs_count(nt_ice_session_pairs(s));
    for (size_t i = 0; i < nt_ice_components_count(components); i++) {
        const struct nt_ice_component *k = nt_ice_components_at(components, i);
        for (size_t v = 0; v < k->valid_count; v++)
            n += k->valids[v].pair == 0;
    }
    return n;
}

static void add_valid(const struct nt_ice_component *k, const struct nt_ice_valid *v, struct nt_ice_pair_info *info)
{
    info->generated_by = v->generator;
    info->valid = !v->gone;
    info->nominated = v->nominated;
    info->selected = nt_ice_component_selected(k) == v;
}

static void report_valid(const struct nt_ice_session *s, const struct nt_ice_component *k, const struct nt_ice_valid *v,
                         struct nt_ice_pair_info *info)
{
    const struct nt_ice_candidate *own = &nt_ice_candidates_at(nt_ice_session_env(s)->own, v->own)->c;
    const struct nt_ice_pair *p = nt_ice_pairs_get(nt_ice_session_pairs(s), v->generator);
    *info = (struct nt_ice_pair_info){.number = v->number,
                                      .local = *own,
                                      .remote = nt_ice_candidates_at(nt_ice_session_remotes(s), v->remote)->c,
                                      .state = v->gone ? NT_ICE_PAIR_FAILED : NT_ICE_SUCCEEDED,
                                      .base = own->base,
                                      .receivable = p != NULL && p->receivable,
                                      .sendable = p != NULL && p->sendable,
                                      .priority = v->priority};
    add_valid(k, v, info);
}

static void report_listed(const struct nt_ice_session *s, const struct nt_ice_pair *p, struct nt_ice_pair_info *info)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_candidate *own = &nt_ice_candidates_at(env->own, p->own)->c;
    const struct nt_ice_component *k = nt_ice_components_of(env->components, p->stream, p->component);
    *info = (struct nt_ice_pair_info){.number = p->number,
                                      .local = *own,
                                      .remote = nt_ice_candidates_at(nt_ice_session_remotes(s), p->remote)->c,
                                      .state = p->state,
                                      .base = own->base,
                                      .receivable = p->receivable,
                                      .sendable = p->sendable,
                                      .priority = p->priority};
    for (size_t i = 0; i < k->valid_count; i++)
        if (k->valids[i].pair == p->number)
            add_valid(k, &k->valids[i], info);
}

void nt_ice_report_pair(const struct nt_ice_session *s, size_t i, struct nt_ice_pair_info *info)
{
    const struct nt_ice_components *components = nt_ice_session_env(s)->components;
    size_t listed = nt_ice_pairs_count(nt_ice_session_pairs(s));
    if (i < listed) {
        report_listed(s, nt_ice_pairs_at(nt_ice_session_pairs(s), i), info);
        return;
    }
    i -= listed;
    *info = (struct nt_ice_pair_info){0};
    for (size_t n = 0; n < nt_ice_components_count(components); n++) {
        const struct nt_ice_component *k = nt_ice_components_at(components, n);
        for (size_t v = 0; v < k->valid_count; v++)
            if (k->valids[v].pair == 0 && i-- == 0) {
                report_valid(s, k, &k->valids[v], info);
                return;
            }
    }
}
