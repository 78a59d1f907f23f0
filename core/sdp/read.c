/* Lines, their order, and the fields that ICE needs. The ICE attributes themselves are in attribute.c. */
#include "core/sdp/read.h"

#include "core/base/err.h"
#include "core/sdp/attribute.h"

#include <string.h>

/* RFC 8866, 5: the lines "must appear in exactly the order given here". Times, repeats and zones alternate, so they share a
 * place. `once`: at most one in its section. */
struct field {
    char letter;
    uint8_t place;
    bool once;
};

static const struct field session_fields[] = {
    {'v', 1, true}, {'o', 2, true},  {'s', 3, true},   {'i', 4, true},   {'u', 5, true},   {'e', 6, false}, {'p', 7, false},
    {'c', 8, true}, {'b', 9, false}, {'t', 10, false}, {'r', 10, false}, {'z', 10, false}, {'k', 11, true}, {'a', 12, false},
};
static const struct field media_fields[] = {
    {'m', 0, true}, {'i', 1, true}, {'c', 2, false}, {'b', 3, false}, {'k', 4, true}, {'a', 5, false},
};

static const struct field *find_field(const struct field *fields, size_t n, char letter)
{
    for (size_t i = 0; i < n; i++)
        if (fields[i].letter == letter)
            return &fields[i];
    return NULL;
}

static const char missing[] = "a line that has to stand before this one is missing";

static bool in_order(struct nt_sdp_reader *r, struct nt_cursor *in, char letter)
{
    const struct field *f = r->section == NULL ? find_field(session_fields, sizeof session_fields / sizeof *session_fields, letter)
                                               : find_field(media_fields, sizeof media_fields / sizeof *media_fields, letter);
    if (letter == 'm')
        return r->section != NULL || r->place >= 10 || nt_cursor_fail(in, in->p, missing);
    /* "an SDP parser MUST completely ignore or reject any session description that contains a type letter that it does not
     * understand" */
    if (f == NULL)
        return nt_cursor_fail(in, in->p, "this type of line is not known here");
    if (f->place < r->place || (f->once && f->place == r->place))
        return nt_cursor_fail(in, in->p, "this line is not in its place");
    /* v=, o= and s= must be there, and t= before keys, attributes and streams. */
    if (r->section == NULL && ((r->place < 3 && f->place != r->place + 1) || (f->place >= 10 && letter != 't' && r->place < 10)))
        return nt_cursor_fail(in, in->p, missing);
    r->place = f->place;
    return true;
}

static bool skip_word(struct nt_cursor *in, const char *what)
{
    struct nt_span word;
    return nt_cursor_word(in, &word, what);
}

/* Of any size: RFC 8866, 9 has no limit, and stacks draw session ids of 64 bits. */
static bool skip_number(struct nt_cursor *in, const char *what)
{
    struct nt_span word;
    const char *start = in->p;
    return nt_cursor_word(in, &word, what) && (nt_span_is_digits(word) || nt_cursor_fail(in, start, what));
}

static bool read_end(struct nt_cursor *in)
{
    return nt_cursor_at_end(in) || nt_cursor_fail(in, in->p, "more follows than belongs here");
}

static bool read_version(struct nt_cursor *in)
{
    const char *start = in->p;
    uint64_t version;
    return nt_cursor_number(in, 1, 0, 0, &version, "the version is 0") &&
           (nt_cursor_at_end(in) || nt_cursor_fail(in, start, "the version is 0"));
}

static bool read_origin(struct nt_cursor *in)
{
    return skip_word(in, "o= has no user name") && nt_cursor_space(in) && skip_number(in, "o= has no session id") &&
           nt_cursor_space(in) && skip_number(in, "o= has no version") && nt_cursor_space(in) &&
           skip_word(in, "o= has no network type") && nt_cursor_space(in) && skip_word(in, "o= has no address type") &&
           nt_cursor_space(in) && skip_word(in, "o= has no address") && read_end(in);
}

