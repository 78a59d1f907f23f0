/* The pairs: who gets a place at the limit, what may wait, what is remembered. */
#include "parts.h"

#include "core/ice/pairs.h"

static struct parts p;
static struct nt_ice_pairs *pairs;

/* Ten hosts and a relayed candidate (id 10) of ours; remotes 0 to 9 are hosts of falling priority, 10 and 11 relayed. */
static void begin(uint16_t limit)
{
    parts_init(&p);
    add_hosts(&p, 10);
    struct nt_ice_entry relayed = gathered(NT_ICE_RELAY, "192.0.2.1:1", "192.0.2.1:1", "192.0.2.9:3478", 0);
    relayed.via.relay = 0;
    assert_int_equal(nt_ice_candidates_reserve(p.own, 1, 1000), NT_OK);
    nt_ice_candidates_add(p.own, &relayed, true);
    for (unsigned i = 0; i < 12; i++) {
        char where[32], foundation[8];
        snprintf(where, sizeof where, "10.9.%u.1:6000", i);
        snprintf(foundation, sizeof foundation, "f%u", i);
        assert_int_equal(add_remote(&p, i < 10 ? NT_ICE_HOST : NT_ICE_RELAY, where, i < 10 ? 1000 - i : 100 - i, foundation), i);
    }
    pairs = nt_ice_pairs_new(p.record, p.own, p.remotes, limit, NT_ICE_CONTROLLING);
    assert_non_null(pairs);
}

static void end(void)
{
    nt_ice_pairs_del(pairs);
    parts_free(&p);
}

static struct nt_ice_admission admit(uint32_t own, uint32_t remote, enum nt_ice_why why)
{
    return nt_ice_pairs_admit(pairs, own, remote, NT_ICE_WAY_OPEN, why, 0);
}

static uint32_t admitted(uint32_t own, uint32_t remote, enum nt_ice_why why)
{
    struct nt_ice_admission a = admit(own, remote, why);
    assert_true(a.pair != 0);
    return a.pair;
}

/* The peer's check came on it, and was answered: it waits for its turn in the queue. */
static uint32_t heard(uint32_t own, uint32_t remote)
{
    uint32_t pair = admitted(own, remote, NT_ICE_HEARD);
    nt_ice_pairs_answered(pairs, pair);
    nt_ice_pairs_trigger(pairs, pair, 0);
    return pair;
}

static bool listed(uint32_t pair)
{
    return nt_ice_pairs_get(pairs, pair)->listed;
}

TEST(the_limit_keeps_priorities)
{
    begin(3);
    uint32_t first = admitted(0, 0, NT_ICE_FORMED), second = admitted(0, 1, NT_ICE_FORMED), third = admitted(0, 3, NT_ICE_FORMED);
    struct nt_ice_admission a = admit(0, 4, NT_ICE_FORMED); /* lower than all */
    assert_int_equal(a.pair, 0);
    assert_string_equal(a.refusal, "the limit of pairs");
    assert_string_equal(last_told(&p, NT_TR_ICE_PAIR_REFUSED)->text, "the limit of pairs");
    a = admit(0, 2, NT_ICE_FORMED);
    assert_int_equal(a.pruned, third);
    assert_string_equal(last_told(&p, NT_TR_ICE_PAIR_GONE)->text, "the limit of pairs");
    assert_true(listed(first) && listed(second) && listed(a.pair) && !listed(third));
    nt_ice_pairs_fail(pairs, first, "no response", 0);
    assert_int_equal(admit(0, 5, NT_ICE_FORMED).pruned, first); /* what has failed goes before what is lower */
    assert_int_equal(nt_ice_pairs_listed(pairs), 3);
    end();
}

/* A pair that was answered keeps its place until its check has ended, whoever comes. */
TEST(what_was_answered_is_checked)
{
    begin(2);
    uint32_t formed = admitted(0, 0, NT_ICE_FORMED), promised = heard(0, 5);
    assert_int_equal(admit(0, 6, NT_ICE_HEARD).pair, 0); /* lower than what was formed */
    assert_int_equal(admit(0, 1, NT_ICE_HEARD).pair, 0); /* higher than what was promised */
    nt_ice_pairs_begin_check(pairs, promised, 0);
    assert_int_equal(admit(0, 1, NT_ICE_HEARD).pair, 0);
    nt_ice_pairs_fail(pairs, promised, "no response", 0);
    assert_int_equal(admit(0, 1, NT_ICE_HEARD).pruned, promised);
    assert_true(listed(formed));
    end();
}

/* Neither the share of relayed pairs nor a nomination is a reason to leave the peer without the check that was promised to it. */
TEST(the_limit_is_full_of_what_was_answered)
{
    begin(1);
    uint32_t promised = heard(0, 5);
    for (int sent = 0; sent < 2; sent++) {
        for (int why = NT_ICE_FORMED; why <= NT_ICE_ANSWERED; why++) {
            assert_string_equal(admit(0, 0, (enum nt_ice_why)why).refusal, "the limit of pairs");
            assert_string_equal(admit(0, 10, (enum nt_ice_why)why).refusal, "the limit of pairs");
        }
        nt_ice_pairs_begin_check(pairs, promised, 0);
    }
    assert_true(listed(promised));
    end();
}

