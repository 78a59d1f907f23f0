/* RFC 8445, 9; RFC 8839, 4.2.5 and 4.4; RFC 9143: stories of restarts that succeed, cross or come to nothing, of streams on one
 * transport or without ICE, and of components that do not all become valid. */
#include "tests/unit/conformance/restart_stories.h"

/* --- restarts --- */

/* Both restart at once, and refuse with 491; L asks again with the same credentials, R answers with others. */
static void two_restarts_cross(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_INVITE, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    say(f, true, f->l, f->r);
    wait(f, 3000);
    check_left(f, 0); /* consent, of the session that goes on */
    convey(f, true, NT_SIP_INVITE, 3, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_OK, 3, ice2, AUDIO_R AGAIN_R("3") HOST_R);
    are_now(f, "LLL2", "password2ofLpassword2ofL", "RRR3", "password3ofRpassword3ofR");
    pair_up(f, f->l, f->r, NOMINATE);
    say(f, true, f->l, f->r);
    say(f, false, f->r, f->l);
}

/* After 491 L keeps its old credentials, and describes itself with them. */
static void a_restart_is_rolled_back(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    say(f, true, f->l, f->r);
    wait(f, 2500);
    check_left(f, 0);
    convey(f, true, NT_SIP_INVITE, 3, ice2, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.0.0.2 6000\r\n");
    convey(f, false, NT_SIP_OK, 3, ice2, AUDIO_R CREDENTIALS_R HOST_R);
    wait(f, 4500);
    check_left(f, 0);
    check_right(f);
    say(f, true, f->l, f->r);
}

/* L has not yet checked the pair that R's check came on, and begins anew. */
static void a_restart_during_checks(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    check_right(f);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
    pair_up(f, f->l, f->r, NOMINATE);
    goes_on(f, 20);
}

/* The interfaces stand in another order: RFC 8445, 9: the candidate set is a new one. */
static void a_restart_has_other_priorities(struct forge *f)
{
    uint32_t priority = UINT32_C(110) << 24 | (2130706175 & 0xffffff);
    agree(f);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, ice2,
           AUDIO_L AGAIN_L("2") "a=candidate:1 1 UDP 2130706175 10.0.0.1 5000 typ host\r\n"
                                "a=candidate:2 1 UDP 2130706431 10.9.0.1 5000 typ host\r\n");
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING, .priority = priority});
    check_right(f);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | NOMINATE, .priority = priority});
}

/* RFC 7675, 5.1: consent has a pace of its own, and goes on during the restart. */
static void consent_during_the_restart(struct forge *f)
{
    struct nt_addr r2 = addr("10.0.0.2:6002");
    agree(f);
    wait(f, 4500);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_OK, 2, ice2,
           "m=audio 6002 RTP/AVP 0\r\n" AT_R AGAIN_R("2") "a=candidate:1 1 UDP 2130706431 10.0.0.2 6002 typ host\r\n");
    check_left(f, 0);
    second_ones(f);
    wait(f, 10);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = r2, .flags = CONTROLLING}, TAP_R);
    answer(f, false, f->l, 0);
    send(f, TAP_R, TAP_L, r2, f->l);
    ask_and_answer(f, &(struct ask){.left = false, .from = r2, .to = f->l, .flags = CONTROLLED});
    first_ones(f);
    say(f, true, f->l, f->r);
}

