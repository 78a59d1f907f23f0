#include "natsim/fabric/queue.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>

static bool comes_before(const struct nt_event *a, const struct nt_event *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void place_event(struct nt_queue *q, size_t i, const struct nt_event *e)
{
    q->heap[i] = *e;
    if (nt_event_class_of(e) == NT_EV_TIMER)
        q->timers[e->target] = (uint32_t)i + 1;
}

static void sift_up(struct nt_queue *q, size_t i, struct nt_event e)
{
    while (i > 0 && comes_before(&e, &q->heap[(i - 1) / 4])) {
        place_event(q, i, &q->heap[(i - 1) / 4]);
        i = (i - 1) / 4;
    }
    place_event(q, i, &e);
}

static void sift_down(struct nt_queue *q, size_t i, struct nt_event e)
{
    for (;;) {
        size_t first = 4 * i + 1, best = first;
        if (first >= q->count)
            break;
        for (size_t k = first + 1; k < first + 4 && k < q->count; k++)
            if (comes_before(&q->heap[k], &q->heap[best]))
                best = k;
        if (!comes_before(&q->heap[best], &e))
            break;
        place_event(q, i, &q->heap[best]);
        i = best;
    }
    place_event(q, i, &e);
}

/* Puts an event where another was. */
static void replace_event(struct nt_queue *q, size_t i, struct nt_event e)
{
    if (i > 0 && comes_before(&e, &q->heap[(i - 1) / 4]))
        sift_up(q, i, e);
    else
        sift_down(q, i, e);
}

static void take_out(struct nt_queue *q, size_t i)
{
    struct nt_event last = q->heap[--q->count];
    if (nt_event_class_of(&q->heap[i]) == NT_EV_TIMER)
        q->timers[q->heap[i].target] = 0;
    if (i < q->count)
        replace_event(q, i, last);
}

static uint64_t next_order(struct nt_queue *q, enum nt_event_class class)
{
    return (uint64_t) class << 62 | q->sequence++;
}

int nt_queue_push(struct nt_queue *q, enum nt_event_class class, struct nt_event e)
{
    int r = nt_grow(&q->heap, &q->cap, q->count + 1, sizeof *q->heap, NT_QUEUE_MAX);
    if (r != NT_OK)
        return r;
    e.order = next_order(q, class);
    q->count++;
    sift_up(q, q->count - 1, e);
    return NT_OK;
}

int nt_queue_nodes(struct nt_queue *q, size_t count)
{
    return nt_grow(&q->timers, &q->timer_cap, count, sizeof *q->timers, UINT32_MAX - 1);
}

int nt_queue_timer(struct nt_queue *q, uint32_t node, nt_time at)
{
    uint32_t i = q->timers[node];
    if (i == 0)
        return at == NT_TIME_NEVER ? NT_OK : nt_queue_push(q, NT_EV_TIMER, (struct nt_event){.at = at, .target = node});
    struct nt_event e = q->heap[i - 1];
    if (at == NT_TIME_NEVER) {
        take_out(q, i - 1);
    } else if (at != e.at) {
        e.at = at;
        e.order = next_order(q, NT_EV_TIMER);
        replace_event(q, i - 1, e);
    }
    return NT_OK;
}

bool nt_queue_pop(struct nt_queue *q, struct nt_event *e)
{
    if (q->count == 0)
        return false;
    nt_queue_take(q, 0, e);
    return true;
}

void nt_queue_take(struct nt_queue *q, size_t i, struct nt_event *e)
{
    *e = q->heap[i];
    take_out(q, i);
}

void nt_queue_free(struct nt_queue *q)
{
    free(q->heap);
    free(q->timers);
}
