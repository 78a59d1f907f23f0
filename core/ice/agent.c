#include "core/ice/agent.h"
#include "core/base/err.h"
#include "core/ice/bases.h"
#include "core/ice/config.h"
#include "core/ice/consent.h"
#include "core/ice/events.h"
#include "core/ice/failover.h"
#include "core/ice/form.h"
#include "core/ice/nominate.h"
#include "core/ice/relay.h"

#include <stdlib.h>

/* The pair that carries a component's data, or has done so last. */
struct carried {
    struct nt_addr local, remote; /* unset: none has */
};

struct nt_ice_agent {
    struct nt_ice_config config; /* arrays and texts are the agent's own */
    struct nt_ice_env env;       /* the newest session's */
    struct nt_ice_pacer *pacer;
    struct nt_ice_gather *gather;
    struct nt_ice_sessions *sessions;
    struct nt_ice_data *data;
    enum nt_ice_state state;
    enum nt_ice_exchange exchange;
    bool awaited, told;              /* NT_ICE_EV_LOCAL is to come; our description of this exchange has been had */
    struct nt_ice_peer_offer *offer; /* the peer's that is open within the session, or NULL */
    bool due;                        /* the peer is owed an offer (RFC 8839, 4.3.4) */
    bool restart_due;                /* and, once the exchange has ended, a restart (4.4.2) */
    bool gathered;                   /* before the restart that is open */
    bool down;                       /* no pair has carried data since failure or disconnection */
    struct carried *carried;
    uint32_t seen_selections, seen_generation; /* when `carried` was looked at */
    nt_time deadline;
    nt_time free_at;  /* when allocations that no selected pair uses are released */
    nt_time close_at; /* when the agent is closed at the latest */
};

/* --- its life --- */
static bool make_parts(struct nt_ice_agent *a)
{
    struct nt_ice_env *env = &a->env;
    env->config = &a->config;
    if ((env->record = nt_ice_record_new(&a->config.trace)) == NULL ||
        (env->events = nt_ice_events_new(env->record, (size_t)a->config.streams * a->config.components)) == NULL ||
        (env->outbox = nt_ice_outbox_new(env->record)) == NULL || (env->bases = nt_ice_bases_new(env->record)) == NULL ||
        (env->relays = nt_ice_relays_new(env->config, &a->config.rand)) == NULL ||
        (a->sessions = nt_ice_sessions_new(env, &a->config.rand)) == NULL)
        return false;
    a->env = *nt_ice_session_env(nt_ice_sessions_current(a->sessions));
    return (a->pacer = nt_ice_pacer_new(env)) != NULL && (a->gather = nt_ice_gather_new(env)) != NULL &&
           (a->data = nt_ice_data_new()) != NULL &&
           (a->carried = calloc((size_t)a->config.streams * a->config.components, sizeof *a->carried)) != NULL;
}

struct nt_ice_agent *nt_ice_agent_make(const struct nt_ice_config *config, int *err)
{
    struct nt_ice_agent *a = calloc(1, sizeof *a);
    *err = a != NULL ? nt_ice_config_copy(&a->config, config) : NT_ENOMEM;
    if (*err == NT_OK && !make_parts(a))
        *err = NT_ENOMEM;
    if (*err != NT_OK) {
        nt_ice_agent_unmake(a);
        return NULL;
    }
    a->deadline = a->free_at = a->close_at = NT_TIME_NEVER;
    return a;
}

void nt_ice_agent_unmake(struct nt_ice_agent *a)
{
    if (a == NULL)
        return;
    free(a->carried);
    nt_ice_peer_offer_del(a->offer);
    nt_ice_data_del(a->data);
    nt_ice_sessions_del(a->sessions);
    nt_ice_gather_del(a->gather);
    nt_ice_pacer_del(a->pacer);
    nt_ice_relays_del(a->env.relays);
    nt_ice_bases_del(a->env.bases);
    nt_ice_outbox_del(a->env.outbox);
    nt_ice_events_del(a->env.events);
    nt_ice_record_del(a->env.record);
    nt_ice_config_free(&a->config);
    free(a);
}

static void trace(const struct nt_ice_agent *a, enum nt_trace_kind kind, const char *why, nt_time now)
{
    nt_ice_record_event(a->env.record, (struct nt_trace_event){.at = now, .kind = kind, .text = why});
}

