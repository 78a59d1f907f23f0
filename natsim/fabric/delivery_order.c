#include "natsim/fabric/delivery_order.h"
#include "natsim/fabric/fabric_state.h"

struct option {
    uint32_t node;
    size_t place; /* in the heap */
};

static bool is_arrival(const struct nt_event *e)
{
    return nt_event_class_of(e) == NT_EV_DELIVERY && nt_delivery_arrives(e->kind);
}

static bool comes_before(const struct nt_event *a, const struct nt_event *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

/* Puts the event among the options, one for each node, in the order of the queue; leaves out the last one when there are too many.
 */
static size_t add_option(struct nt_fabric *f, struct option *options, size_t count, uint32_t node, size_t place)
{
    const struct nt_event *heap = f->queue.heap;
    size_t i = 0, to;
    while (i < count && options[i].node != node)
        i++;
    if (i < count && comes_before(&heap[options[i].place], &heap[place]))
        return count;
    if (i == count && count < NT_OPTIONS_MAX) {
        count++;
    } else if (i == count) {
        f->options_left_out = true;
        i = count - 1;
    }
    for (to = i; to > 0 && comes_before(&heap[place], &heap[options[to - 1].place]); to--)
        options[to] = options[to - 1];
    options[to] = (struct option){.node = node, .place = place};
    return count;
}

static size_t gather_options(struct nt_fabric *f, struct option *options)
{
    const struct nt_queue *q = &f->queue;
    nt_time last = nt_time_after(q->heap[0].at, f->choose_window);
    size_t count = 0;
    for (size_t i = 0; i < q->count; i++) {
        const struct nt_event *e = &q->heap[i];
        if (e->at <= last && is_arrival(e))
            count = add_option(f, options, count, f->attachments[e->target].node, i);
    }
    return count;
}

bool nt_delivery_order_take(struct nt_fabric *f, struct nt_event *e)
{
    struct option options[NT_OPTIONS_MAX];
    const struct nt_event *next = &f->queue.heap[0];
    nt_time now = next->at;
    if (!is_arrival(next))
        return false;
    size_t count = gather_options(f, options);
    if (count < 2)
        return false;
    uint32_t chosen = f->choose(f->choose_user, (uint32_t)count);
    nt_queue_take(&f->queue, options[chosen < count ? chosen : 0].place, e);
    e->at = now;
    return true;
}

void nt_fabric_choose(struct nt_fabric *f, nt_time window, uint32_t (*choose)(void *user, uint32_t options), void *user)
{
    f->choose = choose;
    f->choose_user = user;
    f->choose_window = window;
}

bool nt_fabric_chose_from_all(const struct nt_fabric *f)
{
    return !f->options_left_out;
}
