#include "core/ice/ice.h"
#include "core/base/err.h"
#include "core/ice/bases.h"
#include "core/ice/candidates.h"
#include "core/ice/component.h"
#include "core/ice/config.h"
#include "core/ice/consent.h"
#include "core/ice/data.h"
#include "core/ice/describe.h"
#include "core/ice/env.h"
#include "core/ice/events.h"
#include "core/ice/form.h"
#include "core/ice/freshness.h"
#include "core/ice/nominate.h"
#include "core/ice/outcome.h"
#include "core/ice/pacer.h"
#include "core/ice/relay.h"
#include "core/ice/report.h"
#include "core/ice/respond.h"

#include <stdlib.h>
#include <string.h>

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
    uint8_t scratch[NT_ICE_MESSAGE_MAX];
};

/* --- its life --- */
static bool make_parts(struct nt_ice_agent *a)
{
    struct nt_ice_env *env = &a->env;
    size_t components = (size_t)a->config.streams * a->config.components;
    env->config = &a->config;
    env->rand = &a->config.rand;
    if ((env->record = nt_ice_record_new(&a->config.trace)) == NULL || (env->events = nt_ice_events_new(env->record, components)) == NULL ||
        (env->outbox = nt_ice_outbox_new(env->record)) == NULL || (env->bases = nt_ice_bases_new()) == NULL ||
        (env->own = nt_ice_candidates_new(env->record)) == NULL || (env->relays = nt_ice_relays_new(env->config, env->rand)) == NULL ||
        (env->components = nt_ice_components_new(a->config.streams, a->config.components)) == NULL ||
        (env->consents = nt_ice_consents_new(env->config, env->rand, components)) == NULL)
        return false;
    return (a->pacer = nt_ice_pacer_new(env)) != NULL && (a->gather = nt_ice_gather_new(env)) != NULL &&
           (a->session = nt_ice_session_new(env)) != NULL && (a->early = nt_ice_early_new()) != NULL && (a->data = nt_ice_data_new()) != NULL;
}

struct nt_ice_agent *nt_ice_agent_new(const struct nt_ice_config *config, int *err)
{
    struct nt_ice_agent *a = calloc(1, sizeof *a);
    *err = a != NULL ? nt_ice_config_copy(&a->config, config) : NT_ENOMEM;
    if (*err == NT_OK && !make_parts(a))
        *err = NT_ENOMEM;
    if (*err != NT_OK) {
        nt_ice_agent_del(a);
        return NULL;
    }
    a->deadline = a->free_at = a->close_at = NT_TIME_NEVER;
    return a;
}

void nt_ice_agent_del(struct nt_ice_agent *a)
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

static void trace(const struct nt_ice_agent *a, enum nt_trace_kind kind, nt_time now)
{
    nt_ice_record_event(a->env.record, (struct nt_trace_event){.at = now, .kind = kind});
}

/* --- states --- */
static void set_state(struct nt_ice_agent *a, enum nt_ice_state state, nt_time now)
{
    if (a->state == state)
        return;
    a->state = state;
    if (state == NT_ICE_FAILED || state == NT_ICE_DISCONNECTED) { /* nothing more is sent */
        nt_ice_outbox_clear(a->env.outbox);
        nt_ice_data_clear(a->data);
    }
    nt_ice_events_push(a->env.events, &(struct nt_ice_event){.kind = NT_ICE_EV_STATE, .state = state}, now);
}

static bool is_closing(const struct nt_ice_agent *a)
{
    return a->close_at != NT_TIME_NEVER;
}

/* Before gathering, and after the end; after failure nothing is sent until the owner closes. */
static bool is_silent(const struct nt_ice_agent *a)
{
    return a->state == NT_ICE_NEW || a->state == NT_ICE_CLOSED || (a->state == NT_ICE_FAILED && !is_closing(a));
}

/* Are checks made, or consent kept? */
static bool is_checking(const struct nt_ice_agent *a)
{
    return (a->state == NT_ICE_RUNNING || a->state == NT_ICE_COMPLETED) && !is_closing(a);
}

