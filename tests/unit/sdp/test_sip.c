/* SIP framing: what is written, exactly; what is read, with an example of RFC 3261 and each header missing, twice or wrong. */
#include "core/base/err.h"
#include "core/sdp/sdp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

static struct nt_sip_message invite(void)
{
    struct nt_sip_message m = {.kind = NT_SIP_INVITE,
                               .cseq = 1,
                               .call_id = "17@L",
                               .from = "L",
                               .to = "R",
                               .branch = "z9hG4bK1",
                               .body = "v=0\r\n",
                               .body_len = 5};
    assert_int_equal(nt_addr_parse(&m.via, "192.0.2.1:5060"), NT_OK);
    return m;
}

static const char *written(const struct nt_sip_message *m)
{
    static char buf[2048];
    int n = nt_sip_write(m, buf, sizeof buf - 1);
    assert_true(n > 0);
    buf[n] = '\0';
    return buf;
}

static int reads(struct nt_sip_message *m, const char *text)
{
    return nt_sip_read(m, text, strlen(text));
}

/* The value of a header in a text; "" without it. */
static const char *header(const char *text, const char *name)
{
    static char value[4][128];
    static int turn;
    char *out = value[turn++ % 4];
    const char *at = strstr(text, name);
    out[0] = '\0';
    if (at != NULL)
        snprintf(out, 128, "%.*s", (int)strcspn(at, "\r"), at);
    return out;
}

TEST(invite_text)
{
    struct nt_sip_message m = invite();
    const char *text = written(&m);
    assert_int_equal(
        strncmp(text, "INVITE sip:R@natsim.invalid SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n", 85), 0);
    assert_string_equal(header(text, "Max-Forwards"), "Max-Forwards: 70");
    assert_int_equal(strncmp(header(text, "From:"), "From: <sip:L@natsim.invalid>;tag=", 33), 0);
    assert_string_equal(header(text, "To:"), "To: <sip:R@natsim.invalid>"); /* RFC 3261, 8.1.1.2: no tag outside of a dialog */
    assert_string_equal(header(text, "Call-ID"), "Call-ID: 17@L");
    assert_string_equal(header(text, "CSeq"), "CSeq: 1 INVITE");
    assert_string_equal(header(text, "Contact"), "Contact: <sip:L@192.0.2.1:5060>");
    assert_string_equal(header(text, "Content-Type"), "Content-Type: application/sdp");
    assert_string_equal(header(text, "Content-Length"), "Content-Length: 5");
    assert_string_equal(strstr(text, "\r\n\r\n") + 4, "v=0\r\n");
    m.branch[0] = '7', m.branch[1] = '\0';
    assert_string_equal(header(written(&m), "Via"), "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK7");
}

/* RFC 3261, 12.2.1.1: the dialog's tags are the same in every later message, whoever sends it. */
TEST(tags_of_a_dialog)
{
    struct nt_sip_message m = invite();
    char caller[128], callee[128], from[128], to[128];
    snprintf(caller, sizeof caller, "%s", strstr(header(written(&m), "From:"), "<"));
    m.kind = NT_SIP_OK;
    const char *text = written(&m);
    assert_int_equal(strncmp(text, "SIP/2.0 200 OK\r\n", 16), 0);
    assert_null(strstr(text, "Max-Forwards"));
    assert_string_equal(header(text, "CSeq"), "CSeq: 1 INVITE");
    assert_non_null(strstr(text, "Contact: "));
    assert_string_equal(strstr(header(text, "From:"), "<"), caller);
    snprintf(callee, sizeof callee, "%s", strstr(header(text, "To:"), "<"));
    assert_non_null(strstr(callee, ";tag="));
    assert_string_not_equal(strstr(callee, ";tag="), strstr(caller, ";tag="));
    m.kind = NT_SIP_BYE;
    strcpy(m.from, "R");
    strcpy(m.to, "L");
    m.body_len = 0;
    text = written(&m);
    snprintf(from, sizeof from, "%s", strstr(header(text, "From:"), "<"));
    snprintf(to, sizeof to, "%s", strstr(header(text, "To:"), "<"));
    assert_string_equal(from, callee);
    assert_string_equal(to, caller);
    assert_null(strstr(text, "Content-Type"));
    assert_string_equal(header(text, "Content-Length"), "Content-Length: 0");
    strcpy(m.call_id, "18@L");
    assert_string_not_equal(strstr(header(written(&m), "From:"), "<"), callee);
}

