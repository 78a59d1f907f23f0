/* The TURN server over TCP and TLS: RFC 8656, 3.1, 12.5, 15 and 16. Connections are its owner's, which the tests are: what goes in
 * and what comes out is looked at as it is, without a network. */
#include "tests/unit/help.h"

#include "core/base/bytes.h"
#include "core/turn/channel_data.h"
#include "core/turn/turn.h"

#include <stdlib.h>

#define PEER "203.0.113.7:5000"
#define HALF (39500 * NT_MSEC)
#define IDLE (600 * NT_SEC)

static struct nt_rand rand_stream;
static struct nt_turn_server *server;
static struct nt_endpoint end;
static nt_time now;
static uint8_t in[140000], out[70000];
static size_t in_len, out_len;
static struct nt_path out_path;
static const char *ended, *dropped; /* why, of the last one */
static int released;

static void traced(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->kind == NT_TR_CONNECTION_ENDED)
        ended = ev->text;
    if (ev->kind == NT_TR_DISCARDED)
        dropped = ev->text;
    released += ev->kind == NT_TR_TURN_RELEASED;
}

/* Grants ports. The number of the connection that is to be closed; -1: none. */
static int serve_requests(void)
{
    struct nt_request req;
    int closed = -1;
    while (end.ops->request(end.self, &req)) {
        if (req.kind == NT_REQ_CLOSE && req.path.transport != NT_UDP)
            closed = (int)(req.path.id & ~NT_ACCEPTED);
        else if (req.kind != NT_REQ_CLOSE)
            end.ops->input(end.self, &req.path, NT_IN_CONNECTED, NULL, 0, now);
    }
    return closed;
}

static void start(void)
{
    static const struct nt_turn_account accounts[] = {{"George", "secret"}};
    struct nt_turn_server_config config = {.listen = addr("192.0.2.1:3478"),
                                           .listen6 = addr("[2001:db8::1]:3478"),
                                           .transports = {.over = 0x0e},
                                           .relay = addr("192.0.2.2"),
                                           .relay6 = addr("2001:db8::2"),
                                           .realm = "example.com",
                                           .accounts = accounts,
                                           .account_count = 1,
                                           .rand = &rand_stream,
                                           .trace = {.emit = traced}};
    nt_rand_init(&rand_stream, 1, "turn");
    now = 0, released = 0, ended = dropped = NULL;
    server = nt_turn_server_new(&config);
    assert_non_null(server);
    end = nt_turn_server_endpoint(server);
    serve_requests();
}

struct client {
    struct nt_path path;
    struct nt_stun_login login;
    struct nt_stun_builder b;
    struct nt_stun_msg answer;
};

static struct nt_path connection(enum nt_transport transport, uint32_t n)
{
    return (struct nt_path){.transport = (uint8_t)transport,
                            .id = NT_ACCEPTED | n,
                            .local = addr(transport == NT_TLS ? "192.0.2.1:5349" : "192.0.2.1:3478"),
                            .remote = addr("198.51.100.2:49721")};
}

static void connect_on(struct client *c, const struct nt_path *path)
{
    memset(c, 0, sizeof *c);
    c->path = *path;
    nt_stun_login_init(&c->login, "George", "secret");
    if (path->transport != NT_UDP)
        end.ops->input(end.self, path, NT_IN_ACCEPTED, NULL, 0, now);
}

static void connect_client(struct client *c, enum nt_transport transport, uint32_t n)
{
    struct nt_path path = connection(transport, n);
    connect_on(c, &path);
}

static void send_bytes(const struct client *c, const uint8_t *bytes, size_t len)
{
    end.ops->input(end.self, &c->path, c->path.transport == NT_UDP ? NT_IN_DATAGRAM : NT_IN_STREAM, bytes, len, now);
}

static bool pull(void)
{
    out_len = end.ops->output(end.self, &out_path, out, sizeof out, now);
    return out_len > 0;
}

