#include "core/ice/inbound.h"
#include "core/base/bytes.h"
#include "core/base/err.h"
#include "core/ice/bases.h"
#include "core/ice/events.h"
#include "core/ice/failover.h"
#include "core/ice/freshness.h"
#include "core/ice/outcome.h"
#include "core/ice/relay.h"

static const struct nt_why no_checks = {NT_DISCARD_STATE, "data while no checks are made"},
                           no_candidate = {NT_DISCARD_SOURCE, "data from an address that is no candidate of the peer"},
                           no_memory = {NT_DISCARD_NO_ROOM, "no memory"},
                           no_request = {NT_DISCARD_NO_TRANSACTION, "a response that no request of ours waits for"},
                           over = {NT_DISCARD_STATE, "a request after the end of ICE"},
                           relayed_error = {NT_DISCARD_UNRELATED, "an ICMP error that the relay reports fails no pair"},
                           other_method = {NT_DISCARD_UNSUPPORTED, "a STUN message of another method"},
                           no_base = {NT_DISCARD_NO_RECIPIENT, "no such base"},
                           no_connection = {NT_DISCARD_NO_RECIPIENT, "no such connection"},
                           silent = {NT_DISCARD_STATE, "the agent is silent"};

static bool is_candidate_of(const struct nt_ice_session *s, const struct nt_ice_base *b, const struct nt_addr *from)
{
    return nt_ice_candidates_find(nt_ice_session_remotes(s), b->stream, b->component, from) != NT_ICE_NONE;
}

/* On a stream that goes on without ICE, data may come from anywhere. After a restart they come over the former session's pairs
 * until the peer has selected its new ones, and a little longer. */
static bool is_from_peer(const struct nt_ice_agent *a, const struct nt_ice_base *b, const struct nt_addr *from)
{
    const struct nt_ice_session *s = nt_ice_agent_session(a), *former = nt_ice_sessions_former(nt_ice_agent_sessions(a));
    return !nt_ice_session_uses_ice(s, b->stream) || is_candidate_of(s, b, from) ||
           (former != NULL && is_candidate_of(former, b, from));
}

/* RFC 8445, 12.2: "ICE implementations SHOULD by default be prepared to receive data on any of the candidates": from the peer's,
 * signalled or learnt, on any of ours. The peer may have its pair before we have one. What comes from elsewhere is dropped. */
static void take_data(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const uint8_t *bytes, size_t len,
                      nt_time now)
{
    const struct nt_ice_base *b = nt_ice_bases_at(nt_ice_agent_env(a)->bases, via.base);
    const struct nt_why *why = NULL;
    if (nt_ice_agent_state(a) != NT_ICE_RUNNING && nt_ice_agent_state(a) != NT_ICE_COMPLETED)
        why = &no_checks;
    else if (!is_from_peer(a, b, from))
        why = &no_candidate;
    else if (nt_ice_events_data(nt_ice_agent_env(a)->events, b->stream, b->component, bytes, len) != NT_OK)
        why = &no_memory;
    if (why != NULL)
        nt_ice_record_discard(nt_ice_agent_env(a)->record, why, &b->addr, from, now);
}

/* Consent of the former session's pairs is asked for as long as they carry data. */
static bool take_response_of_former(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from,
                                    const struct nt_stun_msg *m, nt_time now)
{
    struct nt_ice_session *former = nt_ice_sessions_former(nt_ice_agent_sessions(a));
    return former != NULL && nt_ice_freshness_response(former, via, from, m, now);
}

/* NULL: taken; otherwise why it is dropped. */
static const struct nt_why *take_response(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from,
                                          const struct nt_stun_msg *m, nt_time now)
{
    struct nt_ice_session *s = nt_ice_agent_session(a);
    if (via.relay == NT_ICE_DIRECT && nt_ice_gather_response(nt_ice_agent_gather(a), via.base, from, m, now)) {
        nt_ice_inbound_relay_events(a, now); /* it may show that an allocation is lost */
        nt_ice_agent_finish_gathering(a, now);
        return NULL;
    }
    if (!nt_ice_session_described(s))
        return &no_request;
    bool taken = (nt_ice_agent_is_checking(a) && nt_ice_outcome_response(s, via, from, m, now)) ||
                 nt_ice_freshness_response(s, via, from, m, now) || nt_ice_failover_response(s, via, from, m, now) ||
                 take_response_of_former(a, via, from, m, now);
    nt_ice_agent_heed_consent(a, NT_ICE_CONSENT_LOST, now);
    return taken ? NULL : &no_request;
}

