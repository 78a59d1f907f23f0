/* The names of files of cases: no two are the same, whatever the ids. */
#include "tests/unit/help.h"

#include "core/base/err.h"
#include "scenarios/files/shared_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct nt_shared_names names_of(const char *const *ids)
{
    struct nt_shared_names names = {0};
    for (; *ids != NULL; ids++)
        assert_int_equal(nt_shared_names_add(&names, *ids), NT_OK);
    assert_int_equal(nt_shared_names_settle(&names), NT_OK);
    return names;
}
#define NAMES_OF(...) names_of((const char *const[]){__VA_ARGS__, NULL})

static void assert_name(const struct nt_shared_names *names, const char *id, const char *expected)
{
    char *name = nt_shared_names_of(names, id);
    assert_string_equal(name, expected);
    free(name);
}

TEST(a_name_is_the_id_with_plain_characters)
{
    struct nt_shared_names names = NAMES_OF("classic/four-types[left=symmetric,right=none]#seed=7", "a.b_c-D");
    assert_int_equal(names.count, 0);
    assert_name(&names, "classic/four-types[left=symmetric,right=none]#seed=7",
                "classic_four-types_left_symmetric_right_none__seed_7");
    assert_name(&names, "a.b_c-D", "a.b_c-D");
    nt_shared_names_free(&names);
}

TEST(ids_that_share_a_name_end_in_their_hashes)
{
    struct nt_shared_names names = NAMES_OF("nat/a", "other", "nat_a", "nat a");
    assert_int_equal(names.count, 3);
    assert_name(&names, "nat/a", "nat_a_d6423dff76faea48");
    assert_name(&names, "nat_a", "nat_a_d6e61dff7786c838");
    assert_name(&names, "other", "other");
    nt_shared_names_free(&names);
}

TEST(upper_and_lower_case_share_a_name)
{
    struct nt_shared_names names = NAMES_OF("nat/A", "nat/a");
    assert_int_equal(names.count, 2);
    nt_shared_names_free(&names);
}

/* The name that an id would get with its hash may be another's without. */
TEST(a_name_that_looks_like_one_with_a_hash_is_shared_too)
{
    struct nt_shared_names names = NAMES_OF("nat/a", "nat_a", "nat_a_d6423dff76faea48");
    assert_int_equal(names.count, 3);
    assert_name(&names, "nat/a", "nat_a_d6423dff76faea48");
    char *name = nt_shared_names_of(&names, "nat_a_d6423dff76faea48");
    assert_int_equal(strlen(name), strlen("nat_a_d6423dff76faea48") + 17);
    free(name);
    nt_shared_names_free(&names);
}

TEST(a_long_id_is_cut_and_has_its_hash_once)
{
    char one[401], two[401];
    memset(one, 'x', 400);
    one[400] = '\0';
    memcpy(two, one, sizeof two);
    two[399] = '/';
    struct nt_shared_names names = NAMES_OF(one, two);
    char *a = nt_shared_names_of(&names, one), *b = nt_shared_names_of(&names, two);
    assert_int_equal(strlen(a), 219);
    assert_int_equal(strlen(b), 219);
    assert_string_not_equal(a, b);
    free(a), free(b);
    nt_shared_names_free(&names);
}

TEST(two_hundred_thousand_ids_take_no_quadratic_time)
{
    struct nt_shared_names names = {0};
    char id[40];
    for (unsigned i = 0; i < 200000; i++) {
        snprintf(id, sizeof id, "case%c%u", i % 2 == 0 ? '/' : '_', i / 2);
        assert_int_equal(nt_shared_names_add(&names, id), NT_OK);
    }
    assert_int_equal(nt_shared_names_settle(&names), NT_OK);
    assert_int_equal(names.count, 200000);
    nt_shared_names_free(&names);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_the_id_with_plain_characters),
        cmocka_unit_test(ids_that_share_a_name_end_in_their_hashes),
        cmocka_unit_test(upper_and_lower_case_share_a_name),
        cmocka_unit_test(a_name_that_looks_like_one_with_a_hash_is_shared_too),
        cmocka_unit_test(a_long_id_is_cut_and_has_its_hash_once),
        cmocka_unit_test(two_hundred_thousand_ids_take_no_quadratic_time),
    };
    return RUN_TESTS(tests);
}
