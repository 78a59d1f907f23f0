/* Port assignment (RFC 4787, section 4.2), external addresses and pooling, limits; and ICMP query identifiers. */
#include "tests/unit/nat/fixture.h"

#include <stdio.h>

#define EI NT_DEP_ENDPOINT_INDEPENDENT
#define NO_PORT (-(int)NT_DROP_NO_PORT)
#define LIMIT (-(int)NT_DROP_LIMIT)

TEST(test_preserve_and_conflict)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(out(n, "10.0.0.3:5001", X), 5001);
    assert_int_equal(out(n, I2, X), 5002); /* the next free one */
    assert_int_equal(out(n, "10.0.0.4:65535", X), 65535);
    assert_int_equal(out(n, "10.0.0.5:65535", X), 1024); /* wraps within the range */
    assert_int_equal(out(n, "10.0.0.4:53", X), 1025);    /* below the range */
    nt_nat_del(n);

    p.conflict = NT_CONFLICT_FAIL;
    n = nat_of(p);
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(out(n, I2, X), NO_PORT);
    nt_nat_del(n);

    p.conflict = NT_CONFLICT_RANDOM;
    n = nat_of(p);
    assert_int_equal(out(n, I1, X), 5000);
    int drawn = out(n, I2, X);
    assert_true(drawn >= 1024 && drawn != 5000);
    nt_nat_del(n);

    p.conflict = NT_CONFLICT_OVERLOAD;
    n = nat_of(p);
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(out(n, I2, Y), 5000);
    assert_int_equal(out(n, "10.0.0.4:5000", X), 5001);
    nt_nat_del(n);
}

/* Distinct mappings of one endpoint have distinct external ports: preserve serves the first alone. */
TEST(test_preserve_with_dependent_mapping)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT, EI);
    p.ports = NT_PORTS_PRESERVE;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, I1, X), 5000);
    assert_int_equal(out(n, I1, Y), 5001);
    assert_int_equal(out(n, I1, X), 5000);
    nt_nat_del(n);
}

TEST(test_sequential)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.ports = NT_PORTS_SEQUENTIAL;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, I1, X), 40000);
    assert_int_equal(out(n, I2, X), 40001);
    nt_nat_del(n);

    p.range_low = 2000, p.range_high = 2002; /* without 40000 */
    n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, 0), 2000);
    assert_int_equal(out_at(n, I2, X, NT_SEC), 2001);
    assert_int_equal(out_at(n, "10.0.0.4:1", X, NT_SEC), 2002);
    assert_int_equal(out_at(n, "10.0.0.5:1", X, NT_SEC), NO_PORT);
    assert_int_equal(nt_nat_count(n), 3);
    assert_int_equal(out_at(n, "10.0.0.5:1", X, 300 * NT_SEC), 2000); /* wraps to the one that ended */
    nt_nat_del(n);

    p.range_low = 39999, p.range_high = 40001;
    ASSERT_GIVES(p, {I1, 40000}, {I2, 40001}, {"10.0.0.4:1", 39999});
}

/* Every port of the range once, whatever is drawn; the same stream gives the same ports. */
TEST(test_random)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.ports = NT_PORTS_RANDOM;
    p.range_low = 3000, p.range_high = 3063;
    struct nt_nat *n = nat_of(p), *again = nat_of(p);
    bool given[64] = {false}, in_order = true;
    for (int i = 0; i < 64; i++) {
        char inside[32];
        snprintf(inside, sizeof inside, "10.0.0.2:%d", 5000 + i);
        int port = out(n, inside, X);
        assert_in_range(port, 3000, 3063);
        assert_false(given[port - 3000]);
        given[port - 3000] = true;
        in_order = in_order && port == 3000 + i;
        assert_int_equal(out(again, inside, X), port);
    }
    assert_false(in_order);
    assert_int_equal(out(n, "10.0.0.2:9999", X), NO_PORT);
    nt_nat_del(n);
    nt_nat_del(again);
}

TEST(test_parity)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.ports = NT_PORTS_SEQUENTIAL;
    p.parity = true;
    ASSERT_GIVES(p, {"10.0.0.2:5001", 40001}, {"10.0.0.2:5002", 40002}, {"10.0.0.3:5002", 40004}, {"10.0.0.3:5003", 40005});
}

