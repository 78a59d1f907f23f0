/* Candidate pairs (RFC 8445, sections 6.1.2.2 to 6.1.2.6): forming, the limit, states, priorities. */
#include "core/base/map.h"
#include "core/ice/agent.h"

#include <string.h>

static void trace_pair(const struct nt_ice_agent *a, enum nt_trace_kind kind, const struct nt_ice_pair *p, nt_time now)
{
    const struct nt_ice_candidate *own = &nt_ice_pair_own(a, p)->c;
    nt_ice_trace(a, kind, &own->addr, &nt_ice_pair_remote(a, p)->c.addr, own->stream, own->component, p->number, p->state, now);
}

uint32_t nt_ice_pair_find(const struct nt_ice_agent *a, uint32_t own, uint32_t remote)
{
    uint32_t found = NT_ICE_NONE;
    for (uint32_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        if (p->own == own && p->remote == remote && (p->listed || found == NT_ICE_NONE))
            found = i;
    }
    return found;
}

uint64_t nt_ice_pair_priority_of(const struct nt_ice_agent *a, uint32_t own, uint32_t remote)
{
    uint32_t ours = a->bases.own[own].c.priority, theirs = a->session.remotes[remote].c.priority;
    return a->session.role == NT_ICE_CONTROLLING ? nt_ice_pair_priority(ours, theirs) : nt_ice_pair_priority(theirs, ours);
}

void nt_ice_pair_reprice(struct nt_ice_agent *a)
{
    for (size_t i = 0; i < a->session.pair_count; i++) {
        struct nt_ice_pair *p = &a->session.pairs[i];
        p->priority = nt_ice_pair_priority_of(a, p->own, p->remote);
    }
    for (size_t i = 0; i < a->session.valid_count; i++) {
        struct nt_ice_valid *v = &a->session.valids[i];
        v->priority = nt_ice_pair_priority_of(a, v->own, v->remote);
    }
}

bool nt_ice_pair_same_group(const struct nt_ice_agent *a, uint32_t x, uint32_t y)
{
    const struct nt_ice_pair *p = &a->session.pairs[x], *q = &a->session.pairs[y];
    return strcmp(nt_ice_pair_own(a, p)->c.foundation, nt_ice_pair_own(a, q)->c.foundation) == 0 &&
           strcmp(nt_ice_pair_remote(a, p)->c.foundation, nt_ice_pair_remote(a, q)->c.foundation) == 0;
}

static bool relayed(const struct nt_ice_agent *a, uint32_t own, uint32_t remote)
{
    return a->bases.own[own].c.type == NT_ICE_RELAY || a->session.remotes[remote].c.type == NT_ICE_RELAY;
}

static bool is_valid(const struct nt_ice_agent *a, uint32_t pair)
{
    for (size_t i = 0; i < a->session.valid_count; i++) {
        const struct nt_ice_valid *v = &a->session.valids[i];
        if (!v->gone && (v->generator == pair || v->pair == pair))
            return true;
    }
    return false;
}

static size_t relayed_listed(const struct nt_ice_agent *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        n += p->listed && p->state != NT_ICE_PAIR_FAILED && relayed(a, p->own, p->remote);
    }
    return n;
}

/* The pair that goes first at the limit. A stated deviation from RFC 8445, 6.1.2.5 ("discarding lower-priority candidate
 * pairs"): failed pairs go first, then those of lowest priority; valid, nominated and the last relayed pairs never go. */
static uint32_t victim(const struct nt_ice_agent *a)
{
    uint32_t found = NT_ICE_NONE;
    bool spare_relayed = relayed_listed(a) <= NT_ICE_RELAYED_KEPT;
    for (uint32_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i], *q = found == NT_ICE_NONE ? NULL : &a->session.pairs[found];
        bool failed = p->state == NT_ICE_PAIR_FAILED;
        if (!p->listed || p->nominate || p->nominating || p->state == NT_ICE_SUCCEEDED || is_valid(a, i))
            continue;
        if (!failed && spare_relayed && relayed(a, p->own, p->remote))
            continue;
        bool q_failed = q != NULL && q->state == NT_ICE_PAIR_FAILED;
        if (q == NULL || (failed && !q_failed) || (failed == q_failed && p->priority < q->priority))
            found = i;
    }
    return found;
}

