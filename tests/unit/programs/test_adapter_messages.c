/* What a process says, line by line: which event each line is, and which break the contract, with the sentence that says how. */
#include "tests/unit/help.h"

#include "scenarios/programs/adapter_messages.h"

#include <stdlib.h>
#include <string.h>

#define HELLO "{\"t\":\"hello\",\"stack\":\"s\",\"version\":\"1\",\"kind\":\"ice\"}"
#define WEBRTC "{\"t\":\"hello\",\"kind\":\"webrtc\"}"
#define LONG 65535 /* bytes of the longest line */

#define SECOND "{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"ufrag\":\"v\",\"pwd\":\"q\"}}"
#define OF(ufrag)                                                                                                                  \
    "{\"t\":\"signal\",\"cand\":{\"candidate\":\"candidate:1 1 udp 5 10.1.0.2 50000 typ host\",\"ufrag\":\"" ufrag "\"}}"
#define TWICE "a second \"desc\": an adapter describes itself once, and again when natsim's 'restart' or a new offer asks for it"

struct said {
    struct nt_adapter_reader reader;
    struct nt_adapter_event ev;
    json_t *json;
};

static void say(struct said *s, const char *line)
{
    json_decref(s->json);
    s->json = nt_adapter_read(&s->reader, line, strlen(line), &s->ev);
}

static void end(struct said *s)
{
    json_decref(s->json);
}

static void begin(struct said *s, const char *hello)
{
    memset(s, 0, sizeof *s);
    say(s, hello);
    s->reader.started = true;
    nt_adapter_ask(&s->reader, NT_ADAPTER_OFFER, "'start' said \"offerer\":true");
}

static void say_breach(struct said *s, const char *line, const char *sentence)
{
    say(s, line);
    if (s->ev.said != NT_ADAPTER_WRONG || strcmp(s->ev.text, sentence) != 0)
        print_message("%s\n%s\n", line, s->ev.said == NT_ADAPTER_WRONG ? s->ev.text : "no breach");
    assert_int_equal(s->ev.said, NT_ADAPTER_WRONG);
    assert_string_equal(s->ev.text, sentence);
}

struct breach {
    const char *line, *sentence;
};

/* Each after a hello, natsim's start, and what comes `before`. */
static void are_breaches(const char *hello, const char *before, const struct breach *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct said s;
        begin(&s, hello);
        if (before != NULL)
            say(&s, before);
        say_breach(&s, rows[i].line, rows[i].sentence);
        end(&s);
    }
}

TEST(the_first_line_is_hello)
{
    static const char *const lines[] = {"{\"t\":\"state\",\"ice\":\"new\"}",
                                        "{\"t\":\"signal\",\"cand\":{\"end\":true}}",
                                        "{\"t\":\"open\"}",
                                        "{\"t\":\"log\",\"msg\":\"x\"}",
                                        "{\"t\":\"bye\"}",
                                        "{}",
                                        "{\"t\":5}",
                                        "{\"t\":\"helo\",\"kind\":\"ice\"}"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct said s;
        char sentence[500];
        snprintf(
            sentence, sizeof sentence,
            "its first line is no 'hello' but %s: {\"t\":\"hello\",\"kind\":\"ice\"} is expected first, with its stack and version",
            lines[i]);
        begin(&s, lines[i]);
        assert_int_equal(s.ev.said, NT_ADAPTER_WRONG);
        assert_string_equal(s.ev.text, sentence);
        assert_false(s.reader.hello.said);
        end(&s);
    }
}

