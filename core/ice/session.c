#include "core/ice/session.h"
#include "core/base/err.h"
#include "core/base/strings.h"
#include "core/ice/backups.h"
#include "core/ice/bases.h"
#include "core/ice/consent.h"
#include "core/ice/events.h"
#include "core/ice/relay.h"

#include <stdlib.h>
#include <string.h>

/* What the peer's description says of a stream, beside its credentials. */
struct stream {
    char mid[NT_ICE_MID_MAX + 1];
    bool ended;       /* the peer has no more candidates to tell */
    bool without_ice; /* RFC 3264 alone */
    bool matched;     /* components that the peer lacks are known */
    struct nt_addr own_default, peer_default;
};

struct nt_ice_session {
    struct nt_ice_env env;
    struct nt_rand rand; /* of a later session: what it draws changes nothing for the others */
    char ufrag[9], pwd[25];
    struct nt_stun_key key;
    enum nt_ice_role role;
    uint64_t tie_breaker;
    unsigned conflicts; /* switches of the role that 487 has made */
    enum nt_ice_session_state state;
    bool peer_trickles;                     /* RFC 8838, 3: both sides do */
    bool own_ended;                         /* we have told that there are no more candidates */
    bool unpaired;                          /* candidates have come that are not paired */
    bool offered;                           /* an offer of ours is to be answered */
    bool outcome_offered;                   /* and one has told what has come of the check lists */
    bool lite, ice2, trickle, renomination; /* as the peer's first description says */
    uint32_t pacing_ms;
    nt_time started;
    nt_time heard_at; /* when the peer told something last, by signalling */
    struct nt_ice_candidates *remotes;
    struct nt_ice_early *early;
    struct nt_ice_pairs *pairs;
    struct stream *streams;
    /* since the peer's description */
    struct nt_ice_peer *peers;
    struct nt_ice_checks *checks;
    struct nt_ice_lists *lists;
};

/* --- life --- */
/* RFC 8445, 5.3: "The username fragment MUST contain at least 24 bits of randomness, and the password MUST contain at least 128
 * bits of randomness": 8 ice-chars of 6 bits each are 48, 24 are 144. */
static void draw_text(struct nt_rand *r, char *text, size_t n)
{
    static const char ice_char[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i++)
        text[i] = ice_char[nt_rand_below(r, 64)];
    text[n] = '\0';
}

static bool make_parts(struct nt_ice_session *s)
{
    struct nt_ice_env *env = &s->env;
    const struct nt_ice_config *config = env->config;
    env->own = nt_ice_candidates_new(env->record);
    env->components = nt_ice_components_new(config->streams, config->components);
    env->consents = nt_ice_consents_new(config, env->rand, (size_t)config->streams * config->components);
    bool backups = config->failover || config->renomination;
    env->backups = backups ? nt_ice_backups_new(env->rand, (size_t)config->streams * config->components) : NULL;
    s->remotes = nt_ice_candidates_new(env->record);
    s->streams = calloc(config->streams, sizeof *s->streams);
    s->early = nt_ice_early_new();
    if (env->own == NULL || env->components == NULL || env->consents == NULL || s->remotes == NULL || s->streams == NULL ||
        s->early == NULL || (backups && env->backups == NULL))
        return false;
    return (s->pairs = nt_ice_pairs_new(env->record, env->own, s->remotes, config->max_pairs, s->role)) != NULL;
}

struct nt_ice_session *nt_ice_session_new(const struct nt_ice_env *env, struct nt_rand *rand, uint32_t generation,
                                          enum nt_ice_role role)
{
    const struct nt_ice_config *config = env->config;
    struct nt_ice_session *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->env = *env;
    s->env.generation = generation;
    s->role = role;
    s->rand = nt_rand_stream(rand, generation);
    s->env.rand = generation > 0 ? &s->rand : rand;
    if (!make_parts(s)) {
        nt_ice_session_del(s);
        return NULL;
    }
    draw_text(s->env.rand, s->ufrag, sizeof s->ufrag - 1);
    draw_text(s->env.rand, s->pwd, sizeof s->pwd - 1);
    nt_stun_key_short(&s->key, s->pwd);
    s->tie_breaker = config->tie_breaker != 0 ? config->tie_breaker : nt_rand_u64(s->env.rand);
    return s;
}

void nt_ice_session_del(struct nt_ice_session *s)
{
    if (s == NULL)
        return;
    nt_ice_session_undescribe(s);
    nt_ice_pairs_del(s->pairs);
    nt_ice_early_del(s->early);
    nt_ice_candidates_del(s->remotes);
    nt_ice_consents_del(s->env.consents);
    nt_ice_backups_del(s->env.backups);
    nt_ice_components_del(s->env.components);
    nt_ice_candidates_del(s->env.own);
    free(s->streams);
    free(s);
}

