/* The Binding server's answers: RFC 8489, RFC 5780 (table 1), classic STUN. */
#include "tests/unit/help.h"

#include "core/stun/binding_server.h"
#include "tests/unit/fail_alloc.h"

#include <stdlib.h>

static const uint8_t id[NT_STUN_ID] = "abcdefghijk";
static struct nt_stun_server *server;
static struct nt_endpoint end;
static struct nt_addr from, sockets[4]; /* sockets: bit 0 the other port, bit 1 the other address */
static uint8_t in[70000], out[4096];
static struct nt_path to;
static struct nt_stun_msg reply;
static const char *told; /* the reason of the last thing that was dropped */
static int told_count;

static void set_up(bool behaviour, int refused)
{
    struct nt_stun_server_config config = {.software = "test"};
    struct nt_request req;
    int asked = 0;
    assert_int_equal(nt_addr_parse(&config.primary, "198.51.100.1:3478"), 0);
    if (behaviour)
        assert_int_equal(nt_addr_parse(&config.alternate, "198.51.100.2:3479"), 0);
    assert_int_equal(nt_addr_parse(&from, "203.0.113.7:40000"), 0);
    for (unsigned i = 0; i < 4; i++)
        sockets[i] = nt_addr_with_port(i & 2 ? &config.alternate : &config.primary, i & 1 ? 3479 : 3478);
    server = nt_stun_server_new(&config);
    assert_non_null(server);
    end = nt_stun_server_endpoint(server);
    while (end.ops->request(end.self, &req)) {
        assert_int_equal(req.kind, NT_REQ_BIND);
        assert_true(nt_addr_equal(&req.path.local, &sockets[asked]));
        end.ops->input(end.self, &req.path, asked == refused ? NT_IN_CLOSED : NT_IN_CONNECTED, NULL, 0, 0);
        asked++;
    }
    assert_int_equal(asked, behaviour ? 4 : 1);
}

static void datagram(unsigned socket, size_t len)
{
    struct nt_path path = {.transport = NT_UDP, .local = sockets[socket], .remote = from};
    end.ops->input(end.self, &path, NT_IN_DATAGRAM, in, len, 0);
}

/* The next answer's length, parsed unless it is classic. */
static size_t answer(void)
{
    size_t len = end.ops->output(end.self, &to, out, sizeof out, 0);
    if (len > 0 && nt_load32(out + 4) == NT_STUN_COOKIE)
        assert_int_equal(nt_stun_parse(&reply, out, len), 0);
    return len;
}

static struct nt_stun_builder request(void)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, in, sizeof in, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    return b;
}

static void ask(const struct nt_stun_builder *b, unsigned socket)
{
    datagram(socket, (size_t)nt_stun_finish(b));
    assert_true(answer() > 0);
    assert_memory_equal(reply.id, id, NT_STUN_ID);
}

static void assert_error(int want)
{
    int code;
    assert_int_equal(reply.class_, NT_STUN_ERROR);
    assert_int_equal(nt_stun_get_error(&reply, &code, NULL, NULL), 0);
    assert_int_equal(code, want);
}

static void assert_addr(uint16_t type, const struct nt_addr *want)
{
    struct nt_addr a;
    assert_int_equal(nt_stun_get_addr(&reply, type, &a), 0);
    assert_true(nt_addr_equal(&a, want));
}

TEST(plain_answer)
{
    struct nt_stun_builder b;
    set_up(false, -1);
    b = request();
    ask(&b, 0);
    assert_int_equal(reply.class_, NT_STUN_SUCCESS);
    assert_addr(NT_ATTR_XOR_MAPPED_ADDRESS, &from);
    assert_true(nt_addr_equal(&to.local, &sockets[0]) && nt_addr_equal(&to.remote, &from));
    assert_int_equal(reply.count, 2); /* and SOFTWARE: no OTHER-ADDRESS, no FINGERPRINT */
    nt_stun_add_fingerprint(&b);
    ask(&b, 0);
    assert_non_null(reply.fingerprint);
    assert_int_equal(answer(), 0);
    nt_stun_server_del(server);
}

