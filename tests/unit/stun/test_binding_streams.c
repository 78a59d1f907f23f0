/* The Binding server over TCP and TLS: RFC 8489, 6.2.2. Connections are its owner's, which the tests are. */
#include "tests/unit/help.h"

#include "core/stun/binding_server.h"
#include "tests/unit/fail_alloc.h"

#include <stdio.h>

#define IDLE (600 * NT_SEC)
#define HALF (39500 * NT_MSEC)

static const uint8_t id[NT_STUN_ID] = "abcdefghijk";
static struct nt_stun_server *server;
static struct nt_endpoint end;
static uint8_t in[70000], out[70000];
static size_t in_len;
static struct nt_path to;
static struct nt_stun_msg reply;
static const char *ended, *discarded; /* why, of the last one */
static int endings;
static nt_time now;

static void traced(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->kind == NT_TR_CONNECTION_ENDED)
        ended = ev->text, endings++;
    if (ev->kind == NT_TR_DISCARDED)
        discarded = nt_discard_name((enum nt_discard)ev->n[0]);
}

static struct nt_stun_server_config config_of(uint8_t over)
{
    return (struct nt_stun_server_config){.primary = addr("198.51.100.1:3478"),
                                          .primary6 = addr("[2001:db8::1]:3478"),
                                          .transports = {.over = over},
                                          .software = "test",
                                          .trace = {.emit = traced}};
}

static void start(const struct nt_stun_server_config *config)
{
    struct nt_request req;
    now = 0, endings = 0, ended = discarded = NULL;
    server = nt_stun_server_new(config);
    assert_non_null(server);
    end = nt_stun_server_endpoint(server);
    while (end.ops->request(end.self, &req))
        end.ops->input(end.self, &req.path, NT_IN_CONNECTED, NULL, 0, now);
}

#define TCP_ALONE NT_STUN_OVER(NT_TCP)

static void start_tcp(void)
{
    struct nt_stun_server_config config = config_of(TCP_ALONE);
    start(&config);
}

static struct nt_path connection(uint32_t n)
{
    return (struct nt_path){
        .transport = NT_TCP,
        .id = NT_ACCEPTED | n,
        .local = addr("198.51.100.1:3478"),
        .remote = nt_addr_with_port(&(struct nt_addr){.family = NT_AF_IPV4, .ip = {203, 0, 113, 7}}, (uint16_t)(40000 + n))};
}

static void accept_one(uint32_t n)
{
    struct nt_path path = connection(n);
    end.ops->input(end.self, &path, NT_IN_ACCEPTED, NULL, 0, now);
}

static void receive(uint32_t n, size_t from, size_t len)
{
    struct nt_path path = connection(n);
    end.ops->input(end.self, &path, NT_IN_STREAM, in + from, len, now);
}

static void add_request(void)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, in + in_len, sizeof in - in_len, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    in_len += (size_t)nt_stun_finish(&b);
}

static bool answered(uint32_t n)
{
    size_t len = end.ops->output(end.self, &to, out, sizeof out, now);
    if (len == 0)
        return false;
    struct nt_addr mapped;
    struct nt_path path = connection(n);
    assert_int_equal(nt_stun_parse(&reply, out, len), NT_OK);
    assert_int_equal(reply.class_, NT_STUN_SUCCESS);
    assert_int_equal(nt_stun_get_addr(&reply, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped), NT_OK);
    assert_true(nt_addr_equal(&mapped, &path.remote));
    assert_int_equal(to.transport, NT_TCP);
    assert_int_equal(to.id, path.id);
    assert_true(nt_addr_equal(&to.local, &path.local) && nt_addr_equal(&to.remote, &path.remote));
    return true;
}

/* The number of the connection that the owner is asked to close; -1: none. */
static int closed(void)
{
    struct nt_request req;
    if (!end.ops->request(end.self, &req))
        return -1;
    assert_int_equal(req.kind, NT_REQ_CLOSE);
    assert_int_equal(req.path.transport, NT_TCP);
    assert_true((req.path.id & NT_ACCEPTED) != 0);
    return (int)(req.path.id & ~NT_ACCEPTED);
}

static void run_timer(nt_time at)
{
    assert_true(end.ops->deadline(end.self) == at);
    now = at;
    end.ops->timer(end.self, now);
}