/* --- its parts --- */
const struct nt_ice_env *nt_ice_agent_env(const struct nt_ice_agent *a)
{
    return &a->env;
}

struct nt_ice_pacer *nt_ice_agent_pacer(const struct nt_ice_agent *a)
{
    return a->pacer;
}

struct nt_ice_gather *nt_ice_agent_gather(const struct nt_ice_agent *a)
{
    return a->gather;
}

struct nt_ice_sessions *nt_ice_agent_sessions(const struct nt_ice_agent *a)
{
    return a->sessions;
}

struct nt_ice_session *nt_ice_agent_session(const struct nt_ice_agent *a)
{
    return nt_ice_sessions_current(a->sessions);
}

struct nt_ice_data *nt_ice_agent_data(const struct nt_ice_agent *a)
{
    return a->data;
}

/* --- states --- */
enum nt_ice_state nt_ice_agent_state(const struct nt_ice_agent *a)
{
    return a->state;
}

/* Nothing more is sent. */
static void drop_waiting(struct nt_ice_agent *a, nt_time now)
{
    nt_ice_outbox_clear(a->env.outbox, now);
    for (size_t n = nt_ice_data_clear(a->data); n > 0; n--)
        nt_ice_record_drop(a->env.record, NULL, NULL, "data that waited to leave, at the end of ICE", now);
}

static void set_state(struct nt_ice_agent *a, enum nt_ice_state state, nt_time now)
{
    if (a->state == state)
        return;
    a->state = state;
    if (state == NT_ICE_FAILED || state == NT_ICE_DISCONNECTED) {
        a->down = true;
        drop_waiting(a, now);
    }
    if (state == NT_ICE_CLOSED)
        trace(a, NT_TR_ICE_CLOSED, NULL, now);
    nt_ice_events_push(a->env.events, &(struct nt_ice_event){.kind = NT_ICE_EV_STATE, .state = state}, now);
}

bool nt_ice_agent_is_closing(const struct nt_ice_agent *a)
{
    return a->close_at != NT_TIME_NEVER;
}

static bool is_restarting(const struct nt_ice_agent *a)
{
    return nt_ice_sessions_pending(a->sessions) != NULL;
}

/* Before gathering, and after the end. After failure allocations are kept until the owner closes or restarts. */
bool nt_ice_agent_is_silent(const struct nt_ice_agent *a)
{
    return a->state == NT_ICE_NEW || a->state == NT_ICE_CLOSED;
}

/* Are checks made, or consent kept? */
bool nt_ice_agent_is_checking(const struct nt_ice_agent *a)
{
    return (a->state == NT_ICE_RUNNING || a->state == NT_ICE_COMPLETED) && !nt_ice_agent_is_closing(a);
}

bool nt_ice_agent_is_over(const struct nt_ice_agent *a)
{
    return nt_ice_agent_is_closing(a) || a->state == NT_ICE_FAILED || a->state == NT_ICE_DISCONNECTED;
}

/* All candidates of the interfaces that there are. */
static bool has_gathered(const struct nt_ice_agent *a)
{
    return nt_ice_gather_done(a->gather) || (nt_ice_gather_ready(a->gather) && nt_ice_gather_settled(a->gather));
}

static void tell_gathered(struct nt_ice_agent *a, nt_time now)
{
    nt_ice_events_push(a->env.events, &(struct nt_ice_event){.kind = NT_ICE_EV_GATHERED}, now);
    trace(a, NT_TR_ICE_GATHERED, NULL, now);
    nt_ice_relays_stop_waiting(a->env.relays, now); /* what comes later is no candidate any more */
}

/* RFC 8839, 4.4.3.1.1: "The agent MUST remember the nominated pair in the valid list for each component of the data stream [...]
 * prior to the restart. The agent will continue to send media using this pair". */
static void commit_restart(struct nt_ice_agent *a, nt_time now)
{
    nt_ice_sessions_commit(a->sessions, a->state == NT_ICE_RUNNING || a->state == NT_ICE_COMPLETED, now);
    a->due = false;
    a->free_at = NT_TIME_NEVER; /* what the former session used may be used again */
    nt_ice_record_event(a->env.record, (struct nt_trace_event){.at = now,
                                                               .kind = NT_TR_ICE_RESTARTED,
                                                               .n = {0, 0, nt_ice_record_stats(a->env.record)->restarts + 1}});
}

