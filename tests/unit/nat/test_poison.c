/* Poison (a packet that was not let in keeps a later flow off its port), the reuse of the latest mapping, shared ports: what
 * connection tracking does, in the cases measured on Linux. And hairpinning (RFC 4787, section 6). */
#include "natsim/nat/policy/presets.h"
#include "tests/unit/nat/fixture.h"

TEST(test_poison_moves_the_flow)
{
    for (int pinned = 0; pinned < 2; pinned++) {
        struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
        p.poison = 30 * NT_SEC;
        p.replies = pinned ? NT_REPLIES_PINNED : NT_REPLIES_TABLE;
        struct nt_nat *n = nat_of(p);
        assert_int_equal(out(n, I1, X), 5000);
        assert_int_equal(in(n, Y, 5000), -(int)NT_DROP_FILTERED);
        assert_int_equal(out(n, I1, Y), 5001); /* the conflict rule: the next free */
        assert_int_equal(out(n, I1, Y), 5001);
        assert_int_equal(out(n, I1, X), 5000);
        assert_int_equal(out(n, I1, "198.51.100.9:1"), 5000); /* nobody else is touched */
        assert_int_equal(in(n, Y, 5001), 5000);
        nt_nat_del(n);
    }
}

TEST(test_no_poison_no_move)
{
    struct nt_nat *n = nat_of(policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT));
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(in(n, Y, 5000), -(int)NT_DROP_FILTERED);
    assert_int_equal(out(n, I1, Y), 5000);
    nt_nat_del(n);
}

TEST(test_poison_ends)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
    p.poison = 30 * NT_SEC;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, I1, X), 5000);
    (void)in_at(n, Y, 5000, 0);
    (void)in_at(n, X_OTHER_PORT, 5000, 0);
    (void)in_at(n, "198.51.100.9:1", 5000, 0);
    (void)in_at(n, "198.51.100.9:1", 5000, 10 * NT_SEC); /* each such packet counts */
    assert_int_equal(out_at(n, I1, Y, 30 * NT_SEC - 1), 5001);
    assert_int_equal(out_at(n, I1, X_OTHER_PORT, 30 * NT_SEC), 5000);
    assert_int_equal(out_at(n, I1, "198.51.100.9:1", 40 * NT_SEC - 1), 5002);
    nt_nat_del(n);
}

/* Nothing is mapped at the port yet, and the first packet of the inside host goes to the stranger. */
TEST(test_poison_before_any_mapping)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
    p.poison = 30 * NT_SEC;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(in(n, Y, 5000), -(int)NT_DROP_NO_MAPPING);
    assert_int_equal(out(n, I1, Y), 5001);
    p.conflict = NT_CONFLICT_FAIL;
    nt_nat_del(n);
    n = nat_of(p);
    assert_int_equal(in(n, Y, 5000), -(int)NT_DROP_NO_MAPPING);
    assert_int_equal(out(n, I1, Y), -(int)NT_DROP_NO_PORT);
    assert_int_equal(nt_nat_count(n), 0);
    nt_nat_del(n);
}

/* Who has been sent to before is in a flow, and poisons nothing. */
/* Where nothing more can be kept, the drop says so: it poisons nothing. */
TEST(test_poison_has_a_limit)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
    p.poison = 30 * NT_SEC;
    struct nt_nat *n = nat_of(p);
    struct nt_addr e = addr("203.0.113.2:5000");
    assert_int_equal(out(n, I1, X), 5000);
    for (uint32_t i = 0; i <= 65536; i++) {
        struct nt_addr stranger = nt_addr_v4(0xc0000200u + (i >> 8), (uint16_t)(1 + (i & 255)));
        enum nt_drop expected = i < 65536 ? NT_DROP_FILTERED : NT_DROP_LIMIT;
        if (nt_nat_inbound(n, NT_PROTO_UDP, &stranger, &e, 0).drop != expected)
            fail_msg("packet %u is not dropped as expected", (unsigned)i);
    }
    assert_int_equal(in_at(n, Y, 5000, 30 * NT_SEC), -(int)NT_DROP_FILTERED); /* there is room again */
    nt_nat_del(n);
}

TEST(test_flow_before_poison)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
    p.poison = 30 * NT_SEC;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, I1, Y), 5000);
    assert_int_equal(in(n, Y, 5000), 5000);
    assert_int_equal(out(n, I1, Y), 5000);
    nt_nat_del(n);
}

/* An endpoint-dependent mapping: the port that the next mapping would get is poisoned for the stranger. */
TEST(test_poison_of_the_next_port)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT);
    p.poison = 30 * NT_SEC;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, I1, X), 40000);
    assert_int_equal(in(n, Y, 40001), -(int)NT_DROP_NO_MAPPING);
    assert_int_equal(out(n, I1, Y), 40002);
    nt_nat_del(n);
}

