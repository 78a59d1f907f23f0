/* What a process says, line by line: which event each line is, and which break the contract. */
#include "tests/unit/help.h"

#include "scenarios/programs/adapter_messages.h"

#include <stdlib.h>
#include <string.h>

#define HELLO "{\"t\":\"hello\",\"stack\":\"s\",\"version\":\"1\",\"kind\":\"ice\"}"
#define LONG 65535 /* bytes of the longest line */

struct said {
    struct nt_adapter_hello hello;
    struct nt_adapter_event ev;
    json_t *json;
};

static void say(struct said *s, const char *line)
{
    json_decref(s->json);
    s->json = nt_adapter_read(&s->hello, line, strlen(line), &s->ev);
}

static void begin(struct said *s, const char *hello)
{
    memset(s, 0, sizeof *s);
    say(s, hello);
}

static void end(struct said *s)
{
    json_decref(s->json);
}

TEST(the_first_line_is_hello)
{
    static const char kind[] = "'hello' has no \"kind\": it is \"ice\" or \"webrtc\"", first[] = "its first line is no 'hello'",
                      other[] = "the \"kind\" of 'hello' is neither \"ice\" nor \"webrtc\"";
    static const struct {
        const char *line, *wrong;
    } rows[] = {
        {"{\"t\":\"hello\"}", kind},
        {"{\"t\":\"hello\",\"kind\":null}", kind},
        {"{\"t\":\"hello\",\"kind\":5}", kind},
        {"{\"t\":\"hello\",\"kind\":\"ICE\"}", other},
        {"{\"t\":\"hello\",\"kind\":[\"ice\"]}", kind},
        {"{\"t\":\"state\",\"ice\":\"new\"}", first},
        {"{\"t\":\"signal\",\"cand\":{\"end\":true}}", first},
        {"{\"t\":\"open\"}", first},
        {"{\"t\":\"log\",\"msg\":\"x\"}", first},
        {"{}", first},
        {"{\"t\":5}", first},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct said s;
        begin(&s, rows[i].line);
        assert_int_equal(s.ev.said, NT_ADAPTER_WRONG);
        assert_string_equal(s.ev.text, rows[i].wrong);
        assert_false(s.hello.said);
        end(&s);
    }
}

TEST(hello_is_read)
{
    struct said s;
    begin(&s, HELLO);
    assert_int_equal(s.ev.said, NT_ADAPTER_HELLO);
    assert_true(s.hello.said && !s.hello.webrtc && !s.hello.trickle && !s.hello.local_base);
    assert_string_equal(s.hello.stack, "s");
    assert_string_equal(s.hello.version, "1");
    say(&s, HELLO);
    assert_int_equal(s.ev.said, NT_ADAPTER_WRONG);
    assert_string_equal(s.ev.text, "a second 'hello'");
    end(&s);
    begin(&s, " {\"kind\":\"webrtc\",\"t\":\"hello\",\"trickle\":true,\"local_type\":\"base\",\"more\":{\"a\":[1]}}\r");
    assert_int_equal(s.ev.said, NT_ADAPTER_HELLO);
    assert_true(s.hello.webrtc && s.hello.trickle && s.hello.local_base);
    assert_string_equal(s.hello.stack, "");
    end(&s);
}

TEST(lo_can_be_asked_for_at_any_time)
{
    struct said s;
    begin(&s, "{\"t\":\"lo\"}");
    assert_int_equal(s.ev.said, NT_ADAPTER_LOOPBACK);
    assert_false(s.hello.said);
    say(&s, HELLO);
    assert_int_equal(s.ev.said, NT_ADAPTER_HELLO);
    say(&s, "{\"t\":\"lo\"}");
    assert_int_equal(s.ev.said, NT_ADAPTER_LOOPBACK);
    end(&s);
}

TEST(what_is_no_object_is_passed_over)
{
    static const char *const lines[] = {"",
                                        " ",
                                        "no JSON",
                                        "[]",
                                        "[{\"t\":\"bye\"}]",
                                        "5",
                                        "\"bye\"",
                                        "null",
                                        "{",
                                        "{\"t\":\"bye\"",
                                        "{\"t\":\"bye\"} {\"t\":\"bye\"}",
                                        "{\"t\":\"bye\"} and more",
                                        "{t:\"bye\"}",
                                        "{'t':'bye'}",
                                        "{\"t\":\"bye\",}",
                                        "{\"t\":\"bye\",\"t\":\"bye\"}",
                                        "{\"t\":\"by\xff\"}",
                                        "\xef\xbb\xbf{\"t\":\"bye\"}"};
    struct said s;
    begin(&s, HELLO);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        say(&s, lines[i]);
        assert_int_equal(s.ev.said, NT_ADAPTER_NOTHING);
    }
    say(&s, "{\"t\":\"bye\"}");
    assert_int_equal(s.ev.said, NT_ADAPTER_BYE);
    end(&s);
    begin(&s, "no JSON"); /* before hello, too */
    assert_int_equal(s.ev.said, NT_ADAPTER_NOTHING);
    say(&s, HELLO);
    assert_int_equal(s.ev.said, NT_ADAPTER_HELLO);
    end(&s);
}