/* R restarts; L answers with credentials of its own that are new. */
static void the_other_side_restarts(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    convey(f, false, NT_SIP_INVITE, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    convey(f, true, NT_SIP_OK, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    second_ones(f);
    pair_up(f, f->l, f->r, NOMINATE);
    say(f, true, f->l, f->r);
}

/* --- streams --- */

static const char video_l[] =
    "m=video 5002 RTP/AVP 31\r\n" AT_L "a=mid:2\r\na=ice-ufrag:LLLV\r\na=ice-pwd:passwordVofLpasswordVofL\r\n"
    "a=candidate:1 1 UDP 2130706431 10.0.0.1 5002 typ host\r\n";
static const char video_r[] =
    "m=video 6002 RTP/AVP 31\r\n" AT_R "a=mid:2\r\na=ice-ufrag:RRRV\r\na=ice-pwd:passwordVofRpasswordVofR\r\n"
    "a=candidate:1 1 UDP 2130706431 10.0.0.2 6002 typ host\r\n";

/* RFC 8839, 4.4.1.1.3: a stream is added, with credentials of its own; the first one goes on. */
static void a_stream_is_added(struct forge *f)
{
    char l[1200], r[1200];
    struct nt_addr l2 = addr("10.0.0.1:5002"), r2 = addr("10.0.0.2:6002");
    agree(f);
    snprintf(l, sizeof l, "%sa=remote-candidates:1 10.0.0.2 6000\r\n%s", audio_l, video_l);
    snprintf(r, sizeof r, "%s%s", audio_r, video_r);
    wait(f, 1500);
    convey(f, true, NT_SIP_INVITE, 2, ice2, l);
    convey(f, false, NT_SIP_OK, 2, ice2, r);
    are_now(f, "LLLV", "passwordVofLpasswordVofL", "RRRV", "passwordVofRpasswordVofR");
    pair_up(f, l2, r2, NOMINATE);
    say(f, true, f->l, f->r);
    say(f, true, l2, r2);
}

static const char bundle[] = "a=ice-options:ice2\r\na=group:BUNDLE 1 2\r\n";

/* RFC 9143, 7.1 and 7.3: the offer has an address for each section, the answer one for both. */
static void two_sections_on_one_transport(struct forge *f)
{
    char l[1200];
    snprintf(l, sizeof l, "%s%s%s%s", AUDIO_L CREDENTIALS_L, HOST_L, "a=mid:1\r\n", video_l);
    convey(f, true, NT_SIP_INVITE, 1, bundle, l);
    convey(f, false, NT_SIP_OK, 1, bundle,
           AUDIO_R CREDENTIALS_R HOST_R "a=mid:1\r\nm=video 6000 RTP/AVP 31\r\n" AT_R "a=mid:2\r\n");
    pair_up(f, f->l, f->r, NOMINATE);
    say(f, true, f->l, f->r);
    say(f, false, f->r, f->l);
    goes_on(f, 15);
    convey(f, true, NT_SIP_INVITE, 2, bundle,
           AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.0.0.2 6000\r\na=mid:1\r\nm=video 5000 RTP/AVP 31\r\n" AT_L
                                        "a=mid:2\r\n");
    convey(f, false, NT_SIP_OK, 2, bundle,
           AUDIO_R CREDENTIALS_R HOST_R "a=mid:1\r\nm=video 6000 RTP/AVP 31\r\n" AT_R "a=mid:2\r\n");
    say(f, true, f->l, f->r);
}

/* As browsers: each section repeats the credentials, and the candidates of the one transport. */
#define BOTH_L AUDIO_L CREDENTIALS_L HOST_L "a=mid:1\r\nm=video 5000 RTP/AVP 31\r\n" AT_L CREDENTIALS_L HOST_L "a=mid:2\r\n"
#define BOTH_R AUDIO_R CREDENTIALS_R HOST_R "a=mid:1\r\nm=video 6000 RTP/AVP 31\r\n" AT_R CREDENTIALS_R HOST_R "a=mid:2\r\n"

static void both_sections_have_the_candidates(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, bundle, BOTH_L);
    convey(f, false, NT_SIP_OK, 1, bundle, BOTH_R);
    pair_up(f, f->l, f->r, NOMINATE);
    say(f, true, f->l, f->r);
    goes_on(f, 15);
    convey(f, true, NT_SIP_INVITE, 2, bundle, BOTH_L);
    convey(f, false, NT_SIP_OK, 2, bundle, BOTH_R);
    say(f, false, f->r, f->l);
}

/* RFC 9143, 6: bundle-only has the port 0, and is not refused. The first section is refused: the second is the tagged one. */
static void the_second_section_has_the_transport(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, bundle,
           AUDIO_L CREDENTIALS_L HOST_L "a=mid:1\r\nm=video 0 RTP/AVP 31\r\n" AT_L "a=mid:2\r\na=bundle-only\r\n");
    convey(f, false, NT_SIP_OK, 1, bundle,
           AUDIO_R CREDENTIALS_R HOST_R "a=mid:1\r\nm=video 6000 RTP/AVP 31\r\n" AT_R "a=mid:2\r\n");
    pair_up(f, f->l, f->r, NOMINATE);
    goes_on(f, 10);
}

static void the_bundle_trickles(struct forge *f)
{
    static const char options[] = "a=ice-options:ice2 trickle\r\na=group:BUNDLE 1 2\r\n";
    static const char part[] = CREDENTIALS_L "m=audio 9 RTP/AVP 0\r\na=mid:1\r\n";
    convey(f, true, NT_SIP_INVITE, 1, options, BOTH_L);
    convey(f, false, NT_SIP_OK, 1, options, BOTH_R);
    convey(f, true, NT_SIP_INFO, 2, part,
           HOST_L "a=candidate:2 1 UDP 2130706175 10.9.0.1 5000 typ host\r\na=end-of-candidates\r\n"
                  "m=video 9 RTP/AVP 31\r\na=mid:2\r\n" HOST_L
                  "a=candidate:2 1 UDP 2130706175 10.9.0.1 5000 typ host\r\na=end-of-candidates\r\n");
    pair_up(f, f->l, f->r, NOMINATE);
    ask_and_answer(f, &(struct ask){.left = true,
                                    .from = addr("10.9.0.1:5000"),
                                    .to = f->r,
                                    .flags = CONTROLLING,
                                    .priority = UINT32_C(110) << 24 | (2130706175 & 0xffffff)});
    goes_on(f, 10);
}