static bool read_time(struct nt_cursor *in)
{
    return skip_number(in, "t= has no start") && nt_cursor_space(in) && skip_number(in, "t= has no stop") && read_end(in);
}

/* An address that is a name, multicast or of another network stays unset: RFC 8839, 4.2.5: this "MUST NOT be considered as an
 * ICE failure". */
static bool read_connection(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    struct nt_span net, type, address;
    struct nt_addr addr = {0};
    struct nt_sdp_section *section = r->section != NULL ? r->section : &r->session;
    if (!nt_cursor_word(in, &net, "c= has no network type") || !nt_cursor_space(in) ||
        !nt_cursor_word(in, &type, "c= has no address type") || !nt_cursor_space(in) ||
        !nt_cursor_word(in, &address, "c= has no address") || !read_end(in))
        return false;
    if (nt_span_is(net, "IN") && nt_span_ip(address, &addr) && !nt_span_is(type, addr.family == NT_AF_IPV6 ? "IP6" : "IP4"))
        return nt_cursor_fail(in, address.p, "the address is not of the type before it");
    if (!section->connected)
        section->connection = addr;
    section->connected = true;
    return true;
}

/* m=<media> <port>["/" integer] <proto> <fmt> ... */
static bool read_media(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    struct nt_span media, port;
    uint64_t value, ports = 1;
    r->section = &r->sections[r->streams++];
    *r->section = (struct nt_sdp_section){.line = r->line};
    r->place = 0;
    if (!nt_cursor_word(in, &media, "m= has no media") || !nt_cursor_space(in) || !nt_cursor_word(in, &port, "m= has no port"))
        return false;
    const char *slash = memchr(port.p, '/', port.len);
    size_t digits = slash != NULL ? (size_t)(slash - port.p) : port.len;
    if (!nt_span_number((struct nt_span){port.p, digits}, 5, 0, UINT16_MAX, &value))
        return nt_cursor_fail(in, port.p, "a port is a number from 0 to 65535");
    if (slash != NULL && !nt_span_number((struct nt_span){slash + 1, port.len - digits - 1}, 10, 1, INT32_MAX, &ports))
        return nt_cursor_fail(in, slash + 1, "the number of ports is a number from 1");
    r->section->port = (uint16_t)value;
    if (!nt_cursor_space(in) || !skip_word(in, "m= has no protocol"))
        return false;
    do {
        if (!nt_cursor_space(in) || !skip_word(in, "m= has no format"))
            return false;
    } while (!nt_cursor_at_end(in));
    return true;
}

/* RFC 8840, 9.2: m= and a= lines alone; 4.4: "the receiving agent MUST ignore any remaining content of the pseudo "m=" line". */
static int read_fragment_line(struct nt_sdp_reader *r, struct nt_cursor *in, char letter)
{
    if (letter != 'm' && letter != 'a') {
        nt_cursor_fail(in, in->p, "a fragment has m= and a= lines alone");
        return NT_EFORMAT;
    }
    in->p += 2;
    if (letter == 'a')
        return nt_sdp_read_attribute(r, in);
    r->section = &r->sections[r->streams++];
    *r->section = (struct nt_sdp_section){.line = r->line};
    return NT_OK;
}

static int read_line(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    if (in->end - in->p < 2 || in->p[1] != '=') {
        nt_cursor_fail(in, in->p, "a line starts with a letter and '='");
        return NT_EFORMAT;
    }
    char letter = *in->p;
    if (r->fragment)
        return read_fragment_line(r, in, letter);
    if (!in_order(r, in, letter))
        return NT_EFORMAT;
    in->p += 2;
    switch (letter) {
    case 'v': return read_version(in) ? NT_OK : NT_EFORMAT;
    case 'o': return read_origin(in) ? NT_OK : NT_EFORMAT;
    case 'c': return read_connection(r, in) ? NT_OK : NT_EFORMAT;
    case 't': return read_time(in) ? NT_OK : NT_EFORMAT;
    case 'm': return read_media(r, in) ? NT_OK : NT_EFORMAT;
    case 'a': return nt_sdp_read_attribute(r, in);
    default: return NT_OK; /* nothing in it that ICE needs */
    }
}