TEST(unknown_words_are_passed_over)
{
    static const char *const lines[] = {"{\"t\":\"log\",\"msg\":\"x\"}",
                                        "{\"t\":\"what\"}",
                                        "{\"t\":\"\"}",
                                        "{\"t\":[]}",
                                        "{\"t\":\"start\"}",
                                        "{\"t\":\"OPEN\"}",
                                        "{\"t\":\"state\",\"ice\":\"done\"}",
                                        "{\"t\":\"state\"}",
                                        "{\"t\":\"state\",\"ice\":5}",
                                        "{\"t\":\"signal\"}",
                                        "{\"t\":\"signal\",\"cand\":{}}",
                                        "{\"t\":\"signal\",\"cand\":\"candidate:1\"}",
                                        "{\"t\":\"signal\",\"cand\":{\"candidate\":\"\"}}",
                                        "{\"t\":\"signal\",\"cand\":{\"candidate\":\"a=\"}}",
                                        "{\"t\":\"signal\",\"cand\":{\"end\":false}}",
                                        "{\"t\":\"signal\",\"cand\":{\"end\":\"true\"}}"};
    struct said s;
    begin(&s, HELLO);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        say(&s, lines[i]);
        assert_int_equal(s.ev.said, NT_ADAPTER_NOTHING);
    }
    end(&s);
}

TEST(descriptions_are_of_their_kind)
{
    struct said s;
    begin(&s, HELLO);
    say(&s, "{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"ufrag\":\"u\",\"pwd\":\"p\",\"options\":\"ice2 trickle\"}}");
    assert_int_equal(s.ev.said, NT_ADAPTER_DESCRIBED);
    assert_string_equal(s.ev.ufrag, "u");
    assert_string_equal(s.ev.pwd, "p");
    assert_string_equal(s.ev.options, "ice2 trickle");
    static const char *const half[] = {"{\"t\":\"signal\",\"desc\":{\"ufrag\":\"u\"}}",
                                       "{\"t\":\"signal\",\"desc\":{\"pwd\":\"p\"}}",
                                       "{\"t\":\"signal\",\"desc\":{}}",
                                       "{\"t\":\"signal\",\"desc\":null}",
                                       "{\"t\":\"signal\",\"desc\":\"u p\"}",
                                       "{\"t\":\"signal\",\"desc\":{\"sdp\":\"v=0\"}}",
                                       "{\"t\":\"signal\",\"desc\":{\"ufrag\":5,\"pwd\":6}}"};
    for (size_t i = 0; i < sizeof half / sizeof *half; i++) {
        say(&s, half[i]);
        assert_int_equal(s.ev.said, NT_ADAPTER_WRONG);
        assert_string_equal(s.ev.text, "'desc' has no \"ufrag\" or no \"pwd\"");
    }
    end(&s);
    begin(&s, "{\"t\":\"hello\",\"kind\":\"webrtc\"}");
    say(&s, "{\"t\":\"signal\",\"desc\":{\"type\":\"answer\",\"sdp\":\"v=0\\r\\na=x\\r\\n\"}}");
    assert_int_equal(s.ev.said, NT_ADAPTER_DESCRIBED);
    assert_string_equal(s.ev.sdp, "v=0\r\na=x\r\n");
    say(&s, "{\"t\":\"signal\",\"desc\":{\"ufrag\":\"u\",\"pwd\":\"p\"}}");
    assert_int_equal(s.ev.said, NT_ADAPTER_WRONG);
    assert_string_equal(s.ev.text, "'desc' has no \"sdp\"");
    end(&s);
}

