/* Ends of the signalling and the platform: odd lines do not stop a message, and what is not taken or does not leave is told. */
#include "tests/unit/help.h"

#include "core/base/err.h"
#include "scenarios/apps/platform.h"
#include "scenarios/apps/sip_end.h"
#include "scenarios/apps/sip_queue.h"

#include <stdio.h>
#include <string.h>

#define SESSION "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"
#define MEDIA                                                                                                                      \
    "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\na=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"                     \
    "a=candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host\r\n"

#define MEDIA_FRAGMENT                                                                                                             \
    "m=audio 9 RTP/AVP 0\r\na=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"                                              \
    "a=candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host\r\n"

static struct {
    size_t count;
    struct nt_trace_event last;
    char text[400]; /* of the last */
} told[NT_TR_SDP_NOTE + 1];

static void listen(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    told[ev->kind].count++;
    told[ev->kind].last = *ev;
    snprintf(told[ev->kind].text, sizeof told[ev->kind].text, "%s", ev->text != NULL ? ev->text : "");
}

static const struct nt_trace trace = {.emit = listen};

static void assert_discarded(size_t count, enum nt_discard reason, const char *text)
{
    assert_int_equal(told[NT_TR_DISCARDED].count, count);
    assert_int_equal(told[NT_TR_DISCARDED].last.n[0], reason);
    assert_non_null(strstr(told[NT_TR_DISCARDED].text, text));
}

/* --- two ends on one link --- */

struct end {
    struct nt_app_context context;
    struct nt_sip_end *sip;
    size_t received[NT_SIP_PROVISIONAL + 1], candidates;
    size_t refused, unacknowledged;
    struct nt_sip_refusal refusal; /* the last */
};

static struct nt_fabric *fabric;
static struct end l, r;

static void receive(void *receiver, enum nt_sip_kind kind, struct nt_ice_description *d, nt_time now)
{
    struct end *e = receiver;
    (void)now;
    e->received[kind]++;
    if (d == NULL)
        return;
    e->candidates = d->streams[0].candidate_count;
    nt_ice_description_free(d);
}

static void note_refused(void *receiver, const struct nt_sip_refusal *refusal, nt_time now)
{
    struct end *e = receiver;
    (void)now;
    e->refused++;
    e->refusal = *refusal;
}

static void note_unacknowledged(void *receiver, nt_time now)
{
    struct end *e = receiver;
    (void)now;
    e->unacknowledged++;
}

static void begin_end(struct end *e, uint32_t network, const char *user, const char *own, const char *peer, const char *via)
{
    struct nt_addr a = addr(own), bare = nt_addr_with_port(&a, 0);
    struct nt_route route = {.prefix = {.addr = {.family = NT_AF_IPV4}}};
    struct nt_host *host = nt_host_new(fabric, user);
    assert_non_null(host);
    *e = (struct end){.context = {.signal_host = host, .fabric = fabric}};
    assert_int_equal(nt_host_attach(host, network, user, &bare, 1), 0);
    assert_int_equal(nt_routes_add(nt_host_routes(host), &route), 0);
    struct nt_sip_end_config config = {.context = &e->context,
                                       .user = user,
                                       .peer = peer,
                                       .own = a,
                                       .via = addr(via),
                                       .seed = 1,
                                       .trace = trace,
                                       .receive = receive,
                                       .refused = note_refused,
                                       .unacknowledged = note_unacknowledged,
                                       .receiver = e};
    e->sip = nt_sip_end_new(&config);
    assert_non_null(e->sip);
}

FIXTURE(begin)
{
    memset(told, 0, sizeof told);
    fabric = nt_fabric_new(&(struct nt_fabric_config){.seed = 1, .mtu_max = NT_SIP_DATAGRAM_MAX});
    assert_non_null(fabric);
    uint32_t network = nt_fabric_add_network(fabric, &(struct nt_network_config){.name = "link", .mtu = NT_SIP_DATAGRAM_MAX});
    assert_int_equal(network, 0);
    begin_end(&l, network, "L", "198.18.0.1:5060", "R", "198.18.0.2:5060");
    begin_end(&r, network, "R", "198.18.0.2:5060", "L", "198.18.0.1:5060");
    return 0;
}