/* RFC 4787, REQ-4, recommends the parity: where no port of it is left, another is better than none. */
TEST(test_parity_is_given_up)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.parity = true;
    p.range_low = 2000, p.range_high = 2003;
    ASSERT_GIVES(p, {"10.0.0.2:2000", 2000}, {"10.0.0.2:6000", 2002}, {"10.0.0.2:8000", 2001}, {"10.0.0.2:8001", 2003},
                 {"10.0.0.2:8003", NO_PORT});
}

/* RFC 4787, REQ-3a: "If the host's source port was in the range 0-1023, it is RECOMMENDED the NAT's source port be in the same
 * range." */
TEST(test_low_ports_stay_low)
{
    static const enum nt_ports ports[] = {NT_PORTS_PRESERVE, NT_PORTS_SEQUENTIAL, NT_PORTS_RANDOM};
    for (size_t i = 0; i < 3; i++) {
        struct nt_nat_policy p = policy_of(EI, EI);
        p.ports = ports[i];
        p.low_ports = NT_LOW_SAME_CLASS;
        struct nt_nat *n = nat_of(p);
        int first = out(n, "10.0.0.2:500", X), second = out(n, "10.0.0.3:500", X), high = out(n, I1, X);
        assert_in_range(first, 1, 1023);
        assert_in_range(second, 1, 1023);
        assert_in_range(high, 1024, 65535);
        assert_int_not_equal(first, second);
        assert_int_equal(ports[i] == NT_PORTS_PRESERVE, first == 500 && second == 501 && high == 5000);
        if (ports[i] == NT_PORTS_SEQUENTIAL)
            assert_true(first == 1 && second == 2 && high == 40000);
        nt_nat_del(n);
    }
}

TEST(test_lowest)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.conflict = NT_CONFLICT_LOWEST;
    ASSERT_GIVES(p, {I1, 5000}, {I2, 1024}, {"10.0.0.4:5000", 1025});
}

/* RTP on 5000 and RTCP on 5001 get neighbours, though another host came in between. */
TEST(test_contiguity)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.ports = NT_PORTS_SEQUENTIAL;
    p.contiguity = true;
    ASSERT_GIVES(p, {"10.0.0.2:5000", 40000}, {"10.0.0.3:6000", 40002}, {"10.0.0.2:5001", 40001}, {"10.0.0.3:6001", 40003});
}

TEST(test_blocks)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.ports = NT_PORTS_SEQUENTIAL;
    p.range_low = 2000, p.range_high = 2005, p.block = 2;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, "10.0.0.2:1", X, 0), 2000);
    assert_int_equal(out_at(n, "10.0.0.3:1", X, NT_SEC), 2002);
    assert_int_equal(out_at(n, "10.0.0.3:2", X, NT_SEC), 2003);
    assert_int_equal(out_at(n, "10.0.0.3:3", X, NT_SEC), NO_PORT); /* its block is full, the others have room */
    assert_int_equal(out_at(n, "10.0.0.4:1", X, NT_SEC), 2004);
    assert_int_equal(out_at(n, "10.0.0.5:1", X, NT_SEC), NO_PORT);    /* no block left */
    assert_int_equal(out_at(n, "10.0.0.5:1", X, 300 * NT_SEC), 2000); /* the first host's block */
    nt_nat_del(n);
}

/* What is left of the range is no block. */
TEST(test_blocks_are_whole)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.ports = NT_PORTS_SEQUENTIAL;
    p.range_low = 2000, p.range_high = 2004, p.block = 2;
    ASSERT_GIVES(p, {"10.0.0.2:1", 2000}, {"10.0.0.3:1", 2002}, {"10.0.0.4:1", NO_PORT});
}

static const char *external_at(struct nt_nat *n, const char *internal, nt_time now, char *buf)
{
    struct nt_addr i = addr(internal), r = addr(X);
    struct nt_nat_translation v = nt_nat_outbound(n, NT_PROTO_UDP, &i, &r, now);
    assert_int_equal(v.drop, NT_DROP_NONE);
    return nt_addr_format(&v.src, buf);
}

static const char *external_of(struct nt_nat *n, const char *internal, char *buf)
{
    return external_at(n, internal, 0, buf);
}

