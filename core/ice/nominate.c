#include "core/ice/nominate.h"
#include "core/ice/consent.h"
#include "core/ice/events.h"
#include "core/ice/relay.h"

/* Regular nomination by the rule of the scenario language: the best valid pair when no better one is Frozen, Waiting or
 * In-Progress, or 100 ms after the first valid pair if the best is direct, or 500 ms + 4 RTT if relayed. Valid pairs rank by the
 * priority of their own candidates (7.2.5.3.2), which both agents compute alike; the check-list pairs' priorities, with bases in
 * place of reflexive candidates, differ between them. */
#define DIRECT_WAIT (100 * NT_MSEC)
#define RELAYED_WAIT (500 * NT_MSEC)
#define RELAYED_ROUNDS 4

/* A nomination that has not ended when the role is switched stays open: the peer has accepted ours, or may do so yet, or we have
 * accepted the peer's. */
static bool has_open_nomination(const struct nt_ice_session *s, const struct nt_ice_pair *p)
{
    return p->listed && (p->use_candidate_pending || nt_ice_checks_nominates(nt_ice_session_checks(s), p->number));
}

static bool is_nomination_open(const struct nt_ice_session *s, const struct nt_ice_component *k)
{
    const struct nt_ice_pairs *pairs = nt_ice_session_pairs(s);
    for (size_t i = 0; i < nt_ice_pairs_count(pairs); i++) {
        const struct nt_ice_pair *p = nt_ice_pairs_at(pairs, i);
        if (p->stream == k->stream && p->component == k->component && has_open_nomination(s, p))
            return true;
    }
    return false;
}

/* RFC 8445, 8.1.1: "the agent MUST eventually pick one and only one candidate pair". While a nomination is open, its pair is the
 * only one that can be nominated. */
static const struct nt_ice_valid *find_best_valid(const struct nt_ice_session *s, const struct nt_ice_component *k)
{
    const struct nt_ice_valid *best = NULL;
    bool open = is_nomination_open(s, k);
    for (size_t i = 0; i < k->valid_count; i++) {
        const struct nt_ice_valid *v = &k->valids[i];
        const struct nt_ice_pair *p = v->gone ? NULL : nt_ice_pairs_get(nt_ice_session_pairs(s), v->generator);
        if (p == NULL || p->state != NT_ICE_SUCCEEDED || !p->listed || (open && !has_open_nomination(s, p)))
            continue;
        if (best == NULL || v->priority > best->priority)
            best = v;
    }
    return best;
}

static nt_time due_at(const struct nt_ice_session *s, const struct nt_ice_component *k, const struct nt_ice_valid *v)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_pair *p = nt_ice_pairs_get(nt_ice_session_pairs(s), v->generator);
    bool relayed =
        p->via.relay != NT_ICE_DIRECT || nt_ice_candidates_at(nt_ice_session_remotes(s), v->remote)->c.type == NT_ICE_RELAY;
    if (env->config->nomination_wait != 0)
        return nt_time_after(k->first_valid, env->config->nomination_wait);
    return nt_time_after(k->first_valid, relayed ? RELAYED_WAIT + RELAYED_ROUNDS * p->rtt : DIRECT_WAIT);
}

/* The valid pair that is nominated next; NULL: none yet, or one has been. */
static const struct nt_ice_valid *find_next(const struct nt_ice_session *s, const struct nt_ice_component *k)
{
    bool wants = k->first_valid != NT_TIME_NEVER && k->nominating == 0 && k->selected == NT_ICE_NONE;
    return wants ? find_best_valid(s, k) : NULL;
}

static bool may_nominate(const struct nt_ice_session *s)
{
    return nt_ice_session_state(s) == NT_ICE_SESSION_RUNNING && nt_ice_session_role(s) == NT_ICE_CONTROLLING;
}

/* RFC 8838, 14: with trickle "an implementation MAY choose to wait and see if higher-priority candidates are received". */
static bool is_better_to_come(const struct nt_ice_session *s, const struct nt_ice_component *k, const struct nt_ice_valid *v,
                              bool gathered, nt_time now)
{
    return nt_ice_session_expects(s, k->stream, gathered, now) ||
           nt_ice_pairs_better_to_come(nt_ice_session_pairs(s), k->stream, k->component, v->priority);
}

