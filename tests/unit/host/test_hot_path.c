/* No allocation on the hot path:  A 10.0.0.2 --- left --- R (forwards) --- right --- B 10.1.0.2
 * And no crash without memory: each allocation of a small world is made to fail once. */
#include "tests/unit/help.h"

#include "tests/unit/fail_alloc.h"
#include "tests/unit/host/bouncer.h"

#include <stdlib.h>

static struct nt_fabric *build(void)
{
    struct nt_fabric *f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1});
    if (f == NULL)
        return NULL;
    if (bouncer_build(f, (struct nt_network_config){.delay = NT_MSEC, .jitter = NT_MSEC, .rate = 1000000000, .loss = 1}, 1000000))
        return f;
    nt_fabric_del(f);
    return NULL;
}

TEST(test_no_allocation)
{
    struct nt_fabric *f = build();
    assert_non_null(f);
    bouncers[0].waiting = 50; /* datagrams that go to and fro */
    nt_host_kick(bouncers[0].host, 0);
    assert_int_equal(nt_fabric_run(f, 10 * NT_SEC), NT_FABRIC_UNTIL); /* arrays grow to their high-water marks */
    size_t before = bouncers[0].left + bouncers[1].left;
    alloc_fail(ALLOC_NONE);
    nt_fabric_run(f, 13 * NT_SEC);
    long allocations = alloc_count;
    assert_true(before - bouncers[0].left - bouncers[1].left > 10000);
    assert_int_equal(allocations, 0);
    nt_fabric_del(f);
}

TEST(test_without_memory)
{
    for (long n = 0;; n++) {
        alloc_fail(n);
        struct nt_fabric *f = build();
        enum nt_fabric_end end = NT_FABRIC_NOMEM;
        if (f != NULL) {
            bouncers[0].waiting = 20;
            nt_host_kick(bouncers[0].host, 0);
            end = nt_fabric_run(f, NT_SEC / 20);
        }
        bool failed = alloc_failed();
        nt_fabric_del(f);
        if (!failed) {
            assert_int_equal(end, NT_FABRIC_UNTIL);
            break;
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_allocation), cmocka_unit_test(test_without_memory)};
    return RUN_TESTS(tests);
}
