#include "reports/page/page.h"

#include "core/base/err.h"
#include "reports/page/page_data.h"

/* Line by line: ISO C guarantees string literals of 4095 bytes only. */
static const char *const page_css[] = {
#include "reports/page/page_css.inc"
};
static const char *const page_js[] = {
#include "reports/page/page_js.inc"
};

static void put_lines(struct nt_text *t, const char *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        nt_text_put(t, lines[i]);
}

/* The details of one case, or 0 when they do not fit; the page then says so. */
static void put_details(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c, const char *dir, size_t limit)
{
    size_t before = t->len;
    if (t->len + s->json.len < limit)
        nt_page_details(t, s, c, dir);
    if (t->len == before || t->len + s->json.len > limit) {
        t->len = before;
        nt_text_put(t, "0,");
    }
}

/* Cases that did not pass take their share of the details first. */
static void put_data(struct nt_text *t, struct nt_strings *s, const struct nt_results *r, const char *dir)
{
    struct nt_text cases = {0}, bad = {0}, good = {0};
    for (size_t i = 0; i < r->case_count; i++)
        nt_page_case(&cases, s, &r->cases[i]);
    size_t limit = s->json.len + NT_PAGE_DETAILS_MAX;
    for (size_t i = 0; i < r->case_count; i++)
        if (r->cases[i].outcome != NT_PASS)
            put_details(&bad, s, &r->cases[i], dir, limit);
    for (size_t i = 0; i < r->case_count; i++)
        if (r->cases[i].outcome == NT_PASS)
            put_details(&good, s, &r->cases[i], dir, limit > bad.len ? limit - bad.len : 0);
    nt_text_printf(t, "{\"version\":\"" NATSIM_VERSION "\",\"seed\":\"%llu\",\"stamp\":", (unsigned long long)r->seed);
    nt_text_json(t, r->stamp != NULL ? r->stamp : "");
    nt_text_printf(t, ",\n\"cases\":[");
    nt_text_add(t, cases.p, cases.len);
    nt_text_put(t, "0],\n\"bad\":[");
    nt_text_add(t, bad.p, bad.len);
    nt_text_put(t, "0],\n\"good\":[");
    nt_text_add(t, good.p, good.len);
    nt_text_put(t, "0],\n\"strings\":[");
    nt_text_add(t, s->json.p, s->json.len);
    nt_text_put(t, "]}");
    if (s->err != NT_OK || cases.err != NT_OK || bad.err != NT_OK || good.err != NT_OK)
        t->err = NT_ENOMEM;
    nt_text_free(&cases);
    nt_text_free(&bad);
    nt_text_free(&good);
}

void nt_page(struct nt_text *t, const struct nt_results *r, const char *dir)
{
    struct nt_strings strings;
    size_t n[4];
    nt_results_count(r, n);
    nt_strings_init(&strings);
    nt_text_put(t, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
                   "script-src 'unsafe-inline'\">\n");
    nt_text_printf(t, "<title>natsim: %zu passed, %zu failed</title>\n<style>\n", n[NT_PASS], n[NT_FAIL] + n[NT_ERROR]);
    put_lines(t, page_css, sizeof page_css / sizeof *page_css);
    nt_text_printf(
        t,
        "</style>\n</head>\n<body>\n<noscript><p>%zu passed, %zu failed, %zu errors, %zu skipped. The tables need JavaScript; "
        "results.json and junit.xml beside this file hold the same.</p></noscript>\n<div id=\"app\"></div>\n"
        "<script type=\"application/json\" id=\"data\">\n",
        n[NT_PASS], n[NT_FAIL], n[NT_ERROR], n[NT_SKIP]);
    put_data(t, &strings, r, dir);
    nt_text_put(t, "\n</script>\n<script>\n");
    put_lines(t, page_js, sizeof page_js / sizeof *page_js);
    nt_text_put(t, "</script>\n</body>\n</html>\n");
    nt_strings_free(&strings);
}