TEST(each_key_of_hello_has_its_values)
{
    static const struct breach rows[] = {
        {"{\"t\":\"hello\"}", "'hello' has no \"kind\": \"ice\" or \"webrtc\" is expected"},
        {"{\"t\":\"hello\",\"kind\":null}", "'hello' has \"kind\":null where \"ice\" or \"webrtc\" is expected"},
        {"{\"t\":\"hello\",\"kind\":5}", "'hello' has \"kind\":5 where \"ice\" or \"webrtc\" is expected"},
        {"{\"t\":\"hello\",\"kind\":[\"ice\"]}", "'hello' has \"kind\":[\"ice\"] where \"ice\" or \"webrtc\" is expected"},
        {"{\"t\":\"hello\",\"kind\":\"icee\"}",
         "'hello' has \"kind\":\"icee\" where \"ice\" or \"webrtc\" is expected: did you mean \"ice\"?"},
        {"{\"t\":\"hello\",\"kind\":\"tea\"}", "'hello' has \"kind\":\"tea\" where \"ice\" or \"webrtc\" is expected"},
        {"{\"t\":\"hello\",\"knd\":\"ice\"}", "'hello' has \"knd\":\"ice\", a key that is not its own: did you mean \"kind\"?"},
        {"{\"t\":\"hello\",\"kind\":\"ice\",\"colour\":{\"a\":[1]}}",
         "'hello' has \"colour\":{\"a\":[1]}, a key that is not its own: it has \"kind\", \"stack\", \"version\", \"trickle\", "
         "\"caps\" and \"local_type\"; what is free to say is for 'log' or standard error"},
        {"{\"t\":\"hello\",\"kind\":\"ice\",\"stack\":5}",
         "'hello' has \"stack\":5 where one line of text of at most 60 bytes is expected, such as \"libnice\""},
        {"{\"t\":\"hello\",\"kind\":\"ice\",\"version\":\"1\\n2\"}",
         "'hello' has \"version\":\"1\\n2\" where one line of text of at most 60 bytes is expected, such as \"0.1.21\""},
        {"{\"t\":\"hello\",\"kind\":\"ice\",\"trickle\":\"true\"}",
         "'hello' has \"trickle\":\"true\" where true or false is expected"},
        {"{\"t\":\"hello\",\"kind\":\"ice\",\"local_type\":\"host\"}",
         "'hello' has \"local_type\":\"host\" where \"candidate\" or \"base\" is expected"},
        {"{\"t\":\"lo\",\"up\":true}",
         "'lo' has \"up\":true, a key that is not its own: it has \"t\" alone; what is free to say is for 'log' or standard error"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct said s;
        memset(&s, 0, sizeof s);
        say_breach(&s, rows[i].line, rows[i].sentence);
        assert_false(s.reader.hello.said);
        end(&s);
    }
}

TEST(hello_is_read)
{
    struct said s;
    begin(&s, HELLO);
    assert_int_equal(s.ev.said, NT_ADAPTER_HELLO);
    assert_true(s.reader.hello.said && !s.reader.hello.webrtc && !s.reader.hello.trickle && !s.reader.hello.local_base);
    assert_string_equal(s.reader.hello.stack, "s");
    assert_string_equal(s.reader.hello.version, "1");
    say(&s, HELLO);
    assert_int_equal(s.ev.said, NT_ADAPTER_WRONG);
    assert_string_equal(s.ev.text, "a second 'hello': it is said once, first");
    end(&s);
    begin(&s, " {\"kind\":\"webrtc\",\"t\":\"hello\",\"trickle\":true,\"local_type\":\"base\"}\r");
    assert_int_equal(s.ev.said, NT_ADAPTER_HELLO);
    assert_true(s.reader.hello.webrtc && s.reader.hello.trickle && s.reader.hello.local_base);
    assert_string_equal(s.reader.hello.stack, "");
    end(&s);
}

TEST(lo_can_be_asked_for_at_any_time)
{
    struct said s;
    begin(&s, "{\"t\":\"lo\"}");
    assert_int_equal(s.ev.said, NT_ADAPTER_LOOPBACK);
    assert_false(s.reader.hello.said);
    say(&s, HELLO);
    assert_int_equal(s.ev.said, NT_ADAPTER_HELLO);
    say(&s, "{\"t\":\"lo\"}");
    assert_int_equal(s.ev.said, NT_ADAPTER_LOOPBACK);
    end(&s);
}

TEST(what_does_not_begin_as_a_message_is_passed_over)
{
    static const char *const lines[] = {"", " ", "no JSON", "[]", "[{\"t\":\"bye\"}]", "5", "\"bye\"", "null", "x {\"t\":\"bye\"}"};
    struct said s;
    begin(&s, HELLO);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        say(&s, lines[i]);
        assert_int_equal(s.ev.said, NT_ADAPTER_NO_MESSAGE);
    }
    say(&s, "{\"t\":\"bye\"}");
    assert_int_equal(s.ev.said, NT_ADAPTER_BYE);
    end(&s);
    begin(&s, "no JSON"); /* before hello, too */
    assert_int_equal(s.ev.said, NT_ADAPTER_NO_MESSAGE);
    say(&s, HELLO);
    assert_int_equal(s.ev.said, NT_ADAPTER_HELLO);
    end(&s);
}

