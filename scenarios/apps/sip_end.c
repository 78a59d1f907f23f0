#include "scenarios/apps/sip_end.h"
#include "core/base/err.h"
#include "scenarios/apps/sip_receive.h"
#include "scenarios/apps/sip_send.h"

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

static int write_body(struct nt_sip_end *sip, enum nt_sip_kind kind, const struct nt_ice_description *d, char *buf)
{
    if (kind == NT_SIP_INFO)
        return nt_sdp_write_fragment(d, buf, NT_SDP_MAX);
    /* The active side starts DTLS. Ours never does, and a peer that is passive does not retransmit its part. A peer that has
     * answered our first offer is active already, and stays so (RFC 8842, 5.3: the association goes on). */
    const char *answer = sip->owner ? "passive" : "active";
    struct nt_sdp_datachannel channel = {.setup = kind == NT_SIP_OK ? answer : NULL};
    struct nt_sdp_write options = {.session_id = sip->config.seed & INT64_MAX,
                                   .version = ++sip->version,
                                   .user = sip->config.user,
                                   .datachannel = sip->webrtc ? &channel : NULL};
    return nt_sdp_write(d, &options, buf, NT_SDP_MAX);
}

void nt_sip_end_send_text(struct nt_sip_end *sip, enum nt_sip_kind kind, const char *text, size_t len, nt_time now)
{
    struct nt_sip_message m = kind == NT_SIP_OK ? nt_sip_make_answer(sip) : nt_sip_next_request(sip, kind);
    m.content_type = kind == NT_SIP_INFO ? FRAGMENT_TYPE : "application/sdp";
    m.content_type_len = strlen(m.content_type);
    m.body = text;
    m.body_len = len;
    nt_sip_send_message(sip, &m, now);
}

void nt_sip_end_send(struct nt_sip_end *sip, enum nt_sip_kind kind, const struct nt_ice_description *d, nt_time now)
{
    char *sdp = malloc(NT_SDP_MAX);
    int len = sdp != NULL ? write_body(sip, kind, d, sdp) : NT_ENOMEM;
    if (len > 0)
        nt_sip_end_send_text(sip, kind, sdp, (size_t)len, now);
    else
        nt_sip_queue_unsent(&sip->queue, nt_sip_why_unwritten(len), now);
    free(sdp);
}

void nt_sip_end_reject(struct nt_sip_end *sip, nt_time now)
{
    nt_sip_reject_theirs(sip, 488, now);
}

void nt_sip_end_meet(struct nt_sip_end *sip, nt_time now)
{
    nt_sip_discard_input(sip, NT_DISCARD_STATE, "an offer while ours is being made", now);
    nt_sip_reject_theirs(sip, 491, now);
}

/* --- the end --- */

void nt_sip_end_bye(struct nt_sip_end *sip, const char *why, nt_time now)
{
    nt_sip_leave_call(sip, why, now);
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

/* RFC 3261, 8.1.3.1: no answer "MUST be treated as if a 408 (Request Timeout) status code has been received". Nothing has to be
 * cancelled: it is a SHOULD for proxies (16.8), and the BYE after a late answer (13.2.2.4) serves, too, where CANCEL crosses it. */
static void give_up(struct nt_sip_end *sip, nt_time now)
{
    sip->given_up = true;
    nt_sip_close_ours(sip, &(struct nt_sip_refusal){408, NT_TIME_NEVER},
                      sip->in_progress ? "no answer within 181 s after 100" : "no answer within 32 s", now);
}

static void sip_timer(void *self, nt_time now)
{
    struct nt_sip_end *sip = self;
    if (sip->open && sip->open_until <= now)
        give_up(sip, now);
    if (sip->theirs.trying_at <= now)
        nt_sip_send_trying(sip, now);
    if (sip->bye != NULL && sip->bye_until <= now)
        nt_sip_send_bye(sip, sip->bye, now);
    if (sip->over || sip->theirs.ack_until > now)
        return;
    sip->theirs.ack_until = NT_TIME_NEVER;
    sip->theirs.unacknowledged = false; /* nor will it be */
    sip->config.unacknowledged(sip->config.receiver, now);
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
    nt_time timers = nt_time_min(sip->open ? sip->open_until : NT_TIME_NEVER, sip->over ? NT_TIME_NEVER : sip->theirs.ack_until);
    timers = nt_time_min(timers, sip->theirs.trying_at);
    timers = nt_time_min(timers, sip->bye != NULL ? sip->bye_until : NT_TIME_NEVER);
    return nt_time_min(nt_sip_queue_deadline(&sip->queue), timers);
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
    sip->theirs.ack_until = sip->theirs.trying_at = NT_TIME_NEVER;
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
