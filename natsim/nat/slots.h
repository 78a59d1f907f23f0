/* Items of one size in an array that only grows, with a stack of free places: an index stays valid until it is released, and
 * nothing is allocated once the array is as large as the load needs. */
#ifndef NT_NAT_SLOTS_H
#define NT_NAT_SLOTS_H

#include "core/base/map.h"

struct nt_slots {
    unsigned char *items;
    uint32_t *free;
    size_t size, limit; /* bytes of an item; the most items */
    size_t cap, free_cap;
    size_t used, free_count;
};

void nt_slots_init(struct nt_slots *s, size_t size, size_t limit);
void nt_slots_free(struct nt_slots *s);
/* A zeroed item's index into *index; NT_ENOMEM or NT_ELIMIT. */
int nt_slots_take(struct nt_slots *s, uint32_t *index);
void nt_slots_release(struct nt_slots *s, uint32_t index);
static inline void *nt_slots_at(const struct nt_slots *s, uint32_t index)
{
    return s->items + s->size * index;
}
static inline size_t nt_slots_count(const struct nt_slots *s)
{
    return s->used - s->free_count;
}

#endif