TEST(unknown_attributes)
{
    struct nt_stun_builder b;
    set_up(false, -1);
    b = request();
    nt_stun_add(&b, 0x7001, "abc", 3);
    nt_stun_add(&b, 0xf001, "abc", 3);
    nt_stun_add_u32(&b, NT_ATTR_CHANGE_REQUEST, 6);
    nt_stun_add_fingerprint(&b);
    ask(&b, 0);
    assert_error(420);
    const struct nt_stun_attr *a = nt_stun_find(&reply, NT_ATTR_UNKNOWN_ATTRIBUTES);
    assert_non_null(a);
    assert_int_equal(a->len, 4);
    assert_memory_equal(a->value, "\x70\x01\x00\x03", 4);
    assert_non_null(reply.fingerprint);
    nt_stun_server_del(server);
}

/* RFC 5780, table 1, for each of the four sockets a request may come to. */
TEST(change_requests)
{
    set_up(true, -1);
    for (unsigned at = 0; at < 4; at++)
        for (unsigned flags = 0; flags < 5; flags++) {
            struct nt_stun_builder b = request();
            unsigned source = at ^ (flags & 1) ^ (flags & 2);
            if (flags < 4) /* 4: no attribute */
                nt_stun_add_u32(&b, NT_ATTR_CHANGE_REQUEST, (flags & 1 ? 2u : 0u) | (flags & 2 ? 4u : 0u));
            ask(&b, at);
            assert_int_equal(reply.class_, NT_STUN_SUCCESS);
            assert_true(nt_addr_equal(&to.local, &sockets[source]));
            assert_true(nt_addr_equal(&to.remote, &from));
            assert_addr(NT_ATTR_RESPONSE_ORIGIN, &sockets[source]);
            assert_addr(NT_ATTR_OTHER_ADDRESS, &sockets[at ^ 3]);
            assert_addr(NT_ATTR_XOR_MAPPED_ADDRESS, &from);
            assert_addr(NT_ATTR_MAPPED_ADDRESS, &from);
        }
    nt_stun_server_del(server);
}

TEST(response_port_and_padding)
{
    struct nt_stun_builder b;
    set_up(true, -1);
    for (size_t len = 2; len <= 4; len += 2) {
        b = request();
        nt_stun_add(&b, NT_ATTR_RESPONSE_PORT, "\x12\x34\0\0", len);
        ask(&b, 0);
        assert_int_equal(to.remote.port, 0x1234);
        assert_true(nt_addr_same_ip(&to.remote, &from));
        assert_addr(NT_ATTR_XOR_MAPPED_ADDRESS, &from);
    }
    b = request();
    nt_stun_add(&b, NT_ATTR_PADDING, in + 10000, 1200);
    ask(&b, 0);
    const struct nt_stun_attr *padding = nt_stun_find(&reply, NT_ATTR_PADDING);
    assert_non_null(padding);
    assert_int_equal(padding->len, 1500);
    nt_stun_add_u32(&b, NT_ATTR_RESPONSE_PORT, 0x12340000);
    ask(&b, 0);
    assert_error(400);
    assert_int_equal(to.remote.port, from.port);
    b = request();
    nt_stun_add(&b, NT_ATTR_CHANGE_REQUEST, "\0\0\6", 3);
    ask(&b, 0);
    assert_error(400);
    nt_stun_server_del(server);
}

/* RFC 5780, 6: without the same ports on two addresses, no OTHER-ADDRESS, and 420 for CHANGE-REQUEST. */
TEST(a_socket_is_refused)
{
    for (int refused = 1; refused < 4; refused++) {
        set_up(true, refused);
        struct nt_stun_builder b = request();
        ask(&b, 0);
        assert_null(nt_stun_find(&reply, NT_ATTR_OTHER_ADDRESS));
        nt_stun_add_u32(&b, NT_ATTR_CHANGE_REQUEST, 2);
        ask(&b, 0);
        assert_error(420);
        nt_stun_server_del(server);
    }
}

