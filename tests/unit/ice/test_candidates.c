/* The tables of candidates: settling by hand, what is learnt, what takes over, the limits. */
#include "parts.h"

static struct parts p;

TEST(settling)
{
    const struct nt_ice_entry all[] = {
        gathered(NT_ICE_HOST, "10.0.0.1:5000", "10.0.0.1:5000", NULL, 0),
        gathered(NT_ICE_HOST, "10.0.1.1:5000", "10.0.1.1:5000", NULL, 1),
        gathered(NT_ICE_SRFLX, "203.0.113.1:1", "10.0.0.1:5000", "192.0.2.1:3478", 1), /* TURN, seen through a symmetric NAT */
        gathered(NT_ICE_SRFLX, "203.0.113.1:2", "10.0.0.1:5000", "192.0.2.2:3478", 0), /* STUN, listed first */
        gathered(NT_ICE_SRFLX, "10.0.1.1:5000", "10.0.1.1:5000", "192.0.2.2:3478", 2), /* equal to its base */
        gathered(NT_ICE_SRFLX, "203.0.113.1:2", "10.0.0.1:5000", "192.0.2.3:3478", 3), /* redundant */
        gathered(NT_ICE_SRFLX, "203.0.113.1:3", "10.0.1.1:5000", "192.0.2.2:9999", 4), /* the same server IP, another base */
        gathered(NT_ICE_RELAY, "192.0.2.9:1000", "192.0.2.9:1000", "192.0.2.1:3478", 1),
        gathered(NT_ICE_RELAY, "10.0.0.1:5000", "10.0.0.1:5000", "192.0.2.1:3478", 2), /* identical to a host candidate */
    };
    static const uint32_t priority[] = {2130706431, 2130706431 - 256, 1694498815, 1694498815 - 256, 1694498815 - 512, 16777215};
    static const char *const foundation[] = {"1", "2", "3", "4", "5", "6"};
    struct nt_addr first = addr("203.0.113.1:2");
    parts_init(&p);
    assert_int_equal(nt_ice_candidates_reserve(p.own, 9, 9), NT_OK);
    for (size_t i = 0; i < 9; i++)
        nt_ice_candidates_add(p.own, &all[i], false);
    nt_ice_candidates_settle(p.own);
    assert_int_equal(nt_ice_candidates_count(p.own), 6);
    assert_int_equal(nt_ice_candidates_settled(p.own), 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(nt_ice_candidates_at(p.own, i)->c.priority, priority[i]);
        assert_string_equal(nt_ice_candidates_at(p.own, i)->c.foundation, foundation[i]);
    }
    assert_true(nt_addr_equal(&nt_ice_candidates_at(p.own, 2)->c.addr, &first)); /* the STUN server listed first is preferred */
    parts_free(&p);
}

/* 5.1.1.3: another port and component of the same base IP, type and server IP: the same foundation */
TEST(one_foundation_for_two_components)
{
    struct nt_ice_entry one = gathered(NT_ICE_HOST, "10.0.0.1:5000", "10.0.0.1:5000", NULL, 0);
    struct nt_ice_entry two = gathered(NT_ICE_HOST, "10.0.0.1:5001", "10.0.0.1:5001", NULL, 1);
    two.c.component = 2;
    parts_init(&p);
    assert_int_equal(nt_ice_candidates_reserve(p.own, 2, 2), NT_OK);
    nt_ice_candidates_add(p.own, &one, false);
    nt_ice_candidates_add(p.own, &two, false);
    nt_ice_candidates_settle(p.own);
    assert_int_equal(nt_ice_candidates_count(p.own), 2);
    assert_string_equal(nt_ice_candidates_at(p.own, 0)->c.foundation, nt_ice_candidates_at(p.own, 1)->c.foundation);
    assert_int_equal(nt_ice_candidates_at(p.own, 1)->c.priority, 2130706430);
    parts_free(&p);
}

