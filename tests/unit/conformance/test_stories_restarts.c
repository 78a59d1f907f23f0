/* RFC 8445, 9; RFC 8839, 4.4; RFC 8838, 9 and 15; RFC 7675, 5.1: stories of two sessions of one agent side by side, the one that a
 * restart begins and the one that goes on until then. */
#include "tests/unit/conformance/restart_stories.h"

static const char trickling[] = "a=ice-options:ice2 trickle\r\n";

#define MID "a=mid:1\r\n"
#define PART(credentials) credentials "m=audio 9 RTP/AVP 0\r\n" MID
#define SECOND_R "a=candidate:2 1 UDP 2130706175 10.9.0.2 6000 typ host\r\n"
#define SECOND_L "a=candidate:2 1 UDP 2130706175 10.9.0.1 5000 typ host\r\n"
#define PRIORITY_2 (UINT32_C(110) << 24 | (2130706175 & 0xffffff))

static void check_between(struct forge *f, bool left, struct nt_addr l, struct nt_addr r, int flags)
{
    ask_and_answer(f, &(struct ask){.left = left, .from = left ? l : r, .to = left ? r : l, .flags = flags});
}

/* --- what is trickled --- */

static void trickling_call(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, trickling, AUDIO_L MID CREDENTIALS_L HOST_L);
    convey(f, false, NT_SIP_OK, 1, trickling, AUDIO_R MID CREDENTIALS_R HOST_R);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 2000);
}

/* RFC 8840, 4.3: candidates of the new session come before the answer that has its credentials. */
static void the_new_session_trickles_before_its_answer(struct forge *f)
{
    trickling_call(f);
    convey(f, true, NT_SIP_INVITE, 2, trickling, AUDIO_L MID AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_INFO, 3, PART(AGAIN_R("2")), HOST_R SECOND_R);
    convey(f, false, NT_SIP_INFO, 4, PART(AGAIN_R("2")), HOST_R SECOND_R "a=end-of-candidates\r\n");
    convey(f, false, NT_SIP_OK, 2, trickling, AUDIO_R MID AGAIN_R("2") HOST_R SECOND_R);
    second_ones(f);
    pair_up(f, f->l, f->r, NOMINATE);
}

/* RFC 8838, 13: the end is that of one session. */
static void each_session_has_its_end_of_candidates(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, trickling, AUDIO_L MID CREDENTIALS_L HOST_L);
    convey(f, false, NT_SIP_OK, 1, trickling, AUDIO_R MID CREDENTIALS_R HOST_R);
    convey(f, true, NT_SIP_INFO, 2, PART(CREDENTIALS_L), HOST_L "a=end-of-candidates\r\n");
    check_right(f);
    convey(f, true, NT_SIP_INVITE, 3, trickling, AUDIO_L MID AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_OK, 3, trickling, AUDIO_R MID AGAIN_R("2") HOST_R);
    second_ones(f);
    convey(f, true, NT_SIP_INFO, 4, PART(AGAIN_L("2")), HOST_L SECOND_L "a=end-of-candidates\r\n");
    pair_up(f, f->l, f->r, NOMINATE);
}

/* L's new candidate of the session before, which has nominated nothing, crosses R's restart. */
static void a_late_candidate_of_the_session_before(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, trickling, AUDIO_L MID CREDENTIALS_L HOST_L);
    convey(f, false, NT_SIP_OK, 1, trickling, AUDIO_R MID CREDENTIALS_R HOST_R);
    convey(f, false, NT_SIP_INVITE, 2, trickling, AUDIO_R MID AGAIN_R("2") HOST_R);
    convey(f, true, NT_SIP_INFO, 3, PART(CREDENTIALS_L), HOST_L SECOND_L);
    convey(f, true, NT_SIP_OK, 2, trickling, AUDIO_L MID AGAIN_L("2") HOST_L);
    second_ones(f);
    convey(f, true, NT_SIP_INFO, 4, PART(AGAIN_L("2")), HOST_L SECOND_L);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING});
    check_right(f);
}

/* --- checks of two sessions --- */