TEST(what_begins_as_a_message_is_one_object_of_json)
{
    static const struct breach rows[] = {
        {"{", "a message ends before its last }: {: one object, all on one line, is expected"},
        {"{\"t\":\"bye\"", "a message ends before its last }: {\"t\":\"bye\": one object, all on one line, is expected"},
        {"{\"t\":\"bye\"} {\"t\":\"bye\"}",
         "more follows a message on its line: {\"t\":\"bye\"} {\"t\":\"bye\"}: one object a line is expected"},
        {"{t:\"bye\"}", "a message is no JSON from byte 2 on: {t:\"bye\"}: one object of JSON a line is expected"},
        {"{'t':'bye'}", "a message is no JSON from byte 2 on: {'t':'bye'}: one object of JSON a line is expected"},
        {"{\"t\":\"bye\",}", "a message is no JSON from byte 12 on: {\"t\":\"bye\",}: one object of JSON a line is expected"},
        {"{\"t\":\"bye\",\"t\":\"bye\"}", "a message has a key twice: {\"t\":\"bye\",\"t\":\"bye\"}: each key is said once"},
        {"{\"t\":\"by\\u0000\"}", "a message has a NUL character, \\u0000: {\"t\":\"by\\u0000\"}: texts have none"},
        {"{\"t\":\"b\xff\"}",
         "a message is not UTF-8 at byte 8: {\"t\":\"b\xff\"}: write it in UTF-8, or its characters as \\u00e4"},
        {"\xef\xbb\xbf{\"t\":\"bye\"}",
         "a message begins with a byte order mark: one line of JSON in UTF-8 is expected, without one"},
    };
    static const char nul[] = "{\"t\":\"b\0ye\"}", before[] = "\0{\"t\":\"bye\"}";
    struct said s;
    are_breaches(HELLO, NULL, rows, sizeof rows / sizeof *rows);
    begin(&s, HELLO);
    json_decref(s.json);
    s.json = nt_adapter_read(&s.reader, nul, sizeof nul - 1, &s.ev);
    assert_string_equal(s.ev.text, "a message has a NUL byte at byte 8: {\"t\":\"b?ye\"}: one line of JSON in UTF-8 is expected");
    json_decref(s.json);
    s.json = nt_adapter_read(&s.reader, before, sizeof before - 1, &s.ev);
    assert_string_equal(s.ev.text, "a message has a NUL byte at byte 1: ?{\"t\":\"bye\"}: one line of JSON in UTF-8 is expected");
    end(&s);
}

TEST(each_message_is_one_of_the_contracts)
{
    static const struct breach rows[] = {
        {"{\"t\":\"what\"}", "\"t\":\"what\" is no message of an adapter: \"hello\", \"lo\", \"signal\", \"state\", \"selected\", "
                             "\"open\", \"data\", \"log\" or \"bye\""},
        {"{\"t\":\"OPEN\"}", "\"t\":\"OPEN\" is no message of an adapter: \"hello\", \"lo\", \"signal\", \"state\", \"selected\", "
                             "\"open\", \"data\", \"log\" or \"bye\""},
        {"{\"t\":\"select\"}", "\"t\":\"select\" is no message of an adapter: did you mean \"selected\"?"},
        {"{\"t\":[]}", "\"t\":[] is no message of an adapter: \"hello\", \"lo\", \"signal\", \"state\", \"selected\", \"open\", "
                       "\"data\", \"log\" or \"bye\""},
        {"{\"ice\":\"new\"}",
         "a message has no \"t\": {\"ice\":\"new\"}: it says which message it is: \"hello\", \"lo\", \"signal\", "
         "\"state\", \"selected\", \"open\", \"data\", \"log\" or \"bye\""},
        {"{\"t\":\"state\",\"ice\":\"done\"}",
         "'state' has \"ice\":\"done\" where \"new\", \"checking\", \"connected\", \"completed\", \"disconnected\", \"failed\" or "
         "\"closed\" is expected"},
        {"{\"t\":\"state\",\"ice\":\"complete\"}",
         "'state' has \"ice\":\"complete\" where \"new\", \"checking\", \"connected\", \"completed\", \"disconnected\", \"failed\" or "
         "\"closed\" is expected: did you mean \"completed\"?"},
        {"{\"t\":\"state\"}", "'state' has no \"ice\": the state of ICE is expected, such as \"ice\":\"checking\""},
        {"{\"t\":\"state\",\"conn\":5}", "'state' has \"conn\":5 where \"new\", \"connecting\", \"connected\", \"disconnected\", "
                                         "\"failed\" or \"closed\" is expected"},
        {"{\"t\":\"signal\"}", "'signal' has neither \"desc\" nor \"cand\": one of them is expected"},
        {"{\"t\":\"signal\",\"desc\":{},\"cand\":{}}", "'signal' has both \"desc\" and \"cand\": one of them is expected"},
        {"{\"t\":\"open\",\"n\":1}",
         "'open' has \"n\":1, a key that is not its own: it has \"t\" alone; what is free to say is for 'log' or standard error"},
    };
    struct said s;
    are_breaches(HELLO, NULL, rows, sizeof rows / sizeof *rows);
    begin(&s, HELLO);
    say(&s, "{\"t\":\"log\",\"msg\":\"x\",\"more\":[1]}");
    assert_int_equal(s.ev.said, NT_ADAPTER_NOTHING);
    end(&s);
}

