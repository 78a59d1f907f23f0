/* TCP between endpoints of hosts:  A 10.0.0.2 --- net, 20 ms --- B 10.0.0.3 */
#include "tests/unit/help.h"

#include "core/base/bytes.h"
#include "natsim/host/host.h"
#include "natsim/packet/icmp.h"
#include "natsim/packet/segment.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS_MAX = 64, REQUESTS_MAX = 8, TAPS_MAX = 256 };

struct heard {
    nt_time at;
    enum nt_input kind;
    struct nt_path path;
    uint8_t why;
};

struct peer {
    struct nt_host *host;
    struct nt_request requests[REQUESTS_MAX];
    size_t asked, answered;
    struct heard in[EVENTS_MAX];
    size_t heard;
    uint8_t *to_write; /* a chunk for the connection `writes` */
    size_t len;
    uint32_t writes;
    size_t chunks; /* so often */
    uint8_t got[4096];
    size_t got_len, total;
    bool echoes, failed;
    uint32_t echo_to;
};

static struct nt_fabric *f;
static uint32_t net;
static struct peer a, b;
static char taps[TAPS_MAX][32]; /* "A SA 0" */
static size_t tap_count;
static enum nt_discard discarded;
static const char *unsent;
static size_t drops;
static uint8_t latest[2000]; /* the TCP packet that left last */
static uint32_t latest_len;

static void record(void *user, const struct nt_trace_event *e)
{
    (void)user;
    struct nt_segment s;
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)e->bytes, .len = (uint32_t)e->len};
    static const char letters[] = "FSRPA";
    if (e->kind == NT_TR_DISCARDED)
        discarded = (enum nt_discard)e->n[0];
    if (e->kind == NT_TR_UNSENT)
        unsent = e->text;
    if (e->kind == NT_TR_DROP)
        drops++;
    if (e->kind != NT_TR_PACKET || e->n[1] != 2 || nt_packet_parse(&p) != NT_OK || p.proto != NT_PROTO_TCP || tap_count == TAPS_MAX)
        return;
    assert_int_equal(nt_segment_read(&p, &s), NT_OK);
    memcpy(latest, p.data, p.len);
    latest_len = p.len;
    char *out = taps[tap_count++];
    *out++ = p.src.ip[3] == 2 ? 'A' : 'B';
    *out++ = ' ';
    for (size_t i = 0; i < 5; i++)
        if ((s.flags & 1 << i) != 0)
            *out++ = letters[i];
    *out++ = ' ';
    *out++ = s.len > 0 ? '+' : '-';
    *out = '\0';
}

static void peer_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct peer *p = self;
    assert_true(p->heard < EVENTS_MAX);
    if (kind == NT_IN_STREAM) {
        for (size_t i = 0; i < len && p->got_len < sizeof p->got; i++)
            p->got[p->got_len++] = bytes[i];
        p->total += len;
        if (p->echoes) {
            p->writes = path->id;
            p->to_write = p->got;
            p->len = 5;
            p->chunks++;
        }
    }
    if (kind == NT_IN_SEND_FAILED)
        p->failed = true;
    if (kind != NT_IN_STREAM || p->heard == 0 || p->in[p->heard - 1].kind != NT_IN_STREAM)
        p->in[p->heard++] = (struct heard){.at = now, .kind = kind, .path = *path};
    if (kind == NT_IN_CLOSED) {
        assert_int_equal(len, 1);
        p->in[p->heard - 1].why = bytes[0];
    }
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
    *path = (struct nt_path){.transport = NT_TCP, .id = p->writes};
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
    *p = (struct peer){.host = nt_host_new(f, name)};
    assert_non_null(p->host);
    assert_int_equal(nt_host_attach(p->host, net, name, &own, 1), 0);
    assert_int_equal(nt_routes_add(nt_host_routes(p->host), &r), 0);
    assert_int_equal(nt_host_run_endpoint(p->host, (struct nt_endpoint){&ops, p}, 0), 0);
}

static void kick(struct peer *p)
{
    nt_host_kick(p->host, nt_fabric_now(f));
}