/* A classic client's request, without the cookie: the length of the answer, which is made readable. */
static size_t ask_classic(const struct nt_stun_builder *b, unsigned socket)
{
    nt_store32(in + 4, 0x01020304);
    datagram(socket, (size_t)nt_stun_finish(b));
    size_t len = answer();
    assert_true(len > 0);
    assert_int_equal(nt_load32(out + 4), 0x01020304);
    assert_memory_equal(out + 8, id, NT_STUN_ID);
    nt_store32(out + 4, NT_STUN_COOKIE);
    assert_int_equal(nt_stun_parse(&reply, out, len), 0);
    for (unsigned i = 0; i < reply.count; i++) /* RFC 3489, 11.2: there is no padding */
        assert_int_equal(reply.attrs[i].len % 4, 0);
    return len;
}

/* RFC 5389, 12.2; RFC 3489, 8.1: flags that ask for nothing are answered, others where there is another address. */
TEST(classic_clients)
{
    for (int behaviour = 0; behaviour < 2; behaviour++) {
        set_up(behaviour, -1);
        for (uint32_t flags = 0; flags <= 8; flags += 2) { /* 8: no attribute */
            struct nt_stun_builder b = request();
            if (flags < 8)
                nt_stun_add_u32(&b, NT_ATTR_CHANGE_REQUEST, flags);
            ask_classic(&b, 0);
            if (!behaviour && flags > 0 && flags < 8) {
                assert_error(420);
                continue;
            }
            unsigned source = (flags & 2 ? 1u : 0u) | (flags & 4 ? 2u : 0u);
            assert_int_equal(reply.class_, NT_STUN_SUCCESS);
            assert_addr(NT_ATTR_MAPPED_ADDRESS, &from);
            assert_null(nt_stun_find(&reply, NT_ATTR_XOR_MAPPED_ADDRESS));
            assert_true(nt_addr_equal(&to.local, &sockets[source]));
            assert_int_equal(nt_stun_find(&reply, NT_ATTR_CHANGED_ADDRESS) != NULL, behaviour);
            if (behaviour) {
                assert_addr(NT_ATTR_SOURCE_ADDRESS, &sockets[source]);
                assert_addr(NT_ATTR_CHANGED_ADDRESS, &sockets[3]);
            }
        }
        struct nt_stun_builder b = request();
        nt_stun_add(&b, NT_ATTR_CHANGE_REQUEST, "\0\0", 2);
        ask_classic(&b, 0);
        assert_error(behaviour ? 400 : 420);
        b = request();
        nt_stun_add_u32(&b, NT_ATTR_RESPONSE_PORT, 0x12340000); /* of RFC 5780 */
        ask_classic(&b, 0);
        assert_error(420);
        nt_stun_server_del(server);
    }
}

TEST(not_answered)
{
    struct nt_stun_builder b;
    set_up(true, -1);
    for (int c = NT_STUN_INDICATION; c <= NT_STUN_ERROR; c++) {
        nt_stun_start(&b, in, sizeof in, (enum nt_stun_class)c, NT_STUN_BINDING, id);
        datagram(0, 20);
        assert_int_equal(answer(), 0);
    }
    nt_stun_start(&b, in, sizeof in, NT_STUN_REQUEST, NT_TURN_ALLOCATE, id);
    datagram(0, 20);
    assert_int_equal(answer(), 0);
    b = request();
    nt_stun_add_fingerprint(&b);
    in[27] ^= 1;
    datagram(0, 28);
    assert_int_equal(answer(), 0);
    for (size_t len = 0; len < 20; len++)
        datagram(0, len);
    assert_int_equal(answer(), 0);
    memset(in, 0, 2000);
    nt_store16(in + 2, 1980), nt_store16(in, 1);
    datagram(0, 2000); /* longer than classic STUN ever was */
    assert_int_equal(answer(), 0);
    from.port = 1;
    sockets[0].port = 9;
    b = request();
    datagram(0, 20); /* not one of its sockets */
    assert_int_equal(answer(), 0);
    assert_true(end.ops->deadline(end.self) == NT_TIME_NEVER);
    nt_stun_server_del(server);
}

