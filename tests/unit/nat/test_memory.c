/* Each allocation fails once: a packet may be dropped for it, nothing leaks or breaks, and the translator goes on afterwards. */
#include "tests/unit/nat/fixture.h"

#include "core/base/err.h"
#include "tests/unit/fail_alloc.h"

#include <stdlib.h>

static struct nt_nat *make(const struct nt_nat_policy *p)
{
    struct nt_addr e[2] = {nt_addr_v4(0xcb007102u, 0), nt_addr_v4(0xcb007103u, 0)};
    struct nt_rand r;
    struct nt_trace t = {.emit = NULL};
    nt_rand_init(&r, 1, "nat/test/ports");
    return nt_nat_new(p, e, 2, &r, &t);
}

/* Traffic that fills every table beyond its first sizes; how many packets were dropped out of memory. */
static int drive(struct nt_nat *n)
{
    int lost = 0;
    for (uint32_t i = 0; i < 40; i++) {
        struct nt_addr inside = nt_addr_v4(0x0a000002u + i % 10, (uint16_t)(5000 + i / 20)), x = nt_addr_v4(0xc6336401u + i, 7000);
        struct nt_addr stranger = nt_addr_v4(0xc0000201u + i, 9);
        struct nt_nat_translation v = nt_nat_outbound(n, NT_PROTO_UDP, &inside, &x, i);
        if (v.drop != NT_DROP_NONE) {
            assert_int_equal(v.drop, NT_DROP_LIMIT);
            lost++;
            continue;
        }
        struct nt_nat_translation in = nt_nat_inbound(n, NT_PROTO_UDP, &x, &v.src, i);
        if (in.drop == NT_DROP_NONE)
            assert_true(nt_addr_equal(&in.dst, &inside));
        else
            assert_int_equal(in.drop, NT_DROP_LIMIT);
        (void)nt_nat_inbound(n, NT_PROTO_UDP, &stranger, &v.src, i);
    }
    return lost;
}

static void fail_each(struct nt_nat_policy p)
{
    const char *what;
    bool done = false;
    long failed = 0;
    assert_int_equal(nt_nat_policy_finish(&p, p.ports != 0, &what), 0);
    for (long at_call = 0; !done; at_call++) {
        alloc_fail(at_call);
        struct nt_nat *n = make(&p);
        int lost = n != NULL ? drive(n) : 1;
        done = !alloc_failed();
        failed += !done;
        if (n == NULL)
            continue;
        assert_in_range(lost, 0, 1); /* one failure costs one packet */
        assert_int_equal(drive(n), 0);
        nt_nat_run(n, 4000 * NT_SEC);
        assert_int_equal(nt_nat_count(n), 0);
        assert_int_equal(nt_nat_deadline(n), NT_TIME_NEVER);
        assert_int_equal(drive(n), 0);
        nt_nat_del(n);
        assert_true(at_call < 1000);
    }
    assert_true(failed > 10);
}

TEST(test_table)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT);
    p.filter_lifetime = 60 * NT_SEC;
    p.hold_down = 10 * NT_SEC;
    p.addresses = 2;
    fail_each(p);
}

TEST(test_tracking)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
    p.ports = NT_PORTS_OVERLOAD;
    p.conflict = NT_CONFLICT_RANDOM;
    p.reuse = NT_REUSE_LATEST_BY_SOURCE;
    p.replies = NT_REPLIES_PINNED;
    p.poison = 30 * NT_SEC;
    p.filter_scope = NT_SCOPE_ENDPOINT;
    fail_each(p);
    p.filtering = NT_DEP_ADDRESS;
    p.pooling = NT_POOLING_ARBITRARY;
    fail_each(p);
}

TEST(test_flows)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
    p.filter_scope = NT_SCOPE_FLOW;
    p.ports = NT_PORTS_OVERLOAD;
    p.reuse = NT_REUSE_LATEST_BY_SOURCE;
    p.poison = 30 * NT_SEC;
    fail_each(p);
}

/* As many ports as the traffic needs: one that was not given back would be missed. */
TEST(test_ports_are_given_back)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
    p.ports = NT_PORTS_SEQUENTIAL;
    p.pooling = NT_POOLING_ARBITRARY;
    p.range_low = 5000, p.range_high = 5009;
    fail_each(p);
}

TEST(test_blocks)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS, NT_DEP_ADDRESS);
    p.block = 100;
    fail_each(p);
    p.pooling = NT_POOLING_ARBITRARY;
    fail_each(p);
    p.block = 2;
    p.conflict = NT_CONFLICT_OVERLOAD;
    fail_each(p);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_tracking), cmocka_unit_test(test_flows),
                                       cmocka_unit_test(test_ports_are_given_back), cmocka_unit_test(test_blocks)};
    return RUN_TESTS(tests);
}
