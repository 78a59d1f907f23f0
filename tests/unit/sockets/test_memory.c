/* Each allocation is made to fail once. */
#include "tests/unit/fail_alloc.h"
#include "tests/unit/help.h"

#include "natsim/sockets/sockets.h"

static int granted, refused, told;
static bool asked;

static void take(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    (void)self, (void)path, (void)bytes, (void)len, (void)now;
    granted += kind == NT_IN_CONNECTED;
    refused += kind == NT_IN_CLOSED;
}

static void do_nothing(void *self, nt_time now)
{
    (void)self, (void)now;
}

static size_t send_nothing(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    (void)self, (void)path, (void)buf, (void)cap, (void)now;
    return 0;
}

static nt_time never(const void *self)
{
    (void)self;
    return NT_TIME_NEVER;
}

static int ask_once(void *self, struct nt_request *req)
{
    (void)self;
    if (asked)
        return 0;
    asked = true;
    *req = (struct nt_request){.kind = NT_REQ_BIND, .path = {.transport = NT_UDP, .local = addr("127.0.0.1:0")}};
    return 1;
}

static void count_event(void *user, const struct nt_trace_event *e)
{
    (void)user;
    told += e->kind == NT_TR_PORT_REFUSED;
}

static void open_a_port(struct nt_sockets *s)
{
    static const struct nt_endpoint_ops ops = {take, do_nothing, send_nothing, never, ask_once};
    nt_sockets_run_endpoint(s, (struct nt_endpoint){&ops, NULL});
    nt_sockets_turn(s, 0);
}

TEST(without_memory_there_are_no_sockets_or_the_port_is_refused_and_told)
{
    const struct nt_trace trace = {.emit = count_event};
    bool failed = true;
    for (long which = 0; failed; which++) {
        granted = refused = told = 0;
        asked = false;
        alloc_fail(which);
        struct nt_sockets *s = nt_sockets_new(4, &trace);
        if (s != NULL)
            open_a_port(s);
        failed = alloc_failed();
        assert_true(failed || granted == 1);
        assert_true(s == NULL || granted + refused == 1);
        assert_int_equal(told, refused);
        nt_sockets_del(s);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(without_memory_there_are_no_sockets_or_the_port_is_refused_and_told)};
    return RUN_TESTS(tests);
}