TEST(test_pooling)
{
    char buf[NT_ADDR_TEXT];
    struct nt_nat_policy p = policy_of(EI, EI);
    p.addresses = 2;
    struct nt_nat *n = nat_with(p, 2);
    assert_string_equal(external_of(n, "10.0.0.2:5000", buf), "203.0.113.2:5000");
    assert_string_equal(external_of(n, "10.0.0.2:5001", buf), "203.0.113.2:5001");
    assert_string_equal(external_of(n, "10.0.0.3:5000", buf), "203.0.113.3:5000");
    assert_string_equal(external_of(n, "10.0.0.4:5000", buf), "203.0.113.2:5002");
    nt_nat_del(n);
    p.pooling = NT_POOLING_ARBITRARY;
    n = nat_with(p, 2);
    assert_string_equal(external_of(n, "10.0.0.2:5000", buf), "203.0.113.2:5000");
    assert_string_equal(external_of(n, "10.0.0.2:5001", buf), "203.0.113.3:5001");
    assert_string_equal(external_of(n, "10.0.0.3:5000", buf), "203.0.113.2:5001");
    nt_nat_del(n);
}

/* A host has a block of each external address that it uses, and all of them are free when it is gone. */
TEST(test_blocks_of_each_address)
{
    char buf[NT_ADDR_TEXT];
    struct nt_nat_policy p = policy_of(EI, EI);
    p.addresses = 2;
    p.pooling = NT_POOLING_ARBITRARY;
    p.ports = NT_PORTS_SEQUENTIAL;
    p.range_low = 2000, p.range_high = 2005, p.block = 2;
    struct nt_nat *n = nat_with(p, 2);
    for (int round = 0; round < 2; round++) {
        assert_string_equal(external_of(n, "10.0.0.2:1", buf), "203.0.113.2:2000");
        assert_string_equal(external_of(n, "10.0.0.3:1", buf), "203.0.113.3:2000");
        assert_string_equal(external_of(n, "10.0.0.3:2", buf), "203.0.113.2:2002");
        assert_string_equal(external_of(n, "10.0.0.2:2", buf), "203.0.113.3:2002");
        assert_string_equal(external_of(n, "10.0.0.2:3", buf), "203.0.113.2:2001");
        assert_string_equal(external_of(n, "10.0.0.2:4", buf), "203.0.113.3:2003");
        assert_int_equal(out(n, "10.0.0.2:5", X), NO_PORT); /* both of its blocks are full */
        assert_string_equal(external_of(n, "10.0.0.4:1", buf), "203.0.113.2:2004");
        nt_nat_reboot(n, 0);
    }
    nt_nat_del(n);
}

/* A device with ports for each destination uses one again for another when none is left. */
TEST(test_used_again)
{
    static const enum nt_ports ports[] = {NT_PORTS_PRESERVE, NT_PORTS_SEQUENTIAL, NT_PORTS_RANDOM};
    for (size_t i = 0; i < 3; i++) {
        struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT);
        p.ports = ports[i];
        p.conflict = NT_CONFLICT_OVERLOAD;
        p.range_low = 5000, p.range_high = 5003;
        struct nt_nat *n = nat_of(p);
        unsigned given = 0;
        for (int d = 0; d < 40; d++) {
            char remote[32];
            snprintf(remote, sizeof remote, "198.51.100.7:%d", 7000 + d);
            int port = out(n, I1, remote);
            assert_in_range(port, 5000, 5003);
            given |= 1u << (port - 5000);
            assert_int_equal(given == 15, d >= 3); /* free ones first */
            assert_int_equal(out(n, I1, remote), port);
            assert_int_equal(in(n, remote, port), 5000);
            assert_int_equal(in(n, "198.51.100.8:9", port), -(int)NT_DROP_FILTERED);
        }
        assert_int_equal(nt_nat_count(n), 40);
        nt_nat_run(n, 300 * NT_SEC);
        assert_int_equal(nt_nat_count(n), 0);
        assert_true(out_at(n, I1, X, 300 * NT_SEC) > 0);
        nt_nat_del(n);
    }
}

