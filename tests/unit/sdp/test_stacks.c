/* What real stacks send (tests/vectors/sdp): each description, with both kinds of line ends, and candidates as they trickle; and
 * the form that WebRTC stacks take. */
#include "core/base/err.h"
#include "core/sdp/sdp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

static char text[NT_SDP_MAX];

/* The vector's length, in `text`; `crlf`: with the line ends that stacks send. */
static size_t load(const char *name, bool crlf)
{
    char path[512];
    size_t n = 0;
    snprintf(path, sizeof path, TEST_SOURCE_DIR "/tests/vectors/sdp/%s", name);
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("%s is not there", path);
    for (int ch; (ch = fgetc(f)) != EOF;) {
        assert_true(n + 2 < sizeof text);
        if (ch == '\n' && crlf)
            text[n++] = '\r';
        text[n++] = (char)ch;
    }
    fclose(f);
    return n;
}

struct row {
    const char *file, *ufrag, *pwd, *mid;
    size_t candidates;
    const char *passed;       /* a letter for each candidate that is of no use here: t TCP, l .local */
    const char *default_addr; /* "": none */
    bool end, trickle, ice2, lite;
    size_t streams;     /* 0: 1 */
    const char *breach; /* what it does against the grammar; NULL: nothing */
};

static const struct row rows[] = {
    {"chromium-offer.sdp", "0Iqb", "18gH8P63Bx3JOX40N1VrQUP/", "0", 0, "", "", .trickle = true},
    {"chromium-gathered.sdp", "gydc", "qEA+KCGezaoGknNYbpAADXBK", "0", 2, "l", "203.0.113.2:52200", .trickle = true},
    {"chromium-audio-video.sdp", "XAAr", "Dnm1QoFhgWUX3RURw+i2gUQA", "0", 2, "", "203.0.113.2:61397", .trickle = true,
     .streams = 2},
    {"libwebrtc-gathered.sdp", "FC2g", "PAYzNn2P/NKl3nPazdVjK5Vj", "0", 4, "tt", "192.168.1.2:46243", .trickle = true},
    {"firefox-offer.sdp", "b590d940", "34dfb654996bd42f78e0feeadd7122bd", "0", 3, "lt", "203.0.113.101:59261", .end = true,
     .trickle = true},
    {"firefox-session-level.sdp", "5a1c77e0", "65255873441c59296e82b673959f8c67", "sdparta_0", 2, "tt", "192.168.1.2:33514",
     .end = true, .trickle = true},
    {"libdatachannel-offer.sdp", "OeCX", "q5L4wRmTkz2hbkZ1JWa7Hx", "0", 0, "", "", .trickle = true, .ice2 = true,
     .breach = "spaces separate options"},
    {"wrtc-answer.sdp", "bb4/", "gtAzU2d5fAuDbBbSRSEUMboC", "0", 4, "tttt", "192.0.2.2:52400", .trickle = true},
    {"libdatachannel-gathered.sdp", "YTDX", "5TvzN7tSbIyHjIk7WtUmIH", "0", 2, "", "192.0.2.2:50506", .end = true, .trickle = true,
     .ice2 = true, .breach = "spaces separate options"},
    {"libjuice.sdpfrag", "Jz7k", "xN+u/8wYtB2cVdQe4rPz1K", "", 2, "", "", .end = true, .trickle = true, .ice2 = true,
     .breach = "spaces separate options"},
    {"aiortc-offer.sdp", "5mFr", "zTq8kRu2vXw4yZa6bCd0eF", "0", 3, "", "192.168.1.2:39587", .end = true},
    {"aiortc-answer.sdp", "Q7ab", "mNb5vCx3zLk1jHg9fDs7aP", "0", 1, "", "192.168.1.2:39588", .end = true},
    {"werift-offer.sdp", "913c", "537ce28ecac6bb457c58ff", "0", 2, "", "", .end = true, .trickle = true},
    {"pion-answer.sdp", "yLtGzdIpQvBeXmKc", "WqSxEdCrFvTgByHnUjMiKoLpAzQwSxEd", "0", 4, "t", "", .end = true},
    {"libnice-webrtcbin-offer.sdp", "kX9+", "rB6qWn3sLz8vTy1uPc4dGh", "application0", 4, "tt", "", .trickle = true},
    {"mediasoup-lite.sdp", "pwxq4v3ml0g5tq2gb6cm", "2vzwm4hm1g3bk5jrj1a6yx3zr9q5v7fb", "datachannel", 1, "t", "127.0.0.1:7",
     .end = true, .lite = true},
    {"kinesis-offer.sdp", "mWZs", "oNhP3Fq9Ld7TkRv5Xb1CyJ2eUaGi8Ss4", "0", 1, "", "127.0.0.1:9", .end = false},
};

