#include "core/sdp/sip_read.h"

#include "core/base/err.h"
#include "core/sdp/read.h"
#include "core/sdp/span.h"

#include <string.h>

struct reader {
    struct nt_sip_message *m;
    enum nt_sip_kind cseq_kind;
    bool via, from, to, call_id, cseq, length_given;
    bool limited; /* a text is too long */
    size_t length;
};

static bool is_space(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n'; /* line ends only where a header is folded */
}

static struct nt_span trim(struct nt_span t)
{
    while (t.len > 0 && is_space(t.p[0]))
        t.p++, t.len--;
    while (t.len > 0 && is_space(t.p[t.len - 1]))
        t.len--;
    return t;
}

/* Returns the part before `stop` (or all); *t becomes the part after it. */
static struct nt_span cut_at(struct nt_span *t, char stop)
{
    const char *at = t->len > 0 ? memchr(t->p, stop, t->len) : NULL;
    struct nt_span head = {t->p, at != NULL ? (size_t)(at - t->p) : t->len};
    size_t used = head.len + (at != NULL);
    *t = (struct nt_span){t->p + used, t->len - used};
    return head;
}

static bool keep_text(struct reader *r, char to[NT_SIP_TEXT_MAX + 1], struct nt_span t)
{
    r->limited = r->limited || t.len > NT_SIP_TEXT_MAX;
    if (t.len == 0 || t.len > NT_SIP_TEXT_MAX || memchr(t.p, '\0', t.len) != NULL)
        return false;
    nt_span_copy(to, t);
    return true;
}

static enum nt_sip_kind kind_of(struct nt_span method)
{
    /* RFC 3261, 7.1: "Methods are case-sensitive". */
    for (int kind = NT_SIP_INVITE; kind <= NT_SIP_INFO; kind++) {
        const char *name = nt_sip_method((enum nt_sip_kind)kind);
        if (name != NULL && method.len == strlen(name) && memcmp(method.p, name, method.len) == 0)
            return (enum nt_sip_kind)kind;
    }
    return (enum nt_sip_kind)0;
}

/* RFC 3261, 7.1 and 7.2. Other schemes than sip: are of kinds that are not read, too. */
static int read_start(struct reader *r, struct nt_span line)
{
    struct nt_span first = cut_at(&line, ' '), second = cut_at(&line, ' ');
    if (nt_span_is(first, "SIP/2.0")) {
        uint64_t status;
        if (second.len != 3 || !nt_span_number(second, 3, 100, 699, &status))
            return NT_EFORMAT;
        r->m->kind = status < 200 ? NT_SIP_PROVISIONAL : status == 200 ? NT_SIP_OK : NT_SIP_REJECTED;
        r->m->status = status == 200 ? 0 : (uint16_t)status;
        return status <= 200 || status >= 300 ? NT_OK : NT_EUNSUPPORTED;
    }
    r->m->kind = kind_of(first);
    if (!nt_span_is_token(first) || !nt_span_is(line, "SIP/2.0"))
        return NT_EFORMAT;
    return r->m->kind != 0 && nt_span_starts(second, "sip:") ? NT_OK : NT_EUNSUPPORTED;
}

/* Via: SIP/2.0/UDP host[:port];branch=...; only the topmost one counts (RFC 3261, 18.2.2). */
static bool read_via(struct reader *r, struct nt_span value)
{
    if (r->via)
        return true;
    r->via = true;
    struct nt_span top = trim(cut_at(&value, ','));
    struct nt_span protocol = cut_at(&top, ' '), sent_by = trim(cut_at(&top, ';'));
    if (!nt_span_is(protocol, "SIP/2.0/UDP"))
        return false;
    if (nt_addr_parse_n(&r->m->via, sent_by.p, sent_by.len) != NT_OK)
        return false;
    if (r->m->via.port == 0)
        r->m->via.port = NT_SIP_PORT;
    while (top.len > 0) {
        struct nt_span parameter = trim(cut_at(&top, ';')), name = trim(cut_at(&parameter, '='));
        if (nt_span_is(name, "branch"))
            return keep_text(r, r->m->branch, trim(parameter));
    }
    return false;
}

/* From and To: [name] <sip:user@host>[;tag=...], or without the brackets. */
static bool read_party(struct reader *r, char user[NT_SIP_TEXT_MAX + 1], bool *seen, bool *tagged, struct nt_span value)
{
    if (*seen)
        return false;
    *seen = true;
    struct nt_span rest = value, uri;
    if (value.len > 0 && memchr(value.p, '<', value.len) != NULL) {
        cut_at(&rest, '<');
        uri = cut_at(&rest, '>');
        cut_at(&rest, ';');
    } else {
        uri = trim(cut_at(&rest, ';'));
    }
    while (rest.len > 0) {
        struct nt_span parameter = trim(cut_at(&rest, ';'));
        *tagged |= nt_span_starts(parameter, "tag=");
    }
    if (!nt_span_starts(uri, "sip:"))
        return false;
    uri = (struct nt_span){uri.p + 4, uri.len - 4};
    struct nt_span name = cut_at(&uri, '@');
    return uri.len > 0 && keep_text(r, user, name);
}

