/* A binary heap of deadlines whose items know their place, so that a refresh moves one in O(log n). */
#include "natsim/nat/deadlines.h"

#include "core/base/err.h"

#include <stdlib.h>

struct item {
    nt_time at;
    uint64_t number;
    uint32_t kind, index, place;
};

static struct item *item_at(const struct nt_deadlines *d, uint32_t id)
{
    return nt_slots_at(&d->items, id);
}

static bool ends_before(const struct nt_deadlines *d, uint32_t x, uint32_t y)
{
    const struct item *a = item_at(d, x), *b = item_at(d, y);
    return a->at != b->at ? a->at < b->at : a->number < b->number;
}

static void put_item(struct nt_deadlines *d, size_t place, uint32_t id)
{
    d->heap[place] = id;
    item_at(d, id)->place = (uint32_t)place;
}

static void settle(struct nt_deadlines *d, size_t place)
{
    uint32_t id = d->heap[place];
    while (place > 0 && ends_before(d, id, d->heap[(place - 1) / 2])) {
        put_item(d, place, d->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    for (size_t child; (child = 2 * place + 1) < d->count; place = child) {
        if (child + 1 < d->count && ends_before(d, d->heap[child + 1], d->heap[child]))
            child++;
        if (!ends_before(d, d->heap[child], id))
            break;
        put_item(d, place, d->heap[child]);
    }
    put_item(d, place, id);
}

void nt_deadlines_init(struct nt_deadlines *d, size_t limit)
{
    *d = (struct nt_deadlines){.heap = NULL};
    nt_slots_init(&d->items, sizeof(struct item), limit);
}

void nt_deadlines_free(struct nt_deadlines *d)
{
    free(d->heap);
    nt_slots_free(&d->items);
    nt_deadlines_init(d, d->items.limit);
}

int nt_deadlines_add(struct nt_deadlines *d, uint32_t kind, uint32_t index, nt_time at, uint32_t *id)
{
    int err = nt_grow(&d->heap, &d->heap_cap, d->count + 1, sizeof *d->heap, d->items.limit);
    if (err == NT_OK)
        err = nt_slots_take(&d->items, id);
    if (err != NT_OK)
        return err;
    *item_at(d, *id) = (struct item){.at = at, .number = d->added++, .kind = kind, .index = index};
    put_item(d, d->count++, *id);
    settle(d, d->count - 1);
    return NT_OK;
}

void nt_deadlines_move(struct nt_deadlines *d, uint32_t id, nt_time at)
{
    struct item *i = item_at(d, id);
    i->at = at;
    settle(d, i->place);
}

void nt_deadlines_remove(struct nt_deadlines *d, uint32_t id)
{
    size_t place = item_at(d, id)->place;
    uint32_t last = d->heap[--d->count];
    if (last != id) {
        put_item(d, place, last);
        settle(d, place);
    }
    nt_slots_release(&d->items, id);
}

nt_time nt_deadlines_next(const struct nt_deadlines *d)
{
    return d->count != 0 ? item_at(d, d->heap[0])->at : NT_TIME_NEVER;
}

bool nt_deadlines_due(struct nt_deadlines *d, nt_time now, uint32_t *kind, uint32_t *index, nt_time *at)
{
    if (d->count == 0 || nt_deadlines_next(d) > now)
        return false;
    const struct item *i = item_at(d, d->heap[0]);
    *kind = i->kind;
    *index = i->index;
    *at = i->at;
    nt_deadlines_remove(d, d->heap[0]);
    return true;
}