void nt_ice_session_follow(struct nt_ice_session *s, const struct nt_ice_session *former)
{
    s->peer_trickles = former->peer_trickles;
    for (size_t i = 0; i < s->env.config->streams; i++)
        memcpy(s->streams[i].mid, former->streams[i].mid, sizeof s->streams[i].mid);
}

/* --- what it is --- */
const struct nt_ice_env *nt_ice_session_env(const struct nt_ice_session *s)
{
    return &s->env;
}

enum nt_ice_session_state nt_ice_session_state(const struct nt_ice_session *s)
{
    return s->state;
}

enum nt_ice_role nt_ice_session_role(const struct nt_ice_session *s)
{
    return s->role;
}

uint64_t nt_ice_session_tie_breaker(const struct nt_ice_session *s)
{
    return s->tie_breaker;
}

/* RFC 8445, 7.3: "the username to be valid if it consists of two values separated by a colon, where the first value is equal to the
 * username fragment generated by the agent". */
bool nt_ice_session_is_named(const struct nt_ice_session *s, const uint8_t *username, size_t len)
{
    size_t n = strlen(s->ufrag);
    return len > n && memcmp(username, s->ufrag, n) == 0 && username[n] == ':';
}

const char *nt_ice_session_ufrag(const struct nt_ice_session *s)
{
    return s->ufrag;
}

const char *nt_ice_session_pwd(const struct nt_ice_session *s)
{
    return s->pwd;
}

const struct nt_stun_key *nt_ice_session_key(const struct nt_ice_session *s)
{
    return &s->key;
}

struct nt_ice_pairs *nt_ice_session_pairs(const struct nt_ice_session *s)
{
    return s->pairs;
}

struct nt_ice_checks *nt_ice_session_checks(const struct nt_ice_session *s)
{
    return s->checks;
}

struct nt_ice_lists *nt_ice_session_lists(const struct nt_ice_session *s)
{
    return s->lists;
}

struct nt_ice_early *nt_ice_session_early(const struct nt_ice_session *s)
{
    return s->early;
}

struct nt_ice_candidates *nt_ice_session_remotes(const struct nt_ice_session *s)
{
    return s->remotes;
}

/* --- the peer's description --- */
/* NULL: the part of a stream that uses ICE can be taken; otherwise why not. */
static const char *why_stream_refused(const struct nt_ice_session *s, size_t i, const struct nt_ice_stream_description *d, int *err)
{
    *err = NT_EINVAL;
    /* RFC 8489, 14.3: USERNAME is less than 509 bytes */
    if (strlen(d->ufrag) + 1 + strlen(s->ufrag) > NT_STUN_USER_BYTES)
        return "a user name fragment is too long";
    *err = NT_EUNSUPPORTED;
    if (s->peers != NULL && s->streams[i].without_ice)
        return "it has ICE begin for a stream that went on without it, which is not in this version";
    if (s->peers != NULL && !nt_ice_peer_has(&s->peers[i], d->ufrag, d->pwd))
        return "it has other credentials than before, and no restart is open";
    *err = NT_OK;
    return NULL;
}

/* RFC 8839, 4.4.2.1: "If any of the SDP attributes have been modified in a subsequent offer that is not used to request an ICE
 * restart, the answerer MUST reject the offer." */
static bool has_other_attributes(const struct nt_ice_session *s, const struct nt_ice_description *d)
{
    if (s->peers == NULL || s->offered)
        return false;
    return d->lite != s->lite || d->ice2 != s->ice2 || d->trickle != s->trickle || d->renomination != s->renomination ||
           d->pacing_ms != s->pacing_ms;
}

static const char *why_refused(const struct nt_ice_session *s, const struct nt_ice_description *d, int *err)
{
    const char *why = NULL;
    bool uses_ice = false;
    *err = NT_EINVAL;
    if (d->stream_count != s->env.config->streams)
        return "it has another number of streams";
    *err = NT_OK;
    for (size_t i = 0; i < d->stream_count && why == NULL; i++) {
        if (!nt_ice_stream_uses_ice(&d->streams[i]))
            continue;
        uses_ice = true;
        why = why_stream_refused(s, i, &d->streams[i], err);
    }
    if (why != NULL || !uses_ice || !has_other_attributes(s, d))
        return why;
    *err = NT_EINVAL;
    return "it has another ice-lite, ice-options or ice-pacing than before, without a restart";
}

