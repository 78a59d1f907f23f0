/* TLS between endpoints of hosts:  A 10.0.0.2 --- net, 20 ms --- B 10.0.0.3 */
#include "tests/unit/help.h"

#include "core/base/hash.h"
#include "core/tls/identity.h"
#include "natsim/host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_MAX = 64, REQUESTS_MAX = 8, GOT_MAX = 100000 };

#define NAME "turn.example.org"
#define EPOCH (INT64_C(1735689600)) /* 2025-01-01 */
#define YEAR (INT64_C(365) * 24 * 3600)

struct heard {
    nt_time at;
    enum nt_input kind;
    struct nt_path path;
    uint8_t why;
};

struct peer {
    struct nt_host *host;
    struct nt_request requests[REQUESTS_MAX];
    size_t asked, answered, heard;
    struct heard in[EVENTS_MAX];
    const uint8_t *to_write;
    size_t len, chunks, failed;
    uint32_t writes;
    uint8_t transport;
    uint8_t got[GOT_MAX];
    size_t got_len;
    bool echoes;
};

static struct nt_fabric *f;
static uint32_t net;
static struct peer a, b;
static struct nt_tls_identity *authority, *other, *identity;
static const struct nt_tls_identity *trust[1];
static char refused[200], failed[2][200]; /* the reasons, of A and of B */
static size_t lines;
static uint64_t digest;
static size_t digested;

static void record(void *user, const struct nt_trace_event *e)
{
    (void)user;
    if (e->kind == NT_TR_PACKET) {
        digest = digest * 31 + nt_hash_written(e->bytes, e->len);
        digested++;
    }
    if (e->kind == NT_TR_PORT_REFUSED)
        snprintf(refused, sizeof refused, "%s", e->text);
    if (e->kind == NT_TR_TLS_FAILED)
        snprintf(failed[e->node == nt_host_node(b.host)], sizeof failed[0], "%s", e->text);
}

static void take_line(void *user, const char *line)
{
    (void)user;
    lines++;
    digest = digest * 31 + nt_hash_written(line, strlen(line));
}

static void peer_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct peer *p = self;
    p->failed += kind == NT_IN_SEND_FAILED;
    if (kind == NT_IN_STREAM) {
        assert_true(len <= GOT_MAX - p->got_len);
        memcpy(p->got + p->got_len, bytes, len);
        p->got_len += len;
        p->writes = path->id;
        p->to_write = (const uint8_t *)"hello";
        p->len = 5;
        p->chunks += p->echoes;
        return;
    }
    assert_true(p->heard < EVENTS_MAX);
    p->in[p->heard++] = (struct heard){.at = now, .kind = kind, .path = *path};
    if (kind == NT_IN_CLOSED)
        p->in[p->heard - 1].why = bytes[0];
}

static void peer_timer(void *self, nt_time now)
{
    (void)self, (void)now;
}

static size_t peer_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct peer *p = self;
    (void)now;
    if (p->chunks == 0)
        return 0;
    p->chunks--;
    assert_true(p->len <= cap);
    *path = (struct nt_path){.transport = p->transport, .id = p->writes};
    memcpy(buf, p->to_write, p->len);
    return p->len;
}

static nt_time peer_deadline(const void *self)
{
    (void)self;
    return NT_TIME_NEVER;
}

static int peer_request(void *self, struct nt_request *req)
{
    struct peer *p = self;
    if (p->answered == p->asked)
        return 0;
    *req = p->requests[p->answered++];
    return 1;
}

static void peer_new(struct peer *p, const char *name, const char *ip)
{
    static const struct nt_endpoint_ops ops = {peer_input, peer_timer, peer_output, peer_deadline, peer_request};
    struct nt_addr own = addr(ip);
    struct nt_route r = {.prefix = {.addr = {.family = own.family}}};
    memset(p, 0, sizeof *p);
    p->transport = NT_TLS;
    p->host = nt_host_new(f, name);
    assert_non_null(p->host);
    assert_int_equal(nt_host_attach(p->host, net, name, &own, 1), 0);
    assert_int_equal(nt_routes_add(nt_host_routes(p->host), &r), 0);
    assert_int_equal(nt_host_run_endpoint(p->host, (struct nt_endpoint){&ops, p}, 0), 0);
}