static int fail(struct nt_sdp_error *error, size_t line, size_t column, const char *what, int err)
{
    *error = (struct nt_sdp_error){.line = line, .column = column, .what = what};
    return err;
}

/* RFC 8866, 5: "CRLF (0x0d0a) is used to end a line, although parsers SHOULD be tolerant and also accept lines terminated with
 * a single newline character". */
static int next_line(struct nt_sdp_reader *r, struct nt_cursor *in, struct nt_sdp_error *error)
{
    const char *newline = memchr(r->p, '\n', (size_t)(r->end - r->p));
    const char *stop = newline != NULL ? newline : r->end;
    size_t len = (size_t)(stop - r->p);
    r->line++;
    if (newline != NULL && len > 0 && stop[-1] == '\r')
        len--;
    *in = nt_cursor_of(r->p, len);
    if (len > NT_SDP_LINE_MAX)
        return fail(error, r->line, NT_SDP_LINE_MAX + 1, "a line is longer than 4096 bytes", NT_ELIMIT);
    for (size_t i = 0; i < len; i++)
        if (in->p[i] == '\0' || in->p[i] == '\r')
            return fail(error, r->line, i + 1, "a NUL or a carriage return stands within a line", NT_EFORMAT);
    r->p = newline != NULL ? newline + 1 : r->end;
    return NT_OK;
}

static int read_lines(struct nt_sdp_reader *r, struct nt_sdp_error *error)
{
    while (r->p < r->end) {
        struct nt_cursor in;
        const char *start = r->p;
        int err = next_line(r, &in, error);
        if (err != NT_OK)
            return err;
        err = read_line(r, &in);
        if (err != NT_OK)
            return fail(error, r->line, (size_t)(in.at - start) + 1, in.what, err);
    }
    return NT_OK;
}

/* The default destination. The port 0 refuses the stream (RFC 3264, 6), and then candidates do not count. */
static void set_default(struct nt_ice_stream_description *s, const struct nt_sdp_section *section,
                        const struct nt_sdp_section *session)
{
    struct nt_addr addr = section->connected ? section->connection : session->connection;
    if (section->port == 0) {
        s->default_addr = nt_addr_is_set(&addr) ? addr : nt_addr_v4(0, 0);
        for (size_t i = 0; i < s->candidate_count; i++)
            nt_ice_description_pass(
                s, &(struct nt_ice_passed){NT_ICE_PASS_REFUSED, s->candidates[i].component, s->candidates[i].addr});
        s->candidate_count = s->remote_candidate_count = 0;
    } else if (nt_addr_is_set(&addr) && !(nt_addr_is_any(&addr) && section->port == 9)) {
        s->default_addr = nt_addr_with_port(&addr, section->port);
    }
}

/* RFC 8839, 5.4: "the value at the session-level is effectively a default" */
static void default_credentials(const struct nt_sdp_reader *r, struct nt_ice_stream_description *s)
{
    if (s->ufrag[0] == '\0')
        memcpy(s->ufrag, r->ufrag, sizeof s->ufrag);
    if (s->pwd[0] == '\0')
        memcpy(s->pwd, r->pwd, sizeof s->pwd);
}

