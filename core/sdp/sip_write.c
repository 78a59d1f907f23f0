#include "core/sdp/sip_write.h"

#include "core/base/err.h"
#include "core/sdp/out.h"
#include "core/sdp/span.h"

#include <string.h>

/* RFC 3261, 8.1.1.7: "The branch ID inserted by an element compliant with this specification MUST always begin with the
 * characters "z9hG4bK"." */
#define COOKIE "z9hG4bK"

static const char *cookie_for(const char *branch)
{
    return nt_span_starts((struct nt_span){branch, strlen(branch)}, COOKIE) ? "" : COOKIE;
}

/* RFC 3261, 19.3: a tag "MUST be globally unique and cryptographically random": here one for each user of each call, FNV-1a of
 * both, so that no side has to remember one; the call id is random. */
static uint32_t tag_of(const char *call_id, const char *user)
{
    uint32_t hash = UINT32_C(2166136261);
    for (const char *p = call_id; *p != '\0'; p++)
        hash = (hash ^ (uint8_t)*p) * UINT32_C(16777619);
    hash *= UINT32_C(16777619);
    for (const char *p = user; *p != '\0'; p++)
        hash = (hash ^ (uint8_t)*p) * UINT32_C(16777619);
    return hash;
}

/* Token characters, and '@' in call ids: nothing that has a meaning in a header. */
static bool is_word(const char *text)
{
    struct nt_span t = {text, strlen(text)};
    const char *at = memchr(text, '@', t.len);
    if (at == NULL)
        return nt_span_is_token(t);
    size_t left = (size_t)(at - text);
    return nt_span_is_token((struct nt_span){text, left}) && nt_span_is_token((struct nt_span){at + 1, t.len - left - 1});
}

static const char *method_of(const struct nt_sip_message *m)
{
    return nt_sip_method(nt_sip_is_response(m->kind) ? m->answered : m->kind);
}

static bool is_writable(const struct nt_sip_message *m)
{
    return method_of(m) != NULL && (m->kind != NT_SIP_REJECTED || nt_sip_phrase(m->status) != NULL) && nt_addr_is_set(&m->via) &&
           is_word(m->call_id) && is_word(m->branch) && is_word(m->from) && is_word(m->to) && strchr(m->from, '@') == NULL &&
           strchr(m->to, '@') == NULL && strlen(cookie_for(m->branch)) + strlen(m->branch) < sizeof m->branch;
}

static void write_start(struct nt_out *out, const struct nt_sip_message *m)
{
    if (m->kind == NT_SIP_OK)
        nt_out(out, "SIP/2.0 200 OK\r\n");
    else if (m->kind == NT_SIP_PROVISIONAL)
        nt_out(out, "SIP/2.0 100 Trying\r\n");
    else if (m->kind == NT_SIP_REJECTED)
        nt_out(out, "SIP/2.0 %u %s\r\n", (unsigned)m->status, nt_sip_phrase(m->status));
    else
        nt_out(out, "%s sip:%s@" NT_SIP_DOMAIN " SIP/2.0\r\n", nt_sip_method(m->kind), m->to);
}

/* RFC 3261, 8.1.1: "A valid SIP request formulated by a UAC MUST, at a minimum, contain the following header fields: To, From,
 * CSeq, Call-ID, Max-Forwards, and Via". The first INVITE of a call has no tag of the callee yet, nor has its 100 (17.2.1: "the
 * insertion of tags in the To header field of the response [...] is downgraded from MAY to SHOULD NOT"). */
