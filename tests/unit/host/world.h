/* For tests: a world with a recorded trace, and an endpoint that sends what it is told and notes what it gets. */
#ifndef NT_TEST_WORLD_H
#define NT_TEST_WORLD_H

#include "tests/unit/help.h"

#include "core/base/bytes.h"
#include "natsim/host/host.h"

enum { LOG_MAX = 4096, OUT_MAX = 2048, IN_MAX = 4096 };

struct world {
    struct nt_fabric *f;
    struct nt_trace_event log[LOG_MAX]; /* without bytes */
    size_t logged, unsent;
};

struct got {
    nt_time at;
    enum nt_input kind;
    struct nt_path path;
    size_t len;
    uint8_t first[NT_ICMP_INPUT];
};

struct peer {
    struct nt_host *host;
    struct nt_request requests[8];
    size_t request_count, request_next;
    struct {
        struct nt_path path;
        size_t len;
    } out[OUT_MAX];
    size_t out_count, out_next;
    uint32_t number; /* the next datagram's first four bytes */
    struct got in[IN_MAX];
    size_t in_count;
    nt_time deadline;
    bool stuck, endless, deaf;
};

static inline void record(void *user, const struct nt_trace_event *e)
{
    struct world *w = user;
    if (e->kind == NT_TR_UNSENT && ++w->unsent > 1) /* told again and again by an endless endpoint */
        return;
    assert_true(w->logged < LOG_MAX);
    w->log[w->logged] = *e;
    w->log[w->logged++].bytes = NULL;
}

static inline void world_new(struct world *w, uint64_t seed)
{
    memset(w, 0, sizeof *w);
    w->f = nt_fabric_new(&(struct nt_fabric_config){.seed = seed, .trace = {.emit = record, .user = w}});
    assert_non_null(w->f);
}

static inline uint32_t network(struct world *w, const char *name, struct nt_network_config c)
{
    c.name = name;
    uint32_t n = nt_fabric_add_network(w->f, &c);
    assert_true(n != NT_FABRIC_NONE);
    return n;
}

static inline size_t count(const struct world *w, enum nt_trace_kind kind, int64_t what)
{
    size_t n = 0;
    for (size_t i = 0; i < w->logged; i++)
        n += w->log[i].kind == kind && w->log[i].n[1] == what;
    return n;
}

static inline size_t drops(const struct world *w, enum nt_drop reason)
{
    return count(w, NT_TR_DROP, reason);
}

static inline void peer_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len,
                              nt_time now)
{
    struct peer *p = self;
    if (p->deaf)
        return;
    assert_true(p->in_count < IN_MAX);
    struct got *g = &p->in[p->in_count++];
    *g = (struct got){.at = now, .kind = kind, .path = *path, .len = len};
    if (len > 0)
        memcpy(g->first, bytes, len < sizeof g->first ? len : sizeof g->first);
}

static inline void peer_timer(void *self, nt_time now)
{
    struct peer *p = self;
    (void)now;
    if (!p->stuck)
        p->deadline = NT_TIME_NEVER;
}

static inline size_t peer_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct peer *p = self;
    (void)now;
    if (p->endless)
        p->out_next = 0;
    if (p->out_next == p->out_count)
        return 0;
    size_t len = p->out[p->out_next].len;
    *path = p->out[p->out_next++].path;
    if (len == NT_OUTPUT_EMPTY)
        return len;
    assert_true(len <= cap);
    for (size_t i = 0; i < len; i++)
        buf[i] = (uint8_t)i;
    nt_store32(buf, p->number++);
    return len;
}

static inline nt_time peer_deadline(const void *self)
{
    return ((const struct peer *)self)->deadline;
}

static inline int peer_request(void *self, struct nt_request *req)
{
    struct peer *p = self;
    if (p->request_next == p->request_count)
        return 0;
    *req = p->requests[p->request_next++];
    return 1;
}

static inline void ask(struct peer *p, enum nt_request_kind kind, uint8_t transport, const char *local, uint32_t id)
{
    struct nt_request *r = &p->requests[p->request_count++];
    *r = (struct nt_request){.kind = kind, .path = {.transport = transport, .id = id}};
    if (local != NULL)
        r->path.local = addr(local);
}

/* Sends when the host is kicked next. */
static inline void say(struct peer *p, const char *from, const char *to, size_t len, bool df)
{
    assert_true(p->out_count < OUT_MAX);
    p->out[p->out_count].path = (struct nt_path){.transport = NT_UDP, .df = df, .local = addr(from), .remote = addr(to)};
    p->out[p->out_count++].len = len;
}

static inline void say_at(void *user, nt_time now)
{
    nt_host_kick(((struct peer *)user)->host, now);
}

/* A host with one interface, a default route onto the link and one endpoint that binds `local`. */
static inline void peer_new(struct peer *p, struct world *w, uint32_t net, const char *name, const char *ip, const char *local)
{
    static const struct nt_endpoint_ops ops = {peer_input, peer_timer, peer_output, peer_deadline, peer_request};
    struct nt_addr a = addr(ip);
    struct nt_route r = {.prefix = {.addr = {.family = a.family}}};
    memset(p, 0, sizeof *p);
    p->deadline = NT_TIME_NEVER;
    p->host = nt_host_new(w->f, name);
    assert_non_null(p->host);
    assert_int_equal(nt_host_attach(p->host, net, name, &a, 1), 0);
    assert_int_equal(nt_routes_add(nt_host_routes(p->host), &r), 0);
    if (local != NULL)
        ask(p, NT_REQ_BIND, NT_UDP, local, 1);
    assert_int_equal(nt_host_run_endpoint(p->host, (struct nt_endpoint){&ops, p}, 0), 0);
}

static inline size_t datagrams(const struct peer *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->in_count; i++)
        n += p->in[i].kind == NT_IN_DATAGRAM;
    return n;
}

static inline const struct got *datagram(const struct peer *p, size_t which)
{
    for (size_t i = 0; i < p->in_count; i++)
        if (p->in[i].kind == NT_IN_DATAGRAM && which-- == 0)
            return &p->in[i];
    fail();
    return NULL;
}

static inline const struct got *last(const struct peer *p)
{
    assert_true(p->in_count > 0);
    return &p->in[p->in_count - 1];
}

#endif