FIXTURE(end)
{
    nt_sip_end_del(l.sip);
    nt_sip_end_del(r.sip);
    nt_fabric_del(fabric);
    return 0;
}

static void send_text(struct end *e, enum nt_sip_kind kind, const char *text)
{
    nt_time now = nt_fabric_now(fabric);
    nt_sip_end_send_text(e->sip, kind, text, strlen(text), now);
    nt_fabric_run(fabric, now + NT_SEC);
}

TEST(an_odd_line_is_told_and_the_rest_of_the_offer_counts)
{
    send_text(&l, NT_SIP_INVITE, SESSION MEDIA "a=candidate:1 1 UDP 0 192.0.2.9 5000 typ host\r\n");
    assert_int_equal(r.received[NT_SIP_INVITE], 1);
    assert_int_equal(r.candidates, 1);
    assert_int_equal(told[NT_TR_SDP_NOTE].count, 1);
    assert_int_equal(told[NT_TR_SDP_NOTE].last.n[0], 10);
    assert_string_equal(told[NT_TR_SDP_NOTE].text, "line 10 of the offer is ignored: a priority is a number from 1 to 2147483647: "
                                                   "a=candidate:1 1 UDP 0 192.0.2.9 5000 typ host");
    assert_int_equal(told[NT_TR_DISCARDED].count, 0);
}

TEST(what_is_not_printable_is_not_quoted)
{
    send_text(&l, NT_SIP_INVITE, SESSION MEDIA "a=ice-options:\x1b[2J\xff\r\n");
    assert_string_equal(told[NT_TR_SDP_NOTE].text,
                        "line 10 of the offer: an option is of letters, digits, '+' or '/', and spaces separate options: "
                        "a=ice-options:?[2J?");
}

TEST(beyond_the_notes_that_are_kept_their_number_is_told)
{
    char text[8192];
    size_t n = (size_t)snprintf(text, sizeof text, SESSION MEDIA);
    for (int i = 0; i < NT_SDP_NOTES_MAX + 5; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "a=candidate:%d\r\n", i);
    send_text(&l, NT_SIP_INVITE, text);
    assert_int_equal(r.candidates, 1);
    assert_int_equal(told[NT_TR_SDP_NOTE].count, NT_SDP_NOTES_MAX + 1);
    assert_string_equal(told[NT_TR_SDP_NOTE].text, "5 more notes of the offer");
}

static void call(void)
{
    send_text(&l, NT_SIP_INVITE, SESSION MEDIA);
    send_text(&r, NT_SIP_OK, SESSION MEDIA);
    assert_int_equal(l.received[NT_SIP_OK], 1);
    assert_int_equal(r.received[NT_SIP_ACK], 1);
}

TEST(an_odd_line_does_not_drop_trickled_candidates)
{
    call();
    send_text(&r, NT_SIP_INFO,
              "m=audio 9 RTP/AVP 0\r\na=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\nc=IN IP4 192.0.2.1\r\n"
              "a=candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host\r\n"
              "a=candidate:2 1 UDP 2130706430 192.0.2.1 5002 typ host\r\n");
    assert_int_equal(l.received[NT_SIP_INFO], 1);
    assert_int_equal(l.candidates, 2);
    assert_string_equal(told[NT_TR_SDP_NOTE].text,
                        "line 4 of the fragment is ignored: a fragment has m= and a= lines alone: c=IN IP4 192.0.2.1");
}

TEST(what_describes_nothing_is_discarded)
{
    send_text(&l, NT_SIP_INVITE, SESSION);
    assert_int_equal(r.received[NT_SIP_INVITE], 0);
    assert_string_equal(told[NT_TR_SDP_NOTE].text, "line 5 of the offer is ignored: there is no m= line");
    assert_discarded(1, NT_DISCARD_UNREADABLE, "its body describes nothing");
    assert_int_equal(l.refused, 1);
    assert_int_equal(l.refusal.status, 488);
    assert_string_equal(told[NT_TR_OFFER_REJECTED].text, "the peer answers 488");
    assert_int_equal(r.received[NT_SIP_ACK], 0);
    call();
    send_text(&r, NT_SIP_INFO, "m=audio 9 RTP/AVP 0\r\n");
    assert_int_equal(l.received[NT_SIP_INFO], 0);
    assert_discarded(2, NT_DISCARD_UNREADABLE, "its body describes nothing");
}