static void write_headers(struct nt_out *out, const struct nt_sip_message *m)
{
    char text[NT_ADDR_TEXT];
    nt_out(out, "Via: SIP/2.0/UDP %s;branch=%s%s\r\n", nt_addr_format(&m->via, text), cookie_for(m->branch), m->branch);
    if (!nt_sip_is_response(m->kind))
        nt_out(out, "Max-Forwards: 70\r\n");
    nt_out(out, "From: <sip:%s@" NT_SIP_DOMAIN ">;tag=%08lx\r\n", m->from, (unsigned long)tag_of(m->call_id, m->from));
    nt_out(out, "To: <sip:%s@" NT_SIP_DOMAIN ">", m->to);
    if ((m->kind != NT_SIP_INVITE && m->kind != NT_SIP_PROVISIONAL) || m->in_dialog)
        nt_out(out, ";tag=%08lx", (unsigned long)tag_of(m->call_id, m->to));
    nt_out(out, "\r\nCall-ID: %s\r\nCSeq: %lu %s\r\n", m->call_id, (unsigned long)m->cseq, method_of(m));
    if (m->kind == NT_SIP_REJECTED && m->retries) /* RFC 3261, 20.33 */
        nt_out(out, "Retry-After: %lu\r\n", (unsigned long)m->retry_after);
}

/* RFC 3261, 8.1.1.8: "The Contact header field MUST be present and contain exactly one SIP or SIPS URI in any request that can
 * result in the establishment of a dialog"; 12.1.1: and in the response. A response goes to its request's Via, so the
 * responder does not know its own address here: it gives its URI in the domain. */
static void write_contact(struct nt_out *out, const struct nt_sip_message *m)
{
    char text[NT_ADDR_TEXT];
    if (m->kind == NT_SIP_INVITE)
        nt_out(out, "Contact: <sip:%s@%s>\r\n", m->from, nt_addr_format(&m->via, text));
    else if (m->kind == NT_SIP_OK && m->answered == NT_SIP_INVITE)
        nt_out(out, "Contact: <sip:%s@" NT_SIP_DOMAIN ">\r\n", m->to);
}

/* RFC 8840, 4: "including the SIP option-tag "trickle-ice" in a SIP Supported: header field within all SIP INVITE requests and
 * responses"; 5.1: "an Offerer assuming Trickle ICE support MUST include a SIP Require: trickle-ice header field"; RFC 6086, 4.1:
 * Recv-Info lists the info packages that one is willing to receive. */
static void write_trickle(struct nt_out *out, const struct nt_sip_message *m)
{
    if (!m->trickle || !(m->kind == NT_SIP_INVITE || (m->kind == NT_SIP_OK && m->answered == NT_SIP_INVITE)))
        return;
    nt_out(out, "Supported: trickle-ice\r\n%sRecv-Info: trickle-ice\r\n",
           m->kind == NT_SIP_INVITE && m->trickle_required ? "Require: trickle-ice\r\n" : "");
}

static void write_body(struct nt_out *out, const struct nt_sip_message *m)
{
    struct nt_span type = {m->content_type, m->content_type_len};
    if (m->content_type == NULL)
        type = (struct nt_span){"application/sdp", strlen("application/sdp")};
    /* RFC 8840, 4.3.2: trickled candidates travel as the info package trickle-ice. */
    if (m->kind == NT_SIP_INFO && nt_span_is(type, "application/trickle-ice-sdpfrag"))
        nt_out(out, "Info-Package: trickle-ice\r\nContent-Disposition: Info-Package\r\n");
    if (m->body_len > 0) {
        nt_out(out, "Content-Type: ");
        nt_out_bytes(out, type.p, type.len);
        nt_out(out, "\r\n");
    }
    nt_out(out, "Content-Length: %lu\r\n\r\n", (unsigned long)m->body_len);
    nt_out_bytes(out, m->body, m->body_len);
}

int nt_sip_write(const struct nt_sip_message *message, char *buf, size_t cap)
{
    struct nt_out out = {.buf = buf, .cap = cap};
    struct nt_sip_message m = *message;
    if (nt_sip_is_response(m.kind) && m.answered == 0)
        m.answered = NT_SIP_INVITE;
    if (m.kind == NT_SIP_REJECTED && m.status == 0)
        m.status = 488; /* RFC 3261, 13.3.1.3: of an offer */
    if (!is_writable(&m))
        return NT_EINVAL;
    write_start(&out, &m);
    write_headers(&out, &m);
    write_contact(&out, &m);
    write_trickle(&out, &m);
    write_body(&out, &m);
    return nt_out_result(&out);
}