enum nt_ice_restarts nt_ice_session_what_restarts(const struct nt_ice_session *s, const struct nt_ice_description *d, nt_time now)
{
    size_t changed = 0, kept = 0;
    for (size_t i = 0; i < d->stream_count && i < s->env.config->streams; i++) {
        if (!nt_ice_stream_uses_ice(&d->streams[i]))
            continue;
        bool same = !s->streams[i].without_ice && nt_ice_peer_has(&s->peers[i], d->streams[i].ufrag, d->streams[i].pwd);
        kept += same;
        changed += !same;
    }
    if (changed == 0)
        return NT_ICE_RESTARTS_NONE;
    if (kept == 0)
        return NT_ICE_RESTARTS_ALL;
    nt_ice_record_drop(s->env.record, NULL, NULL,
                       "the peer's description is refused: it restarts ICE for some streams and not for others, which is not built",
                       now);
    return NT_ICE_RESTARTS_SOME;
}

int nt_ice_session_check(const struct nt_ice_session *s, const struct nt_ice_description *d, nt_time now)
{
    int err;
    char text[128];
    const char *why = why_refused(s, d, &err);
    if (why != NULL)
        nt_ice_record_drop(s->env.record, NULL, NULL, nt_join(text, sizeof text, "the peer's description is refused: ", why), now);
    return err;
}

int nt_ice_session_describe(struct nt_ice_session *s, const struct nt_ice_description *d)
{
    const struct nt_ice_config *config = s->env.config;
    if (s->peers != NULL)
        return NT_OK;
    s->peers = calloc(config->streams, sizeof *s->peers);
    s->lists = nt_ice_lists_new(config->streams);
    s->checks = s->peers != NULL ? nt_ice_checks_new(&s->env, s->peers) : NULL;
    if (s->peers == NULL || s->lists == NULL || s->checks == NULL) {
        nt_ice_session_undescribe(s);
        return NT_ENOMEM;
    }
    s->lite = d->lite;
    s->ice2 = d->ice2;
    s->trickle = d->trickle;
    s->renomination = d->renomination;
    s->pacing_ms = d->pacing_ms;
    for (size_t i = 0; i < d->stream_count; i++) {
        s->peers[i] = nt_ice_peer_of(d->streams[i].ufrag, d->streams[i].pwd, s->ufrag);
        memcpy(s->streams[i].mid, d->streams[i].mid, sizeof s->streams[i].mid);
        if (s->streams[i].without_ice)
            nt_ice_lists_end(s->lists, (uint8_t)(i + 1));
    }
    return NT_OK;
}

void nt_ice_session_undescribe(struct nt_ice_session *s)
{
    nt_ice_checks_del(s->checks);
    nt_ice_lists_del(s->lists);
    free(s->peers);
    s->checks = NULL;
    s->lists = NULL;
    s->peers = NULL;
}

/* Nothing is checked or kept any more. */
static void end_stream(struct nt_ice_session *s, uint8_t stream, const char *why, nt_time now)
{
    nt_ice_lists_end(s->lists, stream);
    for (size_t i = 0; i < nt_ice_pairs_count(s->pairs); i++) {
        const struct nt_ice_pair *p = nt_ice_pairs_at(s->pairs, i);
        if (p->stream != stream)
            continue;
        nt_ice_checks_cancel(s->checks, p->number);
        nt_ice_pairs_prune(s->pairs, p->number, why, now);
    }
    for (size_t i = 0; i < nt_ice_components_count(s->env.components); i++)
        if (nt_ice_components_at(s->env.components, i)->stream == stream)
            nt_ice_consents_end(s->env.consents, i);
}

void nt_ice_session_end_ice(struct nt_ice_session *s, uint8_t stream, const char *why, nt_time now)
{
    if (s->streams[stream - 1].without_ice)
        return;
    s->streams[stream - 1].without_ice = true;
    nt_ice_record_event(s->env.record, (struct nt_trace_event){.at = now, .kind = NT_TR_ICE_ENDED, .n = {stream}, .text = why});
    if (s->lists != NULL)
        end_stream(s, stream, why, now);
}

void nt_ice_session_begin_ice(struct nt_ice_session *s, uint8_t stream)
{
    s->streams[stream - 1].without_ice = false;
}

bool nt_ice_session_uses_ice(const struct nt_ice_session *s, uint8_t stream)
{
    return !s->streams[stream - 1].without_ice;
}

bool nt_ice_session_is_without_ice(const struct nt_ice_session *s)
{
    for (uint8_t i = 1; i <= s->env.config->streams; i++)
        if (nt_ice_session_uses_ice(s, i))
            return false;
    return true;
}

void nt_ice_session_set_offered(struct nt_ice_session *s, bool offered)
{
    s->offered = offered;
}

bool nt_ice_session_offered(const struct nt_ice_session *s)
{
    return s->offered;
}

bool nt_ice_session_described(const struct nt_ice_session *s)
{
    return s->peers != NULL;
}

const struct nt_ice_peer *nt_ice_session_peer(const struct nt_ice_session *s, uint8_t stream)
{
    return &s->peers[stream - 1];
}

