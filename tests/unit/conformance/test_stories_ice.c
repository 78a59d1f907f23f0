/* RFC 8445, 7675 and 8863: stories in which nobody breaks a rule, each of which was once taken for a breach; and stories in which
 * one party breaks one rule, which is blamed at that frame and nobody else. */
#include "tests/unit/conformance/forge_call.h"
#include "tests/unit/conformance/stories.h"

/* --- restart: RFC 8445, 9; RFC 8839, 4.4.3 --- */

static void restarted(struct forge *f)
{
    agree(f);
    say(f, true, f->l, f->r);
    wait(f, 2000);
    convey(f, true, NT_SIP_INVITE, 2, ice2,
           "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:LLL2\r\na=ice-pwd:secondpwdLsecondpwdLxx\r\n"
           "a=candidate:1 1 UDP 2130706431 10.0.0.1 5000 typ host\r\n");
    convey(f, false, NT_SIP_OK, 2, ice2,
           "m=audio 6002 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\na=ice-ufrag:RRR2\r\na=ice-pwd:secondpwdRsecondpwdRxx\r\n"
           "a=candidate:1 1 UDP 2130706431 10.0.0.2 6002 typ host\r\n");
    f->ufrag_l = "LLL2";
    f->ufrag_r = "RRR2";
    nt_stun_key_short(&f->pwd_l, "secondpwdLsecondpwdLxx");
    nt_stun_key_short(&f->pwd_r, "secondpwdRsecondpwdRxx");
}

/* New credentials, another tie-breaker, another pair nominated; the old pair carries data until then. */
static void a_restart_begins_anew(struct forge *f)
{
    struct nt_addr r2 = addr("10.0.0.2:6002");
    restarted(f);
    say(f, true, f->l, f->r);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = r2, .flags = CONTROLLING, .tie = 77});
    ask_and_answer(f, &(struct ask){.left = false, .from = r2, .to = f->l, .flags = CONTROLLED, .tie = 66});
    say(f, true, f->l, f->r);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = r2, .flags = CONTROLLING | NOMINATE, .tie = 77});
    say(f, true, f->l, r2);
    say(f, false, r2, f->l);
}

static void a_tie_breaker_changes_after_the_restart(struct forge *f)
{
    struct nt_addr r2 = addr("10.0.0.2:6002");
    restarted(f);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = r2, .flags = CONTROLLING, .tie = 77});
    ask_and_answer(f, &(struct ask){.left = false, .from = r2, .to = f->l, .flags = CONTROLLED, .tie = 66});
    guilty_next(f);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = r2, .flags = CONTROLLING, .tie = 78}, TAP_NONE);
}

static void data_on_the_old_pair_after_the_restart(struct forge *f)
{
    struct nt_addr r2 = addr("10.0.0.2:6002");
    restarted(f);
    pair_up(f, f->l, r2, NOMINATE);
    guilty_next(f);
    say(f, true, f->l, f->r);
}

/* Lost consent, and a restart: the new credentials may use the 5-tuple again (RFC 7675, 5.1). */
static void a_restart_regains_lost_consent(struct forge *f)
{
    agree(f);
    wait(f, 5000);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_NONE);
    wait(f, 40000);
    convey(f, true, NT_SIP_INVITE, 2, ice2,
           "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:LLL2\r\na=ice-pwd:secondpwdLsecondpwdLxx\r\n"
           "a=candidate:1 1 UDP 2130706431 10.0.0.1 5000 typ host\r\n");
    convey(f, false, NT_SIP_OK, 2, ice2,
           "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\na=ice-ufrag:RRR2\r\na=ice-pwd:secondpwdRsecondpwdRxx\r\n"
           "a=candidate:1 1 UDP 2130706431 10.0.0.2 6000 typ host\r\n");
    f->ufrag_l = "LLL2";
    f->ufrag_r = "RRR2";
    nt_stun_key_short(&f->pwd_l, "secondpwdLsecondpwdLxx");
    nt_stun_key_short(&f->pwd_r, "secondpwdRsecondpwdRxx");
    pair_up(f, f->l, f->r, NOMINATE);
    say(f, true, f->l, f->r);
}