TEST(trickled)
{
    struct nt_sip_message m = invite(), back;
    m.kind = NT_SIP_INFO;
    m.content_type = "application/trickle-ice-sdpfrag";
    m.content_type_len = strlen(m.content_type);
    const char *text = written(&m);
    assert_string_equal(header(text, "Info-Package"), "Info-Package: trickle-ice");
    assert_string_equal(header(text, "Content-Disposition"), "Content-Disposition: Info-Package");
    assert_int_equal(reads(&back, text), NT_OK);
    assert_int_equal(back.kind, NT_SIP_INFO);
    assert_int_equal(back.content_type_len, m.content_type_len);
    assert_memory_equal(back.content_type, m.content_type, m.content_type_len);
}

/* RFC 8840, 4 and 5.1; RFC 6086, 4.1 */
TEST(trickle_offered)
{
    struct nt_sip_message m = invite();
    assert_null(strstr(written(&m), "trickle"));
    m.trickle = true;
    const char *text = written(&m);
    assert_non_null(strstr(text, "\r\nSupported: trickle-ice\r\n"));
    assert_non_null(strstr(text, "\r\nRecv-Info: trickle-ice\r\n"));
    assert_null(strstr(text, "Require:"));
    m.trickle_required = true;
    assert_non_null(strstr(written(&m), "\r\nRequire: trickle-ice\r\n"));
    m.kind = NT_SIP_OK;
    text = written(&m);
    assert_non_null(strstr(text, "\r\nSupported: trickle-ice\r\n"));
    assert_null(strstr(text, "Require:"));
    m.kind = NT_SIP_ACK;
    assert_null(strstr(written(&m), "trickle"));
}

TEST(round_trips)
{
    static const enum nt_sip_kind kinds[] = {NT_SIP_INVITE, NT_SIP_OK, NT_SIP_ACK, NT_SIP_BYE, NT_SIP_INFO, NT_SIP_REJECTED};
    for (size_t i = 0; i < 2 * sizeof kinds / sizeof *kinds; i++) {
        struct nt_sip_message m = invite(), back;
        m.kind = kinds[i / 2];
        m.answered = nt_sip_is_response(m.kind) ? NT_SIP_BYE : (enum nt_sip_kind)0;
        m.in_dialog = m.kind != NT_SIP_INVITE || i % 2 == 1;
        m.cseq = INT32_MAX;
        if (i % 2 == 1)
            nt_addr_parse(&m.via, "[2001:db8::1]:15060");
        assert_int_equal(reads(&back, written(&m)), NT_OK);
        assert_int_equal(back.kind, m.kind);
        assert_int_equal(back.answered, m.answered);
        assert_int_equal(back.status, m.kind == NT_SIP_REJECTED ? 488 : 0);
        assert_int_equal(back.in_dialog, m.in_dialog);
        assert_int_equal(back.cseq, m.cseq);
        assert_true(nt_addr_equal(&back.via, &m.via));
        assert_string_equal(back.call_id, m.call_id);
        assert_string_equal(back.from, "L");
        assert_string_equal(back.to, "R");
        assert_string_equal(back.branch, m.branch);
        assert_int_equal(back.body_len, 5);
        assert_memory_equal(back.body, "v=0\r\n", 5);
    }
}

/* The first INVITE of RFC 3261, section 24.2 (F1), with an address as sent-by (names are not resolved here), and its headers in
 * compact, folded and unusual forms. */
