/* Stories of agents whose peer is faulty, or whose messages a step has damaged: what they do then is no breach of their own. */
#include "tests/unit/conformance/forge_call.h"
#include "tests/unit/conformance/stories.h"

#include "tests/unit/help.h"

/* R's check, whose sender is not judged. */
static void strange_check(struct forge *f, int flags, uint64_t tie)
{
    wait(f, 60);
    f->marks = NT_MARK_INJECTED;
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = flags, .tie = tie}, TAP_L);
    f->marks = 0;
}

static void answered_by_l(struct forge *f, int code)
{
    answer(f, true, f->r, code);
    send(f, TAP_L, TAP_R, f->l, f->r);
}

static void l_checks(struct forge *f, int flags, uint64_t tie)
{
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = flags, .tie = tie}, TAP_NONE);
}

/* --- roles --- */

/* RFC 8445, 7.1.3 has one role in a check. L takes it for a conflict, or not: it switches, and checks again at once. */
static void the_peer_claims_both_roles(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 60);
    l_checks(f, CONTROLLING, 0);
    strange_check(f, CONTROLLING | CONTROLLED, FORGE_TIE_R);
    answered_by_l(f, 0);
    l_checks(f, CONTROLLED, 0);
    wait(f, 10);
    l_checks(f, CONTROLLING, FORGE_TIE_L + 1);
}

/* Its two checks so soon are a breach where the peer's check is as it should be. */
static void the_peer_claims_one_role(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 60);
    l_checks(f, CONTROLLING, 0);
    strange_check(f, CONTROLLED, FORGE_TIE_R);
    answered_by_l(f, 0);
    l_checks(f, CONTROLLING, 0);
    wait(f, 10);
    guilty_next(f);
    l_checks(f, CONTROLLING, 0);
}

/* So they are where the check with both roles does not authenticate: L does nothing because of it. */
static void somebody_claims_both_roles(struct forge *f)
{
    struct nt_stun_key right = f->pwd_l;
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 60);
    f->pwd_l = f->bob;
    strange_check(f, CONTROLLING | CONTROLLED, FORGE_TIE_R);
    f->pwd_l = right;
    l_checks(f, CONTROLLING, 0);
    wait(f, 10);
    guilty_next(f);
    l_checks(f, CONTROLLING, 0);
}

/* The answer may have been success, so that L has switched. */
static void answered_with_what_is_damaged(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 60);
    l_checks(f, CONTROLLING, 0);
    strange_check(f, CONTROLLING, FORGE_TIE_L + 1);
    f->marks = NT_MARK_DAMAGED;
    answered_by_l(f, 0);
    f->marks = 0;
}

static void the_answer_to_a_conflict_is_damaged(struct forge *f)
{
    answered_with_what_is_damaged(f);
    wait(f, 60);
    l_checks(f, CONTROLLED, 0);
}

/* The next check that comes is in conflict with the role that it may have now. */
static void a_conflict_after_a_damaged_answer(struct forge *f)
{
    answered_with_what_is_damaged(f);
    strange_check(f, CONTROLLED, FORGE_TIE_L + 2);
    answered_by_l(f, 487);
    wait(f, 60);
    l_checks(f, CONTROLLED, 0);
}

/* A conflict that it has answered is none any more. */
static void a_role_that_no_conflict_demands(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 60);
    l_checks(f, CONTROLLING, 0);
    strange_check(f, CONTROLLING, FORGE_TIE_L - 1);
    answered_by_l(f, 487);
    wait(f, 60);
    guilty_next(f);
    l_checks(f, CONTROLLED, 0);
}

static const char again_l[] =
    "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:LLL2\r\na=ice-pwd:password2ofLpassword2ofL\r\n"
    "a=candidate:1 1 UDP 2130706431 10.0.0.1 5000 typ host\r\n";
static const char again_r[] =
    "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\na=ice-ufrag:RRR2\r\na=ice-pwd:password2ofRpassword2ofR\r\n"
    "a=candidate:1 1 UDP 2130706431 10.0.0.2 6000 typ host\r\n";

