#include "core/ice/failover.h"
#include "core/base/err.h"
#include "core/ice/backups.h"
#include "core/ice/consent.h"
#include "core/ice/nominate.h"

#include <string.h>

/* A pair whose check was answered no longer ago is alive: two intervals, and what a response takes. */
#define ALIVE (2 * NT_ICE_CONSENT_LONGEST + NT_STUN_RTO)

static bool is_active(const struct nt_ice_session *s)
{
    return nt_ice_session_env(s)->backups != NULL && nt_ice_session_keeps_backups(s) &&
           nt_ice_session_state(s) == NT_ICE_SESSION_COMPLETED;
}

/* The pair that a valid one comes of, if it may be a backup; or NULL. */
static const struct nt_ice_pair *backup_of(const struct nt_ice_session *s, const struct nt_ice_valid *v)
{
    const struct nt_ice_pair *p = v->gone ? NULL : nt_ice_pairs_get(nt_ice_session_pairs(s), v->generator);
    bool fit = p != NULL && p->listed && p->state == NT_ICE_SUCCEEDED && p->way == NT_ICE_WAY_OPEN;
    return fit && !nt_ice_candidates_at(nt_ice_session_env(s)->own, p->own)->gone ? p : NULL;
}

/* Of those that are not selected: the best one with a lower priority than `below`; NULL: none. */
static const struct nt_ice_valid *find_next_best(const struct nt_ice_session *s, const struct nt_ice_component *k,
                                                 const struct nt_ice_valid *below)
{
    const struct nt_ice_valid *best = NULL, *selected = nt_ice_component_selected(k);
    for (size_t i = 0; i < k->valid_count; i++) {
        const struct nt_ice_valid *v = &k->valids[i];
        bool lower = below == NULL || v->priority < below->priority || (v->priority == below->priority && v > below);
        bool other = selected == NULL || v->generator != selected->generator;
        if (lower && other && (best == NULL || v->priority > best->priority) && backup_of(s, v) != NULL)
            best = v;
    }
    return best;
}

/* When the consent of a pair that is not selected is lost; NT_TIME_NEVER: nobody asks for it. One that was selected has been asked
 * for all along. */
static nt_time lost_at(const struct nt_ice_session *s, const struct nt_ice_valid *v, const struct nt_ice_pair *p)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    bool was_asked = v->nominated && !env->config->no_consent;
    nt_time since = was_asked ? p->answered_at : nt_ice_backups_since(env->backups, p->number);
    return nt_time_after(NT_ICE_CONSENT_EXPIRY, since > p->answered_at ? since : p->answered_at);
}

/* The pair of a valid one that may be a backup, if it is not selected; or NULL. */
static const struct nt_ice_pair *unselected_of(const struct nt_ice_session *s, const struct nt_ice_component *k,
                                               const struct nt_ice_valid *v)
{
    const struct nt_ice_valid *selected = nt_ice_component_selected(k);
    return selected == NULL || v->generator != selected->generator ? backup_of(s, v) : NULL;
}

/* RFC 7675, 5.1, of a pair whose consent is lost: "the same ICE credentials MUST NOT be used on the affected 5-tuple again". */
static void end_silent(struct nt_ice_session *s, const struct nt_ice_component *k, nt_time now)
{
    for (size_t i = 0; i < k->valid_count; i++) {
        const struct nt_ice_pair *p = unselected_of(s, k, &k->valids[i]);
        if (p != NULL && lost_at(s, &k->valids[i], p) <= now)
            nt_ice_session_end_pair(s, p->number, "no answer for 30 seconds: its consent is lost", now);
    }
}

static nt_time next_lost_at(const struct nt_ice_session *s, const struct nt_ice_component *k)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < k->valid_count; i++) {
        const struct nt_ice_pair *p = unselected_of(s, k, &k->valids[i]);
        at = p != NULL ? nt_time_min(at, lost_at(s, &k->valids[i], p)) : at;
    }
    return at;
}

static void choose_backups(struct nt_ice_session *s, size_t component, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_component *k = nt_ice_components_at(env->components, component);
    uint32_t pairs[NT_ICE_BACKUPS_MAX];
    size_t count = 0;
    const struct nt_ice_valid *v = k->selected != NT_ICE_NONE ? find_next_best(s, k, NULL) : NULL;
    for (; v != NULL && count < NT_ICE_BACKUPS_MAX; v = find_next_best(s, k, v))
        pairs[count++] = v->generator;
    nt_ice_backups_set(env->backups, component, pairs, count, now);
}

static void ask_backup(struct nt_ice_session *s, size_t i, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_pair *p = nt_ice_pairs_get(nt_ice_session_pairs(s), nt_ice_backups_at(env->backups, i)->pair);
    struct nt_ice_message m = {.kind = NT_ICE_MSG_BACKUP,
                               .generation = env->generation,
                               .via = p->via,
                               .to = nt_ice_candidates_at(nt_ice_session_remotes(s), p->remote)->c.addr,
                               .index = (uint32_t)i};
    nt_rand_bytes(env->rand, m.id, sizeof m.id);
    nt_ice_outbox_put(env->outbox, &m, now);
    nt_ice_backups_asked(env->backups, i, m.id, nt_ice_session_role(s), nt_ice_session_tie_breaker(s), now);
}