/* RFC 3261, 14.1 and 17.1.1.3: the call goes on; the ACK ends the transaction and means no more. */
TEST(a_rejected_offer_changes_nothing)
{
    call();
    send_text(&l, NT_SIP_INVITE, SESSION MEDIA);
    assert_int_equal(r.received[NT_SIP_INVITE], 2);
    nt_sip_end_reject(r.sip, nt_fabric_now(fabric));
    nt_fabric_run(fabric, nt_fabric_now(fabric) + NT_SEC);
    assert_int_equal(l.refused, 1);
    assert_int_equal(l.refusal.status, 488);
    assert_int_equal(told[NT_TR_OFFER_REJECTED].count, 1);
    assert_int_equal(told[NT_TR_OFFER_REJECTED].last.n[0], 488);
    assert_int_equal(r.received[NT_SIP_ACK], 1);
    assert_int_equal(told[NT_TR_DISCARDED].count, 0);
    send_text(&l, NT_SIP_INVITE, SESSION MEDIA);
    send_text(&r, NT_SIP_OK, SESSION MEDIA);
    assert_int_equal(l.received[NT_SIP_OK], 2);
    assert_int_equal(r.received[NT_SIP_ACK], 2);
}

TEST(messages_of_other_calls_and_offers_are_outdated)
{
    send_text(&l, NT_SIP_INFO, "a=ice-ufrag:8hhY\r\n");
    assert_discarded(1, NT_DISCARD_OUTDATED, "candidates of another call, or of none");
    send_text(&l, NT_SIP_INVITE, SESSION MEDIA);
    send_text(&r, NT_SIP_OK, SESSION MEDIA);
    nt_sip_end_send_text(r.sip, NT_SIP_OK, SESSION MEDIA, strlen(SESSION MEDIA), nt_fabric_now(fabric)); /* meets the next offer */
    send_text(&l, NT_SIP_INVITE, SESSION MEDIA);
    assert_discarded(2, NT_DISCARD_OUTDATED, "an answer to another offer than the last one");
    assert_int_equal(l.received[NT_SIP_OK], 1);
}

TEST(what_does_not_leave_is_told)
{
    static char large[NT_SIP_DATAGRAM_MAX + 1];
    nt_time now = nt_fabric_now(fabric);
    memset(large, 'x', sizeof large - 1);
    nt_sip_end_send_text(l.sip, NT_SIP_INVITE, large, sizeof large - 1, now);
    assert_int_equal(told[NT_TR_UNSENT].count, 1);
    assert_string_equal(told[NT_TR_UNSENT].text, "it is longer than a datagram");
    call();
    now = nt_fabric_now(fabric);
    for (int i = 0; i < 20; i++)
        assert_int_equal(nt_sip_end_fault(l.sip, NT_MESSAGE_ANY, NT_SIGNAL_DELAY, NT_MSEC), NT_OK);
    for (int i = 0; i < NT_SIP_QUEUE_MAX; i++)
        nt_sip_end_send_text(l.sip, NT_SIP_INFO, MEDIA_FRAGMENT, strlen(MEDIA_FRAGMENT), now);
    assert_int_equal(told[NT_TR_UNSENT].count, 1);
    nt_sip_end_send_text(l.sip, NT_SIP_INFO, MEDIA_FRAGMENT, strlen(MEDIA_FRAGMENT), now);
    assert_int_equal(told[NT_TR_UNSENT].count, 2);
    assert_string_equal(told[NT_TR_UNSENT].text, "32 messages wait to leave");
    nt_fabric_run(fabric, now + 19 * NT_MSEC);
    assert_int_equal(r.received[NT_SIP_INFO], 0);
    nt_fabric_run(fabric, now + 20 * NT_MSEC); /* each fault has delayed them: no limit on their number */
    assert_int_equal(r.received[NT_SIP_INFO], NT_SIP_QUEUE_MAX);
}