/* (external port, remote) stays unique, also among hosts: when each port has the remote, there is none. */
TEST(test_used_again_for_other_remotes_alone)
{
    for (int mapping = NT_DEP_ADDRESS; mapping <= NT_DEP_ADDRESS_AND_PORT; mapping++) {
        struct nt_nat_policy p = policy_of((enum nt_dependence)mapping, NT_DEP_ADDRESS_AND_PORT);
        p.conflict = NT_CONFLICT_OVERLOAD;
        p.range_low = 5000, p.range_high = 5001;
        struct nt_nat *n = nat_of(p);
        assert_int_equal(out(n, I1, X), 5000);
        assert_int_equal(out(n, I1, Y), 5001);
        assert_int_equal(out(n, I2, X), 5001);
        assert_int_equal(out(n, "10.0.0.4:5000", X), NO_PORT);
        assert_int_equal(out(n, "10.0.0.4:5000", X_OTHER_PORT) > 0, mapping == NT_DEP_ADDRESS_AND_PORT);
        struct nt_nat_translation v = in_verdict(n, X, 5001, 0);
        assert_addr(&v.dst, I2);
        v = in_verdict(n, Y, 5001, 0);
        assert_addr(&v.dst, I1);
        nt_nat_del(n);
    }
}

TEST(test_limits)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.max_mappings = 3, p.max_per_host = 2;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, "10.0.0.2:1025", X), 1025);
    assert_int_equal(out(n, "10.0.0.2:1026", X), 1026);
    assert_int_equal(out(n, "10.0.0.2:1027", X), LIMIT);
    assert_int_equal(out(n, "10.0.0.3:1028", X), 1028);
    assert_int_equal(out(n, "10.0.0.3:1029", X), LIMIT);
    assert_int_equal(out(n, "10.0.0.2:1025", Y), 1025); /* those that are there go on */
    assert_int_equal(nt_nat_count(n), 3);
    nt_nat_del(n);
}

/* RFC 6888, REQ-4c: two mappings of a host at once, then one a second; those that are there go on. */
TEST(new_mappings_are_paced)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.mapping_burst = 2, p.mapping_interval = NT_SEC;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, "10.0.0.2:1025", X, NT_SEC), 1025);
    assert_int_equal(out_at(n, "10.0.0.2:1026", X, NT_SEC), 1026);
    assert_int_equal(out_at(n, "10.0.0.2:1027", X, NT_SEC), LIMIT);
    assert_int_equal(out_at(n, "10.0.0.3:1028", X, NT_SEC), 1028);
    assert_int_equal(out_at(n, "10.0.0.2:1027", X, 2 * NT_SEC - 1), LIMIT);
    assert_int_equal(out_at(n, "10.0.0.2:1027", X, 2 * NT_SEC), 1027);
    assert_int_equal(out_at(n, "10.0.0.2:1029", X, 2 * NT_SEC), LIMIT);
    assert_int_equal(out_at(n, "10.0.0.2:1025", Y, 2 * NT_SEC), 1025);
    assert_int_equal(out_at(n, "10.0.0.2:1029", X, 9 * NT_SEC), 1029);
    assert_int_equal(out_at(n, "10.0.0.2:1030", X, 9 * NT_SEC), 1030);
    assert_int_equal(out_at(n, "10.0.0.2:1031", X, 9 * NT_SEC), LIMIT);
    nt_nat_del(n);
}

/* The mapping that would end first makes room: its own where the host has all that it may have, anybody's otherwise. */
TEST(full_tables_are_stolen_from)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.max_mappings = 3, p.max_per_host = 2, p.when_full = NT_FULL_STEAL;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, "10.0.0.3:1028", X), 1028);
    assert_int_equal(out(n, "10.0.0.2:1025", X), 1025);
    assert_int_equal(out_at(n, "10.0.0.2:1026", X, NT_SEC), 1026);
    assert_int_equal(out_at(n, "10.0.0.3:1028", X, 2 * NT_SEC), 1028);
    assert_int_equal(out_at(n, "10.0.0.2:1027", X, 2 * NT_SEC), 1027); /* in place of 1025, its own oldest */
    assert_int_equal(out_at(n, "10.0.0.4:1030", X, 3 * NT_SEC), 1030); /* in place of 1026, the oldest of all */
    assert_int_equal(in_at(n, X, 1025, 3 * NT_SEC), -(int)NT_DROP_NO_MAPPING);
    assert_int_equal(in_at(n, X, 1026, 3 * NT_SEC), -(int)NT_DROP_NO_MAPPING);
    assert_int_equal(nt_nat_count(n), 3);
    nt_nat_del(n);
}

