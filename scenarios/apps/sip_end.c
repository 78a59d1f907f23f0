#include "scenarios/apps/sip_end.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/base/strings.h"
#include "scenarios/apps/platform.h"
#include "scenarios/apps/sdp_notes.h"
#include "scenarios/apps/sip_discard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAULTS_MAX 100000                               /* a scenario has fewer steps */
#define FRAGMENT_TYPE "application/trickle-ice-sdpfrag" /* RFC 8840, 9 */

struct message {
    nt_time leaves;
    uint8_t *bytes;
    size_t len;
};

struct fault {
    enum nt_scn_message message;
    enum nt_scn_signal_act act;
    nt_time by;
};

struct nt_sip_end {
    struct nt_sip_end_config config;
    bool bind_asked;
    uint32_t cseq, invite_cseq;   /* of our last request, and of our last INVITE */
    bool in_dialog;               /* an answer came or left */
    uint32_t rejected;            /* cseq of the peer's INVITE that we have rejected last; 0: none */
    struct nt_sip_message invite; /* the peer's last one, without its texts: the response copies its headers (RFC 3261, 8.2.6.2) */
    uint64_t version;
    bool webrtc;
    char call_id[NT_SIP_TEXT_MAX + 1];
    struct message queue[NT_SIP_QUEUE_MAX]; /* in order of leaving */
    size_t count;
    struct fault *faults;
    size_t fault_count, fault_cap;
};

static void tell_leaving(const struct nt_sip_end *sip, enum nt_trace_kind kind, const char *text, nt_time now)
{
    nt_trace_emit(&sip->config.trace, (struct nt_trace_event){.at = now, .kind = kind, .b = sip->config.via, .text = text});
}

/* False, for `return`. */
static bool drop_message(const struct nt_sip_end *sip, const char *why, nt_time now)
{
    tell_leaving(sip, NT_TR_UNSENT, why, now);
    return false;
}

static bool enqueue_message(struct nt_sip_end *sip, const char *text, size_t len, nt_time leaves, nt_time now)
{
    size_t at = sip->count;
    if (sip->count == NT_SIP_QUEUE_MAX)
        return drop_message(sip, "32 messages wait to leave", now);
    uint8_t *copy = malloc(len);
    if (copy == NULL)
        return drop_message(sip, "out of memory", now);
    memcpy(copy, text, len);
    for (; at > 0 && sip->queue[at - 1].leaves > leaves; at--)
        sip->queue[at] = sip->queue[at - 1];
    sip->queue[at] = (struct message){.leaves = leaves, .bytes = copy, .len = len};
    sip->count++;
    return true;
}

/* Signalling steps act on messages in the order in which the steps were given. */
static void enqueue_with_faults(struct nt_sip_end *sip, enum nt_scn_message message, const char *text, size_t len, nt_time now)
{
    nt_time leaves = now;
    int copies = 1;
    for (size_t i = 0; i < sip->fault_count; i++) {
        const struct fault *f = &sip->faults[i];
        if (f->message != NT_MESSAGE_ANY && f->message != message)
            continue;
        leaves = f->act == NT_SIGNAL_DELAY ? nt_time_after(leaves, f->by) : leaves;
        copies = f->act == NT_SIGNAL_DROP ? 0 : f->act == NT_SIGNAL_DUPLICATE && copies <= NT_SIP_QUEUE_MAX ? copies * 2 : copies;
    }
    if (copies == 0)
        drop_message(sip, "a step drops it", now);
    else if (leaves > now)
        tell_leaving(sip, NT_TR_HELD, "a step delays it", now);
    for (int i = 0; i < copies && enqueue_message(sip, text, len, leaves, now); i++)
        ;
}

int nt_sip_end_fault(struct nt_sip_end *sip, enum nt_scn_message message, enum nt_scn_signal_act act, nt_time by)
{
    int r = nt_grow(&sip->faults, &sip->fault_cap, sip->fault_count + 1, sizeof *sip->faults, FAULTS_MAX);
    if (r == NT_OK)
        sip->faults[sip->fault_count++] = (struct fault){message, act, by};
    return r;
}