/* --- offers within the call: RFC 3261, 14 and 17 --- */

static void tick(void *user, nt_time now)
{
    (void)user;
    (void)now;
}

/* The clock of a fabric moves with what happens alone. */
static void pass(nt_time time)
{
    nt_time until = nt_fabric_now(fabric) + time;
    assert_int_equal(nt_fabric_at(fabric, until, tick, NULL), NT_OK);
    nt_fabric_run(fabric, until);
}

static void offer(struct end *e)
{
    nt_sip_end_send_text(e->sip, NT_SIP_INVITE, SESSION MEDIA, strlen(SESSION MEDIA), nt_fabric_now(fabric));
}

/* 14.2: both get 491; 14.1: the owner of the Call-ID waits for 2.1 to 4 s, the other one for at most 2 s, in units of 10 ms. */
TEST(offers_that_meet_are_refused_both_and_tried_again_in_turn)
{
    call();
    offer(&l);
    offer(&r);
    assert_true(nt_sip_end_is_busy(l.sip));
    pass(NT_SEC);
    assert_int_equal(l.received[NT_SIP_INVITE], 0);
    assert_int_equal(r.received[NT_SIP_INVITE], 1); /* that of the call */
    assert_int_equal(l.refusal.status, 491);
    assert_int_equal(r.refusal.status, 491);
    assert_false(nt_sip_end_is_busy(l.sip));
    assert_in_range(l.refusal.retry_after, 2100 * NT_MSEC, 4000 * NT_MSEC);
    assert_in_range(r.refusal.retry_after, 0, 2000 * NT_MSEC);
    assert_int_equal(l.refusal.retry_after % (10 * NT_MSEC), 0);
    assert_int_equal(r.refusal.retry_after % (10 * NT_MSEC), 0);
    send_text(&r, NT_SIP_INVITE, SESSION MEDIA);
    assert_int_equal(l.received[NT_SIP_INVITE], 1);
}

/* 14.2 */
TEST(an_offer_before_the_last_one_is_answered_gets_500_and_when_to_try_again)
{
    call();
    offer(&l);
    offer(&l);
    pass(NT_SIP_TRYING_AFTER - NT_MSEC);
    assert_int_equal(r.received[NT_SIP_INVITE], 2);
    assert_int_equal(l.refused, 1);
    assert_int_equal(l.refusal.status, 500);
    assert_in_range(l.refusal.retry_after, 0, 10 * NT_SEC);
    assert_int_equal(l.refusal.retry_after % NT_SEC, 0);
    assert_discarded(1, NT_DISCARD_STATE, "an offer before the last one is answered");
}

/* 17.2.1: the response is sent again; the offer and the answer mean no more than once. */
TEST(what_comes_twice_counts_once)
{
    assert_int_equal(nt_sip_end_fault(l.sip, NT_MESSAGE_OFFER, NT_SIGNAL_DUPLICATE, 0), NT_OK);
    call();
    assert_int_equal(r.received[NT_SIP_INVITE], 1);
    assert_discarded(1, NT_DISCARD_DUPLICATE, "an offer that has come before");
    assert_int_equal(nt_sip_end_fault(r.sip, NT_MESSAGE_ANSWER, NT_SIGNAL_DUPLICATE, 0), NT_OK);
    send_text(&l, NT_SIP_INVITE, SESSION MEDIA);
    send_text(&r, NT_SIP_OK, SESSION MEDIA);
    assert_int_equal(r.received[NT_SIP_INVITE], 2);
    assert_int_equal(l.received[NT_SIP_OK], 2);
    assert_discarded(3, NT_DISCARD_DUPLICATE, "an answer to an offer that is over");
    assert_int_equal(r.received[NT_SIP_ACK], 3); /* RFC 3261, 13.2.2.4: each is acknowledged */
}