/* RFC 8838, 9: each one is at once what it is, and a redundant one is none, whatever its priority. */
TEST(one_by_one)
{
    struct nt_ice_entry srflx = gathered(NT_ICE_SRFLX, "203.0.113.1:1", "10.0.0.1:5000", "192.0.2.1:3478", 1);
    struct nt_ice_entry other = gathered(NT_ICE_SRFLX, "203.0.113.1:2", "10.0.0.1:5000", "192.0.2.2:3478", 0);
    parts_init(&p);
    assert_int_equal(nt_ice_candidates_reserve(p.own, 3, 3), NT_OK);
    nt_ice_candidates_add(p.own, &srflx, true);
    nt_ice_candidates_add(p.own, &srflx, true);
    nt_ice_candidates_add(p.own, &other, true);
    assert_int_equal(nt_ice_candidates_count(p.own), 2);
    assert_int_equal(nt_ice_candidates_at(p.own, 0)->c.priority, 1694498815 - 256);
    assert_int_equal(nt_ice_candidates_at(p.own, 1)->c.priority, 1694498815);
    assert_true(nt_ice_candidates_next_gathered(p.own) == &nt_ice_candidates_at(p.own, 0)->c);
    assert_true(nt_ice_candidates_next_gathered(p.own) == &nt_ice_candidates_at(p.own, 1)->c);
    assert_null(nt_ice_candidates_next_gathered(p.own));
    parts_free(&p);
}

/* RFC 8445, 5.1.2.1: "the local preference MUST be unique". What is gone keeps its own, and has another in its place. */
TEST(priorities_are_unique)
{
    struct nt_ice_entry first = gathered(NT_ICE_HOST, "10.0.0.1:5000", "10.0.0.1:5000", NULL, 0);
    struct nt_ice_entry again = gathered(NT_ICE_HOST, "10.0.0.1:5000", "10.0.0.1:5000", NULL, 0);
    parts_init(&p);
    assert_int_equal(nt_ice_candidates_reserve(p.own, 3, 3), NT_OK);
    for (uint16_t i = 0; i < 3; i++) {
        first.via.base = i;
        assert_true(nt_ice_candidates_add(p.own, i == 0 ? &first : &again, true));
        assert_int_equal(nt_ice_candidates_count(p.own), i + 1);
        assert_int_equal(nt_ice_candidates_at(p.own, i)->c.priority, 2130706431 - 256 * i);
        nt_ice_candidates_retire(p.own, nt_ice_candidates_at(p.own, i)->via);
    }
    assert_false(nt_ice_candidates_add(p.own, &first, true)); /* no room */
    parts_free(&p);
}

/* RFC 8445, 7.2.5.3.1 */
TEST(mapped_addresses)
{
    struct nt_addr own = addr("10.0.0.1:5000"), outside = addr("203.0.113.7:4000"), remote = addr("192.0.2.9:9");
    parts_init(&p);
    add_hosts(&p, 2);
    assert_int_equal(nt_ice_candidates_mapped(p.own, 0, &own, &remote, 5, 0), 0);
    uint32_t id = nt_ice_candidates_mapped(p.own, 0, &outside, &remote, 5, 0);
    assert_int_equal(id, 2);
    const struct nt_ice_entry *e = nt_ice_candidates_at(p.own, id);
    assert_int_equal(e->c.type, NT_ICE_PRFLX);
    assert_int_equal(e->c.priority, 5);
    assert_true(nt_addr_equal(&e->c.base, &own));
    assert_non_null(last_told(&p, NT_TR_ICE_PRFLX_LOCAL));
    assert_int_equal(nt_ice_candidates_mapped(p.own, 0, &outside, &remote, 6, 0), 2);
    assert_int_equal(nt_ice_candidates_mapped(p.own, 1, &outside, &remote, 6, 0),
                     3); /* seen from another base: another candidate */
    assert_int_equal(nt_ice_candidates_settled(p.own), 2);
    parts_free(&p);
}