/* --- without ICE: RFC 8839, 4.2.5; RFC 3264 --- */

static void the_peer_has_no_ice(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 1, "", "m=audio 6000 RTP/AVP 0\r\n" AT_R);
    wait(f, 100);
    say(f, true, f->l, f->r);
    say(f, false, f->r, f->l);
}

static void the_answer_has_ice_mismatch(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 1, ice2, "m=audio 6000 RTP/AVP 0\r\n" AT_R "a=ice-mismatch\r\n");
    wait(f, 100);
    say(f, true, f->l, f->r);
    say(f, false, f->r, f->l);
}

/* The first section has ICE, the second has not. */
static void one_section_has_no_ice(struct forge *f)
{
    char l[1200];
    snprintf(l, sizeof l, "%s%s", audio_l, video_l);
    convey(f, true, NT_SIP_INVITE, 1, ice2, l);
    convey(f, false, NT_SIP_OK, 1, ice2, AUDIO_R CREDENTIALS_R HOST_R "m=video 6002 RTP/AVP 31\r\n" AT_R "a=ice-mismatch\r\n");
    pair_up(f, f->l, f->r, NOMINATE);
    say(f, true, addr("10.0.0.1:5002"), addr("10.0.0.2:6002"));
    say(f, false, addr("10.0.0.2:6002"), addr("10.0.0.1:5002"));
    say(f, true, f->l, f->r);
}

/* --- components --- */

#define TWO_L AUDIO_L CREDENTIALS_L HOST_L "a=candidate:1 2 UDP 2130706430 10.0.0.1 5001 typ host\r\n"
#define TWO_R AUDIO_R CREDENTIALS_R HOST_R "a=candidate:1 2 UDP 2130706430 10.0.0.2 6001 typ host\r\n"

/* RFC 8445, 8.1.2: the second never becomes valid: the checklist fails, and nothing is nominated. The call ends. */
static void a_component_never_becomes_valid(struct forge *f)
{
    struct nt_addr l2 = addr("10.0.0.1:5001"), r2 = addr("10.0.0.2:6001");
    offer_and_answer(f, TWO_L, TWO_R);
    pair_up(f, f->l, f->r, 0);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = l2, .to = r2, .flags = CONTROLLING, .priority = FORGE_PRFLX - 1}, TAP_NONE);
    wait(f, 40000);
    hang_up(f);
    wait(f, 20000);
}

/* The second component has not been checked, and the description has candidates for it. */
static void an_offer_before_the_second_component(struct forge *f)
{
    offer_and_answer(f, TWO_L, TWO_R);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 20);
    convey(f, true, NT_SIP_INVITE, 2, ice2, TWO_L);
    convey(f, false, NT_SIP_OK, 2, ice2, TWO_R);
}

static void a_lite_agent_answers_for_long(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 1, "a=ice-lite\r\na=ice-options:ice2\r\n", audio_r);
    check_left(f, 0);
    wait(f, 3000);
    check_left(f, 0);
    wait(f, 3000);
    check_left(f, NOMINATE);
    wait(f, 5000);
    check_left(f, 0);
}

/* --- the end of a call --- */

static void gather_again(struct forge *f)
{
    wait(f, 5000);
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    finish(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
}

/* R's check crosses L's BYE; L gathers for its next call. */
static void a_check_crosses_the_bye(struct forge *f)
{
    agree(f);
    wait(f, 4500);
    hang_up(f);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_L);
    gather_again(f);
}

static void a_bye_ends_the_checks(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    check_right(f);
    hang_up(f);
    gather_again(f);
}

/* Nothing is there to be patient for. */
static void the_peer_has_no_ice_and_the_relay_goes(struct forge *f)
{
    gather_relay(f);
    convey(f, true, NT_SIP_INVITE, 1, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 1, "", "m=audio 6000 RTP/AVP 0\r\n" AT_R);
    wait(f, 100);
    release_relay(f);
}

/* --- which candidates are in use: RFC 8445, 8.3.1 --- */

static const char both_hosts[] = HOST_L "a=candidate:2 1 UDP 2130706175 10.9.0.1 5000 typ host\r\n";

