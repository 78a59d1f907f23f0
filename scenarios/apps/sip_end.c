#include "scenarios/apps/sip_end.h"
#include "scenarios/apps/platform.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    struct nt_sip_message invite; /* the peer's last one, without its texts: RFC 3261, 8.2.6.2 takes the response's headers from it */
    uint64_t version;
    bool webrtc;
    char call_id[64];
    struct message queue[NT_SIP_QUEUE_MAX]; /* in order of leaving */
    size_t count;
    struct fault faults[NT_SIP_FAULTS_MAX];
    size_t fault_count;
};

static void enqueue(struct nt_sip_end *s, const char *text, size_t len, nt_time leaves)
{
    size_t at = s->count;
    if (s->count == NT_SIP_QUEUE_MAX)
        return;
    uint8_t *copy = malloc(len);
    if (copy == NULL)
        return;
    memcpy(copy, text, len);
    for (; at > 0 && s->queue[at - 1].leaves > leaves; at--)
        s->queue[at] = s->queue[at - 1];
    s->queue[at] = (struct message){.leaves = leaves, .bytes = copy, .len = len};
    s->count++;
}

/* The signalling steps act on offers and answers, in the order in which they were given. */
static void enqueue_with_faults(struct nt_sip_end *s, enum nt_scn_message message, const char *text, size_t len, nt_time now)
{
    nt_time leaves = now;
    int copies = 1;
    for (size_t i = 0; i < s->fault_count; i++) {
        const struct fault *f = &s->faults[i];
        if (f->message != NT_MESSAGE_ANY && f->message != message)
            continue;
        leaves = f->act == NT_SIGNAL_DELAY ? nt_time_after(leaves, f->by) : leaves;
        copies = f->act == NT_SIGNAL_DROP ? 0 : f->act == NT_SIGNAL_DUPLICATE ? copies * 2 : copies;
    }
    for (int i = 0; i < copies && i < NT_SIP_QUEUE_MAX; i++)
        enqueue(s, text, len, leaves);
}

void nt_sip_end_fault(struct nt_sip_end *s, enum nt_scn_message message, enum nt_scn_signal_act act, nt_time by)
{
    if (s->fault_count < NT_SIP_FAULTS_MAX)
        s->faults[s->fault_count++] = (struct fault){message, act, by};
}

/* A request of ours. */
static struct nt_sip_message request_of(const struct nt_sip_end *s, enum nt_sip_kind kind)
{
    struct nt_sip_message m = {.kind = kind, .in_dialog = s->in_dialog, .via = s->config.own, .trickle = s->config.trickle,
                               .trickle_required = s->config.trickle_required};
    m.cseq = kind == NT_SIP_ACK ? s->invite_cseq : s->cseq;
    snprintf(m.call_id, sizeof m.call_id, "%s", s->call_id);
    snprintf(m.from, sizeof m.from, "%s", s->config.user);
    snprintf(m.to, sizeof m.to, "%s", s->config.peer);
    snprintf(m.branch, sizeof m.branch, "z9hG4bK%.20s%s%" PRIu32, s->config.user, kind == NT_SIP_ACK ? "ack" : "", m.cseq);
    return m;
}

static struct nt_sip_message response_of(struct nt_sip_end *s)
{
    struct nt_sip_message m = s->invite;
    m.kind = NT_SIP_OK;
    m.answered = NT_SIP_INVITE;
    m.in_dialog = s->in_dialog = true;
    m.trickle = s->config.trickle;
    return m;
}

static enum nt_scn_message message_of(enum nt_sip_kind kind)
{
    return kind == NT_SIP_INVITE ? NT_MESSAGE_OFFER : kind == NT_SIP_OK ? NT_MESSAGE_ANSWER : NT_MESSAGE_CANDIDATE;
}

/* RFC 3261, 12.2.1.1: each request within a dialog has the next number. */
static struct nt_sip_message next_request(struct nt_sip_end *s, enum nt_sip_kind kind)
{
    s->cseq++;
    if (kind == NT_SIP_INVITE)
        s->invite_cseq = s->cseq;
    return request_of(s, kind);
}

static int write_body(struct nt_sip_end *s, enum nt_sip_kind kind, const struct nt_ice_description *d, char *buf)
{
    if (kind == NT_SIP_INFO)
        return nt_sdp_write_fragment(d, buf, NT_SDP_MAX);
    /* The active side of an answer would begin DTLS: ours, which never does, spares the peer its retransmissions. */
    struct nt_sdp_datachannel channel = {.setup = kind == NT_SIP_OK ? "active" : NULL};
    struct nt_sdp_write options = {.session_id = s->config.seed & INT64_MAX, .version = ++s->version, .user = s->config.user,
                                   .datachannel = s->webrtc ? &channel : NULL};
    return nt_sdp_write(d, &options, buf, NT_SDP_MAX);
}

void nt_sip_end_send_text(struct nt_sip_end *s, enum nt_sip_kind kind, const char *text, size_t len, nt_time now)
{
    char *sip = malloc(NT_SIP_DATAGRAM_MAX);
    int n = NT_ENOMEM;
    if (sip != NULL) {
        struct nt_sip_message m = kind == NT_SIP_OK ? response_of(s) : next_request(s, kind);
        m.content_type = kind == NT_SIP_INFO ? FRAGMENT_TYPE : "application/sdp";
        m.content_type_len = strlen(m.content_type);
        m.body = text;
        m.body_len = len;
        n = nt_sip_write(&m, sip, NT_SIP_DATAGRAM_MAX);
    }
    if (n > 0)
        enqueue_with_faults(s, message_of(kind), sip, (size_t)n, now);
    free(sip);
    nt_host_kick(s->config.host, now);
}