static struct nt_nat_policy linux_like(void)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
    p.ports = NT_PORTS_OVERLOAD;
    p.reuse = NT_REUSE_LATEST_BY_SOURCE;
    p.replies = NT_REPLIES_PINNED;
    p.poison = 30 * NT_SEC;
    return p;
}

/* L1 and L2: the race moves the flow, and destinations never seen before follow the newest mapping. */
TEST(test_drift)
{
    struct nt_nat *n = nat_of(linux_like());
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(in(n, Y, 5000), -(int)NT_DROP_FILTERED);
    assert_int_equal(out(n, I1, Y), 5001);
    assert_int_equal(out(n, I1, "198.51.100.9:1"), 5001);
    assert_int_equal(out(n, I1, X), 5000); /* a flow stays where it is */
    assert_int_equal(nt_nat_count(n), 2);
    nt_nat_del(n);
}

/* The newest mapping ends: the rule falls back to the one that is left. */
TEST(test_drift_ends)
{
    struct nt_nat *n = nat_of(linux_like());
    (void)out(n, I1, X);
    (void)in(n, Y, 5000);
    assert_int_equal(out(n, I1, Y), 5001);
    assert_int_equal(out_at(n, I1, X, 200 * NT_SEC), 5000);
    assert_int_equal(out_at(n, I1, "198.51.100.9:1", 299 * NT_SEC), 5001);
    assert_int_equal(out_at(n, I1, X, 400 * NT_SEC), 5000);
    assert_int_equal(out_at(n, I1, "198.51.100.10:1", 600 * NT_SEC), 5000);
    nt_nat_del(n);
}

/* L3: two hosts with one port share it as long as the 5-tuples differ; then the second moves. */
TEST(test_overload)
{
    struct nt_nat *n = nat_of(linux_like());
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(out(n, I2, Y), 5000);
    struct nt_nat_translation v = in_verdict(n, X, 5000, 0);
    assert_addr(&v.dst, I1);
    v = in_verdict(n, Y, 5000, 0);
    assert_addr(&v.dst, I2);
    assert_int_equal(in(n, X_OTHER_PORT, 5000), -(int)NT_DROP_FILTERED);
    assert_int_equal(out(n, I1, Y), 5001); /* (5000, Y) is I2's */
    assert_int_equal(out(n, I1, "198.51.100.9:1"), 5001);
    v = in_verdict(n, Y, 5001, 0);
    assert_addr(&v.dst, I1);
    nt_nat_del(n);
}

/* Without reuse of the latest the moved flow is alone. The port is free when the last that shares it is gone. */
TEST(test_overload_rule)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS);
    p.ports = NT_PORTS_OVERLOAD;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(out_at(n, I2, Y, NT_SEC), 5000);
    assert_int_equal(out_at(n, I1, Y, NT_SEC), 5001);
    assert_int_equal(out_at(n, I1, "198.51.100.9:1", NT_SEC), 5000);
    struct nt_nat_translation v = in_verdict(n, "198.51.100.8:9", 5000, NT_SEC); /* address-dependent: I2 has sent to Y's address */
    assert_addr(&v.dst, I2);
    nt_nat_run(n, 301 * NT_SEC);
    assert_int_equal(nt_nat_count(n), 0);
    assert_int_equal(out_at(n, "10.0.0.4:5000", X, 301 * NT_SEC), 5000);
    nt_nat_del(n);
}

/* A shared port is in use until the last that shares it ends. */
TEST(test_overload_in_use)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS);
    p.ports = NT_PORTS_OVERLOAD;
    p.range_low = 5000, p.range_high = 5001;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    assert_int_equal(out_at(n, I2, Y, NT_SEC), 5000);
    assert_int_equal(out_at(n, "10.0.0.4:6000", X, 300 * NT_SEC), 5001);
    nt_nat_del(n);
}

/* Three share a port, and the one in the middle goes first: the others are found. */
TEST(test_sharers_come_and_go)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS);
    p.ports = NT_PORTS_OVERLOAD;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, NT_SEC), 5000);
    assert_int_equal(out_at(n, I2, Y, 0), 5000);
    assert_int_equal(out_at(n, "10.0.0.4:5000", "198.51.100.9:1", NT_SEC), 5000);
    assert_int_equal(out_at(n, I1, X, 2 * NT_SEC), 5000);
    struct nt_nat_translation v = in_verdict(n, "198.51.100.9:2", 5000, 300 * NT_SEC); /* the filter looks at the address alone */
    assert_addr(&v.dst, "10.0.0.4:5000");
    assert_int_equal(out_at(n, I2, Y, 300 * NT_SEC), 5000);
    v = in_verdict(n, "198.51.100.8:2", 5000, 300 * NT_SEC);
    assert_addr(&v.dst, I2);
    assert_int_equal(nt_nat_count(n), 3);
    nt_nat_run(n, 301 * NT_SEC);
    v = in_verdict(n, "198.51.100.7:2", 5000, 301 * NT_SEC);
    assert_addr(&v.dst, I1);
    v = in_verdict(n, "198.51.100.8:2", 5000, 301 * NT_SEC);
    assert_addr(&v.dst, I2);
    nt_nat_del(n);
}