/* The first session selected 10.0.0.1, the second 10.9.0.1. */
static void the_other_host_is_selected(struct forge *f)
{
    char l[600];
    struct nt_addr l2 = addr("10.9.0.1:5000");
    uint32_t priority = UINT32_C(110) << 24 | (2130706175 & 0xffffff);
    snprintf(l, sizeof l, "%s%s%s", AUDIO_L, CREDENTIALS_L, both_hosts);
    offer_and_answer(f, l, audio_r);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 2000);
    snprintf(l, sizeof l, "%s%s%s", AUDIO_L, AGAIN_L("2"), both_hosts);
    convey(f, true, NT_SIP_INVITE, 2, ice2, l);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
    ask_and_answer(f, &(struct ask){.left = true, .from = l2, .to = f->r, .flags = CONTROLLING, .priority = priority});
    ask_and_answer(f, &(struct ask){.left = false, .from = f->r, .to = l2, .flags = CONTROLLED});
    ask_and_answer(f, &(struct ask){.left = true, .from = l2, .to = f->r, .flags = CONTROLLING | NOMINATE, .priority = priority});
    wait(f, 4000);
}

static void goes_on_with_the_other_host(struct forge *f)
{
    wait(f, 1000);
    ask_and_answer(f, &(struct ask){.left = true,
                                    .from = addr("10.9.0.1:5000"),
                                    .to = f->r,
                                    .flags = CONTROLLING,
                                    .priority = UINT32_C(110) << 24 | (2130706175 & 0xffffff)});
}

static void the_host_of_the_session_before_is_freed(struct forge *f)
{
    the_other_host_is_selected(f);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_L);
    goes_on_with_the_other_host(f);
    wait(f, 1000);
}

static void the_selected_host_does_not_answer_after_the_restart(struct forge *f)
{
    the_other_host_is_selected(f);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = addr("10.9.0.1:5000"), .flags = CONTROLLED}, TAP_L);
    f->guilty = (uint32_t)f->c.frame_count;
    goes_on_with_the_other_host(f);
    wait(f, 1000);
}

/* --- trickle --- */

static const char trickling[] = "a=ice-options:ice2 trickle\r\n";

/* RFC 8840, 4.3: R trickles before its answer; each section has its own candidates. */
static void candidates_come_before_the_answer(struct forge *f)
{
    char l[1200], r[1200];
    snprintf(l, sizeof l, "%s%s%s", audio_l, "a=mid:1\r\n", video_l);
    snprintf(r, sizeof r, "%s%s%s", audio_r, "a=mid:1\r\n", video_r);
    convey(f, true, NT_SIP_INVITE, 1, trickling, l);
    convey(f, false, NT_SIP_INFO, 1, CREDENTIALS_R "m=audio 9 RTP/AVP 0\r\na=mid:1\r\n", HOST_R "a=end-of-candidates\r\n");
    convey(f, false, NT_SIP_INFO, 2,
           "m=video 9 RTP/AVP 31\r\na=mid:2\r\na=ice-ufrag:RRRV\r\na=ice-pwd:passwordVofRpasswordVofR\r\n",
           "a=candidate:1 1 UDP 2130706431 10.0.0.2 6002 typ host\r\n");
    convey(f, false, NT_SIP_OK, 1, trickling, r);
}

/* --- consent --- */

/* RFC 7675, 5.1: "An endpoint does not need to maintain consent if it does not send application data." */
static void consent_rests_with_the_data(struct forge *f)
{
    agree(f);
    say(f, true, f->l, f->r);
    wait(f, 4500);
    check_left(f, 0);
    for (int i = 0; i < 5; i++) { /* keepalives */
        wait(f, 10000);
        fresh(f);
        start(f, NT_STUN_INDICATION, NT_STUN_BINDING);
        sealed(f, NULL);
        send(f, TAP_L, TAP_R, f->l, f->r);
    }
    check_left(f, 0);
    say(f, true, f->l, f->r);
}

/* As libnice: an agent of RFC 5245 keeps its pair alive with checks, each 25 s, and knows of no consent. */
static void an_old_agent_keeps_alive_with_checks(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, "", audio_l);
    convey(f, false, NT_SIP_OK, 1, "", audio_r);
    pair_up(f, f->l, f->r, NOMINATE);
    for (int i = 0; i < 7; i++) {
        say(f, true, f->l, f->r);
        wait(f, 14940);
        check_left(f, 0);
    }
}

/* --- what a capture does not tell --- */

