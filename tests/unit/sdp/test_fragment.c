/* The bodies that trickle candidates: RFC 8840's example, what is written, what is refused. */
#include "core/base/endpoint.h"
#include "core/base/err.h"
#include "core/sdp/sdp.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/help.h"

/* RFC 8840, 4.4, figure 7, unfolded */
static const char figure7[] =
    "a=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=ice-ufrag:8hhY\r\nm=audio 9 RTP/AVP 0\r\na=mid:1\r\n"
    "a=candidate:1 1 UDP 2130706432 2001:db8:a0b:12f0::1 5000 typ host\r\n"
    "a=candidate:1 2 UDP 2130706432 2001:db8:a0b:12f0::1 5001 typ host\r\n"
    "a=candidate:1 1 UDP 2130706431 192.0.2.1 5010 typ host\r\na=candidate:1 2 UDP 2130706431 192.0.2.1 5011 typ host\r\n"
    "a=candidate:2 1 UDP 1694498815 192.0.2.3 5010 typ srflx raddr 192.0.2.1 rport 8998\r\n"
    "a=candidate:2 2 UDP 1694498815 192.0.2.3 5011 typ srflx raddr 192.0.2.1 rport 8998\r\na=end-of-candidates\r\n"
    "m=audio 9 RTP/AVP 0\r\na=mid:2\r\n"
    "a=candidate:1 1 UDP 2130706432 2001:db8:a0b:12f0::1 6000 typ host\r\n"
    "a=candidate:1 2 UDP 2130706432 2001:db8:a0b:12f0::1 6001 typ host\r\na=end-of-candidates\r\n";

static struct nt_sdp_notes notes; /* of the last reading */

static struct nt_ice_description read_ok(const char *text)
{
    struct nt_ice_description d;
    int r = nt_sdp_read_fragment(&d, text, strlen(text), &notes);
    if (r != NT_OK)
        fail_msg("%d: line %zu, column %zu: %s", r, notes.notes[0].line, notes.notes[0].column, notes.notes[0].what);
    return d;
}

TEST(the_example)
{
    struct nt_ice_description d = read_ok(figure7);
    assert_int_equal(d.stream_count, 2);
    assert_false(d.end_of_candidates);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(d.streams[i].ufrag, "8hhY");
        assert_string_equal(d.streams[i].pwd, "asd88fgpdd777uzjYhagZg");
        assert_string_equal(d.streams[i].mid, i == 0 ? "1" : "2");
        assert_int_equal(d.streams[i].candidate_count, i == 0 ? 6 : 2);
        assert_true(d.streams[i].end_of_candidates);
    }
    assert_int_equal(d.streams[0].candidates[4].type, NT_ICE_SRFLX);
    assert_int_equal(d.streams[0].candidates[4].addr.port, 5010);
    assert_int_equal(d.streams[1].candidates[1].component, 2);
    nt_ice_description_free(&d);
}

/* 4.4: "the receiving agent MUST ignore any remaining content of the pseudo "m=" line"; session level: "the end of all trickling"
 */
TEST(other_forms)
{
    struct nt_ice_description d = read_ok("a=end-of-candidates\na=ice-pwd:asd88fgpdd777uzjYhagZg\na=ice-ufrag:8hhY\n");
    assert_true(d.end_of_candidates);
    assert_int_equal(d.stream_count, 1);
    assert_string_equal(d.streams[0].mid, "");
    assert_string_equal(d.streams[0].ufrag, "8hhY");
    assert_int_equal(d.streams[0].candidate_count, 0);
    nt_ice_description_free(&d);
    d = read_ok(
        "a=ice-options:trickle\na=group:BUNDLE foo\nm=whatever this is\na=ice-pwd:asd88fgpdd777uzjYhagZg\na=ice-ufrag:8hhY\na=mid:foo\n"
        "a=rtcp-mux\na=candidate:1 1 TCP 1 192.0.2.1 9 typ host tcptype active\na=candidate:1 1 UDP 1 x.local 9 typ host\n"
        "a=candidate:1 1 UDP 1 192.0.2.1 9 typ host generation 0 ufrag 8hhY\n");
    assert_string_equal(d.streams[0].mid, "foo");
    assert_int_equal(d.streams[0].candidate_count, 1);
    assert_int_equal(notes.of_kind[NT_SDP_UNSUPPORTED], 2); /* TCP, and a name */
    assert_false(d.streams[0].end_of_candidates || d.end_of_candidates);
    nt_ice_description_free(&d);
}

TEST(written)
{
    static const char text[] =
        "m=audio 9 RTP/AVP 0\r\na=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=mid:1\r\n"
        "a=candidate:1 1 UDP 2130706431 192.0.2.1 5010 typ host\r\n"
        "a=candidate:2 1 UDP 1694498815 192.0.2.3 5010 typ srflx raddr 192.0.2.1 rport 8998\r\na=end-of-candidates\r\n";
    char buf[1024];
    struct nt_ice_description d = read_ok(text);
    int n = nt_sdp_write_fragment(&d, buf, sizeof buf);
    assert_int_equal(n, strlen(text));
    assert_memory_equal(buf, text, strlen(text));
    for (size_t cap = 0; cap <= strlen(text); cap++)
        assert_int_equal(nt_sdp_write_fragment(&d, buf, cap), NT_ENOSPC);
    d.end_of_candidates = true;
    n = nt_sdp_write_fragment(&d, buf, sizeof buf - 1);
    buf[n] = '\0';
    assert_memory_equal(buf, "a=end-of-candidates\r\nm=audio", 27);
    nt_ice_description_free(&d);
}

