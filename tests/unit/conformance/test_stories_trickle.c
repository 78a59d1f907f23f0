/* RFC 8838 and 8839, 4.4: stories of descriptions one after another, and of trickled candidates. */
#include "tests/unit/conformance/forge_call.h"
#include "tests/unit/conformance/stories.h"

#define L_MEDIA "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=mid:1\r\na=ice-ufrag:LLLL\r\na=ice-pwd:passwordofLpasswordofL\r\n"
#define R_MEDIA "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\na=mid:1\r\na=ice-ufrag:RRRR\r\na=ice-pwd:passwordofRpasswordofR\r\n"
#define L_HOST "a=candidate:1 1 UDP 2130706431 10.0.0.1 5000 typ host\r\n"
#define R_HOST "a=candidate:1 1 UDP 2130706431 10.0.0.2 6000 typ host\r\n"
#define L_SECOND "a=candidate:2 1 UDP 2130706175 10.9.0.1 5000 typ host\r\n"
#define PART "a=ice-ufrag:LLLL\r\na=ice-pwd:passwordofLpasswordofL\r\nm=audio 9 RTP/AVP 0\r\na=mid:1\r\n"

static const char trickle[] = "a=ice-options:ice2 trickle\r\n";

static void begin(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, trickle, L_MEDIA L_HOST);
    convey(f, false, NT_SIP_OK, 1, trickle, R_MEDIA R_HOST);
}

static void trickles(struct forge *f, unsigned cseq, const char *lines)
{
    guilty_next(f);
    convey(f, true, NT_SIP_INFO, cseq, PART, lines);
}

/* --- nobody is to blame --- */

/* RFC 8840, 4.3: what was sent is sent again with what is new. */
static void candidates_are_trickled(struct forge *f)
{
    begin(f);
    trickles(f, 2, L_HOST L_SECOND);
    trickles(f, 3, L_HOST L_SECOND "a=end-of-candidates\r\n");
    ask_and_answer(f, &(struct ask){.left = true,
                                    .from = addr("10.9.0.1:5000"),
                                    .to = f->r,
                                    .flags = CONTROLLING,
                                    .priority = UINT32_C(110) << 24 | (2130706175 & 0xffffff)});
}

#define AGAIN_L "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=mid:1\r\na=ice-ufrag:LLL2\r\na=ice-pwd:secondpwdLsecondpwdLxx\r\n"
#define AGAIN_R "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\na=mid:1\r\na=ice-ufrag:RRR2\r\na=ice-pwd:secondpwdRsecondpwdRxx\r\n"

/* The components of a stream may be told one after another. */
static void the_second_component_is_trickled(struct forge *f)
{
    begin(f);
    trickles(f, 2, "a=candidate:1 2 UDP 2130706430 10.0.0.1 5001 typ host\r\na=end-of-candidates\r\n");
}

/* RFC 8839, 4.4.2.1: the answer to an offer that restarts may have other options. */
static void a_restart_has_other_options(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, L_MEDIA L_HOST);
    convey(f, false, NT_SIP_OK, 1, "a=ice-options:ice2\r\na=ice-pacing:70\r\n", R_MEDIA R_HOST);
    convey(f, true, NT_SIP_INVITE, 2, trickle, AGAIN_L L_HOST);
    convey(f, false, NT_SIP_OK, 2, ice2, AGAIN_R R_HOST);
}

/* RFC 8839, 4.2.5, and RFC 3264: sections without ICE. */
static void sections_do_not_use_ice(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2,
           L_MEDIA L_HOST "m=video 5002 RTP/AVP 31\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:LLLL\r\n"
                          "a=ice-pwd:passwordofLpasswordofL\r\n"
                          "a=candidate:1 1 UDP 2130706431 10.0.0.1 5002 typ host\r\n"
                          "m=text 5004 RTP/AVP 98\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:LLLL\r\n"
                          "a=ice-pwd:passwordofLpasswordofL\r\n"
                          "a=candidate:1 1 UDP 2130706431 10.0.0.1 5004 typ host\r\n");
    convey(f, false, NT_SIP_OK, 1, ice2,
           R_MEDIA R_HOST "m=video 0 RTP/AVP 31\r\nc=IN IP4 10.0.0.2\r\n"
                          "m=text 6004 RTP/AVP 98\r\nc=IN IP4 10.0.0.2\r\na=ice-mismatch\r\n");
}

static void an_answer_without_ice(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, L_MEDIA L_HOST);
    convey(f, false, NT_SIP_OK, 1, "", "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\n");
}

static void offer_after_nomination(struct forge *f, const char *media)
{
    begin(f);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 1000);
    guilty_next(f);
    convey(f, true, NT_SIP_INVITE, 2, trickle, media);
}

static void the_offer_after_nomination(struct forge *f)
{
    offer_after_nomination(f, L_MEDIA L_HOST "a=remote-candidates:1 10.0.0.2 6000\r\n");
    convey(f, false, NT_SIP_OK, 2, trickle, R_MEDIA R_HOST);
}

/* --- somebody is --- */

/* RFC 8839, 4.4.2.1: neither in a subsequent answer. */
static void the_second_answer_has_other_options(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, L_MEDIA L_HOST);
    convey(f, false, NT_SIP_OK, 1, "a=ice-options:ice2\r\na=ice-pacing:70\r\n", R_MEDIA R_HOST);
    convey(f, true, NT_SIP_INVITE, 2, ice2, L_MEDIA L_HOST);
    guilty_next(f);
    convey(f, false, NT_SIP_OK, 2, ice2, R_MEDIA R_HOST);
}