/* RFC 5389, 12.1: what RFC 3489 left in responses is passed over. */
static void tell_old(const struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const struct nt_stun_msg *m,
                     nt_time now)
{
    const struct nt_addr *base = &nt_ice_bases_at(nt_ice_agent_env(a)->bases, via.base)->addr;
    for (unsigned i = 0; m->old_count > 0 && i < m->count; i++)
        if (nt_stun_attr_is_old(m->attrs[i].type))
            nt_ice_record_event(nt_ice_agent_env(a)->record, (struct nt_trace_event){.at = now,
                                                                                     .kind = NT_TR_STUN_PASSED_OVER,
                                                                                     .a = *base,
                                                                                     .b = *from,
                                                                                     .n = {m->attrs[i].type},
                                                                                     .text = nt_stun_attr_name(m->attrs[i].type)});
}

/* Checks of several generations come side by side. One that has no user name of ours is the current session's to refuse. */
static struct nt_ice_session *session_of(const struct nt_ice_agent *a, const struct nt_stun_msg *m)
{
    const struct nt_stun_attr *user = nt_stun_find(m, NT_ATTR_USERNAME);
    struct nt_ice_session *s = user != NULL ? nt_ice_sessions_named(nt_ice_agent_sessions(a), user->value, user->len) : NULL;
    return s != NULL ? s : nt_ice_agent_session(a);
}

static const struct nt_why *take_binding(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from,
                                         const struct nt_stun_msg *m, nt_time now)
{
    if (m->class_ == NT_STUN_INDICATION)
        return NULL; /* a keepalive (RFC 8445, 11) */
    if (m->class_ != NT_STUN_REQUEST) {
        const struct nt_why *why = take_response(a, via, from, m, now);
        if (why == NULL)
            tell_old(a, via, from, m, now);
        return why;
    }
    struct nt_ice_session *s = session_of(a, m);
    /* RFC 7675, 5.1 and RFC 8445, 8.1.2: after failure or loss of consent nothing is sent. */
    if (nt_ice_agent_is_closing(a) || (nt_ice_agent_is_over(a) && s != nt_ice_sessions_pending(nt_ice_agent_sessions(a))))
        return &over;
    nt_ice_respond(s, via, from, m, now);
    return NULL;
}

/* What came straight, or what a relay carried. */
static void take_message(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const uint8_t *bytes,
                         size_t len, nt_time now)
{
    struct nt_stun_msg m;
    if (!nt_stun_looks_like(bytes, len)) {
        take_data(a, via, from, bytes, len, now);
        return;
    }
    int err = nt_stun_parse(&m, bytes, len);
    const struct nt_why *why = nt_stun_flaw(err);
    if (err == NT_OK)
        why = m.method == NT_STUN_BINDING                                ? take_binding(a, via, from, &m, now)
              : m.class_ == NT_STUN_SUCCESS || m.class_ == NT_STUN_ERROR ? &no_request
                                                                         : &other_method;
    if (why != NULL)
        nt_ice_record_discard(nt_ice_agent_env(a)->record, why, &nt_ice_bases_at(nt_ice_agent_env(a)->bases, via.base)->addr, from,
                              now);
}

/* "Fragmentation needed" (RFC 792), "packet too big" (RFC 4443, 3.2). */
static bool is_too_big(uint8_t family, uint8_t type, uint8_t code)
{
    return family == NT_AF_IPV4 ? type == 3 && code == 4 : type == 2;
}

/* RFC 1122, 4.1.3.3: the application is told; and of what a relay reports, RFC 8656, 11.6: "the client signals the application of
 * the error condition". */
static void tell_too_big(struct nt_ice_agent *a, const struct nt_addr *local, const struct nt_addr *remote, uint32_t mtu,
                         nt_time now)
{
    const struct nt_ice_event ev = {.kind = NT_ICE_EV_TOO_BIG, .local.addr = *local, .remote.addr = *remote, .mtu = mtu};
    nt_ice_events_push(nt_ice_agent_env(a)->events, &ev, now);
}