static struct nt_sdp_notes notes; /* of the last reading */

static struct nt_ice_description read_file(const char *file, bool crlf)
{
    struct nt_ice_description d;
    size_t n = load(file, crlf);
    int r = strstr(file, ".sdpfrag") != NULL ? nt_sdp_read_fragment(&d, text, n, &notes) : nt_sdp_read(&d, text, n, &notes);
    if (r != NT_OK)
        fail_msg("%s: %d: line %zu, column %zu: %s", file, r, notes.notes[0].line, notes.notes[0].column, notes.notes[0].what);
    return d;
}

static void assert_notes(const struct row *row, bool crlf)
{
    const char *passed = row->passed;
    assert_int_equal(notes.of_kind[NT_SDP_BREACH], (row->breach != NULL) + !crlf);
    assert_int_equal(notes.of_kind[NT_SDP_UNSUPPORTED], strlen(row->passed));
    for (size_t i = 0; i < nt_sdp_notes_kept(&notes); i++) {
        const struct nt_sdp_note *note = &notes.notes[i];
        if (note->kind == NT_SDP_UNSUPPORTED)
            assert_non_null(strstr(note->what, *passed++ == 't' ? "TCP" : ".local"));
        else if (note->line > 1 || crlf)
            assert_string_equal(note->what, row->breach);
    }
}

static void assert_row(const struct row *row, const struct nt_ice_description *d)
{
    const struct nt_ice_stream_description *s = &d->streams[0];
    char buf[NT_ADDR_TEXT];
    assert_int_equal(d->stream_count, row->streams != 0 ? row->streams : 1);
    assert_string_equal(s->ufrag, row->ufrag);
    assert_string_equal(s->pwd, row->pwd);
    assert_string_equal(s->mid, row->mid);
    assert_int_equal(s->candidate_count, row->candidates);
    assert_string_equal(nt_addr_is_set(&s->default_addr) ? nt_addr_format(&s->default_addr, buf) : "", row->default_addr);
    assert_int_equal(s->end_of_candidates || d->end_of_candidates, row->end);
    assert_int_equal(d->trickle, row->trickle);
    assert_int_equal(d->ice2, row->ice2);
    assert_int_equal(d->lite, row->lite);
}

TEST(descriptions)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int crlf = 0; crlf < 2; crlf++) {
            struct nt_ice_description d = read_file(rows[i].file, crlf != 0);
            print_message("%s\n", rows[i].file);
            assert_row(&rows[i], &d);
            assert_notes(&rows[i], crlf != 0);
            nt_ice_description_free(&d);
        }
}

static void assert_candidate(const struct nt_ice_candidate *c, enum nt_ice_type type, const char *addr, const char *related,
                             uint32_t priority)
{
    char a[NT_ADDR_TEXT], b[NT_ADDR_TEXT];
    assert_int_equal(c->type, type);
    assert_string_equal(nt_addr_format(&c->addr, a), addr);
    assert_string_equal(nt_addr_is_set(&c->related) ? nt_addr_format(&c->related, b) : "", related);
    assert_int_equal(c->priority, priority);
}

