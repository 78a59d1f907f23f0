#include "scenarios/apps/sip_receive.h"
#include "core/base/err.h"
#include "core/base/strings.h"
#include "scenarios/apps/sdp_notes.h"
#include "scenarios/apps/sip_discard.h"
#include "scenarios/apps/sip_send.h"

#include <stdio.h>
#include <string.h>

#define LABEL_MAX_BYTES 300

/* From 0 to `most`. */
static uint64_t draw(struct nt_sip_end *sip, uint64_t most)
{
    char label[LABEL_MAX_BYTES];
    if (!sip->draws) {
        nt_join(label, sizeof label, "sip/", sip->config.user);
        nt_fabric_stream(sip->config.context->fabric, label, &sip->rand);
        sip->draws = true;
    }
    return nt_rand_below(&sip->rand, most + 1);
}

/* What came is not taken. */
void nt_sip_discard_input(const struct nt_sip_end *sip, enum nt_discard reason, const char *text, nt_time now)
{
    nt_trace_discard(&sip->config.trace, &(struct nt_why){reason, text}, NULL, NULL, now);
}

/* The body of a message for a receiver of descriptions; false: nothing of it can be read. */
static bool read_body(const struct nt_sip_end *sip, const struct nt_sip_message *m, struct nt_ice_description *d, nt_time now)
{
    struct nt_sdp_notes notes;
    if (sip->config.receive_text != NULL)
        return true;
    int r = (m->kind == NT_SIP_INFO ? nt_sdp_read_fragment : nt_sdp_read)(d, m->body, m->body_len, &notes);
    nt_sdp_notes_tell(&notes,
                      m->kind == NT_SIP_INVITE ? "offer"
                      : m->kind == NT_SIP_OK   ? "answer"
                                               : "fragment",
                      &sip->config.trace, now);
    if (r != NT_OK)
        nt_sip_discard_input(sip, r == NT_ENOMEM ? NT_DISCARD_NO_ROOM : NT_DISCARD_UNREADABLE,
                             r == NT_ENOMEM ? "out of memory" : "its body describes nothing", now);
    return r == NT_OK;
}

static void deliver_message(struct nt_sip_end *sip, const struct nt_sip_message *m, struct nt_ice_description *d, nt_time now)
{
    if (sip->config.receive_text != NULL)
        sip->config.receive_text(sip->config.receiver, m->kind, m->body, m->body_len, now);
    else
        sip->config.receive(sip->config.receiver, m->kind, d, now);
}

/* RFC 3261, 17.1.1.3: the ACK of a rejection is of the INVITE's transaction; that of an answer has its own (13.2.2.4). */
static void send_ack(struct nt_sip_end *sip, const struct nt_sip_message *response, nt_time now)
{
    struct nt_sip_message m = nt_sip_make_request(sip, NT_SIP_ACK);
    if (response->kind == NT_SIP_OK)
        sip->in_dialog = true;
    else
        nt_join(m.branch, sizeof m.branch, response->branch, "");
    nt_sip_send_untouched(sip, &m, now);
}

/* To a request that is none of the peer's last INVITE. */
static struct nt_sip_message response_to(const struct nt_sip_message *request, enum nt_sip_kind kind, uint16_t status)
{
    struct nt_sip_message m = *request;
    m.kind = kind;
    m.answered = request->kind;
    m.status = status;
    m.content_type = NULL;
    m.body_len = 0;
    return m;
}

static bool is_of_call(const struct nt_sip_end *sip, const struct nt_sip_message *m)
{
    return sip->in_dialog && strcmp(m->call_id, sip->call_id) == 0;
}

/* The peer has accepted our first offer, and its answer is lost. RFC 3261, 12.2.2, of a request outside of one's
 * dialogs: "Accepting the request for acceptable To tags provides robustness". */
static bool is_of_unanswered_call(const struct nt_sip_end *sip, const struct nt_sip_message *m)
{
    return sip->open && !sip->in_dialog && strcmp(m->call_id, sip->call_id) == 0;
}

/* RFC 6086, 4.2.1. A fragment of another call, or one that cannot be read, is ignored. */
static void receive_info(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    struct nt_sip_message ok = response_to(m, NT_SIP_OK, 0);
    struct nt_ice_description d;
    if (!is_of_call(sip, m) || sip->over) {
        nt_sip_discard_input(sip, NT_DISCARD_OUTDATED, "candidates of another call, or of none", now);
        return;
    }
    nt_sip_send_untouched(sip, &ok, now);
    if (read_body(sip, m, &d, now))
        deliver_message(sip, m, &d, now);
}

/* --- the peer's offers --- */

