/* RFC 3261, 15.1; RFC 8656, 3.2; draft-thatcher-ice-renomination: stories of calls that end, and of pairs that are nominated in
 * place of others. */
#include "tests/unit/conformance/restart_stories.h"

#define SECOND_R "a=candidate:2 1 UDP 2130706175 10.9.0.2 6000 typ host\r\n"

static const char renominating[] = "a=ice-options:ice2 renomination\r\n";

/* --- the end --- */

static void with_a_relay(struct forge *f)
{
    gather_relay(f);
    agree(f);
    say(f, true, f->l, f->r);
    say(f, false, f->r, f->l);
    wait(f, 4500);
}

static void the_call_ends(struct forge *f)
{
    with_a_relay(f);
    hang_up(f);
    release_relay(f);
    wait(f, 20000);
}

/* What R had sent was on its way. */
static void data_cross_the_bye(struct forge *f)
{
    agree(f);
    text(f, "\x80 data");
    frame(f, TAP_R, NT_DIR_OUT, &f->r, &f->l, f->buf, f->len);
    hang_up(f);
    frame(f, TAP_L, NT_DIR_IN, &f->r, &f->l, f->buf, f->len);
    wait(f, 1000);
}

/* The capture ends before it can be said whether the allocation is deleted. */
static void the_capture_ends_with_the_call(struct forge *f)
{
    with_a_relay(f);
    hang_up(f);
    wait(f, 3000);
}

static void data_after_the_own_bye(struct forge *f)
{
    agree(f);
    hang_up(f);
    wait(f, 100);
    guilty_next(f);
    say(f, true, f->l, f->r);
}

static void data_after_the_peers_bye(struct forge *f)
{
    agree(f);
    hang_up(f);
    wait(f, 100);
    guilty_next(f);
    say(f, false, f->r, f->l);
}

static void a_check_after_the_bye(struct forge *f)
{
    agree(f);
    wait(f, 4500);
    hang_up(f);
    wait(f, 100);
    guilty_next(f);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_NONE);
}

static void the_allocation_is_left(struct forge *f)
{
    with_a_relay(f);
    f->guilty = 8; /* the response that granted it */
    hang_up(f);
    wait(f, 6000);
}

/* --- another pair --- */

static const struct nt_addr *second(void)
{
    static struct nt_addr r9;
    r9 = addr("10.9.0.2:6000");
    return &r9;
}

static void two_pairs(struct forge *f, const char *l, const char *r)
{
    convey(f, true, NT_SIP_INVITE, 1, l, audio_l);
    convey(f, false, NT_SIP_OK, 1, r, AUDIO_R CREDENTIALS_R HOST_R SECOND_R);
    pair_up(f, f->l, f->r, 0);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = *second(), .flags = CONTROLLING});
    ask_and_answer(f, &(struct ask){.left = false,
                                    .from = *second(),
                                    .to = f->l,
                                    .flags = CONTROLLED,
                                    .priority = UINT32_C(110) << 24 | (2130706175 & 0xffffff)});
}

static void nominate(struct forge *f, struct nt_addr to, uint32_t nomination)
{
    ask_and_answer(f,
                   &(struct ask){.left = true, .from = f->l, .to = to, .flags = CONTROLLING | NOMINATE, .nomination = nomination});
}

