/* Each allocation fails once: a packet may be dropped for it, nothing leaks or breaks. */
#include "tests/unit/help.h"

#include "core/base/err.h"
#include "natsim/gateway/firewall.h"
#include "natsim/gateway/gateway.h"
#include "natsim/gateway/icmp_rate.h"
#include "tests/unit/fail_alloc.h"
#include "tests/unit/policy_of.h"

#include <stdlib.h>

/* The firewall of IPv6: 60 states, one of which may fail. */
static int drive_firewall(struct nt_firewall *w)
{
    int lost = 0;
    for (uint16_t i = 0; i < 60; i++) {
        struct nt_addr inside = addr("[2001:db8:1::9]:1"), x = addr("[2001:db8:ff::7]:7000");
        inside.port = (uint16_t)(5000 + i);
        int err = nt_firewall_out(w, NT_PROTO_UDP, &inside, &x, i);
        assert_true(err == NT_OK || err == NT_ENOMEM);
        lost += err != NT_OK;
        assert_int_equal(nt_firewall_in(w, NT_PROTO_UDP, &x, &inside, i), err == NT_OK);
    }
    return lost;
}

TEST(test_firewall)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS, NT_DEP_ADDRESS);
    bool done = false;
    for (long at_call = 0; !done; at_call++) {
        alloc_fail(at_call);
        struct nt_firewall *w = nt_firewall_new(&p);
        int lost = w != NULL ? drive_firewall(w) : 0;
        done = !alloc_failed();
        if (w == NULL)
            continue;
        assert_in_range(lost, 0, 1);
        assert_int_equal(drive_firewall(w), 0);
        assert_true(nt_firewall_deadline(w) < NT_TIME_NEVER);
        nt_firewall_run(w, 400 * NT_SEC);
        assert_int_equal(nt_firewall_deadline(w), NT_TIME_NEVER); /* no state is left */
        nt_firewall_del(w);
    }
}

/* The limit of ICMP errors: for want of memory one destination may go without an error, and has its whole burst later. */
TEST(test_icmp_rate)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS, NT_DEP_ADDRESS);
    p.icmp_burst = 2;
    p.icmp_interval = NT_SEC;
    bool done = false;
    for (long at_call = 0; !done; at_call++) {
        alloc_fail(at_call);
        struct nt_icmp_rate *r = nt_icmp_rate_new(&p);
        int lost = 0;
        for (uint32_t i = 0; r != NULL && i < 60; i++) {
            struct nt_addr to = nt_addr_v4(i, 0);
            lost += !nt_icmp_rate_take(r, &to, 0);
        }
        done = !alloc_failed();
        assert_in_range(lost, 0, 1);
        for (uint32_t i = 0; r != NULL && i < 60; i++) {
            struct nt_addr to = nt_addr_v4(i, 0);
            assert_true(nt_icmp_rate_take(r, &to, 0));
        }
        nt_icmp_rate_del(r);
    }
}

/* A gateway that cannot be built leaves a fabric that can be deleted. */
TEST(test_gateway)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS, NT_DEP_ADDRESS);
    const char *what;
    bool done = false;
    long failed = 0;
    p.answers |= NT_ANSWER_HOST;
    p.icmp_burst = 6;
    p.icmp_interval = NT_SEC;
    assert_int_equal(nt_nat_policy_finish(&p, false, &what), 0);
    for (long at_call = 0; !done; at_call++) {
        struct nt_fabric *f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1});
        assert_non_null(f);
        uint32_t n = nt_fabric_add_network(f, &(struct nt_network_config){.name = "n"}),
                 m = nt_fabric_add_network(f, &(struct nt_network_config){.name = "m"});
        assert_true(n != NT_FABRIC_NONE && m != NT_FABRIC_NONE);
        struct nt_addr in = addr("10.0.0.1"), ex = addr("203.0.113.2");
        alloc_fail(at_call);
        struct nt_gateway *g = nt_gateway_new(f, "gw", &p);
        bool ok = g != NULL && nt_gateway_attach_inside(g, n, "gw.inside", &in, 1) != NT_FABRIC_NONE &&
                  nt_gateway_attach_outside(g, m, "gw.outside", &ex, 1) != NT_FABRIC_NONE;
        done = !alloc_failed();
        assert_int_equal(ok, done);
        failed += !done;
        nt_fabric_del(f);
    }
    assert_true(failed > 5);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_firewall), cmocka_unit_test(test_icmp_rate),
                                       cmocka_unit_test(test_gateway)};
    return RUN_TESTS(tests);
}
