/* Session descriptions: the examples of RFC 8839 and 8840, both levels of every attribute, limits, and every error's place. */
#include "core/base/endpoint.h"
#include "core/base/err.h"
#include "core/sdp/sdp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" /* 5 lines */
#define CREDENTIALS "a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"
#define MEDIA "m=audio 5000 RTP/AVP 0\r\n"

static struct nt_sdp_notes notes; /* of the last reading */

static bool has_note(enum nt_sdp_note_kind kind, size_t line, size_t column, const char *what)
{
    for (size_t i = 0; i < nt_sdp_notes_kept(&notes); i++) {
        const struct nt_sdp_note *n = &notes.notes[i];
        if (n->kind == kind && n->line == line && n->column == column && strstr(n->what, what) != NULL)
            return true;
    }
    return false;
}

/* For fail_msg: all notes. */
static const char *told(void)
{
    static char all[16384];
    size_t n = 0;
    all[0] = '\0';
    for (size_t i = 0; i < nt_sdp_notes_kept(&notes); i++)
        n += (size_t)snprintf(all + n, sizeof all - n, "%d at %zu:%zu: %s\n", (int)notes.notes[i].kind, notes.notes[i].line,
                              notes.notes[i].column, notes.notes[i].what);
    return all;
}

static struct nt_ice_description read_ok(const char *text)
{
    struct nt_ice_description d;
    int r = nt_sdp_read(&d, text, strlen(text), &notes);
    if (r != NT_OK)
        fail_msg("%d: %s", r, told());
    return d;
}

/* A line of the text is noted; the description is there. */
static struct nt_ice_description notes_of(enum nt_sdp_note_kind kind, const char *text, size_t line, size_t column,
                                          const char *what)
{
    struct nt_ice_description d = read_ok(text);
    if (!has_note(kind, line, column, what))
        fail_msg("no '%s' at %zu:%zu of\n%s\n%s", what, line, column, text, told());
    return d;
}

static void breaches(const char *text, size_t line, size_t column, const char *what)
{
    struct nt_ice_description d = notes_of(NT_SDP_BREACH, text, line, column, what);
    nt_ice_description_free(&d);
}

static void limits_at(const char *text, size_t line, size_t column, const char *what)
{
    struct nt_ice_description d = notes_of(NT_SDP_LIMIT, text, line, column, what);
    nt_ice_description_free(&d);
}

/* There is nothing to read; the last note says so, and the description is as it was. */
static void refuses(const char *text, size_t line, size_t column, const char *what)
{
    struct nt_ice_description d, before;
    memset(&d, 0x5a, sizeof d);
    before = d;
    int r = nt_sdp_read(&d, text, strlen(text), &notes);
    if (r != NT_EFORMAT || !has_note(NT_SDP_BREACH, line, column, what) ||
        strcmp(notes.notes[nt_sdp_notes_kept(&notes) - 1].what, "there is no m= line") != 0)
        fail_msg("%d: no '%s' at %zu:%zu of\n%s\n%s", r, what, line, column, text, told());
    assert_memory_equal(&d, &before, sizeof d);
}

static void assert_addr(struct nt_addr a, const char *text)
{
    char buf[NT_ADDR_TEXT];
    assert_string_equal(nt_addr_format(&a, buf), text);
}

/* RFC 8839, 4.2.6, unfolded */
TEST(rfc8839_example)
{
    struct nt_ice_description d =
        read_ok("v=0\r\n"
                "o=jdoe 2890844526 2890842807 IN IP4 203.0.113.141\r\n"
                "s=\r\n"
                "c=IN IP4 192.0.2.3\r\n"
                "t=0 0\r\n"
                "a=ice-options:ice2\r\n"
                "a=ice-pacing:50\r\n"
                "a=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"
                "a=ice-ufrag:8hhY\r\n"
                "m=audio 45664 RTP/AVP 0\r\n"
                "b=RS:0\r\n"
                "b=RR:0\r\n"
                "a=rtpmap:0 PCMU/8000\r\n"
                "a=candidate:1 1 UDP 2130706431 203.0.113.141 8998 typ host\r\n"
                "a=candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998\r\n");
    assert_true(d.ice2);
    assert_false(d.lite);
    assert_false(d.trickle);
    assert_int_equal(d.pacing_ms, 50);
    assert_int_equal(d.stream_count, 1);
    assert_string_equal(d.streams[0].ufrag, "8hhY");
    assert_string_equal(d.streams[0].pwd, "asd88fgpdd777uzjYhagZg");
    assert_addr(d.streams[0].default_addr, "192.0.2.3:45664");
    assert_int_equal(d.streams[0].candidate_count, 2);
    assert_int_equal(d.streams[0].candidates[0].type, NT_ICE_HOST);
    assert_int_equal(d.streams[0].candidates[0].stream, 1);
    assert_addr(d.streams[0].candidates[0].addr, "203.0.113.141:8998");
    assert_int_equal(d.streams[0].candidates[1].type, NT_ICE_SRFLX);
    assert_addr(d.streams[0].candidates[1].related, "203.0.113.141:8998");
    nt_ice_description_free(&d);
}