static void take_relayed_icmp(struct nt_ice_agent *a, const struct nt_ice_relay_event *ev, nt_time now)
{
    const struct nt_addr *relayed = nt_ice_relays_address(nt_ice_agent_env(a)->relays, ev->source);
    if (is_too_big(ev->peer.family, ev->icmp_type, ev->icmp_code))
        tell_too_big(a, relayed, &ev->peer, ev->mtu, now);
    else
        nt_ice_record_discard(nt_ice_agent_env(a)->record, &relayed_error, relayed, &ev->peer, now);
}

static void take_relay_event(struct nt_ice_agent *a, const struct nt_ice_relay_event *ev, nt_time now)
{
    struct nt_ice_via via = {.base = ev->base, .relay = (int16_t)ev->source};
    switch (ev->kind) {
    case NT_ICE_RELAY_ALLOCATED: nt_ice_gather_allocated(nt_ice_agent_gather(a), ev->source, ev->base, &ev->mapped, now); break;
    case NT_ICE_RELAY_STANDS: nt_ice_gather_stands(nt_ice_agent_gather(a), ev->source); break;
    case NT_ICE_RELAY_MOVE:
        nt_ice_relays_move(nt_ice_agent_env(a)->relays, ev->source, nt_ice_bases_add_spare(nt_ice_agent_env(a)->bases, ev->base),
                           now);
        break;
    case NT_ICE_RELAY_FAILED:
        nt_ice_gather_refused(nt_ice_agent_gather(a), ev->source, ev->code, now);
        nt_ice_sessions_retire_way(nt_ice_agent_sessions(a), via);
        nt_ice_session_close_way(nt_ice_agent_session(a), via.relay, NULL, now);
        break;
    case NT_ICE_RELAY_OPENED: nt_ice_session_open_way(nt_ice_agent_session(a), via.relay, &ev->peer, now); break;
    case NT_ICE_RELAY_CLOSED:
        if (!nt_addr_is_set(&ev->peer)) /* it is released */
            nt_ice_sessions_retire_way(nt_ice_agent_sessions(a), via);
        nt_ice_session_close_way(nt_ice_agent_session(a), via.relay, nt_addr_is_set(&ev->peer) ? &ev->peer : NULL, now);
        break;
    case NT_ICE_RELAY_ICMP: take_relayed_icmp(a, ev, now); break;
    case NT_ICE_RELAY_DATA: take_message(a, via, &ev->peer, ev->bytes, ev->len, now); break;
    default: break;
    }
    nt_ice_agent_finish_gathering(a, now);
}

void nt_ice_inbound_relay_events(struct nt_ice_agent *a, nt_time now)
{
    struct nt_ice_relay_event ev;
    while (nt_ice_relays_event(nt_ice_agent_env(a)->relays, &ev))
        take_relay_event(a, &ev, now);
}

void nt_ice_inbound_datagram(struct nt_ice_agent *a, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    uint16_t base = nt_ice_bases_find(nt_ice_agent_env(a)->bases, &path->local);
    if (base == NT_ICE_NO_BASE || nt_ice_agent_is_silent(a))
        nt_ice_record_discard(nt_ice_agent_env(a)->record, base == NT_ICE_NO_BASE ? &no_base : &silent, &path->local, &path->remote,
                              now);
    else if (nt_ice_relays_input(nt_ice_agent_env(a)->relays, base, path, bytes, len, now))
        nt_ice_inbound_relay_events(a, now);
    else
        take_message(a, (struct nt_ice_via){.base = base, .relay = NT_ICE_DIRECT}, &path->remote, bytes, len, now);
}

void nt_ice_inbound_icmp(struct nt_ice_agent *a, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    static const struct nt_why early = {NT_DISCARD_UNUSED, "an ICMP error before there are checks"};
    struct nt_ice_session *s = nt_ice_agent_session(a);
    if (len >= NT_ICMP_INPUT && is_too_big(path->local.family, bytes[0], bytes[1])) {
        tell_too_big(a, &path->local, &path->remote, nt_load32(bytes + 2), now);
        return;
    }
    const struct nt_why *why = nt_ice_session_described(s) ? nt_ice_outcome_icmp(s, path, bytes, len, now) : &early;
    if (why != NULL)
        nt_ice_record_discard(nt_ice_agent_env(a)->record, why, &path->local, &path->remote, now);
}