#define DESC "{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"ufrag\":\"u\",\"pwd\":\"p\"}}"
#define CAND "{\"t\":\"signal\",\"cand\":{\"candidate\":\"candidate:1\"}}"
#define END "{\"t\":\"signal\",\"cand\":{\"end\":true}}"

TEST(descriptions_are_of_their_kind)
{
    static const struct breach bare[] = {
        {"{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"ufrag\":\"u\"}}",
         "\"desc\" of kind ice has no \"pwd\": one line of text of 1 to 256 bytes is expected, such as \"asd88fgpdd777uzjYhagZg\""},
        {"{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"pwd\":\"p\"}}",
         "\"desc\" of kind ice has no \"ufrag\": one line of text of 1 to 256 bytes is expected, such as \"8hhY\""},
        {"{\"t\":\"signal\",\"desc\":{\"ufrag\":\"u\",\"pwd\":\"p\"}}",
         "\"desc\" of kind ice has no \"type\": \"offer\" or \"answer\" is expected"},
        {"{\"t\":\"signal\",\"desc\":{\"type\":\"ofer\",\"ufrag\":\"u\",\"pwd\":\"p\"}}",
         "\"desc\" of kind ice has \"type\":\"ofer\" where \"offer\" or \"answer\" is expected: did you mean \"offer\"?"},
        {"{\"t\":\"signal\",\"desc\":{\"type\":\"answer\",\"ufrag\":\"u\",\"pwd\":\"p\"}}",
         "\"desc\" has \"type\":\"answer\" where \"offer\" is expected: natsim's 'start' said \"offerer\":true"},
        {"{\"t\":\"signal\",\"desc\":null}",
         "'signal' has \"desc\":null where an object is expected, such as {\"type\":\"offer\",\"ufrag\":\"...\",\"pwd\":\"...\"}"},
        {"{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"sdp\":\"v=0\"}}",
         "\"desc\" of kind ice has \"sdp\":\"v=0\", a key that is not its own but the other kind's: is the \"kind\" of 'hello' right?"},
        {"{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"ufrag\":5,\"pwd\":6}}",
         "\"desc\" of kind ice has \"ufrag\":5 where one line of text of 1 to 256 bytes is expected, such as \"8hhY\""},
        {"{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"ufrag\":\"\",\"pwd\":\"p\"}}",
         "\"desc\" of kind ice has \"ufrag\":\"\" where one line of text of 1 to 256 bytes is expected, such as \"8hhY\""},
        {"{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"ufrag\":\"u\\r\\na=x\",\"pwd\":\"p\"}}",
         "\"desc\" of kind ice has \"ufrag\":\"u\\r\\na=x\" where one line of text of 1 to 256 bytes is expected, such as \"8hhY\""},
    };
    static const struct breach webrtc[] = {
        {"{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"ufrag\":\"u\",\"pwd\":\"p\"}}",
         "\"desc\" of kind webrtc has \"ufrag\":\"u\", a key that is not its own but the other kind's: is the \"kind\" of 'hello' right?"},
        {"{\"t\":\"signal\",\"desc\":{\"type\":\"offer\"}}",
         "\"desc\" of kind webrtc has no \"sdp\": a text of 1 to 65535 bytes is expected, such as \"v=0...\""},
        {"{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"sdp\":\"\"}}",
         "\"desc\" of kind webrtc has \"sdp\":\"\" where a text of 1 to 65535 bytes is expected, such as \"v=0...\""},
    };
    struct said s;
    begin(&s, HELLO);
    say(&s, "{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"ufrag\":\"u\",\"pwd\":\"p\",\"options\":\"ice2 trickle\"}}");
    assert_int_equal(s.ev.said, NT_ADAPTER_DESCRIBED);
    assert_string_equal(s.ev.ufrag, "u");
    assert_string_equal(s.ev.pwd, "p");
    assert_string_equal(s.ev.options, "ice2 trickle");
    end(&s);
    begin(&s, WEBRTC);
    say(&s, "{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\na=x\\r\\n\"}}");
    assert_int_equal(s.ev.said, NT_ADAPTER_DESCRIBED);
    assert_string_equal(s.ev.sdp, "v=0\r\na=x\r\n");
    end(&s);
    are_breaches(HELLO, NULL, bare, sizeof bare / sizeof *bare);
    are_breaches(WEBRTC, NULL, webrtc, sizeof webrtc / sizeof *webrtc);
}