/* 17.1.1.2 (timer B) and 8.1.3.1 */
TEST(an_offer_that_is_not_answered_is_over_after_32_seconds)
{
    call();
    assert_int_equal(nt_sip_end_fault(r.sip, NT_MESSAGE_ANSWER, NT_SIGNAL_DROP, 0), NT_OK);
    offer(&l);
    nt_time sent = nt_fabric_now(fabric);
    pass(100 * NT_MSEC);
    nt_sip_end_send_text(r.sip, NT_SIP_OK, SESSION MEDIA, strlen(SESSION MEDIA), nt_fabric_now(fabric));
    nt_fabric_run(fabric, sent + NT_SIP_TIMER_B - 1);
    assert_true(nt_sip_end_is_busy(l.sip));
    nt_fabric_run(fabric, sent + NT_SIP_TIMER_B);
    assert_false(nt_sip_end_is_busy(l.sip));
    assert_int_equal(l.refusal.status, 408);
    assert_int_equal(l.refusal.retry_after, NT_TIME_NEVER);
    assert_string_equal(told[NT_TR_OFFER_REJECTED].text, "no answer within 32 s");
    assert_int_equal(r.unacknowledged, 0);
    pass(NT_SEC); /* 13.3.1.4 */
    assert_int_equal(r.unacknowledged, 1);
}

/* 17.2.1 and 17.1.1.2: 100 comes after 200 ms and ends timer B. */
TEST(an_offer_that_is_in_progress_waits_for_its_answer_for_181_seconds)
{
    call();
    offer(&l);
    nt_time sent = nt_fabric_now(fabric);
    pass(NT_SIP_TIMER_C + NT_SIP_TRYING_AFTER - NT_MSEC);
    assert_true(nt_sip_end_is_busy(l.sip));
    assert_int_equal(l.refused, 0);
    nt_fabric_run(fabric, sent + NT_SIP_TIMER_C + NT_SIP_TRYING_AFTER);
    pass(NT_SEC);
    assert_false(nt_sip_end_is_busy(l.sip));
    assert_int_equal(l.refusal.status, 408);
    assert_string_equal(told[NT_TR_OFFER_REJECTED].text, "no answer within 181 s after 100");
    assert_int_equal(told[NT_TR_DISCARDED].count, 0);
}

/* What a step delays has not left, for either timer. */
TEST(an_answer_that_leaves_late_is_announced_by_100)
{
    call();
    assert_int_equal(nt_sip_end_fault(r.sip, NT_MESSAGE_ANSWER, NT_SIGNAL_DELAY, 100 * NT_SEC), NT_OK);
    offer(&l);
    pass(50 * NT_MSEC);
    nt_sip_end_send_text(r.sip, NT_SIP_OK, SESSION MEDIA, strlen(SESSION MEDIA), nt_fabric_now(fabric));
    pass(101 * NT_SEC);
    assert_int_equal(l.refused, 0);
    assert_int_equal(r.unacknowledged, 0);
    assert_int_equal(l.received[NT_SIP_OK], 2);
    assert_int_equal(r.received[NT_SIP_ACK], 2);
}

/* 17.2.1: "If a request retransmission is received while in the "Proceeding" state, the most recent provisional response [...] MUST
 * be passed to the transport layer". */
TEST(an_offer_that_comes_again_while_it_is_in_progress_gets_100_again)
{
    call();
    offer(&l);
    pass(NT_SEC);
    nt_time sent = nt_fabric_now(fabric);
    struct nt_sip_message again = {.kind = NT_SIP_INVITE, .in_dialog = true, .cseq = 2, .via = addr("198.18.0.1:5060")};
    static uint8_t bytes[2000];
    snprintf(again.call_id, sizeof again.call_id, "1@natsim.invalid");
    snprintf(again.branch, sizeof again.branch, "z9hG4bKL2");
    snprintf(again.from, sizeof again.from, "L");
    snprintf(again.to, sizeof again.to, "R");
    int len = nt_sip_write(&again, (char *)bytes, sizeof bytes);
    assert_true(len > 0);
    struct nt_addr own = addr("198.18.0.1:5060"), theirs = addr("198.18.0.2:5060");
    assert_int_equal(nt_host_inject(l.context.signal_host, &own, &theirs, bytes, (size_t)len, sent), NT_OK);
    pass(NT_SEC);
    assert_discarded(1, NT_DISCARD_DUPLICATE, "an offer that has come before");
    nt_fabric_run(fabric, sent + NT_SIP_TIMER_C - 1); /* the second 100 counts */
    pass(0);
    assert_true(nt_sip_end_is_busy(l.sip));
}

