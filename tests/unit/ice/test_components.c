/* The valid lists and the consent of components. */
#include "parts.h"

#include "core/ice/component.h"
#include "core/ice/consent.h"

static struct parts p;

TEST(a_valid_list)
{
    struct nt_ice_components *t = nt_ice_components_new(2, 3);
    assert_non_null(t);
    assert_int_equal(nt_ice_components_count(t), 6);
    size_t place = nt_ice_components_place(t, 2, 3);
    assert_int_equal(place, 5);
    const struct nt_ice_component *k = nt_ice_components_at(t, place);
    assert_true(k->stream == 2 && k->component == 3 && k->selected == NT_ICE_NONE && k->first_valid == NT_TIME_NEVER);
    struct nt_ice_valid v = {.own = 1, .remote = 2, .generator = 7};
    assert_true(nt_ice_components_find_valid(t, place, &v) == NT_ICE_NONE);
    uint32_t first = nt_ice_components_add_valid(t, place, &v);
    assert_int_equal(nt_ice_components_find_valid(t, place, &v), first);
    assert_true(nt_ice_components_find_valid(t, 0, &v) == NT_ICE_NONE);
    assert_true(nt_ice_component_has_valid(k));
    nt_ice_components_drop(t, place, first);
    assert_false(nt_ice_component_has_valid(k));
    nt_ice_components_revive(t, place, first);
    assert_true(nt_ice_component_has_valid(k));
    nt_ice_components_note_valid(t, place, 9);
    nt_ice_components_note_valid(t, place, 10);
    assert_int_equal(k->first_valid, 9);
    assert_null(nt_ice_component_selected(k));
    nt_ice_components_select(t, place, first);
    assert_int_equal(nt_ice_component_selected(k)->generator, 7);
    nt_ice_components_del(t);
}

TEST(the_limit_is_of_all_components)
{
    struct nt_ice_components *t = nt_ice_components_new(1, 2);
    assert_non_null(t);
    for (uint32_t i = 0; i < NT_ICE_VALID_MAX; i++)
        assert_int_equal(nt_ice_components_add_valid(t, i % 2, &(struct nt_ice_valid){.own = i}), i / 2);
    assert_true(nt_ice_components_add_valid(t, 0, &(struct nt_ice_valid){.own = NT_ICE_VALID_MAX}) == NT_ICE_NONE);
    nt_ice_components_del(t);
}

/* RFC 7675, 5.1 */
TEST(consent_is_asked_for_renewed_and_lost)
{
    static const uint8_t other[NT_STUN_ID] = {2};
    struct nt_ice_consent_request request = {.id = {1}, .role = NT_ICE_CONTROLLED, .tie_breaker = 7};
    struct nt_ice_config config = {.keepalive = NT_ICE_TR};
    struct nt_rand rand;
    size_t component = 9;
    nt_rand_init(&rand, 1, "consent");
    struct nt_ice_consents *t = nt_ice_consents_new(&config, &rand, 2);
    assert_non_null(t);
    assert_int_equal(nt_ice_consents_deadline(t), NT_TIME_NEVER);
    nt_ice_consents_begin(t, 1, 0, 0);
    nt_time at = nt_ice_consents_deadline(t);
    assert_true(at >= 4 * NT_SEC && at <= 6 * NT_SEC);
    assert_int_equal(nt_ice_consents_due(t, 1, at - 1), NT_ICE_CONSENT_WAIT);
    assert_int_equal(nt_ice_consents_due(t, 1, at), NT_ICE_CONSENT_ASK);
    nt_ice_consents_asked(t, 1, &request, at);
    assert_null(nt_ice_consents_find(t, other, &component));
    const struct nt_ice_consent_request *asked = nt_ice_consents_find(t, request.id, &component);
    assert_true(asked != NULL && component == 1 && asked->role == NT_ICE_CONTROLLED && asked->tie_breaker == 7);
    assert_false(nt_ice_consents_doubtful(t, 1, at + NT_STUN_RTO - 1));
    assert_true(nt_ice_consents_doubtful(t, 1, at + NT_STUN_RTO));
    nt_ice_consents_renew(t, 1, at + NT_SEC);
    assert_int_equal(nt_ice_consents_due(t, 1, at + NT_SEC + NT_ICE_CONSENT_EXPIRY - 1), NT_ICE_CONSENT_ASK);
    assert_int_equal(nt_ice_consents_due(t, 1, at + NT_SEC + NT_ICE_CONSENT_EXPIRY), NT_ICE_CONSENT_EXPIRED);
    nt_ice_consents_lose(t, 1);
    assert_true(nt_ice_consents_lost(t, 1) && !nt_ice_consents_lost(t, 0));
    assert_int_equal(nt_ice_consents_deadline(t), NT_TIME_NEVER);
    nt_ice_consents_del(t);
}

/* RFC 7675, 5.1: "a check interval of 5 seconds [...] randomized from 0.8 to 1.2 of the basic period". */
TEST(consent_is_asked_for_after_four_to_six_seconds)
{
    enum { MS = 2001 };
    static bool drawn[MS];
    struct nt_ice_config config = {0};
    struct nt_rand rand;
    int count = 0;
    nt_rand_init(&rand, 1, "consent");
    struct nt_ice_consents *t = nt_ice_consents_new(&config, &rand, 1);
    assert_non_null(t);
    for (int i = 0; i < 100 * MS; i++) {
        nt_ice_consents_begin(t, 0, 0, 0);
        nt_time after = nt_ice_consents_deadline(t) / NT_MSEC - 4000;
        assert_true(after >= 0 && after < MS);
        count += !drawn[after];
        drawn[after] = true;
    }
    assert_int_equal(count, MS); /* each of them */
    nt_ice_consents_del(t);
}

/* RFC 8445, 7.2.5.3.1 and B.2: what the tables of candidates say stays right while they grow. */
TEST(ids_stay_as_tables_grow)
{
    parts_init(&p);
    uint32_t ids[100];
    char where[32];
    for (unsigned i = 0; i < 100; i++) {
        snprintf(where, sizeof where, "10.9.%u.1:6000", i);
        ids[i] = add_remote(&p, NT_ICE_HOST, where, i, "f");
    }
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(nt_ice_candidates_at(p.remotes, ids[i])->c.priority, i);
    parts_free(&p);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_valid_list), cmocka_unit_test(the_limit_is_of_all_components),
                                       cmocka_unit_test(consent_is_asked_for_renewed_and_lost),
                                       cmocka_unit_test(consent_is_asked_for_after_four_to_six_seconds),
                                       cmocka_unit_test(ids_stay_as_tables_grow)};
    return RUN_TESTS(tests);
}
