#include "core/ice/respond.h"
#include "core/base/err.h"
#include "core/ice/bases.h"
#include "core/ice/nominate.h"
#include "core/ice/relay.h"

#include <stdlib.h>
#include <string.h>

/* --- answers --- */
static const struct nt_addr *local_of(const struct nt_ice_session *s, struct nt_ice_via via)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    return via.relay != NT_ICE_DIRECT ? nt_ice_relays_address(env->relays, (uint16_t)via.relay)
                                      : &nt_ice_bases_at(env->bases, via.base)->addr;
}

static struct nt_ice_message answer_to(const struct nt_ice_session *s, struct nt_ice_via via, const struct nt_addr *from,
                                       const struct nt_stun_msg *m)
{
    struct nt_ice_message answer = {
        .kind = NT_ICE_MSG_ANSWER, .generation = nt_ice_session_env(s)->generation, .via = via, .to = *from};
    memcpy(answer.id, m->id, NT_STUN_ID);
    answer.sha256 = m->integrity_sha256 != NULL;
    return answer;
}

static void refuse(struct nt_ice_session *s, struct nt_ice_message answer, int code, const char *why, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_base *b = nt_ice_bases_at(env->bases, answer.via.base);
    answer.code = code;
    nt_ice_outbox_put(env->outbox, &answer, now);
    nt_ice_record_event(env->record, (struct nt_trace_event){.at = now,
                                                             .kind = NT_TR_ICE_REFUSED,
                                                             .a = *local_of(s, answer.via),
                                                             .b = answer.to,
                                                             .n = {b->stream, b->component, code},
                                                             .text = why});
}

static void list_unknown(struct nt_ice_message *answer, const struct nt_stun_msg *m)
{
    answer->unknown_count = m->unknown_count;
    memcpy(answer->unknown, m->unknown, m->unknown_count * sizeof answer->unknown[0]);
}

int nt_ice_respond_build(const struct nt_ice_session *s, const struct nt_ice_message *m, uint8_t *buf, size_t cap)
{
    const struct nt_stun_key *key = nt_ice_session_key(s);
    struct nt_stun_builder b;
    uint8_t unknown[sizeof m->unknown];
    nt_stun_start(&b, buf, cap, m->code == 0 ? NT_STUN_SUCCESS : NT_STUN_ERROR, NT_STUN_BINDING, m->id);
    if (m->code == 0)
        nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &m->to);
    else
        nt_stun_add_error(&b, m->code, NULL);
    for (size_t i = 0; i < m->unknown_count; i++)
        nt_store16(unknown + 2 * i, m->unknown[i]);
    if (m->unknown_count > 0)
        nt_stun_add(&b, NT_ATTR_UNKNOWN_ATTRIBUTES, unknown, (size_t)2 * m->unknown_count);
    if (!m->unsigned_ && m->sha256)
        nt_stun_add_integrity_sha256(&b, key);
    else if (!m->unsigned_)
        nt_stun_add_integrity(&b, key);
    nt_stun_add_fingerprint(&b);
    return nt_stun_finish(&b);
}

/* --- authentication --- */
/* RFC 8489, 9.1.3: 400 without integrity or USERNAME, 401 when they are wrong; both without integrity. "If the
 * MESSAGE-INTEGRITY-SHA256 attribute is present", it counts, and the answer has it, too. 0: authentic. */
static int authenticate(const struct nt_ice_session *s, const struct nt_stun_msg *m)
{
    const struct nt_stun_attr *user = nt_stun_find(m, NT_ATTR_USERNAME);
    if (user == NULL || (m->integrity == NULL && m->integrity_sha256 == NULL))
        return 400;
    if (!nt_ice_session_is_named(s, user->value, user->len))
        return 401;
    const struct nt_stun_key *key = nt_ice_session_key(s);
    int r = m->integrity_sha256 != NULL ? nt_stun_verify_sha256(m, key) : nt_stun_verify(m, key);
    return r == NT_OK ? 0 : 401;
}

/* --- roles --- */
/* RFC 8445, 7.3.1.1. True: answer 487 and keep the role. The values are unsigned. */
static bool is_refused_by_role(struct nt_ice_session *s, const struct nt_stun_msg *m, nt_time now)
{
    bool controlling = nt_ice_session_role(s) == NT_ICE_CONTROLLING;
    uint64_t theirs;
    if (nt_stun_get_u64(m, controlling ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED, &theirs) != NT_OK)
        return false;
    bool larger = nt_ice_session_tie_breaker(s) >= theirs;
    if (controlling == larger)
        return true;
    nt_ice_nominate_switch_role(s, controlling ? NT_ICE_CONTROLLED : NT_ICE_CONTROLLING, now);
    return false;
}

