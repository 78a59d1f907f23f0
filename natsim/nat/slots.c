#include "natsim/nat/slots.h"

#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

void nt_slots_init(struct nt_slots *s, size_t size, size_t limit)
{
    memset(s, 0, sizeof *s);
    s->size = size;
    s->limit = limit;
}

void nt_slots_free(struct nt_slots *s)
{
    free(s->items);
    free(s->free);
    nt_slots_init(s, s->size, s->limit);
}

int nt_slots_take(struct nt_slots *s, uint32_t *index)
{
    if (s->free_count != 0) {
        *index = s->free[--s->free_count];
    } else {
        /* The stack has a place for each item, so that releasing cannot fail. */
        int err = nt_reserve(&s->items, &s->cap, s->used + 1, s->size, s->limit);
        if (err == NT_OK)
            err = nt_reserve(&s->free, &s->free_cap, s->used + 1, sizeof *s->free, s->limit);
        if (err != NT_OK)
            return err;
        *index = (uint32_t)s->used++;
    }
    memset(nt_slots_at(s, *index), 0, s->size);
    return NT_OK;
}

void nt_slots_release(struct nt_slots *s, uint32_t index)
{
    s->free[s->free_count++] = index;
}
