/* Nomination (RFC 8445, section 8.1.1), regular, by the rule of the scenario language: the best valid pair when no better one is
 * Frozen, Waiting or In-Progress, or 100 ms after the first valid pair if the best is direct, or 500 ms + 4 RTT if relayed.
 * Valid pairs rank by the priority of their own candidates (7.2.5.3.2), which both agents compute alike; the check-list pairs'
 * priorities, with bases in place of reflexive candidates, differ between them. */
#include "core/ice/agent.h"

#define DIRECT_WAIT (100 * NT_MSEC)
#define RELAYED_WAIT (500 * NT_MSEC)
#define RELAYED_ROUNDS 4

static uint32_t best_valid(const struct nt_ice_agent *a, size_t stream, size_t component)
{
    const struct nt_ice_session *s = &a->session;
    uint32_t found = NT_ICE_NONE;
    for (uint32_t i = 0; i < s->valid_count; i++) {
        const struct nt_ice_valid *v = &s->valids[i];
        const struct nt_ice_pair *p = &s->pairs[v->generator];
        const struct nt_ice_candidate *own = &nt_ice_pair_own(a, p)->c;
        if (v->gone || own->stream != stream || own->component != component || p->state != NT_ICE_SUCCEEDED || !p->listed)
            continue;
        if (found == NT_ICE_NONE || v->priority > s->valids[found].priority)
            found = i;
    }
    return found;
}

/* RFC 8838, 14: with trickle "an implementation MAY choose to wait and see if higher-priority candidates are received". */
static bool better_to_come(const struct nt_ice_agent *a, const struct nt_ice_valid *v)
{
    const struct nt_ice_candidate *own = &a->bases.own[v->own].c;
    if (nt_ice_expects(a, own->stream - 1U))
        return true;
    for (size_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        const struct nt_ice_candidate *c = &nt_ice_pair_own(a, p)->c;
        if (p->listed && p->state <= NT_ICE_IN_PROGRESS && p->priority > v->priority && c->stream == own->stream &&
            c->component == own->component)
            return true;
    }
    return false;
}

static nt_time due_at(const struct nt_ice_agent *a, const struct nt_ice_component *c, const struct nt_ice_valid *v)
{
    const struct nt_ice_pair *p = &a->session.pairs[v->generator];
    bool relayed = a->bases.own[v->own].c.type == NT_ICE_RELAY || nt_ice_pair_own(a, p)->via.relay != NT_ICE_DIRECT ||
                   a->session.remotes[v->remote].c.type == NT_ICE_RELAY;
    if (a->config.nomination_wait != 0)
        return nt_time_after(c->first_valid, a->config.nomination_wait);
    return nt_time_after(c->first_valid, relayed ? RELAYED_WAIT + RELAYED_ROUNDS * p->rtt : DIRECT_WAIT);
}

static bool wants(const struct nt_ice_component *c)
{
    return c->first_valid != NT_TIME_NEVER && c->nominating == NT_ICE_NONE && c->selected == NT_ICE_NONE;
}

static bool nominating(const struct nt_ice_agent *a)
{
    return a->state == NT_ICE_RUNNING && a->session.running && a->session.role == NT_ICE_CONTROLLING &&
           a->close_at == NT_TIME_NEVER;
}

/* RFC 8445, 8.1.1: "it repeats the connectivity check that produced this valid pair (by enqueueing the pair that generated the
 * check into the triggered-check queue), this time with the USE-CANDIDATE attribute". */
void nt_ice_nominate(struct nt_ice_agent *a, nt_time now)
{
    if (!nominating(a))
        return;
    for (size_t s = 0; s < a->config.streams; s++)
        for (size_t k = 0; k < a->config.components; k++) {
            struct nt_ice_component *c = &a->session.lists[s].components[k];
            uint32_t best = wants(c) ? best_valid(a, s + 1, k + 1) : NT_ICE_NONE;
            if (best == NT_ICE_NONE)
                continue;
            const struct nt_ice_valid *v = &a->session.valids[best];
            if (now < due_at(a, c, v) && better_to_come(a, v))
                continue;
            c->nominating = v->generator;
            a->session.pairs[v->generator].nominating = true;
            nt_ice_pair_enqueue(a, v->generator, now);
        }
}

nt_time nt_ice_nominate_deadline(const struct nt_ice_agent *a)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t s = 0; nominating(a) && s < a->config.streams; s++)
        for (size_t k = 0; k < a->config.components; k++) {
            const struct nt_ice_component *c = &a->session.lists[s].components[k];
            uint32_t best = wants(c) ? best_valid(a, s + 1, k + 1) : NT_ICE_NONE;
            if (best != NT_ICE_NONE)
                at = nt_time_min(at, due_at(a, c, &a->session.valids[best]));
        }
    return at;
}

static void bind_channel(struct nt_ice_agent *a, const struct nt_ice_valid *v, nt_time now)
{
    const struct nt_ice_own *own = &a->bases.own[v->own];
    /* RFC 8445, 12.1: "If the local candidate is a relayed candidate, it is RECOMMENDED that an agent creates a channel" */
    if (own->via.relay != NT_ICE_DIRECT)
        nt_turn_client_bind_channel(a->bases.sources[own->via.relay].client, &a->session.remotes[v->remote].c.addr, now);
}

/* RFC 8445, 8.1.1: of several pairs that the peer nominates, "use the pairs with the highest priority". With an addition that is
 * stated in core/README.md: a selected pair whose consent request got no answer gives way to any later nomination. The peer has
 * then seen that path end, too, and what it nominates in its place is lower, or it would have been first. */
bool nt_ice_nomination_counts(const struct nt_ice_agent *a, const struct nt_ice_component *c, uint64_t priority, nt_time now)
{
    bool doubtful = c->asked_at > c->consented_at && now - c->asked_at >= NT_STUN_RTO;
    return c->selected == NT_ICE_NONE || doubtful || priority > a->session.valids[c->selected].priority;
}

void nt_ice_nominated(struct nt_ice_agent *a, uint32_t valid, nt_time now)
{
    struct nt_ice_session *s = &a->session;
    struct nt_ice_valid *v = &s->valids[valid];
    const struct nt_ice_candidate *own = &a->bases.own[v->own].c, *remote = &s->remotes[v->remote].c;
    struct nt_ice_component *c = nt_ice_component_of(a, own);
    struct nt_ice_pair *p = &s->pairs[v->generator];
    p->nominating = p->nominate = false;
    c->nominating = NT_ICE_NONE;
    if (!v->nominated)
        nt_ice_trace(a, NT_TR_ICE_NOMINATED, &own->addr, &remote->addr, own->stream, own->component, 0, 0, now);
    v->nominated = true;
    if (c->lost || c->selected == valid || !nt_ice_nomination_counts(a, c, v->priority, now))
        return;
    c->selected = valid;
    nt_ice_lists_conclude(a, own->stream, own->component, v->generator, now);
    nt_ice_consent_begin(a, c, now);
    nt_ice_event_push(a, &(struct nt_ice_event){.kind = NT_ICE_EV_SELECTED, .stream = own->stream, .component = own->component,
                                                .local = *own, .remote = *remote});
    nt_ice_trace(a, NT_TR_ICE_SELECTED, &own->addr, &remote->addr, own->stream, own->component, 0, 0, now);
    bind_channel(a, v, now);
}