TEST(an_answerer_says_answer)
{
    struct said s;
    begin(&s, HELLO);
    nt_adapter_ask(&s.reader, NT_ADAPTER_ANSWER, "'start' said \"offerer\":false");
    say_breach(&s, DESC, "\"desc\" has \"type\":\"offer\" where \"answer\" is expected: natsim's 'start' said \"offerer\":false");
    end(&s);
}

TEST(a_credential_has_its_length)
{
    char line[1000];
    struct said s;
    for (int len = 256; len <= 257; len++) {
        snprintf(line, sizeof line, "{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"ufrag\":\"%0*d\",\"pwd\":\"p\"}}", len, 1);
        begin(&s, HELLO);
        say(&s, line);
        assert_int_equal(s.ev.said, len == 256 ? NT_ADAPTER_DESCRIBED : NT_ADAPTER_WRONG);
        end(&s);
    }
}

TEST(each_candidate_is_one_line_or_the_end)
{
    static const char neither[] = "\"cand\" has neither \"candidate\" nor \"end\":true: one of them is expected";
    static const struct breach rows[] = {
        {"{\"t\":\"signal\",\"cand\":{}}", neither},
        {"{\"t\":\"signal\",\"cand\":{\"end\":false}}", neither},
        {"{\"t\":\"signal\",\"cand\":null}",
         "'signal' has \"cand\":null where an object is expected, such as {\"candidate\":\"candidate:...\"} or {\"end\":true}"},
        {"{\"t\":\"signal\",\"cand\":\"candidate:1\"}",
         "'signal' has \"cand\":\"candidate:1\" where an object is expected, such as "
         "{\"candidate\":\"candidate:...\"} or {\"end\":true}"},
        {"{\"t\":\"signal\",\"cand\":{\"end\":\"true\"}}", "\"cand\" has \"end\":\"true\" where true or false is expected"},
        {"{\"t\":\"signal\",\"cand\":{\"candidate\":5}}",
         "\"cand\" has \"candidate\":5 where one line of text of at most 65535 bytes is expected, such as "
         "\"candidate:1 1 udp 2130706431 10.1.0.2 50000 typ host\""},
        {"{\"t\":\"signal\",\"cand\":{\"candidate\":\"candidate:1\\na=x\"}}",
         "\"cand\" has \"candidate\":\"candidate:1\\na=x\" where one line of text of at most 65535 bytes is expected, such as "
         "\"candidate:1 1 udp 2130706431 10.1.0.2 50000 typ host\""},
        {"{\"t\":\"signal\",\"cand\":{\"candidate\":\"candidate:1\",\"sdpMId\":\"0\"}}",
         "\"cand\" has \"sdpMId\":\"0\", a key that is not its own: did you mean \"sdpMid\"?"},
    };
    are_breaches(HELLO, DESC, rows, sizeof rows / sizeof *rows);
}

TEST(what_comes_too_early_or_twice_breaks_the_order)
{
    static const char start[] =
        "'signal' before natsim's 'start': an adapter waits for 'start' before it gathers and describes itself",
                      first[] = "\"cand\" before \"desc\": an adapter describes itself first, then it tells its candidates";
    static const struct breach twice[] = {{DESC, TWICE}};
    static const struct breach early[] = {
        {CAND, first},
        {END, first},
        {"{\"t\":\"data\",\"ok\":true,\"n\":20}", "'data' before 'open': an adapter says 'open' when it begins to send probes"},
    };
    static const struct breach open[] = {{"{\"t\":\"open\"}", "a second 'open': it is said once, when data can be sent"}};
    struct said s;
    are_breaches(HELLO, DESC, twice, 1);
    are_breaches(HELLO, NULL, early, sizeof early / sizeof *early);
    are_breaches(HELLO, "{\"t\":\"open\"}", open, 1);
    begin(&s, HELLO);
    s.reader.started = false;
    say_breach(&s, DESC, start);
    say_breach(&s, CAND, start);
    say_breach(&s, "{\"t\":\"open\"}", "'open' before natsim's 'start': no data can be sent yet");
    say_breach(&s, "{\"t\":\"selected\",\"local\":{\"type\":\"host\"},\"remote\":{\"type\":\"host\"}}",
               "'selected' before natsim's 'start': no pair can have been selected");
    s.reader.started = true;
    say(&s, DESC);
    say(&s, END);
    assert_int_equal(s.ev.said, NT_ADAPTER_CANDIDATES_END);
    say_breach(&s, END, "a second \"end\":true: the end of the candidates is told once");
    say_breach(&s, CAND, "a \"candidate\" after \"end\":true: the end is told after the last candidate");
    say(&s, "{\"t\":\"signal\",\"cand\":{\"candidate\":\"\"}}"); /* W3C's end of a generation */
    assert_int_equal(s.ev.said, NT_ADAPTER_NOTHING);
    end(&s);
}