/* --- who is bound --- */

/* RFC 7675, 1: "An ICE-lite agent [...] does not generate consent checks"; RFC 8445, 12.1.1: it "MAY begin sending data". */
static void a_lite_agent_sends_data(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 1, "a=ice-lite\r\na=ice-options:ice2\r\n", audio_r);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING});
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | NOMINATE});
    say(f, false, f->r, f->l);
    say(f, true, f->l, f->r);
}

/* RFC 8445, 8.1.1: an agent of RFC 5245 "might nominate more than one candidate pair". */
static void an_agent_of_rfc5245_is_aggressive(struct forge *f)
{
    convey(f, true, NT_SIP_INVITE, 1, "", audio_l);
    convey(f, false, NT_SIP_OK, 1, "", audio_r);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | NOMINATE});
    ask_and_answer(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED});
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = addr("10.0.0.2:6002"), .flags = CONTROLLING | NOMINATE});
}

/* RFC 8445, 7.3.1.5: "the controlled agent MUST reject the nomination request with an appropriate error code response (e.g., 400)".
 */
static void a_nomination_is_rejected(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    pair_up(f, f->l, f->r, 0);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | NOMINATE}, TAP_R);
    answer(f, false, f->l, 400);
    send(f, TAP_R, TAP_L, f->r, f->l);
}

/* --- components and streams --- */

static const char two_l[] =
    "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:LLLL\r\na=ice-pwd:passwordofLpasswordofL\r\n"
    "a=candidate:1 1 UDP 2130706431 10.0.0.1 5000 typ host\r\n"
    "a=candidate:1 2 UDP 2130706430 10.0.0.1 5001 typ host\r\n";
static const char two_r[] =
    "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\na=ice-ufrag:RRRR\r\na=ice-pwd:passwordofRpasswordofR\r\n"
    "a=candidate:1 1 UDP 2130706431 10.0.0.2 6000 typ host\r\n"
    "a=candidate:1 2 UDP 2130706430 10.0.0.2 6001 typ host\r\n"
    "a=candidate:2 2 UDP 1694498814 10.0.0.9 6001 typ srflx raddr 10.0.0.2 rport 6001\r\n";

static void check_second(struct forge *f, struct nt_addr r, int flags)
{
    struct nt_addr l2 = addr("10.0.0.1:5001");
    ask_and_answer(f, &(struct ask){.left = true, .from = l2, .to = r, .flags = CONTROLLING | flags, .priority = FORGE_PRFLX - 1});
}

/* RFC 8445, 8.1.1: one pair for each component; 12.1: data on a valid pair until the component has a selected one. */
static void the_second_component_is_nominated_first(struct forge *f)
{
    struct nt_addr r2 = addr("10.0.0.2:6001"), l2 = addr("10.0.0.1:5001");
    offer_and_answer(f, two_l, two_r);
    check_second(f, r2, 0);
    ask_and_answer(f, &(struct ask){.left = false, .from = r2, .to = l2, .flags = CONTROLLED, .priority = FORGE_PRFLX - 1});
    check_second(f, r2, NOMINATE);
    pair_up(f, f->l, f->r, 0);
    say(f, true, f->l, f->r); /* the first has none */
    say(f, true, l2, r2);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | NOMINATE});
}

static void the_second_component_is_nominated_twice(struct forge *f)
{
    struct nt_addr r2 = addr("10.0.0.2:6001"), l2 = addr("10.0.0.1:5001"), r9 = addr("10.0.0.9:6001");
    offer_and_answer(f, two_l, two_r);
    check_second(f, r2, 0);
    ask_and_answer(f, &(struct ask){.left = false, .from = r2, .to = l2, .flags = CONTROLLED, .priority = FORGE_PRFLX - 1});
    check_second(f, r2, NOMINATE);
    check_second(f, r9, 0);
    guilty_next(f);
    check_second(f, r9, NOMINATE);
}

