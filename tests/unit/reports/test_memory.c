/* Each allocation of a way through captures, ladders and results fails once: an error comes back, nothing leaks or is half-made. */

#include "tests/unit/in_directory.h"

#include "core/base/err.h"
#include "pcap/read.h"
#include "pcap/write_pcapng.h"
#include "reports/html.h"
#include "reports/json.h"
#include "reports/junit.h"
#include "reports/ladder/ladder.h"
#include "reports/result/result.h"
#include "reports/result/result_parse.h"
#include "reports/texts.h"
#include "tests/unit/fail_alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char line[] =
    "{\"id\": \"a[x=1]\", \"file\": \"a.yaml\", \"params\": {\"x\": 1}, \"seed\": 1, \"outcome\": \"pass\", \"reason\": \"\", "
    "\"at\": {\"line\": null, \"packet\": 0}, \"path\": null, \"expected_path\": null, \"connect_ms\": null, "
    "\"virtual_ms\": 0, \"packets\": 0, \"agents\": {}, \"conformance\": {\"rules_exercised\": 0, \"violations\": [], \"advice\": [], \"not_judged\": []}, "
    "\"data\": {\"sent\": 0, \"lost\": 0}, \"capture\": \"memory.pcapng\", \"claim\": \"c\"}";

static void send_one(struct nt_capture *c)
{
    uint8_t buf[100];
    struct nt_addr a = nt_addr_v4(0x0a000001, 1), b = nt_addr_v4(0x0a000002, 2);
    struct nt_packet p = {.data = buf, .cap = sizeof buf};
    nt_packet_udp(&p, &a, &b, (const uint8_t *)"x", 1, 64, 0, false, 1);
    struct nt_trace_event ev = {.kind = NT_TR_PACKET, .n = {0, NT_DIR_OUT, 0}, .bytes = p.data, .len = p.len};
    nt_capture_trace(c, &ev);
}

static int capture_way(void)
{
    struct nt_capture c, d;
    struct nt_addr a = nt_addr_v4(0x0a000001, 0);
    char what[100];
    nt_capture_init(&c);
    nt_capture_init(&d);
    int err = nt_capture_add_tap(&c, "L.0", "L", "10.0.0.1");
    if (err >= 0)
        err = nt_capture_add_name(&c, &a, "L");
    if (err == NT_OK) {
        send_one(&c);
        err = c.lost != 0 ? NT_ENOMEM : nt_capture_write_pcapng(&c, "memory.pcapng", NULL);
    }
    if (err == NT_OK)
        err = nt_capture_read(&d, "memory.pcapng", what, sizeof what);
    nt_capture_free(&c);
    nt_capture_free(&d);
    return err;
}

static int ladder_way(void)
{
    struct nt_capture c;
    struct nt_ladder l;
    char what[100];
    struct nt_result_reason words[] = {{"L"}, {"step"}, {"call (line 1)"}};
    struct nt_result_event step = {.node = 0, .what = 1, .text = 2};
    struct nt_result_node node = {.name = "L", .kind = "agent"};
    struct nt_result_case k = {
        .events = &step, .event_count = 1, .event_texts = words, .event_text_count = 3, .nodes = &node, .node_count = 1};
    nt_capture_init(&c);
    int err = nt_capture_read(&c, "memory.pcapng", what, sizeof what);
    if (err == NT_OK)
        err = nt_ladder_make(&l, &c, &k);
    if (err == NT_OK)
        nt_ladder_free(&l);
    nt_capture_free(&c);
    return err;
}

static int take_case(struct nt_results *r, const struct nt_result_case *c, const struct nt_capture *capture)
{
    struct nt_text t = {0};
    nt_texts_make(&t, c, "out", capture, NT_TEXTS_REPORTS | NT_TEXTS_DETAILS);
    int err = t.err != NT_OK ? t.err : nt_results_take(r, 0, "{", t.p, t.len);
    nt_text_free(&t);
    return err;
}

static int report_way(void)
{
    struct nt_results r;
    struct nt_result_case c = {0};
    struct nt_capture capture;
    char what[100];
    nt_capture_init(&capture);
    int err = nt_results_begin(&r, 1);
    if (err == NT_OK)
        err = nt_append_open_unnamed(&r.log, ".");
    if (err == NT_OK)
        err = nt_append_open_unnamed(&r.others, ".");
    if (err == NT_OK)
        err = nt_capture_read(&capture, "memory.pcapng", what, sizeof what);
    if (err == NT_OK)
        err = nt_result_case_from_json(&c, line, strlen(line), what, sizeof what);
    if (err == NT_OK)
        err = take_case(&r, &c, &capture);
    if (err == NT_OK)
        err = nt_report_json(&r, ".");
    if (err == NT_OK)
        err = nt_report_junit(&r, ".");
    if (err == NT_OK)
        err = nt_report_html(&r, ".");
    nt_result_case_free(&c);
    nt_capture_free(&capture);
    nt_results_free(&r);
    return err;
}

TEST(test_memory)
{
    alloc_fail_each(capture_way);
    alloc_fail_each(ladder_way);
    alloc_fail_each(report_way);
    static const char *const files[] = {"memory.pcapng", "results.json", "junit.xml", "report.html"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        remove(files[i]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_memory)};
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory);
}
