/* RFC 8445, 9; RFC 8839, 4.4; RFC 8838, 9 and 15; RFC 7675, 5.1: stories of two sessions of one agent side by side, the one that a
 * restart begins and the one that goes on until then. */
#include "tests/unit/conformance/restart_stories.h"

static const char trickling[] = "a=ice-options:ice2 trickle\r\n";

#define MID "a=mid:1\r\n"
#define PART(credentials) credentials "m=audio 9 RTP/AVP 0\r\n" MID
#define SECOND_R "a=candidate:2 1 UDP 2130706175 10.9.0.2 6000 typ host\r\n"
#define SECOND_L "a=candidate:2 1 UDP 2130706175 10.9.0.1 5000 typ host\r\n"
#define RELAY_L "a=candidate:3 1 UDP 16777215 192.0.2.2 50000 typ relay raddr 10.0.0.1 rport 5000\r\n"
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

/* L keeps a pair alive that it has not selected, until the offer is answered: that has a pace of its own. */
static void other_pairs_are_kept_until_the_answer(struct forge *f)
{
    struct nt_addr r9 = addr("10.9.0.2:6000");
    offer_and_answer(f, audio_l, AUDIO_R CREDENTIALS_R HOST_R SECOND_R);
    pair_up(f, f->l, f->r, 0);
    check_between(f, true, f->l, r9, CONTROLLING);
    check_left(f, NOMINATE);
    wait(f, 4500);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = r9, .flags = CONTROLLING}, TAP_NONE);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
    wait(f, 20);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_R);
    answer(f, false, f->l, 0);
    send(f, TAP_R, TAP_L, f->r, f->l);
    check_right(f);
    check_left(f, NOMINATE);
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
    offer_and_answer(f, AUDIO_L CREDENTIALS_L HOST_L RELAY_L, audio_r);
    wait(f, 5000);
    release_relay(f);
    wait(f, 500);
    restarted(f, 2);
    pair_up(f, f->l, f->r, NOMINATE);
}

/* The session before may keep its allocation until the new one has begun, which has none. */
static void the_relay_goes_after_its_session(struct forge *f)
{
    gather_relay(f);
    offer_and_answer(f, AUDIO_L CREDENTIALS_L HOST_L RELAY_L, audio_r);
    wait(f, 5000);
    restarted(f, 2);
    wait(f, 500);
    release_relay(f);
    pair_up(f, f->l, f->r, NOMINATE);
}

/* RFC 3264, 8.2: R ends the stream by the port zero, and with it ends all that ICE has for it. */
static void the_relay_goes_with_its_stream(struct forge *f)
{
    gather_relay(f);
    offer_and_answer(f, AUDIO_L CREDENTIALS_L HOST_L RELAY_L, audio_r);
    wait(f, 5000);
    convey(f, false, NT_SIP_INVITE, 2, ice2, "m=audio 0 RTP/AVP 0\r\n" AT_R);
    convey(f, true, NT_SIP_OK, 2, ice2, "m=audio 0 RTP/AVP 0\r\n" AT_L);
    release_relay(f);
}

/* The allocation comes too late to be told, and is released. */
static void a_relay_that_nobody_was_told_goes(struct forge *f)
{
    gather_relay(f);
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 300);
    release_relay(f);
    pair_up(f, f->l, f->r, NOMINATE);
}

/* L's nomination in the second session succeeds when the third has been agreed on: the second is left behind without a pair, and
 * the first one's goes on. */
static void a_restart_overtakes_a_nomination(struct forge *f)
{
    agree(f);
    wait(f, 4500);
    restarted(f, 2);
    check_left(f, 0);
    check_right(f);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | NOMINATE}, TAP_R);
    answer(f, false, f->l, 0);
    uint8_t bytes[256];
    size_t len = f->len;
    memcpy(bytes, f->buf, len);
    convey(f, true, NT_SIP_INVITE, 3, ice2, AUDIO_L AGAIN_L("3") HOST_L);
    convey(f, false, NT_SIP_OK, 3, ice2, AUDIO_R AGAIN_R("3") HOST_R);
    cross(f, TAP_R, TAP_L, f->r, f->l, bytes, len);
    first_ones(f);
    wait(f, 4000);
    check_left(f, 0);
    say(f, true, f->l, f->r);
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