int nt_ice_agent_form_lists(struct nt_ice_agent *a, nt_time now)
{
    struct nt_ice_session *s = nt_ice_sessions_newest(a->sessions);
    int r = nt_ice_form_lists(s, now);
    if (r != NT_OK || nt_ice_session_state(s) != NT_ICE_SESSION_WAITING)
        return r;
    if (is_restarting(a))
        commit_restart(a, now);
    nt_ice_session_run(s, now);
    nt_ice_pacer_checks_first(a->pacer); /* 6.1.4.2: the first check at once, the permissions after it */
    set_state(a, NT_ICE_RUNNING, now);
    nt_ice_respond_replay(s, now);
    return NT_OK;
}

/* Our candidates are there, and the peer's may have been waiting for them. */
static void form_if_waiting(struct nt_ice_agent *a, nt_time now)
{
    struct nt_ice_session *s = nt_ice_agent_session(a);
    bool waiting = !is_restarting(a) && nt_ice_session_described(s) && nt_ice_session_state(s) == NT_ICE_SESSION_WAITING;
    if (waiting && nt_ice_agent_form_lists(a, now) != NT_OK)
        set_state(a, NT_ICE_FAILED, now);
}

void nt_ice_agent_finish_gathering(struct nt_ice_agent *a, nt_time now)
{
    bool gathers = a->state == NT_ICE_GATHERING || a->state == NT_ICE_RUNNING || is_restarting(a);
    if (!gathers || !nt_ice_gather_finish(a->gather))
        return;
    tell_gathered(a, now);
    form_if_waiting(a, now);
}

/* RFC 8839, 4.3.4: "If there are one or more pairs that do not match, and the peer did not indicate support for the 'ice2'
 * ice-option, the controlling agent MUST generate a subsequent offer"; "If there are one or more checklists with the state set to
 * Failed, the controlling agent MUST generate a subsequent offer in order to remove the associated data streams [...] even if the
 * peer did indicate support". One, whatever the peer answers. */
static bool owes_offer(const struct nt_ice_session *s)
{
    if (nt_ice_session_role(s) != NT_ICE_CONTROLLING || nt_ice_session_has_offered_outcome(s))
        return false;
    return nt_ice_session_state(s) == NT_ICE_SESSION_FAILED || (!nt_ice_session_peer_has_ice2(s) && !nt_ice_session_is_aligned(s));
}

/* RFC 8445, 8.3.1: "the agent SHOULD wait an additional three seconds". The peer may still send over the pairs of the session
 * before a restart: that one goes then, too. */
static void end_with_success(struct nt_ice_agent *a, nt_time now)
{
    set_state(a, NT_ICE_COMPLETED, now);
    trace(a, NT_TR_ICE_COMPLETED, NULL, now);
    a->free_at = nt_time_after(now, 3 * NT_SEC);
    nt_ice_sessions_retire(a->sessions);
    if (!is_restarting(a) && nt_ice_gather_stop(a->gather, now))
        tell_gathered(a, now);
}

void nt_ice_agent_fail(struct nt_ice_agent *a, const char *why, nt_time now)
{
    set_state(a, NT_ICE_FAILED, now);
    trace(a, NT_TR_ICE_FAILED, why, now);
    nt_ice_sessions_forget(a->sessions);
    if (!is_restarting(a))
        nt_ice_gather_stop(a->gather, now);
}

void nt_ice_agent_conclude(struct nt_ice_agent *a, nt_time now)
{
    struct nt_ice_session *s = nt_ice_agent_session(a);
    if (nt_ice_session_state(s) != NT_ICE_SESSION_RUNNING || a->state != NT_ICE_RUNNING)
        return;
    if (nt_ice_session_unpaired(s))
        nt_ice_form_late(s, now);
    bool gathered = is_restarting(a) ? a->gathered : has_gathered(a);
    nt_ice_nominate(s, gathered && !nt_ice_agent_is_closing(a), now);
    switch (nt_ice_session_update(s, gathered, now)) {
    case NT_ICE_SESSION_COMPLETED: end_with_success(a, now); break;
    case NT_ICE_SESSION_FAILED: nt_ice_agent_fail(a, nt_ice_session_why_failed(s), now); break;
    default: return;
    }
    a->due = owes_offer(s);
}