/* One that was ended is closed by the next timer, after what was to be sent has been pulled. */
static void assert_closed(int n)
{
    assert_int_equal(closed(), -1);
    run_timer(now);
    assert_int_equal(closed(), n);
    assert_int_equal(closed(), -1);
    assert_true(end.ops->deadline(end.self) > now);
}

TEST(where_it_listens)
{
    static const struct {
        uint8_t over;
        const char *expected;
    } table[] = {
        {0, "1:198.51.100.1:3478 1:[2001:db8::1]:3478 "},
        {NT_STUN_OVER(NT_UDP) | NT_STUN_OVER(NT_TCP),
         "1:198.51.100.1:3478 1:[2001:db8::1]:3478 2:198.51.100.1:3478 2:[2001:db8::1]:3478 "},
        {NT_STUN_OVER(NT_TLS), "3:198.51.100.1:5349 3:[2001:db8::1]:5349 "},
    };
    for (size_t i = 0; i < 3; i++) {
        struct nt_stun_server_config config = config_of(table[i].over);
        struct nt_request req;
        char asked[400] = "", text[NT_ADDR_TEXT], one[80];
        server = nt_stun_server_new(&config);
        end = nt_stun_server_endpoint(server);
        while (end.ops->request(end.self, &req)) {
            assert_int_equal(req.kind, req.path.transport == NT_UDP ? NT_REQ_BIND : NT_REQ_LISTEN);
            snprintf(one, sizeof one, "%d:%s ", req.path.transport, nt_addr_format(&req.path.local, text));
            strcat(asked, one);
        }
        assert_string_equal(asked, table[i].expected);
        nt_stun_server_del(server);
    }
}

TEST(answers_on_the_connection)
{
    start_tcp();
    in_len = 0;
    add_request();
    add_request();
    accept_one(1);
    accept_one(2);
    receive(2, 0, 20);
    receive(1, 0, 40); /* a second request before the first response: 6.2.2 */
    assert_true(answered(2));
    assert_true(answered(1));
    assert_true(answered(1));
    assert_false(answered(1));
    assert_int_equal(endings, 0);
    nt_stun_server_del(server);
}

TEST(split_at_every_byte)
{
    start_tcp();
    in_len = 0;
    add_request();
    add_request();
    accept_one(1);
    for (size_t at = 0; at < 40; at++) {
        receive(1, at, 1);
        assert_int_equal(answered(1), at == 19 || at == 39);
    }
    nt_stun_server_del(server);
}

/* What is neither STUN nor anything else that may come ends the connection; what was asked before it is answered. */
TEST(garbage)
{
    start_tcp();
    in_len = 0;
    add_request();
    memcpy(in + 20, "GET / HTTP/1.1\r\n", 16);
    accept_one(1);
    receive(1, 0, 36);
    assert_string_equal(ended, "no STUN message begins here, and where one would is not known");
    assert_string_equal(discarded, "unreadable");
    assert_int_equal(closed(), -1);
    assert_true(answered(1));
    assert_closed(1);
    receive(1, 0, 20); /* it is on its way still */
    assert_false(answered(1));
    assert_string_equal(discarded, "state");
    nt_stun_server_del(server);
}

/* A message that has begun does not keep a connection for ever, however it drips. */
TEST(half_a_message)
{
    start_tcp();
    in_len = 0;
    add_request();
    accept_one(1);
    for (size_t at = 0; at < 19; at++) {
        receive(1, at, 1);
        assert_true(end.ops->deadline(end.self) == HALF);
        now += 2 * NT_SEC;
    }
    run_timer(HALF);
    assert_string_equal(ended, "a message that has begun is not whole after 39.5 seconds");
    assert_int_equal(closed(), 1);
    nt_stun_server_del(server);
}

TEST(idle)
{
    start_tcp();
    in_len = 0;
    add_request();
    accept_one(1);
    accept_one(2);
    now = 100 * NT_SEC;
    receive(1, 0, 20);
    assert_true(answered(1));
    run_timer(IDLE);
    assert_int_equal(closed(), 2);
    assert_int_equal(closed(), -1);
    run_timer(IDLE + 100 * NT_SEC);
    assert_int_equal(closed(), 1);
    assert_string_equal(ended, "no message has come for too long");
    assert_true(end.ops->deadline(end.self) == NT_TIME_NEVER);
    nt_stun_server_del(server);
}

