/* The page by itself: strings are interned and safe in a script element; what does not fit is left out, cases that passed first. */

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "natsim/packet/packet.h"
#include "reports/page/packet_bytes.h"
#include "reports/page/page.h"
#include "reports/page/page_record.h"
#include "reports/page/script_text.h"
#include "reports/result/result.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TEST(strings_are_kept_once)
{
    struct nt_strings s;
    nt_strings_init(&s);
    assert_int_equal(nt_string_number(&s, "a", 1), 0);
    assert_int_equal(nt_string_number(&s, "", 0), 1);
    assert_int_equal(nt_string_number(&s, "ab", 1), 0);
    assert_int_equal(nt_string_number(&s, "b", 1), 2);
    nt_strings_drop(&s, 1);
    assert_int_equal(nt_string_number(&s, "b", 1), 1);
    assert_int_equal(nt_string_number(&s, "a", 1), 0);
    nt_strings_free(&s);
}

TEST(a_string_cannot_end_the_script)
{
    struct nt_text t = {0};
    nt_script_string(&t, "</script>&\"\\\n\x01\xff");
    assert_string_equal(t.p, "\"\\u003c/script\\u003e\\u0026\\u0022\\u005c\\u000a\\u005cx01\\u005cxff\"");
    nt_text_free(&t);
}

/* Two records that have strings in common: what they are in the page, and by which names the script reads them. */
TEST(records_share_their_strings)
{
    struct nt_result_param param = {"left", "\"sym\"", "sym"};
    struct nt_result_why_not why = {.reason = "no-answer", .text = "no answer"};
    struct nt_result_finding found[] = {
        {.rule = "RFC-1", .agent = "L", .count = 2}, {.rule = "RFC-2", .count = 1}, {.rule = "RFC-1", .agent = "L", .count = 3}};
    struct nt_result_not_judged open = {"RFC-3", "R", "no times"};
    struct nt_result_case c = {.id = "a[left=sym]",
                               .file = "a.yaml",
                               .params = &param,
                               .param_count = 1,
                               .seed = UINT64_MAX,
                               .outcome = NT_FAIL,
                               .reason = "sym",
                               .line = 3,
                               .path = "direct",
                               .expected_paths = 5,
                               .connect_ms = -1,
                               .packets = 61,
                               .data_sent = 20,
                               .why_not = &why,
                               .why_not_count = 1,
                               .violations = found,
                               .violation_count = 3,
                               .not_judged = &open,
                               .not_judged_count = 1};
    struct nt_text record = {0}, t = {0};
    struct nt_strings s;
    nt_strings_init(&s);
    nt_page_overview(&record, &c);
    assert_int_equal(nt_page_record_join(&t, &s, record.p, record.len), NT_OK);
    assert_true(nt_page_record_least(record.p, record.len) <= t.len);
    const char *rest = ",\"18446744073709551615\",1,2,[3,0],3,5,-1,0,61,[0],[20,0,4],[0,0,4],4,\"\",4,4,"
                       "\"natsim explain 'a[left=sym]' --seed 18446744073709551615\",4,4,5,6]";
    char expected[400];
    snprintf(expected, sizeof expected, "[\"a[left=sym]\",0,[[1,2]]%s", rest);
    assert_string_equal(t.p, expected);
    t.len = 0;
    assert_int_equal(nt_page_record_join(&t, &s, record.p, record.len), NT_OK);
    assert_string_equal(t.p, expected); /* no new strings */
    assert_int_equal(s.count, 7);
    assert_string_equal(s.items[5], "\"no answer\"");
    assert_string_equal(s.items[6], "\"violation 5 RFC-1 L\\u000aviolation 1 RFC-2 -\\u000anot-judged 1 RFC-3 R\\u000a\"");
    t.len = 0;
    nt_page_names(&t);
    const char *names =
        "{\"overview\":[[\"id\",\"value\"],[\"file\",\"text\"],[\"params\",\"list\",[[\"name\",\"text\"],[\"label\",\"text\"]]],"
        "[\"seed\",\"value\"],[\"outcome\",\"value\"],[\"reason\",\"text\"],[\"at\",\"record\",[[\"line\",\"value\"],"
        "[\"packet\",\"value\"]]],";
    assert_memory_equal(t.p, names, strlen(names));
    assert_non_null(strstr(t.p, "[\"events\",\"list\",[[\"at_us\","));
    for (size_t len = 0; len < record.len; len++) { /* cut short: refused, or a shorter text */
        struct nt_text cut = {0};
        nt_page_record_join(&cut, &s, record.p, len);
        nt_text_free(&cut);
    }
    nt_text_free(&record);
    nt_text_free(&t);
    nt_strings_free(&s);
}

/* The bytes of one packet of `len` bytes of payload, as the page has them. */
static char *bytes_of(const uint8_t *payload, size_t len)
{
    static struct nt_text t;
    uint8_t buf[2000];
    struct nt_addr a = nt_addr_v4(0x0a010002, 50000), b = nt_addr_v4(0xcb007102, 3478);
    struct nt_packet p = {.data = buf, .cap = sizeof buf};
    struct nt_capture c;
    nt_text_free(&t);
    nt_capture_init(&c);
    assert_int_equal(nt_packet_udp(&p, &a, &b, payload, len, 64, 0, false, 1), NT_OK);
    assert_int_equal(nt_capture_add_tap(&c, "L.0", "L", NULL), 0);
    assert_non_null(nt_capture_append(&c, 0, 0, p.data, p.len));
    nt_page_packet_bytes(&t, &c, &c.frames[0]);
    nt_capture_free(&c);
    return t.p;
}

