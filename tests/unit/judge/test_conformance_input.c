/* What the rules are told of steps that change servers. */
#include "scenarios/judge/conformance_input.h"
#include "tests/unit/world/small.h"

static void show_frame(struct nt_conformance *j, const struct small *s, size_t number)
{
    const struct nt_capture_frame *f = nt_capture_frame_at(&s->capture, number);
    assert_non_null(f);
    nt_conformance_frame(j, &s->capture, f, (uint32_t)number);
}

/* A time of a reset is known to the rules before the packets that come after it. */
TEST(test_steps_of_servers)
{
    struct small s;
    struct nt_conformance j;
    small_new(&s, SMALL_TOP "  other:    {on: internet, kind: stun}\n"
                            "agents:\n"
                            "  L: {on: home-left, role: controlling, stun: [stun, other]}\n"
                            "  R: {on: internet, role: controlled, stun: [stun]}\n"
                            "steps:\n" SMALL_CALL "  - {at: 1s, server: {at: stun, do: reset}}\n"
                            "  - {after: L.selected, delay: 2s, server: {at: stun, do: reset}}\n"
                            "  - {at: 1s, server: {at: stun, do: slow, by: 1s}}\n"
                            "  - {at: 1s, server: {at: other, do: refuse}}\n");
    assert_int_equal(nt_conformance_begin(&j, s.w, false), NT_OK);
    const struct nt_conf_party *stun = &j.parties[2], *platform = &j.parties[3], *other = &j.parties[4];
    assert_true(stun->held && !stun->refuses);
    assert_int_equal(stun->reset_count, 2);
    assert_true(stun->reset_at[0] == NT_TIME_NEVER && stun->reset_at[1] == NT_TIME_NEVER);
    assert_true(other->refuses && !other->held && other->reset_count == 0);
    assert_true(!platform->refuses && !platform->held && platform->reset_count == 0);
    assert_false(j.parties[0].refuses || j.parties[0].held);
    small_run(&s, NT_SEC);
    show_frame(&j, &s, 1);
    assert_true(stun->reset_at[0] == NT_SEC && stun->reset_at[1] == NT_TIME_NEVER);
    small_run(&s, 5 * NT_SEC);
    show_frame(&j, &s, 2);
    assert_in_range(stun->reset_at[1], 2 * NT_SEC, 4 * NT_SEC);
    nt_conformance_free(&j);
    small_free(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps_of_servers)};
    return RUN_TESTS(tests);
}