/* Each stream has a nominated pair of its own. */
static void two_streams(struct forge *f)
{
    struct nt_addr l2 = addr("10.0.0.1:5002"), r2 = addr("10.0.0.2:6002");
    char l[1200], r[1200];
    snprintf(l, sizeof l,
             "%sm=video 5002 RTP/AVP 31\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:LLLL\r\na=ice-pwd:passwordofLpasswordofL\r\n"
             "a=candidate:1 1 UDP 2130706431 10.0.0.1 5002 typ host\r\n",
             audio_l);
    snprintf(r, sizeof r,
             "%sm=video 6002 RTP/AVP 31\r\nc=IN IP4 10.0.0.2\r\na=ice-ufrag:RRRR\r\na=ice-pwd:passwordofRpasswordofR\r\n"
             "a=candidate:1 1 UDP 2130706431 10.0.0.2 6002 typ host\r\n",
             audio_r);
    offer_and_answer(f, l, r);
    pair_up(f, f->l, f->r, NOMINATE);
    pair_up(f, l2, r2, NOMINATE);
    say(f, true, f->l, f->r);
    say(f, true, l2, r2);
}

/* --- candidates and priorities --- */

static const char two_hosts_l[] =
    "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:LLLL\r\na=ice-pwd:passwordofLpasswordofL\r\n"
    "a=candidate:1 1 UDP 2130706431 10.0.0.1 5000 typ host\r\na=candidate:2 1 UDP 2130706175 10.9.0.1 5000 typ host\r\n";

/* RFC 8445, 8.3.1: three seconds after ICE has concluded, candidates that were not selected are freed. */
static void a_freed_candidate_does_not_answer(struct forge *f)
{
    offer_and_answer(f, two_hosts_l, audio_r);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 4000);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = addr("10.9.0.1:5000"), .flags = CONTROLLED}, TAP_L);
    wait(f, 1000);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING});
    wait(f, 1000);
}

static void a_candidate_that_is_not_freed_answers(struct forge *f)
{
    offer_and_answer(f, two_hosts_l, audio_r);
    pair_up(f, f->l, f->r, NOMINATE);
    wait(f, 1000);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = addr("10.9.0.1:5000"), .flags = CONTROLLED}, TAP_L);
    f->guilty = (uint32_t)f->c.frame_count;
    wait(f, 5000);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING});
    wait(f, 1000);
}

/* RFC 8445, 5.1.2.2: 110 is a recommendation. */
static void peer_reflexive_ones_have_another_preference(struct forge *f)
{
    uint32_t priority = UINT32_C(105) << 24 | UINT32_C(0xffffff);
    offer_and_answer(f, audio_l, audio_r);
    for (int i = 0; i < 2; i++)
        ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING, .priority = priority});
}

static void the_preference_changes(struct forge *f)
{
    peer_reflexive_ones_have_another_preference(f);
    guilty_next(f);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_NONE);
}

/* The type preference 0 is too low, and that of no candidate that L has told. */
static void a_relayed_check_has_the_lowest_preference(struct forge *f)
{
    gather_relay(f);
    offer_and_answer(f,
                     "m=audio 50000 RTP/AVP 0\r\nc=IN IP4 192.0.2.2\r\na=ice-ufrag:LLLL\r\na=ice-pwd:passwordofLpasswordofL\r\n"
                     "a=candidate:1 1 UDP 16777215 192.0.2.2 50000 typ relay raddr 10.0.0.1 rport 5000\r\n",
                     audio_r);
    permission(f);
    wait(f, 60);
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "RRRR:LLLL");
    nt_stun_add_u32(&f->b, NT_ATTR_PRIORITY, 0xffffff);
    nt_stun_add_u64(&f->b, NT_ATTR_ICE_CONTROLLING, FORGE_TIE_L);
    sealed(f, &f->pwd_r);
    wrap(f, NT_TURN_SEND, f->r);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
}

/* RFC 8445, 5.1.2: "If an agent elects to use a different formula". */
static void priorities_of_another_formula(struct forge *f)
{
    offer_and_answer(
        f,
        "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:LLLL\r\na=ice-pwd:passwordofLpasswordofL\r\n"
        "a=candidate:1 1 UDP 900 10.0.0.1 5000 typ host\r\na=candidate:2 1 UDP 800 10.0.0.7 5000 typ srflx raddr 10.0.0.1 "
        "rport 5000\r\n",
        audio_r);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING, .priority = 850});
}

