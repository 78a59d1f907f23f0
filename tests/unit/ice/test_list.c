/* Check lists: priorities by hand, freezing order, the pair limit, fairness of the queue. */
#include "peer.h"

#include <stdio.h>

#include "core/ice/candidates.h"

static struct lab l;

/* RFC 8445, 15.1: "2130706431" for a host candidate and "1694498815" for a server-reflexive one, pair priorities from 6.1.2.3. */
TEST(priorities)
{
    assert_int_equal(nt_ice_candidate_priority(126, 65535, 1), 2130706431);
    assert_int_equal(nt_ice_candidate_priority(100, 65535, 1), 1694498815);
    assert_int_equal(nt_ice_candidate_priority(110, 65535, 1), 1862270975);
    assert_int_equal(nt_ice_candidate_priority(0, 65535, 1), 16777215);
    assert_int_equal(nt_ice_candidate_priority(126, 65535, 2), 2130706430);
    assert_int_equal(nt_ice_candidate_priority(126, 65535, 256), 2130706176);
    /* 2^32 * 1694498815 + 2 * 2130706431 + 1, and without the 1 */
    assert_true(nt_ice_pair_priority(2130706431, 1694498815) == UINT64_C(7277816997797167103));
    assert_true(nt_ice_pair_priority(1694498815, 2130706431) == UINT64_C(7277816997797167102));
    assert_true(nt_ice_pair_priority(5, 5) == (UINT64_C(5) << 32) + 10);
}

TEST(usable_addresses)
{
    static const char *const never[] = {"127.0.0.1", "::1", "fec0::1", "::10.0.0.1", "::ffff:10.0.0.1", "ff02::1", "0.0.0.0"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        struct nt_addr a = addr(never[i]);
        assert_false(nt_ice_address_usable(&a, true));
    }
    struct nt_addr v4 = addr("10.0.0.1"), v6 = addr("2001:db8::1");
    assert_true(nt_ice_address_usable(&v4, false));
    assert_false(nt_ice_address_usable(&v6, false));
    assert_true(nt_ice_address_usable(&v6, true));
}

static void begin(uint16_t max_pairs)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    c.max_pairs = max_pairs;
    lab_start(&l, &c);
}

/* RFC 8445, 6.1.2.6: of each foundation the pair of highest priority is Waiting; the others follow a success (7.2.5.3.3). */
TEST(freezing)
{
    struct nt_ice_candidate c[4] = {candidate("10.0.0.2:1", NT_ICE_HOST, "a"), candidate("10.0.0.2:2", NT_ICE_HOST, "a"),
                                    candidate("10.0.0.2:3", NT_ICE_SRFLX, "b"), candidate("10.0.0.2:4", NT_ICE_SRFLX, "b")};
    c[1].priority -= 256;
    c[3].priority -= 256;
    begin(0);
    assert_int_equal(remote(&l, c, 4), NT_OK);
    assert_int_equal(pair_to(&l, "10.0.0.2:1").state, NT_ICE_WAITING);
    assert_int_equal(pair_to(&l, "10.0.0.2:2").state, NT_ICE_FROZEN);
    assert_int_equal(pair_to(&l, "10.0.0.2:3").state, NT_ICE_WAITING);
    assert_int_equal(pair_to(&l, "10.0.0.2:4").state, NT_ICE_FROZEN);
    go(&l, 300 * NT_MSEC);
    assert_int_equal(l.count, 2); /* frozen ones wait for the others of their foundation */
    assert_int_equal(l.outs[0].path.remote.port, 1);
    assert_int_equal(l.outs[1].path.remote.port, 3);
    respond(&l, &l.outs[1], (struct reply){0});
    assert_int_equal(pair_to(&l, "10.0.0.2:4").state, NT_ICE_WAITING);
    assert_int_equal(pair_to(&l, "10.0.0.2:2").state, NT_ICE_FROZEN);
    respond(&l, &l.outs[0], (struct reply){.code = 400}); /* 7.2.5.2: a failure changes no other pair */
    assert_int_equal(pair_to(&l, "10.0.0.2:2").state, NT_ICE_FROZEN);
    go(&l, 400 * NT_MSEC);
    assert_int_equal(pair_to(&l, "10.0.0.2:2").state, NT_ICE_IN_PROGRESS); /* step 2 of 6.1.4.2 */
    lab_end(&l);
}