void nt_sip_end_send(struct nt_sip_end *s, enum nt_sip_kind kind, const struct nt_ice_description *d, nt_time now)
{
    char *sdp = malloc(NT_SDP_MAX);
    int len = sdp != NULL ? write_body(s, kind, d, sdp) : NT_ENOMEM;
    if (len > 0)
        nt_sip_end_send_text(s, kind, sdp, (size_t)len, now);
    free(sdp);
}

/* The body of a message for a receiver of descriptions; false: it cannot be read. */
static bool read_body(const struct nt_sip_end *s, const struct nt_sip_message *m, struct nt_ice_description *d)
{
    struct nt_sdp_error error;
    if (s->config.receive_text != NULL)
        return true;
    return (m->kind == NT_SIP_INFO ? nt_sdp_read_fragment : nt_sdp_read)(d, m->body, m->body_len, &error) == NT_OK;
}

static void give(struct nt_sip_end *s, const struct nt_sip_message *m, struct nt_ice_description *d, nt_time now)
{
    if (s->config.receive_text != NULL)
        s->config.receive_text(s->config.receiver, m->kind, m->body, m->body_len, now);
    else
        s->config.receive(s->config.receiver, m->kind, d, now);
}

static void acknowledge(struct nt_sip_end *s, nt_time now)
{
    char text[1024];
    s->in_dialog = true;
    struct nt_sip_message m = request_of(s, NT_SIP_ACK);
    int len = nt_sip_write(&m, text, sizeof text);
    if (len > 0)
        enqueue(s, text, (size_t)len, now);
}

/* RFC 6086, 4.2.1; a fragment that cannot be read, or is of no call of ours, is passed over. */
static void informed(struct nt_sip_end *s, const struct nt_sip_message *m, nt_time now)
{
    struct nt_sip_message response = *m;
    struct nt_ice_description d;
    char text[1024];
    if (!s->in_dialog || strcmp(m->call_id, s->call_id) != 0)
        return;
    response.kind = NT_SIP_OK;
    response.answered = NT_SIP_INFO;
    response.body_len = 0;
    int len = nt_sip_write(&response, text, sizeof text);
    if (len > 0)
        enqueue(s, text, (size_t)len, now);
    if (read_body(s, m, &d))
        give(s, m, &d, now);
}

static void input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_sip_end *s = self;
    struct nt_sip_message m;
    struct nt_ice_description d;
    (void)path;
    if (kind != NT_IN_DATAGRAM || len == 0 || nt_sip_read(&m, (const char *)bytes, len) != NT_OK)
        return;
    if (m.kind == NT_SIP_INFO)
        informed(s, &m, now);
    if (m.kind == NT_SIP_ACK)
        give(s, &m, NULL, now);
    if (m.kind != NT_SIP_INVITE && m.kind != NT_SIP_OK)
        return;
    if (m.kind == NT_SIP_OK && (m.answered != NT_SIP_INVITE || m.cseq != s->invite_cseq))
        return;
    if (!read_body(s, &m, &d))
        return;
    if (m.kind == NT_SIP_INVITE) {
        s->invite = m;
        s->invite.content_type = s->invite.body = NULL;
        s->invite.content_type_len = s->invite.body_len = 0;
        snprintf(s->call_id, sizeof s->call_id, "%s", m.call_id);
    } else {
        acknowledge(s, now);
    }
    give(s, &m, &d, now);
}

static void timer(void *self, nt_time now)
{
    (void)self;
    (void)now;
}

static size_t output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_sip_end *s = self;
    if (s->count == 0 || s->queue[0].leaves > now)
        return 0;
    struct message m = s->queue[0];
    memmove(&s->queue[0], &s->queue[1], --s->count * sizeof s->queue[0]);
    size_t len = m.len <= cap ? m.len : 0;
    memcpy(buf, m.bytes, len);
    free(m.bytes);
    *path = (struct nt_path){.transport = NT_UDP, .local = s->config.own, .remote = s->config.via};
    return len;
}

static nt_time deadline(const void *self)
{
    const struct nt_sip_end *s = self;
    return s->count > 0 ? s->queue[0].leaves : NT_TIME_NEVER;
}

static int request(void *self, struct nt_request *req)
{
    struct nt_sip_end *s = self;
    if (s->bind_asked)
        return 0;
    s->bind_asked = true;
    *req = (struct nt_request){.kind = NT_REQ_BIND, .path = {.transport = NT_UDP, .local = s->config.own}};
    return 1;
}

struct nt_sip_end *nt_sip_end_new(const struct nt_sip_end_config *config)
{
    static const struct nt_endpoint_ops ops = {input, timer, output, deadline, request};
    struct nt_sip_end *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->config = *config;
    snprintf(s->call_id, sizeof s->call_id, "%" PRIx64 "@natsim.invalid", config->seed);
    if (nt_host_run_endpoint(config->host, (struct nt_endpoint){.ops = &ops, .self = s}, 0) != NT_FABRIC_NONE)
        return s;
    free(s);
    return NULL;
}

void nt_sip_end_trickle(struct nt_sip_end *s, bool on, bool required)
{
    s->config.trickle = on;
    s->config.trickle_required = required;
}

void nt_sip_end_webrtc(struct nt_sip_end *s, bool on)
{
    s->webrtc = on;
}

void nt_sip_end_del(struct nt_sip_end *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        free(s->queue[i].bytes);
    free(s);
}
