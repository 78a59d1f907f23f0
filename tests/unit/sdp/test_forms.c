/* Odd lines of the field: none of them costs more than itself, and each is noted. Every form stands in an offer beside good lines,
 * and in a fragment. */
#include "core/base/err.h"
#include "core/sdp/sdp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

#define SESSION "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"
#define CREDENTIALS "a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"
#define GOOD "a=candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host\r\n"

enum { QUIET = -1, BREACH = NT_SDP_BREACH, UNSUPPORTED = NT_SDP_UNSUPPORTED, LIMIT = NT_SDP_LIMIT };

struct form {
    const char *line;
    int kind; /* of its first note; QUIET: there is none */
    bool used;
    const char *what;
};

static const struct form candidates[] = {
    /* in order */
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ host", QUIET, true, ""},
    {"a=candidate:2 1 udp 2130706430 192.0.2.9 5000 typ host", QUIET, true, ""},
    {"a=CANDIDATE:2 1 UDP 2130706430 192.0.2.9 5000 TYP HOST", QUIET, true, ""},
    {"a=candidate:842163049 1 udp 1677729535 192.0.2.9 46154 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag EEtu network-id 3 "
     "network-cost 10",
     QUIET, true, ""},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ host x ", QUIET, true, ""}, /* extension-att-value = *VCHAR */
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ srflx", QUIET, true, ""},   /* 5.1-related, not the grammar */
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ srflx raddr host.example rport 9", QUIET, true, ""},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ srflx raddr 192.0.2.256 rport 9", QUIET, true, ""},
    {"a=candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host", QUIET, true, ""}, /* the same again */
    {"a=candidate:2 256 UDP 2130706430 192.0.2.9 5000 typ host", QUIET, true, ""},
    {"a=candidate:12345678901234567890123456789012 1 UDP 1 192.0.2.9 5000 typ host", QUIET, true, ""},
    {"a=candidate:2 1 UDP 2130706430 2001:db8::9 5000 typ host", QUIET, true, ""},
    {"a=candidate:2 1 UDP 2130706430 ::ffff:192.0.2.9 5000 typ host", QUIET, true, ""},
    /* in order, and of no use here */
    {"a=candidate:2 1 UDP 2130706430 host.example.com 5000 typ host", UNSUPPORTED, false, "names"},
    {"a=candidate:2 1 UDP 2130706430 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 5000 typ host", UNSUPPORTED, false, ".local"},
    {"a=candidate:2 1 UDP 2130706430 redacted-ip.invalid 5000 typ host", UNSUPPORTED, false, "names"},
    {"a=candidate:2 1 TCP 2130706430 192.0.2.9 9 typ host tcptype active", UNSUPPORTED, false, "TCP"},
    {"a=candidate:2 1 tcp 2130706430 192.0.2.9 0 typ host tcptype active", UNSUPPORTED, false, "TCP"},
    {"a=candidate:2 1 SCTP 2130706430 192.0.2.9 5000 typ host", UNSUPPORTED, false, "transport"},
    {"a=candidate:2 1 ssltcp 2130706430 192.0.2.9 443 typ host", UNSUPPORTED, false, "transport"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ quantum", UNSUPPORTED, false, "type"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ local", UNSUPPORTED, false, "type"},
    /* malformed, where a candidate can do without */
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ host ", BREACH, true, "name of an extension is missing"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ host\t", BREACH, true, "one space"},
    {"a=candidate:2  1 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, true, "one space"},
    {"a=candidate:2\t1 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, true, "one space"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ  host", BREACH, true, "one space"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ host generation", BREACH, true, "name and a value"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ host gen(eration 0", BREACH, true, "token"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ srflx raddr 10.0.0.1", BREACH, true, "no rport"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ srflx rport 9", BREACH, true, "no raddr"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ srflx raddr 10.0.0.1 rport 65536", BREACH, true, "related port"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ srflx raddr 10.0.0.1 rport -1", BREACH, true, "related port"},
    {"a =candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, false, "letter and '='"},
    {"a=candidate :2 1 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, true, "before the colon"},
    /* malformed, and no candidate */
    {"a=candidate: 2 1 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, false, "foundation is missing"},
    {"a= candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, false, "token"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 0 typ host", BREACH, false, "port 0"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 65536 typ host", BREACH, false, "a port is"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 -1 typ host", BREACH, false, "a port is"},
    {"a=candidate:2 1 UDP 0 192.0.2.9 5000 typ host", BREACH, false, "a priority is"},
    {"a=candidate:2 1 UDP 2147483648 192.0.2.9 5000 typ host", BREACH, false, "a priority is"},
    {"a=candidate:2 1 UDP -1 192.0.2.9 5000 typ host", BREACH, false, "a priority is"},
    {"a=candidate:2 1 UDP 1.5 192.0.2.9 5000 typ host", BREACH, false, "a priority is"},
    {"a=candidate:2 0 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, false, "a component is"},
    {"a=candidate:2 257 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, false, "a component is"},
    {"a=candidate:123456789012345678901234567890123 1 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, false, "a foundation is"},
    {"a=candidate:a-b_c 1 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, false, "a foundation is"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 generation 0 typ host", BREACH, false, "'typ' is missing"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 host", BREACH, false, "'typ' is missing"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000", BREACH, false, "space is missing"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ", BREACH, false, "space is missing"},
    {"a=candidate:2 1 UDP 2130706430 fe80::1%eth0 5000 typ host", BREACH, false, "zone"},
    {"a=candidate:2 1 UDP 2130706430 [2001:db8::9] 5000 typ host", BREACH, false, "an address is"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.256 5000 typ host", BREACH, false, "an address is"},
    {"a=candidate:2 1 UDP 2130706430 192.0.2.9:5000 5000 typ host", BREACH, false, "an address is"},
    {"a=candidate", BREACH, false, "has a value"},
    {"a=candidate:", BREACH, false, "foundation is missing"},
    {"a=2 1 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, false, "name of an attribute"},
    {"candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, false, "letter and '='"},
    {"a:candidate:2 1 UDP 2130706430 192.0.2.9 5000 typ host", BREACH, false, "letter and '='"},
    {"", BREACH, false, "empty"},
    {" ", BREACH, false, "letter and '='"},
    {"a=", BREACH, false, "name of an attribute"},
    {"garbage", BREACH, false, "letter and '='"},
};

static struct nt_sdp_notes notes;

static const struct nt_sdp_note *note_of(size_t line)
{
    for (size_t i = 0; i < nt_sdp_notes_kept(&notes); i++)
        if (notes.notes[i].line == line)
            return &notes.notes[i];
    return NULL;
}

static void assert_note(const struct form *f, size_t line)
{
    const struct nt_sdp_note *note = note_of(line);
    if (f->kind == QUIET) {
        if (notes.count > 0)
            fail_msg("'%s': %s", f->line, notes.notes[0].what);
        return;
    }
    if (note == NULL || (int)note->kind != f->kind || note->used != f->used || strstr(note->what, f->what) == NULL)
        fail_msg("'%s': %d %d '%s'", f->line, note != NULL ? (int)note->kind : QUIET, note != NULL && note->used,
                 note != NULL ? note->what : "");
    assert_int_equal(note->len, strlen(f->line));
    assert_memory_equal(note->text, f->line, note->len);
}

static void read_form(const struct form *f, bool fragment, size_t expected)
{
    struct nt_ice_description d;
    char text[1024];
    const char *head = fragment ? "m=audio 9 RTP/AVP 0\r\n" : SESSION "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\n";
    snprintf(text, sizeof text, "%s" CREDENTIALS "%s\r\n" GOOD, head, f->line);
    int r = (fragment ? nt_sdp_read_fragment : nt_sdp_read)(&d, text, strlen(text), &notes);
    if (r != NT_OK)
        fail_msg("'%s': %d", f->line, r);
    if (d.streams[0].candidate_count != expected)
        fail_msg("'%s': %zu candidates", f->line, d.streams[0].candidate_count);
    assert_true(nt_ice_stream_uses_ice(&d.streams[0]));
    assert_note(f, fragment ? 4 : 9);
    nt_ice_description_free(&d);
}

TEST(forms_of_candidates)
{
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        for (int fragment = 0; fragment < 2; fragment++)
            read_form(&candidates[i], fragment != 0, candidates[i].used ? 2 : 1);
}

/* RFC 6544, 4.5; the line has two notes. */
TEST(tcp_without_a_tcptype)
{
    static const char *const lines[] = {"a=candidate:2 1 TCP 1 192.0.2.9 9 typ host",
                                        "a=candidate:2 1 TCP 1 192.0.2.9 9 typ host tcptype x"};
    for (size_t i = 0; i < 2; i++) {
        read_form(&(struct form){lines[i], UNSUPPORTED, false, "TCP"}, false, 1);
        assert_int_equal(notes.of_kind[NT_SDP_BREACH], 1);
        assert_non_null(strstr(notes.notes[1].what, "tcptype"));
    }
}

/* Other attributes, in the section; the stream keeps its candidate and its credentials. */
static const struct form others[] = {
    {"a=unknown:what ever", QUIET, true, ""},
    {"a=unknown", QUIET, true, ""},
    {"a=ice-options:trickle renomination", QUIET, true, ""},
    {"a=ice-options:ice2,trickle", BREACH, true, "spaces separate"},
    {"a=ice-options:ice2 ", BREACH, true, "ends with a blank"},
    {"a=ice-options:google-ice", BREACH, true, "an option is"},
    {"a=ice-options:ice2  trickle", BREACH, true, "one space"},
    {"a=ice-options:", BREACH, false, "an option is missing"},
    {"a=ice-options", BREACH, false, "has a value"},
    {"a=ice-pacing:50", BREACH, false, "this level"},
    {"a=ice-lite", BREACH, false, "this level"},
    {"a=ice-ufrag:8hhZ", BREACH, false, "given before"},
    {"a=ice-pwd:bsd88fgpdd777uzjYhagZg", BREACH, false, "given before"},
    {"a=end-of-candidates", QUIET, true, ""},
    {"a=end-of-candidates:", BREACH, true, "has no value"},
    {"a=end-of-candidates ", BREACH, true, "ends with a blank"},
    {"a=mid:", BREACH, false, "token"},
    {"a=mid:1 2", BREACH, false, "token"},
    {"a=mid:(1)", BREACH, true, "token"},
    {"a=mid:123456789012345678901234567890123", LIMIT, false, "longer than 32"},
    {"a=remote-candidates:1 192.0.2.9 5000", QUIET, true, ""},
    {"a=remote-candidates:1 192.0.2.9", BREACH, false, "space"},
    {"a=remote-candidates:1 192.0.2.9 5000 ", BREACH, true, "ends with a blank"},
    {"a=remote-candidates:1 192.0.2.9 5000 2", BREACH, true, "space"},
    {"a=remote-candidates:", BREACH, false, "component"},
    {"a=remote-candidates:1 host.example 5000", UNSUPPORTED, false, "no IP address"},
};

TEST(forms_of_other_attributes)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        for (int fragment = 0; fragment < 2; fragment++)
            read_form(&others[i], fragment != 0, 1);
}

static struct nt_ice_description read_ok(const char *text)
{
    struct nt_ice_description d;
    assert_int_equal(nt_sdp_read(&d, text, strlen(text), &notes), NT_OK);
    return d;
}

/* Lines of the session part. */
TEST(forms_of_session_lines)
{
    static const struct form forms[] = {
        {"a=ice-pacing:0", QUIET, true, ""},
        {"a=ice-pacing:4294967295", QUIET, true, ""},
        {"a=ice-pacing:9999999999", LIMIT, true, "no pacing"},
        {"a=ice-pacing:-5", BREACH, false, "ice-pacing"},
        {"a=ice-pacing:50ms", BREACH, false, "ice-pacing"},
        {"a=ice-pacing: 50", BREACH, false, "ice-pacing"},
        {"a=ice-pacing:50 ", BREACH, true, "ends with a blank"},
        {"a=ice-pacing", BREACH, false, "has a value"},
        {"a=ice-lite:", BREACH, true, "has no value"},
        {"a=end-of-candidates", QUIET, true, ""},
        {"a=group:BUNDLE 0 1", QUIET, true, ""},
        {"a=candidate:2 1 UDP 1 192.0.2.9 5000 typ host", BREACH, false, "this level"},
        {"a=mid:0", BREACH, false, "this level"},
        {"x=what", BREACH, false, "not known"},
        {"A=candidate:2 1 UDP 1 192.0.2.9 5000 typ host", BREACH, false, "not known"},
        {"t=0 0", QUIET, true, ""},
        {"s=again", BREACH, true, "not in its place"},
        {"c=IN IP4 192.0.2.1", BREACH, true, "not in its place"},
        {"c=IN IP4", BREACH, false, "not in its place"},
        {"o=", BREACH, false, "not in its place"},
    };
    char text[1024];
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        snprintf(text, sizeof text, SESSION "%s\r\nm=audio 5000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\n" CREDENTIALS GOOD,
                 forms[i].line);
        struct nt_ice_description d = read_ok(text);
        assert_int_equal(d.streams[0].candidate_count, 1);
        assert_note(&forms[i], 5);
        nt_ice_description_free(&d);
    }
}

/* Credentials are what a session cannot do without: whatever fits is taken. */
TEST(forms_of_credentials)
{
    static const struct {
        const char *ufrag, *pwd;
        size_t breaches;
        bool uses_ice;
    } rows[] = {
        {"8hhY", "asd88fgpdd777uzjYhagZg", 0, true},
        {"8h-Y_", "asd88fgpdd777uzjYhagZg", 1, true},
        {"8h=Y", "asd88-gpdd777uzjY_agZg=", 2, true},
        {"abc", "asd88fgpdd777uzjYhagZg", 1, true},
        {"8hhY", "short", 1, true},
        {"8hhY ", "asd88fgpdd777uzjYhagZg\t", 2, true},
        {"8h Y", "asd88fgpdd777uzjYhagZg", 2, false},
        {"", "asd88fgpdd777uzjYhagZg", 2, false},
        {"8hh\xc3\xa4", "asd88fgpdd777uzjYhagZg", 2, false},
    };
    char text[1024];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int media = 0; media < 2; media++) {
            char own[256];
            snprintf(own, sizeof own, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", rows[i].ufrag, rows[i].pwd);
            snprintf(text, sizeof text, SESSION "%sm=audio 5000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\n%s" GOOD, media ? "" : own,
                     media ? own : "");
            struct nt_ice_description d = read_ok(text);
            assert_int_equal(notes.of_kind[NT_SDP_BREACH], rows[i].breaches);
            assert_int_equal(nt_ice_stream_uses_ice(&d.streams[0]), rows[i].uses_ice);
            assert_int_equal(d.streams[0].candidate_count, 1);
            nt_ice_description_free(&d);
        }
}

#define LINES(end)                                                                                                                 \
    "v=0" end "o=- 1 1 IN IP4 192.0.2.1" end "s=-" end "t=0 0" end "m=audio 5000 RTP/AVP 0" end "c=IN IP4 192.0.2.1" end           \
    "a=ice-ufrag:8hhY" end "a=ice-pwd:asd88fgpdd777uzjYhagZg" end "a=candidate:1 1 UDP 1 192.0.2.1 5000 typ host"

TEST(line_ends)
{
    static const struct {
        const char *text;
        size_t breaches, candidates;
    } rows[] = {
        {LINES("\r\n") "\r\n", 0, 1},
        {LINES("\r\n"), 1, 1},    /* the last has none */
        {LINES("\n") "\n", 1, 1}, /* noted once */
        {LINES("\n"), 2, 1},
        {LINES("\r\n") "\n", 1, 1},
        {LINES("\r\n") "\r\n\r\n\r\n", 2, 1}, /* empty lines */
        {LINES("\r\n") "\r\r\n", 1, 0},       /* a carriage return within the line */
        {LINES("\r\n") "\r", 2, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct nt_ice_description d = read_ok(rows[i].text);
        assert_int_equal(d.streams[0].candidate_count, rows[i].candidates);
        assert_int_equal(notes.of_kind[NT_SDP_BREACH], rows[i].breaches);
        nt_ice_description_free(&d);
    }
}

/* --- sections --- */

#define ADDRESS "c=IN IP4 192.0.2.1\r\n"

/* An m= line that cannot be read is still the second: what follows has its number. */
TEST(a_malformed_m_line_is_a_section)
{
    static const char *const lines[] = {"m=audio 65536 RTP/AVP 0", "m=audio", "m=", "m=audio x RTP/AVP 0", "m=au\rdio 9 RTP/AVP 0"};
    char text[1024], long_line[5000];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        snprintf(text, sizeof text,
                 SESSION "m=audio 5000 RTP/AVP 0\r\n" ADDRESS CREDENTIALS GOOD "%s\r\n" ADDRESS CREDENTIALS GOOD GOOD, lines[i]);
        struct nt_ice_description d = read_ok(text);
        assert_int_equal(d.stream_count, 2);
        assert_int_equal(d.streams[0].candidate_count, 1);
        assert_int_equal(d.streams[1].candidate_count, 2);
        assert_int_equal(d.streams[1].candidates[0].stream, 2);
        assert_false(nt_addr_is_set(&d.streams[1].default_addr));
        assert_non_null(note_of(10));
        nt_ice_description_free(&d);
    }
    int n = snprintf(long_line, sizeof long_line, SESSION "m=audio 5000 RTP/AVP%4096d\r\n" ADDRESS CREDENTIALS GOOD, 0);
    assert_true(n < (int)sizeof long_line);
    struct nt_ice_description d = read_ok(long_line);
    assert_int_equal(d.streams[0].candidate_count, 1);
    assert_int_equal(note_of(5)->kind, NT_SDP_LIMIT);
    nt_ice_description_free(&d);
}

/* RFC 3264, 6, and RFC 9143: a rejected section in a BUNDLE group; RFC 8839, 4.2.5: one without ICE. */
TEST(sections_that_do_not_use_ice)
{
    struct nt_ice_description d = read_ok(
        SESSION "a=group:BUNDLE 0 1 2\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n" CREDENTIALS GOOD
                "m=video 0 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=bundle-only\r\na=mid:1\r\n" CREDENTIALS
                "m=application 9 RTP/AVP 0\r\n" ADDRESS "a=mid:2\r\n"
                "m=audio 9 RTP/AVP 0\r\n" ADDRESS CREDENTIALS "a=ice-mismatch\r\n");
    assert_int_equal(d.stream_count, 4);
    assert_true(nt_ice_stream_uses_ice(&d.streams[0]));
    assert_true(nt_ice_stream_is_refused(&d.streams[1]));
    assert_false(nt_ice_stream_uses_ice(&d.streams[1]));
    assert_false(nt_ice_stream_is_refused(&d.streams[2]));
    assert_false(nt_ice_stream_uses_ice(&d.streams[2]));
    assert_false(nt_ice_stream_uses_ice(&d.streams[3]));
    assert_int_equal(notes.of_kind[NT_SDP_BREACH], 0);
    assert_int_equal(notes.count, 1);
    assert_string_equal(notes.notes[0].what, "this stream does not use ICE");
    nt_ice_description_free(&d);
}

/* RFC 8839, 5.4: those of the section come first, each by itself. */
TEST(credentials_at_both_levels)
{
    struct nt_ice_description d = read_ok(SESSION CREDENTIALS "m=audio 9 RTP/AVP 0\r\n" ADDRESS "a=ice-ufrag:another\r\n"
                                                              "m=audio 9 RTP/AVP 0\r\n" ADDRESS "a=ice-ufrag:(\r\na=ice-pwd:\r\n");
    assert_string_equal(d.streams[0].ufrag, "another");
    assert_string_equal(d.streams[0].pwd, "asd88fgpdd777uzjYhagZg");
    assert_string_equal(d.streams[1].ufrag, "(");
    assert_string_equal(d.streams[1].pwd, "asd88fgpdd777uzjYhagZg");
    nt_ice_description_free(&d);
}

TEST(end_of_candidates_at_both_levels)
{
    struct nt_ice_description d = read_ok(SESSION "m=audio 9 RTP/AVP 0\r\n" ADDRESS CREDENTIALS
                                                  "a=end-of-candidates\r\nm=audio 9 RTP/AVP 0\r\n" ADDRESS CREDENTIALS);
    assert_true(d.streams[0].end_of_candidates);
    assert_false(d.streams[1].end_of_candidates);
    nt_ice_description_free(&d);
    d = read_ok(SESSION "a=end-of-candidates\r\nm=audio 9 RTP/AVP 0\r\n" ADDRESS CREDENTIALS
                        "m=audio 9 RTP/AVP 0\r\n" ADDRESS CREDENTIALS);
    assert_true(d.streams[0].end_of_candidates && d.streams[1].end_of_candidates);
    nt_ice_description_free(&d);
}

/* Further ones are counted, by kind. */
TEST(more_notes_than_are_kept)
{
    char text[8192];
    size_t n = (size_t)snprintf(text, sizeof text, SESSION "m=audio 5000 RTP/AVP 0\r\n" ADDRESS CREDENTIALS);
    for (int i = 0; i < NT_SDP_NOTES_MAX; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "a=candidate:%d\r\na=candidate:1 1 TCP 1 192.0.2.1 9 typ host tcptype so\r\n", i);
    snprintf(text + n, sizeof text - n, GOOD);
    struct nt_ice_description d = read_ok(text);
    assert_int_equal(d.streams[0].candidate_count, 1);
    assert_int_equal(notes.count, 2 * NT_SDP_NOTES_MAX);
    assert_int_equal(nt_sdp_notes_kept(&notes), NT_SDP_NOTES_MAX);
    assert_int_equal(notes.of_kind[NT_SDP_BREACH], NT_SDP_NOTES_MAX);
    assert_int_equal(notes.of_kind[NT_SDP_UNSUPPORTED], NT_SDP_NOTES_MAX);
    nt_ice_description_free(&d);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_candidates),
        cmocka_unit_test(tcp_without_a_tcptype),
        cmocka_unit_test(forms_of_other_attributes),
        cmocka_unit_test(forms_of_session_lines),
        cmocka_unit_test(forms_of_credentials),
        cmocka_unit_test(line_ends),
        cmocka_unit_test(a_malformed_m_line_is_a_section),
        cmocka_unit_test(sections_that_do_not_use_ice),
        cmocka_unit_test(credentials_at_both_levels),
        cmocka_unit_test(end_of_candidates_at_both_levels),
        cmocka_unit_test(more_notes_than_are_kept),
    };
    return RUN_TESTS(tests);
}
