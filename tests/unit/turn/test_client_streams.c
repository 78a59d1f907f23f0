/* The TURN client over TCP and TLS, with our server: what one writes the other reads at once, in pieces; the test is their TCP. */
#include "tests/unit/help.h"

#include "core/base/bytes.h"
#include "core/turn/turn.h"
#include "tests/unit/fail_alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEER "203.0.113.7:5000"
#define TI (39500 * NT_MSEC)

static struct nt_rand rand_stream;
static struct nt_turn_server *server;
static struct nt_endpoint end;
static struct nt_turn_client *client;
static nt_time now;
static size_t piece; /* bytes are given in pieces of so many */
static uint32_t next_id;
static uint32_t open_id; /* of the client's connection; 0: none */
static struct nt_path dialled;
static char dialled_name[300];
static int connects, closes, to_server, lost, not_sent;
static bool silent; /* the server gets nothing */
static bool refuse; /* connections */
static struct nt_turn_event events[64];
static int event_count;
static char data[8][80];
static int data_count;
static uint8_t last[2000]; /* to the peer */
static size_t last_len;
static struct nt_path last_path;
static const char *failed, *lost_why;
static struct nt_stun_decision decision; /* of the server's owner, once */

static void traced(void *user, const struct nt_trace_event *ev)
{
    static char reason[120];
    (void)user;
    if (ev->kind == NT_TR_REQUEST_FAILED) {
        snprintf(reason, sizeof reason, "%.*s", (int)ev->len, (const char *)ev->bytes);
        failed = reason;
    }
    if (ev->kind == NT_TR_TURN_LOST)
        lost++, lost_why = ev->text;
    not_sent += ev->kind == NT_TR_TURN_DROPPED;
}

static struct nt_stun_decision decide(void *user, const struct nt_stun_msg *request, const struct nt_addr *from, nt_time at)
{
    struct nt_stun_decision d = decision;
    (void)user, (void)request, (void)from, (void)at;
    decision = (struct nt_stun_decision){0};
    return d;
}

static void take_events(void)
{
    struct nt_turn_event ev;
    while (nt_turn_client_event(client, &ev)) {
        assert_true(event_count < 64);
        if (ev.kind == NT_TURN_EV_DATA && data_count < 8)
            snprintf(data[data_count++], sizeof *data, "%.*s", (int)ev.len, (const char *)ev.bytes);
        events[event_count++] = ev;
    }
}

static int count(enum nt_turn_event_kind kind)
{
    int n = 0;
    for (int i = 0; i < event_count; i++)
        n += events[i].kind == kind;
    return n;
}

static const struct nt_turn_event *event_of(enum nt_turn_event_kind kind)
{
    for (int i = event_count; i-- > 0;)
        if (events[i].kind == kind)
            return &events[i];
    fail_msg("no event %d", kind);
    return NULL;
}

static struct nt_path at_client(void)
{
    struct nt_path path = dialled;
    path.id = open_id;
    path.local.port = (uint16_t)(50000 + open_id);
    return path;
}

static struct nt_path at_server(void)
{
    struct nt_path mine = at_client(), path = mine;
    path.id = NT_ACCEPTED | open_id;
    path.local = mine.remote;
    path.remote = mine.local;
    return path;
}

static void serve_requests(void)
{
    struct nt_request req;
    while (end.ops->request(end.self, &req))
        if (req.kind == NT_REQ_CLOSE && req.path.transport != NT_UDP && open_id != 0) {
            struct nt_path path = at_client();
            open_id = 0;
            nt_turn_client_closed(client, &path, NT_CLOSED_BY_PEER, now);
        } else if (req.kind != NT_REQ_CLOSE) {
            end.ops->input(end.self, &req.path, NT_IN_CONNECTED, NULL, 0, now);
        }
}

static bool serve_client_request(void)
{
    struct nt_request req;
    if (!nt_turn_client_request(client, next_id, &req))
        return false;
    if (req.kind == NT_REQ_CLOSE) {
        closes++;
        if (open_id == req.path.id) {
            struct nt_path path = at_server();
            end.ops->input(end.self, &path, NT_IN_CLOSED, (const uint8_t[]){NT_CLOSED_BY_PEER}, 1, now);
            open_id = 0;
        }
        return true;
    }
    assert_int_equal(req.kind, NT_REQ_CONNECT);
    assert_int_equal(req.path.id, next_id++);
    connects++;
    dialled = req.path;
    snprintf(dialled_name, sizeof dialled_name, "%s", req.name != NULL ? req.name : "");
    return true;
}

