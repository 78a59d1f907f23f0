#include "tests/faulty/queue.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

#define QUEUE_MAX 65536

void queue_free(struct queue *q)
{
    for (size_t i = 0; i < q->count; i++)
        free(q->items[i].bytes);
    free(q->items);
}

void queue_add(struct queue *q, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time due)
{
    struct queued made = {.due = due, .path = *path, .len = len, .bytes = malloc(len + 1)};
    if (made.bytes == NULL || nt_grow(&q->items, &q->cap, q->count + 1, sizeof made, QUEUE_MAX) != 0)
        abort(); /* a test without memory */
    memcpy(made.bytes, bytes, len);
    size_t i = q->count++;
    for (; i > 0 && q->items[i - 1].due > due; i--)
        q->items[i] = q->items[i - 1];
    q->items[i] = made;
}

bool queue_take(struct queue *q, nt_time now, struct queued *out)
{
    if (q->count == 0 || q->items[0].due > now)
        return false;
    *out = q->items[0];
    memmove(q->items, q->items + 1, --q->count * sizeof *q->items);
    return true;
}

nt_time queue_deadline(const struct queue *q)
{
    return q->count > 0 ? q->items[0].due : NT_TIME_NEVER;
}