/* A check of before the restart is refused when checks of the new session have begun: the conflict is one of the agent. */
static void a_487_of_the_session_before(struct forge *f)
{
    uint8_t id[NT_STUN_ID];
    const struct nt_stun_key before = f->pwd_r;
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 60);
    l_checks(f, CONTROLLING, 0);
    memcpy(id, f->id, sizeof id);
    convey(f, true, NT_SIP_INVITE, 2, ice2, again_l);
    convey(f, false, NT_SIP_OK, 2, ice2, again_r);
    f->ufrag_l = "LLL2";
    f->ufrag_r = "RRR2";
    nt_stun_key_short(&f->pwd_r, "password2ofRpassword2ofR");
    wait(f, 60);
    l_checks(f, CONTROLLING, 0);
    memcpy(f->id, id, sizeof id);
    const struct nt_stun_key now = f->pwd_r;
    f->pwd_r = before;
    answer(f, false, f->l, 487);
    f->pwd_r = now;
    send(f, TAP_NONE, TAP_L, f->r, f->l);
    wait(f, 60);
    l_checks(f, CONTROLLED, 0);
}

/* L has a valid pair when R takes the controlling role over; R nominates none. */
static void the_peer_takes_control(struct forge *f, uint64_t tie, int code)
{
    offer_and_answer(f, audio_l, audio_r);
    f->guilty = (uint32_t)f->c.frame_count + 4;
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING});
    strange_check(f, CONTROLLING, tie);
    answered_by_l(f, code);
    wait(f, 60000);
}

static void a_peer_that_controls_never_nominates(struct forge *f)
{
    the_peer_takes_control(f, FORGE_TIE_L + 1, 0);
}

/* It may have answered with success: a step has damaged what is seen. */
static void a_peer_that_may_control_never_nominates(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING});
    strange_check(f, CONTROLLING, FORGE_TIE_L + 1);
    f->marks = NT_MARK_DAMAGED;
    answered_by_l(f, 487);
    f->marks = 0;
    wait(f, 60000);
}

static void an_agent_that_keeps_control_never_nominates(struct forge *f)
{
    the_peer_takes_control(f, FORGE_TIE_L - 1, 487);
}

/* --- responses that come late: RFC 8489, 6.2.1 --- */

/* L checks R, whose tap is not seen. The response comes after so many ms. */
static void answered_after(struct forge *f, int flags, int code, int ms)
{
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = flags}, TAP_NONE);
    answer(f, false, f->l, code);
    wait(f, ms - 1);
    frame(f, TAP_L, NT_DIR_IN, &f->r, &f->l, f->buf, f->len);
}

/* "the client will consider the transaction timed out if it has not received a response after 39500 ms": there is no valid pair to
 * nominate. */
static void a_success_comes_too_late(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    answered_after(f, CONTROLLING, 0, 39501);
    wait(f, 60000);
}

static void a_success_comes_just_in_time(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    f->guilty = (uint32_t)f->c.frame_count + 2;
    answered_after(f, CONTROLLING, 0, 39500);
    wait(f, 60000);
}

/* With a greater RTO (RFC 8445, 14.3) the transaction lasts longer: L may use the response. */
static void a_patient_agent_uses_a_late_success(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    answered_after(f, CONTROLLING, 0, 45000);
    say(f, true, f->l, f->r);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | NOMINATE});
    say(f, true, f->l, f->r);
}

/* R's check triggers none: the pair may be valid. */
static void a_late_success_needs_no_other_check(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    answered_after(f, CONTROLLING, 0, 45000);
    strange_check(f, CONTROLLED, 0);
    answered_by_l(f, 0);
    wait(f, 30000);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = addr("10.0.0.3:9000"), .flags = CONTROLLING}, TAP_NONE);
    wait(f, 1000);
}

/* L need not know of it: its next offer is one before nomination (RFC 8839, 4.4.1.2.2). */
static void an_offer_after_a_late_nomination(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    answered_after(f, CONTROLLING, 0, 60);
    answered_after(f, CONTROLLING | NOMINATE, 0, 45000);
    wait(f, 100);
    convey(f, true, NT_SIP_INVITE, 2, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 2, ice2, audio_r);
}

