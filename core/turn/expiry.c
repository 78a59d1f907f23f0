#include "core/turn/expiry.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdbool.h>
#include <stdlib.h>

static bool is_before(const struct nt_turn_timer *a, const struct nt_turn_timer *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void place_timer(struct nt_turn_expiry *e, size_t i, struct nt_turn_timer *t)
{
    e->heap[i] = t;
    t->place = (uint32_t)i + 1;
}

/* Moves the timer at i up or down to where it belongs. */
static void settle_timer(struct nt_turn_expiry *e, size_t i)
{
    struct nt_turn_timer *t = e->heap[i];
    for (; i > 0 && is_before(t, e->heap[(i - 1) / 2]); i = (i - 1) / 2)
        place_timer(e, i, e->heap[(i - 1) / 2]);
    for (size_t child = 2 * i + 1; child < e->count; child = 2 * i + 1) {
        if (child + 1 < e->count && is_before(e->heap[child + 1], e->heap[child]))
            child++;
        if (!is_before(e->heap[child], t))
            break;
        place_timer(e, i, e->heap[child]);
        i = child;
    }
    place_timer(e, i, t);
}

void nt_turn_expiry_free(struct nt_turn_expiry *e)
{
    free(e->heap);
    *e = (struct nt_turn_expiry){0};
}

int nt_turn_expiry_add(struct nt_turn_expiry *e, struct nt_turn_timer *t, uint32_t tag, size_t limit)
{
    int r = nt_grow(&e->heap, &e->cap, e->count + 1, sizeof *e->heap, limit);
    if (r != NT_OK)
        return r;
    *t = (struct nt_turn_timer){.at = NT_TIME_NEVER, .order = e->made++, .tag = tag};
    place_timer(e, e->count++, t);
    settle_timer(e, e->count - 1);
    return NT_OK;
}

void nt_turn_expiry_move(struct nt_turn_expiry *e, struct nt_turn_timer *t, nt_time at)
{
    t->at = at;
    settle_timer(e, t->place - 1);
}

void nt_turn_expiry_remove(struct nt_turn_expiry *e, struct nt_turn_timer *t)
{
    if (t->place == 0)
        return;
    size_t i = t->place - 1;
    struct nt_turn_timer *last = e->heap[--e->count];
    t->place = 0;
    if (last != t) {
        place_timer(e, i, last);
        settle_timer(e, i);
    }
}

struct nt_turn_timer *nt_turn_expiry_first(const struct nt_turn_expiry *e)
{
    return e->count > 0 ? e->heap[0] : NULL;
}