static void pair_of_second(struct forge *f, struct nt_addr l, struct nt_addr r)
{
    ask_and_answer(f, &(struct ask){.left = true, .from = l, .to = r, .flags = CONTROLLING, .priority = FORGE_PRFLX - 1});
    ask_and_answer(f, &(struct ask){.left = false, .from = r, .to = l, .flags = CONTROLLED, .priority = FORGE_PRFLX - 1});
    ask_and_answer(f,
                   &(struct ask){.left = true, .from = l, .to = r, .flags = CONTROLLING | NOMINATE, .priority = FORGE_PRFLX - 1});
}

/* L goes on sending on the pair of the session before, and asks for consent; the new session takes its time. */
static void data_go_on_during_a_long_restart(struct forge *f)
{
    agree(f);
    wait(f, 4500);
    check_left(f, 0);
    restarted(f, 2);
    for (int i = 0; i < 5; i++) {
        first_ones(f);
        wait(f, 4500 + 100 * (i % 3));
        check_left(f, 0);
        say(f, true, f->l, f->r);
    }
    second_ones(f);
    pair_up(f, f->l, f->r, NOMINATE);
    say(f, true, f->l, f->r);
    goes_on(f, 10);
}

/* RFC 8445, 12.1: until the check list is Completed the previous pair is the selected one, of each component. */
static void one_component_is_nominated_before_the_other(struct forge *f)
{
    struct nt_addr l2 = addr("10.0.0.1:5001"), r2 = addr("10.0.0.2:6001"), r3 = addr("10.0.0.2:6002"), r4 = addr("10.0.0.2:6003");
    offer_and_answer(f, AUDIO_L CREDENTIALS_L HOST_L "a=candidate:1 2 UDP 2130706430 10.0.0.1 5001 typ host\r\n",
                     AUDIO_R CREDENTIALS_R HOST_R "a=candidate:1 2 UDP 2130706430 10.0.0.2 6001 typ host\r\n");
    pair_up(f, f->l, f->r, NOMINATE);
    pair_of_second(f, l2, r2);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, ice2,
           AUDIO_L AGAIN_L("2") HOST_L "a=candidate:1 2 UDP 2130706430 10.0.0.1 5001 typ host\r\n");
    convey(f, false, NT_SIP_OK, 2, ice2,
           "m=audio 6002 RTP/AVP 0\r\n" AT_R AGAIN_R("2") "a=candidate:1 1 UDP 2130706431 10.0.0.2 6002 typ host\r\n"
                                                          "a=candidate:1 2 UDP 2130706430 10.0.0.2 6003 typ host\r\n");
    second_ones(f);
    ask_and_answer(f, &(struct ask){.left = true, .from = l2, .to = r4, .flags = CONTROLLING, .priority = FORGE_PRFLX - 1});
    pair_up(f, f->l, r3, NOMINATE);
    say(f, true, f->l, f->r);
    say(f, true, l2, r2);
    pair_of_second(f, l2, r4);
    say(f, true, f->l, r3);
    say(f, true, l2, r4);
}

/* "An endpoint does not need to maintain consent if it does not send application data." */
static void nothing_is_sent_during_a_long_restart(struct forge *f)
{
    agree(f);
    wait(f, 4500);
    check_left(f, 0);
    restarted(f, 2);
    wait(f, 20000);
    pair_up(f, f->l, f->r, NOMINATE);
    say(f, true, f->l, f->r);
}

/* The pair has ended; the restart finds it again, by a check that is sent more than once. */
static void the_pair_is_found_again(struct forge *f)
{
    agree(f);
    say(f, true, f->l, f->r);
    wait(f, 4500);
    check_left(f, 0);
    wait(f, 20000);
    restarted(f, 2);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_NONE);
    wait(f, 16000);
    send(f, TAP_L, TAP_R, f->l, f->r);
    answer(f, false, f->l, 0);
    send(f, TAP_R, TAP_L, f->r, f->l);
    check_right(f);
    check_left(f, NOMINATE);
    say(f, true, f->l, f->r);
}

/* RFC 8839, 4.4: after a refusal nothing stands in the way of another attempt with the same credentials. */
static void the_refused_credentials_come_again(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    wait(f, 2500);
    check_left(f, 0);
    restarted(f, 3);
    pair_up(f, f->l, f->r, NOMINATE);
}

