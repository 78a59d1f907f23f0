/* Lines and their ends, and what holds of a description as a whole. A line is read by field.c. */
#include "core/sdp/read.h"

#include "core/base/err.h"
#include "core/sdp/field.h"

#include <string.h>

/* RFC 8866, 5: "CRLF (0x0d0a) is used to end a line, although parsers SHOULD be tolerant and also accept lines terminated with
 * a single newline character": it is noted once. */
static void check_line_end(struct nt_sdp_reader *r, const char *end, bool newline, bool carriage_return)
{
    if (newline && (carriage_return || r->newline_noted))
        return;
    r->newline_noted |= newline;
    nt_sdp_reader_note(
        r, &r->line, end,
        (struct nt_sdp_note){.kind = NT_SDP_BREACH,
                             .used = true,
                             .what = newline ? "a line ends with CR and LF, not with LF alone" : "the last line has no end"});
}

static struct nt_cursor next_line(struct nt_sdp_reader *r)
{
    const char *start = r->p, *newline = memchr(start, '\n', (size_t)(r->end - start));
    const char *end = newline != NULL ? newline : r->end;
    bool carriage_return = newline != NULL && end > start && end[-1] == '\r';
    end -= carriage_return;
    r->line = (struct nt_sdp_line){.number = r->line.number + 1, .text = {start, (size_t)(end - start)}};
    r->p = newline != NULL ? newline + 1 : r->end;
    check_line_end(r, end, newline != NULL, carriage_return);
    return nt_cursor_of(start, r->line.text.len);
}

/* False: the line as a whole cannot be read, which is noted. */
static bool is_readable(struct nt_sdp_reader *r)
{
    const struct nt_span text = r->line.text;
    if (text.len > NT_SDP_LINE_MAX) {
        nt_sdp_reader_note(r, &r->line, text.p + NT_SDP_LINE_MAX,
                           (struct nt_sdp_note){.kind = NT_SDP_LIMIT, .what = "a line is longer than 4096 bytes"});
        return false;
    }
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] == '\0' || text.p[i] == '\r') {
            nt_sdp_reader_note(
                r, &r->line, text.p + i,
                (struct nt_sdp_note){.kind = NT_SDP_BREACH, .what = "a NUL or a carriage return stands within a line"});
            return false;
        }
    return true;
}

static void read_lines(struct nt_sdp_reader *r)
{
    while (r->p < r->end && r->err == NT_OK) {
        struct nt_cursor in = next_line(r);
        if (!is_readable(r)) {
            nt_sdp_skip_field(r, &in);
            continue;
        }
        bool used = nt_sdp_read_field(r, &in);
        if (in.what != NULL)
            nt_sdp_reader_note(r, &r->line, in.at, (struct nt_sdp_note){.kind = NT_SDP_BREACH, .used = used, .what = in.what});
    }
}

/* What the section as a whole says is noted at its m= line, which counts. */
static void note_section(struct nt_sdp_reader *r, const struct nt_sdp_section *section, enum nt_sdp_note_kind kind,
                         const char *what)
{
    nt_sdp_reader_note(r, &section->line, section->line.text.p, (struct nt_sdp_note){.kind = kind, .used = true, .what = what});
}

