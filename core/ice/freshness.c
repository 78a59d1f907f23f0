#include "core/ice/freshness.h"
#include "core/base/err.h"
#include "core/ice/consent.h"
#include "core/ice/failover.h"
#include "core/ice/nominate.h"

#include <string.h>

static const char forbidden[] = "the peer answered 403 (Forbidden)";

static const struct nt_ice_valid *selected_of(const struct nt_ice_session *s, size_t component)
{
    return nt_ice_component_selected(nt_ice_components_at(nt_ice_session_env(s)->components, component));
}

static const struct nt_ice_candidate *remote_of(const struct nt_ice_session *s, const struct nt_ice_valid *v)
{
    return &nt_ice_candidates_at(nt_ice_session_remotes(s), v->remote)->c;
}

/* False: it could not be sent. */
static bool send_on_selected(struct nt_ice_session *s, size_t component, struct nt_ice_message *m, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_valid *v = selected_of(s, component);
    m->via = nt_ice_candidates_at(env->own, v->own)->via;
    m->to = remote_of(s, v)->addr;
    m->index = (uint32_t)component;
    m->generation = env->generation;
    nt_rand_bytes(env->rand, m->id, sizeof m->id);
    if (!nt_ice_outbox_put(env->outbox, m, now))
        return false;
    nt_ice_consents_sent(env->consents, component, now);
    return true;
}

static void ask_consent(struct nt_ice_session *s, size_t component, nt_time now)
{
    struct nt_ice_message m = {.kind = NT_ICE_MSG_CONSENT};
    bool sent = send_on_selected(s, component, &m, now);
    struct nt_ice_consent_request r = {.role = nt_ice_session_role(s), .tie_breaker = nt_ice_session_tie_breaker(s)};
    memcpy(r.id, m.id, sizeof r.id);
    nt_ice_consents_asked(nt_ice_session_env(s)->consents, component, sent ? &r : NULL, now);
}

static void lose_consent(struct nt_ice_session *s, size_t component, const char *why, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_valid *v = selected_of(s, component);
    const struct nt_ice_candidate *own = &nt_ice_candidates_at(env->own, v->own)->c;
    nt_ice_consents_lose(env->consents, component);
    nt_ice_record_event(env->record, (struct nt_trace_event){.at = now,
                                                             .kind = NT_TR_ICE_CONSENT_LOST,
                                                             .a = own->addr,
                                                             .b = remote_of(s, v)->addr,
                                                             .n = {own->stream, own->component},
                                                             .text = why});
}

static const char *why_expired(const struct nt_ice_consents *t, size_t component)
{
    return nt_ice_consents_allow(t, component) ? "no answer for 30 seconds" : "no other pair has followed the one that ended";
}

/* 403 ends a selected pair at once, and for good. */
static void forbid_selected(struct nt_ice_session *s, size_t component, nt_time now)
{
    if (nt_ice_failover_suspend(s, component, now))
        nt_ice_session_end_pair(s, selected_of(s, component)->generator, forbidden, now);
    else
        lose_consent(s, component, forbidden, now);
}

bool nt_ice_freshness_lose_bases(struct nt_ice_session *s, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    bool selected = nt_ice_session_lose_bases(s, now);
    for (size_t i = 0; selected && i < nt_ice_components_count(env->components); i++) {
        const struct nt_ice_valid *v = selected_of(s, i);
        if (v != NULL && nt_ice_candidates_at(env->own, v->own)->gone && nt_ice_consents_allow(env->consents, i) &&
            !nt_ice_failover_suspend(s, i, now))
            nt_ice_consents_lose(env->consents, i);
    }
    return selected;
}

void nt_ice_freshness_timer(struct nt_ice_session *s, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    for (size_t i = 0; i < nt_ice_components_count(env->components); i++) {
        switch (nt_ice_consents_due(env->consents, i, now)) {
        case NT_ICE_CONSENT_ASK: ask_consent(s, i, now); break;
        case NT_ICE_CONSENT_KEEPALIVE: send_on_selected(s, i, &(struct nt_ice_message){.kind = NT_ICE_MSG_KEEPALIVE}, now); break;
        case NT_ICE_CONSENT_EXPIRED: lose_consent(s, i, why_expired(env->consents, i), now); return;
        default: break;
        }
    }
}

/* Is it authentic, and from where the request was sent to? */
static bool is_authentic(const struct nt_ice_session *s, size_t component, struct nt_ice_via via, const struct nt_addr *from,
                         const struct nt_stun_msg *m)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_valid *v = selected_of(s, component);
    uint8_t stream = nt_ice_components_at(env->components, component)->stream;
    return nt_ice_via_equal(nt_ice_candidates_at(env->own, v->own)->via, via) && nt_addr_equal(&remote_of(s, v)->addr, from) &&
           nt_stun_verify(m, &nt_ice_session_peer(s, stream)->key) == NT_OK;
}