/* Or knows of it. */
static void a_patient_agent_tells_the_pair(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    answered_after(f, CONTROLLING, 0, 60);
    answered_after(f, CONTROLLING | NOMINATE, 0, 45000);
    wait(f, 100);
    convey(f, true, NT_SIP_INVITE, 2, ice2,
           "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:LLLL\r\na=ice-pwd:passwordofLpasswordofL\r\n"
           "a=candidate:1 1 UDP 2130706431 10.0.0.1 5000 typ host\r\na=remote-candidates:1 10.0.0.2 6000\r\n");
    convey(f, false, NT_SIP_OK, 2, ice2, audio_r);
}

static void an_offer_after_a_nomination(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    answered_after(f, CONTROLLING, 0, 60);
    answered_after(f, CONTROLLING | NOMINATE, 0, 60);
    wait(f, 100);
    guilty_next(f);
    convey(f, true, NT_SIP_INVITE, 2, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 2, ice2, audio_r);
}

/* A pair whose nomination was answered too late is not selected: data may go on on another valid pair. */
static void a_nomination_succeeds_too_late(struct forge *f)
{
    const struct nt_addr other = addr("10.0.0.3:9000");
    offer_and_answer(f, audio_l, audio_r);
    answered_after(f, CONTROLLING, 0, 60);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = other, .flags = CONTROLLING}, TAP_NONE);
    answer(f, false, f->l, 0);
    send(f, TAP_NONE, TAP_L, other, f->l);
    answered_after(f, CONTROLLING | NOMINATE, 0, 45000);
    say(f, true, f->l, other);
}

/* Nor is it a pair whose consent is asked for: a check on it may be sent again. */
static void a_check_after_a_late_nomination(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    answered_after(f, CONTROLLING, 0, 60);
    answered_after(f, CONTROLLING | NOMINATE, 0, 45000);
    wait(f, 2000);
    uint32_t ids = f->ids;
    l_checks(f, CONTROLLING, 0);
    wait(f, 600);
    f->ids = ids;
    l_checks(f, CONTROLLING, 0);
}

/* After a 487 that comes too late L keeps its role, or not. */
static void keeps_its_role_after_a_late_487(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    f->marks = NT_MARK_INJECTED;
    answered_after(f, CONTROLLING, 487, 45000);
    f->marks = 0;
    wait(f, 60);
    l_checks(f, CONTROLLING, 0);
}

static void switches_after_a_late_487(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    f->marks = NT_MARK_INJECTED;
    answered_after(f, CONTROLLING, 487, 45000);
    f->marks = 0;
    wait(f, 60);
    l_checks(f, CONTROLLED, FORGE_TIE_L + 1);
}

/* --- descriptions --- */

/* Whose check it is cannot be told by its bytes: a NAT sends L its own, and L answers as if it came from R. */
static void both_have_the_same_credentials(struct forge *f)
{
    static const char l[] =
        "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:SAME\r\na=ice-pwd:passwordofLpasswordofL\r\n"
        "a=candidate:1 1 UDP 2130706431 10.0.0.1 5000 typ host\r\n";
    static const char r[] =
        "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\na=ice-ufrag:SAME\r\na=ice-pwd:passwordofLpasswordofL\r\n"
        "a=candidate:1 1 UDP 2130706431 10.0.0.2 6000 typ host\r\n";
    const struct nt_addr nat = addr("192.0.2.9:5000");
    convey(f, true, NT_SIP_INVITE, 1, ice2, l);
    guilty_next(f);
    convey(f, false, NT_SIP_OK, 1, ice2, r);
    f->ufrag_l = f->ufrag_r = "SAME";
    f->pwd_r = f->pwd_l;
    wait(f, 60);
    l_checks(f, CONTROLLING, 0);
    frame(f, TAP_L, NT_DIR_IN, &nat, &f->l, f->buf, f->len);
    answer(f, true, nat, 487);
    send(f, TAP_L, TAP_NONE, f->l, nat);
}

static void gathers_every_20_ms(struct forge *f)
{
    for (int i = 0; i < 2; i++) {
        fresh(f);
        start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
        finish(f);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
        wait(f, 19);
    }
}

/* RFC 8839, 4.2.5: L answers without ICE, and so cannot say the pace at which it has gathered. */
static void the_offer_has_no_password(struct forge *f)
{
    guilty_next(f);
    convey(f, false, NT_SIP_INVITE, 1, "a=ice-options:ice2\r\na=ice-pacing:20\r\n",
           "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\na=ice-ufrag:RRRR\r\n"
           "a=candidate:1 1 UDP 2130706431 10.0.0.2 6000 typ host\r\n");
    gathers_every_20_ms(f);
    convey(f, true, NT_SIP_OK, 1, "", "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\n");
}