static void begin_message(struct client *c, enum nt_stun_class class_, uint16_t method)
{
    uint8_t id[NT_STUN_ID];
    nt_rand_bytes(&rand_stream, id, sizeof id);
    nt_stun_start(&c->b, in, sizeof in, class_, method, id);
}

/* 0: success, or the error code; -1: no answer. */
static int read_answer(struct client *c)
{
    int code = 0;
    serve_requests();
    if (!pull())
        return -1;
    assert_int_equal(nt_stun_parse(&c->answer, out, out_len), NT_OK);
    assert_int_equal(out_path.transport, c->path.transport);
    assert_int_equal(out_path.id, c->path.id);
    assert_true(nt_addr_equal(&out_path.remote, &c->path.remote) && nt_addr_equal(&out_path.local, &c->path.local));
    nt_stun_get_error(&c->answer, &code, NULL, NULL);
    return code;
}

static int ask(struct client *c)
{
    nt_stun_login_sign(&c->login, &c->b);
    in_len = (size_t)nt_stun_finish(&c->b);
    send_bytes(c, in, in_len);
    return read_answer(c);
}

static int allocate(struct client *c, uint8_t family)
{
    int code = 401;
    for (int i = 0; i < 2 && code == 401; i++) {
        begin_message(c, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
        nt_stun_add_u32(&c->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
        if (family == NT_AF_IPV6)
            nt_stun_add_u32(&c->b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(2) << 24);
        code = ask(c);
        if (code == 401)
            nt_stun_login_take_challenge(&c->login, &c->answer, 401);
    }
    return code;
}

static struct nt_addr relayed(const struct client *c)
{
    struct nt_addr a = {0};
    assert_int_equal(nt_stun_get_addr(&c->answer, NT_ATTR_XOR_RELAYED_ADDRESS, &a), NT_OK);
    return a;
}

static int ask_for_peer(struct client *c, uint16_t method, unsigned channel, const char *peer)
{
    struct nt_addr a = addr(peer);
    begin_message(c, NT_STUN_REQUEST, method);
    if (channel != 0)
        nt_stun_add_u32(&c->b, NT_ATTR_CHANNEL_NUMBER, channel << 16);
    nt_stun_add_addr(&c->b, NT_ATTR_XOR_PEER_ADDRESS, &a);
    return ask(c);
}

static void send_indication(struct client *c, const char *peer, bool dont_fragment)
{
    struct nt_addr a = addr(peer);
    begin_message(c, NT_STUN_INDICATION, NT_TURN_SEND);
    nt_stun_add_addr(&c->b, NT_ATTR_XOR_PEER_ADDRESS, &a);
    nt_stun_add(&c->b, NT_ATTR_DATA, "hello", 5);
    if (dont_fragment)
        nt_stun_add(&c->b, NT_ATTR_DONT_FRAGMENT, NULL, 0);
    send_bytes(c, in, (size_t)nt_stun_finish(&c->b));
}

static void from_peer(const struct nt_addr *to, const char *text)
{
    struct nt_path path = {.transport = NT_UDP, .ttl = 1, .tos = 0xb9, .df = 1, .local = *to, .remote = addr(PEER)};
    end.ops->input(end.self, &path, NT_IN_DATAGRAM, (const uint8_t *)text, strlen(text), now);
}

/* A connection ends at the next timer, once what was to be sent has been pulled. */
static void assert_closed(int n)
{
    assert_int_equal(serve_requests(), -1);
    assert_true(end.ops->deadline(end.self) <= now);
    end.ops->timer(end.self, now);
    assert_int_equal(serve_requests(), n);
    assert_true(end.ops->deadline(end.self) > now);
}

/* Allocate, CreatePermission, ChannelBind, and data both ways over TCP and over TLS. */
static void relays_over(enum nt_transport transport)
{
    struct client c;
    start();
    connect_client(&c, transport, 1);
    assert_int_equal(allocate(&c, NT_AF_IPV4), 0);
    struct nt_addr at = relayed(&c), mapped;
    assert_int_equal(nt_stun_get_addr(&c.answer, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped), NT_OK);
    assert_true(nt_addr_equal(&mapped, &c.path.remote));
    assert_int_equal(ask_for_peer(&c, NT_TURN_CREATE_PERMISSION, 0, PEER), 0);
    send_indication(&c, PEER, false);
    assert_true(pull());
    assert_int_equal(out_len, 5);
    assert_int_equal(out_path.transport, NT_UDP);
    assert_true(nt_addr_equal(&out_path.local, &at) &&
                nt_addr_same_ip(&out_path.remote, &(struct nt_addr){.family = 4, .ip = {203, 0, 113, 7}}));
    from_peer(&at, "answer");
    assert_true(pull());
    assert_int_equal(out_path.id, c.path.id);
    struct nt_stun_msg m;
    assert_int_equal(nt_stun_parse(&m, out, out_len), NT_OK);
    assert_int_equal(m.method, NT_TURN_DATA);
    assert_int_equal(ask_for_peer(&c, NT_TURN_CHANNEL_BIND, 0x4000, PEER), 0);
    from_peer(&at, "voice");
    assert_true(pull());
    assert_int_equal(out_len, 12); /* 4 + 5, padded; the length field has 5 */
    assert_memory_equal(out, "\x40\x00\x00\x05voice\0\0\0", 12);
    send_bytes(&c, (const uint8_t *)"\x40\x00\x00\x05voice\xff\xff\xff", 12);
    assert_true(pull());
    assert_int_equal(out_len, 5);
    assert_memory_equal(out, "voice", 5);
    nt_turn_server_del(server);
}

TEST(relays)
{
    relays_over(NT_TCP);
    relays_over(NT_TLS);
}

/* RFC 8656, 6: the transport is a part of the 5-tuple; a connection is one, whatever address and port it comes from. */
TEST(a_connection_is_a_5_tuple)
{
    struct client udp, tcp, tls, second;
    start();
    struct nt_path path = {.transport = NT_UDP, .local = addr("192.0.2.1:3478"), .remote = addr("198.51.100.2:49721")};
    connect_on(&udp, &path);
    connect_client(&tcp, NT_TCP, 1);
    connect_client(&tls, NT_TLS, 2);
    connect_client(&second, NT_TCP, 3);
    assert_int_equal(allocate(&udp, NT_AF_IPV4), 0);
    struct nt_addr of_udp = relayed(&udp);
    assert_int_equal(allocate(&tcp, NT_AF_IPV4), 0);
    struct nt_addr of_tcp = relayed(&tcp);
    assert_false(nt_addr_equal(&of_udp, &of_tcp));
    assert_int_equal(allocate(&tls, NT_AF_IPV4), 0);
    assert_int_equal(nt_turn_server_allocations(server), 3);
    assert_int_equal(ask_for_peer(&second, NT_TURN_CREATE_PERMISSION, 0, PEER), 401);
    nt_stun_login_take_challenge(&second.login, &second.answer, 401);
    assert_int_equal(ask_for_peer(&second, NT_TURN_CREATE_PERMISSION, 0, PEER), 437);
    assert_int_equal(allocate(&tcp, NT_AF_IPV4), 437);
    nt_turn_server_del(server);
}

/* The allocation ends with its connection, whoever ends that. */
TEST(ends_with_the_connection)
{
    struct client c, other;
    start();
    connect_client(&c, NT_TCP, 1);
    connect_client(&other, NT_TCP, 2);
    assert_int_equal(allocate(&c, NT_AF_IPV4), 0);
    assert_int_equal(allocate(&other, NT_AF_IPV4), 0);
    end.ops->input(end.self, &c.path, NT_IN_CLOSED, (const uint8_t[]){NT_CLOSED_RESET}, 1, now);
    assert_int_equal(released, 1);
    assert_int_equal(nt_turn_server_allocations(server), 1);
    send_bytes(&other, (const uint8_t *)"\xff", 1);
    assert_string_equal(ended, "neither STUN nor ChannelData begins here, and where a message would is not known");
    assert_int_equal(released, 2);
    assert_int_equal(nt_turn_server_allocations(server), 0);
    assert_closed(2);
    nt_turn_server_del(server);
}

/* Also one that waits for its port. */
TEST(ends_before_it_is_granted)
{
    struct client c;
    struct nt_request req;
    start();
    connect_client(&c, NT_TCP, 1);
    begin_message(&c, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    assert_int_equal(ask(&c), 401);
    nt_stun_login_take_challenge(&c.login, &c.answer, 401);
    begin_message(&c, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&c.b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    nt_stun_login_sign(&c.login, &c.b);
    send_bytes(&c, in, (size_t)nt_stun_finish(&c.b));
    assert_int_equal(end.ops->request(end.self, &req), 1);
    end.ops->input(end.self, &c.path, NT_IN_CLOSED, (const uint8_t[]){NT_CLOSED_BY_PEER}, 1, now);
    end.ops->input(end.self, &req.path, NT_IN_CONNECTED, NULL, 0, now);
    serve_requests();
    assert_false(pull());
    assert_int_equal(nt_turn_server_allocations(server), 0);
    nt_turn_server_del(server);
}

/* A connection with an allocation may be silent for as long as that is refreshed; without one it may not. */
TEST(idle)
{
    struct client c, without;
    start();
    connect_client(&c, NT_TCP, 1);
    connect_client(&without, NT_TCP, 2);
    now = NT_SEC;
    assert_int_equal(allocate(&c, NT_AF_IPV4), 0);
    now = IDLE;
    end.ops->timer(end.self, now);
    assert_int_equal(serve_requests(), 2);
    assert_string_equal(ended, "no message has come for too long");
    assert_int_equal(nt_turn_server_allocations(server), 1);
    ended = NULL;
    now = IDLE + NT_SEC; /* the allocation's lifetime is ten minutes, too */
    end.ops->timer(end.self, now);
    assert_int_equal(released, 1);
    assert_int_equal(serve_requests(), 1);
    assert_non_null(ended);
    nt_turn_server_del(server);
}

TEST(refreshed_it_stays)
{
    struct client c;
    start();
    connect_client(&c, NT_TCP, 1);
    assert_int_equal(allocate(&c, NT_AF_IPV4), 0);
    begin_message(&c, NT_STUN_REQUEST, NT_TURN_REFRESH);
    nt_stun_add_u32(&c.b, NT_ATTR_LIFETIME, 3600);
    assert_int_equal(ask(&c), 0);
    for (now = IDLE; now < 3600 * NT_SEC; now += IDLE) {
        end.ops->timer(end.self, now);
        assert_int_equal(serve_requests(), -1);
    }
    assert_null(ended);
    assert_int_equal(nt_turn_server_allocations(server), 1);
    nt_turn_server_del(server);
}

/* ChannelData without end, or HTTP, which begins as ChannelData does. */
TEST(half_a_message)
{
    struct client c;
    start();
    connect_client(&c, NT_TCP, 1);
    assert_int_equal(allocate(&c, NT_AF_IPV4), 0);
    send_bytes(&c, (const uint8_t *)"GET / HTTP/1.1\r\n\r\n", 18);
    for (now = NT_SEC; now < HALF; now += NT_SEC)
        send_bytes(&c, (const uint8_t *)"x", 1);
    now = HALF;
    assert_true(end.ops->deadline(end.self) == HALF);
    end.ops->timer(end.self, now);
    assert_string_equal(ended, "a message that has begun is not whole after 39.5 seconds");
    assert_int_equal(serve_requests(), 1);
    assert_int_equal(nt_turn_server_allocations(server), 0);
    nt_turn_server_del(server);
}

/* A 16-bit length at its edge: what no datagram can carry is dropped, and what follows it is read. */
TEST(longer_than_a_datagram)
{
    struct client c;
    start();
    connect_client(&c, NT_TCP, 1);
    assert_int_equal(allocate(&c, NT_AF_IPV4), 0);
    assert_int_equal(ask_for_peer(&c, NT_TURN_CHANNEL_BIND, 0x4000, PEER), 0);
    static const size_t lens[] = {NT_DATAGRAM_MAX, NT_DATAGRAM_MAX + 1, 65535, 1};
    for (size_t i = 0; i < 4; i++) {
        size_t whole = (4 + lens[i] + 3) / 4 * 4;
        memset(in, 0, sizeof in);
        nt_store16(in, 0x4000);
        nt_store16(in + 2, (uint16_t)lens[i]);
        dropped = NULL;
        for (size_t at = 0; at < whole; at += 1400)
            send_bytes(&c, in + at, whole - at < 1400 ? whole - at : 1400);
        bool fits = lens[i] <= NT_DATAGRAM_MAX;
        assert_int_equal(pull(), fits);
        if (fits)
            assert_int_equal(out_len, lens[i]);
        else
            assert_string_equal(dropped, "too large for a datagram to %b");
    }
    nt_turn_server_del(server);
}

/* Every message split at every byte, with another one after it. */
TEST(split_at_every_byte)
{
    struct client c;
    start();
    connect_client(&c, NT_TCP, 1);
    assert_int_equal(allocate(&c, NT_AF_IPV4), 0);
    assert_int_equal(ask_for_peer(&c, NT_TURN_CHANNEL_BIND, 0x4000, PEER), 0);
    struct nt_addr peer = addr(PEER);
    begin_message(&c, NT_STUN_INDICATION, NT_TURN_SEND);
    nt_stun_add_addr(&c.b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    nt_stun_add(&c.b, NT_ATTR_DATA, "hello", 5);
    in_len = (size_t)nt_stun_finish(&c.b);
    memcpy(in + in_len, "\x40\x00\x00\x05voice\0\0\0\x40\x00\x00\x00", 16);
    in_len += 16;
    for (size_t at = 0; at <= in_len; at++) {
        send_bytes(&c, in, at);
        send_bytes(&c, in + at, in_len - at);
        assert_true(pull() && out_len == 5 && memcmp(out, "hello", 5) == 0);
        assert_true(pull() && out_len == 5 && memcmp(out, "voice", 5) == 0);
        assert_true(pull() && out_len == NT_OUTPUT_EMPTY);
        assert_false(pull());
    }
    nt_turn_server_del(server);
}

/* RFC 8656, 15: to the peer the DSCP of the connection and no ECN; DF for DONT-FRAGMENT alone, within one family. 16: to the client
 * the connection's own, whatever the datagram had. */
TEST(ip_header_fields)
{
    struct client c;
    start();
    connect_client(&c, NT_TCP, 1);
    c.path.tos = 0xbb;
    c.path.ttl = 7;
    assert_int_equal(allocate(&c, NT_AF_IPV4), 0);
    struct nt_addr at = relayed(&c);
    assert_int_equal(ask_for_peer(&c, NT_TURN_CREATE_PERMISSION, 0, PEER), 0);
    for (int dont_fragment = 0; dont_fragment < 2; dont_fragment++) {
        send_indication(&c, PEER, dont_fragment == 1);
        assert_true(pull());
        assert_int_equal(out_path.tos, 0xb8);
        assert_int_equal(out_path.df, dont_fragment);
        assert_int_equal(out_path.ttl, 0);
    }
    from_peer(&at, "with the last hop, and DSCP");
    assert_true(pull());
    assert_int_equal(out_path.tos, 0);
    assert_int_equal(out_path.df, 0);
    assert_int_equal(out_path.ttl, 0);
    nt_turn_server_del(server);
}

TEST(dont_fragment_over_ipv6)
{
    struct client c;
    start();
    struct nt_path path = {
        .transport = NT_TCP, .id = NT_ACCEPTED | 1, .local = addr("[2001:db8::1]:3478"), .remote = addr("[2001:db8::9]:5000")};
    connect_on(&c, &path);
    assert_int_equal(allocate(&c, NT_AF_IPV6), 0);
    assert_int_equal(ask_for_peer(&c, NT_TURN_CREATE_PERMISSION, 0, "[2001:db8:1::1]:7000"), 0);
    for (int dont_fragment = 0; dont_fragment < 2; dont_fragment++) {
        send_indication(&c, "[2001:db8:1::1]:7000", dont_fragment == 1);
        assert_true(pull());
        assert_int_equal(out_path.df, dont_fragment);
    }
    nt_turn_server_del(server);
}

/* An ICMP error about what was relayed to the peer reaches the client on its connection (16). */
TEST(icmp_of_the_peer)
{
    struct client c;
    start();
    connect_client(&c, NT_TCP, 1);
    assert_int_equal(allocate(&c, NT_AF_IPV4), 0);
    struct nt_path path = {.transport = NT_UDP, .local = relayed(&c), .remote = addr(PEER)};
    assert_int_equal(ask_for_peer(&c, NT_TURN_CREATE_PERMISSION, 0, PEER), 0);
    end.ops->input(end.self, &path, NT_IN_ICMP, (const uint8_t[NT_ICMP_INPUT]){3, 3}, NT_ICMP_INPUT, now);
    assert_true(pull());
    assert_int_equal(out_path.id, c.path.id);
    assert_int_equal(out_path.transport, NT_TCP);
    nt_turn_server_del(server);
}

/* A Binding request on a connection (RFC 8656, 5: STUN's rules are TURN's), and what the owner could not take. */
TEST(binding_and_not_taken)
{
    struct client c;
    start();
    connect_client(&c, NT_TLS, 1);
    begin_message(&c, NT_STUN_REQUEST, NT_STUN_BINDING);
    send_bytes(&c, in, (size_t)nt_stun_finish(&c.b));
    assert_int_equal(read_answer(&c), 0);
    end.ops->input(end.self, &c.path, NT_IN_SEND_FAILED, NULL, 0, now);
    assert_string_equal(dropped, "%a does not read as fast as it is written to");
    nt_turn_server_del(server);
}

TEST(a_restart_closes_them)
{
    struct client c;
    start();
    connect_client(&c, NT_TCP, 1);
    assert_int_equal(allocate(&c, NT_AF_IPV4), 0);
    nt_turn_server_reset(server, now);
    assert_int_equal(nt_turn_server_allocations(server), 0);
    assert_int_equal(serve_requests(), 1);
    assert_true(end.ops->deadline(end.self) == NT_TIME_NEVER);
    nt_turn_server_del(server);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(relays),
                                       cmocka_unit_test(a_connection_is_a_5_tuple),
                                       cmocka_unit_test(ends_with_the_connection),
                                       cmocka_unit_test(ends_before_it_is_granted),
                                       cmocka_unit_test(idle),
                                       cmocka_unit_test(refreshed_it_stays),
                                       cmocka_unit_test(half_a_message),
                                       cmocka_unit_test(longer_than_a_datagram),
                                       cmocka_unit_test(split_at_every_byte),
                                       cmocka_unit_test(ip_header_fields),
                                       cmocka_unit_test(dont_fragment_over_ipv6),
                                       cmocka_unit_test(icmp_of_the_peer),
                                       cmocka_unit_test(binding_and_not_taken),
                                       cmocka_unit_test(a_restart_closes_them)};
    return RUN_TESTS(tests);
}