void nt_ice_nominate_pair(struct nt_ice_session *s, size_t component, uint32_t pair, nt_time now)
{
    struct nt_ice_components *components = nt_ice_session_env(s)->components;
    uint32_t under_way = nt_ice_components_at(components, component)->nominating;
    if (under_way != 0 && under_way != pair)
        nt_ice_pairs_clear_nomination(nt_ice_session_pairs(s), under_way);
    if (nt_ice_session_renominates(s))
        nt_ice_components_name(components, component, pair, nt_ice_components_at(components, component)->nomination + 1);
    nt_ice_components_set_nominating(components, component, pair);
    nt_ice_pairs_set_nominating(nt_ice_session_pairs(s), pair);
    nt_ice_session_recheck(s, pair, now);
}

/* RFC 8445, 8.1.1: "it repeats the connectivity check that produced this valid pair (by enqueueing the pair that generated the
 * check into the triggered-check queue), this time with the USE-CANDIDATE attribute". */
void nt_ice_nominate(struct nt_ice_session *s, bool gathered, nt_time now)
{
    struct nt_ice_components *components = nt_ice_session_env(s)->components;
    if (!may_nominate(s))
        return;
    for (size_t i = 0; i < nt_ice_components_count(components); i++) {
        const struct nt_ice_component *k = nt_ice_components_at(components, i);
        const struct nt_ice_valid *v = find_next(s, k);
        if (v == NULL || (now < due_at(s, k, v) && is_better_to_come(s, k, v, gathered, now)))
            continue;
        nt_ice_nominate_pair(s, i, v->generator, now);
    }
}

/* RFC 8445, 8.1.1: "Once the controlling agent has successfully nominated a candidate pair [...], the agent MUST NOT nominate
 * another pair for same component of the data stream within the ICE session." */
static bool has_nominated_another(const struct nt_ice_session *s, const struct nt_ice_component *k, uint32_t pair)
{
    return !nt_ice_session_renominates(s) && k->own_nomination != 0 && k->own_nomination != pair;
}

void nt_ice_nominate_again(struct nt_ice_session *s, size_t component, nt_time now)
{
    const struct nt_ice_component *k = nt_ice_components_at(nt_ice_session_env(s)->components, component);
    const struct nt_ice_valid *v = nt_ice_component_selected(k);
    const struct nt_ice_pair *p = v != NULL ? nt_ice_pairs_get(nt_ice_session_pairs(s), v->generator) : NULL;
    if (p == NULL || !p->listed || p->state != NT_ICE_SUCCEEDED || has_nominated_another(s, k, p->number))
        return;
    if (nt_ice_session_role(s) == NT_ICE_CONTROLLING)
        nt_ice_nominate_pair(s, component, p->number, now);
}

/* The controlled agent counts by the peer's numbers alone. */
void nt_ice_nominate_switch_role(struct nt_ice_session *s, enum nt_ice_role role, nt_time now)
{
    struct nt_ice_components *components = nt_ice_session_env(s)->components;
    nt_ice_session_switch_role(s, role, now);
    for (size_t i = 0; i < nt_ice_components_count(components); i++) {
        if (role == NT_ICE_CONTROLLED)
            nt_ice_components_name(components, i, 0, 0);
        nt_ice_nominate_again(s, i, now);
    }
}

bool nt_ice_nominate_heed_conflict(struct nt_ice_session *s, enum nt_ice_role role, uint64_t tie_breaker, nt_time now)
{
    bool switches = role == nt_ice_session_role(s);
    if (switches) {
        nt_ice_session_note_conflict(s);
        nt_ice_nominate_switch_role(s, role == NT_ICE_CONTROLLING ? NT_ICE_CONTROLLED : NT_ICE_CONTROLLING, now);
    }
    nt_ice_session_change_tie_breaker(s, tie_breaker);
    return switches;
}

nt_time nt_ice_nominate_deadline(const struct nt_ice_session *s)
{
    const struct nt_ice_components *components = nt_ice_session_env(s)->components;
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; may_nominate(s) && i < nt_ice_components_count(components); i++) {
        const struct nt_ice_component *k = nt_ice_components_at(components, i);
        const struct nt_ice_valid *v = find_next(s, k);
        if (v != NULL)
            at = nt_time_min(at, due_at(s, k, v));
    }
    return at;
}