/* L gathered before the capture began, and hides its bases: which component its sockets serve, its priorities tell. */
static void two_components_behind_hidden_bases(struct forge *f)
{
    static const char l[] = "m=audio 40000 RTP/AVP 0\r\nc=IN IP4 203.0.113.7\r\n" CREDENTIALS_L
                            "a=candidate:1 1 UDP 1694498815 203.0.113.7 40000 typ srflx raddr 0.0.0.0 rport 9\r\n"
                            "a=candidate:1 2 UDP 1694498814 203.0.113.7 40001 typ srflx raddr 0.0.0.0 rport 9\r\n";
    struct nt_addr l2 = addr("10.0.0.1:5001"), r2 = addr("10.0.0.2:6001");
    convey(f, true, NT_SIP_INVITE, 1, ice2, l);
    convey(f, false, NT_SIP_OK, 1, ice2, TWO_R);
    pair_up(f, f->l, f->r, NOMINATE);
    ask_and_answer(f, &(struct ask){.left = true, .from = l2, .to = r2, .flags = CONTROLLING, .priority = FORGE_PRFLX - 1});
    ask_and_answer(f, &(struct ask){.left = false, .from = r2, .to = l2, .flags = CONTROLLED, .priority = FORGE_PRFLX - 1});
    ask_and_answer(f,
                   &(struct ask){.left = true, .from = l2, .to = r2, .flags = CONTROLLING | NOMINATE, .priority = FORGE_PRFLX - 1});
    say(f, true, f->l, f->r);
    say(f, true, l2, r2);
}

/* RFC 3261, 17.1.1.2: an INVITE that was not answered is sent again, although an INFO came between. */
static void an_offer_is_sent_again(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, trickling, AUDIO_L "a=mid:1\r\n" CREDENTIALS_L HOST_L);
    convey(f, true, NT_SIP_INFO, 2, CREDENTIALS_L "m=audio 9 RTP/AVP 0\r\na=mid:1\r\n",
           HOST_L "a=candidate:2 1 UDP 2130706175 10.9.0.1 5000 typ host\r\na=end-of-candidates\r\n");
    convey(f, true, NT_SIP_INVITE, 1, trickling, AUDIO_L "a=mid:1\r\n" CREDENTIALS_L HOST_L);
    convey(f, false, NT_SIP_OK, 1, trickling, AUDIO_R "a=mid:1\r\n" CREDENTIALS_R HOST_R);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 20);
    convey(f, true, NT_SIP_INVITE, 1, trickling, AUDIO_L "a=mid:1\r\n" CREDENTIALS_L HOST_L);
    convey(f, false, NT_SIP_OK, 1, trickling, AUDIO_R "a=mid:1\r\n" CREDENTIALS_R HOST_R);
}

/* Two agents may have one username fragment; the passwords tell them apart. */
static void both_have_one_username_fragment(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, AUDIO_L "a=ice-ufrag:SAME\r\na=ice-pwd:passwordofLpasswordofL\r\n" HOST_L);
    convey(f, false, NT_SIP_OK, 1, ice2, AUDIO_R "a=ice-ufrag:SAME\r\na=ice-pwd:passwordofRpasswordofR\r\n" HOST_R);
    f->ufrag_l = f->ufrag_r = "SAME";
    pair_up(f, f->l, f->r, NOMINATE);
    goes_on(f, 10);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
    pair_up(f, f->l, f->r, NOMINATE);
}

/* RFC 8839, 4.4.1.1.1: one stream restarts, the other goes on with what it has. */
static void one_stream_restarts(struct forge *f)
{
    static const char second_l[] = "m=video 5002 RTP/AVP 31\r\n" AT_L "a=ice-ufrag:LLLW\r\na=ice-pwd:passwordWofLpasswordWofL\r\n"
                                   "a=candidate:1 1 UDP 2130706431 10.0.0.1 5002 typ host\r\n";
    static const char second_r[] = "m=video 6002 RTP/AVP 31\r\n" AT_R "a=ice-ufrag:RRRW\r\na=ice-pwd:passwordWofRpasswordWofR\r\n"
                                   "a=candidate:1 1 UDP 2130706431 10.0.0.2 6002 typ host\r\n";
    struct nt_addr l2 = addr("10.0.0.1:5002"), r2 = addr("10.0.0.2:6002");
    char l[1200], r[1200];
    snprintf(l, sizeof l, "%s%s", audio_l, video_l);
    snprintf(r, sizeof r, "%s%s", audio_r, video_r);
    offer_and_answer(f, l, r);
    pair_up(f, f->l, f->r, NOMINATE);
    are_now(f, "LLLV", "passwordVofLpasswordVofL", "RRRV", "passwordVofRpasswordVofR");
    pair_up(f, l2, r2, NOMINATE);
    wait(f, 2000);
    snprintf(l, sizeof l, "%sa=remote-candidates:1 10.0.0.2 6000\r\n%s", audio_l, second_l);
    snprintf(r, sizeof r, "%s%s", audio_r, second_r);
    convey(f, true, NT_SIP_INVITE, 2, ice2, l);
    convey(f, false, NT_SIP_OK, 2, ice2, r);
    say(f, true, f->l, f->r);
    say(f, true, l2, r2);
    are_now(f, "LLLW", "passwordWofLpasswordWofL", "RRRW", "passwordWofRpasswordWofR");
    pair_up(f, l2, r2, NOMINATE);
    first_ones(f);
    wait(f, 2000);
    check_left(f, 0);
    say(f, true, f->l, f->r);
    say(f, true, l2, r2);
    say(f, false, f->r, f->l);
    goes_on(f, 20);
}