TEST(candidates)
{
    struct nt_ice_description d = read_file("libwebrtc-gathered.sdp", true);
    const struct nt_ice_candidate *c = d.streams[0].candidates;
    assert_candidate(&c[0], NT_ICE_HOST, "192.168.1.2:46243", "", 2122260223);
    assert_candidate(&c[1], NT_ICE_HOST, "[2001:db8:1::2]:51312", "", 2122197247);
    assert_candidate(&c[2], NT_ICE_SRFLX, "203.0.113.2:46243", "192.168.1.2:46243", 1686052607);
    assert_candidate(&c[3], NT_ICE_RELAY, "203.0.113.101:49160", "203.0.113.2:46243", 41885439);
    nt_ice_description_free(&d);
    d = read_file("firefox-offer.sdp", true);
    c = d.streams[0].candidates;
    assert_candidate(&c[0], NT_ICE_SRFLX, "203.0.113.2:52465", "0.0.0.0:0", 1686052863);
    assert_candidate(&c[1], NT_ICE_RELAY, "203.0.113.101:59261", "203.0.113.101:59261", 92217087);
    nt_ice_description_free(&d);
    d = read_file("pion-answer.sdp", true);
    assert_int_equal(d.streams[0].candidates[1].component,
                     2); /* of a second component nobody asked for: the agent's to pass over */
    nt_ice_description_free(&d);
}

/* Each line of the file alone, into a fragment's stream, as a signalling channel of WebRTC brings them. */
TEST(trickled)
{
    struct nt_ice_description d;
    const char *what;
    int tcp = 0, local = 0;
    char *line = text;
    text[load("trickled.txt", false)] = '\0';
    assert_int_equal(nt_ice_description_init(&d, 2), NT_OK);
    for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        assert_false(d.streams[1].end_of_candidates);
        int r = nt_sdp_add_candidate(&d, 2, line, (size_t)(end - line), &what);
        assert_true(r == NT_OK ? what == NULL : r == NT_EUNSUPPORTED && what != NULL);
        tcp += r == NT_EUNSUPPORTED && strstr(what, "TCP") != NULL;
        local += r == NT_EUNSUPPORTED && strstr(what, ".local") != NULL;
    }
    const struct nt_ice_stream_description *s = &d.streams[1];
    assert_true(s->end_of_candidates); /* by the last line, an empty one */
    assert_int_equal(s->candidate_count, 7);
    assert_int_equal(s->candidates[0].stream, 2);
    assert_true(tcp == 2 && local == 1);
    assert_int_equal(d.streams[0].candidate_count, 0);
    assert_false(d.streams[0].end_of_candidates);
    assert_int_equal(nt_sdp_add_candidate(&d, 1, "", 0, &what), NT_OK);
    assert_true(d.streams[0].end_of_candidates);
    assert_int_equal(nt_sdp_add_candidate(&d, 1, "candidate:1 1", 13, &what), NT_EFORMAT);
    assert_non_null(strstr(what, "space"));
    assert_int_equal(nt_sdp_add_candidate(&d, 1, "candid", 6, &what), NT_EFORMAT);
    assert_non_null(strstr(what, "candidate:"));
    nt_ice_description_free(&d);
}

TEST(too_many)
{
    static const char udp[] = "candidate:1 1 UDP 1 192.0.2.1 9 typ host";
    struct nt_ice_description d;
    const char *what;
    assert_int_equal(nt_ice_description_init(&d, 1), NT_OK);
    for (int i = 0; i < NT_ICE_CANDIDATES_MAX; i++)
        assert_int_equal(nt_sdp_add_candidate(&d, 1, udp, sizeof udp - 1, &what), NT_OK);
    assert_int_equal(nt_sdp_add_candidate(&d, 1, udp, sizeof udp - 1, &what), NT_ELIMIT);
    assert_non_null(strstr(what, "256"));
    nt_ice_description_free(&d);
}