static void restarts(struct said *s, const char *hello)
{
    begin(s, hello);
    say(s, DESC);
    say(s, CAND);
    say(s, END);
    nt_adapter_ask(&s->reader, NT_ADAPTER_OFFER, "'restart' asks for one");
}

TEST(a_restart_is_a_description_with_new_credentials)
{
    struct said s;
    restarts(&s, HELLO);
    say_breach(&s, DESC, "\"desc\" has the ufrag \"u\" of the one before: new credentials are expected after natsim's 'restart'");
    end(&s);
    restarts(&s, HELLO);
    say_breach(&s, "{\"t\":\"signal\",\"desc\":{\"type\":\"answer\",\"ufrag\":\"v\",\"pwd\":\"q\"}}",
               "\"desc\" has \"type\":\"answer\" where \"offer\" is expected: natsim's 'restart' asks for one");
    end(&s);
    restarts(&s, HELLO);
    say(&s, SECOND);
    assert_int_equal(s.ev.said, NT_ADAPTER_DESCRIBED);
    say(&s, CAND);
    assert_int_equal(s.ev.said, NT_ADAPTER_CANDIDATE);
    say(&s, END);
    assert_int_equal(s.ev.said, NT_ADAPTER_CANDIDATES_END);
    say_breach(&s, SECOND, TWICE);
    end(&s);
}

/* The answer to an offer within the call need not restart: whether it should is for the rules. */
TEST(a_new_offer_asks_for_an_answer)
{
    struct said s;
    restarts(&s, HELLO);
    nt_adapter_ask(&s.reader, NT_ADAPTER_ANSWER, "new offer asks for one");
    say_breach(&s, SECOND, "\"desc\" has \"type\":\"offer\" where \"answer\" is expected: natsim's new offer asks for one");
    say(&s, "{\"t\":\"signal\",\"desc\":{\"type\":\"answer\",\"ufrag\":\"u\",\"pwd\":\"p\"}}");
    assert_int_equal(s.ev.said, NT_ADAPTER_DESCRIBED);
    end(&s);
}

TEST(candidates_belong_to_a_description)
{
    struct said s;
    restarts(&s, HELLO);
    say(&s, OF("u"));
    assert_int_equal(s.ev.said, NT_ADAPTER_WRONG); /* after the end of its own */
    say(&s, SECOND);
    say(&s, OF("v"));
    assert_int_equal(s.ev.said, NT_ADAPTER_CANDIDATE);
    say(&s, OF("u"));
    assert_int_equal(s.ev.said, NT_ADAPTER_OUTDATED);
    say_breach(&s, OF("w"), "\"cand\" has \"ufrag\":\"w\" where \"v\" is expected, that of its latest description");
    end(&s);
    begin(&s, WEBRTC);
    say(&s, "{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\na=ice-ufrag:x\\r\\na=ice-pwd:p\\r\\n\"}}");
    say(&s, OF("x"));
    assert_int_equal(s.ev.said, NT_ADAPTER_CANDIDATE);
    say_breach(&s, OF("v"), "\"cand\" has \"ufrag\":\"v\" where \"x\" is expected, that of its latest description");
    end(&s);
}