/* RFC 8839, appendix A: the offer (IPv6) and the answer (IPv4) */
TEST(rfc8839_appendix)
{
    struct nt_ice_description d = read_ok(
        "v=0\no=jdoe 2890844526 2890842807 IN IP6 fe80::6676:baff:fe9c:ee4a\ns=\nc=IN IP6 2001:db8:8101:3a55:4858:a2a9:22ff:99b9\n"
        "t=0 0\na=ice-options:ice2\na=ice-pacing:50\na=ice-pwd:asd88fgpdd777uzjYhagZg\na=ice-ufrag:8hhY\nm=audio 45664 RTP/AVP 0\n"
        "b=RS:0\nb=RR:0\na=rtpmap:0 PCMU/8000\na=candidate:1 1 UDP 2130706431 fe80::6676:baff:fe9c:ee4a 8998 typ host\n"
        "a=candidate:2 1 UDP 1694498815 2001:db8:8101:3a55:4858:a2a9:22ff:99b9 45664 typ srflx raddr fe80::6676:baff:fe9c:ee4a "
        "rport 8998\n");
    assert_addr(d.streams[0].default_addr, "[2001:db8:8101:3a55:4858:a2a9:22ff:99b9]:45664");
    assert_addr(d.streams[0].candidates[0].addr, "[fe80::6676:baff:fe9c:ee4a]:8998");
    nt_ice_description_free(&d);
    d = read_ok("v=0\no=bob 2808844564 2808844564 IN IP4 192.0.2.1\ns=\nc=IN IP4 192.0.2.1\nt=0 0\na=ice-options:ice2\n"
                "a=ice-pacing:50\na=ice-pwd:YH75Fviy6338Vbrhrlp8Yh\na=ice-ufrag:9uB6\nm=audio 3478 RTP/AVP 0\nb=RS:0\nb=RR:0\n"
                "a=rtpmap:0 PCMU/8000\na=candidate:1 1 UDP 2130706431 192.0.2.1 3478 typ host");
    assert_string_equal(d.streams[0].pwd, "YH75Fviy6338Vbrhrlp8Yh");
    assert_int_equal(d.streams[0].candidate_count, 1);
    nt_ice_description_free(&d);
}

/* RFC 8840, figure 7's two streams (unfolded; with the session lines a full description has) */
TEST(rfc8840_streams)
{
    struct nt_ice_description d = read_ok(
        HEAD
        "a=ice-options:trickle ice2\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=ice-ufrag:8hhY\r\nm=audio 9 RTP/AVP 0\r\na=mid:1\r\n"
        "a=candidate:1 1 UDP 2130706432 2001:db8:a0b:12f0::1 5000 typ host\r\n"
        "a=candidate:1 2 UDP 2130706432 2001:db8:a0b:12f0::1 5001 typ host\r\n"
        "a=candidate:2 1 UDP 1694498815 192.0.2.3 5010 typ srflx raddr 192.0.2.1 rport 8998\r\na=end-of-candidates\r\n"
        "m=audio 9 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\na=candidate:1 1 UDP 2130706432 2001:db8:a0b:12f0::1 6000 typ host\r\n");
    assert_true(d.trickle);
    assert_int_equal(d.stream_count, 2);
    assert_int_equal(d.streams[0].candidate_count, 3);
    assert_int_equal(d.streams[0].candidates[1].component, 2);
    assert_true(d.streams[0].end_of_candidates);
    assert_int_equal(d.streams[1].candidate_count, 1);
    assert_int_equal(d.streams[1].candidates[0].stream, 2);
    assert_false(d.streams[1].end_of_candidates);
    assert_false(nt_addr_is_set(&d.streams[1].default_addr)); /* 0.0.0.0 and 9 */
    assert_string_equal(d.streams[1].ufrag, "8hhY");
    nt_ice_description_free(&d);
}