static bool is_over(const struct nt_ice_agent *a)
{
    return is_closing(a) || a->state == NT_ICE_FAILED || a->state == NT_ICE_DISCONNECTED;
}

static void tell_gathered(struct nt_ice_agent *a, nt_time now)
{
    nt_ice_events_push(a->env.events, &(struct nt_ice_event){.kind = NT_ICE_EV_GATHERED}, now);
    trace(a, NT_TR_ICE_GATHERED, now);
}

/* Both sides' candidates are there: the check lists are formed. */
static int form_lists(struct nt_ice_agent *a, nt_time now)
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
    if (waiting && form_lists(a, now) != NT_OK)
        set_state(a, NT_ICE_FAILED, now);
}

static void finish_gathering(struct nt_ice_agent *a, nt_time now)
{
    if ((a->state != NT_ICE_GATHERING && a->state != NT_ICE_RUNNING) || !nt_ice_gather_finish(a->gather))
        return;
    tell_gathered(a, now);
    form_if_waiting(a, now);
}

static void conclude_checks(struct nt_ice_agent *a, nt_time now)
{
    if (nt_ice_session_state(a->session) != NT_ICE_SESSION_RUNNING || a->state != NT_ICE_RUNNING)
        return;
    bool gathered = nt_ice_gather_done(a->gather);
    nt_ice_nominate(a->session, gathered && !is_closing(a), now);
    switch (nt_ice_session_update(a->session, gathered, now)) {
    case NT_ICE_SESSION_COMPLETED:
        set_state(a, NT_ICE_COMPLETED, now);
        trace(a, NT_TR_ICE_COMPLETED, now);
        /* RFC 8445, 8.3.1: "the agent SHOULD wait an additional three seconds" */
        a->free_at = nt_time_after(now, 3 * NT_SEC);
        if (nt_ice_gather_stop(a->gather))
            tell_gathered(a, now);
        break;
    case NT_ICE_SESSION_FAILED:
        set_state(a, NT_ICE_FAILED, now);
        trace(a, NT_TR_ICE_FAILED, now);
        nt_ice_gather_stop(a->gather);
        break;
    default: break;
    }
}

/* Allocations are released, or a transaction's time is over. */
static void close_if_done(struct nt_ice_agent *a, nt_time now)
{
    if (is_closing(a) && a->state != NT_ICE_CLOSED && (now >= a->close_at || nt_ice_relays_released(a->env.relays)))
        set_state(a, NT_ICE_CLOSED, now);
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
    nt_time patience = nt_time_after(nt_ice_session_started(s), NT_ICE_PAC);
    if (!nt_ice_pacer_looked(a->pacer, patience))
        at = nt_time_min(at, patience);
    return nt_time_min(at, nt_ice_nominate_deadline(s));
}

static void reckon_deadline(struct nt_ice_agent *a)
{
    nt_time at = NT_TIME_NEVER, next = nt_ice_pacer_next(a->pacer);
    if (!is_silent(a)) {
        at = nt_time_min(nt_ice_gather_deadline(a->gather, next), nt_ice_relays_deadline(a->env.relays, next));
        if (is_checking(a))
            at = nt_time_min(at, nt_time_min(checks_deadline(a), nt_ice_consents_deadline(a->env.consents)));
        at = nt_time_min(at, nt_time_min(a->free_at, a->close_at));
    }
    a->deadline = at;
}

/* What every call ends with. */
static void settle(struct nt_ice_agent *a, nt_time now)
{
    if (a->state == NT_ICE_RUNNING && nt_ice_session_unpaired(a->session))
        nt_ice_form_late(a->session, now);
    conclude_checks(a, now);
    close_if_done(a, now);
    nt_ice_relays_pull(a->env.relays, now);
    reckon_deadline(a);
}

/* --- what comes in --- */
/* RFC 8445, 12.2: "ICE implementations SHOULD by default be prepared to receive data on any of the candidates": from the peer's, signalled
 * or learnt, on any of ours. The peer may have its pair before we have one. What comes from elsewhere is dropped. */
