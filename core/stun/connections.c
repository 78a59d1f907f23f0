#include "core/stun/connections.h"
#include "core/base/err.h"

#include <stdlib.h>

void nt_stun_connections_init(struct nt_stun_connections *t, const struct nt_stun_transports *transports, bool channels,
                              const struct nt_trace *trace)
{
    *t = (struct nt_stun_connections){.trace = trace, .channels = channels};
    t->max = transports->connections_max != 0 ? transports->connections_max : NT_STUN_CONNECTIONS_MAX;
    t->idle = transports->idle != 0 ? transports->idle : NT_STUN_IDLE_MAX;
    nt_map_init(&t->by_id, sizeof(uint32_t));
}

static void leave_queue(struct nt_stun_connections *t, struct nt_stun_connection *c)
{
    if (c->before != NULL)
        c->before->after = c->after;
    else
        t->queues[c->queue].first = c->after;
    if (c->after != NULL)
        c->after->before = c->before;
    else
        t->queues[c->queue].last = c->before;
}

static void join_queue(struct nt_stun_connections *t, struct nt_stun_connection *c, uint8_t queue, nt_time now)
{
    c->queue = queue;
    c->since = now;
    c->after = NULL;
    c->before = t->queues[queue].last;
    if (c->before != NULL)
        c->before->after = c;
    else
        t->queues[queue].first = c;
    t->queues[queue].last = c;
}

static void move_to(struct nt_stun_connections *t, struct nt_stun_connection *c, uint8_t queue, nt_time now)
{
    leave_queue(t, c);
    join_queue(t, c, queue, now);
}

static void forget(struct nt_stun_connections *t, struct nt_stun_connection *c)
{
    leave_queue(t, c);
    nt_map_remove(&t->by_id, &c->path.id);
    t->live -= c->queue < NT_STUN_ENDED;
    struct nt_stun_connection *last = t->slots[--t->count];
    if (last != c) {
        last->slot = c->slot;
        t->slots[c->slot] = last;
        nt_map_put(&t->by_id, &last->path.id, c->slot); /* it is there: this needs no memory */
    }
    nt_stun_stream_free(&c->stream);
    free(c);
}

void nt_stun_connections_free(struct nt_stun_connections *t)
{
    while (t->count > 0)
        forget(t, t->slots[t->count - 1]);
    free(t->slots);
    nt_map_free(&t->by_id);
}

static struct nt_stun_connection *find(const struct nt_stun_connections *t, const struct nt_path *path)
{
    uint32_t i = nt_map_get(&t->by_id, &path->id);
    return i != NT_MAP_NONE ? t->slots[i] : NULL;
}

static void trace_ended(const struct nt_stun_connections *t, const struct nt_path *path, const char *why, nt_time now)
{
    nt_trace_emit(t->trace, (struct nt_trace_event){
                                .at = now, .kind = NT_TR_CONNECTION_ENDED, .a = path->local, .b = path->remote, .text = why});
}

static struct nt_stun_connection *add_connection(struct nt_stun_connections *t, const struct nt_path *path, nt_time now)
{
    struct nt_stun_connection *c = calloc(1, sizeof *c);
    if (c == NULL || nt_grow(&t->slots, &t->cap, t->count + 1, sizeof(struct nt_stun_connection *), UINT32_MAX / 2) != NT_OK ||
        nt_map_put(&t->by_id, &path->id, (uint32_t)t->count) != NT_OK) {
        free(c);
        return NULL;
    }
    c->path = *path;
    c->slot = (uint32_t)t->count;
    t->slots[t->count++] = c;
    t->live++;
    nt_stun_stream_init(&c->stream, t->channels);
    join_queue(t, c, NT_STUN_OPEN, now);
    return c;
}

void nt_stun_connection_accept(struct nt_stun_connections *t, const struct nt_path *path, nt_time now)
{
    bool full = t->live >= t->max;
    struct nt_stun_connection *c = find(t, path) == NULL ? add_connection(t, path, now) : NULL;
    if (c == NULL)
        trace_ended(t, path, "no memory for another connection: what comes on it is dropped", now);
    else if (full)
        nt_stun_connection_end(t, c, "closed at once: the server has as many connections as it may", now);
}