/* 8840, 4.1.1: a description that may be trickled to names its streams. */
TEST(descriptions_have_tags)
{
    struct nt_ice_description d;
    struct nt_sdp_write options = {.session_id = 1, .version = 1};
    char buf[2048];
    assert_int_equal(nt_ice_description_init(&d, 1), NT_OK);
    strcpy(d.streams[0].ufrag, "8hhY");
    strcpy(d.streams[0].pwd, "asd88fgpdd777uzjYhagZg");
    strcpy(d.streams[0].mid, "data");
    d.trickle = true;
    int n = nt_sdp_write(&d, &options, buf, sizeof buf - 1);
    assert_true(n > 0);
    buf[n] = '\0';
    nt_ice_description_free(&d);
    assert_non_null(strstr(buf, "a=ice-options:trickle\r\n"));
    assert_non_null(strstr(buf, "m=application 9 udp octet-stream\r\nc=IN IP4 0.0.0.0\r\n")); /* no candidates yet */
    assert_non_null(strstr(buf, "\r\na=mid:data\r\n"));
    assert_int_equal(nt_sdp_read(&d, buf, (size_t)n, &notes), NT_OK);
    assert_string_equal(d.streams[0].mid, "data");
    assert_true(d.trickle);
    assert_false(nt_addr_is_set(&d.streams[0].default_addr));
    nt_ice_description_free(&d);
}

static bool has_note(size_t line, size_t column, const char *what)
{
    for (size_t i = 0; i < nt_sdp_notes_kept(&notes); i++)
        if (notes.notes[i].kind == NT_SDP_BREACH && notes.notes[i].line == line && notes.notes[i].column == column &&
            strstr(notes.notes[i].what, what) != NULL)
            return true;
    return false;
}

static void refuses(const char *text, size_t line, const char *what)
{
    struct nt_ice_description d, before;
    memset(&d, 0x5a, sizeof d);
    before = d;
    int r = nt_sdp_read_fragment(&d, text, strlen(text), &notes);
    if (r != NT_EFORMAT || !has_note(line, 1, what))
        fail_msg("%d, without '%s' for\n%s", r, what, text);
    assert_memory_equal(&d, &before, sizeof d);
}

/* 8840, 4.4: "All INFO requests MUST carry the "ice-pwd" and "ice-ufrag" attributes that MUST allow mapping them to a specific ICE
 * Negotiation Session" */
TEST(without_credentials_it_is_of_no_session)
{
    refuses("", 1, "no stream has");
    refuses("v=0\n", 1, "m= and a=");
    refuses("a=ice-ufrag:8hhY\nm=audio 9 RTP/AVP 0\na=mid:1\n", 2, "missing");
}

#define CREDENTIALS "a=ice-ufrag:8hhY\na=ice-pwd:asd88fgpdd777uzjYhagZg\n"

static void breaches(const char *text, size_t line, size_t column, const char *what, const char *mid)
{
    struct nt_ice_description d = read_ok(text);
    if (!has_note(line, column, what))
        fail_msg("no '%s' at %zu:%zu of\n%s", what, line, column, text);
    assert_string_equal(d.streams[0].mid, mid);
    assert_int_equal(d.streams[0].candidate_count, 1);
    nt_ice_description_free(&d);
}

TEST(a_malformed_line_does_not_drop_the_others)
{
    static const char candidate[] = "a=candidate:1 1 UDP 1 192.0.2.1 5000 typ host\n";
    static const struct {
        const char *line;
        size_t column;
        const char *what, *mid;
    } rows[] = {
        {"c=IN IP4 192.0.2.1\n", 1, "m= and a=", ""},
        {"a=mid:1 2\n", 7, "token", ""},
        {"a=mid:\n", 7, "token", ""},
        {"a=mid:1(2)\n", 7, "token", "1(2)"},
        {"a=candidate:1 1 UDP 1 192.0.2.1 0 typ host\n", 33, "port 0", ""},
        {"candidate:1 1 UDP 1 192.0.2.1 5000 typ host\n", 1, "letter", ""},
        {"\n", 1, "empty", ""},
    };
    char text[400];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(text, sizeof text, CREDENTIALS "m=a\n%s%s", rows[i].line, candidate);
        breaches(text, 4, rows[i].column, rows[i].what, rows[i].mid);
    }
}

TEST(a_tag_that_is_too_long_is_a_limit)
{
    char text[300];
    snprintf(text, sizeof text, CREDENTIALS "m=a\na=mid:%033d\n", 1);
    struct nt_ice_description d = read_ok(text);
    assert_string_equal(d.streams[0].mid, "");
    assert_int_equal(notes.of_kind[NT_SDP_LIMIT], 1);
    nt_ice_description_free(&d);
}

/* Every prefix of the example is read or refused for a reason. */
TEST(prefixes)
{
    for (size_t n = 0; n < sizeof figure7; n++) {
        struct nt_ice_description d;
        if (nt_sdp_read_fragment(&d, figure7, n, &notes) == NT_OK)
            nt_ice_description_free(&d);
        else
            assert_true(notes.count > 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example),
        cmocka_unit_test(other_forms),
        cmocka_unit_test(written),
        cmocka_unit_test(descriptions_have_tags),
        cmocka_unit_test(without_credentials_it_is_of_no_session),
        cmocka_unit_test(a_malformed_line_does_not_drop_the_others),
        cmocka_unit_test(a_tag_that_is_too_long_is_a_limit),
        cmocka_unit_test(prefixes),
    };
    return RUN_TESTS(tests);
}