bool nt_ice_session_renominates(const struct nt_ice_session *s)
{
    return s->env.config->renomination && s->renomination;
}

bool nt_ice_session_keeps_backups(const struct nt_ice_session *s)
{
    return s->env.config->failover || nt_ice_session_renominates(s);
}

const char *nt_ice_session_mid(const struct nt_ice_session *s, uint8_t stream)
{
    return s->streams[stream - 1].mid;
}

void nt_ice_session_set_peer_trickles(struct nt_ice_session *s, bool trickles)
{
    s->peer_trickles = trickles;
}

bool nt_ice_session_peer_trickles(const struct nt_ice_session *s)
{
    return s->peer_trickles;
}

void nt_ice_session_end_peer(struct nt_ice_session *s, uint8_t stream)
{
    s->streams[stream - 1].ended = true;
}

bool nt_ice_session_peer_ended(const struct nt_ice_session *s, uint8_t stream)
{
    return s->streams[stream - 1].ended;
}

void nt_ice_session_end_own(struct nt_ice_session *s)
{
    s->own_ended = true;
}

bool nt_ice_session_own_ended(const struct nt_ice_session *s)
{
    return s->own_ended;
}

void nt_ice_session_set_unpaired(struct nt_ice_session *s, bool unpaired)
{
    s->unpaired = unpaired;
}

bool nt_ice_session_unpaired(const struct nt_ice_session *s)
{
    return s->unpaired;
}

void nt_ice_session_note_own_default(struct nt_ice_session *s, uint8_t stream, const struct nt_addr *addr)
{
    s->streams[stream - 1].own_default = *addr;
}

void nt_ice_session_note_peer_default(struct nt_ice_session *s, uint8_t stream, const struct nt_addr *addr)
{
    s->streams[stream - 1].peer_default = *addr;
}

static bool is_stream_aligned(const struct nt_ice_session *s, uint8_t stream)
{
    const struct stream *k = &s->streams[stream - 1];
    const struct nt_ice_valid *v = nt_ice_component_selected(nt_ice_components_of(s->env.components, stream, 1));
    return v == NULL || (nt_addr_equal(&nt_ice_candidates_at(s->env.own, v->own)->c.addr, &k->own_default) &&
                         nt_addr_equal(&nt_ice_candidates_at(s->remotes, v->remote)->c.addr, &k->peer_default));
}

bool nt_ice_session_is_aligned(const struct nt_ice_session *s)
{
    for (uint8_t i = 1; i <= s->env.config->streams; i++)
        if (!is_stream_aligned(s, i))
            return false;
    return true;
}

void nt_ice_session_note_outcome_offered(struct nt_ice_session *s)
{
    s->outcome_offered = true;
}

bool nt_ice_session_has_offered_outcome(const struct nt_ice_session *s)
{
    return s->outcome_offered;
}

bool nt_ice_session_peer_has_ice2(const struct nt_ice_session *s)
{
    return s->ice2;
}

void nt_ice_session_run(struct nt_ice_session *s, nt_time now)
{
    s->state = NT_ICE_SESSION_RUNNING;
    s->started = now;
}

void nt_ice_session_keep(struct nt_ice_session *s)
{
    s->state = NT_ICE_SESSION_KEPT;
    nt_ice_checks_end(s->checks);
}

bool nt_ice_session_carries(const struct nt_ice_session *s, uint8_t stream)
{
    return s->lists != NULL && nt_ice_lists_state(s->lists, stream) == NT_ICE_LIST_COMPLETED;
}

nt_time nt_ice_session_started(const struct nt_ice_session *s)
{
    return s->started;
}

void nt_ice_session_note_heard(struct nt_ice_session *s, nt_time now)
{
    s->heard_at = now;
}

nt_time nt_ice_session_heard(const struct nt_ice_session *s)
{
    return s->heard_at;
}

/* --- roles --- */
/* RFC 8445, 7.2.5.1: "A role switch requires an agent to recompute pair priorities" */
void nt_ice_session_reprice(struct nt_ice_session *s)
{
    nt_ice_pairs_reprice(s->pairs);
    for (size_t i = 0; i < nt_ice_components_count(s->env.components); i++) {
        const struct nt_ice_component *k = nt_ice_components_at(s->env.components, i);
        for (uint32_t n = 0; n < k->valid_count; n++)
            nt_ice_components_set_priority(s->env.components, i, n,
                                           nt_ice_pairs_priority(s->pairs, k->valids[n].own, k->valids[n].remote));
    }
}

void nt_ice_session_take_role(struct nt_ice_session *s, enum nt_ice_role role, nt_time now)
{
    s->role = role;
    nt_ice_pairs_set_role(s->pairs, role);
    for (size_t i = 0; i < nt_ice_components_count(s->env.components); i++)
        nt_ice_components_set_nominating(s->env.components, i, 0);
    nt_ice_session_reprice(s);
    nt_ice_events_push(s->env.events, &(struct nt_ice_event){.kind = NT_ICE_EV_ROLE, .role = role}, now);
}

