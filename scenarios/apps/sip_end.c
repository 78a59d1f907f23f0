#include "core/base/err.h"
#include "core/base/strings.h"
#include "scenarios/apps/platform.h"
#include "scenarios/apps/sip_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAGMENT_TYPE "application/trickle-ice-sdpfrag" /* RFC 8840, 9 */

int nt_sip_end_fault(struct nt_sip_end *sip, enum nt_scn_message message, enum nt_scn_signal_act act, nt_time by)
{
    if (act != NT_SIGNAL_REJECT)
        return nt_sip_queue_fault(&sip->queue, message, act, by);
    sip->rejects = true;
    return NT_OK;
}

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

static struct nt_sip_message make_answer(struct nt_sip_end *sip)
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
    return kind == NT_SIP_INVITE      ? NT_MESSAGE_OFFER
           : nt_sip_is_response(kind) ? NT_MESSAGE_ANSWER
           : kind == NT_SIP_INFO      ? NT_MESSAGE_CANDIDATE
                                      : NT_MESSAGE_ANY;
}

/* RFC 3261, 12.2.1.1: each request within a dialog has the next number. */
static struct nt_sip_message next_request(struct nt_sip_end *sip, enum nt_sip_kind kind)
{
    sip->cseq++;
    if (kind == NT_SIP_INVITE) {
        sip->invite_cseq = sip->cseq;
        sip->open = true;
        sip->owner |= !sip->in_dialog;
    }
    return nt_sip_make_request(sip, kind);
}

static int write_body(struct nt_sip_end *sip, enum nt_sip_kind kind, const struct nt_ice_description *d, char *buf)
{
    if (kind == NT_SIP_INFO)
        return nt_sdp_write_fragment(d, buf, NT_SDP_MAX);
    /* The active side starts DTLS. Ours never does, and a peer that is passive does not retransmit its part. */
    struct nt_sdp_datachannel channel = {.setup = kind == NT_SIP_OK ? "active" : NULL};
    struct nt_sdp_write options = {.session_id = sip->config.seed & INT64_MAX,
                                   .version = ++sip->version,
                                   .user = sip->config.user,
                                   .datachannel = sip->webrtc ? &channel : NULL};
    return nt_sdp_write(d, &options, buf, NT_SDP_MAX);
}

static const char *why_unwritten(int err)
{
    return err == NT_ENOSPC ? "it is longer than a datagram" : err == NT_ENOMEM ? "out of memory" : "a name in it is no token";
}

/* The response to the peer's last INVITE is kept. */
static void close_theirs(struct nt_sip_end *sip, bool accepted, const char *text, size_t len)
{
    struct nt_sip_theirs *t = &sip->theirs;
    t->open = false;
    t->accepted = accepted;
    free(t->response);
    t->response = malloc(len); /* without memory an INVITE that comes again is passed over */
    t->response_len = t->response != NULL ? len : 0;
    if (t->response != NULL)
        memcpy(t->response, text, len);
}

static void write_and_send(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    char *bytes = malloc(NT_SIP_DATAGRAM_MAX);
    int n = bytes != NULL ? nt_sip_write(m, bytes, NT_SIP_DATAGRAM_MAX) : NT_ENOMEM;
    if (n > 0)
        nt_sip_queue_put(&sip->queue, step_message(m->kind), bytes, (size_t)n, now);
    else
        nt_sip_queue_unsent(&sip->queue, why_unwritten(n), now);
    if (nt_sip_is_response(m->kind) && m->answered == NT_SIP_INVITE)
        close_theirs(sip, m->kind == NT_SIP_OK, bytes, n > 0 ? (size_t)n : 0);
    free(bytes);
    nt_host_kick(sip->config.context->signal_host, now);
}

/* The first offer of a call may ring for long; a later one is answered by a program (timer B, as the ringing is not told). */
static nt_time open_until(const struct nt_sip_end *sip, nt_time now)
{
    return sip->in_dialog ? nt_time_after(now, NT_SIP_TIMER_B) : NT_TIME_NEVER;
}

void nt_sip_end_send_text(struct nt_sip_end *sip, enum nt_sip_kind kind, const char *text, size_t len, nt_time now)
{
    struct nt_sip_message m = kind == NT_SIP_OK ? make_answer(sip) : next_request(sip, kind);
    if (kind == NT_SIP_INVITE)
        sip->open_until = open_until(sip, now);
    m.content_type = kind == NT_SIP_INFO ? FRAGMENT_TYPE : "application/sdp";
    m.content_type_len = strlen(m.content_type);
    m.body = text;
    m.body_len = len;
    write_and_send(sip, &m, now);
}

