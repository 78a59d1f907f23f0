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

static struct nt_ice_description read_ok(const char *text)
{
    struct nt_ice_description d;
    struct nt_sdp_error e = {0};
    int r = nt_sdp_read_fragment(&d, text, strlen(text), &e);
    if (r != NT_OK)
        fail_msg("%d: line %zu, column %zu: %s", r, e.line, e.column, e.what);
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
    assert_int_equal(d.streams[0].passed_over, 2); /* TCP, and a name */
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
    struct nt_sdp_error e;
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
    assert_int_equal(nt_sdp_read(&d, buf, (size_t)n, &e), NT_OK);
    assert_string_equal(d.streams[0].mid, "data");
    assert_true(d.trickle);
    assert_false(nt_addr_is_set(&d.streams[0].default_addr));
    nt_ice_description_free(&d);
}

static void refuses(const char *text, size_t line, size_t column, const char *what)
{
    struct nt_ice_description d, before;
    struct nt_sdp_error e = {0};
    memset(&d, 0x5a, sizeof d);
    before = d;
    int r = nt_sdp_read_fragment(&d, text, strlen(text), &e);
    if (r != NT_EFORMAT || e.line != line || e.column != column || e.what == NULL || strstr(e.what, what) == NULL)
        fail_msg("%d at %zu:%zu '%s' instead of %zu:%zu '%s' for\n%s", r, e.line, e.column, e.what != NULL ? e.what : "", line,
                 column, what, text);
    assert_memory_equal(&d, &before, sizeof d);
}

TEST(refused)
{
    static const char credentials[] = "a=ice-ufrag:8hhY\na=ice-pwd:asd88fgpdd777uzjYhagZg\n";
    char text[300];
    refuses("", 1, 1, "missing");
    refuses("a=ice-ufrag:8hhY\nm=audio 9 RTP/AVP 0\na=mid:1\n", 2, 1, "missing");
    refuses("v=0\n", 1, 1, "m= and a=");
    refuses("m=audio 9 RTP/AVP 0\nc=IN IP4 192.0.2.1\n", 2, 1, "m= and a=");
    refuses("m=audio\na=mid:1 2\n", 2, 7, "token");
    refuses("m=audio\na=mid:\n", 2, 7, "token");
    snprintf(text, sizeof text, "%sm=a\na=candidate:1 1 UDP 1 192.0.2.1 0 typ host\n", credentials);
    refuses(text, 4, 33, "port 0");
    snprintf(text, sizeof text, "%sm=a\na=mid:%033d\n", credentials, 1); /* too long: names nothing */
    struct nt_ice_description d = read_ok(text);
    assert_string_equal(d.streams[0].mid, "");
    nt_ice_description_free(&d);
}

/* Every prefix of the example is read or refused with a place. */
TEST(prefixes)
{
    for (size_t n = 0; n < sizeof figure7; n++) {
        struct nt_ice_description d;
        struct nt_sdp_error e = {0};
        if (nt_sdp_read_fragment(&d, figure7, n, &e) == NT_OK)
            nt_ice_description_free(&d);
        else
            assert_true(e.line >= 1 && e.column >= 1 && e.what != NULL);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example), cmocka_unit_test(other_forms),
        cmocka_unit_test(written),     cmocka_unit_test(descriptions_have_tags),
        cmocka_unit_test(refused),     cmocka_unit_test(prefixes),
    };
    return RUN_TESTS(tests);
}
