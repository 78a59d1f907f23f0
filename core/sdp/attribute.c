#include "core/sdp/attribute.h"

#include "core/base/err.h"
#include "core/sdp/candidate_line.h"

#include <string.h>

static struct nt_ice_stream_description *stream_of(struct nt_sdp_reader *r)
{
    return &r->d->streams[r->streams - 1];
}

/* What is in order, but does not count. */
static bool pass_over(struct nt_sdp_reader *r, const char *at, enum nt_sdp_note_kind kind, const char *what)
{
    nt_sdp_reader_note(r, &r->line, at, (struct nt_sdp_note){.kind = kind, .what = what});
    return false;
}

/* Without m= lines there is one stream, as in libjuice's descriptions. */
static bool keep_candidate(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    const char *start = in->p;
    const char *unsupported;
    struct nt_ice_candidate c;
    int err = nt_candidate_scan(&c, &unsupported, in);
    if (err == NT_EUNSUPPORTED)
        return pass_over(r, start, NT_SDP_UNSUPPORTED, unsupported);
    if (err != NT_OK)
        return false;
    c.stream = (uint8_t)(r->bare ? 1 : r->streams);
    err = nt_ice_description_add(r->d, &c);
    if (err == NT_ELIMIT)
        return pass_over(r, start, NT_SDP_LIMIT, "the stream has more than 256 candidates");
    r->err = err;
    return err == NT_OK;
}

static bool read_candidate(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    bool kept = keep_candidate(r, in);
    if (!kept && r->section != NULL)
        r->section->lacks_candidates = true;
    return kept;
}

/* remote-candidate = component-id SP connection-address SP port; a name is ignored. */
static bool read_remote_candidate(struct nt_cursor *in, struct nt_ice_remote_candidate *remote)
{
    uint64_t component, port;
    struct nt_span address;
    if (!nt_cursor_number(in, 3, 1, NT_ICE_COMPONENTS_MAX, &component, "a component is a number from 1 to 256") ||
        !nt_cursor_space(in) || !nt_cursor_word(in, &address, "an address is missing") || !nt_cursor_space(in) ||
        !nt_cursor_number(in, 5, 0, UINT16_MAX, &port, "a port is a number from 0 to 65535"))
        return false;
    *remote = (struct nt_ice_remote_candidate){.component = (uint16_t)component};
    if (nt_span_ip(address, &remote->addr))
        remote->addr.port = (uint16_t)port;
    return true;
}

static bool keep_remote_candidate(struct nt_sdp_reader *r, const char *at, const struct nt_ice_remote_candidate *remote)
{
    struct nt_ice_stream_description *s = stream_of(r);
    if (!nt_addr_is_set(&remote->addr))
        return pass_over(r, at, NT_SDP_UNSUPPORTED, "the address of a remote candidate is no IP address");
    if (s->remote_candidate_count == NT_ICE_COMPONENTS_MAX)
        return pass_over(r, at, NT_SDP_LIMIT, "the stream has more than 256 remote candidates");
    s->remote_candidates[s->remote_candidate_count++] = *remote;
    return true;
}

/* Those before one that is malformed count. */
static bool read_remote_candidates(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    struct nt_ice_remote_candidate remote;
    bool kept = false;
    for (;;) {
        const char *at = in->p;
        if (!read_remote_candidate(in, &remote))
            return kept;
        kept |= keep_remote_candidate(r, at, &remote);
        if (nt_cursor_at_end(in) || !nt_cursor_space(in))
            return kept;
    }
}

/* Of any visible characters and any length that fits: a session without credentials is none. */
static bool read_credential(struct nt_cursor *in, char *to, size_t least, const char *what)
{
    struct nt_span value = {in->p, (size_t)(in->end - in->p)};
    if (!nt_span_is_ice_chars(value, least, NT_ICE_CREDENTIAL_MAX))
        nt_cursor_fail(in, in->p, what);
    if (!nt_span_is_visible(value) || value.len > NT_ICE_CREDENTIAL_MAX)
        return false;
    if (to[0] != '\0')
        return nt_cursor_fail(in, in->p, "this attribute was given before");
    nt_span_copy(to, value);
    return true;
}

/* ufrag = 4*256ice-char; "an implementation MUST accept up to 256 characters when receiving" */
static bool read_ufrag(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    return read_credential(in, r->section != NULL ? stream_of(r)->ufrag : r->ufrag, NT_ICE_UFRAG_MIN,
                           "an ice-ufrag is 4 to 256 letters, digits, '+' or '/'");
}

/* password = 22*256ice-char */
static bool read_pwd(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    return read_credential(in, r->section != NULL ? stream_of(r)->pwd : r->pwd, NT_ICE_PWD_MIN,
                           "an ice-pwd is 22 to 256 letters, digits, '+' or '/'");
}

/* pacing-value = 1*10DIGIT. No agent paces faster than 5 ms, so 0 reads as 1: in the description 0 means "absent". */
static bool read_pacing(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    uint64_t ms;
    struct nt_span value = {in->p, (size_t)(in->end - in->p)};
    if (!nt_span_number(value, 10, 0, INT64_MAX, &ms))
        return nt_cursor_fail(in, in->p, "an ice-pacing is a number of 1 to 10 digits");
    r->d->pacing_ms = ms == 0 ? 1 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
    if (ms > UINT32_MAX)
        nt_sdp_reader_note(
            r, &r->line, in->p,
            (struct nt_sdp_note){.kind = NT_SDP_LIMIT, .used = true, .what = "no pacing is longer than 4294967295 ms"});
    return true;
}