TEST(candidates_are_read_with_and_without_a)
{
    struct said s;
    begin(&s, HELLO);
    for (int with = 0; with < 2; with++) {
        say(&s,
            with
                ? "{\"t\":\"signal\",\"cand\":{\"candidate\":\"a=candidate:1 1 udp 5 10.1.0.2 50000 typ host\",\"sdpMid\":\"audio\"}}"
                : "{\"t\":\"signal\",\"cand\":{\"candidate\":\"candidate:1 1 udp 5 10.1.0.2 50000 typ host\"}}");
        assert_int_equal(s.ev.said, NT_ADAPTER_CANDIDATE);
        assert_string_equal(s.ev.candidate, "candidate:1 1 udp 5 10.1.0.2 50000 typ host");
        assert_string_equal(s.ev.mid, with ? "audio" : "");
    }
    say(&s, "{\"t\":\"signal\",\"cand\":{\"end\":true}}");
    assert_int_equal(s.ev.said, NT_ADAPTER_CANDIDATES_END);
    end(&s);
}

TEST(states_are_w3cs)
{
    static const struct {
        const char *line;
        enum nt_ice_state state;
    } rows[] = {
        {"{\"t\":\"state\",\"ice\":\"new\"}", NT_ICE_NEW},
        {"{\"t\":\"state\",\"ice\":\"checking\"}", NT_ICE_RUNNING},
        {"{\"t\":\"state\",\"ice\":\"connected\"}", NT_ICE_COMPLETED},
        {"{\"t\":\"state\",\"ice\":\"completed\",\"conn\":\"connecting\"}", NT_ICE_COMPLETED},
        {"{\"t\":\"state\",\"ice\":\"disconnected\"}", NT_ICE_DISCONNECTED},
        {"{\"t\":\"state\",\"ice\":\"failed\"}", NT_ICE_FAILED},
        {"{\"t\":\"state\",\"ice\":\"checking\",\"conn\":\"failed\"}", NT_ICE_FAILED},
        {"{\"t\":\"state\",\"ice\":\"closed\"}", NT_ICE_CLOSED},
    };
    struct said s;
    begin(&s, HELLO);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        say(&s, rows[i].line);
        assert_int_equal(s.ev.said, NT_ADAPTER_STATE);
        assert_int_equal(s.ev.state, rows[i].state);
    }
    end(&s);
}

TEST(the_selected_pair_has_two_ends)
{
    static const char *const wrong[] = {
        "{\"t\":\"selected\"}",
        "{\"t\":\"selected\",\"local\":null,\"remote\":null}",
        "{\"t\":\"selected\",\"local\":{\"type\":\"host\",\"addr\":\"10.0.0.1\",\"port\":1}}",
        "{\"t\":\"selected\",\"local\":{\"type\":\"host\"},\"remote\":{}}",
        "{\"t\":\"selected\",\"local\":{\"type\":\"host\"},\"remote\":{\"type\":\"serverreflexive\"}}",
        "{\"t\":\"selected\",\"local\":{\"type\":\"host\",\"addr\":\"10.0.0.1\",\"port\":65536},\"remote\":{\"type\":\"host\"}}",
        "{\"t\":\"selected\",\"local\":{\"type\":\"host\",\"addr\":\"10.0.0.1\",\"port\":-1},\"remote\":{\"type\":\"host\"}}",
        "{\"t\":\"selected\",\"local\":{\"type\":\"host\",\"addr\":\"x.local\",\"port\":1},\"remote\":{\"type\":\"host\"}}",
    };
    struct said s;
    struct nt_addr local, remote;
    begin(&s, HELLO);
    say(&s, "{\"t\":\"selected\",\"local\":{\"type\":\"srflx\",\"addr\":\"203.0.113.2\",\"port\":40000,\"proto\":\"udp\"},"
            "\"remote\":{\"type\":\"relay\",\"addr\":\"fd00::5\",\"port\":65535}}");
    assert_int_equal(s.ev.said, NT_ADAPTER_SELECTED);
    assert_int_equal(nt_addr_parse(&local, "203.0.113.2:40000"), 0);
    assert_int_equal(nt_addr_parse(&remote, "[fd00::5]:65535"), 0);
    assert_true(s.ev.local.type == NT_ICE_SRFLX && nt_addr_equal(&s.ev.local.addr, &local));
    assert_true(s.ev.remote.type == NT_ICE_RELAY && nt_addr_equal(&s.ev.remote.addr, &remote));
    /* A browser hides an address: null, or not told. */
    say(&s,
        "{\"t\":\"selected\",\"local\":{\"type\":\"prflx\",\"addr\":null,\"port\":5},\"remote\":{\"type\":\"host\",\"addr\":\"\"}}");
    assert_int_equal(s.ev.said, NT_ADAPTER_SELECTED);
    assert_true(s.ev.local.type == NT_ICE_PRFLX && !nt_addr_is_set(&s.ev.local.addr) && s.ev.local.addr.port == 0);
    assert_true(s.ev.remote.type == NT_ICE_HOST && !nt_addr_is_set(&s.ev.remote.addr));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        say(&s, wrong[i]);
        assert_int_equal(s.ev.said, NT_ADAPTER_WRONG);
        assert_string_equal(s.ev.text,
                            "'selected' needs local and remote, each with type (host, srflx, prflx, relay), addr and port");
    }
    end(&s);
}

