/* Requests are admitted before they are answered: at the limit of pairs, before the peer's description, and in another role. */
#include "peer.h"

#include <stdio.h>

#include "core/ice/candidates.h"

static struct lab l;

static void begin(enum nt_ice_role role, uint16_t max_pairs)
{
    struct nt_ice_config c = lab_config(role);
    c.max_pairs = max_pairs;
    lab_start(&l, &c);
}

static int answer_of(const char *from, struct ask ask)
{
    l.next = l.count;
    request(&l, from, ask);
    struct out *o = l.count > l.next ? &l.outs[l.next] : NULL;
    assert_non_null(o);
    return o->m.class_ == NT_STUN_SUCCESS ? 0 : code_of(o);
}

/* RFC 8445, 7.3.1.5: "the controlled agent MUST reject the nomination request with an appropriate error code response (e.g., 400)".
 */
TEST(success_is_answered_to_what_has_a_pair)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("10.0.0.3:6000", NT_ICE_HOST, "2")};
    begin(NT_ICE_CONTROLLED, 2);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    assert_int_equal(answer_of("10.0.0.2:6000", (struct ask){.id = 1}), 0);
    assert_int_equal(answer_of("10.0.0.3:6000", (struct ask){.id = 2}), 0);
    assert_int_equal(answer_of("10.0.0.9:7000", (struct ask){.id = 3}), 400); /* both places are promised */
    assert_int_equal(pair_to(&l, "10.0.0.9:7000").number, 0);
    assert_int_equal(answer_of("10.0.0.9:7000", (struct ask){.id = 4, .use_candidate = true}), 400); /* a nomination takes none */
    assert_int_equal(answer_of("10.0.0.2:6000", (struct ask){.id = 5, .use_candidate = true}), 0);
    go(&l, l.now + 200 * NT_MSEC);
    assert_non_null(next_out(&l, NT_STUN_REQUEST, "10.0.0.3:6000"));
    l.next = 0;
    respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000"), (struct reply){0});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    lab_end(&l);
}

TEST(a_nomination_takes_the_place_of_what_was_formed)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("10.0.0.3:6000", NT_ICE_HOST, "2")};
    begin(NT_ICE_CONTROLLED, 2);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    assert_int_equal(answer_of("10.0.0.9:7000", (struct ask){.id = 4, .use_candidate = true}), 0);
    assert_int_equal(answer_of("10.0.0.8:7000", (struct ask){.id = 5, .use_candidate = true}), 0);
    assert_int_equal(answer_of("10.0.0.7:7000", (struct ask){.id = 6, .use_candidate = true}), 400); /* both are nominated */
    go(&l, l.now + 200 * NT_MSEC);
    respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.9:7000"), (struct reply){0});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    lab_end(&l);
}

/* RFC 8489, 9.1.3: where MESSAGE-INTEGRITY-SHA256 is present it counts, and the answer has it, and it alone. */
TEST(the_answer_is_signed_as_the_request)
{
    static const struct {
        bool sha1, sha256, wrong_sha1;
    } cases[] = {{true, false, false}, {false, true, false}, {true, true, false}, {true, true, true}};
    struct nt_ice_candidate c[1] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1")};
    struct nt_stun_key wrong;
    nt_stun_key_short(&wrong, "wrong");
    begin(NT_ICE_CONTROLLED, 4);
    assert_int_equal(remote(&l, c, 1), NT_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ask ask = {.id = (uint8_t)(1 + i),
                          .no_integrity = !cases[i].sha1,
                          .sha256 = cases[i].sha256,
                          .key = cases[i].wrong_sha1 ? &wrong : NULL};
        assert_int_equal(answer_of("10.0.0.2:6000", ask), 0);
        const struct nt_stun_msg *m = &l.outs[l.next].m;
        assert_true((m->integrity != NULL) == !cases[i].sha256);
        assert_int_equal(cases[i].sha256 ? nt_stun_verify_sha256(m, &l.ours) : nt_stun_verify(m, &l.ours), NT_OK);
    }
    lab_end(&l);
}

/* RFC 8445, 7.3: an early check is answered at once, and reserves its pair; a full table refuses it. */
TEST(early_checks_have_their_pairs)
{
    struct nt_ice_candidate c[4] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("10.0.0.3:6000", NT_ICE_HOST, "2"),
                                    candidate("10.0.0.4:6000", NT_ICE_HOST, "3"), candidate("10.0.0.5:6000", NT_ICE_HOST, "4")};
    char from[32];
    begin(NT_ICE_CONTROLLED, 4);
    assert_int_equal(answer_of("10.0.9.1:7000", (struct ask){.id = 1, .priority = 1}), 0);
    assert_int_equal(answer_of("10.0.9.2:7000", (struct ask){.id = 2, .priority = 1, .use_candidate = true}), 0);
    assert_int_equal(answer_of("10.0.9.3:7000", (struct ask){.id = 3}), 400); /* half of the places may go to relayed pairs */
    assert_int_equal(answer_of("10.0.9.2:7000", (struct ask){.id = 4, .priority = 1}), 0);
    assert_int_equal(remote(&l, c, 4), NT_OK);
    for (int i = 1; i <= 2; i++) {
        snprintf(from, sizeof from, "10.0.9.%d:7000", i);
        assert_true(pair_to(&l, from).sendable); /* though their priorities are lower than those of all formed pairs */
    }
    lab_end(&l);
}