/* The network gives the nomination and its answer twice. */
static void a_nomination_comes_twice(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    pair_up(f, f->l, f->r, 0);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | NOMINATE}, TAP_R);
    frame(f, TAP_R, NT_DIR_IN, &f->l, &f->r, f->buf, f->len);
    answer(f, false, f->l, 0);
    send(f, TAP_R, TAP_L, f->r, f->l);
    send(f, TAP_R, TAP_L, f->r, f->l);
    goes_on(f, 10);
    say(f, true, f->l, f->r);
}

/* RFC 8445, 8.1.1 forbids another pair once one was nominated successfully: the first is not answered. */
static void a_nomination_is_lost(struct forge *f)
{
    struct nt_addr r9 = addr("10.0.0.9:6000");
    offer_and_answer(f, audio_l,
                     AUDIO_R CREDENTIALS_R HOST_R
                     "a=candidate:2 1 UDP 1694498815 10.0.0.9 6000 typ srflx raddr 10.0.0.2 rport 6000\r\n");
    pair_up(f, f->l, f->r, 0);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = r9, .flags = CONTROLLING});
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | NOMINATE}, TAP_NONE);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = r9, .flags = CONTROLLING | NOMINATE}, TAP_NONE);
}

/* RFC 8839, 4.4.1.3: the pairs of two lite agents are complete at once. */
static void both_are_lite(struct forge *f)
{
    static const char lite[] = "a=ice-lite\r\na=ice-options:ice2\r\n";
    convey(f, true, NT_SIP_INVITE, 1, lite, audio_l);
    convey(f, false, NT_SIP_OK, 1, lite, audio_r);
    say(f, true, f->l, f->r);
    say(f, false, f->r, f->l);
    convey(f, true, NT_SIP_INVITE, 2, lite, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.0.0.2 6000\r\n");
    convey(f, false, NT_SIP_OK, 2, lite, audio_r);
    say(f, true, f->l, f->r);
}

static void checked_again(struct forge *f, int ms, int flags)
{
    wait(f, ms);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | flags}, TAP_R);
    answer(f, false, f->l, 0);
    send(f, TAP_R, TAP_NONE, f->r, f->l);
}

/* R's answers are lost, and so are L's to the checks that R is to send: each nomination triggers one, which is sent again. */
static void a_check_triggers_again(struct forge *f, int flags)
{
    offer_and_answer(f, audio_l, audio_r);
    pair_up(f, f->l, f->r, 0);
    checked_again(f, 60, NOMINATE);
    wait(f, 1);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_NONE);
    checked_again(f, 1200, flags);
    wait(f, 1);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_NONE);
    wait(f, 500);
    send(f, TAP_R, TAP_NONE, f->r, f->l);
    check_left(f, NOMINATE);
}

static void a_nomination_is_repeated(struct forge *f)
{
    a_check_triggers_again(f, NOMINATE);
}

static void consent_triggers_a_check(struct forge *f)
{
    a_check_triggers_again(f, 0);
}

/* The first answer has no ICE, the second has: patience is measured from there. */
static void ice_comes_with_the_second_answer(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 1, "", "m=audio 6000 RTP/AVP 0\r\n" AT_R);
    say(f, true, f->l, f->r);
    wait(f, 20000);
    say(f, true, f->l, f->r);
    convey(f, true, NT_SIP_INVITE, 2, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 2, ice2, audio_r);
    pair_up(f, f->l, f->r, NOMINATE);
    say(f, true, f->l, f->r);
}

/* --- breaches --- */

static void patience_after_the_second_answer(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 1, "", "m=audio 6000 RTP/AVP 0\r\n" AT_R);
    wait(f, 1000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 2, ice2, audio_r);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_R);
    f->guilty = (uint32_t)f->c.frame_count;
    wait(f, 2000);
}

