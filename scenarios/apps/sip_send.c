#include "scenarios/apps/sip_send.h"
#include "core/base/err.h"
#include "core/base/strings.h"
#include "scenarios/apps/platform.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nt_sip_message nt_sip_make_request(const struct nt_sip_end *sip, enum nt_sip_kind kind)
{
    struct nt_sip_message m = {.kind = kind,
                               .in_dialog = sip->in_dialog,
                               .via = sip->config.own,
                               .trickle = sip->config.trickle,
                               .trickle_required = sip->config.trickle_required};
    m.cseq = kind == NT_SIP_ACK ? sip->invite_cseq : sip->cseq;
    nt_join(m.call_id, sizeof m.call_id, sip->call_id, "");
    nt_join(m.from, sizeof m.from, sip->config.user, "");
    nt_join(m.to, sizeof m.to, sip->config.peer, "");
    snprintf(m.branch, sizeof m.branch, "z9hG4bK%.20s%s%" PRIu32, sip->config.user, kind == NT_SIP_ACK ? "ack" : "", m.cseq);
    return m;
}

struct nt_sip_message nt_sip_make_answer(struct nt_sip_end *sip)
{
    struct nt_sip_message m = sip->theirs.invite;
    m.kind = NT_SIP_OK;
    m.answered = NT_SIP_INVITE;
    m.in_dialog = sip->in_dialog = true;
    m.trickle = sip->config.trickle;
    return m;
}

static enum nt_scn_message step_message(enum nt_sip_kind kind)
{
    return kind == NT_SIP_INVITE   ? NT_MESSAGE_OFFER
           : nt_sip_is_final(kind) ? NT_MESSAGE_ANSWER
           : kind == NT_SIP_INFO   ? NT_MESSAGE_CANDIDATE
                                   : NT_MESSAGE_ANY;
}

/* RFC 3261, 12.2.1.1: each request within a dialog has the next number. */
struct nt_sip_message nt_sip_next_request(struct nt_sip_end *sip, enum nt_sip_kind kind)
{
    sip->cseq++;
    if (kind == NT_SIP_INVITE) {
        sip->invite_cseq = sip->cseq;
        sip->open = true;
        sip->open_until = NT_TIME_NEVER;
        sip->in_progress = sip->given_up = false;
        sip->owner |= !sip->in_dialog;
    }
    return nt_sip_make_request(sip, kind);
}

const char *nt_sip_why_unwritten(int err)
{
    return err == NT_ENOSPC ? "it is longer than a datagram" : err == NT_ENOMEM ? "out of memory" : "a name in it is no token";
}

/* The first offer of a call may wait for its answer without end: whom it calls may be away. A later one is answered by a program.
 */
static void start_timer_b(struct nt_sip_end *sip, nt_time leaves)
{
    if (sip->in_dialog)
        sip->open_until = nt_time_after(leaves, NT_SIP_TIMER_B);
}

/* The response to the peer's last INVITE is kept. 100 is sent where it leaves late. */
static void close_theirs(struct nt_sip_end *sip, bool accepted, const char *text, size_t len, nt_time leaves)
{
    struct nt_sip_theirs *t = &sip->theirs;
    t->open = false;
    t->accepted = t->unacknowledged = accepted;
    t->ack_until = accepted ? nt_time_after(leaves, NT_SIP_TIMER_B) : NT_TIME_NEVER;
    t->trying_at = leaves > t->trying_at ? t->trying_at : NT_TIME_NEVER;
    free(t->response);
    t->response = malloc(len); /* without memory an INVITE that comes again is passed over */
    t->response_len = t->response != NULL ? len : 0;
    if (t->response != NULL)
        memcpy(t->response, text, len);
}

void nt_sip_send_message(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    char *bytes = malloc(NT_SIP_DATAGRAM_MAX);
    int n = bytes != NULL ? nt_sip_write(m, bytes, NT_SIP_DATAGRAM_MAX) : NT_ENOMEM;
    nt_time leaves = now;
    if (n > 0)
        leaves = nt_sip_queue_put(&sip->queue, step_message(m->kind), bytes, (size_t)n, now);
    else
        nt_sip_queue_unsent(&sip->queue, nt_sip_why_unwritten(n), now);
    if (m->kind == NT_SIP_INVITE)
        start_timer_b(sip, leaves);
    if (nt_sip_is_final(m->kind) && m->answered == NT_SIP_INVITE)
        close_theirs(sip, m->kind == NT_SIP_OK, bytes, n > 0 ? (size_t)n : 0, leaves);
    free(bytes);
    nt_host_kick(sip->config.context->signal_host, now);
}

void nt_sip_send_untouched(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    char text[2048];
    int len = nt_sip_write(m, text, sizeof text);
    if (len > 0)
        nt_sip_queue_put_untouched(&sip->queue, text, (size_t)len, now);
}

/* Of the peer's last INVITE. */
void nt_sip_reject_theirs(struct nt_sip_end *sip, uint16_t status, nt_time now)
{
    struct nt_sip_message m = sip->theirs.invite;
    m.kind = NT_SIP_REJECTED;
    m.answered = NT_SIP_INVITE;
    m.status = status;
    nt_sip_send_message(sip, &m, now);
}

void nt_sip_send_trying(struct nt_sip_end *sip, nt_time now)
{
    struct nt_sip_message m = sip->theirs.invite;
    m.kind = NT_SIP_PROVISIONAL;
    m.answered = NT_SIP_INVITE;
    sip->theirs.trying_at = NT_TIME_NEVER;
    sip->theirs.tried = true;
    nt_sip_send_message(sip, &m, now);
}

void nt_sip_send_bye(struct nt_sip_end *sip, const char *why, nt_time now)
{
    struct nt_sip_message m = nt_sip_next_request(sip, NT_SIP_BYE);
    sip->bye = NULL;
    nt_trace_emit(&sip->config.trace, (struct nt_trace_event){.at = now, .kind = NT_TR_BYE_SENT, .text = why});
    nt_sip_send_message(sip, &m, now);
}

void nt_sip_leave_call(struct nt_sip_end *sip, const char *why, nt_time now)
{
    if (sip->over || !sip->in_dialog)
        return;
    sip->over = true;
    sip->open = false;
    if (sip->theirs.open) /* nobody waits for what would be in it */
        nt_sip_reject_theirs(sip, 487, now);
    if (!sip->theirs.unacknowledged) {
        nt_sip_send_bye(sip, why, now);
        return;
    }
    /* RFC 3261, 15: the callee "MUST NOT send a BYE on a confirmed dialog until it has received an ACK for its 2xx response or
     * until the server transaction times out". */
    sip->bye = why;
    sip->bye_until = nt_time_after(now, NT_SIP_TIMER_B);
    nt_trace_emit(&sip->config.trace,
                  (struct nt_trace_event){
                      .at = now, .kind = NT_TR_HELD, .b = sip->config.via, .text = "BYE waits for the ACK of our answer"});
}