void nt_ice_session_switch_role(struct nt_ice_session *s, enum nt_ice_role role, nt_time now)
{
    nt_ice_session_take_role(s, role, now);
    nt_ice_record_event(s->env.record, (struct nt_trace_event){.at = now, .kind = NT_TR_ICE_ROLE, .n = {0, 0, (int64_t)role}});
}

void nt_ice_session_change_tie_breaker(struct nt_ice_session *s, uint64_t refused)
{
    while (s->tie_breaker == refused)
        s->tie_breaker = nt_rand_u64(s->env.rand);
}

/* RFC 8445, 7.2.5.1 names no limit. One switch settles a conflict, a few more when tie-breakers change meanwhile; a peer that
 * answers 487 in either role would have the checks go on for ever. */
#define CONFLICTS_MAX 16

bool nt_ice_session_settles_conflicts(const struct nt_ice_session *s)
{
    return s->conflicts <= CONFLICTS_MAX;
}

void nt_ice_session_note_conflict(struct nt_ice_session *s)
{
    s->conflicts++;
}

/* --- pairs --- */
/* Something may be there to check. */
static void look_now(struct nt_ice_session *s, nt_time now)
{
    if (s->lists != NULL)
        nt_ice_lists_set_look_at(s->lists, now);
}

/* RFC 8445, 7.2.1: "the agent MUST create a permission in the TURN server [...] towards the remote candidate" */
static enum nt_ice_way way_of(const struct nt_ice_session *s, uint32_t own, uint32_t remote, nt_time now)
{
    const struct nt_ice_entry *e = nt_ice_candidates_at(s->env.own, own);
    if (e->via.relay == NT_ICE_DIRECT)
        return NT_ICE_WAY_OPEN;
    const struct nt_addr *peer = &nt_ice_candidates_at(s->remotes, remote)->c.addr;
    if (e->gone || nt_ice_relays_permit(s->env.relays, (uint16_t)e->via.relay, peer, now) != NT_OK)
        return NT_ICE_WAY_CLOSED;
    return nt_ice_relays_permitted(s->env.relays, (uint16_t)e->via.relay, peer) ? NT_ICE_WAY_OPEN : NT_ICE_WAY_PENDING;
}

struct nt_ice_admission nt_ice_session_admit(struct nt_ice_session *s, uint32_t own, uint32_t remote, enum nt_ice_why why,
                                             nt_time now)
{
    struct nt_ice_admission admission = nt_ice_pairs_admit(s->pairs, own, remote, way_of(s, own, remote, now), why, now);
    if (admission.pruned != 0)
        nt_ice_checks_cancel(s->checks, admission.pruned);
    return admission;
}

void nt_ice_session_trigger(struct nt_ice_session *s, uint32_t pair, nt_time now)
{
    const struct nt_ice_pair *p = nt_ice_pairs_get(s->pairs, pair);
    nt_ice_checks_cancel(s->checks, pair);
    nt_ice_pairs_set_way(s->pairs, pair, way_of(s, p->own, p->remote, now));
    nt_ice_pairs_trigger(s->pairs, pair, now);
    look_now(s, now);
}

void nt_ice_session_recheck(struct nt_ice_session *s, uint32_t pair, nt_time now)
{
    nt_ice_pairs_enqueue(s->pairs, pair);
    look_now(s, now);
}

/* RFC 8445, 7.2.5.3.3 */
void nt_ice_session_succeed(struct nt_ice_session *s, uint32_t pair, uint32_t valid_pair, nt_time now)
{
    nt_ice_pairs_succeed(s->pairs, pair, now);
    if (valid_pair != 0)
        nt_ice_pairs_succeed(s->pairs, valid_pair, now);
    nt_ice_pairs_unfreeze_group(s->pairs, pair, now);
    look_now(s, now);
}

static size_t place_of(const struct nt_ice_session *s, const struct nt_ice_pair *p)
{
    return nt_ice_components_place(s->env.components, p->stream, p->component);
}

static void drop_valid(struct nt_ice_session *s, size_t component, uint32_t valid)
{
    const struct nt_ice_valid *v = &nt_ice_components_at(s->env.components, component)->valids[valid];
    nt_ice_pairs_release(s->pairs, v->generator);
    if (v->pair != 0 && v->pair != v->generator)
        nt_ice_pairs_release(s->pairs, v->pair);
    nt_ice_components_drop(s->env.components, component, valid);
}