static void take_data(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const uint8_t *bytes, size_t len, nt_time now)
{
    const struct nt_ice_base *b = nt_ice_bases_at(a->env.bases, via.base);
    const char *why = NULL;
    if (a->state != NT_ICE_RUNNING && a->state != NT_ICE_COMPLETED)
        why = "data while no checks are made";
    else if (nt_ice_candidates_find(nt_ice_session_remotes(a->session), b->stream, b->component, from) == NT_ICE_NONE)
        why = "data from an address that is no candidate of the peer";
    else if (nt_ice_events_data(a->env.events, b->stream, b->component, bytes, len) != NT_OK)
        why = "no memory";
    if (why != NULL)
        nt_ice_record_drop(a->env.record, &b->addr, from, why, now);
}

static const char *take_binding(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const struct nt_stun_msg *m, nt_time now)
{
    if (m->class_ == NT_STUN_INDICATION)
        return NULL; /* a keepalive (RFC 8445, 11) */
    if (m->class_ == NT_STUN_REQUEST) {
        /* RFC 7675, 5.1 and RFC 8445, 8.1.2: after failure or loss of consent nothing is sent. */
        if (is_over(a))
            return "a request after the end of ICE";
        nt_ice_respond(a->session, a->early, via, from, m, now);
        return NULL;
    }
    if (nt_ice_session_described(a->session)) {
        if (is_checking(a) && nt_ice_outcome_response(a->session, via, from, m, now))
            return NULL;
        if (nt_ice_freshness_response(a->session, via, from, m, now))
            return NULL;
    }
    return "a response to no request of ours";
}

/* What came from the peer, straight or through a relay. `m`: parsed, or NULL if it is no STUN message; `broken`: it only looks like one. */
static void take_from_peer(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const uint8_t *bytes, size_t len,
                           nt_time now)
{
    struct nt_stun_msg m;
    if (!nt_stun_looks_like(bytes, len)) {
        take_data(a, via, from, bytes, len, now);
        return;
    }
    const char *why = "a malformed STUN message";
    if (nt_stun_parse(&m, bytes, len) == NT_OK)
        why = m.method == NT_STUN_BINDING ? take_binding(a, via, from, &m, now) : "a STUN message of another method";
    if (why != NULL)
        nt_ice_record_drop(a->env.record, &nt_ice_bases_at(a->env.bases, via.base)->addr, from, why, now);
}

static void take_relay_event(struct nt_ice_agent *a, const struct nt_ice_relay_event *ev, nt_time now)
{
    struct nt_ice_via via = {.base = ev->base, .relay = (int16_t)ev->source};
    switch (ev->kind) {
    case NT_ICE_RELAY_ALLOCATED: nt_ice_gather_allocated(a->gather, ev->source, &ev->mapped, now); break;
    case NT_ICE_RELAY_FAILED:
        nt_ice_gather_refused(a->gather, ev->source, ev->code);
        nt_ice_session_close_way(a->session, via.relay, NULL, now);
        break;
    case NT_ICE_RELAY_OPENED: nt_ice_session_open_way(a->session, via.relay, &ev->peer, now); break;
    case NT_ICE_RELAY_CLOSED: nt_ice_session_close_way(a->session, via.relay, nt_addr_is_set(&ev->peer) ? &ev->peer : NULL, now); break;
    case NT_ICE_RELAY_DATA: take_from_peer(a, via, &ev->peer, ev->bytes, ev->len, now); break;
    default: break;
    }
    finish_gathering(a, now);
}

static void take_relay_events(struct nt_ice_agent *a, nt_time now)
{
    struct nt_ice_relay_event ev;
    while (nt_ice_relays_event(a->env.relays, &ev))
        take_relay_event(a, &ev, now);
}