/* --- the check lists --- */
/* A nominating check has been retransmitted, unanswered: a request on its pair shows that the way there is open. */
static bool is_nomination_late(const struct nt_ice_session *s, uint32_t pair)
{
    const struct nt_ice_check *check = nt_ice_checks_current(nt_ice_session_checks(s), pair);
    return check != NULL && check->request.use_candidate && check->txn.sends > 1;
}

/* RFC 8445, 7.3.1.4. The pair of a nominating check is Succeeded, but when that check is late it is checked again as one
 * In-Progress is: the peer may have its pair already, and has to be met there. */
static void trigger_check(struct nt_ice_session *s, uint32_t pair, nt_time now)
{
    if (nt_ice_pairs_get(nt_ice_session_pairs(s), pair)->state != NT_ICE_SUCCEEDED) {
        nt_ice_session_trigger(s, pair, now);
    } else if (is_nomination_late(s, pair)) {
        nt_ice_checks_cancel(nt_ice_session_checks(s), pair);
        nt_ice_session_recheck(s, pair, now);
    }
}

/* Once a component has its pair, a request makes a pair only as the nomination of another one: by a peer of RFC 5245, which
 * nominates aggressively, or by one that moves to another pair. Pairs that were not checked to the end are checked then. */
static bool is_past(const struct nt_ice_session *s, const struct nt_ice_heard *h, uint32_t own, uint32_t remote,
                    const struct nt_ice_pair *p, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    size_t component = nt_ice_components_place(env->components, h->stream, h->component);
    const struct nt_ice_valid *selected = nt_ice_component_selected(nt_ice_components_at(env->components, component));
    if (selected == NULL || (nt_ice_session_keeps_backups(s) && (p == NULL || p->state != NT_ICE_SUCCEEDED)))
        return false;
    if (nt_ice_session_renominates(s) && h->nomination > nt_ice_components_at(env->components, component)->nomination)
        return nt_ice_session_role(s) != NT_ICE_CONTROLLED;
    if (!h->use_candidate || nt_ice_session_role(s) != NT_ICE_CONTROLLED || (p != NULL && selected->generator == p->number))
        return true;
    if (p != NULL && p->state == NT_ICE_SUCCEEDED && !nt_ice_nominate_is_stale(s, p, now))
        return false;
    uint32_t theirs = remote != NT_ICE_NONE ? nt_ice_candidates_at(nt_ice_session_remotes(s), remote)->c.priority : h->priority;
    uint64_t priority = nt_ice_pair_priority(theirs, nt_ice_candidates_at(env->own, own)->c.priority);
    return !nt_ice_nomination_counts(s, component, p != NULL ? p->number : 0, priority, now);
}

/* RFC 8445, 7.3.1.3 */
static uint32_t learn_remote(struct nt_ice_session *s, const struct nt_ice_heard *h, nt_time now)
{
    struct nt_ice_candidate c = {.type = NT_ICE_PRFLX,
                                 .stream = h->stream,
                                 .component = h->component,
                                 .transport = NT_UDP,
                                 .priority = h->priority,
                                 .addr = h->from};
    const struct nt_ice_config *config = nt_ice_session_env(s)->config;
    size_t direct = config->max_pairs > NT_ICE_PRFLX_DIRECT_MAX ? config->max_pairs : NT_ICE_PRFLX_DIRECT_MAX;
    size_t limit = h->via.relay == NT_ICE_DIRECT && direct < NT_ICE_PRFLX_MAX ? direct : NT_ICE_PRFLX_MAX;
    return nt_ice_candidates_learn(nt_ice_session_remotes(s), &c, limit, (size_t)NT_ICE_CANDIDATES_MAX * config->streams,
                                   local_of(s, h->via), now);
}

