/* The step `slow`: responses wait, everything else passes. */
#include "tests/unit/help.h"

#include "core/stun/stun.h"
#include "scenarios/apps/slow_responses.h"

static struct nt_stun_server *server;
static struct nt_slow_responses *slow;
static struct nt_endpoint end;
static int dropped;

static void traced(void *user, const struct nt_trace_event *e)
{
    (void)user;
    assert_string_equal(e->text, e->kind == NT_TR_UNSENT ? "too many slow responses" : "a step slows responses down");
    dropped += e->kind == NT_TR_UNSENT;
}

static void serve(uint16_t port)
{
    struct nt_stun_server_config config = {.primary = addr("192.0.2.1:3478")};
    struct nt_trace trace = {.emit = traced};
    struct nt_request req;
    dropped = 0;
    server = nt_stun_server_new(&config);
    assert_non_null(server);
    slow = nt_slow_responses_new(nt_stun_server_endpoint(server), port, &trace);
    assert_non_null(slow);
    end = nt_slow_responses_endpoint(slow);
    while (end.ops->request(end.self, &req))
        end.ops->input(end.self, &req.path, NT_IN_CONNECTED, NULL, 0, 0);
}

static void end_service(void)
{
    nt_slow_responses_del(slow);
    nt_stun_server_del(server);
}

static void ask(uint8_t number, nt_time now)
{
    uint8_t buf[64], id[NT_STUN_ID] = {number};
    struct nt_stun_builder b;
    struct nt_path path = {.transport = NT_UDP, .local = addr("192.0.2.1:3478"), .remote = addr("198.51.100.1:9")};
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    end.ops->input(end.self, &path, NT_IN_DATAGRAM, buf, (size_t)nt_stun_finish(&b), now);
}

/* The number of the request that is answered now; 0: none. */
static uint8_t answer(nt_time now)
{
    uint8_t buf[200];
    struct nt_path path;
    if (end.ops->deadline(end.self) <= now)
        end.ops->timer(end.self, now);
    size_t len = end.ops->output(end.self, &path, buf, sizeof buf, now);
    return len > 0 ? buf[8] : 0;
}

TEST(responses_wait)
{
    serve(3478);
    ask(1, 0);
    assert_int_equal(answer(0), 1);
    nt_slow_responses_begin(slow, 200 * NT_MSEC, NT_SEC);
    ask(2, 0);
    ask(3, 0);
    assert_int_equal(answer(0), 0);
    assert_true(end.ops->deadline(end.self) == 200 * NT_MSEC);
    nt_slow_responses_begin(slow, 100 * NT_MSEC, NT_SEC); /* a later step replaces the first */
    ask(4, 10 * NT_MSEC);
    assert_int_equal(answer(10 * NT_MSEC), 0);
    assert_int_equal(answer(110 * NT_MSEC), 4);
    assert_int_equal(answer(200 * NT_MSEC), 2);
    assert_int_equal(answer(200 * NT_MSEC), 3);
    assert_true(end.ops->deadline(end.self) == NT_TIME_NEVER);
    ask(5, NT_SEC);
    assert_int_equal(answer(NT_SEC), 5);
    end_service();
}

TEST(only_from_the_service)
{
    serve(3479); /* as a datagram that is relayed: from another port */
    nt_slow_responses_begin(slow, 200 * NT_MSEC, NT_SEC);
    ask(1, 0);
    assert_int_equal(answer(0), 1);
    end_service();
}

TEST(a_limit_that_is_told)
{
    serve(3478);
    nt_slow_responses_begin(slow, NT_SEC, NT_SEC);
    for (int i = 0; i < 65536 + 3; i++) {
        ask(1, 0);
        assert_int_equal(answer(0), 0);
    }
    assert_int_equal(dropped, 3);
    nt_slow_responses_lose(slow);
    assert_int_equal(answer(NT_SEC), 0);
    end_service();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(responses_wait), cmocka_unit_test(only_from_the_service),
                                       cmocka_unit_test(a_limit_that_is_told)};
    return RUN_TESTS(tests);
}