static void kick(struct peer *p)
{
    nt_host_kick(p->host, nt_fabric_now(f));
}

static void ask(struct peer *p, enum nt_request_kind kind, uint8_t transport, const char *at, uint32_t id)
{
    struct nt_request *r = &p->requests[p->asked++];
    *r = (struct nt_request){.kind = kind, .path = {.transport = transport, .id = id}};
    if (kind == NT_REQ_LISTEN)
        r->path.local = addr(at);
    if (kind == NT_REQ_CONNECT) {
        r->path.remote = addr(at);
        r->name = NAME;
    }
    kick(p);
}

static void run(void)
{
    assert_int_equal(nt_fabric_run(f, nt_fabric_now(f) + 3600 * NT_SEC), NT_FABRIC_IDLE);
}

static void run_for(nt_time span)
{
    nt_fabric_run(f, nt_fabric_now(f) + span);
}

static const struct heard *last(const struct peer *p)
{
    assert_true(p->heard > 0);
    return &p->in[p->heard - 1];
}

static struct nt_tls_identity *make(struct nt_rand *r, const char *name, const struct nt_tls_identity *issuer, bool is_authority,
                                    int64_t until)
{
    struct nt_tls_identity *made = nt_tls_identity_make(
        &(struct nt_tls_identity_config){
            .name = name, .authority = is_authority, .issuer = issuer, .from = EPOCH - YEAR, .until = until},
        r);
    assert_non_null(made);
    return made;
}

static void open_world(uint64_t seed)
{
    struct nt_rand r;
    refused[0] = failed[0][0] = failed[1][0] = '\0';
    lines = digested = 0;
    digest = 1;
    nt_rand_init(&r, seed, "certificates");
    authority = make(&r, "Authority", NULL, true, EPOCH + 10 * YEAR);
    other = make(&r, "Another authority", NULL, true, EPOCH + 10 * YEAR);
    identity = make(&r, NAME, authority, false, EPOCH + YEAR);
    trust[0] = authority;
    f = nt_fabric_new(&(struct nt_fabric_config){.seed = seed, .trace = {.emit = record}});
    assert_non_null(f);
    net = nt_fabric_add_network(f, &(struct nt_network_config){.name = "net", .delay = 20 * NT_MSEC});
    peer_new(&a, "A", "10.0.0.2");
    peer_new(&b, "B", "10.0.0.3");
    nt_host_set_security(
        a.host, &(struct nt_host_security){.trust = trust, .trust_count = 1, .epoch = EPOCH, .key_log = take_line, .user = NULL});
    nt_host_set_security(b.host, &(struct nt_host_security){.identity = identity, .epoch = EPOCH});
}

static void close_world(void)
{
    nt_fabric_del(f);
    nt_tls_identity_del(identity);
    nt_tls_identity_del(other);
    nt_tls_identity_del(authority);
}

FIXTURE(setup)
{
    open_world(1);
    return 0;
}

FIXTURE(teardown)
{
    close_world();
    return 0;
}

static void connect_both(void)
{
    ask(&b, NT_REQ_LISTEN, NT_TLS, "10.0.0.3:5349", 0);
    assert_int_equal(last(&b)->kind, NT_IN_CONNECTED);
    ask(&a, NT_REQ_CONNECT, NT_TLS, "10.0.0.3:5349", 2);
    run_for(200 * NT_MSEC);
}

static void write_from(struct peer *p, uint32_t id, const void *bytes, size_t len, size_t chunks)
{
    p->writes = id;
    p->to_write = bytes;
    p->len = len;
    p->chunks = chunks;
    kick(p);
}

/* Each side hears when the handshake is done: TCP takes one round trip, TLS 1.3 another, and B hears half a one later. */
TEST(test_handshake)
{
    connect_both();
    assert_int_equal(a.heard, 1);
    assert_int_equal(last(&a)->kind, NT_IN_CONNECTED);
    assert_int_equal(last(&a)->at, 80 * NT_MSEC);
    assert_int_equal(last(&a)->path.transport, NT_TLS);
    assert_int_equal(last(&a)->path.id, 2);
    assert_int_equal(last(&b)->kind, NT_IN_ACCEPTED);
    assert_int_equal(last(&b)->at, 100 * NT_MSEC);
    assert_int_equal(last(&b)->path.transport, NT_TLS);
    assert_true((last(&b)->path.id & NT_ACCEPTED) != 0);
    assert_true(nt_addr_equal(&last(&b)->path.remote, &last(&a)->path.local));
    assert_true(lines > 0);
}