static bool is_alive(const struct nt_ice_pair *p, nt_time now)
{
    return now - p->answered_at <= ALIVE;
}

/* The best pair that answers; 0: none. */
static uint32_t find_alive(const struct nt_ice_session *s, const struct nt_ice_component *k, nt_time now)
{
    for (const struct nt_ice_valid *v = find_next_best(s, k, NULL); v != NULL; v = find_next_best(s, k, v))
        if (is_alive(backup_of(s, v), now))
            return v->generator;
    return 0;
}

/* A nomination that gets no answer gives way to the next one. */
static void drop_dead_nomination(struct nt_ice_session *s, const struct nt_ice_component *k, nt_time now)
{
    const struct nt_ice_pair *p = k->nominating != 0 ? nt_ice_pairs_get(nt_ice_session_pairs(s), k->nominating) : NULL;
    if (p != NULL && p->state == NT_ICE_SUCCEEDED && !is_alive(p, now))
        nt_ice_session_fail(s, p->number, "it does not answer any more, and was to follow the selected pair", now);
}

static void follow_ended(struct nt_ice_session *s, size_t component, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_component *k = nt_ice_components_at(env->components, component);
    if (!env->config->failover || nt_ice_session_role(s) != NT_ICE_CONTROLLING || k->selected == NT_ICE_NONE ||
        nt_ice_consents_ended_at(env->consents, component) > now)
        return;
    drop_dead_nomination(s, k, now);
    uint32_t pair = k->nominating == 0 ? find_alive(s, k, now) : 0;
    if (pair != 0)
        nt_ice_nominate_pair(s, component, pair, now);
}

/* With renomination, when the pair that was named last has failed: the peer may have heard of that nomination, and follow it. */
static void take_nomination_back(struct nt_ice_session *s, size_t component, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_component *k = nt_ice_components_at(env->components, component);
    const struct nt_ice_valid *selected = nt_ice_component_selected(k);
    bool failed = selected != NULL && k->named != 0 && k->named != selected->generator && k->nominating == 0;
    if (failed && nt_ice_consents_ended_at(env->consents, component) > now)
        nt_ice_nominate_again(s, component, now);
}

void nt_ice_failover_timer(struct nt_ice_session *s, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    if (!is_active(s))
        return;
    for (size_t i = 0; i < nt_ice_components_count(env->components); i++) {
        end_silent(s, nt_ice_components_at(env->components, i), now);
        choose_backups(s, i, now);
        follow_ended(s, i, now);
        take_nomination_back(s, i, now);
    }
    for (size_t i = 0; i < nt_ice_backups_count(env->backups); i++) {
        const struct nt_ice_backup *b = nt_ice_backups_at(env->backups, i);
        if (b->pair != 0 && b->ask_at <= now)
            ask_backup(s, i, now);
    }
    nt_ice_backups_look(env->backups, now);
}

nt_time nt_ice_failover_deadline(const struct nt_ice_session *s)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    if (!is_active(s))
        return NT_TIME_NEVER;
    nt_time at = nt_ice_backups_deadline(env->backups);
    for (size_t i = 0; i < nt_ice_components_count(env->components); i++) {
        at = nt_time_min(at, next_lost_at(s, nt_ice_components_at(env->components, i)));
        nt_time ended_at = nt_ice_consents_ended_at(env->consents, i);
        if (!nt_ice_backups_looked(env->backups, ended_at))
            at = nt_time_min(at, ended_at);
    }
    return at;
}

static size_t find_asked(const struct nt_ice_backups *t, const uint8_t *id)
{
    size_t i = 0;
    while (i < nt_ice_backups_count(t) &&
           (nt_ice_backups_at(t, i)->pair == 0 || memcmp(nt_ice_backups_at(t, i)->id, id, NT_STUN_ID) != 0))
        i++;
    return i;
}

static const struct nt_why not_authentic = {NT_DISCARD_INTEGRITY,
                                            "a response to a backup's check is not authentic, or from elsewhere"},
                           other_error = {NT_DISCARD_UNRELATED, "an error response to a backup's check changes nothing"},
                           unknown_attributes = {NT_DISCARD_UNSUPPORTED,
                                                 "unknown comprehension-required attributes in a response to a backup's check"};