/* RFC 7675, 5.1: it succeeded so long ago that consent would have been renewed since, as with a late answer or nomination. */
bool nt_ice_nominate_is_stale(const struct nt_ice_session *s, const struct nt_ice_pair *p, nt_time now)
{
    return now - p->answered_at > NT_ICE_CONSENT_LONGEST && !nt_ice_session_env(s)->config->no_consent;
}

/* draft-thatcher-ice-renomination, 4: "The controlled side MUST select the nomination with the largest value contained in the
 * "nomination" attribute. Any value included takes precedence over the lack of a value." 3: "last nomination wins". */
static bool is_overtaken(const struct nt_ice_session *s, const struct nt_ice_component *k, const struct nt_ice_pair *p, nt_time now)
{
    if (k->named == 0 || k->named == p->number)
        return false;
    nt_ice_record_drop(nt_ice_session_env(s)->record, NULL, &nt_ice_candidates_at(nt_ice_session_remotes(s), p->remote)->c.addr,
                       "a nomination that a later one has overtaken", now);
    return true;
}

/* RFC 8445, 7.3.1.5 */
void nt_ice_nominate_heard(struct nt_ice_session *s, uint32_t pair, uint32_t nomination, nt_time now)
{
    struct nt_ice_components *components = nt_ice_session_env(s)->components;
    const struct nt_ice_pair *p = nt_ice_pairs_get(nt_ice_session_pairs(s), pair);
    if (nt_ice_session_role(s) != NT_ICE_CONTROLLED) {
        nt_ice_record_drop(nt_ice_session_env(s)->record, NULL, &nt_ice_candidates_at(nt_ice_session_remotes(s), p->remote)->c.addr,
                           "USE-CANDIDATE of the controlled agent is passed over (RFC 8445, 7.1.2)", now);
        return;
    }
    size_t i = nt_ice_components_place(components, p->stream, p->component);
    const struct nt_ice_component *k = nt_ice_components_at(components, i);
    if (nt_ice_session_renominates(s) && nomination > k->nomination)
        nt_ice_components_name(components, i, pair, nomination);
    nt_ice_components_set_nomination_failed(components, i, NT_TIME_NEVER);
    if (p->state != NT_ICE_SUCCEEDED || nt_ice_nominate_is_stale(s, p, now)) {
        nt_ice_pairs_set_use_candidate_pending(nt_ice_session_pairs(s), pair);
        if (p->state == NT_ICE_SUCCEEDED)
            nt_ice_session_recheck(s, pair, now);
        return;
    }
    for (uint32_t n = (uint32_t)k->valid_count; n-- > 0;)
        if (!k->valids[n].gone && k->valids[n].generator == pair) {
            nt_ice_nominate_select(s, i, n, now);
            return;
        }
}

/* RFC 8445, 8.1.1: of several pairs that the peer nominates, "use the pairs with the highest priority". With an addition that is
 * stated in core/README.md: a selected pair whose consent request got no answer gives way to any later nomination. The peer has
 * then seen that path end, too, and what it nominates in its place is lower, or it would have been first. With failover each later
 * one counts, and with renomination the one of the highest number. */
bool nt_ice_nomination_counts(const struct nt_ice_session *s, size_t component, uint32_t pair, uint64_t priority, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_component *k = nt_ice_components_at(env->components, component);
    const struct nt_ice_valid *selected = nt_ice_component_selected(k);
    if (env->config->failover || (pair != 0 && pair == k->named))
        return true;
    return selected == NULL || nt_ice_consents_doubtful(env->consents, component, now) || priority > selected->priority;
}

static void trace_valid(const struct nt_ice_session *s, enum nt_trace_kind kind, const struct nt_ice_candidate *own,
                        const struct nt_ice_candidate *remote, nt_time now)
{
    nt_ice_record_event(
        nt_ice_session_env(s)->record,
        (struct nt_trace_event){.at = now, .kind = kind, .a = own->addr, .b = remote->addr, .n = {own->stream, own->component}});
}

static bool may_become_backup(const struct nt_ice_pair *p)
{
    return p->way != NT_ICE_WAY_CLOSED && p->state != NT_ICE_SUCCEEDED && p->state != NT_ICE_PAIR_FAILED;
}

