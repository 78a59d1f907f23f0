#include "core/base/map.h"
#include "core/base/addr.h"
#include "core/base/err.h"
#include "core/base/hash.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define GONE (NT_MAP_NONE - 1) /* a removed slot, which does not end a probe */

static inline size_t stride(size_t key_len)
{
    return (sizeof(uint32_t) + key_len + 3) & ~(size_t)3;
}

static uint8_t *slot_at(const struct nt_map *m, size_t i)
{
    return m->slots + i * stride(m->key_len);
}

static uint32_t value_of(const uint8_t *slot)
{
    uint32_t v;
    memcpy(&v, slot, sizeof v);
    return v;
}

static void set_value(uint8_t *slot, uint32_t v)
{
    memcpy(slot, &v, sizeof v);
}

/* Keys are short, so that a call of memcmp would cost more than this. */
static inline bool same_key(const uint8_t *a, const uint8_t *b, size_t len)
{
    for (; len >= 8; a += 8, b += 8, len -= 8)
        if (memcmp(a, b, 8) != 0)
            return false;
    for (; len >= 4; a += 4, b += 4, len -= 4)
        if (memcmp(a, b, 4) != 0)
            return false;
    for (; len > 0; a++, b++, len--)
        if (*a != *b)
            return false;
    return true;
}

static inline uint8_t *probe(const struct nt_map *m, const void *key, size_t len)
{
    uint8_t *free_slot = NULL;
    size_t step = stride(len);
    for (size_t i = nt_hash(key, len) & (m->capacity - 1);; i = (i + 1) & (m->capacity - 1)) {
        uint8_t *slot = m->slots + i * step;
        uint32_t v = value_of(slot);
        if (v == NT_MAP_NONE)
            return free_slot != NULL ? free_slot : slot;
        if (v == GONE)
            free_slot = free_slot != NULL ? free_slot : slot;
        else if (same_key(slot + sizeof v, key, len))
            return slot;
    }
}

/* The slot that holds the key, or the first free one on its way. Most keys are addresses: their length is known to the compiler. */
static uint8_t *find_slot(const struct nt_map *m, const void *key)
{
    return m->key_len == sizeof(struct nt_addr) ? probe(m, key, sizeof(struct nt_addr)) : probe(m, key, m->key_len);
}

static int rehash(struct nt_map *m, size_t capacity)
{
    struct nt_map bigger = {.key_len = m->key_len, .capacity = capacity};
    bigger.slots = malloc(capacity * stride(m->key_len));
    if (bigger.slots == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < capacity; i++)
        set_value(slot_at(&bigger, i), NT_MAP_NONE);
    for (size_t i = 0; i < m->capacity; i++) {
        const uint8_t *slot = slot_at(m, i);
        if (value_of(slot) < GONE) {
            memcpy(find_slot(&bigger, slot + sizeof(uint32_t)), slot, stride(m->key_len));
            bigger.count++;
        }
    }
    bigger.used = bigger.count;
    free(m->slots);
    *m = bigger;
    return NT_OK;
}

void nt_map_init(struct nt_map *m, size_t key_len)
{
    *m = (struct nt_map){.key_len = key_len};
}

void nt_map_free(struct nt_map *m)
{
    free(m->slots);
    *m = (struct nt_map){.key_len = m->key_len};
}

uint32_t nt_map_get(const struct nt_map *m, const void *key)
{
    if (m->count == 0)
        return NT_MAP_NONE;
    uint32_t v = value_of(find_slot(m, key));
    return v == GONE ? NT_MAP_NONE : v;
}

int nt_map_put(struct nt_map *m, const void *key, uint32_t value)
{
    /* An existing key keeps its slot, so that this cannot fail. */
    uint8_t *slot = m->capacity != 0 ? find_slot(m, key) : NULL;
    if (slot != NULL && value_of(slot) < GONE) {
        set_value(slot, value);
        return NT_OK;
    }
    if (4 * (m->used + 1) > 3 * m->capacity) {
        size_t capacity = 8;
        while (capacity < 2 * (m->count + 1))
            capacity *= 2;
        int r = rehash(m, capacity);
        if (r != NT_OK)
            return r;
        slot = find_slot(m, key);
    }
    uint32_t old = value_of(slot);
    if (old >= GONE)
        m->count++;
    if (old == NT_MAP_NONE)
        m->used++;
    set_value(slot, value);
    memcpy(slot + sizeof value, key, m->key_len);
    return NT_OK;
}

void nt_map_remove(struct nt_map *m, const void *key)
{
    if (m->count == 0)
        return;
    uint8_t *slot = find_slot(m, key);
    if (value_of(slot) < GONE) {
        set_value(slot, GONE);
        m->count--;
    }
}

int nt_reserve_to(void *items_pointer, size_t *cap, size_t need, size_t size, size_t limit)
{
    void *items;
    if (need > limit)
        return NT_ELIMIT;
    size_t want = *cap < 8 ? 8 : *cap * 2;
    want = want < need ? need : want > limit ? limit : want;
    memcpy(&items, items_pointer, sizeof items);
    items = realloc(items, want * size);
    if (items == NULL)
        return NT_ENOMEM;
    memcpy(items_pointer, &items, sizeof items);
    *cap = want;
    return NT_OK;
}

int nt_grow_to(void *items_pointer, size_t *cap, size_t need, size_t size, size_t limit)
{
    char *items;
    size_t was = *cap;
    int r = nt_reserve_to(items_pointer, cap, need, size, limit);
    if (r != NT_OK)
        return r;
    memcpy(&items, items_pointer, sizeof items);
    memset(items + was * size, 0, (*cap - was) * size);
    return NT_OK;
}