TEST(foreign)
{
    struct nt_sip_message m;
    assert_int_equal(
        reads(&m, "INVITE sip:bob@biloxi.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKnashds8\r\nMax-Forwards: 70\r\n"
                  "To: Bob <sip:bob@biloxi.com>\r\nFrom: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
                  "Call-ID: a84b4c76e66710\r\nCSeq: 314159 INVITE\r\nContact: <sip:alice@pc33.atlanta.com>\r\n"
                  "Content-Type: application/sdp\r\nContent-Length: 3\r\n\r\nabcdef"),
        NT_OK);
    assert_string_equal(m.to, "bob");
    assert_string_equal(m.from, "alice");
    assert_int_equal(m.cseq, 314159);
    assert_int_equal(m.via.port, 5060);
    assert_false(m.in_dialog);
    assert_int_equal(m.body_len, 3); /* 18.3: the rest of the datagram is discarded */
    assert_int_equal(
        reads(&m, "SIP/2.0 200 OK\nv: SIP/2.0/UDP 192.0.2.1:5070 ;received=1.2.3.4;branch=z9hG4bK2, SIP/2.0/UDP x:1;branch=q\n"
                  "Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK1\nf: sip:alice@atlanta.com;tag=88\nt:\n <sip:bob@b>\n ;tag=1\n"
                  "i:x\nCSEQ: 2 BYE\nc: application/sdp\n\nbody"),
        NT_OK);
    assert_int_equal(m.answered, NT_SIP_BYE);
    assert_int_equal(m.via.port, 5070);
    assert_string_equal(m.branch, "z9hG4bK2");
    assert_string_equal(m.to, "bob");
    assert_true(m.in_dialog);
    assert_int_equal(m.body_len, 4);
}

#define START "BYE sip:R@x SIP/2.0\r\n"
#define VIA "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n"
#define FROM "From: <sip:L@x>;tag=1\r\n"
#define TO "To: <sip:R@x>;tag=2\r\n"
#define CALL "Call-ID: 1\r\n"
#define CSEQ "CSeq: 2 BYE\r\n"

TEST(refused)
{
    struct nt_sip_message m;
    assert_int_equal(reads(&m, START VIA FROM TO CALL CSEQ "\r\n"), NT_OK);
    static const char *const texts[] = {
        "",
        "\r\n",
        "BYE",
        START,
        START VIA FROM TO CALL CSEQ, /* no empty line */
        "BYE sip:R@x SIP/3.0\r\n" VIA FROM TO CALL CSEQ "\r\n",
        "SIP/2.0 2000 OK\r\n" VIA FROM TO CALL CSEQ "\r\n",
        "S@BSCRIBE sip:R@x SIP/2.0\r\n" VIA FROM TO CALL CSEQ "\r\n",
        START FROM TO CALL CSEQ "\r\n",
        START VIA TO CALL CSEQ "\r\n",
        START VIA FROM CALL CSEQ "\r\n",
        START VIA FROM TO CSEQ "\r\n",
        START VIA FROM TO CALL "\r\n",
        START VIA FROM FROM TO CALL CSEQ "\r\n",
        START VIA FROM TO TO CALL CSEQ "\r\n",
        START VIA FROM TO CALL CALL CSEQ "\r\n",
        START VIA FROM TO CALL CSEQ CSEQ "\r\n",
        START VIA FROM TO CALL "CSeq: 2 INVITE\r\n\r\n",
        START VIA FROM TO CALL "CSeq: 2147483648 BYE\r\n\r\n",
        START VIA FROM TO CALL "CSeq: x BYE\r\n\r\n",
        START VIA FROM TO CALL "CSeq: 2\r\n\r\n",
        START "Via: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK1\r\n" FROM TO CALL CSEQ "\r\n",
        START "Via: SIP/2.0/UDP host:5060;branch=z9hG4bK1\r\n" FROM TO CALL CSEQ "\r\n",
        START "Via: SIP/2.0/UDP 192.0.2.1:5060\r\n" FROM TO CALL CSEQ "\r\n",
        START VIA "From: <L@x>\r\n" TO CALL CSEQ "\r\n",
        START VIA "From: <sip:L>\r\n" TO CALL CSEQ "\r\n",
        START VIA "From: <sip:@x>\r\n" TO CALL CSEQ "\r\n",
        START VIA FROM TO "Call-ID:\r\n" CSEQ "\r\n",
        START VIA FROM TO CALL CSEQ "Content-Length: 1\r\n\r\n",
        START VIA FROM TO CALL CSEQ "Content-Length: -1\r\n\r\n",
        START VIA FROM TO CALL CSEQ "Content-Length: 0\r\nl: 0\r\n\r\n",
        START VIA FROM TO CALL CSEQ "no colon\r\n\r\n",
        START VIA FROM TO CALL CSEQ "b@d: 1\r\n\r\n",
        START VIA FROM TO CALL CSEQ " ",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t len = strlen(texts[i]);
        char *copy = malloc(len + 1); /* without a NUL, for the address sanitizer */
        assert_non_null(copy);
        memcpy(copy, texts[i], len);
        struct nt_sip_message before;
        memset(&m, 0x5a, sizeof m);
        before = m;
        if (nt_sip_read(&m, copy, len) != NT_EFORMAT)
            fail_msg("%zu accepted: %s", i, texts[i]);
        assert_memory_equal(&m, &before, sizeof m);
        free(copy);
    }
}