static void take_datagram(struct nt_ice_agent *a, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_msg m;
    uint16_t base = nt_ice_bases_find(a->env.bases, &path->local);
    if (base == NT_ICE_NO_BASE || is_silent(a)) {
        nt_ice_record_drop(a->env.record, &path->local, &path->remote, base == NT_ICE_NO_BASE ? "no such base" : "the agent is silent", now);
        return;
    }
    bool response = nt_stun_looks_like(bytes, len) && (bytes[0] & 1) != 0; /* the upper bit of the class */
    if (response && nt_stun_parse(&m, bytes, len) == NT_OK && m.class_ >= NT_STUN_SUCCESS && m.method == NT_STUN_BINDING &&
        nt_ice_gather_response(a->gather, base, &path->remote, &m, now)) {
        finish_gathering(a, now);
        return;
    }
    if (nt_ice_relays_input(a->env.relays, base, path, bytes, len, now))
        take_relay_events(a, now);
    else
        take_from_peer(a, (struct nt_ice_via){.base = base, .relay = NT_ICE_DIRECT}, &path->remote, bytes, len, now);
}

static void take_bind(struct nt_ice_agent *a, const struct nt_path *path, bool granted, nt_time now)
{
    if (!nt_ice_bases_answer(a->env.bases, path, granted))
        return;
    bool was_ready = nt_ice_gather_ready(a->gather);
    nt_ice_gather_bound(a->gather);
    if (nt_ice_gather_ready(a->gather) && !was_ready)
        form_if_waiting(a, now);
    finish_gathering(a, now);
}

void nt_ice_input(struct nt_ice_agent *a, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    nt_ice_events_forget_data(a->env.events);
    switch (kind) {
    case NT_IN_DATAGRAM: take_datagram(a, path, bytes, len, now); break;
    case NT_IN_CONNECTED: take_bind(a, path, true, now); break;
    case NT_IN_CLOSED: take_bind(a, path, false, now); break;
    case NT_IN_ICMP:
        if (nt_ice_session_described(a->session))
            nt_ice_outcome_icmp(a->session, path, bytes, len, now);
        break;
    case NT_IN_IF_UP:
        if (a->state == NT_ICE_NEW)
            nt_ice_bases_add_interface(a->env.bases, &path->local);
        break;
    default: break;
    }
    settle(a, now);
}

/* RFC 8445, 8.3: candidates that no selected pair uses are freed. */
static bool is_relay_selected(const struct nt_ice_agent *a, size_t source)
{
    for (size_t i = 0; i < nt_ice_components_count(a->env.components); i++) {
        const struct nt_ice_valid *v = nt_ice_component_selected(nt_ice_components_at(a->env.components, i));
        if (v != NULL && nt_ice_candidates_at(a->env.own, v->own)->via.relay == (int16_t)source)
            return true;
    }
    return false;
}

static void release_allocations(struct nt_ice_agent *a, bool all, nt_time now)
{
    for (uint16_t i = 0; i < nt_ice_relays_count(a->env.relays); i++)
        if (all || !is_relay_selected(a, i))
            nt_ice_relays_release(a->env.relays, i, now);
    take_relay_events(a, now);
}

void nt_ice_timer(struct nt_ice_agent *a, nt_time now)
{
    if (is_silent(a))
        return;
    nt_ice_relays_timer(a->env.relays, now);
    take_relay_events(a, now);
    nt_ice_gather_timer(a->gather, now);
    finish_gathering(a, now);
    if (is_checking(a))
        nt_ice_outcome_timer(a->session, now);
    conclude_checks(a, now);
    if (is_checking(a) && !nt_ice_freshness_timer(a->session, now))
        set_state(a, NT_ICE_DISCONNECTED, now);
    if (now >= a->free_at) {
        a->free_at = NT_TIME_NEVER;
        release_allocations(a, false, now);
    }
    nt_ice_relays_pull(a->env.relays, now);
    nt_ice_pacer_timer(a->pacer, a->gather, is_checking(a) ? a->session : NULL, now);
    settle(a, now);
}