/* As pion and libre: a socket for the server-reflexive candidate, which is no host candidate. */
static void told_by_the_server(struct forge *f, struct nt_addr socket, struct nt_addr mapped)
{
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    finish(f);
    send(f, TAP_L, TAP_NONE, socket, f->stun);
    start(f, NT_STUN_SUCCESS, NT_STUN_BINDING);
    add_mapped(f, mapped);
    finish(f);
    send(f, TAP_NONE, TAP_L, f->stun, socket);
}

static const char reflexive_l[] =
    "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:LLLL\r\na=ice-pwd:passwordofLpasswordofL\r\n"
    "a=candidate:1 1 UDP 2130706431 10.0.0.1 5000 typ host\r\n"
    "a=candidate:2 1 UDP 1694498559 203.0.113.7 40000 typ srflx raddr 0.0.0.0 rport 9\r\n";

static void a_socket_of_its_own(struct forge *f, uint32_t priority, bool guilty)
{
    struct nt_addr socket = addr("10.0.0.1:7000");
    told_by_the_server(f, socket, addr("203.0.113.7:40000"));
    offer_and_answer(f, reflexive_l, audio_r);
    wait(f, 60);
    if (guilty)
        guilty_next(f);
    ask(f, &(struct ask){.left = true, .from = socket, .to = f->r, .flags = CONTROLLING, .priority = priority}, TAP_NONE);
}

static void a_reflexive_candidate_has_a_socket_of_its_own(struct forge *f)
{
    a_socket_of_its_own(f, UINT32_C(110) << 24 | (1694498559 & 0xffffff), false);
}

/* Which socket has which of two candidates, the server has said. */
static void two_reflexive_candidates_have_sockets_of_their_own(struct forge *f)
{
    char offer[600];
    struct nt_addr second = addr("10.0.0.1:7001");
    snprintf(offer, sizeof offer, "%sa=candidate:2 1 UDP 1694498303 203.0.113.7 40001 typ srflx raddr 0.0.0.0 rport 9\r\n",
             reflexive_l);
    told_by_the_server(f, addr("10.0.0.1:7000"), addr("203.0.113.7:40000"));
    wait(f, 60);
    told_by_the_server(f, second, addr("203.0.113.7:40001"));
    offer_and_answer(f, offer, audio_r);
    wait(f, 60);
    ask(f,
        &(struct ask){.left = true,
                      .from = second,
                      .to = f->r,
                      .flags = CONTROLLING,
                      .priority = UINT32_C(110) << 24 | (1694498303 & 0xffffff)},
        TAP_NONE);
}

static void a_wrong_priority_from_a_socket_of_its_own(struct forge *f)
{
    a_socket_of_its_own(f, UINT32_C(110) << 24 | 1234, true);
}

/* A burst of checks: each triggers one, in turn, one every Ta. */
static void a_burst_of_checks(struct forge *f)
{
    enum { MANY = 40 };
    offer_and_answer(f, audio_l, audio_r);
    for (int i = 0; i < MANY; i++) {
        struct nt_addr source = addr("10.0.0.3:0");
        source.port = (uint16_t)(9000 + i);
        ask(f, &(struct ask){.left = false, .from = source, .to = f->l, .flags = CONTROLLED}, TAP_L);
        answer(f, true, source, 0);
        send(f, TAP_L, TAP_NONE, f->l, source);
        f->c.frames[f->c.frame_count - 3].marks = NT_MARK_INJECTED; /* R's sockets are not looked at */
    }
    for (int i = 0; i < MANY; i++) {
        struct nt_addr to = addr("10.0.0.3:0");
        to.port = (uint16_t)(9000 + i);
        wait(f, 99);
        ask(f, &(struct ask){.left = true, .from = f->l, .to = to, .flags = CONTROLLING}, TAP_NONE);
    }
}

/* --- roles --- */

