#include "scenarios/apps/slow_responses.h"

#include "core/base/err.h"
#include "core/base/map.h"
#include "core/stun/stun.h"

#include <stdlib.h>
#include <string.h>

#define WAITING_MAX 65536

struct waiting {
    nt_time due;
    struct nt_path path;
    size_t len;
    uint8_t *bytes;
};

struct nt_slow_responses {
    struct nt_endpoint server;
    struct nt_trace trace;
    uint16_t port;
    nt_time by, until;
    struct waiting *items; /* by `due` */
    size_t count, cap;
};

static bool is_slow(const struct nt_slow_responses *s, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_msg msg;
    return now < s->until && len != NT_OUTPUT_EMPTY && path->local.port == s->port && nt_stun_parse(&msg, bytes, len) == NT_OK &&
           (msg.class_ == NT_STUN_SUCCESS || msg.class_ == NT_STUN_ERROR);
}

static void tell_leaving(const struct nt_slow_responses *s, enum nt_trace_kind kind, const struct nt_path *path, const char *text,
                         nt_time now)
{
    nt_trace_emit(&s->trace, (struct nt_trace_event){.at = now, .kind = kind, .b = path->remote, .text = text});
}

static void hold_back(struct nt_slow_responses *s, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    struct waiting made = {.due = nt_time_after(now, s->by), .path = *path, .len = len, .bytes = malloc(len)};
    if (made.bytes == NULL || nt_grow(&s->items, &s->cap, s->count + 1, sizeof made, WAITING_MAX) != NT_OK) {
        free(made.bytes);
        tell_leaving(s, NT_TR_UNSENT, path, "too many slow responses", now);
        return;
    }
    tell_leaving(s, NT_TR_HELD, path, "a step slows responses down", now);
    memcpy(made.bytes, bytes, len);
    size_t i = s->count++;
    for (; i > 0 && s->items[i - 1].due > made.due; i--)
        s->items[i] = s->items[i - 1];
    s->items[i] = made;
}

static size_t take_due(struct nt_slow_responses *s, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    if (s->count == 0 || s->items[0].due > now || s->items[0].len > cap)
        return 0;
    struct waiting first = s->items[0];
    memmove(s->items, s->items + 1, --s->count * sizeof first);
    memcpy(buf, first.bytes, first.len);
    free(first.bytes);
    *path = first.path;
    return first.len;
}

static void slow_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_slow_responses *s = self;
    s->server.ops->input(s->server.self, path, kind, bytes, len, now);
}

static void slow_timer(void *self, nt_time now)
{
    struct nt_slow_responses *s = self;
    s->server.ops->timer(s->server.self, now);
}

static size_t slow_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_slow_responses *s = self;
    size_t len;
    while ((len = s->server.ops->output(s->server.self, path, buf, cap, now)) > 0 && is_slow(s, path, buf, len, now))
        hold_back(s, path, buf, len, now);
    return len > 0 ? len : take_due(s, path, buf, cap, now);
}

static nt_time slow_deadline(const void *self)
{
    const struct nt_slow_responses *s = self;
    nt_time server = s->server.ops->deadline(s->server.self);
    return s->count > 0 ? nt_time_min(server, s->items[0].due) : server;
}

static int slow_request(void *self, struct nt_request *req)
{
    struct nt_slow_responses *s = self;
    return s->server.ops->request(s->server.self, req);
}

struct nt_slow_responses *nt_slow_responses_new(struct nt_endpoint server, uint16_t port, const struct nt_trace *trace)
{
    struct nt_slow_responses *s = calloc(1, sizeof *s);
    if (s != NULL)
        *s = (struct nt_slow_responses){.server = server, .port = port, .trace = *trace};
    return s;
}

void nt_slow_responses_del(struct nt_slow_responses *s)
{
    if (s == NULL)
        return;
    nt_slow_responses_lose(s);
    free(s->items);
    free(s);
}

struct nt_endpoint nt_slow_responses_endpoint(struct nt_slow_responses *s)
{
    static const struct nt_endpoint_ops ops = {slow_input, slow_timer, slow_output, slow_deadline, slow_request};
    return (struct nt_endpoint){&ops, s};
}

void nt_slow_responses_begin(struct nt_slow_responses *s, nt_time by, nt_time until)
{
    s->by = by;
    s->until = until;
}

void nt_slow_responses_lose(struct nt_slow_responses *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->items[i].bytes);
    s->count = 0;
}
