#include "core/ice/backups.h"
#include "core/ice/consent.h"

#include <stdlib.h>
#include <string.h>

struct nt_ice_backups {
    struct nt_rand *rand;
    nt_time looked_at;
    size_t count;
    struct nt_ice_backup items[];
};

struct nt_ice_backups *nt_ice_backups_new(struct nt_rand *rand, size_t components)
{
    size_t count = components * NT_ICE_BACKUPS_MAX;
    struct nt_ice_backups *t = calloc(1, sizeof *t + count * sizeof t->items[0]);
    if (t == NULL)
        return NULL;
    t->rand = rand;
    t->looked_at = -1;
    t->count = count;
    return t;
}

void nt_ice_backups_del(struct nt_ice_backups *t)
{
    free(t);
}

size_t nt_ice_backups_count(const struct nt_ice_backups *t)
{
    return t->count;
}

const struct nt_ice_backup *nt_ice_backups_at(const struct nt_ice_backups *t, size_t i)
{
    return &t->items[i];
}

static bool is_among(uint32_t pair, const uint32_t *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pairs[i] == pair)
            return true;
    return false;
}

static void add_pair(struct nt_ice_backups *t, struct nt_ice_backup *places, uint32_t pair, nt_time now)
{
    struct nt_ice_backup *free_place = NULL;
    for (size_t i = NT_ICE_BACKUPS_MAX; i-- > 0;) {
        if (places[i].pair == pair)
            return;
        free_place = places[i].pair == 0 ? &places[i] : free_place;
    }
    *free_place =
        (struct nt_ice_backup){.pair = pair, .since = now, .ask_at = nt_time_after(now, nt_ice_consent_interval(t->rand))};
}

void nt_ice_backups_set(struct nt_ice_backups *t, size_t component, const uint32_t *pairs, size_t count, nt_time now)
{
    struct nt_ice_backup *places = &t->items[component * NT_ICE_BACKUPS_MAX];
    for (size_t i = 0; i < NT_ICE_BACKUPS_MAX; i++)
        if (!is_among(places[i].pair, pairs, count))
            places[i].pair = 0;
    for (size_t i = 0; i < count; i++)
        add_pair(t, places, pairs[i], now);
}

void nt_ice_backups_asked(struct nt_ice_backups *t, size_t i, const uint8_t id[NT_STUN_ID], enum nt_ice_role role,
                          uint64_t tie_breaker, nt_time now)
{
    struct nt_ice_backup *b = &t->items[i];
    memcpy(b->id, id, NT_STUN_ID);
    b->role = role;
    b->tie_breaker = tie_breaker;
    b->asked_at = now;
    b->ask_at = nt_time_after(now, nt_ice_consent_interval(t->rand));
}

nt_time nt_ice_backups_since(const struct nt_ice_backups *t, uint32_t pair)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].pair == pair)
            return t->items[i].since;
    return NT_TIME_NEVER;
}

void nt_ice_backups_look(struct nt_ice_backups *t, nt_time now)
{
    t->looked_at = now;
}

bool nt_ice_backups_looked(const struct nt_ice_backups *t, nt_time at)
{
    return t->looked_at >= at;
}

nt_time nt_ice_backups_deadline(const struct nt_ice_backups *t)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].pair != 0)
            at = nt_time_min(at, t->items[i].ask_at);
    return at;
}