/* --- the form for WebRTC --- */
static const char *written(const struct nt_ice_description *d, const struct nt_sdp_datachannel *channel)
{
    struct nt_sdp_write options = {.session_id = 7, .version = 2, .datachannel = channel};
    int n = nt_sdp_write(d, &options, text, sizeof text - 1);
    assert_true(n > 0);
    text[n] = '\0';
    for (int cap = 0; cap <= n; cap++) {
        static char less[NT_SDP_MAX];
        assert_int_equal(nt_sdp_write(d, &options, less, (size_t)cap), NT_ENOSPC);
    }
    return text;
}

static struct nt_ice_description ours(void)
{
    struct nt_ice_description d;
    const char *what, line[] = "candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host";
    assert_int_equal(nt_ice_description_init(&d, 1), NT_OK);
    d.ice2 = d.trickle = true;
    strcpy(d.streams[0].ufrag, "8hhY");
    strcpy(d.streams[0].pwd, "asd88fgpdd777uzjYhagZg");
    assert_int_equal(nt_sdp_add_candidate(&d, 1, line, sizeof line - 1, &what), NT_OK);
    return d;
}

TEST(offer)
{
    struct nt_sdp_datachannel channel = {0};
    struct nt_ice_description d = ours(), back;
    assert_string_equal(
        written(&d, &channel),
        "v=0\r\no=- 7 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=ice-options:ice2 trickle\r\n"
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"
        "a=fingerprint:sha-256 00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00\r\n"
        "a=setup:actpass\r\na=sctp-port:5000\r\na=max-message-size:262144\r\na=mid:0\r\n"
        "a=candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host\r\n");
    assert_int_equal(nt_sdp_read(&back, text, strlen(text), &notes), NT_OK);
    assert_string_equal(back.streams[0].ufrag, "8hhY");
    assert_string_equal(back.streams[0].mid, "0");
    assert_true(back.trickle && back.ice2);
    assert_false(nt_addr_is_set(&back.streams[0].default_addr));
    assert_int_equal(back.streams[0].candidate_count, 1);
    assert_memory_equal(&back.streams[0].candidates[0], &d.streams[0].candidates[0], sizeof *d.streams[0].candidates);
    nt_ice_description_free(&back);
    nt_ice_description_free(&d);
}

/* The tag is the offer's (RFC 5888, 9.1), and what the owner says stands there. */
TEST(answer)
{
    struct nt_sdp_datachannel channel = {.fingerprint = "AB:CD", .setup = "passive"};
    struct nt_ice_description d = ours(), back;
    strcpy(d.streams[0].mid, "data");
    d.streams[0].default_addr = d.streams[0].candidates[0].addr;
    d.streams[0].end_of_candidates = true;
    const char *sdp = written(&d, &channel);
    assert_non_null(strstr(sdp, "a=group:BUNDLE data\r\n"));
    assert_non_null(strstr(sdp, "m=application 5000 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 192.0.2.1\r\n"));
    assert_non_null(strstr(sdp, "a=fingerprint:sha-256 AB:CD\r\na=setup:passive\r\n"));
    assert_non_null(strstr(sdp, "a=mid:data\r\n"));
    assert_null(strstr(strstr(sdp, "a=mid:data") + 1, "a=mid"));
    assert_int_equal(nt_sdp_read(&back, sdp, strlen(sdp), &notes), NT_OK);
    assert_string_equal(back.streams[0].mid, "data");
    assert_true(back.streams[0].end_of_candidates);
    nt_ice_description_free(&back);
    nt_ice_description_free(&d);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptions), cmocka_unit_test(candidates), cmocka_unit_test(trickled),
        cmocka_unit_test(too_many),     cmocka_unit_test(offer),      cmocka_unit_test(answer),
    };
    return RUN_TESTS(tests);
}