/* R's checks are quicker than its answer; L answers with the password of the session that they name. */
static void checks_come_before_the_answer(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    second_ones(f);
    check_right(f);
    first_ones(f);
    wait(f, 2500);
    check_left(f, 0); /* consent */
    say(f, true, f->l, f->r);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
    check_left(f, 0);
    first_ones(f);
    check_right(f); /* consent of R, which has nominated nothing yet */
    say(f, false, f->r, f->l);
    second_ones(f);
    check_left(f, NOMINATE);
    say(f, true, f->l, f->r);
    goes_on(f, 10);
}

/* L's socket of the session before is closed; R's check of it is on its way. */
static void a_check_of_the_session_before_is_not_answered(struct forge *f)
{
    struct nt_addr l2 = addr("10.0.0.1:5002");
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 60);
    convey(f, true, NT_SIP_INVITE, 2, ice2,
           "m=audio 5002 RTP/AVP 0\r\n" AT_L AGAIN_L("2") "a=candidate:1 1 UDP 2130706431 10.0.0.1 5002 typ host\r\n");
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_L);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
    pair_up(f, l2, f->r, NOMINATE);
    wait(f, 5000);
    check_between(f, true, l2, f->r, CONTROLLING);
}

/* The pair that R selected is of the session before: consent on it needs no answer any more. */
static void the_old_pair_is_forgotten(struct forge *f)
{
    struct nt_addr l2 = addr("10.0.0.1:5002");
    agree(f);
    wait(f, 4500);
    convey(f, true, NT_SIP_INVITE, 2, ice2,
           "m=audio 5002 RTP/AVP 0\r\n" AT_L AGAIN_L("2") "a=candidate:1 1 UDP 2130706431 10.0.0.1 5002 typ host\r\n");
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
    pair_up(f, l2, f->r, NOMINATE);
    first_ones(f);
    wait(f, 20);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_L);
    second_ones(f);
    wait(f, 5000);
    check_between(f, true, l2, f->r, CONTROLLING);
}

/* RFC 8445, 7.3.1.1: a conflict in the new session switches the role in the one before it, too. */
static void a_conflict_switches_both_sessions(struct forge *f)
{
    struct nt_addr r2 = addr("10.0.0.2:6002");
    agree(f);
    wait(f, 4500);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_OK, 2, ice2,
           "m=audio 6002 RTP/AVP 0\r\n" AT_R AGAIN_R("2") "a=candidate:1 1 UDP 2130706431 10.0.0.2 6002 typ host\r\n");
    second_ones(f);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = r2, .flags = CONTROLLING}, TAP_NONE);
    f->marks = NT_MARK_INJECTED;
    ask(f, &(struct ask){.left = false, .from = r2, .to = f->l, .flags = CONTROLLING, .tie = FORGE_TIE_L + 1}, TAP_L);
    f->marks = 0;
    answer(f, true, r2, 0);
    send(f, TAP_L, TAP_R, f->l, r2);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = r2, .flags = CONTROLLED}, TAP_NONE);
    first_ones(f);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLED}, TAP_NONE);
}

/* L keeps a pair alive that it has not selected, while the new session is checked. */
static void other_pairs_are_kept_during_the_restart(struct forge *f)
{
    struct nt_addr r9 = addr("10.9.0.2:6000");
    offer_and_answer(f, audio_l, AUDIO_R CREDENTIALS_R HOST_R SECOND_R);
    pair_up(f, f->l, f->r, 0);
    check_between(f, true, f->l, r9, CONTROLLING);
    check_left(f, NOMINATE);
    wait(f, 4500);
    restarted(f, 2);
    check_left(f, 0);
    check_right(f);
    first_ones(f);
    wait(f, 20);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = r9, .flags = CONTROLLING}, TAP_NONE);
    second_ones(f);
    wait(f, 20);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | NOMINATE}, TAP_R);
    answer(f, false, f->l, 0);
    send(f, TAP_R, TAP_L, f->r, f->l);
}

/* RFC 8839, 4.4.1.1.1: a restart may change ice-pacing; the first check of the new session need not wait as long as the last one of
 * the session before would have made it. */
static void the_restart_is_quicker(struct forge *f)
{
    static const char slow[] = "a=ice-options:ice2\r\na=ice-pacing:400\r\n";
    convey(f, true, NT_SIP_INVITE, 1, slow, audio_l);
    convey(f, false, NT_SIP_OK, 1, slow, audio_r);
    wait(f, 400);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_NONE);
    restarted(f, 2);
    pair_up(f, f->l, f->r, NOMINATE);
}