TEST(test_bytes_and_end)
{
    connect_both();
    b.echoes = true;
    write_from(&a, 2, "hello", 5, 1);
    run_for(100 * NT_MSEC);
    assert_int_equal(b.got_len, 5);
    assert_memory_equal(b.got, "hello", 5);
    assert_int_equal(a.got_len, 5);
    ask(&a, NT_REQ_CLOSE, NT_TLS, NULL, 2);
    run();
    assert_int_equal(last(&b)->kind, NT_IN_CLOSED);
    assert_int_equal(last(&b)->why, NT_CLOSED_BY_PEER);
    assert_int_equal(a.heard, 1); /* it hears nothing after its close */
    assert_string_equal(failed[0], "");
    assert_string_equal(failed[1], "");
    write_from(&b, last(&b)->path.id, "late", 4, 1);
    assert_int_equal(b.failed, 1);
    ask(&b, NT_REQ_CLOSE, NT_TLS, NULL, 0); /* the listener */
    run();
}

/* A chunk is taken whole or not at all; what was taken arrives. */
TEST(test_whole_chunks)
{
    static uint8_t much[60000];
    for (size_t i = 0; i < sizeof much; i++)
        much[i] = (uint8_t)(i >> 8 ^ i);
    connect_both();
    write_from(&a, 2, much, sizeof much, 1);
    run();
    assert_int_equal(b.got_len, sizeof much);
    assert_memory_equal(b.got, much, sizeof much);
    b.got_len = 0;
    nt_fabric_set_port(f, nt_host_node(b.host), 0, false, nt_fabric_now(f));
    write_from(&a, 2, much, 20000, 20);
    assert_in_range(a.failed, 1, 19);
    nt_fabric_set_port(f, nt_host_node(b.host), 0, true, nt_fabric_now(f));
    size_t taken = 20 - a.failed;
    assert_true(taken * 20000 > GOT_MAX); /* B can note no more */
    assert_true(taken < 14);
}

TEST(test_refused_requests)
{
    ask(&a, NT_REQ_LISTEN, NT_TLS, "10.0.0.2:5349", 1);
    assert_int_equal(last(&a)->kind, NT_IN_CLOSED);
    assert_int_equal(last(&a)->why, NT_CLOSED_TLS);
    assert_string_equal(refused, "TLS: the host has no certificate");
    ask(&b, NT_REQ_CONNECT, NT_TLS, "10.0.0.2:5349", 1);
    assert_int_equal(last(&b)->why, NT_CLOSED_TLS);
    assert_string_equal(refused, "TLS: the host trusts no certificate of any server");
    ask(&a, NT_REQ_CONNECT, NT_TLS, "10.0.0.3:81", 3); /* nobody listens */
    run();
    assert_int_equal(last(&a)->why, NT_CLOSED_REFUSED);
    assert_int_equal(last(&a)->path.transport, NT_TLS);
    ask(&a, NT_REQ_CONNECT, NT_TLS, "[2001:db8::1]:80", 4);
    assert_int_equal(last(&a)->why, NT_CLOSED_UNREACHABLE);
}

static void refuse(const char *name, const struct nt_tls_identity *issuer, int64_t until, const char *why)
{
    struct nt_rand r;
    nt_rand_init(&r, 2, "bad");
    struct nt_tls_identity *bad = make(&r, name, issuer, false, until);
    nt_host_set_security(b.host, &(struct nt_host_security){.identity = bad, .epoch = EPOCH});
    connect_both();
    run();
    assert_int_equal(last(&a)->kind, NT_IN_CLOSED);
    assert_int_equal(last(&a)->why, NT_CLOSED_TLS);
    assert_string_equal(failed[0], why);
    assert_memory_equal(failed[1], "the peer has sent an alert: ", 28);
    nt_tls_identity_del(bad);
}