TEST(ports_are_stolen)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.range_low = 30000, p.range_high = 30001, p.when_full = NT_FULL_STEAL;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, "10.0.0.2:30000", X), 30000);
    assert_int_equal(out_at(n, "10.0.0.3:30001", X, NT_SEC), 30001);
    assert_int_equal(out_at(n, "10.0.0.4:30001", X, 2 * NT_SEC), 30000);
    assert_int_equal(nt_nat_count(n), 2);
    nt_nat_del(n);
}

/* Nothing ends for a mapping that would have no room without it: not the ports of another host's block, nor identifiers, nor the
 * port that is not the wanted one, nor one that is poisoned for the remote. */
TEST(what_makes_no_room_is_not_stolen)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    struct nt_addr pinger = addr("10.0.0.2:7"), x = addr(X);
    p.ports = NT_PORTS_SEQUENTIAL, p.block = 2, p.range_low = 30000, p.range_high = 30003, p.when_full = NT_FULL_STEAL;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(nt_nat_outbound(n, NT_PROTO_ICMP, &pinger, &x, 0).drop, NT_DROP_NONE);
    assert_int_equal(out(n, "10.0.0.3:1030", X), 30000);
    assert_int_equal(out(n, "10.0.0.3:1031", X), 30001);
    assert_int_equal(out_at(n, "10.0.0.2:1025", X, NT_SEC), 30002);
    assert_int_equal(out_at(n, "10.0.0.2:1026", X, 2 * NT_SEC), 30003);
    assert_int_equal(out_at(n, "10.0.0.2:1027", X, 3 * NT_SEC), 30002);
    assert_int_equal(nt_nat_count(n), 5);
    assert_int_equal(out_at(n, "10.0.0.4:1030", X, 4 * NT_SEC), 30000); /* the block of a host that has no more of it */
    assert_int_equal(nt_nat_count(n), 4);
    nt_nat_del(n);
    p = policy_of(EI, EI);
    p.conflict = NT_CONFLICT_FAIL, p.when_full = NT_FULL_STEAL;
    n = nat_of(p);
    assert_int_equal(out(n, "10.0.0.2:1025", X), 1025);
    assert_int_equal(out_at(n, "10.0.0.2:1026", X, NT_SEC), 1026);
    assert_int_equal(out_at(n, "10.0.0.3:1026", X, 2 * NT_SEC), 1026);
    assert_int_equal(in_at(n, X, 1025, 2 * NT_SEC), 1025);
    assert_int_equal(out_at(n, "10.0.0.3:80", X, 2 * NT_SEC), NO_PORT);
    assert_int_equal(nt_nat_count(n), 2);
    nt_nat_del(n);
}

/* All 64512 ports of the range, and not one more; and all of them again when they are free. */
TEST(test_full)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.ports = NT_PORTS_SEQUENTIAL;
    struct nt_nat *n = nat_of(p);
    struct nt_addr r = addr(X);
    for (nt_time now = 0; now <= 300 * NT_SEC; now += 300 * NT_SEC) {
        for (uint32_t i = 0; i < 64512; i++) {
            struct nt_addr inside = nt_addr_v4(0x0a000002u + (i >> 10), (uint16_t)(1024 + (i & 1023)));
            assert_int_equal(nt_nat_outbound(n, NT_PROTO_UDP, &inside, &r, now).drop, NT_DROP_NONE);
        }
        assert_int_equal(out_at(n, "10.1.0.1:5000", X, now), NO_PORT);
        assert_int_equal(nt_nat_count(n), 64512);
    }
    nt_nat_run(n, 600 * NT_SEC);
    assert_int_equal(nt_nat_count(n), 0);
    assert_int_equal(out_at(n, "10.1.0.1:5000", X, 600 * NT_SEC), 40000);
    nt_nat_del(n);
}