static void a_candidate_after_the_end(struct forge *f)
{
    begin(f);
    trickles(f, 2, L_HOST "a=end-of-candidates\r\n");
    trickles(f, 3, L_HOST L_SECOND "a=end-of-candidates\r\n");
}

static void a_candidate_after_nomination(struct forge *f)
{
    begin(f);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 60);
    trickles(f, 2, L_HOST L_SECOND);
}

static void a_check_before_its_candidate(struct forge *f)
{
    begin(f);
    wait(f, 60);
    guilty_next(f);
    uint32_t guilty = f->guilty;
    ask(f,
        &(struct ask){.left = true,
                      .from = addr("10.9.0.1:5000"),
                      .to = f->r,
                      .flags = CONTROLLING,
                      .priority = UINT32_C(110) << 24 | (2130706175 & 0xffffff)},
        TAP_NONE);
    wait(f, 100);
    trickles(f, 2, L_HOST L_SECOND);
    f->guilty = guilty;
}

/* As candidates of offers and answers, trickled ones are judged (V1). */
static void a_trickled_loopback_candidate(struct forge *f)
{
    begin(f);
    trickles(f, 2, L_HOST "a=candidate:2 1 UDP 2130706175 127.0.0.1 5000 typ host\r\n");
}

static void a_trickled_priority_twice(struct forge *f)
{
    begin(f);
    trickles(f, 2, L_HOST "a=candidate:2 1 UDP 2130706431 10.9.0.1 5000 typ host\r\n");
}

static void a_trickled_name(struct forge *f)
{
    begin(f);
    trickles(f, 2, L_HOST "a=candidate:2 1 UDP 2130706175 host.example 5000 typ host\r\n");
}

static void a_trickled_reflexive_one_without_base(struct forge *f)
{
    begin(f);
    trickles(f, 2, L_HOST "a=candidate:2 1 UDP 1694498815 203.0.113.1 5000 typ srflx\r\n");
}

static void a_hidden_base_with_its_port(struct forge *f)
{
    begin(f);
    trickles(f, 2, L_HOST "a=candidate:2 1 UDP 1694498815 203.0.113.1 5000 typ srflx raddr 0.0.0.0 rport 5000\r\n");
}

static void too_many_candidates_after_nomination(struct forge *f)
{
    offer_after_nomination(f, L_MEDIA L_HOST L_SECOND "a=remote-candidates:1 10.0.0.2 6000\r\n");
}

static void no_remote_candidates_after_nomination(struct forge *f)
{
    offer_after_nomination(f, L_MEDIA L_HOST);
}

static void a_removed_stream_has_candidates(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, L_MEDIA L_HOST);
    guilty_next(f);
    convey(f, false, NT_SIP_OK, 1, ice2,
           "m=audio 0 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\na=ice-ufrag:RRRR\r\na=ice-pwd:passwordofRpasswordofR\r\n" R_HOST);
}

static void a_mismatch_has_candidates(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, L_MEDIA L_HOST);
    guilty_next(f);
    convey(f, false, NT_SIP_OK, 1, ice2, R_MEDIA "a=ice-mismatch\r\n" R_HOST);
}

TEST(nobody_is_blamed)
{
    static const struct story stories[] = {
        STORY(candidates_are_trickled),     STORY_OF(the_second_component_is_trickled, "RFC8839-5.1-components"),
        STORY(a_restart_has_other_options), STORY(sections_do_not_use_ice),
        STORY(an_answer_without_ice),       STORY(the_offer_after_nomination)};
    judge_stories(stories, sizeof stories / sizeof stories[0]);
}

TEST(who_breaks_a_rule_is_blamed_alone)
{
    static const struct breach breaches[] = {BREACH(a_candidate_after_the_end, "RFC8838-13-end", "L", 1),
                                             BREACH(a_candidate_after_nomination, "RFC8838-13-nomination", "L", 1),
                                             BREACH(a_check_before_its_candidate, "RFC8838-10-conveyed", "L", 1),
                                             BREACH(a_trickled_loopback_candidate, "RFC8445-5.1.1.1-loopback", "L", 1),
                                             BREACH(a_trickled_priority_twice, "RFC8445-5.1.2-unique", "L", 1),
                                             BREACH(a_trickled_name, "RFC8839-5.1-fqdn", "L", 1),
                                             BREACH(a_trickled_reflexive_one_without_base, "RFC8839-5.1-related", "L", 1),
                                             BREACH(a_hidden_base_with_its_port, "RFC8839-5.1-related", "L", 1),
                                             BREACH(too_many_candidates_after_nomination, "RFC8839-4.4.1.2.2-nominated", "L", 1),
                                             BREACH(no_remote_candidates_after_nomination, "RFC8839-4.4.1.2.2-remote", "L", 1),
                                             BREACH(a_removed_stream_has_candidates, "RFC8839-4.4.1.1.2-removed", "R", 1),
                                             BREACH(a_mismatch_has_candidates, "RFC8839-4.2.5-mismatch", "R", 1),
                                             BREACH(the_second_answer_has_other_options, "RFC8839-4.4.1.1.1-options", "R", 1)};
    judge_breaches(breaches, sizeof breaches / sizeof breaches[0]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_is_blamed), cmocka_unit_test(who_breaks_a_rule_is_blamed_alone)};
    return RUN_TESTS(tests);
}