/* RFC 8838, 10: the candidate is of the session before, and not yet of this one. */
static void a_check_from_a_candidate_of_the_session_before(struct forge *f)
{
    struct nt_addr l2 = addr("10.9.0.1:5000");
    char l[600];
    snprintf(l, sizeof l, "%s%s%s%s", AUDIO_L, "a=mid:1\r\n", CREDENTIALS_L, both_hosts);
    convey(f, true, NT_SIP_INVITE, 1, trickling, l);
    convey(f, false, NT_SIP_OK, 1, trickling, audio_r);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, trickling, AUDIO_L "a=mid:1\r\n" AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_OK, 2, trickling, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
    wait(f, 60);
    guilty_next(f);
    uint32_t guilty = f->guilty;
    ask(f,
        &(struct ask){
            .left = true, .from = l2, .to = f->r, .flags = CONTROLLING, .priority = UINT32_C(110) << 24 | (2130706175 & 0xffffff)},
        TAP_NONE);
    wait(f, 100);
    convey(f, true, NT_SIP_INFO, 3, AGAIN_L("2") "m=audio 9 RTP/AVP 0\r\na=mid:1\r\n", both_hosts);
    f->guilty = guilty;
}

/* The restart was not answered: the session before goes on. */
static void the_restart_forgets_the_session_before(struct forge *f)
{
    agree(f);
    wait(f, 4500);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    wait(f, 20);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED}, TAP_L);
    answer(f, true, f->r, 401);
    guilty_next(f);
    send(f, TAP_L, TAP_R, f->l, f->r);
    wait(f, 1000);
}

static void two_streams_share_a_foundation(struct forge *f)
{
    char l[1200];
    snprintf(l, sizeof l, "%s%s", AUDIO_L CREDENTIALS_L HOST_L,
             "m=video 5002 RTP/AVP 31\r\nc=IN IP4 10.9.0.1\r\na=ice-ufrag:LLLV\r\na=ice-pwd:passwordVofLpasswordVofL\r\n"
             "a=candidate:1 1 UDP 2130706431 10.9.0.1 5002 typ host\r\n");
    guilty_next(f);
    convey(f, true, NT_SIP_INVITE, 1, ice2, l);
}

static void again(struct forge *f, bool left, const char *media)
{
    agree(f);
    wait(f, 1000);
    guilty_next(f);
    convey(f, left, NT_SIP_INVITE, 2, ice2, media);
}

static void a_controlled_agent_has_remote_candidates(struct forge *f)
{
    again(f, false, AUDIO_R CREDENTIALS_R HOST_R "a=remote-candidates:1 10.0.0.1 5000\r\n");
}

static void a_restart_has_remote_candidates(struct forge *f)
{
    again(f, true, AUDIO_L AGAIN_L("2") HOST_L "a=remote-candidates:1 10.0.0.2 6000\r\n");
}

static void remote_candidates_before_nomination(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    pair_up(f, f->l, f->r, 0);
    wait(f, 20);
    guilty_next(f);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L CREDENTIALS_L HOST_L "a=remote-candidates:1 10.0.0.2 6000\r\n");
}

static void another_candidate_than_the_nominated_one(struct forge *f)
{
    again(f, true,
          "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.9.0.1\r\n" CREDENTIALS_L
          "a=candidate:2 1 UDP 2130706175 10.9.0.1 5000 typ host\r\na=remote-candidates:1 10.0.0.2 6000\r\n");
}

static void a_lite_agent_has_one_of_two_components(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, TWO_L);
    convey(f, false, NT_SIP_OK, 1, "a=ice-lite\r\na=ice-options:ice2\r\n", TWO_R);
    check_left(f, 0);
    check_left(f, NOMINATE);
    guilty_next(f);
    say(f, false, f->r, f->l);
}

static void the_roles_change_with_the_restart(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
    wait(f, 60);
    guilty_next(f);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLED}, TAP_NONE);
}

/* RFC 8839, 4.4.2.1: who answers a restart "MUST change" its credentials, too. */
static void a_restart_is_answered_with_old_credentials(struct forge *f)
{
    agree(f);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    guilty_next(f);
    convey(f, false, NT_SIP_OK, 2, ice2, AUDIO_R CREDENTIALS_R HOST_R);
}

/* RFC 8445, 7.3.1.1: a conflict makes L switch, and check the pair again at once; that is no request for consent, which the next
 * one is, 4 s after the last at least. */
static void a_late_conflict(struct forge *f)
{
    const struct ask consent = {.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING};
    const struct ask conflict = {.left = false, .from = f->r, .to = f->l, .flags = CONTROLLING, .tie = FORGE_TIE_L + 1};
    const struct ask switched = {.left = true, .from = f->l, .to = f->r, .flags = CONTROLLED};
    agree(f);
    wait(f, 5000);
    ask_and_answer(f, &consent);
    wait(f, 1000);
    f->marks = NT_MARK_INJECTED;
    ask(f, &conflict, TAP_L);
    f->marks = 0;
    answer(f, true, f->r, 0);
    send(f, TAP_L, TAP_R, f->l, f->r);
    wait(f, 60);
    ask(f, &switched, TAP_NONE); /* it is lost */
}