void nt_sip_end_send(struct nt_sip_end *sip, enum nt_sip_kind kind, const struct nt_ice_description *d, nt_time now)
{
    char *sdp = malloc(NT_SDP_MAX);
    int len = sdp != NULL ? write_body(sip, kind, d, sdp) : NT_ENOMEM;
    if (len > 0)
        nt_sip_end_send_text(sip, kind, sdp, (size_t)len, now);
    else
        nt_sip_queue_unsent(&sip->queue, why_unwritten(len), now);
    free(sdp);
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
    write_and_send(sip, &m, now);
}

void nt_sip_end_reject(struct nt_sip_end *sip, nt_time now)
{
    nt_sip_reject_theirs(sip, 488, now);
}

/* --- the end --- */

void nt_sip_end_bye(struct nt_sip_end *sip, const char *why, nt_time now)
{
    if (sip->over || !sip->in_dialog)
        return;
    sip->over = true;
    sip->open = false;
    if (sip->theirs.open) /* nobody waits for what would be in it */
        nt_sip_reject_theirs(sip, 487, now);
    struct nt_sip_message m = next_request(sip, NT_SIP_BYE);
    nt_trace_emit(&sip->config.trace, (struct nt_trace_event){.at = now, .kind = NT_TR_BYE_SENT, .text = why});
    write_and_send(sip, &m, now);
}

bool nt_sip_end_is_busy(const struct nt_sip_end *sip)
{
    return sip->open || sip->theirs.open;
}

bool nt_sip_end_is_over(const struct nt_sip_end *sip)
{
    return sip->over;
}

static void sip_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    (void)path;
    if (kind == NT_IN_ICMP)
        nt_sip_discard_input(self, NT_DISCARD_UNUSED, "ICMP errors are not acted on", now);
    if (kind == NT_IN_DATAGRAM)
        nt_sip_receive(self, bytes, len, now);
}

/* RFC 3261, 8.1.3.1: no answer "MUST be treated as if a 408 (Request Timeout) status code has been received". */
static void sip_timer(void *self, nt_time now)
{
    struct nt_sip_end *sip = self;
    if (sip->open && sip->open_until <= now)
        nt_sip_end_offer(sip, &(struct nt_sip_refusal){408, NT_TIME_NEVER}, "no answer within 32 s", now);
}

static size_t sip_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_sip_end *sip = self;
    *path = (struct nt_path){.transport = NT_UDP, .local = sip->config.own, .remote = sip->config.via};
    return nt_sip_queue_take(&sip->queue, buf, cap, now);
}

static nt_time sip_deadline(const void *self)
{
    const struct nt_sip_end *sip = self;
    return nt_time_min(nt_sip_queue_deadline(&sip->queue), sip->open ? sip->open_until : NT_TIME_NEVER);
}

static int sip_request(void *self, struct nt_request *req)
{
    struct nt_sip_end *sip = self;
    if (sip->bind_asked)
        return 0;
    sip->bind_asked = true;
    *req = (struct nt_request){.kind = NT_REQ_BIND, .path = {.transport = NT_UDP, .local = sip->config.own}};
    return 1;
}

struct nt_sip_end *nt_sip_end_new(const struct nt_sip_end_config *config)
{
    static const struct nt_endpoint_ops ops = {sip_input, sip_timer, sip_output, sip_deadline, sip_request};
    struct nt_sip_end *sip = calloc(1, sizeof *sip);
    if (sip == NULL)
        return NULL;
    sip->config = *config;
    sip->config.trace.node = nt_host_node(config->context->signal_host);
    sip->queue.trace = &sip->config.trace;
    sip->queue.via = &sip->config.via;
    snprintf(sip->call_id, sizeof sip->call_id, "%" PRIx64 "@natsim.invalid", config->seed);
    if (nt_app_run(config->context, NT_APP_SIGNALLING, (struct nt_endpoint){.ops = &ops, .self = sip}) != NT_FABRIC_NONE)
        return sip;
    free(sip);
    return NULL;
}

void nt_sip_end_trickle(struct nt_sip_end *sip, bool on, bool required)
{
    sip->config.trickle = on;
    sip->config.trickle_required = required;
}

void nt_sip_end_webrtc(struct nt_sip_end *sip, bool on)
{
    sip->webrtc = on;
}

void nt_sip_end_del(struct nt_sip_end *sip)
{
    if (sip == NULL)
        return;
    nt_sip_queue_free(&sip->queue);
    free(sip->theirs.response);
    free(sip);
}