TEST(sixty_four_early_sources)
{
    char from[32];
    begin(NT_ICE_CONTROLLED, 0);
    for (int i = 0; i < 66; i++) {
        snprintf(from, sizeof from, "10.0.9.%d:7000", i + 1);
        assert_int_equal(answer_of(from, (struct ask){.id = 1}), i < 64 ? 0 : 400);
    }
    lab_end(&l);
}

/* A nomination that was answered with success stands when a check of the peer's former role, which is late, switches ours. */
TEST(a_nomination_outlives_a_switch)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    begin(NT_ICE_CONTROLLED, 0);
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    go(&l, 0);
    assert_int_equal(answer_of("10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true}), 0);
    assert_int_equal(answer_of("10.0.0.2:6000", (struct ask){.id = 2, .role = NT_ICE_CONTROLLED, .tie = 1}), 0);
    assert_int_equal(nt_ice_role(l.a), NT_ICE_CONTROLLING);
    l.next = 0;
    respond(&l, next_out(&l, NT_STUN_REQUEST, NULL), (struct reply){0});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    /* and the controlling agent, which it is now, nominates it, in case the peer does not know */
    l.next = l.count;
    go(&l, l.now + 100 * NT_MSEC);
    struct out *o = next_out(&l, NT_STUN_REQUEST, NULL);
    assert_non_null(o);
    assert_true(carries(o, NT_ATTR_USE_CANDIDATE));
    lab_end(&l);
}

/* RFC 8445, 7.3.1.3 and 12.2: after completion, too, the source of a request that nobody knew becomes a candidate of the peer, and
 * data from there are taken; it makes no pair. There is room for as many as before. */
TEST(sources_are_learnt_after_completion)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    struct nt_addr moved = addr("10.0.0.9:7000"), late = addr("10.0.8.100:7000");
    char from[32];
    begin(NT_ICE_CONTROLLED, 0);
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    go(&l, 0);
    respond(&l, next_out(&l, NT_STUN_REQUEST, NULL), (struct reply){0});
    assert_int_equal(answer_of("10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true}), 0);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    give(&l, &moved, (const uint8_t *)"\x80", 1);
    assert_int_equal(l.data, 0);
    assert_int_equal(answer_of("10.0.0.9:7000", (struct ask){.id = 2}), 0);
    give(&l, &moved, (const uint8_t *)"\x80", 1);
    assert_int_equal(l.data, 1);
    assert_int_equal(pair_to(&l, "10.0.0.9:7000").number, 0);
    for (int i = 1; i <= NT_ICE_PRFLX_DIRECT_MAX; i++) {
        snprintf(from, sizeof from, "10.0.8.%d:7000", i);
        assert_int_equal(answer_of(from, (struct ask){.id = (uint8_t)(2 + i)}), 0);
    }
    give(&l, &late, (const uint8_t *)"\x80", 1);
    assert_int_equal(l.data, 1);
    lab_end(&l);
}

/* RFC 8445, 7.2.5.1, also for consent: roles that a late check has set alike are settled before consent is lost. */
TEST(consent_requests_settle_roles)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    begin(NT_ICE_CONTROLLED, 0);
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    go(&l, 0);
    respond(&l, next_out(&l, NT_STUN_REQUEST, NULL), (struct reply){0});
    assert_int_equal(answer_of("10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true}), 0);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    l.next = l.count;
    go(&l, 7 * NT_SEC);
    respond(&l, next_out(&l, NT_STUN_REQUEST, NULL), (struct reply){.code = 487});
    assert_int_equal(nt_ice_role(l.a), NT_ICE_CONTROLLING);
    l.next = l.count;
    go(&l, 20 * NT_SEC);
    struct out *o;
    uint64_t tie = 0;
    while ((o = next_out(&l, NT_STUN_REQUEST, NULL)) != NULL) {
        assert_int_equal(nt_stun_get_u64(&o->m, NT_ATTR_ICE_CONTROLLING, &tie), NT_OK);
        assert_true(tie != UINT64_C(1) << 63);
    }
    assert_true(tie != 0);
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(success_is_answered_to_what_has_a_pair),
                                       cmocka_unit_test(a_nomination_takes_the_place_of_what_was_formed),
                                       cmocka_unit_test(the_answer_is_signed_as_the_request),
                                       cmocka_unit_test(early_checks_have_their_pairs),
                                       cmocka_unit_test(sixty_four_early_sources),
                                       cmocka_unit_test(a_nomination_outlives_a_switch),
                                       cmocka_unit_test(sources_are_learnt_after_completion),
                                       cmocka_unit_test(consent_requests_settle_roles)};
    return RUN_TESTS(tests);
}