/* RFC 8839, 5.2: the example, and two in one line; 5.6: the example of options */
TEST(rfc8839_lines)
{
    struct nt_ice_description d =
        read_ok(HEAD CREDENTIALS MEDIA "a=remote-candidates:1 192.0.2.3 45664\r\n"
                                       "a=remote-candidates:2 192.0.2.3 45665\r\na=ice-options:ice2 rtp+ecn renomination\r\n"
                                       "m=audio 5002 RTP/AVP 0\r\na=remote-candidates:2 192.0.2.4 7 1 host.example 8 1 ::1 9\r\n");
    assert_true(d.ice2);
    assert_true(d.renomination);
    assert_int_equal(d.streams[0].remote_candidate_count, 2);
    assert_int_equal(d.streams[0].remote_candidates[1].component, 2);
    assert_addr(d.streams[0].remote_candidates[1].addr, "192.0.2.3:45665");
    assert_int_equal(d.streams[1].remote_candidate_count, 2); /* without the name */
    assert_addr(d.streams[1].remote_candidates[1].addr, "[::1]:9");
    nt_ice_description_free(&d);
}

TEST(levels)
{
    struct nt_ice_description d =
        read_ok(HEAD "a=ice-lite\r\na=end-of-candidates\r\n" CREDENTIALS
                     "a=candidate:1 1 UDP 1 192.0.2.9 5000 typ host\r\na=ice-mismatch\r\n" MEDIA
                     "a=ice-ufrag:media\r\na=ice-pwd:mmmmmmmmmmmmmmmmmmmmmm\r\na=ice-pacing:20\r\na=ice-mismatch\r\n" MEDIA
                     "c=IN IP6 2001:db8::5\r\nc=IN IP6 2001:db8::6\r\n");
    assert_true(d.lite);
    assert_int_equal(d.pacing_ms, 0); /* a session attribute */
    assert_string_equal(d.streams[0].ufrag, "media");
    assert_string_equal(d.streams[0].pwd, "mmmmmmmmmmmmmmmmmmmmmm");
    assert_true(d.streams[0].mismatch);
    assert_true(d.streams[0].end_of_candidates);
    assert_int_equal(d.streams[0].candidate_count, 0); /* a media attribute */
    assert_string_equal(d.streams[1].ufrag, "8hhY");
    assert_false(d.streams[1].mismatch);
    assert_addr(d.streams[1].default_addr, "[2001:db8::5]:5000");
    nt_ice_description_free(&d);
}

TEST(ignored)
{
    struct nt_ice_description d = read_ok(
        "v=0\no=- 1 1 IN IP4 host.example\ns=a session\ni=info\nu=http://example.com\ne=a@example.com\np=+1 6\nc=IN IP4 host.example\n"
        "b=AS:5\nt=0 0\nr=7d 1h 0 25h\nz=2882844526 -1h 2898848070 0\nk=prompt\na=tool:x\na=flag\n" CREDENTIALS
        "m=audio 5000/2 RTP/AVP 0 8\ni=media\nb=RS:0\nk=prompt\na=ice-options:,ice2,trickle,\na=unknown:value with spaces\n"
        "a=candidate:1 1 UDP 1 host.local 5000 typ host\na=candidate:1 1 TCP 1 192.0.2.1 9 typ host tcptype active\n"
        "a=candidate:1 1 UDP 2 192.0.2.1 5000 typ host\na=candidate:1 1 UDP 2 192.0.2.1 5000 typ host\n");
    assert_true(d.ice2 && d.trickle); /* by a comma, as libjuice writes them */
    assert_int_equal(notes.of_kind[NT_SDP_UNSUPPORTED], 2);
    assert_true(has_note(NT_SDP_UNSUPPORTED, 24, 13, ".local"));
    assert_true(has_note(NT_SDP_UNSUPPORTED, 25, 13, "TCP"));
    assert_int_equal(d.streams[0].candidate_count, 2); /* the same one twice is the agent's business */
    assert_false(nt_addr_is_set(&d.streams[0].default_addr));
    nt_ice_description_free(&d);
}

