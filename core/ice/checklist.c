/* Check lists (RFC 8445, sections 6.1.2, 6.1.4, 8.1.2): forming, freezing, whose turn it is, what state it all is in. */
#include "core/ice/agent.h"

#include <stdlib.h>

struct combination {
    uint64_t priority;
    uint32_t own, remote;
    uint16_t component;
    uint8_t stream;
};

/* RFC 8445, 6.1.2.2: same stream, component, transport and family; "IPv6 link-local addresses MUST NOT be paired with other
 * than IPv6 link-local addresses". Reflexive candidates are not paired: replaced by their base (6.1.2.4) each would be
 * redundant with the pair of that host candidate, which has the higher priority. */
static bool pairable(const struct nt_ice_candidate *own, const struct nt_ice_candidate *remote)
{
    if (own->type != NT_ICE_HOST && own->type != NT_ICE_RELAY)
        return false;
    return own->stream == remote->stream && own->component == remote->component && own->addr.family == remote->addr.family &&
           (own->addr.family != NT_AF_IPV6 || nt_addr_is_link_local(&own->addr) == nt_addr_is_link_local(&remote->addr));
}

static int falling(const void *pa, const void *pb)
{
    const struct combination *a = pa, *b = pb;
    if (a->stream != b->stream)
        return a->stream < b->stream ? -1 : 1;
    if (a->priority != b->priority)
        return a->priority > b->priority ? -1 : 1;
    if (a->component != b->component)
        return a->component < b->component ? -1 : 1;
    return a->own != b->own ? (a->own < b->own ? -1 : 1) : a->remote < b->remote ? -1 : 1;
}

/* `fresh`: only pairs with a candidate that was not paired before. */
static int add_pairs(struct nt_ice_agent *a, bool fresh, nt_time now)
{
    size_t own_count = a->bases.own_count, n = 0;
    struct combination *all = malloc((own_count * a->session.remote_count + 1) * sizeof *all);
    if (all == NULL)
        return NT_ENOMEM;
    for (uint32_t i = 0; i < own_count; i++)
        for (uint32_t k = 0; k < a->session.remote_count; k++) {
            const struct nt_ice_candidate *own = &a->bases.own[i].c, *remote = &a->session.remotes[k].c;
            /* 7.3.1.3: a peer-reflexive remote candidate is not paired with any local ones */
            if (!a->session.remotes[k].signalled || !pairable(own, remote))
                continue;
            /* RFC 8838, 10: "MUST NOT pair a local candidate until it has been trickled to the remote party" */
            if (!a->bases.own[i].told || (fresh && a->bases.own[i].paired && a->session.remotes[k].paired))
                continue;
            all[n++] = (struct combination){nt_ice_pair_priority_of(a, i, k), i, k, own->component, own->stream};
        }
    if (n > 1)
        qsort(all, n, sizeof *all, falling);
    for (size_t i = 0; i < n; i++)
        if (nt_ice_component_of(a, &a->bases.own[all[i].own].c)->selected == NT_ICE_NONE)
            nt_ice_pair_add(a, all[i].own, all[i].remote, now);
    free(all);
    for (size_t i = 0; i < own_count; i++)
        a->bases.own[i].paired = a->bases.own[i].told;
    for (size_t k = 0; k < a->session.remote_count; k++)
        a->session.remotes[k].paired = a->session.remotes[k].signalled;
    a->session.unpaired = false;
    return NT_OK;
}

static bool before(const struct nt_ice_agent *a, uint32_t x, uint32_t y)
{
    const struct nt_ice_pair *p = &a->session.pairs[x], *q = &a->session.pairs[y];
    const struct nt_ice_candidate *c = &nt_ice_pair_own(a, p)->c, *d = &nt_ice_pair_own(a, q)->c;
    if (c->stream != d->stream)
        return c->stream < d->stream;
    return c->component != d->component ? c->component < d->component : p->priority > q->priority;
}

/* RFC 8445, 6.1.2.6: "For each foundation, the agent sets the state of exactly one candidate pair to the Waiting state": the
 * first one "ordered by the lowest component ID and then the highest priority" in the first check list that has it. */
