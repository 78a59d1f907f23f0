/* Shrinking: with planted predicates, what remains is what they need and no more. */
#include "tests/unit/help.h"

#include "scenarios/language/load.h"
#include "scenarios/sweep/shrink.h"
#include "scenarios/sweep/tree_text.h"
#include "scenarios/sweep/world.h"

#include <stdio.h>
#include <string.h>

struct wanted {
    const char *parts[4]; /* of the text; the scenario must load, too */
    unsigned calls;
};

static bool loads(const struct nt_text *text)
{
    struct nt_diags diags = {0};
    struct nt_scn_file *f = nt_scn_load_text(text->p, text->len, "world", "world.yaml", &diags);
    bool good = f != NULL;
    nt_diags_clear(&diags);
    nt_scn_file_del(f);
    return good;
}

static bool has_all_parts(void *user, const struct nt_tree *world)
{
    struct wanted *w = user;
    struct nt_text text = {0};
    nt_tree_write_yaml(&text, world);
    bool all = text.p != NULL;
    for (size_t i = 0; i < 4 && all && w->parts[i] != NULL; i++)
        all = strstr(text.p, w->parts[i]) != NULL;
    all = all && loads(&text);
    nt_text_free(&text);
    w->calls++;
    return all;
}

/* The first world from `number` on that has the parts, made smaller, as text. */
static struct nt_text shrunk(unsigned number, struct wanted w, unsigned tries_max)
{
    struct nt_text text = {0};
    for (bool found = false; !found; number++) {
        struct nt_arena *a = nt_arena_new();
        assert_non_null(a);
        struct nt_tree *world = nt_sweep_world(a, number);
        found = has_all_parts(&w, world);
        w.calls = 0;
        struct nt_shrink s = {.fails = has_all_parts, .user = &w, .tries_max = tries_max};
        if (found) {
            nt_tree_write_yaml(&text, nt_shrink(&s, a, world));
            assert_int_equal(s.tries, w.calls);
            assert_true(s.tries <= tries_max);
        }
        nt_arena_del(a);
    }
    return text;
}

static unsigned lines_of(const struct nt_text *text)
{
    unsigned lines = 0;
    for (const char *p = text->p; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    return lines;
}

TEST(what_nobody_needs_goes)
{
    struct nt_text text = shrunk(1, (struct wanted){{"nat: linux-masq}", "gw3", "partition"}, 0}, 5000);
    if (lines_of(&text) > 25)
        fail_msg("%s", text.p);
    assert_non_null(strstr(text.p, "nat: linux-masq}"));
    assert_non_null(strstr(text.p, "partition: {"));
    assert_null(strstr(text.p, "stun"));
    assert_null(strstr(text.p, "send"));
    nt_text_free(&text);
}

TEST(values_become_plain)
{
    struct nt_text text = shrunk(1, (struct wanted){{"corrupt: {where: gw"}, 0}, 5000);
    assert_non_null(strstr(text.p, "{at: 0s, corrupt: {where: gw"));
    if (strstr(text.p, "filter: ") != NULL)
        fail_msg("%s", text.p);
    assert_null(strstr(text.p, "delay"));
    nt_text_free(&text);
}

TEST(the_same_world_shrinks_to_the_same_bytes)
{
    for (unsigned n = 1; n < 4; n++) {
        struct nt_text one = shrunk(100 * n, (struct wanted){{"call: {"}, 0}, 5000),
                       again = shrunk(100 * n, (struct wanted){{"call: {"}, 0}, 5000);
        assert_string_equal(one.p, again.p);
        assert_true(lines_of(&one) < 12);
        nt_text_free(&one);
        nt_text_free(&again);
    }
}

TEST(it_ends_when_its_tries_do)
{
    struct nt_text text = shrunk(1, (struct wanted){{"hairpin: external-source"}, 0}, 20);
    assert_non_null(strstr(text.p, "hairpin: external-source"));
    nt_text_free(&text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_needs_goes),
        cmocka_unit_test(values_become_plain),
        cmocka_unit_test(the_same_world_shrinks_to_the_same_bytes),
        cmocka_unit_test(it_ends_when_its_tries_do),
    };
    return RUN_TESTS(tests);
}