static struct nt_sip_message make_request(const struct nt_sip_end *sip, enum nt_sip_kind kind)
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

static struct nt_sip_message make_response(struct nt_sip_end *sip)
{
    struct nt_sip_message m = sip->invite;
    m.kind = NT_SIP_OK;
    m.answered = NT_SIP_INVITE;
    m.in_dialog = sip->in_dialog = true;
    m.trickle = sip->config.trickle;
    return m;
}

static enum nt_scn_message step_message(enum nt_sip_kind kind)
{
    return kind == NT_SIP_INVITE ? NT_MESSAGE_OFFER : nt_sip_is_response(kind) ? NT_MESSAGE_ANSWER : NT_MESSAGE_CANDIDATE;
}

/* RFC 3261, 12.2.1.1: each request within a dialog has the next number. */
static struct nt_sip_message next_request(struct nt_sip_end *sip, enum nt_sip_kind kind)
{
    sip->cseq++;
    if (kind == NT_SIP_INVITE)
        sip->invite_cseq = sip->cseq;
    return make_request(sip, kind);
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

void nt_sip_end_send_text(struct nt_sip_end *sip, enum nt_sip_kind kind, const char *text, size_t len, nt_time now)
{
    char *bytes = malloc(NT_SIP_DATAGRAM_MAX);
    int n = NT_ENOMEM;
    if (bytes != NULL) {
        struct nt_sip_message m = kind == NT_SIP_OK ? make_response(sip) : next_request(sip, kind);
        m.content_type = kind == NT_SIP_INFO ? FRAGMENT_TYPE : "application/sdp";
        m.content_type_len = strlen(m.content_type);
        m.body = text;
        m.body_len = len;
        n = nt_sip_write(&m, bytes, NT_SIP_DATAGRAM_MAX);
    }
    if (n > 0)
        enqueue_with_faults(sip, step_message(kind), bytes, (size_t)n, now);
    else
        drop_message(sip, why_unwritten(n), now);
    free(bytes);
    nt_host_kick(sip->config.context->signal_host, now);
}

void nt_sip_end_send(struct nt_sip_end *sip, enum nt_sip_kind kind, const struct nt_ice_description *d, nt_time now)
{
    char *sdp = malloc(NT_SDP_MAX);
    int len = sdp != NULL ? write_body(sip, kind, d, sdp) : NT_ENOMEM;
    if (len > 0)
        nt_sip_end_send_text(sip, kind, sdp, (size_t)len, now);
    else
        drop_message(sip, why_unwritten(len), now);
    free(sdp);
}

/* What came is not taken. */
static void discard_input(const struct nt_sip_end *sip, enum nt_discard reason, const char *text, nt_time now)
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
        discard_input(sip, r == NT_ENOMEM ? NT_DISCARD_NO_ROOM : NT_DISCARD_UNREADABLE,
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

void nt_sip_end_reject(struct nt_sip_end *sip, nt_time now)
{
    char text[2048];
    struct nt_sip_message m = sip->invite;
    m.kind = NT_SIP_REJECTED;
    m.answered = NT_SIP_INVITE;
    sip->rejected = m.cseq;
    int len = nt_sip_write(&m, text, sizeof text);
    if (len > 0)
        enqueue_with_faults(sip, step_message(NT_SIP_REJECTED), text, (size_t)len, now);
    else
        drop_message(sip, why_unwritten(len), now);
    nt_host_kick(sip->config.context->signal_host, now);
}

/* RFC 3261, 17.1.1.3: the ACK of a rejection is of the INVITE's transaction; that of an answer has its own (13.2.2.4). */
static void send_ack(struct nt_sip_end *sip, const struct nt_sip_message *response, nt_time now)
{
    char text[2048];
    struct nt_sip_message m = make_request(sip, NT_SIP_ACK);
    if (response->kind == NT_SIP_OK)
        sip->in_dialog = true;
    else
        nt_join(m.branch, sizeof m.branch, response->branch, "");
    int len = nt_sip_write(&m, text, sizeof text);
    if (len > 0)
        enqueue_message(sip, text, (size_t)len, now, now);
}

/* RFC 6086, 4.2.1. A fragment of another call, or one that cannot be read, is ignored. */
static void receive_info(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    struct nt_sip_message response = *m;
    struct nt_ice_description d;
    char text[1024];
    if (!sip->in_dialog || strcmp(m->call_id, sip->call_id) != 0) {
        discard_input(sip, NT_DISCARD_OUTDATED, "candidates of another call, or of none", now);
        return;
    }
    response.kind = NT_SIP_OK;
    response.answered = NT_SIP_INFO;
    response.body_len = 0;
    int len = nt_sip_write(&response, text, sizeof text);
    if (len > 0)
        enqueue_message(sip, text, (size_t)len, now, now);
    if (read_body(sip, m, &d, now))
        deliver_message(sip, m, &d, now);
}

static void receive_invite(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    struct nt_ice_description d;
    sip->invite = *m;
    sip->invite.content_type = sip->invite.body = NULL;
    sip->invite.content_type_len = sip->invite.body_len = 0;
    if (!read_body(sip, m, &d, now)) {
        nt_sip_end_reject(sip, now);
        return;
    }
    nt_join(sip->call_id, sizeof sip->call_id, m->call_id, "");
    deliver_message(sip, m, &d, now);
}

static bool is_of_our_offer(const struct nt_sip_end *sip, const struct nt_sip_message *response, nt_time now)
{
    if (response->answered != NT_SIP_INVITE) /* that of an INFO needs no word */
        return false;
    if (response->cseq != sip->invite_cseq)
        discard_input(sip, NT_DISCARD_OUTDATED, "an answer to another offer than the last one", now);
    return response->cseq == sip->invite_cseq;
}

static void receive_ok(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    struct nt_ice_description d;
    if (!is_of_our_offer(sip, m, now) || !read_body(sip, m, &d, now))
        return;
    send_ack(sip, m, now);
    deliver_message(sip, m, &d, now);
}

/* RFC 3261, 14.1: the session goes on as it was, or there is none. Processes have no word for it. */
static void receive_rejection(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    char text[40];
    if (!is_of_our_offer(sip, m, now))
        return;
    snprintf(text, sizeof text, "the peer answers %u", (unsigned)m->status);
    nt_trace_emit(&sip->config.trace,
                  (struct nt_trace_event){.at = now, .kind = NT_TR_OFFER_REJECTED, .n = {m->status}, .text = text});
    send_ack(sip, m, now);
    if (sip->config.receive_text == NULL)
        deliver_message(sip, m, NULL, now);
}

static void receive_ack(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now)
{
    if (m->cseq != sip->rejected)
        deliver_message(sip, m, NULL, now);
}

static void sip_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_sip_end *sip = self;
    struct nt_sip_message m;
    (void)path;
    if (kind == NT_IN_ICMP)
        discard_input(sip, NT_DISCARD_UNUSED, "ICMP errors are not acted on", now);
    if (kind != NT_IN_DATAGRAM)
        return;
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
    case NT_SIP_ACK: receive_ack(sip, &m, now); break;
    case NT_SIP_BYE: discard_input(sip, NT_DISCARD_UNSUPPORTED, "BYE", now); break;
    }
}

static void sip_timer(void *self, nt_time now)
{
    (void)self;
    (void)now;
}

static size_t sip_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_sip_end *sip = self;
    if (sip->count == 0 || sip->queue[0].leaves > now)
        return 0;
    struct message m = sip->queue[0];
    memmove(&sip->queue[0], &sip->queue[1], --sip->count * sizeof sip->queue[0]);
    size_t len = m.len <= cap ? m.len : 0; /* always: NT_SIP_DATAGRAM_MAX is below what a host can send */
    memcpy(buf, m.bytes, len);
    free(m.bytes);
    *path = (struct nt_path){.transport = NT_UDP, .local = sip->config.own, .remote = sip->config.via};
    return len;
}

static nt_time sip_deadline(const void *self)
{
    const struct nt_sip_end *sip = self;
    return sip->count > 0 ? sip->queue[0].leaves : NT_TIME_NEVER;
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
    for (size_t i = 0; i < sip->count; i++)
        free(sip->queue[i].bytes);
    free(sip->faults);
    free(sip);
}
