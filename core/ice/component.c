#include "core/ice/component.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>

/* What the component shows, and what it holds. */
struct component {
    struct nt_ice_component k;
    struct nt_ice_valid *valids;
    size_t cap;
};

struct nt_ice_components {
    uint16_t each; /* of a stream */
    uint32_t selections;
    size_t count, valid_count;
    struct component items[];
};

struct nt_ice_components *nt_ice_components_new(uint8_t streams, uint16_t components)
{
    size_t count = (size_t)streams * components;
    struct nt_ice_components *t = calloc(1, sizeof *t + count * sizeof t->items[0]);
    if (t == NULL)
        return NULL;
    t->each = components;
    t->count = count;
    for (size_t i = 0; i < count; i++)
        t->items[i].k = (struct nt_ice_component){.stream = (uint8_t)(i / components + 1),
                                                  .component = (uint16_t)(i % components + 1),
                                                  .first_valid = NT_TIME_NEVER,
                                                  .nomination_failed = NT_TIME_NEVER,
                                                  .selected = NT_ICE_NONE};
    return t;
}

void nt_ice_components_del(struct nt_ice_components *t)
{
    for (size_t i = 0; t != NULL && i < t->count; i++)
        free(t->items[i].valids);
    free(t);
}

size_t nt_ice_components_count(const struct nt_ice_components *t)
{
    return t->count;
}

const struct nt_ice_component *nt_ice_components_at(const struct nt_ice_components *t, size_t i)
{
    return &t->items[i].k;
}

size_t nt_ice_components_place(const struct nt_ice_components *t, uint8_t stream, uint16_t component)
{
    return (stream - 1U) * t->each + component - 1U;
}

const struct nt_ice_component *nt_ice_components_of(const struct nt_ice_components *t, uint8_t stream, uint16_t component)
{
    return &t->items[nt_ice_components_place(t, stream, component)].k;
}

const struct nt_ice_valid *nt_ice_component_selected(const struct nt_ice_component *k)
{
    return k->selected != NT_ICE_NONE ? &k->valids[k->selected] : NULL;
}

bool nt_ice_component_has_valid(const struct nt_ice_component *k)
{
    for (size_t i = 0; i < k->valid_count; i++)
        if (!k->valids[i].gone)
            return true;
    return false;
}

uint32_t nt_ice_components_find_valid(const struct nt_ice_components *t, size_t i, const struct nt_ice_valid *valid)
{
    const struct nt_ice_component *k = &t->items[i].k;
    for (uint32_t n = 0; n < k->valid_count; n++) {
        const struct nt_ice_valid *v = &k->valids[n];
        if (v->own == valid->own && v->remote == valid->remote && v->generator == valid->generator)
            return n;
    }
    return NT_ICE_NONE;
}

uint32_t nt_ice_components_add_valid(struct nt_ice_components *t, size_t i, const struct nt_ice_valid *valid)
{
    struct component *item = &t->items[i];
    if (t->valid_count >= NT_ICE_VALID_MAX ||
        nt_grow(&item->valids, &item->cap, item->k.valid_count + 1, sizeof *item->valids, NT_ICE_VALID_MAX) != NT_OK)
        return NT_ICE_NONE;
    item->k.valids = item->valids;
    item->valids[item->k.valid_count] = *valid;
    t->valid_count++;
    return (uint32_t)item->k.valid_count++;
}

void nt_ice_components_revive(struct nt_ice_components *t, size_t i, uint32_t valid)
{
    t->items[i].valids[valid].gone = false;
}

void nt_ice_components_drop(struct nt_ice_components *t, size_t i, uint32_t valid)
{
    t->items[i].valids[valid].gone = true;
}

void nt_ice_components_nominate(struct nt_ice_components *t, size_t i, uint32_t valid)
{
    t->items[i].valids[valid].nominated = true;
}

void nt_ice_components_set_unused(struct nt_ice_components *t, size_t i)
{
    t->items[i].k.unused = true;
}

void nt_ice_components_select(struct nt_ice_components *t, size_t i, uint32_t valid)
{
    t->items[i].k.selected = valid;
    t->selections++;
}

uint32_t nt_ice_components_selections(const struct nt_ice_components *t)
{
    return t->selections;
}

void nt_ice_components_set_nominating(struct nt_ice_components *t, size_t i, uint32_t pair)
{
    t->items[i].k.nominating = pair;
}

void nt_ice_components_name(struct nt_ice_components *t, size_t i, uint32_t pair, uint32_t nomination)
{
    t->items[i].k.named = pair;
    t->items[i].k.nomination = nomination;
}

void nt_ice_components_set_own_nomination(struct nt_ice_components *t, size_t i, uint32_t pair)
{
    t->items[i].k.own_nomination = pair;
}

void nt_ice_components_set_nomination_failed(struct nt_ice_components *t, size_t i, nt_time at)
{
    t->items[i].k.nomination_failed = at;
}

void nt_ice_components_note_valid(struct nt_ice_components *t, size_t i, nt_time now)
{
    t->items[i].k.first_valid = nt_time_min(t->items[i].k.first_valid, now);
}

void nt_ice_components_set_priority(struct nt_ice_components *t, size_t i, uint32_t valid, uint64_t priority)
{
    t->items[i].valids[valid].priority = priority;
}