/* Allocations are released, or a transaction's time is over. */
static void close_if_done(struct nt_ice_agent *a, nt_time now)
{
    if (!nt_ice_agent_is_closing(a) || a->state == NT_ICE_CLOSED || (now < a->close_at && !nt_ice_relays_released(a->env.relays)))
        return;
    nt_ice_relays_hang_up(a->env.relays, now);
    set_state(a, NT_ICE_CLOSED, now);
}

void nt_ice_agent_begin(struct nt_ice_agent *a, nt_time now)
{
    set_state(a, NT_ICE_GATHERING, now);
    nt_ice_pacer_start(a->pacer, now);
}

void nt_ice_agent_bound(struct nt_ice_agent *a, nt_time now)
{
    nt_ice_gather_bound(a->gather);
    if (nt_ice_gather_ready(a->gather))
        form_if_waiting(a, now);
    nt_ice_agent_finish_gathering(a, now);
}

static bool has_lost_consent(const struct nt_ice_session *s)
{
    return nt_ice_consents_any_lost(nt_ice_session_env(s)->consents);
}

void nt_ice_agent_heed_consent(struct nt_ice_agent *a, const char *why, nt_time now)
{
    const struct nt_ice_session *former = nt_ice_sessions_former(a->sessions);
    if (nt_ice_agent_is_checking(a) && has_lost_consent(nt_ice_agent_session(a))) {
        trace(a, NT_TR_ICE_DISCONNECTED, why, now);
        set_state(a, NT_ICE_DISCONNECTED, now);
        nt_ice_sessions_forget(a->sessions);
        return;
    }
    if (former == NULL || !has_lost_consent(former))
        return;
    nt_ice_sessions_forget(a->sessions);
    a->down = true;
    trace(a, NT_TR_ICE_DISCONNECTED, why, now);
}

/* While a restart is open its candidates may be those that nothing else uses. */
static nt_time free_at(const struct nt_ice_agent *a)
{
    return is_restarting(a) ? NT_TIME_NEVER : a->free_at;
}

bool nt_ice_agent_takes_free_time(struct nt_ice_agent *a, nt_time now)
{
    if (now < free_at(a))
        return false;
    a->free_at = NT_TIME_NEVER;
    nt_ice_sessions_forget(a->sessions);
    return true;
}

/* --- exchanges within a session --- */
enum nt_ice_exchange nt_ice_agent_exchange(const struct nt_ice_agent *a)
{
    return a->exchange;
}

void nt_ice_agent_open(struct nt_ice_agent *a, enum nt_ice_exchange whose, struct nt_ice_peer_offer *offer)
{
    a->exchange = whose;
    a->offer = offer;
    a->awaited = true;
    a->told = false;
}

/* RFC 8838, 3: full trickle needs to know that the peer does; half trickle's offer is whole. 15: in a restart "the agents can
 * assume that Trickle ICE is still supported if support was determined previously". */
bool nt_ice_agent_is_describable(const struct nt_ice_agent *a, bool offer)
{
    if (a->offer != NULL && nt_ice_peer_offer_waits(a->offer, nt_ice_agent_session(a)))
        return false;
    if (has_gathered(a))
        return true;
    if (!nt_ice_gather_ready(a->gather))
        return false;
    if (is_restarting(a))
        return nt_ice_session_peer_trickles(nt_ice_sessions_pending(a->sessions));
    return !(offer && a->config.trickle == NT_ICE_TRICKLE_HALF);
}

const struct nt_ice_peer_offer *nt_ice_agent_peer_offer(const struct nt_ice_agent *a)
{
    return a->offer;
}

void nt_ice_agent_note_told(struct nt_ice_agent *a)
{
    a->told = true;
    a->restart_due = a->offer != NULL && nt_ice_peer_offer_is_lost(a->offer, nt_ice_agent_session(a));
}

bool nt_ice_agent_has_told(const struct nt_ice_agent *a)
{
    return a->told;
}