/* A refused stream: RFC 3264, 6; it needs no credentials, and its candidates do not count. */
TEST(refused_stream)
{
    struct nt_ice_description d =
        read_ok(HEAD "m=audio 0 RTP/AVP 0\r\na=candidate:1 1 UDP 1 192.0.2.1 5000 typ host\r\n" MEDIA CREDENTIALS);
    assert_addr(d.streams[0].default_addr, "192.0.2.1:0");
    assert_int_equal(d.streams[0].candidate_count, 0);
    assert_true(has_note(NT_SDP_UNSUPPORTED, 6, 1, "port 0"));
    char buf[1024];
    struct nt_sdp_write options = {.session_id = 1, .version = 1};
    int n = nt_sdp_write(&d, &options, buf, sizeof buf - 1);
    assert_true(n > 0);
    buf[n] = '\0';
    assert_non_null(strstr(buf, "m=application 0 udp octet-stream\r\n"));
    nt_ice_description_free(&d);
    d = read_ok(buf);
    assert_addr(d.streams[0].default_addr, "192.0.2.1:0");
    nt_ice_description_free(&d);
}

/* RFC 8839, 4.2.5: the default destination is one of the candidates, or cannot be told apart from one that does not count. */
TEST(default_destination)
{
    static const struct {
        const char *media;
        bool unlisted;
    } rows[] = {
        {MEDIA "a=candidate:1 1 UDP 1 192.0.2.1 5000 typ host\r\n", false},
        {MEDIA "a=candidate:1 1 UDP 1 192.0.2.1 5001 typ host\r\n", true},
        {MEDIA "a=candidate:1 2 UDP 1 192.0.2.1 5000 typ host\r\n", true}, /* of another component */
        {MEDIA "a=candidate:1 1 UDP 1 192.0.2.1 5001 typ host\r\na=candidate:2 1 TCP 1 192.0.2.1 5000 typ host tcptype passive\r\n",
         false},
        {MEDIA "a=candidate:1 1 UDP 1 192.0.2.1 5001 typ host\r\na=candidate:2 1 UDP 1 192.0.2.1 5000\r\n", false},
        {"m=audio 9 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=candidate:1 1 UDP 1 192.0.2.1 5001 typ host\r\n", false},
        {MEDIA "c=IN IP4 host.example\r\na=candidate:1 1 UDP 1 192.0.2.1 5001 typ host\r\n", false},
        {MEDIA, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, HEAD CREDENTIALS "%s", rows[i].media);
        struct nt_ice_description d = read_ok(text);
        assert_int_equal(d.streams[0].default_unlisted, rows[i].unlisted);
        nt_ice_description_free(&d);
    }
}

TEST(credentials)
{
    static const struct {
        int ufrag, pwd;
        const char *what;
        size_t line;
    } rows[] = {
        {3, 22, "4 to 256", 6},   {4, 21, "22 to 256", 7},  {4, 22, NULL, 0},       {32, 22, NULL, 0},         {256, 256, NULL, 0},
        {257, 22, "4 to 256", 6}, {4, 257, "22 to 256", 7}, {0, 22, "4 to 256", 6}, {4000, 22, "4 to 256", 6},
    };
    static const char fill[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char ufrag[4096], pwd[4096], text[9000];
        for (int k = 0; k < 4095; k++)
            ufrag[k] = pwd[k] = fill[k % 64];
        ufrag[rows[i].ufrag] = pwd[rows[i].pwd] = '\0';
        snprintf(text, sizeof text, HEAD "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n" MEDIA, ufrag, pwd);
        if (rows[i].what != NULL)
            breaches(text, rows[i].line, rows[i].line == 6 ? 13 : 11, rows[i].what);
        struct nt_ice_description d = read_ok(text);
        assert_string_equal(d.streams[0].ufrag, rows[i].ufrag <= 256 ? ufrag : "");
        assert_string_equal(d.streams[0].pwd, rows[i].pwd <= 256 ? pwd : "");
        nt_ice_description_free(&d);
    }
    breaches(HEAD MEDIA "a=ice-pwd:asd88fgpdd777uzjYhagZg\r\n", 6, 1, "no ice-ufrag");
    breaches(HEAD MEDIA "a=candidate:1 1 UDP 1 192.0.2.1 5000 typ host\r\n", 6, 1, "no ice-ufrag");
    struct nt_ice_description d = notes_of(NT_SDP_UNSUPPORTED, HEAD MEDIA, 6, 1, "does not use ICE");
    assert_int_equal(notes.of_kind[NT_SDP_BREACH], 0);
    assert_false(nt_ice_stream_uses_ice(&d.streams[0]));
    nt_ice_description_free(&d);
    breaches(HEAD MEDIA "a=ice-ufrag:8hhY\r\n", 6, 1, "no ice-pwd");
    breaches(HEAD MEDIA "a=ice-ufrag:8h-Y\r\n", 7, 13, "letters");
    breaches(HEAD MEDIA "a=ice-ufrag:8hhY\r\na=ice-ufrag:8hhZ\r\n", 8, 13, "before");
    breaches(HEAD CREDENTIALS MEDIA MEDIA "a=ice-pwd:bbbbbbbbbbbbbbbbbbbbbbb\r\n", 9, 1, "another ice-pwd");
}