/* The second pair, then the first again; the offer that follows has the last one. */
static void pairs_are_renominated(struct forge *f)
{
    two_pairs(f, renominating, renominating);
    nominate(f, f->r, 1);
    say(f, true, f->l, f->r);
    wait(f, 2000);
    nominate(f, *second(), 2);
    say(f, true, f->l, *second());
    wait(f, 2000);
    nominate(f, f->r, 7);
    nominate(f, f->r, 7);
    say(f, true, f->l, f->r);
    convey(f, true, NT_SIP_INVITE, 2, renominating, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.0.0.2 6000\r\n");
}

static void the_offer_has_the_renominated_pair(struct forge *f)
{
    two_pairs(f, renominating, renominating);
    nominate(f, f->r, 1);
    wait(f, 2000);
    nominate(f, *second(), 2);
    wait(f, 20);
    convey(f, true, NT_SIP_INVITE, 2, renominating, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.9.0.2 6000\r\n");
}

/* Both are set to do so: that is no rule of RFC 8445, and none of its rules is held against it. */
static void both_fail_over(struct forge *f)
{
    f->fails_over = true;
    two_pairs(f, ice2, ice2);
    nominate(f, f->r, 0);
    wait(f, 2000);
    nominate(f, *second(), 0);
    say(f, true, f->l, *second());
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.9.0.2 6000\r\n");
}

static void renominates_with(struct forge *f, const char *r, uint32_t first, uint32_t then)
{
    two_pairs(f, renominating, r);
    nominate(f, f->r, first);
    wait(f, 2000);
    f->guilty = (uint32_t)f->c.frame_count + 1;
    nominate(f, *second(), then);
}

static void the_nomination_does_not_rise(struct forge *f)
{
    renominates_with(f, renominating, 3, 3);
}

static void another_pair_has_no_nomination(struct forge *f)
{
    renominates_with(f, renominating, 3, 0);
}

static void the_peer_does_not_renominate(struct forge *f)
{
    renominates_with(f, ice2, 1, 2);
}

static void one_alone_fails_over(struct forge *f)
{
    renominates_with(f, ice2, 0, 0);
}

static void remote_candidates_of_another_pair(struct forge *f)
{
    two_pairs(f, ice2, ice2);
    nominate(f, f->r, 0);
    wait(f, 20);
    guilty_next(f);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.9.0.2 6000\r\n");
}

/* --- interfaces that go --- */

/* L's interface goes before it nominates, and nothing is left to nominate. */
static void the_interface_of_the_valid_pair_goes(struct forge *f)
{
    f->moves = true;
    offer_and_answer(f, audio_l, audio_r);
    pair_up(f, f->l, f->r, 0);
    wait(f, 60000);
}

/* The pair is silent while its interface is down. */
static void the_interface_comes_back(struct forge *f)
{
    f->moves = true;
    agree(f);
    say(f, true, f->l, f->r);
    wait(f, 4500);
    check_left(f, 0);
    wait(f, 16000);
    check_left(f, 0);
    say(f, true, f->l, f->r);
}

/* --- what is owed when ICE has concluded: RFC 8839, 4.3.4 --- */

#define REMOVED_L "m=audio 0 RTP/AVP 0\r\n" AT_L

static void nothing_is_answered(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 60);
    f->guilty = (uint32_t)f->c.frame_count + 1;
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_NONE);
    wait(f, 40000);
}

static void what_has_failed_is_removed(struct forge *f)
{
    nothing_is_answered(f);
    convey(f, true, NT_SIP_INVITE, 2, ice2, REMOVED_L);
    wait(f, 20000);
}

static void what_has_failed_is_restarted(struct forge *f)
{
    nothing_is_answered(f);
    restarted(f, 2);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 20000);
}

static void what_has_failed_ends(struct forge *f)
{
    nothing_is_answered(f);
    hang_up(f);
    wait(f, 20000);
}

static void what_has_failed_stays(struct forge *f)
{
    nothing_is_answered(f);
    wait(f, 20000);
}

/* R, of RFC 5245, has another default destination than the pair that is nominated. */
static void the_nominated_pair_is_not_the_default_one(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 1, "", AUDIO_R CREDENTIALS_R HOST_R SECOND_R);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = *second(), .flags = CONTROLLING});
    f->guilty = (uint32_t)f->c.frame_count + 4;
    nominate(f, *second(), 0);
}

static void an_offer_aligns_the_default_pair(struct forge *f)
{
    the_nominated_pair_is_not_the_default_one(f);
    wait(f, 100);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.9.0.2 6000\r\n");
    convey(f, false, NT_SIP_OK, 2, "", "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.9.0.2\r\n" CREDENTIALS_R SECOND_R);
    wait(f, 10000);
}

static void no_offer_aligns_the_default_pair(struct forge *f)
{
    the_nominated_pair_is_not_the_default_one(f);
    wait(f, 10000);
}

/* --- the answer to remote-candidates: RFC 8839, 4.4.2 --- */

static void offered_again(struct forge *f, const char *answer)
{
    two_pairs(f, ice2, ice2);
    nominate(f, f->r, 0);
    wait(f, 1000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.0.0.2 6000\r\n");
    guilty_next(f);
    convey(f, false, NT_SIP_OK, 2, ice2, answer);
}

static void remote_candidates_are_answered(struct forge *f)
{
    offered_again(f, AUDIO_R CREDENTIALS_R HOST_R);
}

/* R's checks fail: "as if the 'remote-candidates' attribute had not been present". */
static void the_losing_pair_has_failed(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 1, ice2, AUDIO_R CREDENTIALS_R HOST_R SECOND_R);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING});
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_NONE);
    nominate(f, f->r, 0);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.0.0.2 6000\r\n");
    convey(f, false, NT_SIP_OK, 2, ice2, "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.9.0.2\r\n" CREDENTIALS_R HOST_R SECOND_R);
}