static int finish_stream(struct nt_sdp_reader *r, size_t i, struct nt_sdp_error *error)
{
    struct nt_ice_stream_description *s = &r->d->streams[i];
    const struct nt_sdp_section *section = &r->sections[i];
    if (!section->connected && !r->session.connected)
        return fail(error, section->line, 1, "neither this stream nor the session has a c= line", NT_EFORMAT);
    default_credentials(r, s);
    set_default(s, section, &r->session);
    s->end_of_candidates |= r->end_of_candidates;
    /* "there MUST be an "ice-pwd" and "ice-ufrag" attribute for each data stream": those that use ICE. */
    if (section->port == 0 || s->mismatch)
        return NT_OK;
    if (s->ufrag[0] == '\0')
        return fail(error, section->line, 1, "this stream has no ice-ufrag", NT_EFORMAT);
    if (s->pwd[0] == '\0')
        return fail(error, section->line, 1, "this stream has no ice-pwd", NT_EFORMAT);
    /* "If two data streams have identical "ice-ufrag"s, they MUST have identical "ice-pwd"s." */
    for (size_t k = 0; k < i; k++)
        if (strcmp(r->d->streams[k].ufrag, s->ufrag) == 0 && strcmp(r->d->streams[k].pwd, s->pwd) != 0)
            return fail(error, section->line, 1, "this stream has the ice-ufrag of another, with another ice-pwd", NT_EFORMAT);
    return NT_OK;
}

/* RFC 8840, 4.4: "All INFO requests MUST carry the "ice-pwd" and "ice-ufrag" attributes". */
static int finish_fragment(struct nt_sdp_reader *r, struct nt_sdp_error *error)
{
    for (size_t i = 0; i < r->d->stream_count; i++) {
        struct nt_ice_stream_description *s = &r->d->streams[i];
        default_credentials(r, s);
        if (s->ufrag[0] == '\0' || s->pwd[0] == '\0')
            return fail(error, i < r->streams ? r->sections[i].line : r->line + 1, 1, "ice-ufrag or ice-pwd is missing",
                        NT_EFORMAT);
    }
    r->d->end_of_candidates = r->end_of_candidates;
    return NT_OK;
}

static size_t count_streams(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i + 1 < len; i++)
        n += text[i] == 'm' && text[i + 1] == '=' && (i == 0 || text[i - 1] == '\n');
    return n;
}

static int read_into(struct nt_ice_description *d, bool fragment, const char *text, size_t len, struct nt_sdp_error *error)
{
    struct nt_sdp_reader r = {
        .d = d, .p = text, .end = text + len, .fragment = fragment, .bare = fragment && count_streams(text, len) == 0};
    int err = read_lines(&r, error);
    if (fragment)
        return err == NT_OK ? finish_fragment(&r, error) : err;
    if (err == NT_OK && r.streams == 0)
        err = fail(error, r.line + 1, 1, "there is no m= line", NT_EFORMAT);
    for (size_t i = 0; i < r.streams && err == NT_OK; i++)
        err = finish_stream(&r, i, error);
    return err;
}

static int read_text(struct nt_ice_description *d, bool fragment, const char *text, size_t len, struct nt_sdp_error *error)
{
    struct nt_ice_description out;
    size_t streams = len <= NT_SDP_MAX ? count_streams(text, len) : 0;
    if (len > NT_SDP_MAX)
        return fail(error, 1, 1, "the text is longer than 65536 bytes", NT_ELIMIT);
    if (streams > NT_ICE_STREAMS_MAX)
        return fail(error, 1, 1, "there are more than 32 m= lines", NT_ELIMIT);
    int err = nt_ice_description_init(&out, streams > 0 ? streams : 1);
    if (err != NT_OK)
        return fail(error, 1, 1, "out of memory", err);
    err = read_into(&out, fragment, text, len, error);
    if (err == NT_OK)
        *d = out;
    else
        nt_ice_description_free(&out);
    return err;
}

int nt_sdp_read(struct nt_ice_description *d, const char *text, size_t len, struct nt_sdp_error *error)
{
    return read_text(d, false, text, len, error);
}

int nt_sdp_read_fragment(struct nt_ice_description *d, const char *text, size_t len, struct nt_sdp_error *error)
{
    return read_text(d, true, text, len, error);
}
