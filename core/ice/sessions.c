#include "core/ice/sessions.h"
#include "core/base/err.h"
#include "core/ice/consent.h"
#include "core/ice/freshness.h"

#include <stdlib.h>
#include <string.h>

struct nt_ice_sessions {
    struct nt_rand *rand;
    struct nt_ice_session *pending, *current, *former;
    uint32_t generation;             /* of the last one that was made */
    enum nt_ice_role inherited_role; /* the pending one's */
};

struct nt_ice_sessions *nt_ice_sessions_new(const struct nt_ice_env *env, struct nt_rand *rand)
{
    struct nt_ice_sessions *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->rand = rand;
    t->current = nt_ice_session_new(env, rand, 0, env->config->role);
    if (t->current != NULL)
        return t;
    free(t);
    return NULL;
}

void nt_ice_sessions_del(struct nt_ice_sessions *t)
{
    if (t == NULL)
        return;
    nt_ice_session_del(t->pending);
    nt_ice_session_del(t->current);
    nt_ice_session_del(t->former);
    free(t);
}

/* --- which --- */
struct nt_ice_session *nt_ice_sessions_current(const struct nt_ice_sessions *t)
{
    return t->current;
}

struct nt_ice_session *nt_ice_sessions_pending(const struct nt_ice_sessions *t)
{
    return t->pending;
}

struct nt_ice_session *nt_ice_sessions_former(const struct nt_ice_sessions *t)
{
    return t->former;
}

struct nt_ice_session *nt_ice_sessions_newest(const struct nt_ice_sessions *t)
{
    return t->pending != NULL ? t->pending : t->current;
}

struct nt_ice_session *nt_ice_sessions_of(const struct nt_ice_sessions *t, uint32_t generation)
{
    struct nt_ice_session *all[] = {t->current, t->pending, t->former};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] != NULL && nt_ice_session_env(all[i])->generation == generation)
            return all[i];
    return NULL;
}

struct nt_ice_session *nt_ice_sessions_named(const struct nt_ice_sessions *t, const uint8_t *username, size_t len)
{
    struct nt_ice_session *all[] = {t->current, t->pending, t->former};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] != NULL && nt_ice_session_is_named(all[i], username, len))
            return all[i];
    return NULL;
}

/* RFC 8445, 12.1: the selected pair of a component is "equal to the previous selected pair [...] if the state of the checklist for
 * that data stream is Running, and there was a previous selected pair for that component due to an ICE restart". */
struct nt_ice_session *nt_ice_sessions_carrier(const struct nt_ice_sessions *t, uint8_t stream)
{
    if (nt_ice_session_carries(t->current, stream))
        return t->current;
    return t->former != NULL && nt_ice_session_carries(t->former, stream) ? t->former : NULL;
}

static bool carries_any(const struct nt_ice_session *s)
{
    for (uint8_t i = 1; i <= nt_ice_session_env(s)->config->streams; i++)
        if (nt_ice_session_carries(s, i))
            return true;
    return false;
}

/* --- a restart --- */
int nt_ice_sessions_begin(struct nt_ice_sessions *t)
{
    t->inherited_role = nt_ice_session_role(t->current);
    t->pending = nt_ice_session_new(nt_ice_session_env(t->current), t->rand, t->generation + 1, t->inherited_role);
    if (t->pending == NULL)
        return NT_ENOMEM;
    t->generation++;
    nt_ice_session_follow(t->pending, t->current);
    return NT_OK;
}

void nt_ice_sessions_roll_back(struct nt_ice_sessions *t)
{
    nt_ice_session_del(t->pending);
    t->pending = NULL;
}

/* RFC 8445, 9: roles stay, also one that was switched meanwhile; not against a switch that the peer's checks with the new
 * credentials have made (6.1.1). */
static void settle_role(struct nt_ice_sessions *t, nt_time now)
{
    enum nt_ice_role role = nt_ice_session_role(t->current);
    if (nt_ice_session_role(t->pending) == t->inherited_role && role != t->inherited_role)
        nt_ice_session_take_role(t->pending, role, now);
}

void nt_ice_sessions_commit(struct nt_ice_sessions *t, bool keep, nt_time now)
{
    settle_role(t, now);
    if (keep && carries_any(t->current)) {
        nt_ice_sessions_forget(t);
        nt_ice_session_keep(t->current);
        t->former = t->current;
    } else {
        nt_ice_session_del(t->current);
    }
    t->current = t->pending;
    t->pending = NULL;
}

void nt_ice_sessions_retire_way(struct nt_ice_sessions *t, struct nt_ice_via via)
{
    struct nt_ice_session *all[] = {t->current, t->pending, t->former};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] != NULL)
            nt_ice_candidates_retire(nt_ice_session_env(all[i])->own, via);
}

bool nt_ice_sessions_lose_bases(struct nt_ice_sessions *t, nt_time now)
{
    struct nt_ice_session *all[] = {t->current, t->pending, t->former};
    bool selected = false;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        selected = (all[i] != NULL && nt_ice_freshness_lose_bases(all[i], now)) || selected;
    return selected;
}

void nt_ice_sessions_retire(struct nt_ice_sessions *t)
{
    const struct nt_ice_env *env = t->former != NULL ? nt_ice_session_env(t->former) : NULL;
    for (size_t i = 0; env != NULL && i < nt_ice_components_count(env->components); i++)
        nt_ice_consents_end(env->consents, i);
}

void nt_ice_sessions_forget(struct nt_ice_sessions *t)
{
    nt_ice_session_del(t->former);
    t->former = NULL;
}