/* RFC 8839, 4.4.1.2.1: "The agent MAY include additional candidates". */
static void before_nomination_a_candidate_is_added(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    check_left(f, 0);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L CREDENTIALS_L HOST_L SECOND_L);
    convey(f, false, NT_SIP_OK, 2, ice2, audio_r);
    check_right(f);
    check_left(f, NOMINATE);
}

/* A step drops L's answer to R's restart before it is seen: L checks with credentials that nobody has told. */
static void the_answer_is_dropped(struct forge *f)
{
    f->told_partly = true;
    agree(f);
    wait(f, 2000);
    convey(f, false, NT_SIP_INVITE, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    are_now(f, "LLL2", "password2ofLpassword2ofL", "RRR2", "password2ofRpassword2ofR");
    for (int i = 0; i < 9; i++) {
        wait(f, 4300 + 151 * (i % 7));
        ask_and_answer(
            f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | (i == 1 ? NOMINATE : 0), .tie = 77});
        say(f, true, f->l, f->r);
    }
    first_ones(f);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_L);
    answer(f, true, f->r, 401);
    send(f, TAP_L, TAP_R, f->l, f->r);
}

/* After an answer to R's restart that was dropped L offers: the first description with its new credentials that is seen, and R's
 * answer restarts once more. L's checks go by the answer before. */
static void between_a_dropped_answer_and_the_next(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    convey(f, false, NT_SIP_INVITE, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R SECOND_R);
    convey(f, true, NT_SIP_INVITE, 3, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    second_ones(f);
}

static void the_next_answer_restarts(struct forge *f)
{
    convey(f, false, NT_SIP_OK, 3, ice2, AUDIO_R AGAIN_R("3") HOST_R);
    are_now(f, "LLL2", "password2ofLpassword2ofL", "RRR3", "password3ofRpassword3ofR");
    check_left(f, 0);
    check_left(f, NOMINATE);
}

static void the_dropped_answer_was_the_first(struct forge *f)
{
    f->told_partly = true;
    between_a_dropped_answer_and_the_next(f);
    check_left(f, 0);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = addr("10.9.0.2:6000"), .flags = CONTROLLING}, TAP_NONE);
    the_next_answer_restarts(f);
}

/* RFC 3261, 17.1.1.2: the offer has failed when its answer comes, and L's first session goes on. */
static void the_answer_comes_too_late(struct forge *f)
{
    struct nt_addr r9 = addr("10.9.0.2:6000");
    offer_and_answer(f, audio_l, AUDIO_R CREDENTIALS_R HOST_R SECOND_R);
    check_left(f, 0);
    check_right(f);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    wait(f, 39000);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = r9, .flags = CONTROLLING}, TAP_NONE);
}

/* RFC 3261, 17.1.1.2: "100 Trying" stops Timer B, and the answer is in time. */
static void the_answer_was_announced(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    check_left(f, 0);
    check_right(f);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    wait(f, 200);
    trying(f, 2);
    wait(f, 39000);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
    pair_up(f, f->l, f->r, NOMINATE);
    convey(f, false, NT_SIP_INVITE, 3, "", "m=audio 0 RTP/AVP 0\r\n" AT_R);
    convey(f, true, NT_SIP_OK, 3, "", "m=audio 0 RTP/AVP 0\r\n" AT_L);
}

/* L has taken its offer back. What is told without ICE later has no credentials, and agrees on none. */
static void without_ice_nothing_is_agreed_on(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    check_left(f, 0);
    check_right(f);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    wait(f, 39000);
    second_ones(f);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_L);
    answer(f, true, f->r, 401);
    send(f, TAP_L, TAP_R, f->l, f->r);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    convey(f, false, NT_SIP_INVITE, 3, "", AUDIO_R);
    convey(f, true, NT_SIP_OK, 3, "", AUDIO_L);
}

/* RFC 8445, 7.3.1.3: R's new candidate is told for the session before alone, and L learns it by a check of this one. */
static void a_candidate_is_learnt_again(struct forge *f)
{
    struct nt_addr r2 = addr("10.9.0.2:6000");
    trickling_call(f);
    convey(f, true, NT_SIP_INVITE, 2, trickling, AUDIO_L MID AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_OK, 2, trickling, "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.9.0.2\r\n" MID AGAIN_R("2") SECOND_R);
    second_ones(f);
    ask_and_answer(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED});
    check_between(f, true, f->l, f->r, CONTROLLING);
    check_between(f, true, f->l, r2, CONTROLLING);
}