TEST(test_expired)
{
    refuse(NAME, authority, EPOCH - 1, "the certificate has expired");
}

TEST(test_another_name)
{
    refuse("turn.example.com", authority, EPOCH + YEAR, "the certificate is for another name");
}

TEST(test_signed_by_itself)
{
    refuse(NAME, NULL, EPOCH + YEAR, "the certificate is signed by itself");
}

TEST(test_unknown_authority)
{
    refuse(NAME, other, EPOCH + YEAR, "the certificate is signed by an authority that is not known");
}

/* Whoever connects and says nothing is not heard of, and goes when the time of a handshake is over. */
TEST(test_silence)
{
    a.transport = NT_TCP;
    ask(&b, NT_REQ_LISTEN, NT_TLS, "10.0.0.3:5349", 1);
    ask(&a, NT_REQ_CONNECT, NT_TCP, "10.0.0.3:5349", 2);
    run();
    assert_string_equal(failed[1], "the handshake takes too long");
    assert_int_equal(b.heard, 1);
    assert_int_equal(last(&a)->why, NT_CLOSED_BY_PEER);
    assert_true(last(&a)->at >= 30 * NT_SEC && last(&a)->at < 31 * NT_SEC);
}

TEST(test_garbage)
{
    a.transport = NT_TCP;
    ask(&b, NT_REQ_LISTEN, NT_TLS, "10.0.0.3:5349", 1);
    ask(&a, NT_REQ_CONNECT, NT_TCP, "10.0.0.3:5349", 2);
    run_for(100 * NT_MSEC);
    write_from(&a, 2, "GET / HTTP/1.0\r\n\r\n", 18, 1);
    run();
    assert_memory_equal(failed[1], "TLS: ", 5);
    assert_int_equal(b.heard, 1);
    assert_true(last(&a)->kind == NT_IN_CLOSED);
}

/* A listener that ends takes the handshakes with it. */
TEST(test_listener_ends)
{
    a.transport = NT_TCP;
    ask(&b, NT_REQ_LISTEN, NT_TLS, "10.0.0.3:5349", 1);
    ask(&a, NT_REQ_CONNECT, NT_TCP, "10.0.0.3:5349", 2);
    run_for(100 * NT_MSEC);
    ask(&b, NT_REQ_CLOSE, NT_TLS, NULL, 1);
    run();
    assert_int_equal(last(&a)->why, NT_CLOSED_RESET);
    assert_string_equal(failed[1], "the listener is closed within the handshake");
}

/* Nobody answers A's first bytes: B is plain TCP. */
TEST(test_a_server_that_is_silent)
{
    b.transport = NT_TCP;
    ask(&b, NT_REQ_LISTEN, NT_TCP, "10.0.0.3:5349", 1);
    ask(&a, NT_REQ_CONNECT, NT_TLS, "10.0.0.3:5349", 2);
    run();
    assert_string_equal(failed[0], "the handshake takes too long");
    assert_int_equal(last(&a)->why, NT_CLOSED_TLS);
    assert_int_equal(last(&a)->path.id, 2);
}

static uint64_t life(uint64_t seed)
{
    open_world(seed);
    connect_both();
    b.echoes = true;
    write_from(&a, 2, "hello", 5, 1);
    run_for(100 * NT_MSEC);
    assert_int_equal(a.got_len, 5);
    assert_true(digested > 10);
    uint64_t d = digest;
    close_world();
    return d;
}

TEST(test_same_seed_same_bytes)
{
    uint64_t first = life(7);
    assert_true(life(7) == first);
    assert_true(life(8) != first);
}

#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(test_handshake),
        IN_A_WORLD(test_bytes_and_end),
        IN_A_WORLD(test_whole_chunks),
        IN_A_WORLD(test_refused_requests),
        IN_A_WORLD(test_expired),
        IN_A_WORLD(test_another_name),
        IN_A_WORLD(test_signed_by_itself),
        IN_A_WORLD(test_unknown_authority),
        IN_A_WORLD(test_silence),
        IN_A_WORLD(test_garbage),
        IN_A_WORLD(test_listener_ends),
        IN_A_WORLD(test_a_server_that_is_silent),
        cmocka_unit_test(test_same_seed_same_bytes),
    };
    return RUN_TESTS(tests);
}