/* 4.2.5: the answer's default destination is no candidate: ICE ends, and L releases what it has at its own pace. */
static void the_answer_has_another_default(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, "a=ice-options:ice2\r\na=ice-pacing:20\r\n", audio_l);
    guilty_next(f);
    convey(f, false, NT_SIP_OK, 1, ice2,
           "m=audio 4999 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\na=ice-ufrag:RRRR\r\na=ice-pwd:passwordofRpasswordofR\r\n"
           "a=candidate:1 1 UDP 2130706431 10.0.0.2 6000 typ host\r\n");
    wait(f, 100);
    gathers_every_20_ms(f);
}

/* --- what is judged --- */

TEST(nobody_is_blamed)
{
    static const struct story stories[] = {STORY(the_peer_claims_both_roles),
                                           STORY_OF(the_answer_to_a_conflict_is_damaged, "RFC8445-16.1-tie-breaker"),
                                           STORY(a_conflict_after_a_damaged_answer),
                                           STORY(a_487_of_the_session_before),
                                           STORY(a_peer_that_controls_never_nominates),
                                           STORY(a_peer_that_may_control_never_nominates),
                                           STORY(a_success_comes_too_late),
                                           STORY(a_patient_agent_uses_a_late_success),
                                           STORY(a_nomination_succeeds_too_late),
                                           STORY(a_late_success_needs_no_other_check),
                                           STORY(a_check_after_a_late_nomination),
                                           STORY(an_offer_after_a_late_nomination),
                                           STORY(a_patient_agent_tells_the_pair),
                                           STORY(keeps_its_role_after_a_late_487),
                                           STORY(switches_after_a_late_487)};
    judge_good_stories(stories, sizeof stories / sizeof stories[0]);
}

TEST(who_is_faulty_is_blamed_alone)
{
    static const struct breach breaches[] = {
        BREACH(an_offer_after_a_nomination, "RFC8839-4.4.1.2.2-remote", "L", 1),
        BREACH(a_success_comes_just_in_time, "RFC8445-8.1.1-eventually", "L", 1),
        BREACH(the_peer_claims_one_role, "RFC8445-14.2-pacing", "L", 1),
        BREACH(somebody_claims_both_roles, "RFC8445-14.2-pacing", "L", 1),
        BREACH(a_role_that_no_conflict_demands, "RFC8445-6.1.1-role", "L", 1),
        BREACH(an_agent_that_keeps_control_never_nominates, "RFC8445-8.1.1-eventually", "L", 1),
        BREACH(both_have_the_same_credentials, "RFC8445-5.3-random", "R", 1),
        BREACH(the_answer_has_another_default, "RFC8839-4.2.5-default", "R", 1),
        BREACH(the_offer_has_no_password, "RFC8839-5-grammar", "R", 1)};
    judge_breaches(breaches, sizeof breaches / sizeof breaches[0]);
}

static bool says(const struct nt_conf_verdict *v, const char *rule, const char *why)
{
    for (size_t i = 0; i < v->not_judged_count; i++)
        if (strcmp(v->not_judged[i].rule->id, rule) == 0 && strcmp(v->not_judged[i].party, "L") == 0 &&
            strstr(v->not_judged[i].why, why) != NULL)
            return true;
    return false;
}

TEST(what_is_not_judged_because_of_the_peer_is_said)
{
    struct nt_conf_verdict v;
    judge_story(the_peer_claims_both_roles, &v);
    assert_true(says(&v, "RFC8445-14.2-pacing", "both roles"));
    assert_true(says(&v, "RFC8445-6.1.1-role", "both roles"));
    nt_conf_verdict_free(&v);
    judge_story(the_offer_has_no_password, &v);
    assert_true(says(&v, "RFC8445-14.2-pacing", "no pace"));
    nt_conf_verdict_free(&v);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_is_blamed), cmocka_unit_test(who_is_faulty_is_blamed_alone),
                                       cmocka_unit_test(what_is_not_judged_because_of_the_peer_is_said)};
    return RUN_TESTS(tests);
}
