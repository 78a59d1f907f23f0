#include "core/sdp/attribute.h"

#include "core/base/err.h"
#include "core/sdp/candidate_line.h"

#include <string.h>

#define REMOTE_CANDIDATES_MAX                                                                                                      \
    (sizeof((struct nt_ice_stream_description *)0)->remote_candidates / sizeof(struct nt_ice_remote_candidate))

static int fail(struct nt_cursor *in, const char *at, const char *what, int err)
{
    nt_cursor_fail(in, at, what);
    return err;
}

static struct nt_ice_stream_description *stream_of(struct nt_sdp_reader *r)
{
    return &r->d->streams[r->streams - 1];
}

/* Without m= lines there is one stream, as in libjuice's descriptions. Without a value it is the browsers' end of candidates
 * (RTCIceCandidate), which has no meaning in a description. */
static int read_candidate(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    if (nt_cursor_at_end(in))
        return NT_OK;
    return nt_candidate_take(r->d, (uint8_t)(r->bare ? 1 : r->streams), in);
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

static int read_remote_candidates(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    struct nt_ice_stream_description *s = stream_of(r);
    struct nt_ice_remote_candidate remote;
    for (;;) {
        if (!read_remote_candidate(in, &remote))
            return NT_EFORMAT;
        if (nt_addr_is_set(&remote.addr)) {
            if (s->remote_candidate_count == REMOTE_CANDIDATES_MAX)
                return fail(in, in->p, "the stream has more than 8 remote candidates", NT_ELIMIT);
            s->remote_candidates[s->remote_candidate_count++] = remote;
        }
        if (nt_cursor_at_end(in))
            return NT_OK;
        if (!nt_cursor_space(in))
            return NT_EFORMAT;
    }
}

static int read_credential(struct nt_cursor *in, char *to, size_t least, const char *what)
{
    struct nt_span value = {in->p, (size_t)(in->end - in->p)};
    if (to[0] != '\0')
        return fail(in, in->p, "this attribute was given before", NT_EFORMAT);
    if (!nt_span_is_ice_chars(value, least, NT_ICE_CREDENTIAL_MAX))
        return fail(in, in->p, what, NT_EFORMAT);
    nt_span_copy(to, value);
    return NT_OK;
}

/* ufrag = 4*256ice-char; "an implementation MUST accept up to 256 characters when receiving" */
static int read_ufrag(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    return read_credential(in, r->section != NULL ? stream_of(r)->ufrag : r->ufrag, NT_ICE_UFRAG_MIN,
                           "an ice-ufrag is 4 to 256 letters, digits, '+' or '/'");
}

/* password = 22*256ice-char */
static int read_pwd(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    return read_credential(in, r->section != NULL ? stream_of(r)->pwd : r->pwd, NT_ICE_PWD_MIN,
                           "an ice-pwd is 22 to 256 letters, digits, '+' or '/'");
}

/* pacing-value = 1*10DIGIT. No agent paces faster than 5 ms, so 0 reads as 1: in the description 0 means "absent". */
static int read_pacing(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    uint64_t ms;
    struct nt_span value = {in->p, (size_t)(in->end - in->p)};
    if (!nt_span_number(value, 10, 0, INT64_MAX, &ms))
        return fail(in, in->p, "an ice-pacing is a number of 1 to 10 digits", NT_EFORMAT);
    r->d->pacing_ms = ms == 0 ? 1 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
    return NT_OK;
}

static void read_tags(struct nt_ice_description *d, struct nt_span word)
{
    while (word.len > 0) {
        const char *comma = memchr(word.p, ',', word.len);
        struct nt_span tag = {word.p, comma != NULL ? (size_t)(comma - word.p) : word.len};
        size_t used = tag.len + (comma != NULL);
        d->ice2 |= nt_span_is(tag, "ice2");
        d->trickle |= nt_span_is(tag, "trickle");
        word = (struct nt_span){word.p + used, word.len - used};
    }
}

/* Tags are separated by spaces; also by commas, which no tag contains, because libjuice and libdatachannel write "ice2,trickle". */
static int read_options(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    struct nt_span tag;
    for (;;) {
        if (!nt_cursor_word(in, &tag, "an option is missing"))
            return NT_EFORMAT;
        read_tags(r->d, tag);
        if (nt_cursor_at_end(in))
            return NT_OK;
        in->p++;
    }
}

static int read_lite(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    (void)in;
    r->d->lite = true;
    return NT_OK;
}

static int read_mismatch(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    (void)in;
    stream_of(r)->mismatch = true;
    return NT_OK;
}

/* RFC 5888, 4: a token. One that is too long is ignored. */
static int read_mid(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    struct nt_span tag = {in->p, (size_t)(in->end - in->p)};
    if (!nt_span_is_token(tag))
        return fail(in, in->p, "an identification tag is a token", NT_EFORMAT);
    if (tag.len <= NT_ICE_MID_MAX)
        nt_span_copy(stream_of(r)->mid, tag);
    return NT_OK;
}

static int read_end_of_candidates(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    (void)in;
    if (r->section != NULL)
        stream_of(r)->end_of_candidates = true;
    else
        r->end_of_candidates = true;
    return NT_OK;
}

static const struct {
    const char *name;
    bool session, media, flag; /* the levels where it is allowed; whether it has no value */
    int (*read)(struct nt_sdp_reader *r, struct nt_cursor *in);
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

/* RFC 8866, 5.13: "If an attribute is received that is not understood, it MUST be ignored by the receiver." One of ours at
 * a level where it is not allowed is ignored, too. */
int nt_sdp_read_attribute(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    const char *colon = memchr(in->p, ':', (size_t)(in->end - in->p));
    struct nt_span name = {in->p, (size_t)((colon != NULL ? colon : in->end) - in->p)};
    if (!nt_span_is_token(name))
        return fail(in, in->p, "the name of an attribute is a token", NT_EFORMAT);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        if (!nt_span_is(name, attributes[i].name) || !is_allowed(r, i))
            continue;
        if (attributes[i].flag != (colon == NULL))
            return fail(in, name.p + name.len, colon == NULL ? "this attribute has a value" : "this attribute has no value",
                        NT_EFORMAT);
        in->p = colon != NULL ? colon + 1 : in->end;
        return attributes[i].read(r, in);
    }
    return NT_OK;
}