TEST(data_counts_echoes)
{
    static const struct {
        const char *line;
        bool ok;
        uint32_t n;
    } rows[] = {
        {"{\"t\":\"data\",\"ok\":true,\"n\":20}", true, 20},
        {"{\"t\":\"data\"}", false, 0},
        {"{\"t\":\"data\",\"ok\":\"yes\",\"n\":20}", false, 20},
        {"{\"t\":\"data\",\"ok\":true,\"n\":999999}", true, 999999},
    };
    struct said s;
    begin(&s, HELLO);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        say(&s, rows[i].line);
        assert_int_equal(s.ev.said, NT_ADAPTER_DATA);
        assert_int_equal(s.ev.ok, rows[i].ok);
        assert_int_equal(s.ev.n, rows[i].n);
    }
    static const char *const wrong[] = {"{\"t\":\"data\",\"ok\":true,\"n\":-1}", "{\"t\":\"data\",\"ok\":true,\"n\":1000000}",
                                        "{\"t\":\"data\",\"ok\":true,\"n\":999999999999}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        say(&s, wrong[i]);
        assert_int_equal(s.ev.said, NT_ADAPTER_WRONG);
        assert_string_equal(s.ev.text, "'data' has an \"n\" that is not 0 to 999999");
    }
    say(&s, "{\"t\":\"open\"}");
    assert_int_equal(s.ev.said, NT_ADAPTER_OPEN);
    end(&s);
}

TEST(the_longest_line_is_read)
{
    static const char before[] = "{\"t\":\"signal\",\"desc\":{\"sdp\":\"", after[] = "\"}}";
    char *line = malloc(LONG + 1), *deep = malloc(LONG + 1);
    struct said s;
    assert_true(line != NULL && deep != NULL);
    memset(line, 'x', LONG);
    memcpy(line, before, sizeof before - 1);
    memcpy(line + LONG - (sizeof after - 1), after, sizeof after);
    begin(&s, "{\"t\":\"hello\",\"kind\":\"webrtc\"}");
    say(&s, line);
    assert_int_equal(s.ev.said, NT_ADAPTER_DESCRIBED);
    assert_int_equal(strlen(s.ev.sdp), LONG - (sizeof before - 1) - (sizeof after - 1));
    memset(deep, '[', LONG);
    deep[LONG] = '\0';
    say(&s, deep);
    assert_int_equal(s.ev.said, NT_ADAPTER_NOTHING);
    for (size_t i = 0; i + 5 < LONG; i += 5)
        memcpy(deep + i, "{\"a\":", 5);
    say(&s, deep);
    assert_int_equal(s.ev.said, NT_ADAPTER_NOTHING);
    end(&s);
    free(line);
    free(deep);
}

TEST(names_that_are_too_long_are_cut)
{
    char line[1000];
    struct said s;
    snprintf(line, sizeof line, "{\"t\":\"hello\",\"kind\":\"ice\",\"stack\":\"%0500d\",\"version\":\"%0200d\"}", 1, 2);
    begin(&s, line);
    assert_int_equal(s.ev.said, NT_ADAPTER_HELLO);
    assert_int_equal(strlen(s.hello.stack), 60);
    assert_int_equal(strlen(s.hello.version), 60);
    end(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_line_is_hello),
                                       cmocka_unit_test(hello_is_read),
                                       cmocka_unit_test(lo_can_be_asked_for_at_any_time),
                                       cmocka_unit_test(what_is_no_object_is_passed_over),
                                       cmocka_unit_test(unknown_words_are_passed_over),
                                       cmocka_unit_test(descriptions_are_of_their_kind),
                                       cmocka_unit_test(candidates_are_read_with_and_without_a),
                                       cmocka_unit_test(states_are_w3cs),
                                       cmocka_unit_test(the_selected_pair_has_two_ends),
                                       cmocka_unit_test(data_counts_echoes),
                                       cmocka_unit_test(the_longest_line_is_read),
                                       cmocka_unit_test(names_that_are_too_long_are_cut)};
    return RUN_TESTS(tests);
}