/* RFC 8445, 7.2.5.1: R has switched on L's check when the 487 to its own earlier one comes: "the agent MUST change the tiebreaker
 * value". */
static void a_487_comes_after_the_switch(struct forge *f)
{
    uint8_t id[NT_STUN_ID];
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 60);
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLING}, TAP_L);
    memcpy(id, f->id, sizeof id);
    nt_time came = f->now;
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_R);
    answer(f, false, f->l, 0);
    send(f, TAP_R, TAP_L, f->r, f->l);
    memcpy(f->id, id, sizeof id);
    answer(f, true, f->r, 487);
    send(f, TAP_L, TAP_R, f->l, f->r);
    f->now = came + 60 * NT_MSEC;
    ask(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED, .tie = FORGE_TIE_R + 1}, TAP_L);
    answer(f, true, f->r, 0);
    send(f, TAP_L, TAP_R, f->l, f->r);
}

/* --- consent --- */

/* RFC 7675, 5.1: "An endpoint does not need to maintain consent if it does not send application data. However, an endpoint MUST
 * regain consent before it resumes". */
static void idle_and_then_again(struct forge *f)
{
    agree(f);
    say(f, true, f->l, f->r);
    wait(f, 45000);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING});
    say(f, true, f->l, f->r);
}

static void ask_for_consent(struct forge *f, int ms, int flags, bool answered)
{
    wait(f, ms);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | flags}, answered ? TAP_R : TAP_NONE);
    if (!answered)
        return;
    answer(f, false, f->l, 0);
    send(f, TAP_R, TAP_L, f->r, f->l);
}

/* The requests may carry USE-CANDIDATE: they are for consent all the same. */
static void data_outlives_consent(struct forge *f)
{
    agree(f);
    ask_for_consent(f, 5000, NOMINATE, true);
    for (int i = 0; i < 5; i++)
        ask_for_consent(f, 4400 + 300 * i, NOMINATE, false);
    wait(f, 30000);
    guilty_next(f);
    say(f, true, f->l, f->r);
}

/* What a step has damaged may have been the request that is missing. */
static void a_request_for_consent_is_damaged(struct forge *f)
{
    agree(f);
    ask_for_consent(f, 5000, 0, true);
    ask_for_consent(f, 4500, 0, true);
    wait(f, 5100);
    text(f, "\x01 was a request");
    f->marks = NT_MARK_DAMAGED;
    send(f, TAP_L, TAP_R, f->l, f->r);
    f->marks = 0;
    wait(f, 2000);
    say(f, true, f->l, f->r);
    ask_for_consent(f, 3400, 0, true);
}

/* Likewise of one on another pair: it was not the one that is missing here. */
static void a_request_for_consent_is_missing(struct forge *f)
{
    agree(f);
    ask_for_consent(f, 5000, 0, true);
    wait(f, 5100);
    text(f, "\x01 was a request");
    f->marks = NT_MARK_DAMAGED;
    send(f, TAP_L, TAP_NONE, f->l, addr("10.0.0.3:9000"));
    f->marks = 0;
    wait(f, 2000);
    say(f, true, f->l, f->r);
    f->guilty = (uint32_t)f->c.frame_count + 1;
    ask_for_consent(f, 3400, 0, true);
}

/* RFC 8445, 11: what L gets is no keepalive of its own, and what it sends on another pair is none on this. */
static void the_peer_is_silent_for_long(struct forge *f)
{
    agree(f);
    for (int i = 0; i < 2; i++) {
        text(f, "\x80 data");
        send(f, TAP_NONE, TAP_L, f->r, f->l);
        wait(f, 20000);
    }
}

static void silent_for_long(struct forge *f)
{
    agree(f);
    say(f, true, f->l, f->r);
    wait(f, 15100);
    guilty_next(f);
    say(f, true, f->l, f->r);
}

/* Beyond the data that is kept one by one, the first datagram on each pair is. */
static void data_elsewhere_after_much_data(struct forge *f)
{
    agree(f);
    for (int i = 0; i < 16500; i++)
        say(f, true, f->l, f->r);
    ask_for_consent(f, 5000, 0, true);
    text(f, "\x80 data");
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, addr("10.0.0.3:9000"));
}