static void tell_describable(struct nt_ice_agent *a, nt_time now)
{
    if (!a->awaited || !nt_ice_agent_is_describable(a, a->exchange == NT_ICE_EXCHANGE_OURS))
        return;
    a->awaited = false;
    nt_ice_events_push(a->env.events, &(struct nt_ice_event){.kind = NT_ICE_EV_LOCAL}, now);
}

static void tell_due(struct nt_ice_agent *a, nt_time now)
{
    bool open = a->exchange != NT_ICE_EXCHANGE_NONE || nt_ice_session_offered(nt_ice_agent_session(a));
    if (!(a->due || a->restart_due) || open)
        return;
    nt_ice_events_push(a->env.events, &(struct nt_ice_event){.kind = NT_ICE_EV_OFFER_DUE, .restart = a->restart_due}, now);
    a->due = a->restart_due = false;
}

/* Gathering is for the newest session. */
static void follow_newest(struct nt_ice_agent *a)
{
    a->env = *nt_ice_session_env(nt_ice_sessions_newest(a->sessions));
}

int nt_ice_agent_begin_restart(struct nt_ice_agent *a, nt_time now)
{
    int r = nt_ice_sessions_begin(a->sessions);
    if (r != NT_OK)
        return r;
    a->gathered = has_gathered(a);
    follow_newest(a);
    r = nt_ice_gather_again(a->gather, now);
    if (r == NT_OK) {
        nt_ice_agent_bound(a, now); /* all may be */
        return NT_OK;
    }
    nt_ice_sessions_roll_back(a->sessions);
    follow_newest(a);
    return r;
}

void nt_ice_agent_give_up_restart(struct nt_ice_agent *a, nt_time now)
{
    nt_ice_sessions_roll_back(a->sessions);
    follow_newest(a);
    nt_ice_gather_back(a->gather, now);
    bool over = a->state == NT_ICE_COMPLETED || a->state == NT_ICE_FAILED;
    if (over && nt_ice_gather_stop(a->gather, now) && a->state == NT_ICE_COMPLETED)
        tell_gathered(a, now);
}

void nt_ice_agent_end_exchange(struct nt_ice_agent *a)
{
    a->exchange = NT_ICE_EXCHANGE_NONE;
    a->awaited = a->told = false;
    nt_ice_peer_offer_del(a->offer);
    a->offer = NULL;
    if (nt_ice_session_state(nt_ice_agent_session(a)) == NT_ICE_SESSION_COMPLETED)
        a->due = owes_offer(nt_ice_agent_session(a)); /* default destinations may be others now */
}

void nt_ice_agent_roll_back(struct nt_ice_agent *a, nt_time now)
{
    bool ours = a->exchange == NT_ICE_EXCHANGE_OURS;
    nt_ice_agent_end_exchange(a);
    a->restart_due = false;
    if (!is_restarting(a))
        return;
    nt_ice_agent_give_up_restart(a, now);
    trace(a, NT_TR_ICE_ROLLED_BACK, ours ? "the peer has not taken our offer" : "nothing has come of the peer's offer", now);
}

void nt_ice_agent_close(struct nt_ice_agent *a, nt_time now)
{
    a->close_at = nt_time_after(now, NT_STUN_TI);
    a->free_at = NT_TIME_NEVER;
    nt_ice_agent_end_exchange(a);
    a->due = a->restart_due = false;
    drop_waiting(a, now);
    nt_ice_gather_close(a->gather);
    nt_ice_sessions_roll_back(a->sessions);
    nt_ice_sessions_forget(a->sessions);
    follow_newest(a);
}

/* --- the next deadline --- */
static nt_time checks_deadline(const struct nt_ice_agent *a)
{
    const struct nt_ice_session *s = nt_ice_agent_session(a);
    nt_time at = nt_ice_checks_deadline(nt_ice_session_checks(s)), next = nt_ice_pacer_next(a->pacer);
    if (nt_ice_lists_pending(nt_ice_session_lists(s), nt_ice_session_pairs(s))) {
        nt_time look_at = nt_ice_lists_look_at(nt_ice_session_lists(s));
        at = nt_time_min(at, next > look_at ? next : look_at);
    }
    at = nt_time_min(at, nt_ice_failover_deadline(s));
    if (a->state != NT_ICE_RUNNING)
        return at;
    nt_time patience[] = {nt_time_after(nt_ice_session_started(s), NT_ICE_PAC), nt_ice_session_abandoned_at(s),
                          nt_time_after(nt_ice_session_heard(s), NT_ICE_LAST_CANDIDATE)};
    for (size_t i = 0; i < sizeof patience / sizeof *patience; i++)
        if (!nt_ice_pacer_looked(a->pacer, patience[i]))
            at = nt_time_min(at, patience[i]);
    return nt_time_min(at, nt_ice_nominate_deadline(s));
}