static void ask(struct peer *p, enum nt_request_kind kind, uint8_t transport, const char *local, const char *remote, uint32_t id)
{
    struct nt_request *r = &p->requests[p->asked++];
    *r = (struct nt_request){.kind = kind, .path = {.transport = transport, .id = id}};
    if (local != NULL)
        r->path.local = addr(local);
    if (remote != NULL)
        r->path.remote = addr(remote);
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

static void seen(const char *const *want, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_string_equal(i < tap_count ? taps[i] : "nothing", want[i]);
    assert_int_equal(tap_count, n);
}

#define SEEN(...)                                                                                                                  \
    do {                                                                                                                           \
        static const char *const want[] = {__VA_ARGS__};                                                                           \
        seen(want, sizeof want / sizeof *want);                                                                                    \
    } while (0)

FIXTURE(setup)
{
    tap_count = drops = 0;
    discarded = 0;
    unsent = NULL;
    f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1, .trace = {.emit = record}});
    assert_non_null(f);
    net = nt_fabric_add_network(f, &(struct nt_network_config){.name = "net", .delay = 20 * NT_MSEC});
    peer_new(&a, "A", "10.0.0.2");
    peer_new(&b, "B", "10.0.0.3");
    return 0;
}

FIXTURE(teardown)
{
    nt_fabric_del(f);
    return 0;
}

static void open_both(void)
{
    ask(&b, NT_REQ_LISTEN, NT_TCP, "10.0.0.3:80", NULL, 1);
    assert_int_equal(last(&b)->kind, NT_IN_CONNECTED);
    assert_int_equal(last(&b)->path.local.port, 80);
    ask(&a, NT_REQ_CONNECT, NT_TCP, NULL, "10.0.0.3:80", 2);
    run_for(100 * NT_MSEC);
}

TEST(test_connect)
{
    open_both();
    assert_int_equal(a.heard, 1);
    assert_int_equal(last(&a)->kind, NT_IN_CONNECTED);
    assert_int_equal(last(&a)->at, 40 * NT_MSEC);
    assert_int_equal(last(&a)->path.id, 2);
    assert_int_equal(last(&a)->path.local.port, 50000);
    assert_int_equal(last(&b)->kind, NT_IN_ACCEPTED);
    assert_int_equal(last(&b)->path.id, NT_ACCEPTED);
    assert_true(nt_addr_equal(&last(&b)->path.remote, &last(&a)->path.local));
    SEEN("A S -", "B SA -", "A A -");
}

/* A chunk is a segment; its answer carries the ACK; the answer to the last bytes leaves before the end does. */
TEST(test_bytes_and_end)
{
    open_both();
    b.echoes = true;
    a.to_write = (uint8_t[]){"hello"};
    a.len = 5, a.writes = 2, a.chunks = 1;
    kick(&a);
    ask(&a, NT_REQ_CLOSE, NT_TCP, NULL, NULL, 2);
    run();
    assert_int_equal(b.got_len, 5);
    assert_memory_equal(b.got, "hello", 5);
    assert_int_equal(last(&b)->kind, NT_IN_CLOSED);
    assert_int_equal(last(&b)->why, NT_CLOSED_BY_PEER);
    assert_int_equal(last(&a)->kind, NT_IN_CONNECTED); /* it hears nothing after its close */
    /* the answer comes to a connection that is closed: it is reset */
    SEEN("A S -", "B SA -", "A A -", "A PA +", "A FA -", "B PA +", "B FA -", "A RA -", "A R -");
}

TEST(test_both_ways)
{
    open_both();
    b.echoes = true;
    a.to_write = (uint8_t[]){"hello"};
    a.len = 5, a.writes = 2, a.chunks = 1;
    kick(&a);
    run_for(100 * NT_MSEC);
    assert_int_equal(a.got_len, 5);
    ask(&b, NT_REQ_CLOSE, NT_TCP, NULL, NULL, NT_ACCEPTED);
    run();
    assert_int_equal(last(&a)->why, NT_CLOSED_BY_PEER);
    SEEN("A S -", "B SA -", "A A -", "A PA +", "B PA +", "A A -", "B FA -", "A FA -", "B A -");
    a.chunks = 1; /* it has ended */
    kick(&a);
    assert_true(a.failed);
    assert_non_null(unsent);
}

/* The unsent rest of a large chunk. What the peer's host does not hold is not taken. */
TEST(test_large_chunks)
{
    static uint8_t much[60000];
    open_both();
    for (size_t i = 0; i < sizeof much; i++)
        much[i] = (uint8_t)(i >> 8 ^ i);
    a.to_write = much;
    a.len = sizeof much, a.writes = 2, a.chunks = 4;
    kick(&a);
    assert_false(a.failed);
    a.chunks = 1;
    kick(&a);
    assert_true(a.failed);
    run();
    assert_int_equal(b.total, 4 * sizeof much);
    assert_memory_equal(b.got, much, b.got_len);
    assert_int_equal(drops, 0);
}