static void take_tag(struct nt_ice_description *d, struct nt_span tag, struct nt_cursor *in)
{
    if (!nt_span_is_ice_chars(tag, 1, SIZE_MAX))
        nt_cursor_fail(in, tag.p, "an option is of letters, digits, '+' or '/', and spaces separate options");
    d->ice2 |= nt_span_is(tag, "ice2");
    d->trickle |= nt_span_is(tag, "trickle");
    d->renomination |= nt_span_is(tag, "renomination");
}

/* Tags are separated by spaces; also by commas, which no tag contains, because libjuice and libdatachannel write "ice2,trickle". */
static void take_tags(struct nt_ice_description *d, struct nt_span word, struct nt_cursor *in)
{
    const char *comma;
    while ((comma = memchr(word.p, ',', word.len)) != NULL) {
        size_t len = (size_t)(comma - word.p);
        nt_cursor_fail(in, comma, "spaces separate options");
        if (len > 0)
            take_tag(d, (struct nt_span){word.p, len}, in);
        word = (struct nt_span){comma + 1, word.len - len - 1};
        if (word.len == 0)
            return;
    }
    take_tag(d, word, in);
}

static bool read_options(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    struct nt_span tag;
    for (bool any = false;; any = true) {
        if (!nt_cursor_word(in, &tag, "an option is missing"))
            return any;
        take_tags(r->d, tag, in);
        if (nt_cursor_at_end(in))
            return true;
        nt_cursor_space(in);
    }
}

static bool read_lite(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    (void)in;
    r->d->lite = true;
    return true;
}

static bool read_mismatch(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    (void)in;
    stream_of(r)->mismatch = true;
    return true;
}

/* RFC 5888, 4: a token. */
static bool read_mid(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    struct nt_span tag = {in->p, (size_t)(in->end - in->p)};
    if (!nt_span_is_token(tag))
        nt_cursor_fail(in, in->p, "an identification tag is a token");
    if (!nt_span_is_visible(tag))
        return false;
    if (tag.len > NT_ICE_MID_MAX)
        return pass_over(r, in->p, NT_SDP_LIMIT, "the identification tag is longer than 32 characters");
    nt_span_copy(stream_of(r)->mid, tag);
    return true;
}

static bool read_end_of_candidates(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    (void)in;
    if (r->section != NULL)
        stream_of(r)->end_of_candidates = true;
    else
        r->end_of_candidates = true;
    return true;
}

static const struct {
    const char *name;
    bool session, media, flag; /* the levels where it is allowed; whether it has no value */
    bool (*read)(struct nt_sdp_reader *r, struct nt_cursor *in);
} attributes[] = {
    {"candidate", false, true, false, read_candidate},
    {"remote-candidates", false, true, false, read_remote_candidates},
    {"ice-lite", true, false, true, read_lite},
    {"ice-mismatch", false, true, true, read_mismatch},
    {"ice-ufrag", true, true, false, read_ufrag},
    {"ice-pwd", true, true, false, read_pwd},
    {"ice-pacing", true, false, false, read_pacing},
    {"ice-options", true, true, false, read_options},
    {"mid", false, true, false, read_mid},
    {"end-of-candidates", true, true, true, read_end_of_candidates},
};

static bool is_allowed(const struct nt_sdp_reader *r, size_t i)
{
    if (r->section != NULL)
        return attributes[i].media;
    return attributes[i].session || (r->bare && attributes[i].read == read_candidate);
}

/* Index of the attribute of this name, or -1. */
static int find_attribute(struct nt_span name)
{
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (nt_span_is(name, attributes[i].name))
            return (int)i;
    return -1;
}

/* RFC 8866, 5.13: "If an attribute is received that is not understood, it MUST be ignored by the receiver." */
bool nt_sdp_read_attribute(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    const char *colon = memchr(in->p, ':', (size_t)(in->end - in->p));
    struct nt_span name = {in->p, (size_t)((colon != NULL ? colon : in->end) - in->p)};
    while (name.len > 0 && nt_span_is_blank(name.p[name.len - 1]))
        name.len--;
    if (!nt_span_is_token(name))
        return nt_cursor_fail(in, in->p, "the name of an attribute is a token");
    int i = find_attribute(name);
    if (i < 0)
        return true;
    if (!is_allowed(r, (size_t)i))
        return nt_cursor_fail(in, in->p, "this attribute has no meaning at this level");
    in->p = name.p + name.len;
    if (attributes[i].read != read_candidate)
        nt_cursor_trim(in);
    if (attributes[i].flag != (colon == NULL))
        nt_cursor_fail(in, in->p, colon == NULL ? "this attribute has a value" : "this attribute has no value");
    if (!attributes[i].flag && colon == NULL)
        return false;
    if (!attributes[i].flag && in->p < colon)
        nt_cursor_fail(in, in->p, "a blank stands before the colon");
    in->p = colon != NULL && colon < in->end ? colon + 1 : in->end;
    return attributes[i].read(r, in);
}