/* RFC 8445, 7.3.1.3; RFC 8838, 11: the signalled one takes the learnt one's place, and its id. */
TEST(signalled_later)
{
    struct nt_addr to = addr("10.0.0.1:5000");
    struct nt_ice_candidate learnt = {
        .type = NT_ICE_PRFLX, .stream = 1, .component = 1, .priority = 7, .addr = addr("192.0.2.9:9")};
    parts_init(&p);
    add_remote(&p, NT_ICE_HOST, "192.0.2.8:8", 100, "prflx/1"); /* a foundation that one could collide with */
    uint32_t id = nt_ice_candidates_learn(p.remotes, &learnt, NT_ICE_PRFLX_MAX, 256, &to, 0);
    assert_int_equal(id, 1);
    assert_string_equal(nt_ice_candidates_at(p.remotes, id)->c.foundation, "prflx/2");
    assert_false(nt_ice_candidates_at(p.remotes, id)->told);
    assert_int_equal(add_remote(&p, NT_ICE_SRFLX, "192.0.2.9:9", 55, "77"), id);
    assert_int_equal(nt_ice_candidates_count(p.remotes), 2);
    assert_int_equal(nt_ice_candidates_at(p.remotes, id)->c.type, NT_ICE_SRFLX);
    assert_int_equal(nt_ice_candidates_at(p.remotes, id)->c.priority, 55);
    assert_true(nt_ice_candidates_at(p.remotes, id)->told);
    assert_int_equal(add_remote(&p, NT_ICE_HOST, "192.0.2.9:9", 99, "78"),
                     id); /* what is known means nothing when it comes again */
    assert_int_equal(nt_ice_candidates_at(p.remotes, id)->c.priority, 55);
    parts_free(&p);
}

TEST(limits_are_told)
{
    struct nt_addr to = addr("10.0.0.1:5000");
    struct nt_ice_candidate learnt = {
        .type = NT_ICE_PRFLX, .stream = 1, .component = 1, .priority = 7, .addr = addr("192.0.2.9:9")};
    parts_init(&p);
    for (unsigned i = 0; i < NT_ICE_PRFLX_MAX; i++) {
        learnt.addr = nt_addr_v4(0xc0000200, (uint16_t)(1000 + i));
        assert_int_equal(nt_ice_candidates_learn(p.remotes, &learnt, NT_ICE_PRFLX_MAX, 256, &to, 0), i);
    }
    assert_null(last_told(&p, NT_TR_ICE_DROPPED));
    learnt.addr.port = 9;
    assert_true(nt_ice_candidates_learn(p.remotes, &learnt, NT_ICE_PRFLX_MAX, 256, &to, 0) == NT_ICE_NONE);
    assert_string_equal(last_told(&p, NT_TR_ICE_DROPPED)->text, "no room for another peer-reflexive candidate");
    assert_int_equal(nt_ice_record_stats(p.record)->dropped, 1);
    assert_int_equal(nt_ice_record_stats(p.record)->prflx_remote, NT_ICE_PRFLX_MAX);
    parts_free(&p);
}

TEST(what_is_gone_keeps_its_id)
{
    parts_init(&p);
    add_hosts(&p, 3);
    nt_ice_candidates_retire(p.own, (struct nt_ice_via){.base = 1, .relay = NT_ICE_DIRECT});
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(nt_ice_candidates_at(p.own, i)->gone, i == 1);
        assert_int_equal(nt_ice_candidates_sender(p.own, (struct nt_ice_via){.base = (uint16_t)i, .relay = NT_ICE_DIRECT}),
                         i == 1 ? NT_ICE_NONE : i);
    }
    parts_free(&p);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settling),         cmocka_unit_test(one_foundation_for_two_components),
        cmocka_unit_test(one_by_one),       cmocka_unit_test(priorities_are_unique),
        cmocka_unit_test(mapped_addresses), cmocka_unit_test(signalled_later),
        cmocka_unit_test(limits_are_told),  cmocka_unit_test(what_is_gone_keeps_its_id),
    };
    return RUN_TESTS(tests);
}