/* RFC 8445, 7.2.5.3.4: "the agent MUST remove the candidate pair from the valid list". */
static void drop_valids_of(struct nt_ice_session *s, size_t component, uint32_t generator)
{
    const struct nt_ice_component *k = nt_ice_components_at(s->env.components, component);
    for (uint32_t i = 0; i < k->valid_count; i++)
        if (k->valids[i].generator == generator && !k->valids[i].nominated && !k->valids[i].gone)
            drop_valid(s, component, i);
}

void nt_ice_session_fail(struct nt_ice_session *s, uint32_t pair, const char *why, nt_time now)
{
    const struct nt_ice_pair *p = nt_ice_pairs_get(s->pairs, pair);
    size_t component = place_of(s, p);
    nt_ice_checks_cancel(s->checks, pair);
    if (p->use_candidate_pending)
        nt_ice_components_set_nomination_failed(s->env.components, component, now);
    if (nt_ice_components_at(s->env.components, component)->nominating == pair)
        nt_ice_components_set_nominating(s->env.components, component, 0);
    drop_valids_of(s, component, pair);
    nt_ice_pairs_fail(s->pairs, pair, why, now);
}

void nt_ice_session_end_pair(struct nt_ice_session *s, uint32_t pair, const char *why, nt_time now)
{
    size_t component = place_of(s, nt_ice_pairs_get(s->pairs, pair));
    const struct nt_ice_component *k = nt_ice_components_at(s->env.components, component);
    nt_ice_session_fail(s, pair, why, now);
    nt_ice_pairs_end(s->pairs, pair, why, now);
    for (uint32_t i = 0; i < k->valid_count; i++)
        if (k->valids[i].generator == pair && !k->valids[i].gone && i != k->selected)
            drop_valid(s, component, i);
}

static bool leads_to(const struct nt_ice_session *s, const struct nt_ice_pair *p, int16_t relay, const struct nt_addr *peer)
{
    return p->via.relay == relay && (peer == NULL || nt_addr_same_ip(&nt_ice_candidates_at(s->remotes, p->remote)->c.addr, peer));
}

void nt_ice_session_open_way(struct nt_ice_session *s, int16_t relay, const struct nt_addr *peer, nt_time now)
{
    for (size_t i = 0; i < nt_ice_pairs_count(s->pairs); i++)
        if (leads_to(s, nt_ice_pairs_at(s->pairs, i), relay, peer))
            nt_ice_pairs_set_way(s->pairs, nt_ice_pairs_at(s->pairs, i)->number, NT_ICE_WAY_OPEN);
    look_now(s, now);
}

static bool is_nominated(const struct nt_ice_session *s, const struct nt_ice_pair *p)
{
    const struct nt_ice_component *k = nt_ice_components_at(s->env.components, place_of(s, p));
    for (size_t i = 0; i < k->valid_count; i++)
        if (k->valids[i].generator == p->number && k->valids[i].nominated)
            return true;
    return false;
}

/* Nominated pairs are consent's, and once ICE has completed nothing is nominated any more. */
void nt_ice_session_close_way(struct nt_ice_session *s, int16_t relay, const struct nt_addr *peer, nt_time now)
{
    for (size_t i = 0; i < nt_ice_pairs_count(s->pairs); i++) {
        const struct nt_ice_pair *p = nt_ice_pairs_at(s->pairs, i);
        if (!leads_to(s, p, relay, peer))
            continue;
        nt_ice_pairs_set_way(s->pairs, p->number, NT_ICE_WAY_CLOSED);
        bool is_needed = p->state != NT_ICE_SUCCEEDED || (s->state == NT_ICE_SESSION_RUNNING && !is_nominated(s, p));
        if (p->listed && p->state != NT_ICE_PAIR_FAILED && is_needed)
            nt_ice_session_fail(s, p->number, "no packet can leave for the peer from this relayed candidate", now);
    }
}

static void retire_gone(struct nt_ice_session *s)
{
    struct nt_ice_candidates *own = s->env.own;
    for (uint32_t i = 0; i < nt_ice_candidates_count(own); i++) {
        const struct nt_ice_entry *e = nt_ice_candidates_at(own, i);
        if (!e->gone && nt_ice_bases_at(s->env.bases, e->via.base)->state == NT_ICE_BASE_GONE)
            nt_ice_candidates_retire(own, e->via);
    }
}

/* True: the component's selected pair used one. The others leave the valid list, nominated or not. */
static bool lose_valids(struct nt_ice_session *s, size_t component)
{
    const struct nt_ice_component *k = nt_ice_components_at(s->env.components, component);
    for (uint32_t i = 0; i < k->valid_count; i++)
        if (nt_ice_candidates_at(s->env.own, k->valids[i].own)->gone && !k->valids[i].gone && i != k->selected)
            drop_valid(s, component, i);
    const struct nt_ice_valid *v = nt_ice_component_selected(k);
    return v != NULL && nt_ice_candidates_at(s->env.own, v->own)->gone && nt_ice_consents_allow(s->env.consents, component);
}

