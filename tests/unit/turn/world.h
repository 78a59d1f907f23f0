/* A tiny network for the TURN tests, in virtual time:
 *
 *    clients (198.51.100.x) ---- 10 ms ---- server 192.0.2.1:3478, relaying on 192.0.2.2 ---- 10 ms ---- peers (anything else)
 *
 * Clients are nt_turn_clients or hand-built requests ("raw"); what reaches a raw client or a peer is kept for the test. */
#ifndef TEST_TURN_WORLD_H
#define TEST_TURN_WORLD_H

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "core/turn/channel_data.h"
#include "core/turn/turn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATENCY (10 * NT_MSEC)
#define WIRE_MAX 256
#define CLIENTS 2
#define BOUND_MAX 512
#define MTU 2048

struct packet {
    nt_time at;
    struct nt_path path; /* as the receiver sees it */
    size_t len;
    uint8_t bytes[MTU];
};

struct world {
    nt_time now;
    struct nt_rand rand;
    struct nt_turn_server *server;
    struct nt_endpoint end;
    struct nt_turn_client *clients[CLIENTS];
    struct nt_addr bases[CLIENTS];
    struct packet *wire;
    size_t wire_count;
    struct packet last;         /* that reached a peer or a raw client */
    int received;               /* how many did */
    int to_server, from_server; /* datagrams */
    int refuse_binds;           /* so many are refused */
    int binds, closes;
    struct nt_addr bound[BOUND_MAX], listen;
    int bound_count;
    bool (*drop)(struct world *w, struct packet *p); /* true: lost on the way; it may damage it, too */
    int dropped;
    int traced[128];
    const char *why; /* of the last NT_TR_DISCARDED: nt_discard_name */
    int refused;     /* the code of the last NT_TR_TURN_REFUSED, */
    const char *refused_why;
    struct {
        nt_time at;
        struct nt_addr of; /* server, peer or relayed address */
        uint16_t method;   /* of a request that failed */
        int code;          /* its */
        char reason[80];   /* why it failed */
        const char *text;  /* what the client does about it; of other events: why */
    } told;                /* the last event of a TURN client */
    struct nt_turn_event events[64];
    uint8_t data[MTU]; /* of the last EV_DATA */
    int event_count;
    uint16_t methods[512]; /* of the requests sent by clients, in order */
    int method_count;
    int user; /* the test's */
};

static inline void traced(void *user, const struct nt_trace_event *e)
{
    struct world *w = user;
    w->traced[e->kind]++;
    if (e->kind >= NT_TR_REQUEST_FAILED && e->kind <= NT_TR_STUN_PASSED_OVER) {
        w->told.at = e->at;
        w->told.of = e->b;
        w->told.method = (uint16_t)e->n[0];
        w->told.code = (int)e->n[1];
        snprintf(w->told.reason, sizeof w->told.reason, "%.*s", (int)e->len, e->bytes != NULL ? (const char *)e->bytes : "");
        w->told.text = e->text;
    }
    if (e->kind == NT_TR_TURN_REFUSED)
        w->refused = (int)e->n[0], w->refused_why = e->text;
    if (e->kind == NT_TR_DISCARDED)
        w->why = nt_discard_name((enum nt_discard)e->n[0]);
}

static const struct nt_turn_account test_accounts[] = {{"George", "secret"}, {"Martha", "other"}};

static inline struct nt_turn_server_config server_config(struct world *w)
{
    return (struct nt_turn_server_config){.listen = addr("192.0.2.1:3478"),
                                          .relay = addr("192.0.2.2"),
                                          .realm = "example.com",
                                          .accounts = test_accounts,
                                          .account_count = 2,
                                          .software = "test server",
                                          .rand = &w->rand,
                                          .trace = {.emit = traced, .user = w}};
}

static inline void grant_ports(struct world *w);

static inline struct world *world_new(void)
{
    struct world *w = calloc(1, sizeof *w);
    w->wire = calloc(WIRE_MAX, sizeof *w->wire);
    nt_rand_init(&w->rand, 1, "turn");
    return w;
}

static inline void world_serve(struct world *w, const struct nt_turn_server_config *config)
{
    w->server = nt_turn_server_new(config);
    assert_non_null(w->server);
    w->listen = config->listen;
    w->end = nt_turn_server_endpoint(w->server);
    grant_ports(w);
}

static inline struct world *world_default(void)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    world_serve(w, &c);
    return w;
}