struct nt_stun_connection *nt_stun_connection_of(const struct nt_stun_connections *t, const struct nt_path *path)
{
    struct nt_stun_connection *c = path->transport != NT_UDP ? find(t, path) : NULL;
    return c != NULL && c->queue < NT_STUN_ENDED ? c : NULL;
}

void nt_stun_connection_put(struct nt_stun_connections *t, struct nt_stun_connection *c, const struct nt_path *path,
                            const uint8_t *bytes, size_t len, nt_time now)
{
    c->path.tos = path->tos;
    if (c->queue == NT_STUN_OPEN)
        move_to(t, c, NT_STUN_HALF, now);
    nt_stun_stream_put(&c->stream, bytes, len);
}

bool nt_stun_connection_next(struct nt_stun_connections *t, struct nt_stun_connection *c, const uint8_t **message, size_t *len,
                             nt_time now)
{
    if (c->queue < NT_STUN_ENDED && nt_stun_stream_next(&c->stream, message, len)) {
        move_to(t, c, NT_STUN_HALF, now); /* what follows it begins now */
        return true;
    }
    if (c->queue == NT_STUN_HALF && !nt_stun_stream_is_half(&c->stream))
        move_to(t, c, NT_STUN_OPEN, now);
    return false;
}

struct nt_stun_connection *nt_stun_connection_overdue(const struct nt_stun_connections *t, const char **why, nt_time now)
{
    struct nt_stun_connection *open = t->queues[NT_STUN_OPEN].first, *half = t->queues[NT_STUN_HALF].first;
    if (half != NULL && now >= nt_time_after(half->since, NT_STUN_HALF_MAX)) {
        *why = "a message that has begun is not whole after 39.5 seconds";
        return half;
    }
    *why = "no message has come for too long";
    return open != NULL && now >= nt_time_after(open->since, t->idle) ? open : NULL;
}

void nt_stun_connection_stays(struct nt_stun_connections *t, struct nt_stun_connection *c, nt_time now)
{
    move_to(t, c, NT_STUN_OPEN, now);
}

static void end_quietly(struct nt_stun_connections *t, struct nt_stun_connection *c, uint8_t queue, nt_time now)
{
    t->live -= c->queue < NT_STUN_ENDED;
    nt_stun_stream_free(&c->stream);
    move_to(t, c, queue, now);
}

void nt_stun_connection_end(struct nt_stun_connections *t, struct nt_stun_connection *c, const char *why, nt_time now)
{
    trace_ended(t, &c->path, why, now);
    end_quietly(t, c, NT_STUN_ENDED, now);
}

void nt_stun_connection_gone(struct nt_stun_connections *t, const struct nt_path *path)
{
    struct nt_stun_connection *c = path->transport != NT_UDP ? find(t, path) : NULL;
    if (c != NULL)
        forget(t, c);
}

void nt_stun_connections_reset(struct nt_stun_connections *t, nt_time now)
{
    for (size_t i = 0; i < t->count; i++)
        end_quietly(t, t->slots[i], NT_STUN_TO_CLOSE, now);
}

/* The requests of the input that has ended them are over, and what was to be sent has been pulled. */
void nt_stun_connections_timer(struct nt_stun_connections *t, nt_time now)
{
    while (t->queues[NT_STUN_ENDED].first != NULL)
        move_to(t, t->queues[NT_STUN_ENDED].first, NT_STUN_TO_CLOSE, now);
}

nt_time nt_stun_connections_deadline(const struct nt_stun_connections *t)
{
    const struct nt_stun_connection *open = t->queues[NT_STUN_OPEN].first, *half = t->queues[NT_STUN_HALF].first,
                                    *ended = t->queues[NT_STUN_ENDED].first;
    nt_time at = ended != NULL ? ended->since : NT_TIME_NEVER;
    if (open != NULL)
        at = nt_time_min(at, nt_time_after(open->since, t->idle));
    return half != NULL ? nt_time_min(at, nt_time_after(half->since, NT_STUN_HALF_MAX)) : at;
}

int nt_stun_connections_request(struct nt_stun_connections *t, struct nt_request *req)
{
    struct nt_stun_connection *c = t->queues[NT_STUN_TO_CLOSE].first;
    if (c == NULL)
        return 0;
    *req = (struct nt_request){.kind = NT_REQ_CLOSE, .path = c->path};
    forget(t, c);
    return 1;
}