TEST(what_connects_never_goes)
{
    begin(4);
    uint32_t succeeded = admitted(0, 9, NT_ICE_FORMED), nominating = admitted(1, 9, NT_ICE_FORMED), pending = heard(2, 9),
             valid = admitted(3, 9, NT_ICE_FORMED);
    nt_ice_pairs_succeed(pairs, succeeded, 0);
    nt_ice_pairs_set_nominating(pairs, nominating);
    nt_ice_pairs_set_use_candidate_pending(pairs, pending);
    nt_ice_pairs_hold(pairs, valid);
    for (int why = NT_ICE_FORMED; why <= NT_ICE_ANSWERED; why++)
        assert_int_equal(admit(0, 0, (enum nt_ice_why)why).pair, 0);
    nt_ice_pairs_release(pairs, valid);
    assert_int_equal(admit(0, 0, NT_ICE_NOMINATED).pruned, valid);
    assert_true(listed(succeeded) && listed(nominating) && listed(pending));
    end();
}

/* A nominated pair, and one that was answered before there were check lists, push out any pair that is not kept. */
TEST(nominated_and_answered_pairs_have_their_places)
{
    for (int why = NT_ICE_NOMINATED; why <= NT_ICE_ANSWERED; why++) {
        begin(1);
        uint32_t relayed = admitted(0, 10, NT_ICE_FORMED);
        assert_int_equal(admit(0, 9, NT_ICE_HEARD).pair, 0); /* the last relayed pair goes for no direct one */
        assert_int_equal(admit(0, 9, (enum nt_ice_why)why).pruned, relayed);
        end();
    }
}

/* Half of the places, and at most eight, are for relayed pairs if there are some: the best path that is left when no direct one is.
 */
TEST(relayed_pairs_have_their_share)
{
    begin(4);
    uint32_t d[4];
    for (uint32_t i = 0; i < 4; i++)
        d[i] = admitted(0, i, NT_ICE_FORMED);
    assert_int_equal(admit(0, 10, NT_ICE_FORMED).pruned, d[3]);
    assert_int_equal(admit(1, 10, NT_ICE_FORMED).pruned, d[2]);
    assert_int_equal(admit(2, 10, NT_ICE_FORMED).pair, 0); /* the share is full, and it is lower */
    uint32_t low = admitted(1, 10, NT_ICE_FORMED);
    assert_int_equal(admit(10, 9, NT_ICE_HEARD).pruned, low); /* the peer's check came on it: what connects may be a later one */
    assert_true(listed(d[0]) && listed(d[1]));
    assert_int_equal(admit(9, 9, NT_ICE_HEARD).pair, 0); /* a direct one that is lower than the direct ones */
    nt_ice_pairs_fail(pairs, d[1], "no response", 0);
    assert_int_equal(admit(9, 9, NT_ICE_HEARD).pruned, d[1]);
    size_t relayed = 0;
    for (size_t i = 0; i < nt_ice_pairs_count(pairs); i++) {
        const struct nt_ice_pair *pair = nt_ice_pairs_at(pairs, i);
        relayed += pair->listed && (pair->own == 10 || pair->remote >= 10);
    }
    assert_int_equal(relayed, 2);
    assert_int_equal(nt_ice_pairs_early_limit(pairs), 2);
    end();
}

/* Waiting means that it can be sent, or will be sendable. */
TEST(no_pair_waits_for_a_closed_way)
{
    begin(10);
    struct nt_ice_admission a = nt_ice_pairs_admit(pairs, 10, 0, NT_ICE_WAY_CLOSED, NT_ICE_FORMED, 0);
    assert_int_equal(a.pair, 0);
    assert_non_null(a.refusal);
    a = nt_ice_pairs_admit(pairs, 10, 0, NT_ICE_WAY_PENDING, NT_ICE_FORMED, 0);
    nt_ice_pairs_set_initial_states(pairs, 0);
    const struct nt_ice_pair *pair = nt_ice_pairs_get(pairs, a.pair);
    assert_int_equal(pair->state, NT_ICE_WAITING);
    assert_null(nt_ice_pairs_best_waiting(pairs, 1));
    assert_true(nt_ice_pairs_may_check(pairs, 1));
    nt_ice_pairs_set_way(pairs, a.pair, NT_ICE_WAY_OPEN);
    assert_ptr_equal(nt_ice_pairs_best_waiting(pairs, 1), pair);
    nt_ice_pairs_set_way(pairs, a.pair, NT_ICE_WAY_CLOSED);
    nt_ice_pairs_fail(pairs, a.pair, "no response", 0);
    nt_ice_pairs_trigger(pairs, a.pair, 0);
    assert_int_equal(pair->state, NT_ICE_PAIR_FAILED);
    assert_int_equal(pair->queued, 0);
    assert_true(nt_ice_pairs_all_ended(pairs, 1));
    end();
}