/* RFC 3261, 17.2.1: an INVITE that comes again gets the last response again, if there is one already. */
static bool is_repeated(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    const struct nt_sip_theirs *t = &sip->theirs;
    if (m->cseq != t->invite.cseq || strcmp(m->branch, t->invite.branch) != 0)
        return false;
    if (t->open && t->tried)
        nt_sip_send_trying(sip, now);
    else if (!t->open && t->response_len > 0)
        nt_sip_queue_put_untouched(&sip->queue, t->response, t->response_len, now);
    nt_sip_discard_input(sip, NT_DISCARD_DUPLICATE, "an offer that has come before", now);
    return true;
}

/* RFC 3261, 14.2: "MUST include a Retry-After header field with a randomly chosen value of between 0 and 10 seconds"; 12.2.2. */
static void refuse_out_of_turn(struct nt_sip_end *sip, const struct nt_sip_message *m, const char *why, nt_time now)
{
    struct nt_sip_message r = response_to(m, NT_SIP_REJECTED, 500);
    r.retries = true;
    r.retry_after = (uint32_t)draw(sip, 10);
    nt_sip_discard_input(sip, NT_DISCARD_STATE, why, now);
    nt_sip_send_untouched(sip, &r, now);
}

/* Its time has come: it is neither repeated nor out of turn. */
static bool is_in_turn(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    if (is_repeated(sip, m, now))
        return false;
    if (!sip->theirs.open && m->cseq > sip->theirs.invite.cseq)
        return true;
    refuse_out_of_turn(sip, m, sip->theirs.open ? "an offer before the last one is answered" : "an offer older than the last one",
                       now);
    return false;
}

/* The status that it gets at once; 0: it is for the receiver. */
static uint16_t refused_at_once(struct nt_sip_end *sip, const char **why)
{
    if (sip->over) {
        *why = "an offer of a call that is over";
        return 481;
    }
    if (sip->open) { /* RFC 3261, 14.2 */
        *why = "an offer while ours is not answered";
        return 491;
    }
    *why = "a step rejects it";
    return sip->rejects ? 488 : 0;
}

static void receive_invite(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    struct nt_ice_description d;
    const char *why;
    if (!is_in_turn(sip, m, now))
        return;
    sip->theirs.invite = *m;
    sip->theirs.invite.content_type = sip->theirs.invite.body = NULL;
    sip->theirs.invite.content_type_len = sip->theirs.invite.body_len = 0;
    sip->theirs.open = true;
    sip->theirs.trying_at = nt_time_after(now, NT_SIP_TRYING_AFTER);
    sip->theirs.tried = false;
    uint16_t status = refused_at_once(sip, &why);
    if (status != 0) {
        sip->rejects = sip->rejects && status != 488;
        nt_sip_discard_input(sip, NT_DISCARD_STATE, why, now);
        nt_sip_reject_theirs(sip, status, now);
    } else if (!read_body(sip, m, &d, now)) {
        nt_sip_reject_theirs(sip, 488, now);
    } else {
        nt_join(sip->call_id, sizeof sip->call_id, m->call_id, "");
        deliver_message(sip, m, &d, now);
    }
}

static void receive_ack(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    if (m->cseq != sip->theirs.invite.cseq || !sip->theirs.accepted)
        return;
    sip->theirs.unacknowledged = false;
    sip->theirs.ack_until = NT_TIME_NEVER;
    if (sip->bye != NULL)
        nt_sip_send_bye(sip, sip->bye, now);
    else if (!sip->over)
        deliver_message(sip, m, NULL, now);
}

/* --- what the peer answers --- */

/* RFC 3261, 13.2.2.4: "If, after acknowledging any 2xx response to an INVITE, the UAC does not want to continue with that dialog,
 * then the UAC MUST terminate the dialog by sending a BYE request". The peer has accepted what we have taken back. */
static void leave_call(struct nt_sip_end *sip, nt_time now)
{
    const struct nt_sip_message bye = {.kind = NT_SIP_BYE};
    if (sip->over)
        return;
    nt_sip_leave_call(sip, "an answer has come after its offer was taken back", now);
    deliver_message(sip, &bye, NULL, now);
}

/* One that has come before is acknowledged again (RFC 3261, 13.2.2.4 and 17.1.1.2), and means no more. */
static bool is_of_our_offer(struct nt_sip_end *sip, const struct nt_sip_message *response, nt_time now)
{
    if (response->answered != NT_SIP_INVITE) /* that of an INFO or a BYE needs no word */
        return false;
    if (response->cseq != sip->invite_cseq) {
        nt_sip_discard_input(sip, NT_DISCARD_OUTDATED, "an answer to another offer than the last one", now);
        return false;
    }
    if (sip->open)
        return true;
    bool late = sip->over || sip->given_up;
    nt_sip_discard_input(sip, late ? NT_DISCARD_OUTDATED : NT_DISCARD_DUPLICATE, "an answer to an offer that is over", now);
    send_ack(sip, response, now);
    if (sip->given_up && response->kind == NT_SIP_OK)
        leave_call(sip, now);
    return false;
}