/* A new session that has nothing of the host's first address yet: what is checked from there has no candidate to go by. */
static void a_base_is_not_announced_again(struct forge *f)
{
    struct nt_addr l2 = addr("10.9.0.1:5000");
    agree(f);
    wait(f, 2000);
    convey(
        f, true, NT_SIP_INVITE, 2, ice2,
        "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.9.0.1\r\n" AGAIN_L("2") "a=candidate:2 1 UDP 2130706431 10.9.0.1 5000 typ host\r\n");
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING, .priority = PRIORITY_2});
    check_between(f, false, f->l, f->r, CONTROLLED);
    check_between(f, true, l2, f->r, CONTROLLING);
    check_between(f, false, l2, f->r, CONTROLLED);
    check_between(f, true, l2, f->r, CONTROLLING | NOMINATE);
}

/* RFC 8863 speaks of a session: the allocation of one that a restart ends may go. */
static void the_relay_goes_with_its_session(struct forge *f)
{
    gather_relay(f);
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 5000);
    release_relay(f);
    wait(f, 500);
    restarted(f, 2);
    pair_up(f, f->l, f->r, NOMINATE);
}

/* RFC 8839, 4.4.3.1: an answer without ICE; the next offer restarts, and is answered with new credentials. */
static void ice_comes_back_after_an_answer_without(struct forge *f)
{
    agree(f);
    wait(f, 1000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.0.0.2 6000\r\n");
    convey(f, false, NT_SIP_OK, 2, "", AUDIO_R);
    wait(f, 1000);
    restarted(f, 3);
    pair_up(f, f->l, f->r, NOMINATE);
    say(f, true, f->l, f->r);
}

/* --- breaches --- */

/* RFC 8839, 4.4: "ICE processing continues as if the subsequent offer had never been made", and with it the roles. */
static void the_roles_change_after_a_refused_offer(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 3, ice2, AUDIO_L AGAIN_L("3") HOST_L);
    convey(f, false, NT_SIP_OK, 3, ice2, AUDIO_R AGAIN_R("3") HOST_R);
    are_now(f, "LLL3", "password3ofLpassword3ofL", "RRR3", "password3ofRpassword3ofR");
    wait(f, 60);
    guilty_next(f);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLED}, TAP_NONE);
}

/* The new session has conveyed its end, and so may not have another candidate. */
static void a_candidate_after_the_end_of_the_new_session(struct forge *f)
{
    each_session_has_its_end_of_candidates(f);
    guilty_next(f);
    convey(f, true, NT_SIP_INFO, 5, PART(AGAIN_L("2")),
           HOST_L SECOND_L "a=candidate:3 1 UDP 2130705919 10.9.9.1 5000 typ host\r\na=end-of-candidates\r\n");
}

/* The allocation of the new session, with nothing that could have replaced it. */
static void the_new_session_loses_patience(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 2000);
    gather_relay(f);
    restarted(f, 2);
    wait(f, 5000);
    guilty_next(f);
    release_relay(f);
    wait(f, 12000);
}

/* --- the tables --- */

static const struct story stories[] = {STORY(the_new_session_trickles_before_its_answer),
                                       STORY(each_session_has_its_end_of_candidates),
                                       STORY(a_late_candidate_of_the_session_before),
                                       STORY(checks_come_before_the_answer),
                                       STORY(a_check_of_the_session_before_is_not_answered),
                                       STORY(the_old_pair_is_forgotten),
                                       STORY(a_conflict_switches_both_sessions),
                                       STORY(other_pairs_are_kept_during_the_restart),
                                       STORY(the_restart_is_quicker),
                                       STORY(a_base_is_not_announced_again),
                                       STORY(the_relay_goes_with_its_session),
                                       STORY(ice_comes_back_after_an_answer_without)};

static const struct breach breaches[] = {BREACH(the_roles_change_after_a_refused_offer, "RFC8445-6.1.1-role", "L", 1),
                                         BREACH(a_candidate_after_the_end_of_the_new_session, "RFC8838-13-end", "L", 1),
                                         BREACH(the_new_session_loses_patience, "RFC8863-4-patience", "L", 1)};

TEST_STORIES_AND_BREACHES

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {STORIES_AND_BREACHES};
    return RUN_TESTS(tests);
}