static void another_candidate_answers(struct forge *f)
{
    offered_again(f, "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.9.0.2\r\n" CREDENTIALS_R SECOND_R);
}

static void another_default_answers(struct forge *f)
{
    offered_again(f, "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.9.0.2\r\n" CREDENTIALS_R HOST_R SECOND_R);
}

/* Of RFC 5245 R gets advice for what it is. */
static size_t count_of(void (*tell)(struct forge *f), const char *rule, const char *party)
{
    struct nt_conf_verdict v;
    size_t found = 0;
    uint32_t guilty = judge_story(tell, &v);
    for (size_t i = 0; i < v.violations.count; i++) {
        assert_string_equal(v.violations.of[i].rule->id, rule);
        assert_string_equal(v.violations.of[i].party, party);
        assert_int_equal(v.violations.of[i].frame, guilty);
        found++;
    }
    assert_true(nt_conf_is_exercised(&v, nt_conf_rule_find(rule)));
    nt_conf_verdict_free(&v);
    return found;
}

TEST(a_peer_without_ice2_is_owed_an_offer)
{
    assert_int_equal(count_of(an_offer_aligns_the_default_pair, "RFC8839-4.3.4-aligned", "L"), 0);
    assert_int_equal(count_of(no_offer_aligns_the_default_pair, "RFC8839-4.3.4-aligned", "L"), 1);
}

/* L has moved: a check to its former address is not answered, nor is the allocation deleted that was made from there. */
static void what_has_moved_is_left_behind(struct forge *f)
{
    f->moves = true;
    with_a_relay(f);
    check_left(f, 0);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_L);
    wait(f, 4700);
    check_left(f, 0);
    hang_up(f);
    wait(f, 10000);
}

TEST(nobody_gets_advice)
{
    static const struct story stories[] = {STORY_OF(the_call_ends, "RFC8656-3.2-released"),
                                           STORY_OF(data_cross_the_bye, NULL),
                                           STORY(the_capture_ends_with_the_call),
                                           STORY_OF(pairs_are_renominated, "RFC8445-8.1.1-renomination RFC8839-4.4.1.2.2-remote"),
                                           STORY_OF(the_offer_has_the_renominated_pair, "RFC8839-4.4.1.2.2-remote"),
                                           STORY(both_fail_over),
                                           STORY(what_has_failed_is_removed),
                                           STORY(what_has_failed_is_restarted),
                                           STORY(what_has_failed_ends),
                                           STORY_OF(remote_candidates_are_answered, "RFC8839-4.4.2-remote"),
                                           STORY(the_losing_pair_has_failed),
                                           STORY(the_interface_of_the_valid_pair_goes),
                                           STORY(what_has_moved_is_left_behind),
                                           STORY(the_interface_comes_back)};
    judge_good_stories(stories, sizeof stories / sizeof stories[0]);
}

TEST(who_breaks_a_rule_is_blamed_alone)
{
    static const struct breach breaches[] = {BREACH(data_after_the_own_bye, "RFC3261-15.1.1-ended", "L", 1),
                                             BREACH(data_after_the_peers_bye, "RFC3261-15.1.2-ended", "R", 1),
                                             BREACH(a_check_after_the_bye, "RFC3261-15.1.2-ended", "R", 1),
                                             BREACH(the_allocation_is_left, "RFC8656-3.2-released", "L", 1),
                                             BREACH(the_nomination_does_not_rise, "RFC8445-8.1.1-renomination", "L", 1),
                                             BREACH(another_pair_has_no_nomination, "RFC8445-8.1.1-renomination", "L", 1),
                                             BREACH(the_peer_does_not_renominate, "RFC8445-8.1.1-one", "L", 1),
                                             BREACH(one_alone_fails_over, "RFC8445-8.1.1-one", "L", 1),
                                             BREACH(what_has_failed_stays, "RFC8839-4.3.4-failed", "L", 1),
                                             BREACH(another_candidate_answers, "RFC8839-4.4.2-remote", "R", 1),
                                             BREACH(another_default_answers, "RFC8839-4.4.2-remote", "R", 1),
                                             BREACH(remote_candidates_of_another_pair, "RFC8839-4.4.1.2.2-remote", "L", 1)};
    judge_breaches(breaches, sizeof breaches / sizeof breaches[0]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_peer_without_ice2_is_owed_an_offer), cmocka_unit_test(nobody_gets_advice),
                                       cmocka_unit_test(who_breaks_a_rule_is_blamed_alone)};
    return RUN_TESTS(tests);
}