TEST(pacing)
{
    static const struct {
        const char *text;
        uint32_t ms;
    } rows[] = {
        {"50", 50}, {"0", 1}, {"4294967295", UINT32_MAX}, {"9999999999", UINT32_MAX}, {"0000000020", 20},
    };
    char text[512];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(text, sizeof text, HEAD "a=ice-pacing:%s\r\n" CREDENTIALS MEDIA, rows[i].text);
        struct nt_ice_description d = read_ok(text);
        assert_int_equal(d.pacing_ms, rows[i].ms);
        nt_ice_description_free(&d);
    }
    breaches(HEAD "a=ice-pacing:12345678901\r\n" MEDIA, 6, 14, "ice-pacing");
    breaches(HEAD "a=ice-pacing:\r\n" MEDIA, 6, 14, "ice-pacing");
    breaches(HEAD "a=ice-pacing:5.5\r\n" MEDIA, 6, 14, "ice-pacing");
}

TEST(places)
{
    refuses("", 1, 1, "no m=");
    refuses(HEAD, 6, 1, "no m=");
    refuses("\r\n", 1, 1, "empty");
    breaches(HEAD "\r\n" MEDIA, 6, 1, "empty");
    refuses("o=- 1 1 IN IP4 192.0.2.1\r\n", 1, 1, "missing");
    refuses("v=0\r\ns=-\r\n", 2, 1, "missing");
    refuses("v=0\r\nv=0\r\n", 2, 1, "not in its place");
    refuses("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\n", 3, 1, "missing");
    breaches("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 1 RTP/AVP 0\r\n", 4, 1, "missing");
    refuses("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\na=x\r\n", 4, 1, "missing");
    refuses("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nr=7d 1h 0\r\n", 4, 1, "missing");
    breaches("m=audio 1 RTP/AVP 0\r\n", 1, 1, "missing");
    refuses(HEAD "c=IN IP4 192.0.2.1\r\n", 6, 1, "not in its place");
    refuses(HEAD "x=1\r\n", 6, 1, "not known");
    refuses(HEAD "M=1\r\n", 6, 1, "not known");
    breaches(HEAD CREDENTIALS MEDIA "t=0 0\r\n", 9, 1, "not known");
    breaches(HEAD CREDENTIALS MEDIA "a=x\r\nb=RS:0\r\n", 10, 1, "not in its place");
    refuses("v=1\r\n", 1, 3, "version");
    refuses("v=00\r\n", 1, 3, "version");
    refuses("v=\r\n", 1, 3, "version");
    refuses("v=0\r\no=- 1 1 IN IP4\r\n", 2, 15, "space");
    refuses("v=0\r\no=- x 1 IN IP4 192.0.2.1\r\n", 2, 5, "session id");
    refuses("v=0\r\no=- 1 y IN IP4 192.0.2.1\r\n", 2, 7, "version");
    refuses("v=0\r\no= 1 1 IN IP4 192.0.2.1\r\n", 2, 3, "user");
    refuses("v=0\r\no=- 1 1 IN IP4 192.0.2.1 x\r\n", 2, 25, "more");
    refuses("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0\r\n", 4, 4, "space");
    refuses("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=x 0\r\n", 4, 3, "start");
    refuses("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4\r\n", 4, 9, "space");
    refuses("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP6 192.0.2.1\r\n", 4, 10, "type");
    breaches("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n" MEDIA CREDENTIALS, 5, 1, "c= line");
    breaches(HEAD "m=audio 65536 RTP/AVP 0\r\n", 6, 9, "port");
    breaches(HEAD "m=audio 5000/0 RTP/AVP 0\r\n", 6, 14, "number of ports");
    breaches(HEAD "m=audio 5000/ RTP/AVP 0\r\n", 6, 14, "number of ports");
    breaches(HEAD "m=audio 5000 RTP/AVP\r\n", 6, 21, "space");
    breaches(HEAD "m=audio 5000 RTP/AVP \r\n", 6, 22, "format");
    breaches(HEAD "m= 5000 RTP/AVP 0\r\n", 6, 3, "media");
    breaches(HEAD CREDENTIALS MEDIA "a=\r\n", 9, 3, "name of an attribute");
    breaches(HEAD CREDENTIALS MEDIA "a=candidate:1 1 UDP 0 192.0.2.1 5000 typ host\r\n", 9, 21, "priority");
    breaches(HEAD CREDENTIALS MEDIA "a=candidate:1 1 UDP 1 192.0.2.1 0 typ host\r\n", 9, 33, "port 0");
    breaches(HEAD CREDENTIALS MEDIA "a=candidate\r\n", 9, 12, "has a value");
    breaches(HEAD CREDENTIALS MEDIA "a=ice-mismatch:1\r\n", 9, 15, "no value");
    refuses(HEAD "a=ice-lite:\r\n", 6, 11, "no value");
    refuses(HEAD "a=ice-options:\r\n", 6, 15, "option");
    refuses(HEAD "a=ice-options:ice2  trickle\r\n", 6, 19, "one space");
    breaches(HEAD CREDENTIALS MEDIA "a=remote-candidates:1 192.0.2.3\r\n", 9, 32, "space");
    breaches(HEAD CREDENTIALS MEDIA "a=remote-candidates:0 192.0.2.3 1\r\n", 9, 21, "component");
    breaches(HEAD CREDENTIALS MEDIA "a=remote-candidates:1 192.0.2.3 65536\r\n", 9, 33, "port");
    refuses(HEAD "a=x\ry\r\n", 6, 4, "carriage return");
    refuses(HEAD "a=x\r\r\n", 6, 4, "carriage return");
}

