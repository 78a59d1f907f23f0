/* The Binding client over TCP and TLS, RFC 8489, 6.2.2; its owner is the test. */
#include "tests/unit/help.h"

#include "core/stun/stun.h"

#include <stdio.h>

#define TI (39500 * NT_MSEC)

static struct nt_rand rand_stream;
static struct nt_stun_client *client;
static struct nt_path dialled;
static char name[300];
static uint8_t out[500], id[NT_STUN_ID];
static char failed[120];
static int code, discarded;

static void traced(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->kind == NT_TR_REQUEST_FAILED) {
        snprintf(failed, sizeof failed, "%.*s", (int)ev->len, (const char *)ev->bytes);
        code = (int)ev->n[1];
    }
    discarded += ev->kind == NT_TR_DISCARDED;
}

static struct nt_stun_client_config config_of(enum nt_transport transport)
{
    return (struct nt_stun_client_config){.server = addr("192.0.2.1:3478"),
                                          .base = addr("198.51.100.2:0"),
                                          .transport = (uint8_t)transport,
                                          .name = "stun.example.com",
                                          .rand = &rand_stream,
                                          .trace = {.emit = traced}};
}

/* The kind of the next request; 0: none. */
static int request(void)
{
    struct nt_request req;
    if (!nt_stun_client_request(client, 7, &req))
        return 0;
    dialled = req.path;
    snprintf(name, sizeof name, "%s", req.name != NULL ? req.name : "");
    return (int)req.kind;
}

static void start(enum nt_transport transport)
{
    const struct nt_stun_client_config config = config_of(transport);
    nt_rand_init(&rand_stream, 1, "client");
    failed[0] = '\0', code = discarded = 0;
    client = nt_stun_client_new(&config, 0);
    assert_non_null(client);
    assert_int_equal(request(), NT_REQ_CONNECT);
    assert_int_equal(dialled.id, 7);
}

static void connect_and_send(void)
{
    struct nt_path path;
    assert_int_equal(nt_stun_client_output(client, &path, out, sizeof out, 0), 0);
    dialled.local.port = 50000;
    assert_true(nt_stun_client_connected(client, &dialled, 0));
    size_t n = nt_stun_client_output(client, &path, out, sizeof out, 0);
    struct nt_stun_msg m;
    assert_int_equal(nt_stun_parse(&m, out, n), NT_OK);
    assert_int_equal(m.method, NT_STUN_BINDING);
    assert_int_equal(path.id, 7);
    assert_int_equal(path.local.port, 50000);
    memcpy(id, m.id, sizeof id);
    assert_int_equal(nt_stun_client_output(client, &path, out, sizeof out, 0), 0);
}

static size_t respond(enum nt_stun_class class_, uint16_t attribute)
{
    struct nt_stun_builder b;
    struct nt_addr mapped = addr("203.0.113.9:1234");
    nt_stun_start(&b, out, sizeof out, class_, NT_STUN_BINDING, id);
    if (class_ == NT_STUN_ERROR)
        nt_stun_add_error(&b, 500, NULL);
    else if (attribute == NT_ATTR_XOR_MAPPED_ADDRESS || attribute == NT_ATTR_MAPPED_ADDRESS)
        nt_stun_add_addr(&b, attribute, &mapped);
    else if (attribute != 0)
        nt_stun_add_u32(&b, attribute, 1);
    return (size_t)nt_stun_finish(&b);
}

static void give(const uint8_t *bytes, size_t len, size_t piece)
{
    for (size_t at = 0; at < len; at += piece)
        assert_true(nt_stun_client_stream(client, &dialled, bytes + at, len - at < piece ? len - at : piece, 0));
}

static void assert_failed(const char *why, int with)
{
    assert_int_equal(nt_stun_client_state(client), NT_STUN_CLIENT_OVER);
    assert_string_equal(failed, why);
    assert_int_equal(code, with);
    assert_false(nt_addr_is_set(nt_stun_client_mapped(client)));
    assert_true(nt_stun_client_deadline(client) == NT_TIME_NEVER);
}

