#include "core/sdp/field.h"

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
    {'i', 1, true}, {'c', 2, false}, {'b', 3, false}, {'k', 4, true}, {'a', 5, false},
};

static const struct field *find_field(const struct field *fields, size_t n, char letter)
{
    for (size_t i = 0; i < n; i++)
        if (fields[i].letter == letter)
            return &fields[i];
    return NULL;
}

static const char missing[] = "a line that has to stand before this one is missing";

/* False: a type that is not known. A line out of its place counts. */
static bool check_order(struct nt_sdp_reader *r, struct nt_cursor *in, char letter)
{
    const struct field *f = r->section == NULL ? find_field(session_fields, sizeof session_fields / sizeof *session_fields, letter)
                                               : find_field(media_fields, sizeof media_fields / sizeof *media_fields, letter);
    if (f == NULL)
        return nt_cursor_fail(in, in->p, "this type of line is not known here");
    if (f->place < r->place || (f->once && f->place == r->place))
        nt_cursor_fail(in, in->p, "this line is not in its place");
    /* v=, o= and s= must be there, and t= before keys, attributes and streams. */
    if (r->section == NULL && ((r->place < 3 && f->place > r->place + 1) || (f->place >= 10 && letter != 't' && r->place < 10)))
        nt_cursor_fail(in, in->p, missing);
    r->place = f->place > r->place ? f->place : r->place;
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
    bool first = !section->connected;
    section->connected = true;
    if (!nt_cursor_word(in, &net, "c= has no network type") || !nt_cursor_space(in) ||
        !nt_cursor_word(in, &type, "c= has no address type") || !nt_cursor_space(in) ||
        !nt_cursor_word(in, &address, "c= has no address"))
        return false;
    read_end(in);
    if (nt_span_is(net, "IN") && nt_span_ip(address, &addr) && !nt_span_is(type, addr.family == NT_AF_IPV6 ? "IP6" : "IP4"))
        return nt_cursor_fail(in, address.p, "the address is not of the type before it");
    if (first)
        section->connection = addr;
    return true;
}

static void begin_section(struct nt_sdp_reader *r)
{
    r->place = 0;
    r->beyond = r->streams == NT_ICE_STREAMS_MAX;
    if (r->beyond) {
        nt_sdp_reader_note(r, &r->line, r->line.text.p,
                           (struct nt_sdp_note){.kind = NT_SDP_LIMIT, .what = "there are more than 32 m= lines"});
        return;
    }
    r->section = &r->sections[r->streams++];
    *r->section = (struct nt_sdp_section){.line = r->line};
}

/* <port>["/" integer] */
static bool read_port(struct nt_sdp_section *section, struct nt_cursor *in)
{
    struct nt_span port;
    uint64_t value, ports;
    if (!nt_cursor_word(in, &port, "m= has no port"))
        return false;
    const char *slash = memchr(port.p, '/', port.len);
    size_t digits = slash != NULL ? (size_t)(slash - port.p) : port.len;
    if (!nt_span_number((struct nt_span){port.p, digits}, 5, 0, UINT16_MAX, &value))
        return nt_cursor_fail(in, port.p, "a port is a number from 0 to 65535");
    if (slash != NULL && !nt_span_number((struct nt_span){slash + 1, port.len - digits - 1}, 10, 1, INT32_MAX, &ports))
        nt_cursor_fail(in, slash + 1, "the number of ports is a number from 1");
    section->port = (uint16_t)value;
    section->has_port = true;
    return true;
}

/* m=<media> <port>["/" integer] <proto> <fmt> ... The section counts whatever the line is like: sections have their numbers. */
static bool read_media(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    struct nt_span media;
    if (!nt_cursor_word(in, &media, "m= has no media") || !nt_cursor_space(in) || !read_port(r->section, in) ||
        !nt_cursor_space(in) || !skip_word(in, "m= has no protocol"))
        return r->section->has_port;
    do
        if (!nt_cursor_space(in) || !skip_word(in, "m= has no format"))
            return true;
    while (!nt_cursor_at_end(in));
    return true;
}

/* RFC 8840, 9.2: m= and a= lines alone; 4.4: "the receiving agent MUST ignore any remaining content of the pseudo "m=" line". */
static bool read_fragment_line(struct nt_sdp_reader *r, struct nt_cursor *in, char letter)
{
    if (letter == 'm')
        return true;
    if (letter != 'a')
        return nt_cursor_fail(in, in->p, "a fragment has m= and a= lines alone");
    in->p += 2;
    return nt_sdp_read_attribute(r, in);
}

bool nt_sdp_read_field(struct nt_sdp_reader *r, struct nt_cursor *in)
{
    struct nt_span text = {in->p, (size_t)(in->end - in->p)};
    if (text.len == 0)
        return nt_cursor_fail(in, in->p, "a line is empty");
    if (text.len < 2 || text.p[1] != '=')
        return nt_cursor_fail(in, in->p, "a line starts with a letter and '='");
    if (text.p[0] == 'm' && !r->fragment && r->section == NULL && r->place < 10)
        nt_cursor_fail(in, in->p, missing);
    if (text.p[0] == 'm')
        begin_section(r);
    if (r->beyond)
        return false;
    if (r->fragment)
        return read_fragment_line(r, in, text.p[0]);
    if (text.p[0] != 'm' && !check_order(r, in, text.p[0]))
        return false;
    in->p += 2;
    switch (text.p[0]) {
    case 'v': return read_version(in);
    case 'o': return read_origin(in);
    case 'c': return read_connection(r, in);
    case 't': return read_time(in);
    case 'm': return read_media(r, in);
    case 'a': return nt_sdp_read_attribute(r, in);
    default: return true; /* nothing in it that ICE needs */
    }
}

void nt_sdp_skip_field(struct nt_sdp_reader *r, const struct nt_cursor *in)
{
    if (in->end - in->p >= 2 && in->p[0] == 'm' && in->p[1] == '=')
        begin_section(r);
}