static inline struct nt_turn_client *world_client(struct world *w, int i, const char *user, const char *password, uint32_t lifetime)
{
    w->bases[i] = addr(i == 0 ? "198.51.100.2:49721" : "198.51.100.3:49721");
    struct nt_turn_client_config c = {.server = w->listen,
                                      .transport = NT_UDP,
                                      .base = w->bases[i],
                                      .user = user,
                                      .password = password,
                                      .lifetime = lifetime,
                                      .software = "test client",
                                      .rand = &w->rand,
                                      .trace = {.emit = traced, .user = w}};
    w->clients[i] = nt_turn_client_new(&c);
    assert_non_null(w->clients[i]);
    return w->clients[i];
}

static inline void world_del(struct world *w)
{
    for (int i = 0; i < CLIENTS; i++)
        nt_turn_client_del(w->clients[i]);
    nt_turn_server_del(w->server);
    free(w->wire);
    free(w);
}

/* A datagram leaves from `path->local`. */
static inline void put(struct world *w, const struct nt_path *path, const void *bytes, size_t len)
{
    assert_true(w->wire_count < WIRE_MAX && len <= MTU);
    struct packet *p = &w->wire[w->wire_count];
    p->at = w->now + LATENCY;
    p->path = *path;
    p->path.local = path->remote;
    p->path.remote = path->local;
    p->path.ttl = path->ttl != 0 ? path->ttl : 64;
    p->len = len;
    memcpy(p->bytes, bytes, len);
    bool to_server = nt_addr_same_ip(&path->remote, &w->listen);
    if (to_server && len >= 20 && bytes != NULL && (p->bytes[0] & 0xc0) == 0 && (nt_load16(p->bytes) & 0x110) == 0 &&
        w->method_count < 512)
        w->methods[w->method_count++] = nt_load16(p->bytes);
    if (to_server)
        w->to_server++;
    if (nt_addr_same_ip(&path->local, &w->listen))
        w->from_server++;
    if (w->drop != NULL && w->drop(w, p)) {
        w->dropped++;
        return;
    }
    w->wire_count++;
}

static inline void grant_ports(struct world *w)
{
    struct nt_request r;
    while (w->end.ops->request(w->end.self, &r)) {
        bool refused = r.kind == NT_REQ_BIND && w->refuse_binds > 0;
        if (r.kind == NT_REQ_CLOSE) {
            w->closes++;
            int i = 0;
            while (i < w->bound_count && !nt_addr_equal(&w->bound[i], &r.path.local))
                i++;
            assert_true(i < w->bound_count);
            w->bound[i] = w->bound[--w->bound_count];
            continue;
        }
        assert_int_equal(r.kind, NT_REQ_BIND);
        w->binds++;
        w->refuse_binds -= refused;
        if (!refused && w->bound_count < BOUND_MAX)
            w->bound[w->bound_count++] = r.path.local;
        w->end.ops->input(w->end.self, &r.path, refused ? NT_IN_CLOSED : NT_IN_CONNECTED, NULL, 0, w->now);
    }
}

static inline void drain(struct world *w)
{
    static uint8_t buf[NT_DATAGRAM_MAX];
    struct nt_path path;
    size_t n;
    if (w->server != NULL) {
        grant_ports(w);
        while ((n = w->end.ops->output(w->end.self, &path, buf, sizeof buf, w->now)) > 0)
            put(w, &path, buf, n != NT_OUTPUT_EMPTY ? n : 0);
    }
    for (int i = 0; i < CLIENTS; i++) {
        struct nt_turn_event ev;
        while (w->clients[i] != NULL && nt_turn_client_event(w->clients[i], &ev)) {
            if (ev.kind == NT_TURN_EV_DATA && ev.len > 0)
                memcpy(w->data, ev.bytes, ev.len);
            ev.bytes = w->data;
            if (w->event_count < 64)
                w->events[w->event_count++] = ev;
        }
        while (w->clients[i] != NULL && (n = nt_turn_client_output(w->clients[i], &path, buf, sizeof buf, w->now)) > 0)
            put(w, &path, buf, n);
    }
}

static inline bool relayed_here(const struct world *w, const struct nt_addr *a)
{
    for (int i = 0; i < w->bound_count; i++)
        if (nt_addr_equal(&w->bound[i], a))
            return true;
    return false;
}

static inline void arrive(struct world *w, const struct packet *p)
{
    for (int i = 0; i < CLIENTS; i++)
        if (w->clients[i] != NULL && nt_addr_equal(&p->path.local, &w->bases[i])) {
            nt_turn_client_input(w->clients[i], &p->path, p->bytes, p->len, w->now);
            return;
        }
    if (w->server != NULL && relayed_here(w, &p->path.local)) {
        w->end.ops->input(w->end.self, &p->path, NT_IN_DATAGRAM, p->bytes, p->len, w->now);
        return;
    }
    w->last = *p;
    w->received++;
}

