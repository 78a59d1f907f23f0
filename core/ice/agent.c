#include "core/ice/agent.h"
#include "core/base/err.h"
#include "core/ice/bases.h"
#include "core/ice/config.h"
#include "core/ice/consent.h"
#include "core/ice/events.h"
#include "core/ice/form.h"
#include "core/ice/nominate.h"
#include "core/ice/relay.h"

#include <stdlib.h>

struct nt_ice_agent {
    struct nt_ice_config config; /* arrays and texts are the agent's own */
    struct nt_ice_env env;
    struct nt_ice_pacer *pacer;
    struct nt_ice_gather *gather;
    struct nt_ice_session *session;
    struct nt_ice_early *early;
    struct nt_ice_data *data;
    enum nt_ice_state state;
    nt_time deadline;
    nt_time free_at;  /* when allocations that no selected pair uses are released */
    nt_time close_at; /* when the agent is closed at the latest */
};

/* --- its life --- */
static bool make_parts(struct nt_ice_agent *a)
{
    struct nt_ice_env *env = &a->env;
    size_t components = (size_t)a->config.streams * a->config.components;
    env->config = &a->config;
    env->rand = &a->config.rand;
    if ((env->record = nt_ice_record_new(&a->config.trace)) == NULL ||
        (env->events = nt_ice_events_new(env->record, components)) == NULL ||
        (env->outbox = nt_ice_outbox_new(env->record)) == NULL || (env->bases = nt_ice_bases_new(env->record)) == NULL ||
        (env->own = nt_ice_candidates_new(env->record)) == NULL ||
        (env->relays = nt_ice_relays_new(env->config, env->rand)) == NULL ||
        (env->components = nt_ice_components_new(a->config.streams, a->config.components)) == NULL ||
        (env->consents = nt_ice_consents_new(env->config, env->rand, components)) == NULL)
        return false;
    return (a->pacer = nt_ice_pacer_new(env)) != NULL && (a->gather = nt_ice_gather_new(env)) != NULL &&
           (a->session = nt_ice_session_new(env)) != NULL && (a->early = nt_ice_early_new()) != NULL &&
           (a->data = nt_ice_data_new()) != NULL;
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
    nt_ice_data_del(a->data);
    nt_ice_early_del(a->early);
    nt_ice_session_del(a->session);
    nt_ice_gather_del(a->gather);
    nt_ice_pacer_del(a->pacer);
    nt_ice_consents_del(a->env.consents);
    nt_ice_components_del(a->env.components);
    nt_ice_relays_del(a->env.relays);
    nt_ice_candidates_del(a->env.own);
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

struct nt_ice_session *nt_ice_agent_session(const struct nt_ice_agent *a)
{
    return a->session;
}

struct nt_ice_early *nt_ice_agent_early(const struct nt_ice_agent *a)
{
    return a->early;
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
    if (state == NT_ICE_FAILED || state == NT_ICE_DISCONNECTED)
        drop_waiting(a, now);
    nt_ice_events_push(a->env.events, &(struct nt_ice_event){.kind = NT_ICE_EV_STATE, .state = state}, now);
}

bool nt_ice_agent_is_closing(const struct nt_ice_agent *a)
{
    return a->close_at != NT_TIME_NEVER;
}

/* Before gathering, and after the end; after failure nothing is sent until the owner closes. */
bool nt_ice_agent_is_silent(const struct nt_ice_agent *a)
{
    return a->state == NT_ICE_NEW || a->state == NT_ICE_CLOSED || (a->state == NT_ICE_FAILED && !nt_ice_agent_is_closing(a));
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

static void tell_gathered(struct nt_ice_agent *a, nt_time now)
{
    nt_ice_events_push(a->env.events, &(struct nt_ice_event){.kind = NT_ICE_EV_GATHERED}, now);
    trace(a, NT_TR_ICE_GATHERED, NULL, now);
    nt_ice_relays_stop_waiting(a->env.relays, now); /* what comes later is no candidate any more */
}

/* Both sides' candidates are there: the check lists are formed. */
int nt_ice_agent_form_lists(struct nt_ice_agent *a, nt_time now)
{
    int r = nt_ice_form_lists(a->session, now);
    if (r != NT_OK || nt_ice_session_state(a->session) != NT_ICE_SESSION_WAITING)
        return r;
    nt_ice_session_run(a->session, now);
    nt_ice_pacer_checks_first(a->pacer); /* 6.1.4.2: the first check at once, the permissions after it */
    set_state(a, NT_ICE_RUNNING, now);
    nt_ice_respond_replay(a->session, a->early, now);
    return NT_OK;
}

/* Our candidates are there, and the peer's may have been waiting for them. */
static void form_if_waiting(struct nt_ice_agent *a, nt_time now)
{
    bool waiting = nt_ice_session_described(a->session) && nt_ice_session_state(a->session) == NT_ICE_SESSION_WAITING;
    if (waiting && nt_ice_agent_form_lists(a, now) != NT_OK)
        set_state(a, NT_ICE_FAILED, now);
}

void nt_ice_agent_finish_gathering(struct nt_ice_agent *a, nt_time now)
{
    if ((a->state != NT_ICE_GATHERING && a->state != NT_ICE_RUNNING) || !nt_ice_gather_finish(a->gather))
        return;
    tell_gathered(a, now);
    form_if_waiting(a, now);
}

void nt_ice_agent_conclude(struct nt_ice_agent *a, nt_time now)
{
    if (nt_ice_session_state(a->session) != NT_ICE_SESSION_RUNNING || a->state != NT_ICE_RUNNING)
        return;
    bool gathered = nt_ice_gather_done(a->gather);
    nt_ice_nominate(a->session, gathered && !nt_ice_agent_is_closing(a), now);
    switch (nt_ice_session_update(a->session, gathered, now)) {
    case NT_ICE_SESSION_COMPLETED:
        set_state(a, NT_ICE_COMPLETED, now);
        trace(a, NT_TR_ICE_COMPLETED, NULL, now);
        /* RFC 8445, 8.3.1: "the agent SHOULD wait an additional three seconds" */
        a->free_at = nt_time_after(now, 3 * NT_SEC);
        if (nt_ice_gather_stop(a->gather, now))
            tell_gathered(a, now);
        break;
    case NT_ICE_SESSION_FAILED:
        set_state(a, NT_ICE_FAILED, now);
        trace(a, NT_TR_ICE_FAILED, nt_ice_session_why_failed(a->session), now);
        nt_ice_gather_stop(a->gather, now);
        break;
    default: break;
    }
}

/* Allocations are released, or a transaction's time is over. */
static void close_if_done(struct nt_ice_agent *a, nt_time now)
{
    if (nt_ice_agent_is_closing(a) && a->state != NT_ICE_CLOSED && (now >= a->close_at || nt_ice_relays_released(a->env.relays)))
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

void nt_ice_agent_heed_consent(struct nt_ice_agent *a, nt_time now)
{
    if (nt_ice_agent_is_checking(a) && nt_ice_consents_any_lost(a->env.consents))
        set_state(a, NT_ICE_DISCONNECTED, now);
}

bool nt_ice_agent_takes_free_time(struct nt_ice_agent *a, nt_time now)
{
    if (now < a->free_at)
        return false;
    a->free_at = NT_TIME_NEVER;
    return true;
}

void nt_ice_agent_close(struct nt_ice_agent *a, nt_time now)
{
    a->close_at = nt_time_after(now, NT_STUN_TI);
    a->free_at = NT_TIME_NEVER;
    drop_waiting(a, now);
    nt_ice_gather_close(a->gather);
}

/* --- the next deadline --- */
static nt_time checks_deadline(const struct nt_ice_agent *a)
{
    const struct nt_ice_session *s = a->session;
    nt_time at = nt_ice_checks_deadline(nt_ice_session_checks(s)), next = nt_ice_pacer_next(a->pacer);
    if (nt_ice_lists_pending(nt_ice_session_lists(s), nt_ice_session_pairs(s))) {
        nt_time look_at = nt_ice_lists_look_at(nt_ice_session_lists(s));
        at = nt_time_min(at, next > look_at ? next : look_at);
    }
    if (a->state != NT_ICE_RUNNING)
        return at;
    nt_time patience[] = {nt_time_after(nt_ice_session_started(s), NT_ICE_PAC), nt_ice_session_abandoned_at(s),
                          nt_time_after(nt_ice_session_heard(s), NT_ICE_LAST_CANDIDATE)};
    for (size_t i = 0; i < sizeof patience / sizeof *patience; i++)
        if (!nt_ice_pacer_looked(a->pacer, patience[i]))
            at = nt_time_min(at, patience[i]);
    return nt_time_min(at, nt_ice_nominate_deadline(s));
}

void nt_ice_agent_reckon_deadline(struct nt_ice_agent *a)
{
    nt_time at = NT_TIME_NEVER, next = nt_ice_pacer_next(a->pacer);
    if (!nt_ice_agent_is_silent(a)) {
        at = nt_time_min(nt_ice_gather_deadline(a->gather, next), nt_ice_relays_deadline(a->env.relays, next));
        if (nt_ice_agent_is_checking(a))
            at = nt_time_min(at, nt_time_min(checks_deadline(a), nt_ice_consents_deadline(a->env.consents)));
        at = nt_time_min(at, nt_time_min(a->free_at, a->close_at));
    }
    a->deadline = at;
}

/* What every call ends with. */
void nt_ice_agent_settle(struct nt_ice_agent *a, nt_time now)
{
    if (a->state == NT_ICE_RUNNING && nt_ice_session_unpaired(a->session))
        nt_ice_form_late(a->session, now);
    nt_ice_agent_conclude(a, now);
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