static nt_time consents_deadline(const struct nt_ice_session *s)
{
    return s != NULL ? nt_ice_consents_deadline(nt_ice_session_env(s)->consents) : NT_TIME_NEVER;
}

void nt_ice_agent_reckon_deadline(struct nt_ice_agent *a)
{
    nt_time at = NT_TIME_NEVER, next = nt_ice_pacer_next(a->pacer);
    if (!nt_ice_agent_is_silent(a)) {
        at = nt_time_min(nt_ice_gather_deadline(a->gather, next), nt_ice_relays_deadline(a->env.relays, next));
        if (nt_ice_agent_is_checking(a))
            at = nt_time_min(at, nt_time_min(checks_deadline(a), consents_deadline(nt_ice_agent_session(a))));
        at = nt_time_min(at, consents_deadline(nt_ice_sessions_former(a->sessions)));
        at = nt_time_min(at, nt_time_min(free_at(a), a->close_at));
    }
    a->deadline = at;
}

/* --- which pairs carry data --- */
static void trace_carried(const struct nt_ice_agent *a, enum nt_trace_kind kind, const struct nt_ice_component *k, nt_time now)
{
    const struct carried *c = &a->carried[nt_ice_components_place(a->env.components, k->stream, k->component)];
    nt_ice_record_event(a->env.record, (struct nt_trace_event){
                                           .at = now, .kind = kind, .a = c->local, .b = c->remote, .n = {k->stream, k->component}});
}

/* True: another pair than before. */
static bool note_pair(struct nt_ice_agent *a, size_t i)
{
    const struct nt_ice_session *s = nt_ice_agent_session(a);
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_valid *v = nt_ice_component_selected(nt_ice_components_at(env->components, i));
    struct carried before = a->carried[i];
    if (v == NULL)
        return false;
    a->carried[i].local = nt_ice_candidates_at(env->own, v->own)->c.addr;
    a->carried[i].remote = nt_ice_candidates_at(nt_ice_session_remotes(s), v->remote)->c.addr;
    return nt_addr_is_set(&before.remote) &&
           (!nt_addr_equal(&before.local, &a->carried[i].local) || !nt_addr_equal(&before.remote, &a->carried[i].remote));
}

static void note_carried(struct nt_ice_agent *a, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(nt_ice_agent_session(a));
    uint32_t selections = nt_ice_components_selections(env->components);
    if (selections == a->seen_selections && env->generation == a->seen_generation)
        return;
    a->seen_selections = selections;
    a->seen_generation = env->generation;
    for (size_t i = 0; i < nt_ice_components_count(env->components); i++) {
        const struct nt_ice_component *k = nt_ice_components_at(env->components, i);
        if (!nt_ice_session_carries(nt_ice_agent_session(a), k->stream))
            continue;
        if (note_pair(a, i))
            trace_carried(a, NT_TR_ICE_PAIR_CHANGED, k, now);
        if (a->down)
            trace_carried(a, NT_TR_ICE_RECOVERED, k, now);
        a->down = false;
    }
}

/* What every call ends with. */
void nt_ice_agent_settle(struct nt_ice_agent *a, nt_time now)
{
    nt_ice_agent_conclude(a, now);
    note_carried(a, now);
    tell_describable(a, now);
    tell_due(a, now);
    close_if_done(a, now);
    nt_ice_relays_pull(a->env.relays, now);
    nt_ice_agent_reckon_deadline(a);
}

void nt_ice_agent_set_due(struct nt_ice_agent *a)
{
    a->deadline = 0;
}

nt_time nt_ice_agent_deadline(const struct nt_ice_agent *a)
{
    return a->deadline;
}