static inline nt_time next_at(const struct world *w)
{
    nt_time t = w->server != NULL ? w->end.ops->deadline(w->end.self) : NT_TIME_NEVER;
    for (int i = 0; i < CLIENTS; i++)
        if (w->clients[i] != NULL)
            t = nt_time_min(t, nt_turn_client_deadline(w->clients[i]));
    for (size_t i = 0; i < w->wire_count; i++)
        t = nt_time_min(t, w->wire[i].at);
    return t;
}

/* Law 1: after a timer and a drained output, deadline > now. */
static inline void run_timers(struct world *w)
{
    if (w->server != NULL)
        w->end.ops->timer(w->end.self, w->now);
    for (int i = 0; i < CLIENTS; i++)
        if (w->clients[i] != NULL)
            nt_turn_client_timer(w->clients[i], w->now);
    drain(w);
    if (w->server != NULL)
        assert_true(w->end.ops->deadline(w->end.self) > w->now);
    for (int i = 0; i < CLIENTS; i++)
        if (w->clients[i] != NULL)
            assert_true(nt_turn_client_deadline(w->clients[i]) > w->now);
}

static inline void run_until(struct world *w, nt_time end)
{
    drain(w);
    for (nt_time t = next_at(w); t <= end; t = next_at(w)) {
        w->now = t > w->now ? t : w->now;
        for (size_t i = 0; i < w->wire_count;) {
            if (w->wire[i].at > w->now) {
                i++;
                continue;
            }
            struct packet p = w->wire[i];
            memmove(w->wire + i, w->wire + i + 1, (--w->wire_count - i) * sizeof p);
            arrive(w, &p);
            drain(w);
            i = 0;
        }
        run_timers(w);
    }
    w->now = end;
}

static inline void run_for(struct world *w, nt_time span)
{
    run_until(w, w->now + span);
}

/* The number of events of a kind since the last clear. */
static inline int events(const struct world *w, enum nt_turn_event_kind kind)
{
    int n = 0;
    for (int i = 0; i < w->event_count; i++)
        n += w->events[i].kind == kind;
    return n;
}

static inline const struct nt_turn_event *event(const struct world *w, enum nt_turn_event_kind kind)
{
    for (int i = w->event_count; i-- > 0;)
        if (w->events[i].kind == kind)
            return &w->events[i];
    fail_msg("no such event");
    return NULL;
}

static inline int requests(const struct world *w, uint16_t method)
{
    int n = 0;
    for (int i = 0; i < w->method_count; i++)
        n += w->methods[i] == method;
    return n;
}

/* A peer sends. */
static inline void peer_sends(struct world *w, const char *from, const struct nt_addr *to, const char *text)
{
    struct nt_path path = {.transport = NT_UDP, .local = addr(from), .remote = *to};
    put(w, &path, text, strlen(text));
    run_for(w, 2 * LATENCY);
}

static inline void client_sends(struct world *w, int i, const struct nt_addr *peer, const char *text)
{
    uint8_t buf[MTU];
    int n = nt_turn_client_wrap(w->clients[i], peer, (const uint8_t *)text, strlen(text), false, buf, sizeof buf);
    assert_true(n > 0);
    struct nt_path path = {.transport = NT_UDP, .local = w->bases[i], .remote = w->listen};
    put(w, &path, buf, (size_t)n);
    run_for(w, 2 * LATENCY);
}

static inline struct nt_addr allocate(struct world *w, int i)
{
    nt_turn_client_allocate(w->clients[i], w->now);
    run_for(w, NT_SEC);
    return event(w, NT_TURN_EV_ALLOCATED)->relayed;
}

/* --- hand-built requests from an address --- */
struct raw {
    struct world *w;
    struct nt_addr from;
    struct nt_stun_login login;
    uint8_t id[NT_STUN_ID];
    uint8_t buf[MTU];
    struct nt_stun_builder b;
    struct nt_stun_msg answer;
    int code;
    int len; /* of the last message sent */
};

static inline void raw_init(struct raw *r, struct world *w, const char *from, const char *user, const char *password)
{
    memset(r, 0, sizeof *r);
    r->w = w;
    r->from = addr(from);
    nt_stun_login_init(&r->login, user, password);
}