/* The listed pair of a request that is accepted; 0: there is nothing more to do, or *refusal says why it is not accepted. */
static uint32_t admit_pair(struct nt_ice_session *s, const struct nt_ice_heard *h, enum nt_ice_why why, const char **refusal,
                           nt_time now)
{
    struct nt_ice_pairs *pairs = nt_ice_session_pairs(s);
    uint32_t own = nt_ice_candidates_sender(nt_ice_session_env(s)->own, h->via);
    uint32_t remote = nt_ice_candidates_find(nt_ice_session_remotes(s), h->stream, h->component, &h->from);
    const struct nt_ice_pair *p = own != NT_ICE_NONE && remote != NT_ICE_NONE ? nt_ice_pairs_find(pairs, own, remote) : NULL;
    if (own == NT_ICE_NONE) {
        *refusal = "it came to no candidate";
        return 0;
    }
    if (is_past(s, h, own, remote, p, now)) {
        if (p != NULL)
            nt_ice_pairs_answered(pairs, p->number);
        else if (remote == NT_ICE_NONE)
            learn_remote(s, h, now); /* 7.3.1.3; 12.2: data may come from there, too, as after a NAT's renumbering */
        return 0;
    }
    if (p != NULL && p->listed)
        return p->number;
    if (remote == NT_ICE_NONE)
        remote = learn_remote(s, h, now);
    if (remote == NT_ICE_NONE) {
        *refusal = "no room for another peer-reflexive candidate";
        return 0;
    }
    struct nt_ice_admission admission = nt_ice_session_admit(s, own, remote, why, now);
    *refusal = admission.refusal;
    return admission.pair;
}

/* Sections 7.3.1.3 to 7.3.1.5. NULL: accepted; otherwise why not. A request of which there is no pair is not accepted, whether it
 * nominates or not: the peer must not take a pair for valid that is never checked here. */
static const char *accept_request(struct nt_ice_session *s, const struct nt_ice_heard *h, enum nt_ice_why why, nt_time now)
{
    const char *refusal = NULL;
    uint32_t pair = admit_pair(s, h, why, &refusal, now);
    if (pair == 0)
        return refusal;
    nt_ice_pairs_answered(nt_ice_session_pairs(s), pair);
    if (!nt_ice_pairs_is_new_request(nt_ice_session_pairs(s), pair, h->id))
        return NULL; /* a retransmission: answered again, and that is all */
    trigger_check(s, pair, now);
    if (h->use_candidate)
        nt_ice_nominate_heard(s, pair, h->nomination, now);
    return NULL;
}

void nt_ice_respond_replay(struct nt_ice_session *s, nt_time now)
{
    const struct nt_ice_heard *h;
    for (size_t i = 0; (h = nt_ice_early_at(nt_ice_session_early(s), i)) != NULL; i++)
        accept_request(s, h, NT_ICE_ANSWERED, now);
    nt_ice_early_forget(nt_ice_session_early(s));
}

/* --- a request --- */
static struct nt_ice_heard hear(const struct nt_ice_session *s, struct nt_ice_via via, const struct nt_addr *from,
                                const struct nt_stun_msg *m)
{
    const struct nt_ice_base *b = nt_ice_bases_at(nt_ice_session_env(s)->bases, via.base);
    struct nt_ice_heard h = {.via = via,
                             .stream = b->stream,
                             .component = b->component,
                             .from = *from,
                             .use_candidate = nt_stun_find(m, NT_ATTR_USE_CANDIDATE) != NULL};
    nt_stun_get_u32(m, NT_ATTR_NOMINATION, &h.nomination);
    if (nt_ice_session_renominates(s) && h.nomination != 0)
        h.use_candidate = true; /* libwebrtc has that attribute alone */
    memcpy(h.id, m->id, NT_STUN_ID);
    h.has_priority = nt_stun_get_u32(m, NT_ATTR_PRIORITY, &h.priority) == NT_OK;
    return h;
}

/* The pair that a request came on; NULL: there is none. */
static const struct nt_ice_pair *pair_of(const struct nt_ice_session *s, const struct nt_ice_heard *h)
{
    uint32_t own = nt_ice_candidates_sender(nt_ice_session_env(s)->own, h->via);
    uint32_t remote = nt_ice_candidates_find(nt_ice_session_remotes(s), h->stream, h->component, &h->from);
    return own != NT_ICE_NONE && remote != NT_ICE_NONE ? nt_ice_pairs_find(nt_ice_session_pairs(s), own, remote) : NULL;
}

/* A newer session makes the checks: what has a pair here is answered, as consent is asked for (RFC 7675, 5.1), and that is all. */
static void answer_kept(struct nt_ice_session *s, const struct nt_ice_heard *h, struct nt_ice_message answer, nt_time now)
{
    if (pair_of(s, h) != NULL)
        nt_ice_outbox_put(nt_ice_session_env(s)->outbox, &answer, now);
    else
        refuse(s, answer, 400, "the session of before a restart gets no new pair", now);
}

/* RFC 7675, 5.1: "a new session, or an ICE restart, is needed to obtain consent"; and 5.2: "it is useful to signal that consent is
 * terminated". */
static bool has_ended(const struct nt_ice_session *s, const struct nt_ice_heard *h)
{
    const struct nt_ice_pair *p = pair_of(s, h);
    return p != NULL && p->ended;
}