TEST(queue_is_bounded)
{
    size_t answers = 0;
    set_up(true, -1);
    request();
    for (int i = 0; i < 10000; i++)
        datagram((unsigned)i % 4, 20);
    while (answer() > 0)
        answers++;
    assert_in_range(answers, 1, 4096);
    datagram(0, 20);
    assert_int_equal(end.ops->output(end.self, &to, out, 30, 0), 0); /* does not fit: dropped, not kept */
    assert_int_equal(answer(), 0);
    nt_stun_server_del(server);
}

static struct nt_stun_decision decision;

static struct nt_stun_decision decide(void *user, const struct nt_stun_msg *request, const struct nt_addr *source, nt_time now)
{
    (void)user, (void)now;
    assert_true(nt_addr_equal(source, &from) && request->method == NT_STUN_BINDING);
    return decision;
}

static void count_drop(void *user, const struct nt_trace_event *e)
{
    assert_string_equal(e->text, "refused without an answer");
    assert_int_equal(e->kind, NT_TR_DISCARDED);
    assert_true(nt_addr_equal(&e->a, &from));
    ++*(int *)user;
}

TEST(the_owner_decides)
{
    int drops = 0;
    struct nt_addr named;
    struct nt_stun_server_config config = {
        .primary = addr("198.51.100.1:3478"), .admission = {.decide = decide}, .trace = {.emit = count_drop, .user = &drops}};
    from = addr("203.0.113.7:40000");
    sockets[0] = config.primary;
    server = nt_stun_server_new(&config);
    assert_non_null(server);
    end = nt_stun_server_endpoint(server);
    struct nt_stun_builder b = request();
    nt_stun_add_fingerprint(&b);
    decision = (struct nt_stun_decision){.code = 300, .alternate = addr("198.51.100.9:3478")};
    ask(&b, 0);
    assert_error(300);
    assert_addr(NT_ATTR_ALTERNATE_SERVER, &decision.alternate);
    assert_non_null(reply.fingerprint);
    decision.code = NT_UNANSWERED;
    datagram(0, (size_t)nt_stun_finish(&b));
    assert_int_equal(answer(), 0);
    assert_int_equal(drops, 1);
    decision.code = 500;
    ask(&b, 0);
    assert_error(500);
    assert_int_equal(nt_stun_get_addr(&reply, NT_ATTR_ALTERNATE_SERVER, &named), NT_ENOENT);
    datagram(0, (size_t)nt_stun_finish(&b));
    nt_stun_server_reset(server, 0); /* the answer was not sent yet */
    assert_int_equal(answer(), 0);
    nt_stun_server_del(server);
}

/* A server of both families answers each request in its own, and discovers behaviour in each. */
TEST(both_families)
{
    static const char *const primaries[] = {"198.51.100.1:3478", "[2001:db8::1]:3478"};
    static const char *const alternates[] = {"198.51.100.2:3479", "[2001:db8::2]:3479"}, *const clients[] = {"203.0.113.7:1",
                                                                                                             "[2001:db8::7]:1"};
    struct nt_stun_server_config config = {.primary = addr(primaries[0]),
                                           .primary6 = addr(primaries[1]),
                                           .alternate = addr(alternates[0]),
                                           .alternate6 = addr(alternates[1])};
    struct nt_request req;
    int asked = 0;
    server = nt_stun_server_new(&config);
    assert_non_null(server);
    end = nt_stun_server_endpoint(server);
    for (; end.ops->request(end.self, &req); asked++)
        end.ops->input(end.self, &req.path, NT_IN_CONNECTED, NULL, 0, 0);
    assert_int_equal(asked, 8);
    for (size_t f = 0; f < 2; f++) {
        from = addr(clients[f]);
        sockets[0] = addr(primaries[f]), sockets[3] = addr(alternates[f]);
        struct nt_stun_builder b = request();
        nt_stun_add_u32(&b, NT_ATTR_CHANGE_REQUEST, 6);
        ask(&b, 0);
        assert_addr(NT_ATTR_XOR_MAPPED_ADDRESS, &from);
        assert_addr(NT_ATTR_OTHER_ADDRESS, &sockets[3]);
        assert_true(nt_addr_equal(&to.local, &sockets[3]));
        sockets[3].port--;
        datagram(3, (size_t)nt_stun_finish(&b)); /* at the other address, the primary port */
        assert_true(answer() > 0);
        struct nt_addr back = nt_addr_with_port(&sockets[0], NT_STUN_ALTERNATE_PORT);
        assert_true(nt_addr_equal(&to.local, &back));
    }
    nt_stun_server_del(server);
}