/* --- what goes out --- */
static int build_message(const struct nt_ice_agent *a, const struct nt_ice_message *m, uint8_t *buf, size_t cap)
{
    switch (m->kind) {
    case NT_ICE_MSG_BINDING: return nt_ice_gather_build(a->gather, m, buf, cap);
    case NT_ICE_MSG_CHECK: return nt_ice_checks_build(nt_ice_session_checks(a->session), m, buf, cap);
    case NT_ICE_MSG_ANSWER: return nt_ice_respond_build(a->session, m, buf, cap);
    case NT_ICE_MSG_CONSENT: return nt_ice_freshness_build_consent(a->session, m, buf, cap);
    default: return nt_ice_freshness_build_keepalive(m, buf, cap);
    }
}

/* Sends `bytes` by `via`: as they are, or wrapped for the TURN server. 0: it cannot be sent. */
static size_t send_by(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *to, const uint8_t *bytes, size_t len,
                      struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    const char *why = "longer than the owner's buffer";
    *path = (struct nt_path){.transport = NT_UDP, .local = nt_ice_bases_at(a->env.bases, via.base)->addr, .remote = *to};
    if (via.relay != NT_ICE_DIRECT) {
        size_t n = nt_ice_relays_wrap(a->env.relays, (uint16_t)via.relay, to, bytes, len, path, buf, cap);
        if (n > 0)
            return n;
        why = "the relay has no permission for the peer, or is gone";
    } else if (len <= cap) {
        memmove(buf, bytes, len);
        return len;
    }
    nt_ice_record_drop(a->env.record, &path->local, to, why, now);
    return 0;
}

static void trace_answer(const struct nt_ice_agent *a, const struct nt_ice_message *m, nt_time now)
{
    const struct nt_ice_base *b = nt_ice_bases_at(a->env.bases, m->via.base);
    const struct nt_addr *from = m->via.relay >= 0 ? nt_ice_relays_address(a->env.relays, (uint16_t)m->via.relay) : &b->addr;
    if (m->kind == NT_ICE_MSG_ANSWER && m->code == 0)
        nt_ice_record_event(a->env.record, (struct nt_trace_event){.at = now,
                                                                   .kind = NT_TR_ICE_CHECK_ANSWERED,
                                                                   .a = *from,
                                                                   .b = m->to,
                                                                   .n = {b->stream, b->component}});
}

static size_t next_message(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_ice_message m;
    while (nt_ice_outbox_take(a->env.outbox, &m)) {
        int len = build_message(a, &m, a->scratch, sizeof a->scratch);
        size_t n = len > 0 ? send_by(a, m.via, &m.to, a->scratch, (size_t)len, path, buf, cap, now) : 0;
        if (n == 0)
            continue;
        trace_answer(a, &m, now);
        return n;
    }
    return 0;
}

static size_t next_datagram(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    const struct nt_ice_datagram *d;
    while ((d = nt_ice_data_take(a->data)) != NULL) {
        const struct nt_ice_valid *v = nt_ice_component_selected(nt_ice_components_at(a->env.components, d->component));
        if (v == NULL || nt_ice_consents_lost(a->env.consents, d->component) || is_closing(a)) {
            nt_ice_record_drop(a->env.record, NULL, NULL, "data of a component without a selected pair or consent", now);
            continue;
        }
        const struct nt_addr *to = &nt_ice_candidates_at(v->remotes, v->remote)->c.addr;
        size_t n = send_by(a, nt_ice_candidates_at(a->env.own, v->own)->via, to, d->bytes, d->len, path, buf, cap, now);
        if (n == 0)
            continue;
        nt_ice_consents_sent(a->env.consents, d->component, now);
        return n;
    }
    return 0;
}

static size_t next_of_relays(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    if (is_silent(a))
        return 0;
    nt_ice_relays_pull(a->env.relays, now);
    nt_ice_pacer_output(a->pacer, now);
    return nt_ice_relays_output(a->env.relays, path, buf, cap);
}

size_t nt_ice_output(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    size_t n = next_message(a, path, buf, cap, now);
    if (n == 0)
        n = next_datagram(a, path, buf, cap, now);
    if (n == 0)
        n = next_of_relays(a, path, buf, cap, now);
    if (n == 0)
        reckon_deadline(a);
    return n;
}