void nt_ice_inbound_bind(struct nt_ice_agent *a, const struct nt_path *path, bool granted, nt_time now)
{
    if (!nt_ice_bases_answer(nt_ice_agent_env(a)->bases, path, granted)) {
        nt_ice_record_drop(nt_ice_agent_env(a)->record, &path->local, NULL, "an answer to no bind request of ours", now);
        return;
    }
    if (!granted)
        nt_ice_record_drop(nt_ice_agent_env(a)->record, &path->local, NULL, "a port is refused: it has no candidates", now);
    uint16_t base = (uint16_t)(path->id - 1);
    bool bound = nt_ice_bases_at(nt_ice_agent_env(a)->bases, base)->state == NT_ICE_BASE_BOUND;
    nt_ice_relays_bound(nt_ice_agent_env(a)->relays, base, bound ? &path->local : NULL, now);
    nt_ice_agent_bound(a, now);
    nt_ice_inbound_relay_events(a, now);
}

void nt_ice_inbound_connection(struct nt_ice_agent *a, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes,
                               size_t len, nt_time now)
{
    if (nt_ice_agent_is_silent(a) || !nt_ice_relays_heard(nt_ice_agent_env(a)->relays, path, kind, bytes, len, now))
        nt_ice_record_discard(nt_ice_agent_env(a)->record, nt_ice_agent_is_silent(a) ? &silent : &no_connection, &path->local,
                              &path->remote, now);
    else
        nt_ice_inbound_relay_events(a, now);
}

/* --- interfaces (RFC 8445, 5.1.1.4) --- */
static void trace_interface(const struct nt_ice_agent *a, const struct nt_addr *addr, enum nt_ice_interface_change change,
                            const char *what, nt_time now)
{
    nt_ice_record_event(
        nt_ice_agent_env(a)->record,
        (struct nt_trace_event){.at = now, .kind = NT_TR_ICE_INTERFACE, .a = *addr, .n = {0, 0, (int64_t)change}, .text = what});
}

static void tell_interface(struct nt_ice_agent *a, const struct nt_addr *addr, enum nt_ice_interface_change change,
                           const char *what, nt_time now)
{
    const struct nt_ice_event ev = {.kind = NT_ICE_EV_INTERFACE, .interface = change, .local = {.addr = *addr}};
    trace_interface(a, addr, change, what, now);
    nt_ice_events_push(nt_ice_agent_env(a)->events, &ev, now);
}

/* "acquire new candidates as appropriate when new interfaces appear" */
static void take_up(struct nt_ice_agent *a, const struct nt_addr *addr, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_agent_env(a);
    int r = nt_ice_bases_make(env->bases, env->config);
    if (r == NT_OK)
        r = nt_ice_gather_extend(nt_ice_agent_gather(a));
    if (r != NT_OK) {
        nt_ice_record_drop(env->record, addr, NULL, "no room for the ports or servers of another interface, or no memory", now);
        return;
    }
    tell_interface(a, addr, NT_ICE_IF_CAME, "it has bases from now on", now);
    nt_ice_agent_bound(a, now);
}

void nt_ice_inbound_interface_up(struct nt_ice_agent *a, const struct nt_addr *addr, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_agent_env(a);
    bool ended = nt_ice_agent_is_closing(a) || nt_ice_agent_state(a) == NT_ICE_CLOSED;
    if (ended || !nt_ice_bases_add_interface(env->bases, env->config, addr, now) || nt_ice_agent_state(a) == NT_ICE_NEW)
        return;
    if (env->config->continual)
        take_up(a, addr, now);
    else
        trace_interface(a, addr, NT_ICE_IF_CAME, "a restart has bases on it", now);
}

/* "invalidate candidates whose base has gone away" */
void nt_ice_inbound_interface_down(struct nt_ice_agent *a, const struct nt_addr *addr, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_agent_env(a);
    if (!nt_ice_bases_remove_interface(env->bases, addr) || nt_ice_agent_state(a) == NT_ICE_NEW)
        return;
    nt_ice_bases_close_interface(env->bases, addr);
    nt_ice_relays_lose_bases(env->relays, env->bases, now);
    nt_ice_gather_lose_bases(nt_ice_agent_gather(a), now);
    nt_ice_inbound_relay_events(a, now);
    bool selected = nt_ice_sessions_lose_bases(nt_ice_agent_sessions(a), now);
    tell_interface(a, addr, selected ? NT_ICE_IF_LOST : NT_ICE_IF_WENT,
                   selected ? "a selected pair used it" : "no selected pair used it", now);
    nt_ice_agent_heed_consent(a, "an interface is gone that a selected pair used", now);
    nt_ice_agent_finish_gathering(a, now);
}