static int count_of(const char *name)
{
    return told != NULL && strcmp(told, name) == 0 ? told_count : 0;
}

static void note_discard(void *user, const struct nt_trace_event *e)
{
    (void)user;
    told = nt_discard_name((enum nt_discard)e->n[0]);
    told_count++;
}

/* All unknown types are listed, once each; more types than can be read are a bad request, and told. */
TEST(many_attributes)
{
    struct nt_stun_server_config config = {.primary = addr("198.51.100.1:3478"), .trace = {.emit = note_discard}};
    from = addr("203.0.113.7:40000");
    sockets[0] = config.primary;
    server = nt_stun_server_new(&config);
    assert_non_null(server);
    end = nt_stun_server_endpoint(server);
    struct nt_stun_builder b = request();
    for (uint16_t i = 0; i < 40; i++)
        nt_stun_add(&b, (uint16_t)(0x7000 + i), NULL, 0);
    for (uint16_t i = 0; i < 2000; i++)
        nt_stun_add(&b, 0x7000, NULL, 0);
    ask(&b, 0);
    assert_error(420);
    const struct nt_stun_attr *list = nt_stun_find(&reply, NT_ATTR_UNKNOWN_ATTRIBUTES);
    assert_int_equal(list->len, 80);
    for (uint16_t i = 0; i < 40; i++)
        assert_int_equal(nt_load16(list->value + 2 * i), 0x7000 + i);
    told_count = 0;
    b = request();
    for (uint16_t i = 0; i < 70; i++)
        nt_stun_add(&b, (uint16_t)(0x7000 + i), NULL, 0);
    ask(&b, 0);
    assert_error(400);
    assert_int_equal(count_of("no-room"), 1);
    nt_stun_server_del(server);
}

TEST(what_is_dropped_is_told)
{
    struct nt_stun_server_config config = {.primary = addr("198.51.100.1:3478"), .trace = {.emit = note_discard}};
    from = addr("203.0.113.7:40000");
    sockets[0] = config.primary;
    server = nt_stun_server_new(&config);
    assert_non_null(server);
    end = nt_stun_server_endpoint(server);
    told_count = 0;
    nt_stun_start(&(struct nt_stun_builder){0}, in, sizeof in, NT_STUN_INDICATION, NT_STUN_BINDING, id);
    datagram(0, 20);
    assert_int_equal(told_count, 0); /* a keepalive */
    nt_stun_start(&(struct nt_stun_builder){0}, in, sizeof in, NT_STUN_REQUEST, NT_TURN_ALLOCATE, id);
    datagram(0, 20);
    assert_int_equal(count_of("unsupported"), 1);
    struct nt_stun_builder b = request();
    nt_stun_add_fingerprint(&b);
    in[27] ^= 1;
    datagram(0, 28);
    assert_int_equal(count_of("fingerprint"), 2);
    datagram(0, 19);
    assert_int_equal(count_of("unreadable"), 3);
    request();
    for (int i = 0; i < 5000; i++)
        datagram(0, 20);
    assert_true(count_of("no-room") > 100);
    nt_stun_server_del(server);
}

TEST(without_memory)
{
    struct nt_stun_server_config config = {0};
    alloc_fail(ALLOC_ALL);
    assert_null(nt_stun_server_new(&config));
    alloc_fail(ALLOC_NONE);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_answer),
        cmocka_unit_test(unknown_attributes),
        cmocka_unit_test(change_requests),
        cmocka_unit_test(response_port_and_padding),
        cmocka_unit_test(a_socket_is_refused),
        cmocka_unit_test(classic_clients),
        cmocka_unit_test(not_answered),
        cmocka_unit_test(queue_is_bounded),
        cmocka_unit_test(both_families),
        cmocka_unit_test(many_attributes),
        cmocka_unit_test(what_is_dropped_is_told),
        cmocka_unit_test(the_owner_decides),
        cmocka_unit_test(without_memory),
    };
    return RUN_TESTS(tests);
}