static bool read_cseq(struct reader *r, struct nt_span value)
{
    uint64_t number;
    struct nt_span digits = cut_at(&value, ' ');
    if (r->cseq)
        return false;
    r->cseq = true;
    /* RFC 3261, 8.1.1.5: "The sequence number value MUST be expressible as a 32-bit unsigned integer and MUST be less than
     * 2**31." */
    if (!nt_span_number(digits, 10, 0, INT32_MAX, &number))
        return false;
    r->m->cseq = (uint32_t)number;
    r->cseq_kind = kind_of(trim(value));
    return r->cseq_kind != 0;
}

static bool read_length(struct reader *r, struct nt_span value)
{
    uint64_t length;
    if (r->length_given || !nt_span_number(value, 9, 0, NT_SDP_MAX, &length))
        return false;
    r->length_given = true;
    r->length = (size_t)length;
    return true;
}

static bool read_call_id(struct reader *r, struct nt_span value)
{
    if (r->call_id)
        return false;
    r->call_id = true;
    return keep_text(r, r->m->call_id, value);
}

/* RFC 3261, 20.33: a number of seconds, then a comment or parameters. One that cannot be read means nothing. */
static void read_retry_after(struct reader *r, struct nt_span value)
{
    uint64_t seconds;
    struct nt_span rest = trim(cut_at(&value, ';')), digits = trim(cut_at(&rest, '('));
    if (!nt_span_number(digits, 9, 0, UINT32_MAX, &seconds))
        return;
    r->m->retries = true;
    r->m->retry_after = (uint32_t)seconds;
}

/* The names and the compact forms of RFC 3261, 7.3.3. */
static bool read_header(struct reader *r, struct nt_span name, struct nt_span value)
{
    bool from_tag = false;
    if (nt_span_is(name, "Via") || nt_span_is(name, "v"))
        return read_via(r, value);
    if (nt_span_is(name, "From") || nt_span_is(name, "f"))
        return read_party(r, r->m->from, &r->from, &from_tag, value);
    if (nt_span_is(name, "To") || nt_span_is(name, "t"))
        return read_party(r, r->m->to, &r->to, &r->m->in_dialog, value);
    if (nt_span_is(name, "Call-ID") || nt_span_is(name, "i"))
        return read_call_id(r, value);
    if (nt_span_is(name, "CSeq"))
        return read_cseq(r, value);
    if (nt_span_is(name, "Content-Length") || nt_span_is(name, "l"))
        return read_length(r, value);
    if (nt_span_is(name, "Retry-After"))
        read_retry_after(r, value);
    if (nt_span_is(name, "Content-Type") || nt_span_is(name, "c")) {
        r->m->content_type = value.p;
        r->m->content_type_len = value.len;
    }
    return true;
}

/* One line without its end; *t becomes the text after it. False when there is no line end. */
static bool next_line(struct nt_span *t, struct nt_span *line)
{
    if (t->len == 0 || memchr(t->p, '\n', t->len) == NULL)
        return false;
    *line = cut_at(t, '\n');
    if (line->len > 0 && line->p[line->len - 1] == '\r')
        line->len--;
    return true;
}

/* A header with the lines that continue it (RFC 3261, 7.3.1: they start with a space or a tab). */
static bool next_header(struct nt_span *t, struct nt_span *header)
{
    struct nt_span more;
    if (!next_line(t, header))
        return false;
    while (header->len > 0 && t->len > 0 && (t->p[0] == ' ' || t->p[0] == '\t')) {
        if (!next_line(t, &more))
            return false;
        header->len = (size_t)(more.p + more.len - header->p);
    }
    return true;
}

static bool read_headers(struct reader *r, struct nt_span *t)
{
    struct nt_span header;
    while (next_header(t, &header)) {
        if (header.len == 0)
            return r->via && r->from && r->to && r->call_id && r->cseq;
        if (memchr(header.p, ':', header.len) == NULL)
            return false;
        struct nt_span name = trim(cut_at(&header, ':'));
        if (!nt_span_is_token(name) || !read_header(r, name, trim(header)))
            return false;
    }
    return false; /* no empty line after the headers */
}

int nt_sip_read(struct nt_sip_message *m, const char *text, size_t len)
{
    struct nt_sip_message out = {0};
    struct reader r = {.m = &out};
    struct nt_span rest = {text, len}, start;
    if (!next_line(&rest, &start))
        return NT_EFORMAT;
    int kind = read_start(&r, start);
    if (kind != NT_OK)
        return kind;
    if (!read_headers(&r, &rest))
        return r.limited ? NT_ELIMIT : NT_EFORMAT;
    /* RFC 3261, 8.1.1.5: "The method MUST match that of the request." */
    if (nt_sip_is_response(out.kind))
        out.answered = r.cseq_kind;
    else if (out.kind != r.cseq_kind)
        return NT_EFORMAT;
    /* RFC 3261, 18.3: over UDP a body longer than Content-Length is cut; one that is shorter is an error; without
     * Content-Length it ends with the datagram. */
    if (r.length_given && r.length > rest.len)
        return NT_EFORMAT;
    out.body = rest.p;
    out.body_len = r.length_given ? r.length : rest.len;
    *m = out;
    return NT_OK;
}
