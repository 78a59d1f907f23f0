#include "natsim/tcp/timers.h"
#include "core/base/err.h"

#define NOWHERE UINT32_MAX

int nt_timers_reserve(struct nt_tcp *t, size_t connections)
{
    return nt_grow(&t->heap, &t->heap_cap, connections, sizeof *t->heap, SIZE_MAX / sizeof *t->heap);
}

static bool is_earlier(const struct nt_tcp *t, uint32_t a, uint32_t b)
{
    nt_time at = t->connections[a].due, bt = t->connections[b].due;
    return at < bt || (at == bt && a < b);
}

static void place(struct nt_tcp *t, size_t i, uint32_t connection)
{
    t->heap[i] = connection;
    t->connections[connection].heap = (uint32_t)i;
}

static void sift_up(struct nt_tcp *t, size_t i, uint32_t connection)
{
    for (; i > 0 && is_earlier(t, connection, t->heap[(i - 1) / 2]); i = (i - 1) / 2)
        place(t, i, t->heap[(i - 1) / 2]);
    place(t, i, connection);
}

static void sift_down(struct nt_tcp *t, size_t i, uint32_t connection)
{
    for (size_t child; (child = 2 * i + 1) < t->heap_count; i = child) {
        if (child + 1 < t->heap_count && is_earlier(t, t->heap[child + 1], t->heap[child]))
            child++;
        if (!is_earlier(t, t->heap[child], connection))
            break;
        place(t, i, t->heap[child]);
    }
    place(t, i, connection);
}

static void remove_at(struct nt_tcp *t, size_t i)
{
    t->connections[t->heap[i]].heap = NOWHERE;
    uint32_t moved = t->heap[--t->heap_count];
    if (i == t->heap_count)
        return;
    sift_up(t, i, moved);
    if (t->heap[i] == moved)
        sift_down(t, i, moved);
}

void nt_timers_set(struct nt_tcp *t, uint32_t connection, nt_time at)
{
    struct nt_tcp_connection *c = &t->connections[connection];
    if (c->due == at)
        return;
    if (c->due != NT_TIME_NEVER)
        remove_at(t, c->heap);
    c->due = at;
    if (at != NT_TIME_NEVER)
        sift_up(t, t->heap_count++, connection);
}

nt_time nt_timers_next(const struct nt_tcp *t)
{
    return t->heap_count > 0 ? t->connections[t->heap[0]].due : NT_TIME_NEVER;
}

uint32_t nt_timers_due(struct nt_tcp *t, nt_time now)
{
    if (nt_timers_next(t) > now)
        return NT_MAP_NONE;
    uint32_t connection = t->heap[0];
    nt_timers_set(t, connection, NT_TIME_NEVER);
    return connection;
}