/* Nothing is wrong with them. */
TEST(texts_that_are_too_long)
{
    struct nt_sip_message m;
    char text[600], id[NT_SIP_TEXT_MAX + 2] = "";
    for (size_t len = NT_SIP_TEXT_MAX; len <= NT_SIP_TEXT_MAX + 1; len++) {
        memset(id, 'x', len);
        snprintf(text, sizeof text, START VIA FROM TO "Call-ID: %s\r\n" CSEQ "\r\n", id);
        assert_int_equal(reads(&m, text), len <= NT_SIP_TEXT_MAX ? NT_OK : NT_ELIMIT);
    }
}

TEST(rejections)
{
    struct nt_sip_message m;
    assert_int_equal(reads(&m, "SIP/2.0 300 Multiple Choices\r\n" VIA FROM TO CALL CSEQ "\r\n"), NT_OK);
    assert_int_equal(m.status, 300);
    assert_int_equal(reads(&m, "SIP/2.0 606 Not Acceptable\r\n" VIA FROM TO CALL CSEQ "\r\n"), NT_OK);
    assert_int_equal(m.kind, NT_SIP_REJECTED);
    assert_int_equal(m.answered, NT_SIP_BYE);
    assert_int_equal(m.status, 606);
    m = invite();
    m.kind = NT_SIP_REJECTED;
    const char *text = written(&m);
    assert_int_equal(strncmp(text, "SIP/2.0 488 Not Acceptable Here\r\nVia: ", 38), 0);
    assert_string_equal(header(text, "CSeq:"), "CSeq: 1 INVITE");
    assert_non_null(strstr(header(text, "To:"), ";tag=")); /* RFC 3261, 8.2.6.2 */
    assert_null(strstr(text, "Contact:"));
    assert_null(strstr(text, "Max-Forwards:"));
    assert_null(strstr(text, "Retry-After:"));
}

/* RFC 3261, 14.2, 15.1.2, 20.33 */
TEST(rejections_by_status)
{
    static const struct {
        uint16_t status;
        const char *line;
    } written_as[] = {{481, "SIP/2.0 481 Call/Transaction Does Not Exist\r\n"},
                      {487, "SIP/2.0 487 Request Terminated\r\n"},
                      {491, "SIP/2.0 491 Request Pending\r\n"},
                      {500, "SIP/2.0 500 Server Internal Error\r\n"}};
    struct nt_sip_message m = invite(), back;
    char buf[2048];
    m.kind = NT_SIP_REJECTED;
    m.retries = true;
    m.retry_after = 7;
    for (size_t i = 0; i < sizeof written_as / sizeof *written_as; i++) {
        m.status = written_as[i].status;
        const char *text = written(&m);
        assert_int_equal(strncmp(text, written_as[i].line, strlen(written_as[i].line)), 0);
        assert_int_equal(reads(&back, text), NT_OK);
        assert_int_equal(back.status, m.status);
        assert_true(back.retries);
        assert_int_equal(back.retry_after, 7);
    }
    m.status = 486;
    assert_int_equal(nt_sip_write(&m, buf, sizeof buf), NT_EINVAL);
}

TEST(retry_after_is_read_in_all_its_forms)
{
    static const struct {
        const char *value;
        bool retries;
        uint32_t seconds;
    } of[] = {{"18000;duration=3600", true, 18000}, {" 120 (I'm in a meeting)", true, 120}, {"0", true, 0}, {"soon", false, 0}};
    struct nt_sip_message m;
    char text[400];
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        snprintf(text, sizeof text, "SIP/2.0 500 x\r\n" VIA FROM TO CALL CSEQ "Retry-After: %s\r\n\r\n", of[i].value);
        assert_int_equal(reads(&m, text), NT_OK);
        assert_int_equal(m.retries, of[i].retries);
        assert_int_equal(m.retry_after, of[i].seconds);
    }
}