static void connect_now(void)
{
    open_id = dialled.id;
    struct nt_path mine = at_client(), its = at_server();
    end.ops->input(end.self, &its, NT_IN_ACCEPTED, NULL, 0, now);
    assert_true(nt_turn_client_connected(client, &mine, now));
}

/* All that can happen now. */
static void pump(void)
{
    static uint8_t buf[70000];
    struct nt_path path;
    size_t n;
    for (bool again = true; again;) {
        again = false;
        take_events();
        while (serve_client_request()) {
            again = true;
            if (dialled.id == next_id - 1 && open_id == 0 && connects > closes && !refuse)
                connect_now();
        }
        while ((n = nt_turn_client_output(client, &path, buf, sizeof buf, now)) > 0) {
            assert_int_equal(path.id, open_id);
            to_server++;
            again = true;
            struct nt_path in = at_server();
            for (size_t at = 0; at < n && !silent; at += piece)
                end.ops->input(end.self, &in, NT_IN_STREAM, buf + at, n - at < piece ? n - at : piece, now);
        }
        serve_requests();
        while ((n = end.ops->output(end.self, &path, buf, sizeof buf, now)) > 0) {
            again = true;
            if (path.transport == NT_UDP) {
                last_len = n != NT_OUTPUT_EMPTY ? n : 0;
                last_path = path;
                memcpy(last, buf, last_len < sizeof last ? last_len : sizeof last);
                continue;
            }
            struct nt_path in = at_client();
            assert_true(path.id == (NT_ACCEPTED | open_id));
            for (size_t at = 0; at < n; at += piece)
                assert_true(nt_turn_client_stream(client, &in, buf + at, n - at < piece ? n - at : piece, now));
        }
    }
    assert_true(nt_turn_client_deadline(client) > now);
}

static void run_until(nt_time to)
{
    pump();
    while (nt_turn_client_deadline(client) <= to) {
        now = nt_turn_client_deadline(client);
        nt_turn_client_timer(client, now);
        pump();
    }
    now = to;
}

static void start_at(enum nt_transport transport, size_t bytes)
{
    static const struct nt_turn_account accounts[] = {{"George", "secret"}};
    nt_rand_init(&rand_stream, 1, "turn");
    const struct nt_turn_server_config sc = {.listen = addr("192.0.2.1:3478"),
                                             .transports = {.over = 0x0e},
                                             .relay = addr("192.0.2.2"),
                                             .realm = "example.com",
                                             .accounts = accounts,
                                             .account_count = 1,
                                             .admission = {.decide = decide},
                                             .rand = &rand_stream};
    const struct nt_turn_client_config cc = {.server = addr(transport == NT_TLS ? "192.0.2.1:5349" : "192.0.2.1:3478"),
                                             .transport = (uint8_t)transport,
                                             .name = "turn.example.com",
                                             .base = addr("198.51.100.2:0"),
                                             .user = "George",
                                             .password = "secret",
                                             .rand = &rand_stream,
                                             .trace = {.emit = traced}};
    now = 0, piece = bytes, next_id = 1, open_id = 0, silent = refuse = false;
    connects = closes = to_server = lost = not_sent = event_count = data_count = 0;
    failed = lost_why = NULL;
    decision = (struct nt_stun_decision){0};
    server = nt_turn_server_new(&sc);
    client = nt_turn_client_new(&cc);
    if (server == NULL || client == NULL)
        return;
    end = nt_turn_server_endpoint(server);
    serve_requests();
}

static void start(void)
{
    start_at(NT_TCP, 100000);
}

static void stop(void)
{
    nt_turn_client_del(client);
    nt_turn_server_del(server);
}

static void allocate(void)
{
    nt_turn_client_allocate(client, now);
    pump();
}

static void wrap_and_send(const char *text)
{
    static uint8_t buf[300];
    struct nt_addr peer = addr(PEER);
    int n = nt_turn_client_wrap(client, &peer, (const uint8_t *)text, strlen(text), false, buf, sizeof buf);
    assert_true(n > 0 && n % 4 == 0);
    struct nt_path in = at_server();
    for (size_t at = 0; at < (size_t)n; at += piece)
        end.ops->input(end.self, &in, NT_IN_STREAM, buf + at, (size_t)n - at < piece ? (size_t)n - at : piece, now);
    pump();
}