static void unfreeze_group_of(struct nt_ice_agent *a, uint32_t pair, nt_time now)
{
    uint32_t first = pair;
    bool succeeded = false;
    for (uint32_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        if (!p->listed || !nt_ice_pair_same_group(a, i, pair))
            continue;
        if (p->state == NT_ICE_SUCCEEDED)
            succeeded = true; /* 7.2.5.3.3 has been through: a pair that comes later follows */
        else if (p->state != NT_ICE_FROZEN)
            return;
        else if (before(a, i, first))
            first = i;
    }
    nt_ice_pair_state(a, succeeded ? pair : first, NT_ICE_WAITING, now);
}

static void initial_states(struct nt_ice_agent *a, nt_time now)
{
    for (uint32_t i = 0; i < a->session.pair_count; i++)
        if (a->session.pairs[i].listed && a->session.pairs[i].state == NT_ICE_FROZEN)
            unfreeze_group_of(a, i, now);
}

/* RFC 8838, 12: a pair that comes later is Waiting if it is the topmost of its foundation ("the lowest component ID and, if the
 * component IDs are equal, the highest priority"), or if one of them has Succeeded; "In all other cases, set the state to Frozen". */
static void insert(struct nt_ice_agent *a, uint32_t pair, nt_time now)
{
    bool topmost = true, succeeded = false;
    for (uint32_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        if (i == pair || !p->listed || !nt_ice_pair_same_group(a, i, pair))
            continue;
        topmost = topmost && !before(a, i, pair);
        succeeded = succeeded || p->state == NT_ICE_SUCCEEDED;
    }
    if (topmost || succeeded)
        nt_ice_pair_state(a, pair, NT_ICE_WAITING, now);
}

static uint32_t numbered(const struct nt_ice_agent *a, uint32_t number)
{
    for (uint32_t i = 0; i < a->session.pair_count; i++)
        if (a->session.pairs[i].number == number && a->session.pairs[i].listed)
            return i;
    return NT_ICE_NONE;
}

void nt_ice_lists_extend(struct nt_ice_agent *a, nt_time now)
{
    uint32_t last = a->session.numbers;
    if (add_pairs(a, true, now) != NT_OK)
        return; /* the next call tries again */
    for (uint32_t number = last + 1; number <= a->session.numbers; number++) {
        uint32_t pair = numbered(a, number);
        if (pair != NT_ICE_NONE && a->session.pairs[pair].state == NT_ICE_FROZEN)
            insert(a, pair, now);
    }
    a->session.tick = now;
    nt_ice_relay_permit(a, now);
}

int nt_ice_lists_form(struct nt_ice_agent *a, nt_time now)
{
    struct nt_ice_session *s = &a->session;
    int r = add_pairs(a, false, now);
    if (r != NT_OK) {
        if (s->waiting)
            nt_ice_set_state(a, NT_ICE_FAILED);
        return r;
    }
    initial_states(a, now);
    s->waiting = false;
    s->tick = now;
    nt_ice_relay_permit(a, now);
    if (s->running)
        return NT_OK;
    s->running = true;
    s->started = now;
    a->turn_had_slot = true; /* 6.1.4.2: the first check at once, the permissions after it */
    nt_ice_set_state(a, NT_ICE_RUNNING);
    nt_ice_respond_replay(a, now);
    return NT_OK;
}

/* RFC 8445, 7.2.1: a check from a relayed candidate waits for its permission; it does not keep others waiting. */
static bool startable(const struct nt_ice_agent *a, const struct nt_ice_pair *p)
{
    const struct nt_ice_own *own = nt_ice_pair_own(a, p);
    if (own->via.relay == NT_ICE_DIRECT)
        return true;
    const struct nt_ice_source *s = &a->bases.sources[own->via.relay];
    return s->alive && nt_turn_client_permitted(s->client, &nt_ice_pair_remote(a, p)->c.addr);
}

static bool on_list(const struct nt_ice_agent *a, const struct nt_ice_pair *p, size_t list)
{
    return p->listed && nt_ice_pair_own(a, p)->c.stream == list + 1;
}

static uint32_t first_triggered(const struct nt_ice_agent *a, size_t list)
{
    uint32_t found = NT_ICE_NONE;
    for (uint32_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        if (p->queued != 0 && on_list(a, p, list) && startable(a, p) &&
            (found == NT_ICE_NONE || p->queued < a->session.pairs[found].queued))
            found = i;
    }
    return found;
}

/* "the highest-priority candidate pair (if there are multiple pairs with the same priority, the pair with the lowest component
 * ID is picked)" in `state`, not in the triggered-check queue */