/* Makes room on the check lists for a pair; false: the new one is the one to go. */
static bool make_room(struct nt_ice_agent *a, uint32_t own, uint32_t remote, nt_time now)
{
    if (a->session.listed < a->config.max_pairs)
        return true;
    uint32_t v = victim(a);
    if (v == NT_ICE_NONE)
        return false;
    const struct nt_ice_pair *p = &a->session.pairs[v];
    bool keep_new = relayed(a, own, remote) && relayed_listed(a) < NT_ICE_RELAYED_KEPT;
    if (p->state != NT_ICE_PAIR_FAILED && !keep_new && p->priority > nt_ice_pair_priority_of(a, own, remote))
        return false;
    nt_ice_pair_unlist(a, v, now);
    return true;
}

/* A place to remember the pair: a new one, or that of the first one that went. */
static uint32_t place(struct nt_ice_agent *a)
{
    struct nt_ice_session *s = &a->session;
    if (s->pair_count < NT_ICE_PAIRS_KEPT || s->pair_count < a->config.max_pairs) {
        if (nt_grow(&s->pairs, &s->pair_cap, s->pair_count + 1, sizeof *s->pairs, UINT16_MAX + NT_ICE_PAIRS_KEPT) != NT_OK)
            return NT_ICE_NONE;
        return (uint32_t)s->pair_count++;
    }
    uint32_t found = NT_ICE_NONE;
    for (uint32_t i = 0; i < s->pair_count; i++)
        if (!s->pairs[i].listed && !is_valid(a, i) && (found == NT_ICE_NONE || s->pairs[i].number < s->pairs[found].number))
            found = i;
    for (size_t i = 0; found != NT_ICE_NONE && i < s->check_count; i++)
        if (s->checks[i].used && s->checks[i].pair == found)
            s->checks[i].used = false;
    return found;
}

uint32_t nt_ice_pair_add(struct nt_ice_agent *a, uint32_t own, uint32_t remote, nt_time now)
{
    struct nt_ice_session *s = &a->session;
    uint32_t i = nt_ice_pair_find(a, own, remote);
    if (i != NT_ICE_NONE && s->pairs[i].listed)
        return i;
    if (!make_room(a, own, remote, now))
        return NT_ICE_NONE;
    if (i == NT_ICE_NONE) {
        i = place(a);
        if (i == NT_ICE_NONE)
            return NT_ICE_NONE;
        s->pairs[i] = (struct nt_ice_pair){.number = ++s->numbers, .own = own, .remote = remote};
    }
    struct nt_ice_pair *p = &s->pairs[i];
    p->state = NT_ICE_FROZEN;
    p->priority = nt_ice_pair_priority_of(a, own, remote);
    p->listed = true;
    p->check = NT_ICE_NONE;
    s->listed++;
    trace_pair(a, NT_TR_ICE_PAIR, p, now);
    return i;
}

void nt_ice_pair_state(struct nt_ice_agent *a, uint32_t pair, enum nt_ice_pair_state state, nt_time now)
{
    struct nt_ice_pair *p = &a->session.pairs[pair];
    if (p->state == state)
        return;
    p->state = state;
    trace_pair(a, NT_TR_ICE_PAIR, p, now);
}

void nt_ice_pair_unlist(struct nt_ice_agent *a, uint32_t pair, nt_time now)
{
    struct nt_ice_pair *p = &a->session.pairs[pair];
    if (!p->listed)
        return;
    nt_ice_check_cancel(a, pair);
    p->listed = false;
    p->queued = 0;
    p->nominating = p->nominate = false;
    a->session.listed--;
    trace_pair(a, NT_TR_ICE_PAIR_GONE, p, now);
}

void nt_ice_pair_enqueue(struct nt_ice_agent *a, uint32_t pair, nt_time now)
{
    struct nt_ice_pair *p = &a->session.pairs[pair];
    if (p->queued == 0)
        p->queued = ++a->session.queue_next;
    a->session.tick = now;
}

void nt_ice_pair_fail(struct nt_ice_agent *a, uint32_t pair, nt_time now)
{
    struct nt_ice_pair *p = &a->session.pairs[pair];
    struct nt_ice_component *c = nt_ice_component_of(a, &nt_ice_pair_own(a, p)->c);
    nt_ice_check_cancel(a, pair);
    p->queued = 0;
    p->nominating = p->nominate = false;
    if (c->nominating == pair)
        c->nominating = NT_ICE_NONE;
    nt_ice_valid_remove(a, pair);
    nt_ice_pair_state(a, pair, NT_ICE_PAIR_FAILED, now);
}