/* The default limit, and which pair goes. */
/* RFC 8839, 4.2.1.2: "the c= line associated with an m= section contains the connection address of the default candidate" */
TEST(each_stream_has_a_default_destination)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLING);
    struct nt_ice_description d;
    c.streams = 2;
    lab_start(&l, &c);
    assert_int_equal(nt_ice_local(l.a, true, &d), NT_OK);
    assert_int_equal(d.stream_count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(nt_addr_equal(&d.streams[i].default_addr, &d.streams[i].candidates[0].addr));
    nt_ice_description_free(&d);
    lab_end(&l);
}

TEST(limit)
{
    static struct nt_ice_candidate c[13];
    char text[64];
    for (int i = 0; i < 12; i++) {
        snprintf(text, sizeof text, "10.0.2.%d:6000", i + 1);
        c[i] = candidate(text, NT_ICE_HOST, "x");
        snprintf(c[i].foundation, sizeof c[i].foundation, "f%d", i);
        c[i].priority -= 256U * (uint32_t)i;
    }
    c[12] = candidate("192.0.2.9:6000", NT_ICE_RELAY, "r");
    begin(5);
    assert_int_equal(remote(&l, c, 13), NT_OK);
    go(&l, NT_SEC);
    int hosts = 0, relayed = 0;
    for (int i = 0; i < l.count; i++)
        if (l.outs[i].at < 500 * NT_MSEC) {
            hosts += l.outs[i].path.remote.ip[0] == 10;
            relayed += l.outs[i].path.remote.ip[0] == 192;
        }
    assert_int_equal(hosts, 4);
    assert_int_equal(relayed, 1); /* the last relayed pair never goes */
    /* a failed pair goes first */
    respond(&l, &l.outs[0], (struct reply){.code = 400});
    request(&l, "10.0.9.9:7000", (struct ask){.id = 1});
    go(&l, l.now + 60 * NT_MSEC);
    assert_int_equal(pair_to(&l, "10.0.9.9:7000").state, NT_ICE_IN_PROGRESS);
    request(&l, "10.0.9.8:7000", (struct ask){.id = 2, .priority = 1}); /* then the one of lowest priority */
    go(&l, l.now + 60 * NT_MSEC);
    assert_int_equal(pair_to(&l, "10.0.9.8:7000").number, 0); /* which the new one would be */
    lab_end(&l);
}

/* The stated deviation: after three triggered checks in a row a waiting ordinary pair has its turn. */
TEST(fairness)
{
    struct nt_ice_candidate c = candidate("192.0.2.9:6000", NT_ICE_RELAY, "r");
    char text[64];
    begin(0);
    for (int i = 0; i < 8; i++) {
        snprintf(text, sizeof text, "10.0.9.%d:7000", i + 1);
        request(&l, text, (struct ask){.id = (uint8_t)(i + 1)});
    }
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    l.count = 0;
    go(&l, 450 * NT_MSEC);
    assert_int_equal(l.count, 9);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(l.outs[i].at, i * 50 * NT_MSEC);
        assert_int_equal(l.outs[i].path.remote.port, i == 3 ? 6000 : 7000);
    }
    lab_end(&l);
}