bool nt_ice_session_lose_bases(struct nt_ice_session *s, nt_time now)
{
    bool selected = false;
    retire_gone(s);
    for (size_t i = 0; i < nt_ice_components_count(s->env.components); i++)
        selected = lose_valids(s, i) || selected;
    for (size_t i = 0; i < nt_ice_pairs_count(s->pairs); i++) {
        const struct nt_ice_pair *p = nt_ice_pairs_at(s->pairs, i);
        if (p->listed && p->state != NT_ICE_PAIR_FAILED && nt_ice_candidates_at(s->env.own, p->own)->gone)
            nt_ice_session_fail(s, p->number, "its interface is gone", now);
    }
    return selected;
}

void nt_ice_session_permit(struct nt_ice_session *s, nt_time now)
{
    for (uint16_t i = 0; i < nt_ice_relays_count(s->env.relays); i++) {
        if (!nt_ice_relays_alive(s->env.relays, i))
            continue;
        for (uint32_t k = 0; k < nt_ice_candidates_count(s->remotes); k++) {
            const struct nt_addr *peer = &nt_ice_candidates_at(s->remotes, k)->c.addr;
            if (peer->family == nt_ice_relays_address(s->env.relays, i)->family)
                nt_ice_relays_permit(s->env.relays, i, peer, now); /* a pair that needs it asks again, and hears the error */
        }
    }
}

static void hold_pairs(struct nt_ice_session *s, const struct nt_ice_valid *v)
{
    nt_ice_pairs_hold(s->pairs, v->generator);
    if (v->pair != 0 && v->pair != v->generator)
        nt_ice_pairs_hold(s->pairs, v->pair);
}

static void trace_valid(const struct nt_ice_session *s, const struct nt_ice_valid *v, nt_time now)
{
    const struct nt_ice_candidate *c = &nt_ice_candidates_at(s->env.own, v->own)->c;
    nt_ice_record_event(s->env.record, (struct nt_trace_event){.at = now,
                                                               .kind = NT_TR_ICE_PAIR,
                                                               .a = c->addr,
                                                               .b = nt_ice_candidates_at(s->remotes, v->remote)->c.addr,
                                                               .n = {c->stream, c->component, v->number, NT_ICE_SUCCEEDED}});
}

static uint32_t add_new_valid(struct nt_ice_session *s, size_t component, const struct nt_ice_valid *key, nt_time now)
{
    const struct nt_ice_pair *equal = nt_ice_pairs_find(s->pairs, key->own, key->remote);
    uint32_t pair = equal != NULL && equal->listed ? equal->number : 0;
    struct nt_ice_valid v = {.number = pair != 0 ? pair : nt_ice_pairs_new_number(s->pairs),
                             .own = key->own,
                             .remote = key->remote,
                             .generator = key->generator,
                             .pair = pair,
                             .priority = nt_ice_pairs_priority(s->pairs, key->own, key->remote)};
    uint32_t place = nt_ice_components_add_valid(s->env.components, component, &v);
    if (place == NT_ICE_NONE) {
        nt_ice_record_drop(s->env.record, NULL, &nt_ice_candidates_at(s->remotes, v.remote)->c.addr,
                           "no room for another valid pair", now);
        return NT_ICE_NONE;
    }
    hold_pairs(s, &v);
    if (pair == 0)
        trace_valid(s, &v, now);
    return place;
}

uint32_t nt_ice_session_add_valid(struct nt_ice_session *s, uint32_t generator, uint32_t own, nt_time now)
{
    const struct nt_ice_pair *p = nt_ice_pairs_get(s->pairs, generator);
    struct nt_ice_valid v = {.own = own, .remote = p->remote, .generator = generator};
    size_t component = place_of(s, p);
    uint32_t place = nt_ice_components_find_valid(s->env.components, component, &v);
    if (place == NT_ICE_NONE)
        return add_new_valid(s, component, &v, now);
    const struct nt_ice_valid *known = &nt_ice_components_at(s->env.components, component)->valids[place];
    if (known->gone) {
        nt_ice_components_revive(s->env.components, component, place);
        hold_pairs(s, known);
    }
    return place;
}

/* --- states --- */
/* RFC 8863, 4: a check list fails not before the PAC timer; RFC 8838, 8: with trickle, not before both sides have ended gathering.
 */
static bool may_fail(const struct nt_ice_session *s, uint8_t stream, bool gathered, nt_time now)
{
    return now - s->started >= NT_ICE_PAC && !nt_ice_session_expects(s, stream, gathered, now);
}

static bool has_peer_ended(const struct nt_ice_session *s, uint8_t stream, nt_time now)
{
    return s->streams[stream - 1].ended || now - s->heard_at >= NT_ICE_LAST_CANDIDATE;
}