static void respond_to_authentic(struct nt_ice_session *s, const struct nt_ice_heard *h, const struct nt_stun_msg *m, nt_time now)
{
    struct nt_ice_message answer = answer_to(s, h->via, &h->from, m);
    if (m->unknown_count > 0) {
        list_unknown(&answer, m);
        refuse(s, answer, 420,
               m->unknown_count < NT_STUN_UNKNOWN_MAX
                   ? "unknown comprehension-required attributes"
                   : "unknown comprehension-required attributes, of which the answer lists the first 16",
               now);
        return;
    }
    /* RFC 8445, 7.1.1: "The PRIORITY attribute MUST be included in a Binding request"; a known source can do without it. */
    if (!h->has_priority && nt_ice_candidates_find(nt_ice_session_remotes(s), h->stream, h->component, &h->from) == NT_ICE_NONE) {
        refuse(s, answer, 400, "no PRIORITY from an unknown source", now);
        return;
    }
    if (has_ended(s, h)) {
        refuse(s, answer, 403, "the consent of its pair was lost: only a restart brings it back", now);
        return;
    }
    if (nt_ice_session_state(s) == NT_ICE_SESSION_KEPT) {
        answer_kept(s, h, answer, now);
        return;
    }
    if (is_refused_by_role(s, m, now)) {
        refuse(s, answer, 487, "both agents have this role", now);
        return;
    }
    bool waiting = nt_ice_session_state(s) == NT_ICE_SESSION_WAITING;
    const char *refusal = waiting
                              ? nt_ice_early_remember(nt_ice_session_early(s), h, nt_ice_pairs_early_limit(nt_ice_session_pairs(s)))
                              : accept_request(s, h, h->use_candidate ? NT_ICE_NOMINATED : NT_ICE_HEARD, now);
    if (refusal != NULL)
        refuse(s, answer, 400, refusal, now); /* 7.3.1.5: "an appropriate error code response (e.g., 400)" */
    else
        nt_ice_outbox_put(nt_ice_session_env(s)->outbox, &answer, now);
}

static const struct nt_why no_candidate = {NT_DISCARD_NO_RECIPIENT, "a request to a base that is no candidate"},
                           without_ice = {NT_DISCARD_STATE, "a request on a stream that goes on without ICE"},
                           no_fingerprint = {NT_DISCARD_FINGERPRINT, "a request without FINGERPRINT"},
                           impossible_source = {NT_DISCARD_SOURCE, "a request from an address where nobody can be"};

/* NULL: the request is answered; otherwise why it is dropped. */
static const struct nt_why *why_unanswered(const struct nt_ice_session *s, struct nt_ice_via via, const struct nt_addr *from,
                                           const struct nt_stun_msg *m)
{
    if (!nt_ice_session_uses_ice(s, nt_ice_bases_at(nt_ice_session_env(s)->bases, via.base)->stream))
        return &without_ice;
    /* With relays only, the hosts' ports are not candidates. */
    if (nt_ice_session_env(s)->config->policy == NT_ICE_RELAY_ONLY && via.relay == NT_ICE_DIRECT)
        return &no_candidate;
    if (m->fingerprint == NULL) /* RFC 8445, 7.3: "It MUST utilize the FINGERPRINT mechanism" */
        return &no_fingerprint;
    return nt_addr_why_impossible(from) != NULL ? &impossible_source : NULL;
}

void nt_ice_respond(struct nt_ice_session *s, struct nt_ice_via via, const struct nt_addr *from, const struct nt_stun_msg *m,
                    nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_why *why = why_unanswered(s, via, from, m);
    if (why != NULL) {
        nt_ice_record_discard(env->record, why, local_of(s, via), from, now);
        return;
    }
    int code = authenticate(s, m);
    if (code != 0) {
        struct nt_ice_message answer = answer_to(s, via, from, m);
        answer.unsigned_ = true;
        refuse(s, answer, code, code == 400 ? "no USERNAME or MESSAGE-INTEGRITY" : "wrong USERNAME or MESSAGE-INTEGRITY", now);
        return;
    }
    struct nt_ice_heard h = hear(s, via, from, m);
    nt_ice_record_event(env->record, (struct nt_trace_event){.at = now,
                                                             .kind = NT_TR_ICE_CHECK_RECEIVED,
                                                             .a = *local_of(s, via),
                                                             .b = *from,
                                                             .n = {h.stream, h.component, 0, h.use_candidate}});
    respond_to_authentic(s, &h, m, now);
}