static struct nt_nat_translation pin(struct nt_nat *n, const char *from, const char *to)
{
    struct nt_addr i = addr(from), e = addr(to);
    return nt_nat_hairpin(n, NT_PROTO_UDP, &i, &e, 0);
}

TEST(test_hairpin_none)
{
    struct nt_nat *n = nat_of(policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT));
    assert_int_equal(out(n, I1, X), 5000);
    struct nt_nat_translation v = pin(n, I2, E ":5000");
    assert_int_equal(v.drop, NT_DROP_HAIRPIN);
    assert_addr(&v.b, E ":5000");
    assert_int_equal(nt_nat_count(n), 1);
    nt_nat_del(n);
}

TEST(test_hairpin)
{
    for (int mode = NT_HAIRPIN_INTERNAL; mode <= NT_HAIRPIN_EXTERNAL; mode++) {
        struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
        p.hairpin = (enum nt_hairpin)mode;
        struct nt_nat *n = nat_of(p);
        assert_int_equal(out(n, I1, X), 5000);
        struct nt_nat_translation v =
            pin(n, I2, E ":5000"); /* makes I2's mapping 5001 and its filter entry, and is filtered by I1's */
        assert_int_equal(v.drop, NT_DROP_FILTERED);
        assert_addr(&v.a, E ":5001");
        assert_addr(&v.b, I1);
        v = pin(n, I1, E ":5001");
        assert_int_equal(v.drop, NT_DROP_NONE);
        assert_addr(&v.src, mode == NT_HAIRPIN_EXTERNAL ? E ":5000" : I1);
        assert_addr(&v.dst, I2);
        v = pin(n, I2, E ":5000");
        assert_int_equal(v.drop, NT_DROP_NONE);
        assert_addr(&v.src, mode == NT_HAIRPIN_EXTERNAL ? E ":5001" : I2);
        assert_addr(&v.dst, I1);
        v = pin(n, I1, E ":6000");
        assert_int_equal(v.drop, NT_DROP_NO_MAPPING);
        assert_addr(&v.b, E ":6000");
        nt_nat_del(n);
    }
}

/* A symmetric NAT hairpins from the mapping of that remote; pinned, the answer leaves from the port that was sent to. */
TEST(test_hairpin_symmetric)
{
    for (int pinned = 0; pinned < 2; pinned++) {
        struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ENDPOINT_INDEPENDENT);
        p.hairpin = NT_HAIRPIN_EXTERNAL;
        p.replies = pinned ? NT_REPLIES_PINNED : NT_REPLIES_TABLE;
        struct nt_nat *n = nat_of(p);
        assert_int_equal(out(n, I1, X), 40000);
        struct nt_nat_translation v = pin(n, I2, E ":40000");
        assert_addr(&v.src, E ":40001");
        assert_addr(&v.dst, I1);
        v = pin(n, I1, E ":40001");
        assert_addr(&v.src, pinned ? E ":40000" : E ":40002");
        assert_addr(&v.dst, I2);
        nt_nat_del(n);
    }
}

/* Measured on Linux: kept port, the race to a random one, and drift; 30 s, 120 s after two seconds. */
TEST(test_linux_masquerade)
{
    struct nt_nat_policy p;
    nt_nat_policy_init(&p);
    nt_nat_preset_find("linux-masq")->set(&p);
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(out(n, I1, X_OTHER_PORT), 5000);
    assert_int_equal(in(n, Y, 5000), -(int)NT_DROP_FILTERED);
    int moved = out(n, I1, Y);
    assert_true(moved >= 1024 && moved != 5000);
    assert_int_equal(out(n, I1, "198.51.100.9:1"), moved);
    nt_nat_del(n);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_poison_moves_the_flow),
                                       cmocka_unit_test(test_no_poison_no_move),
                                       cmocka_unit_test(test_poison_ends),
                                       cmocka_unit_test(test_poison_before_any_mapping),
                                       cmocka_unit_test(test_poison_has_a_limit),
                                       cmocka_unit_test(test_flow_before_poison),
                                       cmocka_unit_test(test_poison_of_the_next_port),
                                       cmocka_unit_test(test_drift),
                                       cmocka_unit_test(test_drift_ends),
                                       cmocka_unit_test(test_overload),
                                       cmocka_unit_test(test_overload_rule),
                                       cmocka_unit_test(test_overload_in_use),
                                       cmocka_unit_test(test_sharers_come_and_go),
                                       cmocka_unit_test(test_hairpin_none),
                                       cmocka_unit_test(test_hairpin),
                                       cmocka_unit_test(test_hairpin_symmetric),
                                       cmocka_unit_test(test_linux_masquerade)};
    return RUN_TESTS(tests);
}