/* --- breaches --- */

static void an_answer_with_another_sessions_key(struct forge *f, bool old)
{
    agree(f);
    wait(f, 2000);
    restarted(f, 2);
    if (!old)
        first_ones(f);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_R);
    if (old)
        first_ones(f);
    else
        second_ones(f);
    answer(f, false, f->l, 0);
    guilty_next(f);
    send(f, TAP_R, TAP_L, f->r, f->l);
}

static void an_answer_with_the_new_key(struct forge *f)
{
    an_answer_with_another_sessions_key(f, false);
}

static void an_answer_with_the_old_key(struct forge *f)
{
    an_answer_with_another_sessions_key(f, true);
}

/* RFC 8839, 4.4.2.1: R keeps its credentials; L may give its new session up, and refuses R's check of it. */
static void the_answer_restarts_nothing(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    guilty_next(f);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R CREDENTIALS_R HOST_R);
    are_now(f, "LLL2", "password2ofLpassword2ofL", "RRRR", "passwordofRpasswordofR");
    wait(f, 20);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_L);
    answer(f, true, f->r, 401);
    send(f, TAP_L, TAP_R, f->l, f->r);
    wait(f, 2000);
    first_ones(f);
    check_left(f, 0);
}

static void checks_with_credentials(struct forge *f, const char *l, const char *r)
{
    f->ufrag_l = l;
    f->ufrag_r = r;
    wait(f, 60);
    guilty_next(f);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_NONE);
}

/* The peer's old username fragment, and the own new one. */
static void a_check_of_both_sessions(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    restarted(f, 2);
    first_ones(f);
    checks_with_credentials(f, "LLL2", "RRRR");
}

static void a_check_with_credentials_that_are_not_agreed(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    checks_with_credentials(f, "LLL2", "RRRR");
}

static void no_answer_was_dropped(struct forge *f)
{
    between_a_dropped_answer_and_the_next(f);
    checks_with_credentials(f, "LLL2", "RRR2");
    the_next_answer_restarts(f);
}

/* What it has answered, unseen, came before its check. */
static void the_offer_came_after_the_check(struct forge *f)
{
    f->told_partly = true;
    between_a_dropped_answer_and_the_next(f);
    checks_with_credentials(f, "LLL2", "RRR4");
    the_next_answer_restarts(f);
    convey(f, false, NT_SIP_INVITE, 4, ice2, AUDIO_R AGAIN_R("4") HOST_R);
}

/* The pair was not selected: the check list of the session before is to be flushed. */
static void the_session_before_goes_on_checking(struct forge *f)
{
    struct nt_addr r9 = addr("10.9.0.2:6000");
    offer_and_answer(f, audio_l, AUDIO_R CREDENTIALS_R HOST_R SECOND_R);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 2000);
    restarted(f, 2);
    first_ones(f);
    wait(f, 60);
    guilty_next(f);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = r9, .flags = CONTROLLING}, TAP_NONE);
}

static void the_session_before_is_kept(struct forge *f)
{
    agree(f);
    wait(f, 4500);
    restarted(f, 2);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 4500);
    first_ones(f);
    guilty_next(f);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_NONE);
}

static void consent_is_forgotten_during_the_restart(struct forge *f)
{
    agree(f);
    wait(f, 4500);
    check_left(f, 0);
    wait(f, 4400);
    check_left(f, 0);
    restarted(f, 2);
    for (int i = 0; i < 2; i++) {
        wait(f, 5000);
        say(f, true, f->l, f->r);
    }
    wait(f, 5000);
    guilty_next(f);
    say(f, true, f->l, f->r);
}

/* The third session has what the first had. */
static void old_credentials_come_back(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    restarted(f, 2);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 2000);
    guilty_next(f);
    convey(f, true, NT_SIP_INVITE, 3, ice2, AUDIO_L CREDENTIALS_L HOST_L);
}

static void an_old_password_comes_back(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    restarted(f, 2);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 2000);
    guilty_next(f);
    convey(f, true, NT_SIP_INVITE, 3, ice2, AUDIO_L "a=ice-ufrag:LLL3\r\na=ice-pwd:passwordofLpasswordofL\r\n" HOST_L);
}