TEST(limits)
{
    size_t cap = NT_SDP_MAX + 100;
    char *text = malloc(cap);
    assert_non_null(text);
    int n = sprintf(text, HEAD CREDENTIALS);
    for (int i = 0; i < NT_ICE_STREAMS_MAX; i++)
        n += sprintf(text + n, MEDIA);
    struct nt_ice_description d = read_ok(text);
    assert_int_equal(d.stream_count, NT_ICE_STREAMS_MAX);
    nt_ice_description_free(&d);
    strcat(text, MEDIA);
    limits_at(text, 8 + NT_ICE_STREAMS_MAX, 1, "32");

    n = sprintf(text, HEAD CREDENTIALS MEDIA);
    for (int i = 0; i < NT_ICE_CANDIDATES_MAX; i++)
        n += sprintf(text + n, "a=candidate:1 1 UDP 1 192.0.2.1 %d typ host\r\n", 5000 + i);
    d = read_ok(text);
    assert_int_equal(d.streams[0].candidate_count, NT_ICE_CANDIDATES_MAX);
    nt_ice_description_free(&d);
    strcat(text, "a=candidate:1 1 UDP 1 192.0.2.1 9 typ host\r\n");
    limits_at(text, 9 + NT_ICE_CANDIDATES_MAX, 13, "256");

    n = sprintf(text, HEAD CREDENTIALS MEDIA "a=remote-candidates:");
    for (int i = 1; i <= NT_ICE_COMPONENTS_MAX; i++)
        n += sprintf(text + n, "%s%d ::1 1", i > 1 ? " " : "", i);
    strcat(text, "\r\n");
    d = read_ok(text);
    assert_int_equal(d.streams[0].remote_candidate_count, NT_ICE_COMPONENTS_MAX);
    nt_ice_description_free(&d);
    strcat(text, "a=remote-candidates:1 ::1 1\r\n");
    limits_at(text, 10, 21, "256 remote");

    n = sprintf(text, HEAD);
    memset(text + n, 'a', NT_SDP_LINE_MAX + 1);
    text[n + 1] = '=';
    strcpy(text + n + NT_SDP_LINE_MAX + 1, "\r\n");
    strcat(text, MEDIA);
    limits_at(text, 6, NT_SDP_LINE_MAX + 1, "4096");

    memset(text, 'v', cap);
    assert_int_equal(nt_sdp_read(&d, text, NT_SDP_MAX + 1, &notes), NT_EFORMAT);
    assert_true(has_note(NT_SDP_LIMIT, 1, NT_SDP_LINE_MAX + 1, "4096"));
    assert_true(has_note(NT_SDP_LIMIT, 2, 1, "65536"));
    assert_int_equal(nt_sdp_read(&d, "v=0\0\r\n", 6, &notes), NT_EFORMAT);
    assert_true(has_note(NT_SDP_BREACH, 1, 4, "NUL"));
    free(text);
}