static void receive_ok(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    struct nt_ice_description d;
    if (!is_of_our_offer(sip, m, now) || !read_body(sip, m, &d, now))
        return;
    sip->open = false;
    send_ack(sip, m, now);
    deliver_message(sip, m, &d, now);
}

/* RFC 3261, 14.1: after 491, "between 2.1 and 4 seconds in units of 10 ms" for the owner of the Call-ID, else "between 0 and 2
 * seconds in units of 10 ms". */
static nt_time retry_after(struct nt_sip_end *sip, const struct nt_sip_message *m)
{
    if (m->status == 491)
        return (nt_time)(sip->owner ? 210 + draw(sip, 190) : draw(sip, 200)) * 10 * NT_MSEC;
    return m->retries ? (nt_time)m->retry_after * NT_SEC : NT_TIME_NEVER;
}

void nt_sip_close_ours(struct nt_sip_end *sip, const struct nt_sip_refusal *refusal, const char *text, nt_time now)
{
    sip->open = false;
    nt_trace_emit(&sip->config.trace,
                  (struct nt_trace_event){.at = now, .kind = NT_TR_OFFER_REJECTED, .n = {refusal->status}, .text = text});
    sip->config.refused(sip->config.receiver, refusal, now);
}

/* The call is over by the peer's word. */
static void end_call(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    const struct nt_sip_message bye = {.kind = NT_SIP_BYE};
    if (sip->over)
        return;
    sip->over = true;
    sip->open = false;
    if (sip->theirs.open) /* RFC 3261, 15.1.2 */
        nt_sip_reject_theirs(sip, 487, now);
    nt_trace_emit(&sip->config.trace,
                  (struct nt_trace_event){.at = now,
                                          .kind = NT_TR_BYE_RECEIVED,
                                          .text = m->kind == NT_SIP_BYE ? NULL : "the peer answers 481: it knows of no call"});
    deliver_message(sip, &bye, NULL, now);
}

/* RFC 3261, 17.1.1.2: a provisional response ends timer B; what comes after it is not bounded for the first offer of a call. */
static void receive_provisional(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    if (m->answered != NT_SIP_INVITE || m->cseq != sip->invite_cseq || !sip->open)
        nt_sip_discard_input(sip, NT_DISCARD_OUTDATED, "a provisional response to an offer that is over", now);
    else if (sip->in_dialog)
        sip->open_until = nt_time_after(now, NT_SIP_TIMER_C);
    sip->in_progress = sip->open;
}

static void receive_rejection(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    char text[40];
    if (!is_of_our_offer(sip, m, now))
        return;
    send_ack(sip, m, now);
    snprintf(text, sizeof text, "the peer answers %u", (unsigned)m->status);
    nt_sip_close_ours(sip, &(struct nt_sip_refusal){m->status, retry_after(sip, m)}, text, now);
    if (m->status == 481) /* RFC 3261, 12.2.1.2 */
        end_call(sip, m, now);
}

static void receive_bye(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    bool of_call = is_of_call(sip, m) || is_of_unanswered_call(sip, m);
    struct nt_sip_message r = response_to(m, of_call ? NT_SIP_OK : NT_SIP_REJECTED, of_call ? 0 : 481);
    nt_sip_send_untouched(sip, &r, now);
    if (of_call && !sip->over)
        end_call(sip, m, now);
    else
        nt_sip_discard_input(sip, NT_DISCARD_OUTDATED, "BYE of a call that is over, or of none", now);
}

void nt_sip_receive(struct nt_sip_end *sip, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_sip_message m;
    int r = nt_sip_read(&m, (const char *)bytes, len);
    if (r != NT_OK) {
        struct nt_why why = nt_sip_discard(r);
        nt_trace_discard(&sip->config.trace, &why, NULL, NULL, now);
        return;
    }
    switch (m.kind) {
    case NT_SIP_INVITE: receive_invite(sip, &m, now); break;
    case NT_SIP_OK: receive_ok(sip, &m, now); break;
    case NT_SIP_INFO: receive_info(sip, &m, now); break;
    case NT_SIP_REJECTED: receive_rejection(sip, &m, now); break;
    case NT_SIP_PROVISIONAL: receive_provisional(sip, &m, now); break;
    case NT_SIP_ACK: receive_ack(sip, &m, now); break;
    case NT_SIP_BYE: receive_bye(sip, &m, now); break;
    }
}