static void the_call_is_held_by_its_address(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    guilty_next(f);
    convey(f, true, NT_SIP_INVITE, 2, ice2,
           "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n" CREDENTIALS_L HOST_L "a=remote-candidates:1 10.0.0.2 6000\r\n");
}

static void before_nomination_a_candidate_is_missing(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, AUDIO_L CREDENTIALS_L HOST_L SECOND_L);
    convey(f, false, NT_SIP_OK, 1, ice2, audio_r);
    check_left(f, 0);
    guilty_next(f);
    convey(f, true, NT_SIP_INVITE, 2, ice2, audio_l);
}

static void ice_comes_back_without_a_restart(struct forge *f)
{
    agree(f);
    wait(f, 1000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.0.0.2 6000\r\n");
    convey(f, false, NT_SIP_OK, 2, "", AUDIO_R);
    wait(f, 1000);
    guilty_next(f);
    convey(f, true, NT_SIP_INVITE, 3, ice2, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.0.0.2 6000\r\n");
}

/* R's late candidate of the session before is checked in the new one. */
static void a_candidate_of_the_session_before_is_used(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, trickling, AUDIO_L MID CREDENTIALS_L HOST_L);
    convey(f, false, NT_SIP_OK, 1, trickling, AUDIO_R MID CREDENTIALS_R HOST_R);
    convey(f, true, NT_SIP_INVITE, 2, trickling, AUDIO_L MID AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_INFO, 3, PART(CREDENTIALS_R), HOST_R SECOND_R);
    convey(f, false, NT_SIP_OK, 2, trickling, AUDIO_R MID AGAIN_R("2") HOST_R);
    second_ones(f);
    check_left(f, 0);
    wait(f, 60);
    guilty_next(f);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = addr("10.9.0.2:6000"), .flags = CONTROLLING}, TAP_NONE);
}

static void the_fragment_is_of_no_session(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, trickling, AUDIO_L MID CREDENTIALS_L HOST_L);
    convey(f, false, NT_SIP_OK, 1, trickling, AUDIO_R MID CREDENTIALS_R HOST_R);
    guilty_next(f);
    convey(f, true, NT_SIP_INFO, 2, PART(AGAIN_L("2")), HOST_L SECOND_L);
}

/* The username fragment of one session, the password of another. */
static void the_fragment_is_of_two_sessions(struct forge *f)
{
    trickling_call(f);
    convey(f, true, NT_SIP_INVITE, 2, trickling, AUDIO_L MID AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_OK, 2, trickling, AUDIO_R MID AGAIN_R("2") HOST_R);
    guilty_next(f);
    convey(f, true, NT_SIP_INFO, 3, PART("a=ice-ufrag:LLL2\r\na=ice-pwd:passwordofLpasswordofL\r\n"), HOST_L SECOND_L);
}

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
static void the_new_relay_goes(struct forge *f)
{
    wait(f, 2000);
    gather_relay(f);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L RELAY_L);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    wait(f, 5000);
    guilty_next(f);
    release_relay(f);
    wait(f, 12000);
}

static void the_new_session_loses_patience(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    the_new_relay_goes(f);
}

/* --- the tables --- */

/* What is left is the allocation of the session before, at another server. */
static void only_the_old_relay_is_kept(struct forge *f)
{
    log_in(f, TAP_TURN2, f->stun2, &f->alice2, FORGE_NONCE2, addr("198.51.100.1:50000"));
    offer_and_answer(
        f, AUDIO_L CREDENTIALS_L HOST_L "a=candidate:4 1 UDP 16777215 198.51.100.1 50000 typ relay raddr 10.0.0.1 rport 5000\r\n",
        audio_r);
    the_new_relay_goes(f);
}