TEST(as_many_as_it_may)
{
    struct nt_stun_server_config config = config_of(TCP_ALONE);
    config.transports.connections_max = 2;
    start(&config);
    in_len = 0;
    add_request();
    for (uint32_t i = 1; i <= 3; i++)
        accept_one(i);
    assert_string_equal(ended, "closed at once: the server has as many connections as it may");
    receive(3, 0, 20);
    assert_false(answered(3));
    assert_closed(3);
    struct nt_path path = connection(1);
    end.ops->input(end.self, &path, NT_IN_CLOSED, (const uint8_t[]){NT_CLOSED_BY_PEER}, 1, now);
    accept_one(4);
    receive(4, 0, 20);
    assert_true(answered(4));
    receive(2, 0, 20);
    assert_true(answered(2));
    assert_int_equal(endings, 1);
    nt_stun_server_del(server);
}

/* RFC 5780 and RFC 3489 are of UDP: "STUN forbids a server from creating a new TCP or TCP/TLS connection to the client". */
TEST(no_behaviour_discovery)
{
    struct nt_stun_server_config config = config_of(0x0e);
    struct nt_stun_builder b;
    int code = 0;
    config.alternate = addr("198.51.100.2:3479");
    start(&config);
    accept_one(1);
    nt_stun_start(&b, in, sizeof in, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    nt_stun_add_u32(&b, NT_ATTR_CHANGE_REQUEST, 6);
    receive(1, 0, (size_t)nt_stun_finish(&b));
    size_t len = end.ops->output(end.self, &to, out, sizeof out, now);
    assert_int_equal(nt_stun_parse(&reply, out, len), NT_OK);
    assert_int_equal(nt_stun_get_error(&reply, &code, NULL, NULL), NT_OK);
    assert_int_equal(code, 420);
    in_len = 0;
    add_request();
    receive(1, 0, 20);
    assert_true(answered(1));
    assert_null(nt_stun_find(&reply, NT_ATTR_OTHER_ADDRESS));
    nt_stun_server_del(server);
}

TEST(not_taken)
{
    start_tcp();
    struct nt_path path = connection(1);
    accept_one(1);
    end.ops->input(end.self, &path, NT_IN_SEND_FAILED, NULL, 0, now);
    assert_string_equal(discarded, "no-room");
    nt_stun_server_del(server);
}

TEST(a_restart_closes_them)
{
    start_tcp();
    in_len = 0;
    add_request();
    accept_one(1);
    receive(1, 0, 20);
    accept_one(2);
    receive(2, 0, 10);
    nt_stun_server_reset(server, now);
    assert_int_equal(closed(), 1);
    assert_int_equal(closed(), 2);
    assert_int_equal(closed(), -1);
    assert_false(answered(1));
    assert_true(end.ops->deadline(end.self) == NT_TIME_NEVER);
    nt_stun_server_del(server);
}

/* Each allocation fails once: a connection without memory is dropped with a word. */
TEST(memory)
{
    in_len = 0;
    add_request();
    bool failed = true;
    for (long n = 0; failed; n++) {
        start_tcp();
        alloc_fail(n);
        accept_one(1);
        receive(1, 0, 10);
        receive(1, 10, 10);
        bool got = answered(1);
        failed = alloc_failed();
        assert_true(got || discarded != NULL || ended != NULL);
        end.ops->timer(end.self, now);
        while (closed() >= 0)
            continue;
        nt_stun_server_del(server);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(where_it_listens),
                                       cmocka_unit_test(answers_on_the_connection),
                                       cmocka_unit_test(split_at_every_byte),
                                       cmocka_unit_test(garbage),
                                       cmocka_unit_test(half_a_message),
                                       cmocka_unit_test(idle),
                                       cmocka_unit_test(as_many_as_it_may),
                                       cmocka_unit_test(no_behaviour_discovery),
                                       cmocka_unit_test(not_taken),
                                       cmocka_unit_test(a_restart_closes_them),
                                       cmocka_unit_test(memory)};
    return RUN_TESTS(tests);
}