static void peer_sends(const char *text)
{
    struct nt_path path = {.transport = NT_UDP, .local = event_of(NT_TURN_EV_ALLOCATED)->relayed, .remote = addr(PEER)};
    end.ops->input(end.self, &path, NT_IN_DATAGRAM, (const uint8_t *)text, strlen(text), now);
}

static void life_in_pieces(enum nt_transport transport, size_t bytes)
{
    struct nt_addr peer = addr(PEER);
    start_at(transport, bytes);
    allocate();
    assert_int_equal(count(NT_TURN_EV_ALLOCATED), 1);
    assert_string_equal(dialled_name, transport == NT_TLS ? "turn.example.com" : "");
    struct nt_path path = at_server();
    assert_true(nt_addr_equal(&event_of(NT_TURN_EV_ALLOCATED)->mapped, &path.remote));
    nt_turn_client_permit(client, &peer, now);
    pump();
    assert_int_equal(count(NT_TURN_EV_PERMITTED), 1);
    wrap_and_send("hello");
    assert_true(last_len == 5 && memcmp(last, "hello", 5) == 0);
    nt_turn_client_bind_channel(client, &peer, now);
    pump();
    assert_int_equal(count(NT_TURN_EV_CHANNEL), 1);
    wrap_and_send("channel");
    assert_true(last_len == 7 && memcmp(last, "channel", 7) == 0);
    peer_sends("one");
    peer_sends("two two");
    peer_sends("");
    peer_sends("three");
    pump();
    assert_int_equal(data_count, 4);
    assert_string_equal(data[0], "one");
    assert_string_equal(data[1], "two two");
    assert_string_equal(data[2], "");
    assert_string_equal(data[3], "three");
    nt_turn_client_release(client, now);
    pump();
    assert_int_equal(count(NT_TURN_EV_RELEASED), 1);
    assert_int_equal(nt_turn_server_allocations(server), 0);
    assert_int_equal(closes, 1); /* it has no further requests to send (RFC 8489, 6.2.2) */
    assert_int_equal(connects, 1);
    assert_int_equal(nt_turn_client_deadline(client), NT_TIME_NEVER);
    stop();
}

TEST(life)
{
    life_in_pieces(NT_TCP, 100000);
    life_in_pieces(NT_TLS, 100000);
}

TEST(life_in_all_pieces)
{
    for (size_t bytes = 1; bytes < 200; bytes++)
        life_in_pieces(NT_TCP, bytes);
}

/* Several messages in one chunk: each is told in its turn. */
TEST(many_in_one_chunk)
{
    static uint8_t buf[400];
    struct nt_addr peer = addr(PEER);
    start();
    allocate();
    nt_turn_client_bind_channel(client, &peer, now);
    pump();
    memcpy(buf,
           "\x40\x00\x00\x03one\xff\x40\x00\x00\x00\x40\x00\x00\x05three\0\0\0\x40\x00\x00\x04"
           "four\x40\x00\x00\x09half",
           40);
    struct nt_path in = at_client();
    assert_true(nt_turn_client_stream(client, &in, buf, 40, now));
    memset(buf, 0, sizeof buf); /* it has a copy */
    pump();
    assert_int_equal(data_count, 4);
    assert_string_equal(data[0], "one");
    assert_string_equal(data[2], "three");
    assert_string_equal(data[3], "four");
    assert_true(nt_turn_client_stream(client, &in, (const uint8_t *)" done\xff\xff\xff", 8, now));
    pump();
    assert_string_equal(data[4], "half done");
    stop();
}

/* RFC 8489, 6.2.2: no retransmission, and failure after Ti. */
TEST(no_retransmission)
{
    start();
    silent = true;
    allocate();
    run_until(TI - 1);
    assert_int_equal(to_server, 1);
    assert_int_equal(count(NT_TURN_EV_FAILED), 0);
    run_until(TI);
    assert_int_equal(to_server, 1);
    assert_int_equal(count(NT_TURN_EV_FAILED), 1);
    assert_string_equal(failed, "no response");
    assert_int_equal(closes, 1);
    stop();
}

/* A refresh without a response: the connection does not work any more, and the allocation is its. */
TEST(refresh_unanswered)
{
    start();
    allocate();
    silent = true;
    run_until(540 * NT_SEC + TI - 1);
    assert_int_equal(count(NT_TURN_EV_FAILED), 0);
    run_until(540 * NT_SEC + TI);
    assert_int_equal(count(NT_TURN_EV_FAILED), 1);
    assert_string_equal(lost_why, "the server does not answer on the connection");
    assert_int_equal(closes, 1);
    stop();
}

