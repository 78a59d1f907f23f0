/* RFC 8839, 5: each malformed line is named, and the others are judged; what only our reader lacks is no breach. */
#include "tests/unit/conformance/forge_server.h"
#include "tests/unit/conformance/stories.h"

#define CREDENTIALS "a=ice-ufrag:LLLL\r\na=ice-pwd:passwordofLpasswordofL\r\n"
#define HOST "a=candidate:1 1 UDP 2130706431 10.0.0.1 5000 typ host\r\n"

/* L's offer, with these lines at the end. */
static void offer(struct forge *f, const char *lines)
{
    char sdp[6144], sip[8192];
    struct nt_addr l = addr("198.18.0.1:5060"), r = addr("198.18.0.2:5060");
    int n = snprintf(sdp, sizeof sdp,
                     "v=0\r\no=l 1 1 IN IP4 10.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-options:ice2\r\nm=audio 5000 RTP/AVP 0\r\n"
                     "c=IN IP4 10.0.0.1\r\n" CREDENTIALS HOST "%s",
                     lines);
    struct nt_sip_message m = {.kind = NT_SIP_INVITE,
                               .cseq = 1,
                               .call_id = "1@natsim.invalid",
                               .from = "l",
                               .to = "r",
                               .branch = "z9hG4bK1",
                               .via = l,
                               .body = sdp,
                               .body_len = (size_t)n};
    int len = nt_sip_write(&m, sip, sizeof sip);
    if (len < 0 || n >= (int)sizeof sdp)
        abort();
    f->guilty = (uint32_t)f->c.frame_count + 1;
    cross(f, TAP_L_SIGNALLING, TAP_R_SIGNALLING, l, r, (uint8_t *)sip, (size_t)len);
}

static void what_our_reader_lacks(struct forge *f)
{
    offer(f, "a=candidate:2 1 TCP 2105458943 10.0.0.1 9 typ host tcptype active\r\n"
             "a=candidate:3 1 SCTP 2105458942 10.0.0.1 5000 typ host\r\n"
             "a=candidate:4 1 UDP 2105458941 10.0.0.1 5000 typ quantum\r\n"
             "a=unknown:what ever (it) is\r\n"
             "a=mid:123456789012345678901234567890123\r\n"
             "m=video 5002 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=mid:2\r\n"
             "m=video 0 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\n");
}

/* The default destination of the second stream is that of a line that is too long for our reader. */
static void a_candidate_beyond_our_limits(struct forge *f)
{
    char lines[5120];
    snprintf(lines, sizeof lines,
             "m=video 5002 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\n" CREDENTIALS
             "a=candidate:1 1 UDP 2130706431 10.0.0.1 5002 typ host note %04200d\r\n"
             "a=candidate:2 1 UDP 2130706175 10.0.0.2 5003 typ host\r\n",
             0);
    offer(f, lines);
}

static void three_malformed_lines(struct forge *f)
{
    offer(f, "a=candidate:2 1 UDP 0 10.0.0.1 5001 typ host\r\n"
             "candidate:3 1 UDP 2130706430 10.0.0.1 5002 typ host\r\n"
             "a=candidate:4 1 UDP 2130706430 [10.0.0.1] 5002 typ host \r\n"); /* its first fault */
}

/* The good lines are judged as ever. */
static void a_malformed_line_hides_no_other(struct forge *f)
{
    offer(f, "garbage\r\na=candidate:2 1 UDP 2130706175 127.0.0.1 5000 typ host\r\n");
}

/* A tag that is too long, and another kind of response than those that are read. */
static void what_is_not_read(struct forge *f)
{
    static const char progress[] = "SIP/2.0 183 Session Progress\r\n\r\n";
    static const char lines[] = "a=mid:123456789012345678901234567890123\r\n";
    offer(f, lines);
    cross(f, TAP_R_SIGNALLING, TAP_L_SIGNALLING, addr("198.18.0.2:5060"), addr("198.18.0.1:5060"), (const uint8_t *)progress,
          sizeof progress - 1);
}

static bool is_not_judged(const struct nt_conf_verdict *v, const char *party, const char *why)
{
    for (size_t i = 0; i < v->not_judged_count; i++)
        if (strcmp(v->not_judged[i].rule->id, "RFC8839-5-grammar") == 0 && strcmp(v->not_judged[i].party, party) == 0)
            return strstr(v->not_judged[i].why, why) != NULL;
    return false;
}

TEST(what_is_not_read_is_said)
{
    struct nt_conf_verdict v;
    judge_story(what_is_not_read, &v);
    assert_true(is_not_judged(&v, "L", "beyond the limits"));
    assert_true(is_not_judged(&v, "R", "a SIP message"));
    nt_conf_verdict_free(&v);
}

TEST(nobody_is_blamed_for_our_limits)
{
    static const struct story stories[] = {STORY_OF(what_our_reader_lacks, "RFC8839-5-grammar"),
                                           STORY(a_candidate_beyond_our_limits)};
    judge_stories(stories, sizeof stories / sizeof stories[0]);
}

TEST(each_malformed_line_is_named)
{
    struct nt_conf_verdict v;
    uint32_t guilty = judge_story(three_malformed_lines, &v);
    static const char *const details[] = {"line 11: a priority is a number from 1 to 2147483647",
                                          "line 12: a line starts with a letter and '='",
                                          "line 13: an address is an IPv4 or IPv6 address, or a name"};
    size_t named = 0;
    for (size_t i = 0; i < v.violations.count; i++) {
        if (strcmp(v.violations.of[i].rule->id, "RFC8839-5-grammar") != 0)
            continue;
        assert_int_equal(v.violations.of[i].frame, guilty);
        assert_string_equal(v.violations.of[i].party, "L");
        assert_string_equal(v.violations.of[i].detail, details[named++]);
    }
    assert_int_equal(named, 3);
    nt_conf_verdict_free(&v);
}

TEST(a_malformed_line_does_not_hide_the_others)
{
    struct nt_conf_verdict v;
    judge_story(a_malformed_line_hides_no_other, &v);
    assert_int_equal(v.violations.count, 2);
    assert_string_equal(v.violations.of[1].rule->id, "RFC8839-5-grammar");
    assert_string_equal(v.violations.of[0].rule->id, "RFC8445-5.1.1.1-loopback");
    nt_conf_verdict_free(&v);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_read_is_said),
        cmocka_unit_test(nobody_is_blamed_for_our_limits),
        cmocka_unit_test(each_malformed_line_is_named),
        cmocka_unit_test(a_malformed_line_does_not_hide_the_others),
    };
    return RUN_TESTS(tests);
}