/* 13.2.2.4: ACK, then BYE */
TEST(an_answer_to_an_offer_that_was_taken_back_ends_the_call)
{
    call();
    assert_int_equal(nt_sip_end_fault(r.sip, NT_MESSAGE_ANY, NT_SIGNAL_DELAY, 40 * NT_SEC), NT_OK);
    offer(&l);
    pass(50 * NT_MSEC);
    nt_sip_end_send_text(r.sip, NT_SIP_OK, SESSION MEDIA, strlen(SESSION MEDIA), nt_fabric_now(fabric));
    pass(39 * NT_SEC);
    assert_int_equal(l.refusal.status, 408);
    assert_false(nt_sip_end_is_over(l.sip));
    pass(1100 * NT_MSEC); /* the delayed 100 is not there yet */
    assert_discarded(1, NT_DISCARD_OUTDATED, "an answer to an offer that is over");
    assert_int_equal(r.received[NT_SIP_ACK], 2);
    assert_true(nt_sip_end_is_over(l.sip));
    assert_int_equal(l.received[NT_SIP_BYE], 1);
    assert_int_equal(r.received[NT_SIP_BYE], 1);
    assert_string_equal(told[NT_TR_BYE_SENT].text, "an answer has come after its offer was taken back");
}

/* 13.3.1.4 and 12.2.2: the first answer is lost for good. */
TEST(a_first_answer_that_is_lost_ends_the_call_on_both_sides)
{
    assert_int_equal(nt_sip_end_fault(r.sip, NT_MESSAGE_ANSWER, NT_SIGNAL_DROP, 0), NT_OK);
    send_text(&l, NT_SIP_INVITE, SESSION MEDIA);
    send_text(&r, NT_SIP_OK, SESSION MEDIA);
    pass(NT_SIP_TIMER_B);
    assert_int_equal(r.unacknowledged, 1);
    nt_sip_end_bye(r.sip, "our answer was not acknowledged", nt_fabric_now(fabric));
    pass(NT_SEC);
    assert_true(nt_sip_end_is_over(l.sip));
    assert_false(nt_sip_end_is_busy(l.sip));
    assert_int_equal(l.received[NT_SIP_BYE], 1);
}

/* Somebody may have to be asked. */
TEST(the_first_offer_waits_for_its_answer_without_end)
{
    offer(&l);
    pass(600 * NT_SEC);
    assert_true(nt_sip_end_is_busy(l.sip));
    send_text(&r, NT_SIP_OK, SESSION MEDIA);
    assert_int_equal(l.received[NT_SIP_OK], 1);
}

TEST(a_step_rejects_the_next_offer_alone)
{
    call();
    assert_int_equal(nt_sip_end_fault(r.sip, NT_MESSAGE_ANSWER, NT_SIGNAL_REJECT, 0), NT_OK);
    send_text(&l, NT_SIP_INVITE, SESSION MEDIA);
    assert_int_equal(l.refusal.status, 488);
    assert_int_equal(l.refusal.retry_after, NT_TIME_NEVER);
    assert_int_equal(r.received[NT_SIP_INVITE], 1);
    send_text(&l, NT_SIP_INVITE, SESSION MEDIA);
    assert_int_equal(r.received[NT_SIP_INVITE], 2);
}

/* --- the end: RFC 3261, 15 --- */

TEST(bye_ends_the_call_on_both_sides)
{
    call();
    nt_sip_end_bye(l.sip, "hung up", nt_fabric_now(fabric));
    assert_true(nt_sip_end_is_over(l.sip));
    pass(NT_SEC);
    assert_true(nt_sip_end_is_over(r.sip));
    assert_int_equal(r.received[NT_SIP_BYE], 1);
    assert_int_equal(l.received[NT_SIP_BYE], 0);
    assert_int_equal(told[NT_TR_BYE_SENT].count, 1);
    assert_string_equal(told[NT_TR_BYE_SENT].text, "hung up");
    assert_int_equal(told[NT_TR_BYE_RECEIVED].count, 1);
    assert_int_equal(told[NT_TR_DISCARDED].count, 0);
    send_text(&r, NT_SIP_INFO, MEDIA_FRAGMENT);
    assert_discarded(1, NT_DISCARD_OUTDATED, "candidates of another call, or of none");
}