/* The check lists have ended: what is still to be checked is so by the triggered-check queue. */
static void keep_checking(struct nt_ice_session *s, const struct nt_ice_pair *p, nt_time now)
{
    if (p->state != NT_ICE_IN_PROGRESS && p->queued == 0)
        nt_ice_session_trigger(s, p->number, now);
}

/* RFC 8445, 8.1.2: once a pair is nominated, "the ICE agent MUST remove all candidate pairs for the same component from the
 * checklist and from the triggered-check queue", and cancel what is In-Progress. Succeeded ones stay: they are valid. So do those
 * of open nominations that rank higher: 8.1.1 has the last word on them once their checks have ended. With failover or renomination
 * all are checked to the end, so that there are others to nominate. */
static void conclude_component(struct nt_ice_session *s, const struct nt_ice_component *k, const struct nt_ice_valid *selected,
                               nt_time now)
{
    struct nt_ice_pairs *pairs = nt_ice_session_pairs(s);
    for (size_t i = 0; i < nt_ice_pairs_count(pairs); i++) {
        const struct nt_ice_pair *p = nt_ice_pairs_at(pairs, i);
        if (p->number == selected->generator || !p->listed || p->stream != k->stream || p->component != k->component)
            continue;
        if (has_open_nomination(s, p) && p->priority > selected->priority)
            continue;
        if (nt_ice_session_keeps_backups(s) && may_become_backup(p)) {
            keep_checking(s, p, now);
            continue;
        }
        nt_ice_checks_cancel(nt_ice_session_checks(s), p->number);
        if (p->state == NT_ICE_SUCCEEDED || p->state == NT_ICE_PAIR_FAILED)
            nt_ice_pairs_dequeue(pairs, p->number);
        else
            nt_ice_pairs_prune(pairs, p->number, "its component has a selected pair", now);
    }
}

/* RFC 8445, 12.1: "If the local candidate is a relayed candidate, it is RECOMMENDED that an agent creates a channel" */
static void bind_channel(const struct nt_ice_session *s, const struct nt_ice_valid *v, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    struct nt_ice_via via = nt_ice_candidates_at(env->own, v->own)->via;
    if (via.relay != NT_ICE_DIRECT)
        nt_ice_relays_bind_channel(env->relays, (uint16_t)via.relay,
                                   &nt_ice_candidates_at(nt_ice_session_remotes(s), v->remote)->c.addr, now);
}

static void select_valid(struct nt_ice_session *s, size_t component, uint32_t valid, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_component *k = nt_ice_components_at(env->components, component);
    const struct nt_ice_valid *v = &k->valids[valid];
    const struct nt_ice_candidate *own = &nt_ice_candidates_at(env->own, v->own)->c,
                                  *remote = &nt_ice_candidates_at(nt_ice_session_remotes(s), v->remote)->c;
    nt_ice_components_select(env->components, component, valid);
    conclude_component(s, k, v, now);
    nt_ice_consents_begin(env->consents, component, nt_ice_pairs_get(nt_ice_session_pairs(s), v->generator)->answered_at, now);
    nt_ice_events_push(
        env->events,
        &(struct nt_ice_event){
            .kind = NT_ICE_EV_SELECTED, .stream = own->stream, .component = own->component, .local = *own, .remote = *remote},
        now);
    trace_valid(s, NT_TR_ICE_SELECTED, own, remote, now);
    bind_channel(s, v, now);
}

void nt_ice_nominate_select(struct nt_ice_session *s, size_t component, uint32_t valid, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_component *k = nt_ice_components_at(env->components, component);
    const struct nt_ice_valid *v = &k->valids[valid];
    nt_ice_pairs_clear_nomination(nt_ice_session_pairs(s), v->generator);
    if (is_overtaken(s, k, nt_ice_pairs_get(nt_ice_session_pairs(s), v->generator), now))
        return;
    nt_ice_components_set_nominating(env->components, component, 0);
    if (!v->nominated)
        trace_valid(s, NT_TR_ICE_NOMINATED, &nt_ice_candidates_at(env->own, v->own)->c,
                    &nt_ice_candidates_at(nt_ice_session_remotes(s), v->remote)->c, now);
    nt_ice_components_nominate(env->components, component, valid);
    if (!nt_ice_consents_lost(env->consents, component) && k->selected != valid &&
        nt_ice_nomination_counts(s, component, v->generator, v->priority, now))
        select_valid(s, component, valid, now);
}
