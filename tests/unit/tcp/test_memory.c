/* No allocation for a segment, and no crash without memory: each allocation of a small world is made to fail once. */
#include "tests/unit/help.h"

#include "tests/unit/fail_alloc.h"

#include "natsim/packet/segment.h"
#include "natsim/tcp/tcp.h"

#include <stdlib.h>

static uint8_t bytes[1500];
static struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
static nt_time now;

static void discard(void *user, const struct nt_trace_event *e)
{
    (void)user;
    (void)e;
}

static struct nt_tcp *new_tcp(const char *label)
{
    struct nt_rand rand;
    struct nt_trace trace = {.emit = discard};
    nt_rand_init(&rand, 1, label);
    return nt_tcp_new(&(struct nt_tcp_config){.rand = &rand, .trace = &trace});
}

/* Segments go to and fro until none is left. False: there was no memory for one. */
static bool exchange(struct nt_tcp *a, struct nt_tcp *b, struct nt_tcp_name *name, size_t *read)
{
    struct nt_tcp *sides[] = {a, b};
    bool good = true;
    for (int quiet = 0, i = 0; quiet < 2; i = 1 - i, quiet++) {
        struct nt_tcp_event e;
        while (nt_tcp_output(sides[i], &p, now)) {
            good = nt_tcp_input(sides[1 - i], &p, 1500, now) != NT_ENOMEM && good;
            quiet = 0;
            while (nt_tcp_event(sides[1 - i], &e)) {
                *read += e.len;
                if (e.kind == NT_TCP_ACCEPTED)
                    *name = e.name;
            }
        }
    }
    return good;
}

static const struct nt_tcp_name client = {1, 2};

static bool open_both(struct nt_tcp *a, struct nt_tcp *b, struct nt_tcp_name *name)
{
    struct nt_addr from = addr("10.0.0.2:0"), to = addr("10.0.0.3:80");
    size_t read = 0;
    return nt_tcp_listen(b, &to, (struct nt_tcp_name){1, 1}) == NT_OK &&
           nt_tcp_connect(a, &from, &to, 1500, client, now) == NT_OK && exchange(a, b, name, &read);
}

TEST(test_no_allocation)
{
    struct nt_tcp *a = new_tcp("a"), *b = new_tcp("b");
    struct nt_tcp_name name;
    size_t read = 0;
    static uint8_t much[20000];
    assert_true(open_both(a, b, &name));
    for (int i = 0; i < 200; i++) {
        if (i == 10)
            alloc_fail(ALLOC_NONE);
        assert_int_equal(nt_tcp_write(a, client, much, sizeof much), NT_OK);
        assert_int_equal(nt_tcp_write(b, name, much, 100), NT_OK);
        assert_true(exchange(a, b, &name, &read));
        now += NT_MSEC;
    }
    assert_int_equal(read, 200 * (sizeof much + 100));
    assert_int_equal(alloc_count, 0);
    nt_tcp_del(a);
    nt_tcp_del(b);
}

TEST(test_without_memory)
{
    for (long n = 0;; n++) {
        alloc_fail(n);
        struct nt_tcp *a = new_tcp("a"), *b = a != NULL ? new_tcp("b") : NULL;
        struct nt_tcp_name name = {0};
        size_t read = 0;
        bool good = b != NULL && open_both(a, b, &name);
        for (int i = 0; i < 3 && good; i++) {
            static uint8_t some[3000];
            good = nt_tcp_write(a, client, some, sizeof some) == NT_OK && nt_tcp_write(b, name, some, 10) == NT_OK;
            good = exchange(a, b, &name, &read) && good;
        }
        if (b != NULL) { /* what the memory has failed in the middle of can still be ended */
            nt_tcp_abort(a, client);
            nt_tcp_close(b, (struct nt_tcp_name){1, 1}, now);
            exchange(a, b, &name, &read);
            assert_int_equal(nt_tcp_count(a), 0);
        }
        bool failed = alloc_failed();
        nt_tcp_del(a);
        nt_tcp_del(b);
        assert_true(good != failed);
        if (!failed)
            break;
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_allocation), cmocka_unit_test(test_without_memory)};
    return RUN_TESTS(tests);
}