/* In base64; of data the beginning, and of what is long. */
TEST(bytes_of_packets)
{
    static const uint8_t sip[1800] = "INVITE sip:r@203.0.113.4 SIP/2.0\r\n\r\n", data[100] = {0x80, 1, 2, 3};
    assert_string_equal(bytes_of(data, 1), "\"RQAAHQABAABAETTKCgEAAssAcQLDUA2WAAlo74A=\"");
    assert_string_equal(bytes_of(data, 2), "\"RQAAHgABAABAETTJCgEAAssAcQLDUA2WAApo7IAB\"");
    assert_string_equal(bytes_of(data, 3), "\"RQAAHwABAABAETTICgEAAssAcQLDUA2WAAtm6oABAg==\"");
    assert_int_equal(strlen(bytes_of(data, 100)), 2 + (NT_PAGE_PACKET_DATA + 2) / 3 * 4);
    assert_int_equal(strlen(bytes_of(sip, 200)), 2 + 228 / 3 * 4);
    assert_int_equal(strlen(bytes_of(sip, sizeof sip)), 2 + NT_PAGE_PACKET_MAX / 3 * 4);
}

static struct nt_result_case case_with_text(enum nt_outcome outcome, size_t len)
{
    struct nt_result_case c = {
        .id = strdup("a"), .file = strdup("a.yaml"), .reason = strdup(""), .outcome = outcome, .violation_count = 1};
    c.violations = calloc(1, sizeof *c.violations);
    assert_non_null(c.violations);
    c.violations[0] = (struct nt_result_finding){.rule = strdup("r"), .agent = strdup("L"), .detail = malloc(len + 1)};
    assert_non_null(c.violations[0].detail);
    memset(c.violations[0].detail, outcome == NT_PASS ? 'p' : 'f', len);
    c.violations[0].detail[len] = '\0';
    return c;
}

static void take(struct nt_results *r, size_t index, struct nt_result_case *c)
{
    struct nt_text t = {0}, brief = {0}, details = {0};
    nt_brief_pack(&brief, c);
    nt_page_details(&details, c, "out", NULL);
    struct nt_texts_head head = {{(uint32_t)brief.len, 2, 0, 0, 0, (uint32_t)details.len}, 0};
    nt_text_add(&t, (const char *)&head, sizeof head);
    nt_text_add(&t, brief.p, brief.len);
    nt_text_put(&t, "{}");
    nt_text_add(&t, details.p, details.len);
    assert_int_equal(nt_results_take(r, index, "{", t.p, t.len), NT_OK);
    nt_text_free(&t);
    nt_text_free(&brief);
    nt_text_free(&details);
    nt_result_case_free(c);
}

/* The page of cases with details of these sizes; those below 0 failed. */
static char *page_of(const long *sizes, size_t n)
{
    struct nt_results r;
    char *page = NULL;
    size_t len;
    assert_int_equal(nt_results_begin(&r, n), NT_OK);
    assert_int_equal(nt_append_open_unnamed(&r.log, "."), NT_OK);
    assert_int_equal(nt_append_open_unnamed(&r.others, "."), NT_OK);
    for (size_t i = 0; i < n; i++) {
        struct nt_result_case c = case_with_text(sizes[i] < 0 ? NT_FAIL : NT_PASS, (size_t)labs(sizes[i]));
        take(&r, i, &c);
    }
    FILE *out = open_memstream(&page, &len);
    assert_non_null(out);
    assert_int_equal(nt_page(out, &r), NT_OK);
    fclose(out);
    nt_results_free(&r);
    return page;
}

TEST(details_of_cases_that_passed_are_left_out_first)
{
    char *page = page_of((const long[]){NT_PAGE_DETAILS_MAX * 2 / 3, -NT_PAGE_DETAILS_MAX * 2 / 3}, 2);
    assert_non_null(strstr(page, "id=\"good\">\n</script>")); /* a line without details */
    assert_non_null(strstr(page, "id=\"bad\">[["));
    free(page);
}

/* What does not fit leaves no strings behind, and a long case that passed does not take the place of those after it. */
TEST(details_that_do_not_fit_take_no_place)
{
    char *page = page_of((const long[]){-NT_PAGE_DETAILS_MAX, NT_PAGE_DETAILS_MAX / 2, 1000, -1000}, 4);
    assert_non_null(strstr(page, "id=\"bad\">\n[["));
    assert_non_null(strstr(page, "id=\"good\">\n[["));
    char *empty = page_of(NULL, 0);
    assert_true(strlen(page) < strlen(empty) + 10000);
    free(empty);
    free(page);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(strings_are_kept_once),
                                       cmocka_unit_test(records_share_their_strings),
                                       cmocka_unit_test(details_that_do_not_fit_take_no_place),
                                       cmocka_unit_test(a_string_cannot_end_the_script),
                                       cmocka_unit_test(bytes_of_packets),
                                       cmocka_unit_test(details_of_cases_that_passed_are_left_out_first)};
    return RUN_TESTS(tests);
}