nt_time nt_ice_deadline(const struct nt_ice_agent *a)
{
    return a->deadline;
}

int nt_ice_event(struct nt_ice_agent *a, struct nt_ice_event *ev)
{
    bool trickles = a->config.trickle != NT_ICE_TRICKLE_OFF;
    const struct nt_ice_candidate *c = trickles ? nt_ice_candidates_next_gathered(a->env.own) : NULL;
    if (c == NULL)
        return nt_ice_events_pull(a->env.events, ev);
    *ev = (struct nt_ice_event){.kind = NT_ICE_EV_CANDIDATE, .stream = c->stream, .component = c->component, .local = *c};
    return 1;
}

int nt_ice_request(struct nt_ice_agent *a, struct nt_request *req)
{
    return nt_ice_bases_request(a->env.bases, req);
}

/* --- what the owner asks for --- */
int nt_ice_gather(struct nt_ice_agent *a, nt_time now)
{
    if (a->state != NT_ICE_NEW)
        return NT_ESTATE;
    int r = nt_ice_bases_make(a->env.bases, &a->config);
    if (r == NT_OK)
        r = nt_ice_gather_make(a->gather);
    if (r != NT_OK) {
        nt_ice_bases_unmake(a->env.bases);
        return r;
    }
    set_state(a, NT_ICE_GATHERING, now);
    nt_ice_pacer_start(a->pacer, now);
    nt_ice_gather_bound(a->gather);
    if (nt_ice_gather_ready(a->gather))
        form_if_waiting(a, now);
    finish_gathering(a, now);
    settle(a, now);
    return NT_OK;
}

/* RFC 8838, 3: full trickle needs to know that the peer does; half trickle's offer is whole. */
static bool is_describable(const struct nt_ice_agent *a, bool offer)
{
    return nt_ice_gather_done(a->gather) || (nt_ice_gather_ready(a->gather) && !(offer && a->config.trickle == NT_ICE_TRICKLE_HALF));
}

int nt_ice_local(struct nt_ice_agent *a, bool offer, struct nt_ice_description *d)
{
    if (!is_describable(a, offer))
        return NT_ESTATE;
    int r = nt_ice_describe_own(a->session, offer, nt_ice_gather_done(a->gather), d);
    if (nt_ice_session_state(a->session) != NT_ICE_SESSION_WAITING && nt_ice_session_unpaired(a->session))
        a->deadline = 0; /* the timer pairs what was told */
    return r;
}

void nt_ice_set_pacing(struct nt_ice_agent *a, uint32_t pacing_ms)
{
    nt_ice_pacer_set_peer(a->pacer, pacing_ms);
}

/* What the first description says besides. */
static void take_first(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now)
{
    /* RFC 8445, 6.1.1: "If one agent is full and one is lite, the full agent MUST take the controlling role." */
    if (d->lite && nt_ice_session_role(a->session) == NT_ICE_CONTROLLED)
        nt_ice_session_switch_role(a->session, NT_ICE_CONTROLLING, now);
    nt_ice_session_set_peer_trickles(a->session, a->config.trickle != NT_ICE_TRICKLE_OFF && d->trickle);
}

int nt_ice_set_remote(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now)
{
    bool first = !nt_ice_session_described(a->session);
    if (is_over(a))
        return NT_ESTATE;
    int r = nt_ice_session_describe(a->session, d);
    if (r != NT_OK)
        return r;
    r = nt_ice_describe_take(a->session, d, now);
    if (r == NT_OK) {
        nt_ice_pacer_set_peer(a->pacer, d->pacing_ms);
        if (first)
            take_first(a, d, now);
        nt_ice_session_reprice(a->session);
        for (uint8_t i = 0; i < d->stream_count; i++)
            if (!nt_ice_session_peer_trickles(a->session) || d->streams[i].end_of_candidates)
                nt_ice_session_end_peer(a->session, i + 1);
        bool ready = nt_ice_gather_done(a->gather) || nt_ice_gather_ready(a->gather);
        if (ready && a->state != NT_ICE_COMPLETED)
            r = form_lists(a, now);
    }
    if (r != NT_OK && first)
        nt_ice_session_undescribe(a->session);
    settle(a, now);
    return r;
}