TEST(what_is_queued_is_listed)
{
    begin(10);
    uint32_t pair = heard(0, 0);
    assert_ptr_equal(nt_ice_pairs_first_triggered(pairs, 1), nt_ice_pairs_get(pairs, pair));
    nt_ice_pairs_prune(pairs, pair, "test", 0);
    nt_ice_pairs_enqueue(pairs, pair);
    assert_int_equal(nt_ice_pairs_get(pairs, pair)->queued, 0);
    assert_null(nt_ice_pairs_first_triggered(pairs, 1));
    assert_int_equal(admitted(0, 0, NT_ICE_HEARD), pair); /* it is listed again, with its number */
    end();
}

/* Past a thousand pairs the first ones that are off their lists are forgotten, but not those that valid pairs come from. */
TEST(forgotten_pairs)
{
    begin(NT_ICE_PAIRS_KEPT);
    uint32_t kept = admitted(0, 0, NT_ICE_FORMED), forgotten = admitted(0, 1, NT_ICE_FORMED), last = 0;
    nt_ice_pairs_hold(pairs, kept);
    for (uint32_t i = 0; i < 2; i++)
        nt_ice_pairs_prune(pairs, i == 0 ? kept : forgotten, "test", 0);
    struct nt_ice_candidate c = {.type = NT_ICE_PRFLX, .stream = 1, .component = 1, .priority = 7};
    struct nt_addr to = addr("10.0.0.1:5000");
    for (uint32_t i = 0; i < NT_ICE_PAIRS_KEPT - 1; i++) {
        c.addr = nt_addr_v4(0x0b000000, (uint16_t)(1000 + i));
        uint32_t remote = nt_ice_candidates_learn(p.remotes, &c, NT_ICE_PRFLX_MAX, 1000, &to, 0);
        assert_true(remote != NT_ICE_NONE);
        last = admitted(0, remote, NT_ICE_HEARD);
    }
    assert_int_equal(last, NT_ICE_PAIRS_KEPT + 1);
    assert_int_equal(nt_ice_pairs_count(pairs), NT_ICE_PAIRS_KEPT);
    assert_null(nt_ice_pairs_get(pairs, forgotten));
    assert_non_null(strstr(last_told(&p, NT_TR_ICE_DROPPED)->text, "no room to remember more pairs"));
    assert_int_equal(nt_ice_pairs_get(pairs, kept)->remote, 0);
    assert_int_equal(nt_ice_pairs_get(pairs, last)->number, last);
    nt_ice_pairs_release(pairs, forgotten); /* nothing */
    end();
}

/* RFC 7675, 5.1: one whose consent was lost is never checked again, on its list or off it, nor forgotten. */
TEST(what_has_ended)
{
    begin(10);
    uint32_t pair = heard(0, 0);
    nt_ice_pairs_begin_check(pairs, pair, 0);
    nt_ice_pairs_succeed(pairs, pair, 0);
    nt_ice_pairs_end(pairs, pair, "test", 0);
    for (int i = 0; i < 2; i++) {
        nt_ice_pairs_trigger(pairs, pair, 0);
        nt_ice_pairs_set_nominating(pairs, pair);
        nt_ice_pairs_succeed(pairs, pair, 0);
        assert_int_equal(nt_ice_pairs_get(pairs, pair)->state, NT_ICE_PAIR_FAILED);
        assert_int_equal(nt_ice_pairs_get(pairs, pair)->queued, 0);
        struct nt_ice_admission again = admit(0, 0, NT_ICE_NOMINATED);
        assert_int_equal(again.pair, 0);
        assert_non_null(strstr(again.refusal, "consent was lost"));
        nt_ice_pairs_prune(pairs, pair, "test", 0);
    }
    end();
}

/* RFC 8445, 7.2.5.1: priorities are computed anew. A nomination that was answered with success stands. */
TEST(another_role)
{
    begin(10);
    uint32_t pair = heard(0, 0);
    uint64_t before = nt_ice_pairs_get(pairs, pair)->priority;
    nt_ice_pairs_set_nominating(pairs, pair);
    nt_ice_pairs_set_use_candidate_pending(pairs, pair);
    nt_ice_pairs_set_role(pairs, NT_ICE_CONTROLLED);
    assert_true(nt_ice_pairs_get(pairs, pair)->priority != before);
    assert_false(nt_ice_pairs_get(pairs, pair)->nominating);
    assert_true(nt_ice_pairs_get(pairs, pair)->use_candidate_pending);
    end();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_keeps_priorities),
        cmocka_unit_test(what_was_answered_is_checked),
        cmocka_unit_test(the_limit_is_full_of_what_was_answered),
        cmocka_unit_test(what_connects_never_goes),
        cmocka_unit_test(nominated_and_answered_pairs_have_their_places),
        cmocka_unit_test(relayed_pairs_have_their_share),
        cmocka_unit_test(no_pair_waits_for_a_closed_way),
        cmocka_unit_test(what_is_queued_is_listed),
        cmocka_unit_test(forgotten_pairs),
        cmocka_unit_test(what_has_ended),
        cmocka_unit_test(another_role),
    };
    return RUN_TESTS(tests);
}