/* 15: "until it has received an ACK" */
TEST(bye_waits_for_the_ack_of_our_answer)
{
    call();
    assert_int_equal(nt_sip_end_fault(r.sip, NT_MESSAGE_ANSWER, NT_SIGNAL_DELAY, NT_SEC), NT_OK);
    offer(&l);
    pass(10 * NT_MSEC);
    nt_sip_end_send_text(r.sip, NT_SIP_OK, SESSION MEDIA, strlen(SESSION MEDIA), nt_fabric_now(fabric));
    nt_sip_end_bye(r.sip, "hung up", nt_fabric_now(fabric));
    pass(900 * NT_MSEC);
    assert_true(nt_sip_end_is_over(r.sip));
    assert_int_equal(told[NT_TR_BYE_SENT].count, 0);
    pass(200 * NT_MSEC);
    assert_int_equal(told[NT_TR_BYE_SENT].count, 1);
    assert_int_equal(l.received[NT_SIP_OK], 2);
    assert_int_equal(l.received[NT_SIP_BYE], 1);
}

TEST(both_may_say_bye_at_once)
{
    call();
    nt_sip_end_bye(l.sip, "hung up", nt_fabric_now(fabric));
    nt_sip_end_bye(r.sip, "hung up", nt_fabric_now(fabric));
    pass(NT_SEC);
    assert_int_equal(l.received[NT_SIP_BYE] + r.received[NT_SIP_BYE], 0);
    assert_discarded(2, NT_DISCARD_OUTDATED, "BYE of a call that is over, or of none");
}

/* 15.1.1: the call is over here "as soon as the BYE request is passed"; 12.2.1.2: it is there, once it hears 481. */
TEST(bye_that_is_lost_ends_the_call_and_the_peer_learns_it_when_it_offers)
{
    call();
    uint32_t nodes[2] = {nt_host_node(l.context.signal_host), nt_host_node(r.context.signal_host)};
    nt_time until = nt_fabric_now(fabric) + NT_SEC;
    assert_int_equal(nt_fabric_partition(fabric, &nodes[0], 1, &nodes[1], 1, false, until), NT_OK);
    nt_sip_end_bye(l.sip, "hung up", nt_fabric_now(fabric));
    pass(2 * NT_SEC);
    assert_true(nt_sip_end_is_over(l.sip));
    assert_false(nt_sip_end_is_over(r.sip));
    send_text(&r, NT_SIP_INVITE, SESSION MEDIA);
    assert_true(nt_sip_end_is_over(r.sip));
    assert_int_equal(r.refusal.status, 481);
    assert_int_equal(r.received[NT_SIP_BYE], 1);
    assert_string_equal(told[NT_TR_BYE_RECEIVED].text, "the peer answers 481: it knows of no call");
}

TEST(an_offer_after_bye_gets_481_and_ends_the_call)
{
    call();
    assert_int_equal(nt_sip_end_fault(l.sip, NT_MESSAGE_OFFER, NT_SIGNAL_DELAY, 100 * NT_MSEC), NT_OK);
    offer(&l);
    nt_sip_end_bye(r.sip, "hung up", nt_fabric_now(fabric));
    pass(50 * NT_MSEC);
    assert_true(nt_sip_end_is_over(l.sip));
    pass(NT_SEC);
    assert_int_equal(l.received[NT_SIP_BYE], 1);
    assert_int_equal(r.received[NT_SIP_INVITE], 1);
}

/* 15.1.2 */
TEST(an_offer_that_is_open_when_bye_comes_gets_487)
{
    call();
    offer(&l);
    pass(NT_SEC);
    nt_sip_end_bye(l.sip, "hung up", nt_fabric_now(fabric));
    pass(NT_SEC);
    assert_false(nt_sip_end_is_busy(r.sip));
    assert_int_equal(l.refused, 0); /* the call is over: nobody asks */
}

/* --- the platform --- */