static const struct story stories[] = {STORY(the_new_session_trickles_before_its_answer),
                                       STORY(each_session_has_its_end_of_candidates),
                                       STORY(a_late_candidate_of_the_session_before),
                                       STORY(checks_come_before_the_answer),
                                       STORY(a_check_of_the_session_before_is_not_answered),
                                       STORY(the_old_pair_is_forgotten),
                                       STORY(a_conflict_switches_both_sessions),
                                       STORY(other_pairs_are_kept_until_the_answer),
                                       STORY(the_restart_is_quicker),
                                       STORY(a_base_is_not_announced_again),
                                       STORY(the_relay_goes_with_its_session),
                                       STORY(the_relay_goes_after_its_session),
                                       STORY(the_relay_goes_with_its_stream),
                                       STORY(a_relay_that_nobody_was_told_goes),
                                       STORY(a_restart_overtakes_a_nomination),
                                       STORY(ice_comes_back_after_an_answer_without),
                                       STORY_OF(data_go_on_during_a_long_restart, "RFC7675-5.1-restart RFC8839-4.4.3.1.1-flushed"),
                                       STORY(one_component_is_nominated_before_the_other),
                                       STORY(nothing_is_sent_during_a_long_restart),
                                       STORY(the_refused_credentials_come_again),
                                       STORY(the_answer_is_dropped),
                                       STORY_OF(the_dropped_answer_was_the_first, "RFC8445-7.2.2-username RFC8838-9-session"),
                                       STORY(the_answer_comes_too_late),
                                       STORY_OF(the_answer_was_announced, "RFC8445-7.2.2-username"),
                                       STORY(without_ice_nothing_is_agreed_on),
                                       STORY_OF(before_nomination_a_candidate_is_added, "RFC8839-4.4.1.2.1-same"),
                                       STORY_OF(a_candidate_is_learnt_again, "RFC8838-9-session")};

static const struct breach breaches[] = {BREACH(the_roles_change_after_a_refused_offer, "RFC8445-6.1.1-role", "L", 1),
                                         BREACH(a_candidate_after_the_end_of_the_new_session, "RFC8838-13-end", "L", 1),
                                         BREACH(the_new_session_loses_patience, "RFC8863-4-patience", "L", 1),
                                         BREACH(only_the_old_relay_is_kept, "RFC8863-4-patience", "L", 1),
                                         BREACH(an_answer_with_the_new_key, "RFC8489-9.1.3-password", "R", 1),
                                         BREACH(an_answer_with_the_old_key, "RFC8489-9.1.3-password", "R", 1),
                                         BREACH(the_answer_restarts_nothing, "RFC8839-4.4.1.1.1-restart", "R", 1),
                                         BREACH(a_check_of_both_sessions, "RFC8445-7.2.2-username", "L", 1),
                                         BREACH(a_check_with_credentials_that_are_not_agreed, "RFC8445-7.2.2-username", "L", 1),
                                         BREACH(no_answer_was_dropped, "RFC8445-7.2.2-username", "L", 1),
                                         BREACH(the_offer_came_after_the_check, "RFC8445-7.2.2-username", "L", 1),
                                         BREACH(the_session_before_goes_on_checking, "RFC8839-4.4.3.1.1-flushed", "L", 1),
                                         BREACH(the_session_before_is_kept, "RFC8839-4.4.3.1.1-flushed", "L", 1),
                                         BREACH(consent_is_forgotten_during_the_restart, "RFC7675-5.1-restart", "L", 1),
                                         BREACH(old_credentials_come_back, "RFC8445-5.3-fresh", "L", 1),
                                         BREACH(an_old_password_comes_back, "RFC8445-5.3-fresh", "L", 1),
                                         BREACH(the_call_is_held_by_its_address, "RFC8839-4.4.1.1.1-hold", "L", 1),
                                         BREACH(before_nomination_a_candidate_is_missing, "RFC8839-4.4.1.2.1-same", "L", 1),
                                         BREACH(ice_comes_back_without_a_restart, "RFC8839-4.4.3.1-restart", "L", 1),
                                         BREACH(a_candidate_of_the_session_before_is_used, "RFC8838-9-session", "L", 1),
                                         BREACH(the_fragment_is_of_no_session, "RFC8840-4.4-credentials", "L", 1),
                                         BREACH(the_fragment_is_of_two_sessions, "RFC8840-4.4-credentials", "L", 1)};

TEST_STORIES_AND_BREACHES

TEST(who_restarts_gets_no_advice)
{
    static const struct story good[] = {STORY(the_pair_is_found_again), STORY(data_go_on_during_a_long_restart),
                                        STORY(checks_come_before_the_answer)};
    judge_good_stories(good, sizeof good / sizeof good[0]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {STORIES_AND_BREACHES, cmocka_unit_test(who_restarts_gets_no_advice)};
    return RUN_TESTS(tests);
}