static uint32_t best(const struct nt_ice_agent *a, size_t list, enum nt_ice_pair_state state)
{
    uint32_t found = NT_ICE_NONE;
    for (uint32_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        if (p->state != state || p->queued != 0 || !on_list(a, p, list) || (state == NT_ICE_WAITING && !startable(a, p)))
            continue;
        const struct nt_ice_pair *q = found == NT_ICE_NONE ? NULL : &a->session.pairs[found];
        if (q == NULL || p->priority > q->priority ||
            (p->priority == q->priority && nt_ice_pair_own(a, p)->c.component < nt_ice_pair_own(a, q)->c.component))
            found = i;
    }
    return found;
}

static bool group_busy(const struct nt_ice_agent *a, uint32_t pair)
{
    for (uint32_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        if (p->listed && (p->state == NT_ICE_WAITING || p->state == NT_ICE_IN_PROGRESS) && nt_ice_pair_same_group(a, i, pair))
            return true;
    }
    return false;
}

/* Step 2 of RFC 8445, 6.1.4.2 */
static void unfreeze(struct nt_ice_agent *a, size_t list, nt_time now)
{
    for (uint32_t i = 0; i < a->session.pair_count; i++)
        if (a->session.pairs[i].state == NT_ICE_FROZEN && on_list(a, &a->session.pairs[i], list) && !group_busy(a, i))
            nt_ice_pair_state(a, i, NT_ICE_WAITING, now);
}

/* RFC 8445, 6.1.4.2, with a stated deviation: after three triggered checks in a row one waiting ordinary pair is checked, or an
 * address-and-port-dependent mapping with endpoint-independent filtering feeds the triggered queue for ever. */
static bool check_one(struct nt_ice_agent *a, size_t index, nt_time now)
{
    struct nt_ice_list *list = &a->session.lists[index];
    uint32_t triggered = first_triggered(a, index);
    uint32_t ordinary = NT_ICE_NONE;
    if (triggered == NT_ICE_NONE || list->triggered_run >= NT_ICE_TRIGGERED_RUN)
        ordinary = best(a, index, NT_ICE_WAITING);
    if (triggered == NT_ICE_NONE && ordinary == NT_ICE_NONE) {
        unfreeze(a, index, now);
        ordinary = best(a, index, NT_ICE_WAITING);
    }
    if (ordinary != NT_ICE_NONE) {
        list->triggered_run = 0;
        nt_ice_check_start(a, ordinary, false, now);
    } else if (triggered != NT_ICE_NONE) {
        list->triggered_run++;
        nt_ice_check_start(a, triggered, true, now);
    }
    return ordinary != NT_ICE_NONE || triggered != NT_ICE_NONE;
}

/* A list that is Completed: what the peer has nominated since (8.1.1). */
static bool check_nominated(struct nt_ice_agent *a, size_t index, nt_time now)
{
    uint32_t pair = first_triggered(a, index);
    if (pair != NT_ICE_NONE)
        nt_ice_check_start(a, pair, true, now);
    return pair != NT_ICE_NONE;
}

bool nt_ice_lists_check(struct nt_ice_agent *a, nt_time now)
{
    for (size_t n = 0; n < a->config.streams; n++) {
        size_t index = (a->session.next_list + n) % a->config.streams;
        enum nt_ice_list_state state = a->session.lists[index].state;
        if ((state == NT_ICE_LIST_RUNNING && check_one(a, index, now)) || (state == NT_ICE_LIST_COMPLETED && check_nominated(a, index, now))) {
            a->session.next_list = index + 1;
            return true;
        }
    }
    return false;
}

bool nt_ice_lists_pending(const struct nt_ice_agent *a)
{
    if ((a->state != NT_ICE_RUNNING && a->state != NT_ICE_COMPLETED) || !a->session.running || a->close_at != NT_TIME_NEVER)
        return false;
    for (size_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        if (!p->listed)
            continue;
        enum nt_ice_list_state state = a->session.lists[nt_ice_pair_own(a, p)->c.stream - 1].state;
        if (state == NT_ICE_LIST_RUNNING && (p->queued != 0 || p->state == NT_ICE_WAITING || p->state == NT_ICE_FROZEN))
            return true;
        if (state == NT_ICE_LIST_COMPLETED && p->queued != 0 && startable(a, p))
            return true;
    }
    return false;
}

/* RFC 8445, 7.2.5.3.3: "The agent MUST set the states for all other Frozen candidate pairs in all checklists with the same
 * foundation to Waiting." */