static const struct nt_why no_code = {NT_DISCARD_UNREADABLE, "an error response without ERROR-CODE does not renew consent"},
                           other_error = {NT_DISCARD_UNRELATED, "an error response does not renew consent"},
                           too_late = {NT_DISCARD_OUTDATED, "a response to a consent request after consent was lost"},
                           unknown_attributes = {NT_DISCARD_UNSUPPORTED,
                                                 "unknown comprehension-required attributes in a response to "
                                                 "a consent request"},
                           not_authentic = {NT_DISCARD_INTEGRITY,
                                            "a response to a consent request is not authentic, or from elsewhere"};

/* NULL: acted on; otherwise why not. RFC 7675, 5.2: "Consent for sending application data is immediately revoked by [...] receipt
 * of a valid and authenticated STUN response with error code Forbidden (403)." RFC 8445, 7.2.5.1: a check that arrives late may
 * have switched the peer's role after ICE has completed. The next consent request shows ours; there is no check to repeat. */
static const struct nt_why *take_error(struct nt_ice_session *s, const struct nt_stun_msg *m, size_t component,
                                       const struct nt_ice_consent_request *asked, nt_time now)
{
    int code = 0;
    if (nt_stun_get_error(m, &code, NULL, NULL) != NT_OK)
        return &no_code;
    if (code == 403)
        forbid_selected(s, component, now);
    else if (code == 487)
        nt_ice_nominate_heed_conflict(s, asked->role, asked->tie_breaker, now);
    else
        return &other_error;
    return NULL;
}

void nt_ice_freshness_forbidden(struct nt_ice_session *s, const struct nt_ice_pair *p, nt_time now)
{
    size_t component = nt_ice_components_place(nt_ice_session_env(s)->components, p->stream, p->component);
    const struct nt_ice_valid *v = selected_of(s, component);
    if (v != NULL && v->generator == p->number && !nt_ice_session_env(s)->config->no_consent)
        forbid_selected(s, component, now);
}

/* NULL: it may count; otherwise why not. */
static const struct nt_why *why_invalid(const struct nt_ice_session *s, size_t component, struct nt_ice_via via,
                                        const struct nt_addr *from, const struct nt_stun_msg *m)
{
    if (nt_ice_consents_lost(nt_ice_session_env(s)->consents, component))
        return &too_late;
    if (m->unknown_count > 0)
        return &unknown_attributes;
    return is_authentic(s, component, via, from, m) ? NULL : &not_authentic;
}

static void renew_consent(struct nt_ice_session *s, size_t component, nt_time now)
{
    uint32_t pair = selected_of(s, component)->generator;
    nt_ice_consents_renew(nt_ice_session_env(s)->consents, component, now);
    if (nt_ice_pairs_get(nt_ice_session_pairs(s), pair) != NULL)
        nt_ice_pairs_note_answer(nt_ice_session_pairs(s), pair, now);
}

/* A valid response to one of our requests renews consent. Nothing else does. */
bool nt_ice_freshness_response(struct nt_ice_session *s, struct nt_ice_via via, const struct nt_addr *from,
                               const struct nt_stun_msg *m, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    size_t component;
    const struct nt_ice_consent_request *asked = nt_ice_consents_find(env->consents, m->id, &component);
    if (asked == NULL)
        return false;
    const struct nt_ice_consent_request request = *asked;
    const struct nt_why *why = why_invalid(s, component, via, from, m);
    if (why == NULL)
        nt_ice_consents_answered(env->consents, component, m->id);
    if (why == NULL && m->class_ == NT_STUN_SUCCESS)
        renew_consent(s, component, now);
    else if (why == NULL)
        why = take_error(s, m, component, &request, now);
    if (why != NULL)
        nt_ice_record_discard(env->record, why, NULL, from, now);
    return true;
}

/* RFC 7675, 5.1: consent requests are checks without USE-CANDIDATE and without retransmission. */
int nt_ice_freshness_build_consent(const struct nt_ice_session *s, const struct nt_ice_message *m, uint8_t *buf, size_t cap)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_valid *v = selected_of(s, m->index);
    uint32_t sender = nt_ice_candidates_sender(env->own, nt_ice_candidates_at(env->own, v->own)->via);
    const struct nt_ice_candidate *own = &nt_ice_candidates_at(env->own, sender)->c;
    struct nt_ice_request r = {
        .role = nt_ice_session_role(s), .tie_breaker = nt_ice_session_tie_breaker(s), .priority = nt_ice_prflx_priority(own)};
    return nt_ice_peer_request(nt_ice_session_peer(s, own->stream), &r, m->id, buf, cap);
}

/* RFC 8445, 11: "The Indication MUST NOT utilize any authentication mechanism. It SHOULD contain the FINGERPRINT attribute [...]
 * but it SHOULD NOT contain any other attributes." */
int nt_ice_freshness_build_keepalive(const struct nt_ice_message *m, uint8_t *buf, size_t cap)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, cap, NT_STUN_INDICATION, NT_STUN_BINDING, m->id);
    nt_stun_add_fingerprint(&b);
    return nt_stun_finish(&b);
}