TEST(test_closed_port)
{
    ask(&a, NT_REQ_CONNECT, NT_TCP, "10.0.0.2:0", "10.0.0.3:81", 2);
    run();
    assert_int_equal(last(&a)->kind, NT_IN_CLOSED);
    assert_int_equal(last(&a)->why, NT_CLOSED_REFUSED);
    assert_int_equal(last(&a)->path.id, 2);
    SEEN("A S -", "B RA -");
    assert_int_equal(drops, 1); /* the SYN: no-socket */
}

TEST(test_refused_requests)
{
    static const struct {
        enum nt_request_kind kind;
        uint8_t transport;
        const char *local, *remote;
        uint8_t why;
    } rows[] = {
        {NT_REQ_LISTEN, NT_TCP, "10.0.0.9:80", NULL, NT_CLOSED_UNREACHABLE},
        {NT_REQ_CONNECT, NT_TCP, "10.0.0.9:0", "10.0.0.3:80", NT_CLOSED_UNREACHABLE},
        {NT_REQ_CONNECT, NT_TCP, NULL, "[2001:db8::1]:80", NT_CLOSED_UNREACHABLE},
        {NT_REQ_LISTEN, NT_TCP, "10.0.0.2:80", NULL, 0},
        {NT_REQ_LISTEN, NT_TCP, "10.0.0.2:80", NULL, NT_CLOSED_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        a.asked = a.answered = 0;
        ask(&a, rows[i].kind, rows[i].transport, rows[i].local, rows[i].remote, (uint32_t)i);
        assert_int_equal(last(&a)->kind, rows[i].why != 0 ? NT_IN_CLOSED : NT_IN_CONNECTED);
        assert_int_equal(last(&a)->why, rows[i].why);
        assert_int_equal(last(&a)->path.id, i);
    }
}

/* To an address of the host's own. */
TEST(test_loop)
{
    ask(&a, NT_REQ_LISTEN, NT_TCP, "10.0.0.2:80", NULL, 1);
    ask(&a, NT_REQ_CONNECT, NT_TCP, NULL, "10.0.0.2:80", 2);
    run();
    assert_int_equal(a.in[1].kind + a.in[2].kind, NT_IN_CONNECTED + NT_IN_ACCEPTED);
}

/* Both connect, from the port that they listen on. */
TEST(test_simultaneous_open)
{
    ask(&a, NT_REQ_LISTEN, NT_TCP, "10.0.0.2:1000", NULL, 1);
    ask(&b, NT_REQ_LISTEN, NT_TCP, "10.0.0.3:1000", NULL, 1);
    ask(&a, NT_REQ_CONNECT, NT_TCP, "10.0.0.2:1000", "10.0.0.3:1000", 2);
    ask(&b, NT_REQ_CONNECT, NT_TCP, "10.0.0.3:1000", "10.0.0.2:1000", 2);
    run();
    assert_int_equal(last(&a)->kind, NT_IN_CONNECTED);
    assert_int_equal(last(&b)->kind, NT_IN_CONNECTED);
    SEEN("A S -", "B S -", "B SA -", "A SA -");
}

/* A segment of no connection is answered, and told of; a reset is not answered. */
TEST(test_strangers)
{
    uint8_t bytes[100];
    struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
    struct nt_addr from = addr("10.0.0.2:5"), to = addr("10.0.0.3:6");
    static const struct {
        uint8_t flags;
        size_t answers, drops;
    } rows[] = {{NT_TCP_ACK, 1, 0}, {NT_TCP_RST, 0, 0}, {NT_TCP_SYN, 1, 1}};
    for (size_t i = 0; i < 3; i++) {
        tap_count = drops = 0;
        discarded = 0;
        assert_int_equal(nt_segment_write(&p, &from, &to, &(struct nt_segment){.flags = rows[i].flags}, 1), NT_OK);
        assert_int_equal(nt_host_inject_packet(a.host, bytes, p.len, nt_fabric_now(f)), NT_OK);
        run_for(20 * NT_MSEC);
        assert_int_equal(tap_count, 1 + rows[i].answers);
        assert_int_equal(drops, rows[i].drops);
        assert_int_equal(discarded, rows[i].drops > 0 ? 0 : NT_DISCARD_NO_RECIPIENT);
        run();
    }
}

/* B, as a router on the way, sends an error about the segment that left last. */
static void report(uint8_t code, uint32_t mtu)
{
    uint8_t bytes[600];
    struct nt_packet p = {.data = bytes, .cap = sizeof bytes}, about = {.data = latest, .len = latest_len, .cap = latest_len};
    struct nt_addr router = addr("10.0.0.3");
    assert_int_equal(nt_packet_parse(&about), NT_OK);
    assert_int_equal(nt_packet_icmp_error(&p, &router, &about, NT_ICMP4_UNREACHABLE, code), NT_OK);
    if (mtu != 0)
        nt_packet_set_icmp_mtu(&p, mtu);
    assert_int_equal(nt_host_inject_packet(b.host, bytes, p.len, nt_fabric_now(f)), NT_OK);
    run_for(21 * NT_MSEC);
}

TEST(test_icmp_ends_an_attempt)
{
    ask(&a, NT_REQ_CONNECT, NT_TCP, NULL, "10.0.0.99:80", 2);
    report(NT_ICMP4_PROHIBITED, 0);
    assert_int_equal(last(&a)->why, NT_CLOSED_UNREACHABLE);
    report(NT_ICMP4_PROHIBITED, 0);
    assert_int_equal(discarded, NT_DISCARD_UNRELATED);
}

/* The path takes less than the link: what was in flight comes in smaller segments. */
TEST(test_path_mtu)
{
    static uint8_t much[1400];
    open_both();
    a.to_write = much;
    a.len = sizeof much, a.writes = 2, a.chunks = 1;
    nt_fabric_set_port(f, nt_host_node(b.host), 0, false, nt_fabric_now(f));
    kick(&a);
    run_for(25 * NT_MSEC);
    nt_fabric_set_port(f, nt_host_node(b.host), 0, true, nt_fabric_now(f));
    report(NT_ICMP4_FRAGMENTATION_NEEDED, 1000);
    SEEN("A S -", "B SA -", "A A -", "A PA +", "A A +", "A PA +");
    assert_int_equal(latest_len, 1400 - 960 + 40);
    run();
    assert_int_equal(b.total, sizeof much);
    assert_int_equal(discarded, 0);
}

TEST(test_nobody_answers)
{
    ask(&a, NT_REQ_CONNECT, NT_TCP, NULL, "10.0.0.99:80", 2); /* nobody is there */
    run_for(200 * NT_SEC);
    assert_int_equal(last(&a)->kind, NT_IN_CLOSED);
    assert_int_equal(last(&a)->why, NT_CLOSED_TIMEOUT);
    assert_true(tap_count > 7);
}

static void lose_one(void *user, nt_time now)
{
    (void)user;
    nt_fabric_set_port(f, nt_host_node(a.host), 0, false, now);
}

static void find_it(void *user, nt_time now)
{
    (void)user;
    nt_fabric_set_port(f, nt_host_node(a.host), 0, true, now);
}

/* What is lost while a link is down comes again. */
TEST(test_a_link_that_is_down)
{
    static uint8_t much[60000];
    open_both();
    a.to_write = much;
    a.len = sizeof much, a.writes = 2, a.chunks = 4;
    assert_int_equal(nt_fabric_at(f, nt_fabric_now(f) + 30 * NT_MSEC, lose_one, NULL), NT_OK);
    assert_int_equal(nt_fabric_at(f, nt_fabric_now(f) + 3 * NT_SEC, find_it, NULL), NT_OK);
    kick(&a);
    run();
    assert_int_equal(b.total, 4 * sizeof much);
    assert_true(drops > 0);
}

#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(test_connect),
        IN_A_WORLD(test_bytes_and_end),
        IN_A_WORLD(test_both_ways),
        IN_A_WORLD(test_large_chunks),
        IN_A_WORLD(test_closed_port),
        IN_A_WORLD(test_refused_requests),
        IN_A_WORLD(test_loop),
        IN_A_WORLD(test_simultaneous_open),
        IN_A_WORLD(test_strangers),
        IN_A_WORLD(test_icmp_ends_an_attempt),
        IN_A_WORLD(test_path_mtu),
        IN_A_WORLD(test_nobody_answers),
        IN_A_WORLD(test_a_link_that_is_down),
    };
    return RUN_TESTS(tests);
}