/* RFC 8445, 14.2: "Both agents MUST use the higher value of the proposed values"; the default is 50 ms and is not signalled. */
TEST(pacing)
{
    static const struct {
        uint32_t theirs;
        nt_time ours, expected;
        uint32_t signalled;
    } cases[] = {{0, 0, 50, 0},
                 {20, 0, 50, 0},
                 {80, 0, 80, 0},
                 {0, 20 * NT_MSEC, 50, 20},
                 {30, 20 * NT_MSEC, 30, 20},
                 {60, 70 * NT_MSEC, 70, 70}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
        struct nt_ice_candidate r[2] = {candidate("10.0.0.2:1", NT_ICE_HOST, "a"), candidate("10.0.0.2:2", NT_ICE_HOST, "b")};
        struct nt_ice_description d;
        c.ta = cases[i].ours;
        lab_start(&l, &c);
        assert_int_equal(nt_ice_local(l.a, false, &d), NT_OK);
        assert_int_equal(d.pacing_ms, cases[i].signalled);
        assert_true(d.ice2);
        nt_ice_description_free(&d);
        assert_int_equal(nt_ice_description_init(&d, 1), NT_OK);
        d.pacing_ms = cases[i].theirs;
        strcpy(d.streams[0].ufrag, PEER_UFRAG);
        strcpy(d.streams[0].pwd, PEER_PWD);
        assert_int_equal(nt_ice_description_add(&d, &r[0]), NT_OK);
        assert_int_equal(nt_ice_description_add(&d, &r[1]), NT_OK);
        assert_int_equal(nt_ice_set_remote(l.a, &d, 0), NT_OK);
        strcpy(d.streams[0].pwd, "anotheranotheranotheranother");
        assert_int_equal(nt_ice_set_remote(l.a, &d, 0), NT_EUNSUPPORTED); /* a restart */
        nt_ice_description_free(&d);
        go(&l, 200 * NT_MSEC);
        assert_int_equal(l.count, 2);
        assert_int_equal(l.outs[1].at, cases[i].expected * NT_MSEC);
        lab_end(&l);
    }
}

TEST(refused_configurations)
{
    int err = 0;
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED), bad;
    bad = c, bad.mode = NT_ICE_LITE;
    assert_null(nt_ice_agent_new(&bad, &err));
    assert_int_equal(err, NT_EUNSUPPORTED);
    bad = c, bad.nomination = NT_ICE_AGGRESSIVE;
    assert_null(nt_ice_agent_new(&bad, &err));
    assert_int_equal(err, NT_EUNSUPPORTED);
    bad = c, bad.turn = &(struct nt_ice_turn){.server = addr("203.0.113.101:3478"), .transport = NT_TLS + 1}, bad.turn_count = 1;
    assert_null(nt_ice_agent_new(&bad, &err));
    assert_int_equal(err, NT_EUNSUPPORTED);
    bad = c, bad.rto = 499 * NT_MSEC; /* 14.3 */
    assert_null(nt_ice_agent_new(&bad, &err));
    assert_int_equal(err, NT_EINVAL);
    bad = c, bad.keepalive = 14 * NT_SEC; /* 11 */
    assert_null(nt_ice_agent_new(&bad, &err));
    assert_int_equal(err, NT_EINVAL);
}

/* 10,000 sources: every table has its limit, and the agent goes on. */
TEST(flood)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    char text[64];
    begin(0);
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "10.1.%d.%d:7000", i / 250, i % 250 + 1);
        request(&l, text, (struct ask){.id = 1});
        l.count = 0;
    }
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    assert_int_equal(nt_ice_stats(l.a).prflx_remote, 64); /* remembered before the description */
    for (int i = 0; i < 10000; i++) {
        snprintf(text, sizeof text, "10.2.%d.%d:7000", i / 250, i % 250 + 1);
        request(&l, text, (struct ask){.id = 1});
        go(&l, l.now + NT_MSEC);
        l.count = 0;
    }
    assert_int_equal(nt_ice_stats(l.a).prflx_remote, NT_ICE_PRFLX_DIRECT_MAX);
    assert_true(nt_ice_pair_count(l.a) <= 1000);
    request(&l, "10.0.0.2:6000", (struct ask){.id = 2});
    go(&l, l.now + NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(priorities),
        cmocka_unit_test(usable_addresses),
        cmocka_unit_test(freezing),
        cmocka_unit_test(each_stream_has_a_default_destination),
        cmocka_unit_test(limit),
        cmocka_unit_test(fairness),
        cmocka_unit_test(flood),
        cmocka_unit_test(pacing),
        cmocka_unit_test(refused_configurations),
    };
    return RUN_TESTS(tests);
}