TEST(caps_are_a_list_of_known_words)
{
    static const struct breach rows[] = {
        {"{\"t\":\"hello\",\"kind\":\"ice\",\"caps\":\"restart\"}",
         "'hello' has \"caps\":\"restart\" where a list of \"restart\" is expected"},
        {"{\"t\":\"hello\",\"kind\":\"ice\",\"caps\":[\"restat\"]}",
         "'hello' has \"caps\":[\"restat\"] where a list of \"restart\" is expected"},
        {"{\"t\":\"hello\",\"kind\":\"ice\",\"caps\":[5]}", "'hello' has \"caps\":[5] where a list of \"restart\" is expected"},
    };
    struct said s = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(&s, 0, sizeof s);
        say_breach(&s, rows[i].line, rows[i].sentence);
        end(&s);
    }
    memset(&s, 0, sizeof s);
    say(&s, "{\"t\":\"hello\",\"kind\":\"ice\",\"caps\":[]}");
    assert_false(s.reader.hello.restart);
    end(&s);
    begin(&s, "{\"t\":\"hello\",\"kind\":\"ice\",\"caps\":[\"restart\"]}");
    assert_true(s.reader.hello.restart);
    end(&s);
}

TEST(nothing_counts_after_bye)
{
    static const char *const lines[] = {END, "{", "{\"t\":\"what\"}", HELLO, "{\"t\":\"bye\"}"};
    struct said s;
    begin(&s, HELLO);
    say(&s, "{\"t\":\"bye\"}");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        say(&s, lines[i]);
        assert_int_equal(s.ev.said, NT_ADAPTER_NOTHING);
    }
    end(&s);
}