/* The default destination. The port 0 refuses the stream (RFC 3264, 6), and then candidates do not count. */
static void set_default(struct nt_sdp_reader *r, struct nt_ice_stream_description *s, const struct nt_sdp_section *section)
{
    struct nt_addr addr = section->connected ? section->connection : r->session.connection;
    if (section->has_port && section->port == 0) {
        s->default_addr = nt_addr_is_set(&addr) ? addr : nt_addr_v4(0, 0);
        if (s->candidate_count > 0)
            note_section(r, section, NT_SDP_UNSUPPORTED, nt_sdp_note_refused);
        s->candidate_count = s->remote_candidate_count = 0;
    } else if (section->has_port && nt_addr_is_set(&addr) && !(nt_addr_is_any(&addr) && section->port == 9)) {
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

/* RFC 8839, 5.4: "there MUST be an "ice-pwd" and "ice-ufrag" attribute for each data stream": those that use ICE. "If two data
 * streams have identical "ice-ufrag"s, they MUST have identical "ice-pwd"s." */
static void check_credentials(struct nt_sdp_reader *r, size_t i)
{
    const struct nt_ice_stream_description *s = &r->d->streams[i];
    const struct nt_sdp_section *section = &r->sections[i];
    bool none = s->ufrag[0] == '\0' && s->pwd[0] == '\0';
    if (none && s->candidate_count == 0)
        note_section(r, section, NT_SDP_UNSUPPORTED, "this stream does not use ICE");
    else if (s->ufrag[0] == '\0')
        note_section(r, section, NT_SDP_BREACH, "this stream has no ice-ufrag");
    else if (s->pwd[0] == '\0')
        note_section(r, section, NT_SDP_BREACH, "this stream has no ice-pwd");
    for (size_t k = 0; k < i && !none; k++)
        if (strcmp(r->d->streams[k].ufrag, s->ufrag) == 0 && strcmp(r->d->streams[k].pwd, s->pwd) != 0) {
            note_section(r, section, NT_SDP_BREACH, "this stream has the ice-ufrag of another, with another ice-pwd");
            return;
        }
}

/* RFC 8839, 4.2.5. "0.0.0.0"/"::" is no mismatch. */
static bool is_default_unlisted(const struct nt_ice_stream_description *s, const struct nt_sdp_section *section)
{
    if (s->candidate_count == 0 || section->lacks_candidates || !nt_addr_is_set(&s->default_addr) ||
        nt_addr_is_any(&s->default_addr))
        return false;
    for (size_t i = 0; i < s->candidate_count; i++)
        if (s->candidates[i].component == 1 && nt_addr_equal(&s->candidates[i].addr, &s->default_addr))
            return false;
    return true;
}

static void finish_stream(struct nt_sdp_reader *r, size_t i)
{
    struct nt_ice_stream_description *s = &r->d->streams[i];
    const struct nt_sdp_section *section = &r->sections[i];
    if (!section->connected && !r->session.connected)
        note_section(r, section, NT_SDP_BREACH, "neither this stream nor the session has a c= line");
    default_credentials(r, s);
    set_default(r, s, section);
    s->end_of_candidates |= r->end_of_candidates;
    s->default_unlisted = is_default_unlisted(s, section);
    if (!nt_ice_stream_is_refused(s) && !s->mismatch)
        check_credentials(r, i);
}

/* Nothing is described: the reason stands after the last line. */
static int refuse(struct nt_sdp_reader *r, const char *what)
{
    r->line = (struct nt_sdp_line){.number = r->line.number + 1, .text = {r->end, 0}};
    nt_sdp_reader_note(r, &r->line, r->end, (struct nt_sdp_note){.kind = NT_SDP_BREACH, .what = what});
    return NT_EFORMAT;
}

static int finish_description(struct nt_sdp_reader *r)
{
    if (r->streams == 0)
        return refuse(r, "there is no m= line");
    for (size_t i = 0; i < r->streams; i++)
        finish_stream(r, i);
    return NT_OK;
}

/* RFC 8840, 4.4: "All INFO requests MUST carry the "ice-pwd" and "ice-ufrag" attributes". */
static int finish_fragment(struct nt_sdp_reader *r)
{
    bool any = false;
    for (size_t i = 0; i < r->d->stream_count; i++) {
        struct nt_ice_stream_description *s = &r->d->streams[i];
        default_credentials(r, s);
        bool both = s->ufrag[0] != '\0' && s->pwd[0] != '\0';
        any = any || both;
        if (!both && i < r->streams)
            note_section(r, &r->sections[i], NT_SDP_BREACH, "ice-ufrag or ice-pwd is missing");
    }
    r->d->end_of_candidates = r->end_of_candidates;
    return any ? NT_OK : refuse(r, "no stream has an ice-ufrag and an ice-pwd");
}

static size_t count_streams(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i + 1 < len; i++)
        n += text[i] == 'm' && text[i + 1] == '=' && (i == 0 || text[i - 1] == '\n');
    return n;
}

/* Where a text that is too long is cut: after its last line that fits. */
static size_t cut_text(const char *text, size_t len)
{
    size_t kept = len <= NT_SDP_MAX ? len : NT_SDP_MAX;
    while (kept < len && kept > 0 && text[kept - 1] != '\n')
        kept--;
    return kept > 0 || len == 0 ? kept : NT_SDP_MAX;
}

static int read_into(struct nt_sdp_reader *r, const char *text, size_t len)
{
    read_lines(r);
    if (r->err != NT_OK)
        return r->err;
    if (r->end < text + len) {
        struct nt_sdp_line rest = {.number = r->line.number + 1, .text = {r->end, 0}};
        nt_sdp_reader_note(r, &rest, r->end,
                           (struct nt_sdp_note){.kind = NT_SDP_LIMIT, .what = "the text is longer than 65536 bytes"});
    }
    return r->fragment ? finish_fragment(r) : finish_description(r);
}

static int read_text(struct nt_ice_description *d, bool fragment, const char *text, size_t len, struct nt_sdp_notes *notes)
{
    struct nt_ice_description out;
    size_t kept = cut_text(text, len), streams = count_streams(text, kept);
    nt_sdp_notes_clear(notes);
    if (streams > NT_ICE_STREAMS_MAX)
        streams = NT_ICE_STREAMS_MAX;
    int err = nt_ice_description_init(&out, streams > 0 ? streams : 1);
    if (err != NT_OK)
        return err;
    struct nt_sdp_section sections[NT_ICE_STREAMS_MAX];
    struct nt_sdp_reader r = {.d = &out,
                              .notes = notes,
                              .p = text,
                              .end = text + kept,
                              .sections = sections,
                              .fragment = fragment,
                              .bare = fragment && streams == 0};
    err = read_into(&r, text, len);
    if (err == NT_OK)
        *d = out;
    else
        nt_ice_description_free(&out);
    return err;
}

int nt_sdp_read(struct nt_ice_description *d, const char *text, size_t len, struct nt_sdp_notes *notes)
{
    return read_text(d, false, text, len, notes);
}

int nt_sdp_read_fragment(struct nt_ice_description *d, const char *text, size_t len, struct nt_sdp_notes *notes)
{
    return read_text(d, true, text, len, notes);
}