/* RFC 8445, 10: "An agent compliant to this specification MUST inform the peer about the compliance using the 'ice2' option"; it is
 * advice, for it may be an agent of RFC 5245. */
static void an_offer_without_ice2(struct forge *f)
{
    guilty_next(f);
    convey(f, true, NT_SIP_INVITE, 1, "", audio_l);
    convey(f, false, NT_SIP_OK, 1, ice2, audio_r);
}

TEST(nobody_is_blamed)
{
    static const struct story stories[] = {STORY(two_restarts_cross),
                                           STORY(a_restart_is_rolled_back),
                                           STORY(a_restart_during_checks),
                                           STORY(a_restart_has_other_priorities),
                                           STORY(consent_during_the_restart),
                                           STORY(the_other_side_restarts),
                                           STORY(a_stream_is_added),
                                           STORY(two_sections_on_one_transport),
                                           STORY(both_sections_have_the_candidates),
                                           STORY(the_second_section_has_the_transport),
                                           STORY(the_bundle_trickles),
                                           STORY(the_peer_has_no_ice),
                                           STORY(the_answer_has_ice_mismatch),
                                           STORY(one_section_has_no_ice),
                                           STORY(a_component_never_becomes_valid),
                                           STORY(an_offer_before_the_second_component),
                                           STORY(a_lite_agent_answers_for_long),
                                           STORY(the_peer_has_no_ice_and_the_relay_goes),
                                           STORY(an_old_agent_keeps_alive_with_checks),
                                           STORY(two_components_behind_hidden_bases),
                                           STORY(an_offer_is_sent_again),
                                           STORY(both_have_one_username_fragment),
                                           STORY(one_stream_restarts),
                                           STORY(a_nomination_comes_twice),
                                           STORY(a_nomination_is_lost),
                                           STORY(ice_comes_with_the_second_answer),
                                           STORY(a_nomination_is_repeated),
                                           STORY(consent_triggers_a_check),
                                           STORY(a_late_conflict),
                                           STORY(both_are_lite)};
    judge_stories(stories, sizeof stories / sizeof stories[0]);
}

TEST(nobody_gets_advice)
{
    static const struct story stories[] = {STORY(two_restarts_cross),
                                           STORY(a_restart_is_rolled_back),
                                           STORY(both_sections_have_the_candidates),
                                           STORY(two_sections_on_one_transport),
                                           STORY(a_check_crosses_the_bye),
                                           STORY(a_bye_ends_the_checks),
                                           STORY(the_host_of_the_session_before_is_freed),
                                           STORY(candidates_come_before_the_answer),

                                           STORY(consent_rests_with_the_data)};
    judge_good_stories(stories, sizeof stories / sizeof stories[0]);
}

TEST(who_breaks_a_rule_is_blamed_alone)
{
    static const struct breach breaches[] = {
        BREACH(an_offer_without_ice2, "RFC8445-10-ice2", "L", 1),
        BREACH(the_selected_host_does_not_answer_after_the_restart, "RFC8445-7.3-answer", "L", 1),
        BREACH(two_streams_share_a_foundation, "RFC8445-5.1.1.3-foundation", "L", 1),
        BREACH(a_controlled_agent_has_remote_candidates, "RFC8839-4.4.1.2.2-remote", "R", 1),
        BREACH(a_restart_has_remote_candidates, "RFC8839-4.4.1.2.2-remote", "L", 1),
        BREACH(remote_candidates_before_nomination, "RFC8839-4.4.1.2.2-remote", "L", 1),
        BREACH(another_candidate_than_the_nominated_one, "RFC8839-4.4.1.2.2-nominated", "L", 1),
        BREACH(a_lite_agent_has_one_of_two_components, "RFC8445-12.1.1-lite", "R", 1),
        BREACH(the_roles_change_with_the_restart, "RFC8445-6.1.1-role", "L", 1),
        BREACH(patience_after_the_second_answer, "RFC8863-4-listening", "R", 1),
        BREACH(a_check_from_a_candidate_of_the_session_before, "RFC8838-10-conveyed", "L", 1),
        BREACH(the_restart_forgets_the_session_before, "RFC8445-7.3-left-half", "L", 1),
        BREACH(a_restart_is_answered_with_old_credentials, "RFC8839-4.4.1.1.1-restart", "R", 1)};
    judge_breaches(breaches, sizeof breaches / sizeof breaches[0]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_is_blamed), cmocka_unit_test(nobody_gets_advice),
                                       cmocka_unit_test(who_breaks_a_rule_is_blamed_alone)};
    return RUN_TESTS(tests);
}