static struct nt_ice_description sample(void)
{
    struct nt_ice_description d;
    assert_int_equal(nt_ice_description_init(&d, 2), NT_OK);
    d.ice2 = d.trickle = d.renomination = true;
    d.pacing_ms = 20;
    for (uint8_t i = 0; i < 2; i++) {
        strcpy(d.streams[i].ufrag, i == 0 ? "8hhY" : "9uB6");
        strcpy(d.streams[i].pwd, i == 0 ? "asd88fgpdd777uzjYhagZg" : "YH75Fviy6338Vbrhrlp8Yh");
        struct nt_ice_candidate c = {.type = NT_ICE_HOST,
                                     .stream = (uint8_t)(i + 1),
                                     .component = 1,
                                     .transport = NT_UDP,
                                     .priority = 2130706431,
                                     .addr = addr(i == 0 ? "192.0.2.1:5000" : "[2001:db8::1]:5002"),
                                     .foundation = "1"};
        assert_int_equal(nt_ice_description_add(&d, &c), NT_OK);
        c.type = NT_ICE_RELAY;
        c.related = c.addr;
        c.priority = 16777215;
        strcpy(c.foundation, "+/aZ9");
        assert_int_equal(nt_ice_description_add(&d, &c), NT_OK);
        d.streams[i].default_addr = c.addr;
    }
    d.streams[0].remote_candidates[0] = (struct nt_ice_remote_candidate){1, addr("198.51.100.1:7000")};
    d.streams[0].remote_candidates[1] = (struct nt_ice_remote_candidate){2, addr("198.51.100.1:7001")};
    d.streams[0].remote_candidate_count = 2;
    d.streams[1].end_of_candidates = true;
    return d;
}

static const char sample_text[] =
    "v=0\r\no=L 7 8 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\na=ice-options:ice2 trickle renomination\r\na=ice-pacing:20\r\n"
    "m=application 5000 udp octet-stream\r\nc=IN IP4 192.0.2.1\r\na=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"
    "a=remote-candidates:1 198.51.100.1 7000 2 198.51.100.1 7001\r\na=candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host\r\n"
    "a=candidate:+/aZ9 1 UDP 16777215 192.0.2.1 5000 typ relay raddr 192.0.2.1 rport 5000\r\n"
    "m=application 5002 udp octet-stream\r\nc=IN IP6 2001:db8::1\r\na=ice-ufrag:9uB6\r\na=ice-pwd:YH75Fviy6338Vbrhrlp8Yh\r\n"
    "a=candidate:1 1 UDP 2130706431 2001:db8::1 5002 typ host\r\n"
    "a=candidate:+/aZ9 1 UDP 16777215 2001:db8::1 5002 typ relay raddr 2001:db8::1 rport 5002\r\na=end-of-candidates\r\n";

TEST(written)
{
    struct nt_ice_description d = sample();
    struct nt_sdp_write options = {.session_id = 7, .version = 8, .user = "L"};
    char buf[2048], again[2048];
    int n = nt_sdp_write(&d, &options, buf, sizeof buf);
    assert_int_equal(n, sizeof sample_text - 1);
    assert_memory_equal(buf, sample_text, (size_t)n);
    for (size_t cap = 0; cap <= (size_t)n; cap++)
        assert_int_equal(nt_sdp_write(&d, &options, again, cap), NT_ENOSPC);
    nt_ice_description_free(&d);

    assert_int_equal(nt_sdp_read(&d, buf, (size_t)n, &notes), NT_OK);
    assert_int_equal(notes.count, 0);
    assert_int_equal(nt_sdp_write(&d, &options, again, sizeof again), n);
    assert_memory_equal(buf, again, (size_t)n);
    nt_ice_description_free(&d);
}