void nt_ice_lists_unfreeze(struct nt_ice_agent *a, uint32_t pair, nt_time now)
{
    for (uint32_t i = 0; i < a->session.pair_count; i++)
        if (a->session.pairs[i].listed && a->session.pairs[i].state == NT_ICE_FROZEN && nt_ice_pair_same_group(a, i, pair))
            nt_ice_pair_state(a, i, NT_ICE_WAITING, now);
    a->session.tick = now;
}

/* RFC 8445, 8.1.2: once a pair is nominated, "the ICE agent MUST remove all candidate pairs for the same component from the
 * checklist and from the triggered-check queue", and cancel what is In-Progress. Succeeded ones stay: they are valid. So do those
 * that the peer has nominated, too, and that rank higher: 8.1.1 has the last word on them once their checks have ended. */
void nt_ice_lists_conclude(struct nt_ice_agent *a, uint8_t stream, uint16_t component, uint32_t keep, nt_time now)
{
    for (uint32_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        const struct nt_ice_candidate *own = &nt_ice_pair_own(a, p)->c;
        if (i == keep || !p->listed || own->stream != stream || own->component != component)
            continue;
        if (p->nominate && p->priority > a->session.valids[nt_ice_component_of(a, own)->selected].priority)
            continue;
        if (p->state == NT_ICE_SUCCEEDED || p->state == NT_ICE_PAIR_FAILED) {
            nt_ice_check_cancel(a, i);
            a->session.pairs[i].queued = 0;
        } else {
            nt_ice_pair_unlist(a, i, now);
        }
    }
}

static bool all_selected(const struct nt_ice_agent *a, size_t list)
{
    for (size_t c = 0; c < a->config.components; c++)
        if (a->session.lists[list].components[c].selected == NT_ICE_NONE)
            return false;
    return true;
}

/* RFC 8445, 7.2.5.4: "if all of the candidate pairs are in either Failed or Succeeded state, and if there is not a valid pair
 * in the valid list for each component" the check list fails; RFC 8863, 4: not before the PAC timer. */
static bool hopeless(const struct nt_ice_agent *a, size_t list, nt_time now)
{
    if (now - a->session.started < NT_ICE_PAC)
        return false;
    if (nt_ice_expects(a, list)) /* RFC 8838, 8: with trickle, not before both sides have ended gathering */
        return false;
    for (size_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        if (on_list(a, p, list) && (p->queued != 0 || (p->state != NT_ICE_SUCCEEDED && p->state != NT_ICE_PAIR_FAILED)))
            return false;
    }
    for (size_t c = 0; c < a->config.components; c++) {
        bool any = false;
        for (size_t i = 0; i < a->session.valid_count && !any; i++) {
            const struct nt_ice_valid *v = &a->session.valids[i];
            const struct nt_ice_candidate *own = &a->bases.own[v->own].c;
            any = !v->gone && own->stream == list + 1 && own->component == c + 1;
        }
        if (!any)
            return true;
    }
    return false;
}

void nt_ice_lists_update(struct nt_ice_agent *a, nt_time now)
{
    size_t completed = 0, failed = 0;
    if (a->state != NT_ICE_RUNNING)
        return;
    for (size_t i = 0; i < a->config.streams; i++) {
        struct nt_ice_list *list = &a->session.lists[i];
        if (list->state == NT_ICE_LIST_RUNNING && all_selected(a, i))
            list->state = NT_ICE_LIST_COMPLETED;
        else if (list->state == NT_ICE_LIST_RUNNING && hopeless(a, i, now))
            list->state = NT_ICE_LIST_FAILED;
        completed += list->state == NT_ICE_LIST_COMPLETED;
        failed += list->state == NT_ICE_LIST_FAILED;
    }
    if (completed == a->config.streams) {
        nt_ice_set_state(a, NT_ICE_COMPLETED);
        nt_ice_trace(a, NT_TR_ICE_COMPLETED, NULL, NULL, 0, 0, 0, 0, now);
        /* RFC 8445, 8.3.1: "the agent SHOULD wait an additional three seconds" */
        a->session.free_at = nt_time_after(now, 3 * NT_SEC);
        nt_ice_gather_stop(a, now);
    } else if (failed > 0 && completed + failed == a->config.streams) {
        nt_ice_set_state(a, NT_ICE_FAILED);
        nt_ice_trace(a, NT_TR_ICE_FAILED, NULL, NULL, 0, 0, 0, 0, now);
    }
}