TEST(candidates_are_read_with_and_without_a)
{
    struct said s;
    begin(&s, HELLO);
    say(&s, DESC);
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

#define AN_END "{\"type\":\"host\",\"addr\":\"10.1.0.2\",\"port\":50000}"

TEST(the_selected_pair_has_two_ends)
{
    static const struct breach rows[] = {
        {"{\"t\":\"selected\"}", "'selected' has no \"local\": an object is expected, such as " AN_END},
        {"{\"t\":\"selected\",\"local\":null,\"remote\":null}",
         "'selected' has \"local\":null where an object is expected, such as " AN_END},
        {"{\"t\":\"selected\",\"local\":{\"type\":\"host\"}}",
         "'selected' has no \"remote\": an object is expected, such as " AN_END},
        {"{\"t\":\"selected\",\"local\":{\"type\":\"host\"},\"remote\":{}}",
         "\"remote\" of 'selected' has no \"type\": \"host\", \"srflx\", \"prflx\" or \"relay\" is expected"},
        {"{\"t\":\"selected\",\"local\":{\"type\":\"host\"},\"remote\":{\"type\":\"serverreflexive\"}}",
         "\"remote\" of 'selected' has \"type\":\"serverreflexive\" where \"host\", \"srflx\", \"prflx\" or \"relay\" is expected"},
        {"{\"t\":\"selected\",\"local\":{\"type\":\"srfx\"},\"remote\":{\"type\":\"host\"}}",
         "\"local\" of 'selected' has \"type\":\"srfx\" where \"host\", \"srflx\", \"prflx\" or \"relay\" is expected: did you mean "
         "\"srflx\"?"},
        {"{\"t\":\"selected\",\"local\":{\"type\":\"host\",\"addr\":\"10.0.0.1\",\"port\":65536},\"remote\":{\"type\":\"host\"}}",
         "\"local\" of 'selected' has \"port\":65536 where a whole number from 0 to 65535, or null is expected, such as 50000"},
        {"{\"t\":\"selected\",\"local\":{\"type\":\"host\",\"addr\":\"10.0.0.1\",\"port\":\"5\"},\"remote\":{\"type\":\"host\"}}",
         "\"local\" of 'selected' has \"port\":\"5\" where a whole number from 0 to 65535, or null is expected, such as 50000"},
        {"{\"t\":\"selected\",\"local\":{\"type\":\"host\",\"addr\":\"10.0.0.1\"},\"remote\":{\"type\":\"host\"}}",
         "\"local\" of 'selected' has \"addr\":\"10.0.0.1\" without its \"port\": a whole number from 1 to 65535 is expected"},
        {"{\"t\":\"selected\",\"local\":{\"type\":\"host\",\"addr\":\"x.local\",\"port\":1},\"remote\":{\"type\":\"host\"}}",
         "\"local\" of 'selected' has \"addr\":\"x.local\" where an IP address is expected, such as \"10.1.0.2\", or null where the "
         "stack hides it"},
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
    end(&s);
    are_breaches(HELLO, NULL, rows, sizeof rows / sizeof *rows);
}

TEST(data_counts_echoes)
{
    static const struct breach rows[] = {
        {"{\"t\":\"data\"}", "'data' has no \"ok\": true or false is expected"},
        {"{\"t\":\"data\",\"ok\":true}", "'data' has no \"n\": a whole number from 0 to 999999 is expected, such as 20"},
        {"{\"t\":\"data\",\"ok\":\"yes\",\"n\":20}", "'data' has \"ok\":\"yes\" where true or false is expected"},
        {"{\"t\":\"data\",\"ok\":true,\"n\":\"20\"}",
         "'data' has \"n\":\"20\" where a whole number from 0 to 999999 is expected, such as 20"},
        {"{\"t\":\"data\",\"ok\":true,\"n\":20.5}",
         "'data' has \"n\":20.5 where a whole number from 0 to 999999 is expected, such as 20"},
        {"{\"t\":\"data\",\"ok\":true,\"n\":-1}",
         "'data' has \"n\":-1 where a whole number from 0 to 999999 is expected, such as 20"},
        {"{\"t\":\"data\",\"ok\":true,\"n\":1000000}",
         "'data' has \"n\":1000000 where a whole number from 0 to 999999 is expected, such as 20"},
    };
    struct said s;
    begin(&s, HELLO);
    say(&s, "{\"t\":\"open\"}");
    assert_int_equal(s.ev.said, NT_ADAPTER_OPEN);
    say(&s, "{\"t\":\"data\",\"ok\":true,\"n\":20}");
    assert_true(s.ev.said == NT_ADAPTER_DATA && s.ev.ok && s.ev.n == 20);
    say(&s, "{\"t\":\"data\",\"ok\":false,\"n\":999999}");
    assert_true(s.ev.said == NT_ADAPTER_DATA && !s.ev.ok && s.ev.n == 999999);
    end(&s);
    are_breaches(HELLO, "{\"t\":\"open\"}", rows, sizeof rows / sizeof *rows);
}

TEST(the_longest_line_is_read)
{
    static const char before[] = "{\"t\":\"signal\",\"desc\":{\"type\":\"offer\",\"sdp\":\"", after[] = "\"}}";
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
    assert_int_equal(s.ev.said, NT_ADAPTER_NO_MESSAGE);
    for (size_t i = 0; i + 5 < LONG; i += 5)
        memcpy(deep + i, "{\"a\":", 5);
    say(&s, deep);
    assert_int_equal(s.ev.said, NT_ADAPTER_WRONG);
    end(&s);
    free(line);
    free(deep);
}

TEST(names_have_their_length)
{
    char line[1000];
    struct said s;
    for (int len = 60; len <= 61; len++) {
        snprintf(line, sizeof line, "{\"t\":\"hello\",\"kind\":\"ice\",\"stack\":\"%060d\",\"version\":\"%0*d\"}", 1, len, 2);
        begin(&s, line);
        assert_int_equal(s.ev.said, len == 60 ? NT_ADAPTER_HELLO : NT_ADAPTER_WRONG);
        assert_int_equal(strlen(s.reader.hello.version), len == 60 ? 60 : 0);
        end(&s);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_line_is_hello),
                                       cmocka_unit_test(each_key_of_hello_has_its_values),
                                       cmocka_unit_test(hello_is_read),
                                       cmocka_unit_test(lo_can_be_asked_for_at_any_time),
                                       cmocka_unit_test(what_does_not_begin_as_a_message_is_passed_over),
                                       cmocka_unit_test(what_begins_as_a_message_is_one_object_of_json),
                                       cmocka_unit_test(each_message_is_one_of_the_contracts),
                                       cmocka_unit_test(descriptions_are_of_their_kind),
                                       cmocka_unit_test(an_answerer_says_answer),
                                       cmocka_unit_test(a_credential_has_its_length),
                                       cmocka_unit_test(each_candidate_is_one_line_or_the_end),
                                       cmocka_unit_test(what_comes_too_early_or_twice_breaks_the_order),
                                       cmocka_unit_test(a_restart_is_a_description_with_new_credentials),
                                       cmocka_unit_test(a_new_offer_asks_for_an_answer),
                                       cmocka_unit_test(candidates_belong_to_a_description),
                                       cmocka_unit_test(caps_are_a_list_of_known_words),
                                       cmocka_unit_test(nothing_counts_after_bye),
                                       cmocka_unit_test(candidates_are_read_with_and_without_a),
                                       cmocka_unit_test(states_are_w3cs),
                                       cmocka_unit_test(the_selected_pair_has_two_ends),
                                       cmocka_unit_test(data_counts_echoes),
                                       cmocka_unit_test(the_longest_line_is_read),
                                       cmocka_unit_test(names_have_their_length)};
    return RUN_TESTS(tests);
}