/* A table of the NAT itself is full: the packet is dropped, and leaves no mapping behind. */
TEST(test_full_table)
{
    enum { FILTERS, FLOWS, FLOWS_FOR_FILTERS, TABLES };
    for (int table = FILTERS; table < TABLES; table++) {
        struct nt_nat_policy p = policy_of(EI, table == FLOWS ? EI : NT_DEP_ADDRESS_AND_PORT);
        p.replies = table == FLOWS ? NT_REPLIES_PINNED : NT_REPLIES_TABLE;
        p.filter_scope = table == FLOWS_FOR_FILTERS ? NT_SCOPE_FLOW : NT_SCOPE_MAPPING;
        struct nt_nat *n = nat_of(p);
        struct nt_addr inside = addr(I1);
        for (uint32_t i = 0; i < NT_NAT_FILTERS_MAX; i++) {
            struct nt_addr r = nt_addr_v4(0xc6336401u + (i >> 14), (uint16_t)(1 + (i & 0x3fff)));
            assert_int_equal(nt_nat_outbound(n, NT_PROTO_UDP, &inside, &r, 0).drop, NT_DROP_NONE);
        }
        seen_count = 0;
        assert_int_equal(out(n, "10.0.0.3:6000", X), LIMIT);
        assert_int_equal(nt_nat_count(n), 1);
        assert_int_equal(in(n, X, 6000), -(int)NT_DROP_NO_MAPPING);
        assert_int_equal(seen_count, 2); /* made, and gone again */
        assert_int_equal(seen[1].kind, NT_TR_EXPIRED);
        assert_int_equal(out(n, I1, "192.0.2.9:9"), LIMIT);
        assert_int_equal(nt_nat_count(n), 1); /* the mapping that was there stays */
        assert_int_equal(out(n, I1, "198.51.100.1:1"), 5000);
        assert_int_equal(out_at(n, "10.0.0.3:6000", X, 300 * NT_SEC), 6000); /* and there is room again */
        nt_nat_del(n);
    }
}

TEST(test_hold_down)
{
    struct nt_nat_policy p = policy_of(EI, EI);
    p.hold_down = 120 * NT_SEC;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    assert_int_equal(out_at(n, I2, X, 420 * NT_SEC - 1), 5001);
    assert_int_equal(out_at(n, "10.0.0.4:5000", X, 420 * NT_SEC), 5000);
    nt_nat_del(n);
}

/* Each address holds its own ports. A reboot gives the addresses out anew. */
TEST(test_hold_down_of_each_address)
{
    char buf[NT_ADDR_TEXT];
    struct nt_nat_policy p = policy_of(EI, EI);
    p.addresses = 2;
    p.hold_down = 120 * NT_SEC;
    struct nt_nat *n = nat_with(p, 2);
    assert_string_equal(external_of(n, "10.0.0.2:5000", buf), "203.0.113.2:5000");
    nt_nat_reboot(n, 0);
    assert_string_equal(external_of(n, "10.0.0.3:5000", buf), "203.0.113.2:5001");
    assert_string_equal(external_of(n, "10.0.0.4:5000", buf), "203.0.113.3:5000");
    nt_nat_reboot(n, 0);
    assert_string_equal(external_at(n, "10.0.0.5:5000", 120 * NT_SEC, buf), "203.0.113.2:5000");
    assert_string_equal(external_at(n, "10.0.0.6:5000", 120 * NT_SEC, buf), "203.0.113.3:5000");
    nt_nat_del(n);
}

/* Identifiers of ICMP queries are held, and freed, in their own space. */
TEST(test_hold_down_of_icmp_identifiers)
{
    struct nt_nat_policy p = policy_of(EI, NT_DEP_ADDRESS_AND_PORT);
    p.hold_down = 120 * NT_SEC;
    struct nt_nat *n = nat_of(p);
    struct nt_addr a = addr("10.0.0.2:7"), b = addr("10.0.0.3:7"), c = addr("10.0.0.4:7"), x = addr("198.51.100.7:7");
    struct nt_nat_translation v = nt_nat_outbound(n, NT_PROTO_ICMP, &a, &x, 0);
    assert_addr(&v.src, E ":7");
    v = nt_nat_outbound(n, NT_PROTO_ICMP, &b, &x, 180 * NT_SEC - 1);
    assert_addr(&v.src, E ":8");
    v = nt_nat_outbound(n, NT_PROTO_ICMP, &c, &x, 180 * NT_SEC);
    assert_addr(&v.src, E ":7");
    nt_nat_del(n);
}