static int may_trickle(const struct nt_ice_agent *a)
{
    bool both = nt_ice_session_described(a->session) && nt_ice_session_peer_trickles(a->session);
    return both && !is_over(a) ? NT_OK : NT_ESTATE;
}

int nt_ice_trickle(struct nt_ice_agent *a, struct nt_ice_description *d, nt_time now)
{
    int r = may_trickle(a);
    if (r != NT_OK)
        return r;
    r = nt_ice_describe_fragment(a->session, nt_ice_gather_done(a->gather), d);
    settle(a, now);
    return r;
}

int nt_ice_add_remote(struct nt_ice_agent *a, const struct nt_ice_description *fragment, nt_time now)
{
    int r = may_trickle(a);
    if (r == NT_OK)
        r = nt_ice_describe_take_fragment(a->session, fragment, now);
    if (r != NT_OK)
        return r;
    nt_ice_session_reprice(a->session);
    nt_ice_session_set_unpaired(a->session, true);
    settle(a, now);
    return NT_OK;
}

int nt_ice_send(struct nt_ice_agent *a, uint8_t stream, uint16_t component, const uint8_t *bytes, size_t len, nt_time now)
{
    (void)now;
    if (stream == 0 || stream > a->config.streams || component == 0 || component > a->config.components || len == 0)
        return NT_EINVAL;
    if (!is_checking(a) || nt_ice_lists_state(nt_ice_session_lists(a->session), stream) != NT_ICE_LIST_COMPLETED)
        return NT_ESTATE;
    return nt_ice_data_put(a->data, nt_ice_components_place(a->env.components, stream, component), bytes, len);
}

void nt_ice_close(struct nt_ice_agent *a, nt_time now)
{
    if (is_closing(a) || a->state == NT_ICE_CLOSED)
        return;
    a->close_at = nt_time_after(now, NT_STUN_TI);
    a->free_at = NT_TIME_NEVER;
    nt_ice_outbox_clear(a->env.outbox);
    nt_ice_data_clear(a->data);
    nt_ice_gather_close(a->gather);
    release_allocations(a, true, now);
    settle(a, now);
}

/* --- what it is --- */
enum nt_ice_state nt_ice_state(const struct nt_ice_agent *a)
{
    return a->state;
}

enum nt_ice_role nt_ice_role(const struct nt_ice_agent *a)
{
    return nt_ice_session_role(a->session);
}

struct nt_ice_stats nt_ice_stats(const struct nt_ice_agent *a)
{
    return *nt_ice_record_stats(a->env.record);
}

size_t nt_ice_candidate_count(const struct nt_ice_agent *a)
{
    return nt_ice_candidates_settled(a->env.own);
}

const struct nt_ice_candidate *nt_ice_candidate_at(const struct nt_ice_agent *a, size_t i)
{
    return nt_ice_report_candidate(&a->env, i);
}

size_t nt_ice_pair_count(const struct nt_ice_agent *a)
{
    return nt_ice_report_pair_count(a->session);
}

void nt_ice_pair_at(const struct nt_ice_agent *a, size_t i, struct nt_ice_pair_info *info)
{
    nt_ice_report_pair(a->session, i, info);
}

bool nt_ice_selected(const struct nt_ice_agent *a, uint8_t stream, uint16_t component, struct nt_ice_candidate *local,
                     struct nt_ice_candidate *remote)
{
    if (stream == 0 || stream > a->config.streams || component == 0 || component > a->config.components)
        return false;
    const struct nt_ice_valid *v = nt_ice_component_selected(nt_ice_components_of(a->env.components, stream, component));
    if (v == NULL)
        return false;
    *local = nt_ice_candidates_at(a->env.own, v->own)->c;
    *remote = nt_ice_candidates_at(v->remotes, v->remote)->c;
    return true;
}
