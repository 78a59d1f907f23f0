/* What a verdict says of findings beyond what is listed, of rules that bind others, and of what could not be judged. */
#include "tests/unit/conformance/forge_server.h"

#include "tests/unit/help.h"

static void judged(struct forge *f, struct nt_conf_verdict *v)
{
    assert_int_equal(forge_judge(f, v), NT_OK);
    nt_capture_free(&f->c);
}

static void signed_keepalive(struct forge *f)
{
    fresh(f);
    start(f, NT_STUN_INDICATION, NT_STUN_BINDING);
    sealed(f, &f->pwd_r);
    send(f, TAP_L, TAP_R, f->l, f->r);
}

/* A rule that is broken a thousand times hides no other rule, and no other agent. */
TEST(each_rule_and_agent_has_a_limit_of_its_own)
{
    struct forge f;
    struct nt_conf_verdict v;
    size_t of_keepalive = 0, times = 0, of_r = 0;
    forge_init(&f, "");
    signal(&f, true, 1);
    signal(&f, false, 1);
    for (int i = 0; i < 1000; i++)
        signed_keepalive(&f);
    text(&f, "\x80 data");
    send(&f, TAP_R, TAP_L, f.r, f.l);
    judged(&f, &v);
    for (size_t i = 0; i < v.violations.count; i++) {
        const struct nt_conf_finding *found = &v.violations.of[i];
        bool keepalive = strcmp(found->rule->id, "RFC8445-11-indication") == 0;
        of_keepalive += keepalive;
        times += keepalive ? found->count : 0;
        of_r += strcmp(found->party, "R") == 0 && strcmp(found->rule->id, "RFC7675-5.1-consent") == 0;
    }
    assert_int_equal(of_keepalive, NT_CONF_LISTED_MAX);
    assert_int_equal(times, 1000);
    assert_int_equal(of_r, 1);
    nt_conf_verdict_free(&v);
}

/* A SHOULD is advice, never a violation. */
TEST(what_is_recommended_is_advice)
{
    struct forge f;
    struct nt_conf_verdict v;
    forge_init(&f, "");
    fresh(&f);
    start(&f, NT_STUN_REQUEST, NT_STUN_BINDING);
    finish(&f);
    for (int i = 0; i < 9; i++) {
        send(&f, TAP_L, TAP_TURN, f.l, f.stun);
        wait(&f, 499);
    }
    judged(&f, &v);
    assert_int_equal(v.violations.count, 0);
    assert_true(v.advice.count > 0);
    assert_string_equal(v.advice.of[0].party, "L");
    assert_string_equal(v.advice.of[0].rule->id, "RFC8489-6.2.1-doubling");
    nt_conf_verdict_free(&v);
}

/* A program that only asks a STUN server, or a friend as if it were one, is no ICE agent: ICE and consent do not bind it. */
TEST(who_does_no_ice_is_not_judged_by_it)
{
    struct forge f;
    struct nt_conf_verdict v;
    forge_init(&f, "");
    fresh(&f);
    start(&f, NT_STUN_REQUEST, NT_STUN_BINDING);
    finish(&f);
    send(&f, TAP_L, TAP_R, f.l, f.r);
    start(&f, NT_STUN_SUCCESS, NT_STUN_BINDING);
    add_mapped(&f, f.l);
    finish(&f);
    send(&f, TAP_R, TAP_L, f.r, f.l);
    text(&f, "\x80 data");
    send(&f, TAP_L, TAP_R, f.l, f.r);
    judged(&f, &v);
    assert_int_equal(v.violations.count, 0);
    assert_int_equal(v.advice.count, 0);
    nt_conf_verdict_free(&v);
}

/* What a step held back is not judged by the times it was seen; and that is said. */
TEST(what_could_not_be_judged_is_said)
{
    for (int held = 0; held < 2; held++) {
        struct forge f;
        struct nt_conf_verdict v;
        forge_init(&f, "");
        f.held = held != 0;
        signal(&f, true, 1);
        signal(&f, false, 1);
        text(&f, "\x80 data");
        send(&f, TAP_L, TAP_R, f.l, f.r);
        judged(&f, &v);
        assert_int_equal(v.violations.count, held ? 0 : 1);
        assert_int_equal(v.not_judged_count, held ? 1 : 0);
        assert_true(!held || strcmp(v.not_judged[0].rule->id, "RFC7675-5.1-consent") == 0);
        assert_true(!held || strcmp(v.not_judged[0].party, "L") == 0);
        assert_true(!held || strstr(v.not_judged[0].why, "held back") != NULL);
        nt_conf_verdict_free(&v);
    }
}

/* Whatever the order of the parties. */
TEST(the_last_party_is_judged_too)
{
    static const struct nt_conf_party parties[] = {{.kind = NT_CONF_AGENT, .name = "L"}, {.kind = NT_CONF_AGENT, .name = "R"}};
    struct forge f;
    struct nt_conf_verdict v;
    forge_init(&f, "RFC8445-5.1.1.1-loopback");
    signal(&f, true, 1);
    signal(&f, false, 1);
    const struct nt_conf_input in = {.capture = &f.c, .parties = parties, .party_count = 2, .end = f.now};
    assert_int_equal(nt_conf_judge(&in, &v), NT_OK);
    assert_int_equal(v.violations.count, 1);
    assert_string_equal(v.violations.of[0].party, "R");
    nt_conf_verdict_free(&v);
    nt_capture_free(&f.c);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_and_agent_has_a_limit_of_its_own), cmocka_unit_test(what_is_recommended_is_advice),
        cmocka_unit_test(who_does_no_ice_is_not_judged_by_it), cmocka_unit_test(what_could_not_be_judged_is_said),
        cmocka_unit_test(the_last_party_is_judged_too)};
    return RUN_TESTS(tests);
}