/* RFC 5508, section 3: queries are mapped by identifier, in a space of their own, for 60 s. */
TEST(test_icmp_query)
{
    struct nt_nat *n = nat_of(policy_of(EI, NT_DEP_ADDRESS_AND_PORT));
    struct nt_addr a = addr("10.0.0.2:7"), b = addr("10.0.0.3:7"), x = addr("198.51.100.7:7"), y = addr("198.51.100.8:7"), e;
    assert_int_equal(out(n, "10.0.0.2:5007", X), 5007);
    struct nt_nat_translation v = nt_nat_outbound(n, NT_PROTO_ICMP, &a, &x, 0);
    assert_addr(&v.src, E ":7");
    v = nt_nat_outbound(n, NT_PROTO_ICMP, &b, &x, 0);
    assert_addr(&v.src, E ":8");
    e = addr(E ":8");
    v = nt_nat_inbound(n, NT_PROTO_ICMP, &x, &e, 0);
    assert_addr(&v.dst, "10.0.0.3:7");
    assert_int_equal(nt_nat_inbound(n, NT_PROTO_ICMP, &y, &e, 0).drop, NT_DROP_FILTERED);
    assert_int_equal(nt_nat_inbound(n, NT_PROTO_ICMP, &x, &e, 60 * NT_SEC).drop, NT_DROP_NO_MAPPING);
    assert_int_equal(nt_nat_count(n), 1);
    nt_nat_del(n);
}

/* An identifier is free again when its mapping has ended. */
TEST(test_icmp_identifiers_are_freed)
{
    struct nt_nat *n = nat_of(policy_of(EI, NT_DEP_ADDRESS_AND_PORT));
    struct nt_addr a = addr("10.0.0.2:7"), b = addr("10.0.0.3:7"), x = addr("198.51.100.7:7");
    for (nt_time now = 0; now < 10 * 60 * NT_SEC; now += 60 * NT_SEC) {
        struct nt_nat_translation v = nt_nat_outbound(n, NT_PROTO_ICMP, now % (120 * NT_SEC) == 0 ? &a : &b, &x, now);
        assert_addr(&v.src, E ":7");
    }
    nt_nat_del(n);
}

/* Who comes to a shared port after another has left it is found there by its filter. */
TEST(test_a_shared_port_that_one_has_left)
{
    struct nt_nat_policy p = policy_of(EI, NT_DEP_ADDRESS);
    p.conflict = NT_CONFLICT_OVERLOAD;
    p.life_new = p.life_replied = p.life_stream = 60 * NT_SEC;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, 0), 5000);
    assert_int_equal(out_at(n, I2, "198.51.100.9:7000", 0), 5000);
    assert_int_equal(out_at(n, I1, X, 50 * NT_SEC), 5000);
    nt_nat_run(n, 70 * NT_SEC); /* the second has gone */
    assert_int_equal(out_at(n, "10.0.0.4:5000", Y, 80 * NT_SEC), 5000);
    struct nt_nat_translation from_another_port = in_verdict(n, "198.51.100.8:1", 5000, 81 * NT_SEC);
    assert_addr(&from_another_port.dst, "10.0.0.4:5000");
    nt_nat_del(n);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_shared_port_that_one_has_left),
                                       cmocka_unit_test(test_preserve_and_conflict),
                                       cmocka_unit_test(test_preserve_with_dependent_mapping),
                                       cmocka_unit_test(test_sequential),
                                       cmocka_unit_test(test_random),
                                       cmocka_unit_test(test_parity),
                                       cmocka_unit_test(test_parity_is_given_up),
                                       cmocka_unit_test(test_low_ports_stay_low),
                                       cmocka_unit_test(test_lowest),
                                       cmocka_unit_test(test_contiguity),
                                       cmocka_unit_test(test_blocks),
                                       cmocka_unit_test(test_blocks_are_whole),
                                       cmocka_unit_test(test_pooling),
                                       cmocka_unit_test(test_blocks_of_each_address),
                                       cmocka_unit_test(test_used_again),
                                       cmocka_unit_test(test_used_again_for_other_remotes_alone),
                                       cmocka_unit_test(test_limits),
                                       cmocka_unit_test(full_tables_are_stolen_from),
                                       cmocka_unit_test(new_mappings_are_paced),
                                       cmocka_unit_test(what_makes_no_room_is_not_stolen),
                                       cmocka_unit_test(ports_are_stolen),
                                       cmocka_unit_test(test_full),
                                       cmocka_unit_test(test_full_table),
                                       cmocka_unit_test(test_hold_down),
                                       cmocka_unit_test(test_hold_down_of_each_address),
                                       cmocka_unit_test(test_hold_down_of_icmp_identifiers),
                                       cmocka_unit_test(test_icmp_query),
                                       cmocka_unit_test(test_icmp_identifiers_are_freed)};
    return RUN_TESTS(tests);
}
