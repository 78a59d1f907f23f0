/* One client, and a server that is the test: it answers each request by hand. */
#ifndef TEST_TURN_BY_HAND_H
#define TEST_TURN_BY_HAND_H

#include "world.h"

#define PEER "203.0.113.7:5000"

static struct world *w;
static struct nt_turn_client *c;
static struct nt_addr server, relayed;
static uint8_t request[MTU], response[MTU];
static size_t request_len;
static struct nt_stun_msg asked;
static struct nt_stun_key key;

/* The next request the client sends. */
static inline const struct nt_stun_msg *next_request(void)
{
    struct nt_path path;
    request_len = nt_turn_client_output(c, &path, request, sizeof request, w->now);
    assert_true(request_len > 0);
    assert_true(nt_addr_equal(&path.remote, &server) && nt_addr_equal(&path.local, &w->bases[0]));
    assert_int_equal(nt_stun_parse(&asked, request, request_len), NT_OK);
    return &asked;
}

static inline void no_request(void)
{
    struct nt_path path;
    assert_int_equal(nt_turn_client_output(c, &path, request, sizeof request, w->now), 0);
}

static inline bool give(const void *bytes, size_t len)
{
    struct nt_path path = {.transport = NT_UDP, .local = w->bases[0], .remote = server};
    return nt_turn_client_input(c, &path, bytes, len, w->now);
}

static inline void start(struct nt_stun_builder *b, enum nt_stun_class class_)
{
    nt_stun_start(b, response, sizeof response, class_, asked.method, asked.id);
}

static inline bool finish(struct nt_stun_builder *b)
{
    return give(response, (size_t)nt_stun_finish(b));
}

static inline bool challenge(int code, const char *nonce)
{
    struct nt_stun_builder b;
    start(&b, NT_STUN_ERROR);
    nt_stun_add_error(&b, code, NULL);
    nt_stun_add_text(&b, NT_ATTR_REALM, "example.com");
    nt_stun_add_text(&b, NT_ATTR_NONCE, nonce);
    return finish(&b);
}

static inline bool error(int code)
{
    struct nt_stun_builder b;
    start(&b, NT_STUN_ERROR);
    nt_stun_add_error(&b, code, NULL);
    nt_stun_add_integrity(&b, &key);
    return finish(&b);
}

static inline bool success(uint32_t lifetime)
{
    struct nt_stun_builder b;
    start(&b, NT_STUN_SUCCESS);
    if (asked.method == NT_TURN_ALLOCATE) {
        nt_stun_add_addr(&b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
        nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &w->bases[0]);
    }
    if (asked.method == NT_TURN_ALLOCATE || asked.method == NT_TURN_REFRESH)
        nt_stun_add_u32(&b, NT_ATTR_LIFETIME, lifetime);
    nt_stun_add_integrity(&b, &key);
    return finish(&b);
}

static inline int next_event(struct nt_turn_event *ev)
{
    return nt_turn_client_event(c, ev) ? (int)ev->kind : 0;
}

FIXTURE(set_up)
{
    w = world_new();
    server = w->listen = addr("192.0.2.1:3478");
    relayed = addr("192.0.2.2:50000");
    c = world_client(w, 0, "George", "secret", 0);
    nt_stun_key_long(&key, NT_PASSWORD_MD5, "George", "example.com", "secret");
    return 0;
}

FIXTURE(tear_down)
{
    world_del(w);
    return 0;
}

static inline void to_second_allocate(void)
{
    nt_turn_client_allocate(c, w->now);
    next_request();
    assert_true(challenge(401, "nonce-1"));
    next_request();
    assert_non_null(asked.integrity);
}

static inline void to_allocated(uint32_t lifetime)
{
    struct nt_turn_event ev;
    to_second_allocate();
    assert_true(success(lifetime));
    assert_int_equal(next_event(&ev), NT_TURN_EV_ALLOCATED);
    assert_int_equal(next_event(&ev), 0);
}

#endif