bool nt_ice_session_expects(const struct nt_ice_session *s, uint8_t stream, bool gathered, nt_time now)
{
    bool peer_ended = has_peer_ended(s, stream, now);
    return s->env.config->trickle != NT_ICE_TRICKLE_OFF && (!gathered || !peer_ended);
}

const char *nt_ice_session_why_failed(const struct nt_ice_session *s)
{
    if (nt_ice_session_abandoned_at(s) != NT_TIME_NEVER)
        return "the pair that the peer nominated has failed, and no other nomination has come";
    for (uint8_t i = 0; i < s->env.config->streams; i++)
        if (!s->streams[i].ended && !s->streams[i].without_ice)
            return "no pair connects, and the end of the peer's candidates has not come";
    return "no pair connects";
}

/* RFC 8445, 7.3.1.5, of a nominated pair whose check fails: "the agent MUST [...] set the checklist state to Failed". With
 * patience: the peer may see its check fail, too, and nominate the next pair. Without a valid pair, 7.2.5.4 decides. */
static nt_time abandoned_at(const struct nt_ice_session *s, const struct nt_ice_component *k)
{
    bool waits = s->role == NT_ICE_CONTROLLED && k->selected == NT_ICE_NONE && nt_ice_component_has_valid(k);
    return waits ? nt_time_after(k->nomination_failed, NT_ICE_PAC) : NT_TIME_NEVER;
}

nt_time nt_ice_session_abandoned_at(const struct nt_ice_session *s)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < nt_ice_components_count(s->env.components); i++)
        at = nt_time_min(at, abandoned_at(s, nt_ice_components_at(s->env.components, i)));
    return at;
}

static void fail_abandoned(struct nt_ice_session *s, nt_time now)
{
    for (size_t i = 0; i < nt_ice_components_count(s->env.components); i++) {
        const struct nt_ice_component *k = nt_ice_components_at(s->env.components, i);
        if (abandoned_at(s, k) <= now)
            nt_ice_lists_fail(s->lists, k->stream);
    }
}

/* The highest component that the peer has told candidates for; 0: none at all. */
static uint16_t last_component(const struct nt_ice_session *s, uint8_t stream)
{
    uint16_t last = 0;
    for (uint32_t i = 0; i < nt_ice_candidates_count(s->remotes); i++) {
        const struct nt_ice_entry *e = nt_ice_candidates_at(s->remotes, i);
        if (e->told && e->c.stream == stream && e->c.component > last)
            last = e->c.component;
    }
    return last;
}

/* RFC 8445, 6.1.2.2: "the number of components for that data stream is effectively reduced and is considered to be equal to the
 * minimum across both agents of the maximum component ID provided by each agent". */
static void match_components(struct nt_ice_session *s, uint8_t stream, nt_time now)
{
    struct nt_ice_components *components = s->env.components;
    uint16_t last = last_component(s, stream);
    s->streams[stream - 1].matched = true;
    for (size_t i = 0; last > 0 && i < nt_ice_components_count(components); i++) {
        const struct nt_ice_component *k = nt_ice_components_at(components, i);
        if (k->stream != stream || k->component <= last)
            continue;
        nt_ice_components_set_unused(components, i);
        nt_ice_record_event(s->env.record, (struct nt_trace_event){.at = now,
                                                                   .kind = NT_TR_ICE_ENDED,
                                                                   .n = {stream, k->component},
                                                                   .text = "the peer has no such component"});
    }
}

enum nt_ice_session_state nt_ice_session_update(struct nt_ice_session *s, bool gathered, nt_time now)
{
    uint8_t streams = s->env.config->streams;
    if (s->state != NT_ICE_SESSION_RUNNING)
        return s->state;
    for (uint8_t i = 1; i <= streams; i++)
        if (!s->streams[i - 1].matched && has_peer_ended(s, i, now))
            match_components(s, i, now);
    for (uint8_t i = 1; i <= streams; i++)
        nt_ice_lists_update(s->lists, i, s->pairs, s->env.components, may_fail(s, i, gathered, now));
    fail_abandoned(s, now);
    size_t completed = nt_ice_lists_count(s->lists, NT_ICE_LIST_COMPLETED),
           failed = nt_ice_lists_count(s->lists, NT_ICE_LIST_FAILED);
    streams = (uint8_t)(streams - nt_ice_lists_count(s->lists, NT_ICE_LIST_ENDED));
    if (completed == streams) {
        s->state = NT_ICE_SESSION_COMPLETED;
        if (!nt_ice_session_keeps_backups(
                s)) /* what comes of a cancelled check counts, or two agents cancel each other's for ever */
            nt_ice_checks_conclude(s->checks);
    } else if (failed > 0 && completed + failed == streams) {
        s->state = NT_ICE_SESSION_FAILED;
    }
    return s->state;
}