static void hand_in(struct nt_endpoint e, const char *bytes, size_t len)
{
    e.ops->input(e.self, &(struct nt_path){.transport = NT_UDP}, NT_IN_DATAGRAM, (const uint8_t *)bytes, len, 0);
}

static size_t message_to(const char *user, char *buf, size_t cap)
{
    struct nt_sip_message m = {
        .kind = NT_SIP_INVITE, .cseq = 1, .call_id = "1", .from = "L", .branch = "b", .via = addr("198.18.0.1:5060")};
    snprintf(m.to, sizeof m.to, "%s", user);
    int len = nt_sip_write(&m, buf, cap);
    assert_true(len > 0);
    return (size_t)len;
}

TEST(the_platform_tells_what_it_does_not_forward)
{
    struct nt_platform *p = nt_platform_new(&trace);
    assert_non_null(p);
    struct nt_endpoint e = nt_platform_endpoint(p);
    struct nt_addr own = addr("198.18.0.1:5060"), theirs = addr("198.18.0.2:5060");
    struct nt_path path;
    char text[1000];
    static uint8_t buf[NT_DATAGRAM_MAX];
    memset(told, 0, sizeof told);
    assert_int_equal(nt_platform_add(p, "R", &own, &theirs), NT_OK);
    hand_in(e, "what", 4);
    assert_discarded(1, NT_DISCARD_UNREADABLE, "no SIP message");
    hand_in(e, "SIP/2.0 202 Accepted\r\n\r\n", 24);
    assert_discarded(2, NT_DISCARD_UNSUPPORTED, "of a kind that is not used here");
    hand_in(e, text, message_to("nobody", text, sizeof text));
    assert_discarded(3, NT_DISCARD_NO_RECIPIENT, "its user is not known here");
    size_t len = message_to("R", text, sizeof text);
    for (int i = 0; i < NT_PLATFORM_QUEUE_MAX; i++)
        hand_in(e, text, len);
    assert_int_equal(told[NT_TR_DISCARDED].count, 3);
    hand_in(e, text, len);
    assert_discarded(4, NT_DISCARD_NO_ROOM, "64 messages wait to leave");
    for (int i = 0; i < NT_PLATFORM_QUEUE_MAX; i++)
        assert_int_equal(e.ops->output(e.self, &path, buf, sizeof buf, 0), len);
    assert_int_equal(e.ops->output(e.self, &path, buf, sizeof buf, 0), 0);
    nt_platform_del(p);
}

int main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(an_odd_line_is_told_and_the_rest_of_the_offer_counts),
        T(what_is_not_printable_is_not_quoted),
        T(beyond_the_notes_that_are_kept_their_number_is_told),
        T(an_odd_line_does_not_drop_trickled_candidates),
        T(what_describes_nothing_is_discarded),
        T(a_rejected_offer_changes_nothing),
        T(messages_of_other_calls_and_offers_are_outdated),
        T(what_does_not_leave_is_told),
        T(offers_that_meet_are_refused_both_and_tried_again_in_turn),
        T(an_offer_before_the_last_one_is_answered_gets_500_and_when_to_try_again),
        T(what_comes_twice_counts_once),
        T(an_offer_that_is_not_answered_is_over_after_32_seconds),
        T(an_offer_that_is_in_progress_waits_for_its_answer_for_181_seconds),
        T(an_answer_that_leaves_late_is_announced_by_100),
        T(an_offer_that_comes_again_while_it_is_in_progress_gets_100_again),
        T(an_answer_to_an_offer_that_was_taken_back_ends_the_call),
        T(a_first_answer_that_is_lost_ends_the_call_on_both_sides),
        T(the_first_offer_waits_for_its_answer_without_end),
        T(a_step_rejects_the_next_offer_alone),
        T(bye_ends_the_call_on_both_sides),
        T(bye_waits_for_the_ack_of_our_answer),
        T(both_may_say_bye_at_once),
        T(bye_that_is_lost_ends_the_call_and_the_peer_learns_it_when_it_offers),
        T(an_offer_after_bye_gets_481_and_ends_the_call),
        T(an_offer_that_is_open_when_bye_comes_gets_487),
        cmocka_unit_test(the_platform_tells_what_it_does_not_forward),
    };
    return RUN_TESTS(tests);
}