TEST(answered)
{
    for (int transport = NT_TCP; transport <= NT_TLS; transport++)
        for (size_t piece = 1; piece < 40; piece++) {
            start((enum nt_transport)transport);
            assert_string_equal(name, transport == NT_TLS ? "stun.example.com" : "");
            connect_and_send();
            size_t len = respond(NT_STUN_SUCCESS, piece % 2 != 0 ? NT_ATTR_XOR_MAPPED_ADDRESS : NT_ATTR_MAPPED_ADDRESS);
            give(out, len, piece);
            struct nt_addr expected = addr("203.0.113.9:1234");
            assert_int_equal(nt_stun_client_state(client), NT_STUN_CLIENT_ANSWERED);
            assert_true(nt_addr_equal(nt_stun_client_mapped(client), &expected));
            assert_int_equal(nt_stun_client_base(client)->port, 50000);
            assert_int_equal(request(), 0); /* the connection stays */
            assert_true(nt_stun_client_deadline(client) == NT_TIME_NEVER);
            nt_stun_client_release(client);
            assert_int_equal(request(), NT_REQ_CLOSE);
            assert_int_equal(dialled.id, 7);
            assert_int_equal(request(), 0);
            nt_stun_client_del(client);
        }
}

TEST(refused)
{
    static const struct {
        enum nt_stun_class class_;
        uint16_t attribute;
        const char *why;
        int code;
    } table[] = {{NT_STUN_ERROR, 0, "Server Error", 500},
                 {NT_STUN_SUCCESS, 0, "a success response without an address", 0},
                 {NT_STUN_SUCCESS, 0x7ffe, "a response with unknown comprehension-required attributes", 0}};
    for (size_t i = 0; i < 3; i++) {
        start(NT_TCP);
        connect_and_send();
        size_t len = respond(table[i].class_, table[i].attribute);
        give(out, len, len);
        assert_failed(table[i].why, table[i].code);
        assert_int_equal(request(), NT_REQ_CLOSE);
        nt_stun_client_del(client);
    }
}

/* "there are no retransmissions at the STUN protocol level" */
TEST(unanswered)
{
    start(NT_TCP);
    connect_and_send();
    assert_true(nt_stun_client_deadline(client) == TI);
    nt_stun_client_timer(client, TI - 1);
    assert_int_equal(nt_stun_client_state(client), NT_STUN_CLIENT_ASKING);
    nt_stun_client_timer(client, TI);
    assert_failed("no response", 0);
    assert_int_equal(request(), NT_REQ_CLOSE);
    nt_stun_client_del(client);
}

TEST(not_connected)
{
    start(NT_TCP);
    assert_true(nt_stun_client_closed(client, &dialled, NT_CLOSED_REFUSED, 0));
    assert_failed("the server refuses the connection", 0);
    assert_int_equal(request(), 0);
    nt_stun_client_del(client);

    start(NT_TCP);
    assert_true(nt_stun_client_deadline(client) == TI);
    nt_stun_client_timer(client, TI);
    assert_failed("no connection to the server after 39.5 seconds", 0);
    assert_int_equal(request(), NT_REQ_CLOSE);
    nt_stun_client_del(client);
}

/* What was learnt is of no use once the connection has gone. */
TEST(lost)
{
    start(NT_TCP);
    connect_and_send();
    size_t len = respond(NT_STUN_SUCCESS, NT_ATTR_XOR_MAPPED_ADDRESS);
    give(out, len, len);
    struct nt_path other = dialled;
    other.id++;
    assert_false(nt_stun_client_closed(client, &other, NT_CLOSED_RESET, 0));
    assert_true(nt_stun_client_closed(client, &dialled, NT_CLOSED_RESET, 0));
    assert_failed("the connection to the server was reset", 0);
    nt_stun_client_del(client);
}

TEST(what_is_no_response)
{
    start(NT_TCP);
    connect_and_send();
    id[0] ^= 1;
    size_t len = respond(NT_STUN_SUCCESS, NT_ATTR_XOR_MAPPED_ADDRESS);
    give(out, len, len);
    assert_int_equal(discarded, 1);
    assert_int_equal(nt_stun_client_state(client), NT_STUN_CLIENT_ASKING);
    give((const uint8_t *)"\x40\x00\x00\x00", 4, 4); /* ChannelData is TURN's */
    assert_failed("no STUN message begins here, and where one would is not known", 0);
    nt_stun_client_del(client);
}

TEST(arguments)
{
    struct nt_stun_client_config config = config_of(NT_UDP);
    char long_name[257];
    assert_null(nt_stun_client_new(&config, 0));
    config = config_of(NT_TLS);
    memset(long_name, 'n', 256);
    long_name[256] = '\0';
    config.name = long_name;
    assert_null(nt_stun_client_new(&config, 0));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answered),   cmocka_unit_test(refused),
                                       cmocka_unit_test(unanswered), cmocka_unit_test(not_connected),
                                       cmocka_unit_test(lost),       cmocka_unit_test(what_is_no_response),
                                       cmocka_unit_test(arguments)};
    return RUN_TESTS(tests);
}