static inline void raw_start(struct raw *r, enum nt_stun_class class_, uint16_t method)
{
    nt_rand_bytes(&r->w->rand, r->id, sizeof r->id);
    nt_stun_start(&r->b, r->buf, sizeof r->buf, class_, method, r->id);
}

static inline int raw_again(struct raw *r)
{
    struct world *w = r->w;
    struct nt_path path = {.transport = NT_UDP, .local = r->from, .remote = w->listen};
    int before = w->received;
    put(w, &path, r->buf, (size_t)r->len);
    run_for(w, 3 * LATENCY);
    if (w->received == before)
        return -1;
    assert_true(nt_addr_equal(&w->last.path.local, &r->from) && nt_addr_equal(&w->last.path.remote, &w->listen));
    assert_int_equal(nt_stun_parse(&r->answer, w->last.bytes, w->last.len), NT_OK);
    assert_memory_equal(r->answer.id, r->id, NT_STUN_ID);
    r->code = 0;
    if (r->answer.class_ == NT_STUN_ERROR)
        assert_int_equal(nt_stun_get_error(&r->answer, &r->code, NULL, NULL), NT_OK);
    return r->code;
}

/* Signs and sends what was built: 0 for success, the error code, -1 for silence. */
static inline int raw_send(struct raw *r)
{
    nt_stun_login_sign(&r->login, &r->b);
    r->len = nt_stun_finish(&r->b);
    assert_true(r->len > 0);
    return raw_again(r);
}

/* A first request without credentials, to learn realm and nonce. */
static inline void raw_login(struct raw *r)
{
    raw_start(r, NT_STUN_REQUEST, NT_TURN_REFRESH);
    assert_int_equal(raw_send(r), 401);
    assert_int_equal(nt_stun_login_take_challenge(&r->login, &r->answer, 401), 1);
}

static inline int raw_allocate(struct raw *r)
{
    raw_start(r, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&r->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    return raw_send(r);
}

static inline struct nt_addr raw_relayed(const struct raw *r)
{
    struct nt_addr a = {0};
    assert_int_equal(nt_stun_get_addr(&r->answer, NT_ATTR_XOR_RELAYED_ADDRESS, &a), NT_OK);
    return a;
}

static inline int raw_permit(struct raw *r, const char *peer)
{
    struct nt_addr a = addr(peer);
    raw_start(r, NT_STUN_REQUEST, NT_TURN_CREATE_PERMISSION);
    nt_stun_add_addr(&r->b, NT_ATTR_XOR_PEER_ADDRESS, &a);
    return raw_send(r);
}

static inline int raw_bind(struct raw *r, unsigned number, const char *peer)
{
    struct nt_addr a = addr(peer);
    raw_start(r, NT_STUN_REQUEST, NT_TURN_CHANNEL_BIND);
    nt_stun_add_u32(&r->b, NT_ATTR_CHANNEL_NUMBER, (uint32_t)number << 16);
    nt_stun_add_addr(&r->b, NT_ATTR_XOR_PEER_ADDRESS, &a);
    return raw_send(r);
}

static inline int raw_refresh(struct raw *r, uint32_t lifetime)
{
    raw_start(r, NT_STUN_REQUEST, NT_TURN_REFRESH);
    nt_stun_add_u32(&r->b, NT_ATTR_LIFETIME, lifetime);
    return raw_send(r);
}

/* Bytes as they are; the number of datagrams that reached somebody. */
static inline int raw_bytes(struct raw *r, const void *bytes, size_t len)
{
    struct nt_path path = {.transport = NT_UDP, .local = r->from, .remote = r->w->listen};
    int before = r->w->received;
    put(r->w, &path, bytes, len);
    run_for(r->w, 3 * LATENCY);
    return r->w->received - before;
}

static inline int raw_send_to(struct raw *r, const char *peer, const char *text)
{
    struct nt_addr a = addr(peer);
    raw_start(r, NT_STUN_INDICATION, NT_TURN_SEND);
    nt_stun_add_addr(&r->b, NT_ATTR_XOR_PEER_ADDRESS, &a);
    nt_stun_add(&r->b, NT_ATTR_DATA, text, strlen(text));
    return raw_bytes(r, r->buf, (size_t)nt_stun_finish(&r->b));
}

static inline int raw_channel(struct raw *r, unsigned number, const char *text)
{
    uint8_t buf[MTU];
    int n = nt_channel_data_write(buf, sizeof buf, (uint16_t)number, (const uint8_t *)text, strlen(text));
    return raw_bytes(r, buf, (size_t)n);
}

#endif