/* NULL: acted on; otherwise why not. */
static const struct nt_why *take_response(struct nt_ice_session *s, const struct nt_ice_backup *b, const struct nt_ice_pair *p,
                                          const struct nt_stun_msg *m, nt_time now)
{
    int code = 0;
    if (m->unknown_count > 0)
        return &unknown_attributes;
    if (m->class_ == NT_STUN_SUCCESS) {
        nt_ice_pairs_note_success(nt_ice_session_pairs(s), p->number, b->asked_at, now);
        return NULL;
    }
    nt_stun_get_error(m, &code, NULL, NULL);
    if (code == 487)
        nt_ice_nominate_heed_conflict(s, b->role, b->tie_breaker, now);
    else if (code == 403)
        nt_ice_session_end_pair(s, p->number, "the peer answered 403 (Forbidden)", now);
    else
        return &other_error;
    return NULL;
}

bool nt_ice_failover_response(struct nt_ice_session *s, struct nt_ice_via via, const struct nt_addr *from,
                              const struct nt_stun_msg *m, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    size_t i = env->backups != NULL ? find_asked(env->backups, m->id) : 0;
    if (env->backups == NULL || i == nt_ice_backups_count(env->backups))
        return false;
    const struct nt_ice_backup *b = nt_ice_backups_at(env->backups, i);
    const struct nt_ice_pair *p = nt_ice_pairs_get(nt_ice_session_pairs(s), b->pair);
    bool authentic = p != NULL && !p->ended && nt_ice_via_equal(p->via, via) &&
                     nt_addr_equal(&nt_ice_candidates_at(nt_ice_session_remotes(s), p->remote)->c.addr, from) &&
                     nt_stun_verify(m, &nt_ice_session_peer(s, p->stream)->key) == NT_OK;
    const struct nt_why *why = authentic ? take_response(s, b, p, m, now) : &not_authentic;
    if (why != NULL)
        nt_ice_record_discard(env->record, why, NULL, from, now);
    return true;
}

int nt_ice_failover_build(const struct nt_ice_session *s, const struct nt_ice_message *m, uint8_t *buf, size_t cap)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_backup *b = nt_ice_backups_at(env->backups, m->index);
    const struct nt_ice_pair *p = b->pair != 0 ? nt_ice_pairs_get(nt_ice_session_pairs(s), b->pair) : NULL;
    if (p == NULL || memcmp(b->id, m->id, NT_STUN_ID) != 0)
        return 0;
    struct nt_ice_request r = {.role = nt_ice_session_role(s),
                               .tie_breaker = nt_ice_session_tie_breaker(s),
                               .priority = nt_ice_prflx_priority(&nt_ice_candidates_at(env->own, p->own)->c)};
    return nt_ice_peer_request(nt_ice_session_peer(s, p->stream), &r, m->id, buf, cap);
}

bool nt_ice_failover_uses(const struct nt_ice_session *s, int16_t relay)
{
    const struct nt_ice_backups *t = nt_ice_session_env(s)->backups;
    for (size_t i = 0; t != NULL && i < nt_ice_backups_count(t); i++) {
        uint32_t pair = nt_ice_backups_at(t, i)->pair;
        const struct nt_ice_pair *p = pair != 0 ? nt_ice_pairs_get(nt_ice_session_pairs(s), pair) : NULL;
        if (p != NULL && p->via.relay == relay)
            return true;
    }
    return false;
}

bool nt_ice_failover_suspend(struct nt_ice_session *s, size_t component, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_component *k = nt_ice_components_at(env->components, component);
    if (!is_active(s) || !env->config->failover || find_alive(s, k, now) == 0)
        return false;
    nt_ice_consents_suspend(env->consents, component, now);
    return true;
}

static bool is_meant(const struct nt_ice_candidate *c, enum nt_ice_type type, const struct nt_addr *addr)
{
    if (!nt_addr_is_set(addr))
        return c->type == type;
    return addr->port == 0 ? nt_addr_same_ip(&c->addr, addr) : nt_addr_equal(&c->addr, addr);
}

/* The best one with that remote candidate, the selected one among them; or NULL. */
static const struct nt_ice_valid *find_meant(const struct nt_ice_session *s, const struct nt_ice_component *k,
                                             enum nt_ice_type remote, const struct nt_addr *addr)
{
    const struct nt_ice_valid *best = NULL;
    for (size_t i = 0; i < k->valid_count; i++) {
        const struct nt_ice_valid *v = &k->valids[i];
        if (backup_of(s, v) != NULL && is_meant(&nt_ice_candidates_at(nt_ice_session_remotes(s), v->remote)->c, remote, addr) &&
            (best == NULL || v->priority > best->priority))
            best = v;
    }
    return best;
}

int nt_ice_failover_renominate(struct nt_ice_session *s, enum nt_ice_type remote, const struct nt_addr *addr, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    int r = NT_ESTATE;
    for (size_t i = 0; i < nt_ice_components_count(env->components); i++) {
        const struct nt_ice_component *k = nt_ice_components_at(env->components, i);
        const struct nt_ice_valid *v = k->selected != NT_ICE_NONE ? find_meant(s, k, remote, addr) : NULL;
        if (v == NULL)
            continue;
        nt_ice_nominate_pair(s, i, v->generator, now);
        r = NT_OK;
    }
    return r;
}