/* Every prefix is either a description or refused for a reason; nothing is kept from what failed. */
TEST(prefixes)
{
    for (size_t len = 0; len < sizeof sample_text; len++) {
        struct nt_ice_description d;
        char *text = malloc(len + 1); /* its own size, for the address sanitizer */
        assert_non_null(text);
        memcpy(text, sample_text, len);
        int r = nt_sdp_read(&d, text, len, &notes);
        if (r == NT_OK)
            nt_ice_description_free(&d);
        else
            assert_true(r == NT_EFORMAT && notes.count > 0);
        free(text);
    }
}

/* All are read back: no line is longer than the reader's limit. */
TEST(remote_candidates_of_all_components)
{
    static char text[NT_SDP_MAX];
    struct nt_ice_description d = sample();
    struct nt_sdp_write options = {.session_id = 7, .version = 8};
    for (uint16_t i = 0; i < NT_ICE_COMPONENTS_MAX; i++)
        d.streams[0].remote_candidates[i] =
            (struct nt_ice_remote_candidate){(uint16_t)(i + 1), addr("[2001:db8:1111:2222:3333:4444:5555:6666]:65535")};
    d.streams[0].remote_candidate_count = NT_ICE_COMPONENTS_MAX;
    int n = nt_sdp_write(&d, &options, text, sizeof text);
    assert_true(n > 0);
    nt_ice_description_free(&d);
    assert_int_equal(nt_sdp_read(&d, text, (size_t)n, &notes), NT_OK);
    assert_int_equal(notes.count, 0);
    assert_int_equal(d.streams[0].remote_candidate_count, NT_ICE_COMPONENTS_MAX);
    assert_int_equal(d.streams[0].remote_candidates[255].component, 256);
    nt_ice_description_free(&d);
}

TEST(written_forms)
{
    struct nt_ice_description d = sample();
    struct nt_sdp_write options = {.session_id = 1, .version = 1};
    char buf[2048];
    d.lite = true;
    d.trickle = d.renomination = false;
    d.streams[0].mismatch = true;
    d.streams[1].default_addr = (struct nt_addr){0};
    int n = nt_sdp_write(&d, &options, buf, sizeof buf - 1);
    assert_true(n > 0);
    buf[n] = '\0';
    assert_non_null(strstr(buf, "o=- 1 1 "));
    assert_non_null(strstr(buf, "a=ice-lite\r\na=ice-options:ice2\r\n"));
    assert_null(strstr(buf, "ice-pacing")); /* RFC 8839, 4.3.1: not in a lite agent's */
    assert_non_null(strstr(buf, "a=ice-mismatch\r\n"));
    assert_null(strstr(buf, "remote-candidates"));
    assert_null(strstr(buf, "192.0.2.1 5000 typ host")); /* 4.2.5: no candidates with ice-mismatch */
    assert_non_null(strstr(buf, "m=application 9 udp octet-stream\r\nc=IN IP4 0.0.0.0\r\n"));
    nt_ice_description_free(&d);
    d = read_ok(buf);
    memset(d.streams[0].pwd, 0, sizeof d.streams[0].pwd); /* a mismatched stream may have half of its credentials */
    n = nt_sdp_write(&d, &options, buf, sizeof buf - 1);
    assert_true(n > 0);
    buf[n] = '\0';
    nt_ice_description_free(&d);
    d = read_ok(buf);
    assert_string_equal(d.streams[0].ufrag, "8hhY");
    assert_string_equal(d.streams[0].pwd, "");
    assert_true(d.streams[0].mismatch && d.lite);
    assert_false(nt_addr_is_set(&d.streams[1].default_addr));
    nt_ice_description_free(&d);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc8839_example), cmocka_unit_test(rfc8839_appendix),
        cmocka_unit_test(rfc8840_streams), cmocka_unit_test(rfc8839_lines),
        cmocka_unit_test(levels),          cmocka_unit_test(ignored),
        cmocka_unit_test(refused_stream),  cmocka_unit_test(default_destination),
        cmocka_unit_test(credentials),     cmocka_unit_test(pacing),
        cmocka_unit_test(places),          cmocka_unit_test(limits),
        cmocka_unit_test(written),         cmocka_unit_test(prefixes),
        cmocka_unit_test(written_forms),   cmocka_unit_test(remote_candidates_of_all_components),
    };
    return RUN_TESTS(tests);
}