TEST(not_connected)
{
    static const struct {
        enum nt_closed why;
        const char *text;
    } table[] = {{NT_CLOSED_REFUSED, "the server refuses the connection"},
                 {NT_CLOSED_TIMEOUT, "nobody answers on the connection to the server"},
                 {NT_CLOSED_UNREACHABLE, "the server cannot be reached"},
                 {NT_CLOSED_LIMIT, "there are as many connections as there may be"},
                 {NT_CLOSED_TLS, "TLS with the server has failed"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        start();
        refuse = true;
        allocate();
        assert_true(nt_turn_client_closed(client, &dialled, table[i].why, now));
        pump();
        assert_int_equal(count(NT_TURN_EV_FAILED), 1);
        assert_string_equal(failed, table[i].text);
        assert_int_equal(nt_turn_client_state(client), NT_TURN_GONE);
        assert_int_equal(closes, 0); /* there is nothing to close */
        stop();
    }
}

/* The owner never answers. */
TEST(connecting_for_ever)
{
    start();
    refuse = true;
    allocate();
    run_until(TI - 1);
    assert_int_equal(count(NT_TURN_EV_FAILED), 0);
    run_until(TI);
    assert_int_equal(count(NT_TURN_EV_FAILED), 1);
    assert_string_equal(failed, "no connection to the server after 39.5 seconds");
    assert_int_equal(closes, 1);
    stop();
}

TEST(connection_lost)
{
    start();
    allocate();
    struct nt_path path = at_client(), other = path;
    other.id++;
    assert_false(nt_turn_client_closed(client, &other, NT_CLOSED_RESET, now));
    assert_true(nt_turn_client_closed(client, &path, NT_CLOSED_RESET, now));
    open_id = 0;
    pump();
    assert_int_equal(count(NT_TURN_EV_FAILED), 1);
    assert_string_equal(lost_why, "the connection to the server was reset");
    assert_int_equal(lost, 1);
    assert_int_equal(nt_turn_client_state(client), NT_TURN_GONE);
    assert_int_equal(closes, 0);
    stop();
}

/* The same while the allocation is being asked for, and while it is being released. */
TEST(connection_lost_meanwhile)
{
    for (int releasing = 0; releasing < 2; releasing++) {
        start();
        silent = !releasing;
        allocate();
        silent = true;
        if (releasing)
            nt_turn_client_release(client, now);
        pump();
        struct nt_path path = at_client();
        assert_true(nt_turn_client_closed(client, &path, NT_CLOSED_BY_PEER, now));
        open_id = 0;
        pump();
        assert_int_equal(count(NT_TURN_EV_RELEASED), releasing);
        assert_int_equal(count(NT_TURN_EV_FAILED), !releasing);
        if (!releasing)
            assert_string_equal(failed, "the server has closed the connection");
        stop();
    }
}

TEST(garbage_from_the_server)
{
    start();
    allocate();
    struct nt_path path = at_client();
    assert_true(nt_turn_client_stream(client, &path, (const uint8_t *)"\x16\x03\x01", 3, now));
    pump();
    assert_int_equal(count(NT_TURN_EV_FAILED), 1);
    assert_string_equal(lost_why, "neither STUN nor ChannelData begins here, and where a message would is not known");
    assert_int_equal(closes, 1);
    stop();
}

/* RFC 8489, 10: "using the same transport protocol"; ALTERNATE-DOMAIN is the name that the certificate must have. */
TEST(try_alternate)
{
    for (int transport = NT_TCP; transport <= NT_TLS; transport++) {
        start_at((enum nt_transport)transport, 7);
        decision = (struct nt_stun_decision){.code = 300, .alternate = addr("192.0.2.9:443"), .domain = "other.example.net"};
        allocate();
        assert_int_equal(connects, 2);
        assert_int_equal(closes, 1);
        assert_int_equal(dialled.transport, transport);
        assert_true(nt_addr_equal(&dialled.remote, &(struct nt_addr){.family = NT_AF_IPV4, .port = 443, .ip = {192, 0, 2, 9}}));
        assert_int_equal(dialled.local.port, 0);
        assert_string_equal(dialled_name, transport == NT_TLS ? "other.example.net" : "");
        assert_int_equal(count(NT_TURN_EV_ALLOCATED), 1);
        stop();
    }
}

/* "If the attribute is not found, the same domain that was used for the original request MUST be used". */
TEST(try_alternate_without_domain)
{
    start_at(NT_TLS, 100000);
    decision = (struct nt_stun_decision){.code = 300, .alternate = addr("192.0.2.9:443")};
    allocate();
    assert_string_equal(dialled_name, "turn.example.com");
    stop();
}

/* RFC 8656, 7.4: three different client transport addresses, each of a connection of its own. */
TEST(mismatch)
{
    start();
    decision = (struct nt_stun_decision){.code = 437};
    allocate();
    assert_int_equal(connects, 2);
    assert_int_equal(closes, 1);
    assert_int_equal(count(NT_TURN_EV_MOVE), 0);
    assert_int_equal(count(NT_TURN_EV_ALLOCATED), 1);
    stop();
}

/* After 486 it asks again on the connection, or on a new one when the server has closed it meanwhile. */
TEST(asked_again_later)
{
    for (int closed = 0; closed < 2; closed++) {
        start();
        decision = (struct nt_stun_decision){.code = 486};
        allocate();
        assert_int_equal(nt_turn_client_state(client), NT_TURN_WAITING);
        if (closed) {
            struct nt_path path = at_client();
            assert_true(nt_turn_client_closed(client, &path, NT_CLOSED_BY_PEER, now));
            open_id = 0;
        }
        run_until(60 * NT_SEC);
        assert_int_equal(count(NT_TURN_EV_ALLOCATED), 1);
        assert_int_equal(connects, 1 + closed);
        stop();
    }
}

TEST(not_taken)
{
    start();
    allocate();
    struct nt_path path = at_client(), other = path;
    other.id++;
    assert_false(nt_turn_client_not_taken(client, &other, now));
    assert_true(nt_turn_client_not_taken(client, &path, now));
    assert_int_equal(not_sent, 1);
    stop();
}

/* What the owner asks no events of is kept up to a limit, and then the connection is of no use. */
TEST(unread)
{
    static uint8_t chunk[60000];
    start();
    allocate();
    struct nt_path path = at_client();
    nt_store16(chunk, 0x4000);
    nt_store16(chunk + 2, sizeof chunk - 4);
    for (int i = 0; i < 20; i++)
        assert_true(nt_turn_client_stream(client, &path, chunk, sizeof chunk, now));
    pump();
    assert_int_equal(count(NT_TURN_EV_FAILED), 1);
    assert_int_equal(closes, 1);
    stop();
}

/* Datagrams are nothing to such a client, nor are streams to one over UDP. */
TEST(other_transport)
{
    start();
    allocate();
    struct nt_path path = {.transport = NT_UDP, .local = at_client().local, .remote = at_client().remote};
    assert_false(nt_turn_client_input(client, &path, (const uint8_t *)"\x40\x00\x00\x00", 4, now));
    stop();
}

/* Each allocation of memory fails once: nothing breaks, and the connection is closed at last. */
TEST(memory)
{
    bool did_fail = true;
    for (long n = 0; did_fail; n++) {
        alloc_fail(n);
        start_at(NT_TCP, 50);
        if (server != NULL && client != NULL) {
            allocate();
            run_until(200 * NT_SEC);
            nt_turn_client_release(client, now);
            run_until(400 * NT_SEC);
            assert_int_equal(nt_turn_client_state(client), NT_TURN_GONE);
        }
        did_fail = alloc_failed();
        stop();
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(life),
                                       cmocka_unit_test(life_in_all_pieces),
                                       cmocka_unit_test(many_in_one_chunk),
                                       cmocka_unit_test(no_retransmission),
                                       cmocka_unit_test(refresh_unanswered),
                                       cmocka_unit_test(not_connected),
                                       cmocka_unit_test(connecting_for_ever),
                                       cmocka_unit_test(connection_lost),
                                       cmocka_unit_test(connection_lost_meanwhile),
                                       cmocka_unit_test(garbage_from_the_server),
                                       cmocka_unit_test(try_alternate),
                                       cmocka_unit_test(try_alternate_without_domain),
                                       cmocka_unit_test(mismatch),
                                       cmocka_unit_test(asked_again_later),
                                       cmocka_unit_test(not_taken),
                                       cmocka_unit_test(unread),
                                       cmocka_unit_test(other_transport),
                                       cmocka_unit_test(memory)};
    return RUN_TESTS(tests);
}