static void consent_by_the_clock(struct forge *f)
{
    agree(f);
    for (int i = 0; i < 6; i++) {
        if (i == 5)
            f->guilty = (uint32_t)f->c.frame_count + 1;
        ask_for_consent(f, 4998, 0, true);
    }
}

static void data_after_a_403(struct forge *f)
{
    agree(f);
    wait(f, 5000);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_R);
    answer(f, false, f->l, 403);
    send(f, TAP_R, TAP_L, f->r, f->l);
    guilty_next(f);
    say(f, true, f->l, f->r);
}

static void a_403_ends_the_data(struct forge *f)
{
    agree(f);
    say(f, true, f->l, f->r);
    wait(f, 5000);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_R);
    answer(f, false, f->l, 403);
    send(f, TAP_R, TAP_L, f->r, f->l);
}

/* --- what is never done, or too early --- */

static void never_nominates(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING});
    f->guilty = (uint32_t)f->c.frame_count;
    ask_and_answer(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED});
    wait(f, 45000);
}

/* L may refuse the address, and then it has no valid pair that it could nominate. */
static void a_mapped_address_where_nobody_is(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    wait(f, 60);
    ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING}, TAP_R);
    answer(f, false, addr("127.0.0.1:5000"), 0);
    guilty_next(f);
    send(f, TAP_R, TAP_L, f->r, f->l);
    ask_and_answer(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED});
    wait(f, 45000);
}

/* L's only valid pair is relayed, R's controls nothing; `code`: how the server answers a Refresh (437: the allocation is gone). */
static void a_relayed_pair_is_never_nominated(struct forge *f, int code)
{
    gather_relay(f);
    signal(f, true, 1);
    signal(f, false, 1);
    permission(f);
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    relay_down(f, 0);
    answer(f, false, f->relayed, 0);
    relay_up(f, 0);
    f->guilty = (uint32_t)f->c.frame_count;
    wait(f, 60);
    f->reset_at = code != 0 ? f->now : 0; /* a step */
    turn_request(f, NT_TURN_REFRESH);
    turn_signed(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    turn_answer(f, NT_TURN_REFRESH, code, &f->alice);
    if (code == 0) {
        start(f, NT_STUN_SUCCESS, NT_TURN_REFRESH);
        nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 600);
        sealed256(f, &f->alice);
    }
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    wait(f, 45000);
}

static void the_valid_pair_is_lost_with_its_allocation(struct forge *f)
{
    a_relayed_pair_is_never_nominated(f, 437);
}

static void the_relayed_pair_is_never_nominated(struct forge *f)
{
    a_relayed_pair_is_never_nominated(f, 0);
}

static void hangs_up_before_it_nominates(struct forge *f)
{
    struct nt_sip_message bye = {.kind = NT_SIP_BYE,
                                 .cseq = 2,
                                 .call_id = "1@natsim.invalid",
                                 .from = "l",
                                 .to = "r",
                                 .branch = "z9hG4bK2",
                                 .via = addr("198.18.0.1:5060"),
                                 .in_dialog = true};
    char sip[1000];
    offer_and_answer(f, audio_l, audio_r);
    pair_up(f, f->l, f->r, 0);
    int len = nt_sip_write(&bye, sip, sizeof sip);
    cross(f, TAP_L_SIGNALLING, TAP_R_SIGNALLING, addr("198.18.0.1:5060"), addr("198.18.0.2:5060"), (uint8_t *)sip, (size_t)len);
    wait(f, 45000);
}

static void lite_with(struct forge *f, int flags, bool data)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, audio_l);
    convey(f, false, NT_SIP_OK, 1, "a=ice-lite\r\na=ice-options:ice2\r\n", audio_r);
    guilty_next(f);
    if (data)
        say(f, false, f->r, f->l);
    else {
        wait(f, 60);
        ask(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = flags}, TAP_NONE);
    }
}

static void a_full_agent_is_controlled_by_a_lite_one(struct forge *f)
{
    lite_with(f, CONTROLLED, false);
}