/* RFC 3261, 17.2.1: To has no tag where the request had none. */
TEST(provisional_responses)
{
    struct nt_sip_message m = invite(), read;
    char buf[2048];
    m.kind = NT_SIP_PROVISIONAL;
    m.answered = NT_SIP_INVITE;
    m.body_len = 0;
    for (int in_dialog = 0; in_dialog <= 1; in_dialog++) {
        m.in_dialog = in_dialog;
        int n = nt_sip_write(&m, buf, sizeof buf);
        assert_true(n > 0);
        assert_memory_equal(buf, "SIP/2.0 100 Trying\r\n", 20);
        assert_int_equal(nt_sip_read(&read, buf, (size_t)n), NT_OK);
        assert_int_equal(read.kind, NT_SIP_PROVISIONAL);
        assert_int_equal(read.answered, NT_SIP_INVITE);
        assert_int_equal(read.status, 100);
        assert_int_equal(read.in_dialog, in_dialog);
    }
    assert_int_equal(reads(&m, "SIP/2.0 199 x\r\n" VIA FROM TO CALL CSEQ "\r\n"), NT_OK);
    assert_int_equal(m.status, 199);
}

TEST(other_kinds)
{
    struct nt_sip_message m;
    static const char *const texts[] = {
        "SUBSCRIBE sip:R@x SIP/2.0\r\n" VIA FROM TO CALL CSEQ "\r\n",
        "bye sip:R@x SIP/2.0\r\n" VIA FROM TO CALL CSEQ "\r\n",
        "BYE tel:R@x SIP/2.0\r\n" VIA FROM TO CALL CSEQ "\r\n",
        "SIP/2.0 202 Accepted\r\n" VIA FROM TO CALL CSEQ "\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(reads(&m, texts[i]), NT_EUNSUPPORTED);
}

TEST(not_written)
{
    char buf[2048];
    struct nt_sip_message m = invite();
    int n = nt_sip_write(&m, buf, sizeof buf);
    for (size_t cap = 0; cap < (size_t)n; cap++)
        assert_int_equal(nt_sip_write(&m, buf, cap), NT_ENOSPC);
    strcpy(m.from, "a b");
    assert_int_equal(nt_sip_write(&m, buf, sizeof buf), NT_EINVAL);
    m = invite();
    strcpy(m.call_id, "x\r\nEvil: 1");
    assert_int_equal(nt_sip_write(&m, buf, sizeof buf), NT_EINVAL);
    m = invite();
    m.via = (struct nt_addr){0};
    assert_int_equal(nt_sip_write(&m, buf, sizeof buf), NT_EINVAL);
    m = invite();
    memset(m.branch, 'b', 249); /* 256 with the "z9hG4bK" it lacks */
    m.branch[249] = '\0';
    assert_int_equal(nt_sip_write(&m, buf, sizeof buf), NT_EINVAL);
    m.branch[248] = '\0';
    assert_true(nt_sip_write(&m, buf, sizeof buf) > 0);
    m = invite();
    m.kind = (enum nt_sip_kind)0;
    assert_int_equal(nt_sip_write(&m, buf, sizeof buf), NT_EINVAL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invite_text),
        cmocka_unit_test(tags_of_a_dialog),
        cmocka_unit_test(trickled),
        cmocka_unit_test(trickle_offered),
        cmocka_unit_test(round_trips),
        cmocka_unit_test(foreign),
        cmocka_unit_test(refused),
        cmocka_unit_test(provisional_responses),
        cmocka_unit_test(other_kinds),
        cmocka_unit_test(rejections),
        cmocka_unit_test(texts_that_are_too_long),
        cmocka_unit_test(not_written),
        cmocka_unit_test(rejections_by_status),
        cmocka_unit_test(retry_after_is_read_in_all_its_forms),
    };
    return RUN_TESTS(tests);
}