static void a_lite_agent_sends_data_at_once(struct forge *f)
{
    lite_with(f, 0, true);
}

/* --- what is judged --- */

TEST(nobody_is_blamed)
{
    static const struct story stories[] = {STORY(a_restart_begins_anew),
                                           STORY(a_restart_regains_lost_consent),
                                           STORY(a_lite_agent_sends_data),
                                           STORY(an_agent_of_rfc5245_is_aggressive),
                                           STORY(a_nomination_is_rejected),
                                           STORY(the_second_component_is_nominated_first),
                                           STORY(two_streams),
                                           STORY(a_freed_candidate_does_not_answer),
                                           STORY(peer_reflexive_ones_have_another_preference),
                                           STORY(priorities_of_another_formula),
                                           STORY(a_reflexive_candidate_has_a_socket_of_its_own),
                                           STORY(two_reflexive_candidates_have_sockets_of_their_own),
                                           STORY(a_burst_of_checks),
                                           STORY(a_487_comes_after_the_switch),
                                           STORY(idle_and_then_again),
                                           STORY(a_403_ends_the_data),
                                           STORY(hangs_up_before_it_nominates),
                                           STORY(the_valid_pair_is_lost_with_its_allocation)};
    judge_stories(stories, sizeof stories / sizeof stories[0]);
}

TEST(nobody_gets_advice)
{
    static const struct story stories[] = {STORY_OF(a_request_for_consent_is_damaged, "RFC7675-5.1-interval"),
                                           STORY(the_peer_is_silent_for_long)};
    judge_good_stories(stories, sizeof stories / sizeof stories[0]);
}

TEST(who_breaks_a_rule_is_blamed_alone)
{
    static const struct breach breaches[] = {BREACH(a_tie_breaker_changes_after_the_restart, "RFC8445-16.1-tie-breaker", "L", 1),
                                             BREACH(data_on_the_old_pair_after_the_restart, "RFC8445-12.1-valid", "L", 1),
                                             BREACH(the_second_component_is_nominated_twice, "RFC8445-8.1.1-one", "L", 1),
                                             BREACH(a_candidate_that_is_not_freed_answers, "RFC8445-7.3-answer", "L", 1),
                                             BREACH(a_relayed_check_has_the_lowest_preference, "RFC8445-7.1.1-priority", "L", 1),
                                             BREACH(the_preference_changes, "RFC8445-7.1.1-priority", "L", 1),
                                             BREACH(a_wrong_priority_from_a_socket_of_its_own, "RFC8445-7.1.1-priority", "L", 1),
                                             BREACH(data_outlives_consent, "RFC7675-5.1-expiry", "L", 1),
                                             BREACH(silent_for_long, "RFC8445-11-keepalive", "L", 1),
                                             BREACH(data_elsewhere_after_much_data, "RFC8445-12.1-valid", "L", 1),
                                             BREACH(a_request_for_consent_is_missing, "RFC7675-5.1-rate", "L", 1),
                                             BREACH(consent_by_the_clock, "RFC7675-5.1-random", "L", 1),
                                             BREACH(data_after_a_403, "RFC7675-5.2-revoked", "L", 1),
                                             BREACH(never_nominates, "RFC8445-8.1.1-eventually", "L", 1),
                                             BREACH(the_relayed_pair_is_never_nominated, "RFC8445-8.1.1-eventually", "L", 1),
                                             BREACH(a_mapped_address_where_nobody_is, "RFC8445-7.3-mapped", "R", 1),
                                             BREACH(a_full_agent_is_controlled_by_a_lite_one, "RFC8445-6.1.1-lite", "L", 1),
                                             BREACH(a_lite_agent_sends_data_at_once, "RFC8445-12.1.1-lite", "R", 1)};
    judge_breaches(breaches, sizeof breaches / sizeof breaches[0]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_is_blamed), cmocka_unit_test(nobody_gets_advice),
                                       cmocka_unit_test(who_breaks_a_rule_is_blamed_alone)};
    return RUN_TESTS(tests);
}
