#include "reports/page/page.h"

#include "core/base/err.h"
#include "core/stun/stun.h"
#include "reports/page/page_record.h"
#include "reports/page/script_text.h"
#include "reports/result/result.h"
#include "reports/result/words.h"

#include <string.h>

/* Made by embed.cmake of style/ and the modules in script/. */
static const unsigned char page_style[] = {
#include "style.inc"
};
static const unsigned char page_script[] = {
#include "script.inc"
};

struct page {
    FILE *out;
    const struct nt_results *r;
    struct nt_strings strings;
    struct nt_text record, text; /* a record as it came, and as it is written */
    int err;                     /* sticks */
};

static void put_text(struct page *p, struct nt_text *t)
{
    if (t->err != NT_OK)
        p->err = t->err;
    else
        fwrite(t->p, 1, t->len, p->out);
    t->len = 0;
}

/* Reads a record into p->record. False: there is none. */
static bool read_record(struct page *p, size_t index, enum nt_case_text which)
{
    if (p->err == NT_OK)
        p->err = nt_results_text(p->r, index, which, &p->record);
    return p->err == NT_OK && p->record.len != 0;
}

/* Makes p->text of p->record. */
static void join_record(struct page *p)
{
    p->text.len = 0;
    p->err = nt_page_record_join(&p->text, &p->strings, p->record.p, p->record.len);
}

static void put_overview(struct page *p)
{
    for (size_t i = 0; i < p->r->case_count; i++) {
        if (!read_record(p, i, NT_CASE_OVERVIEW))
            continue;
        join_record(p);
        nt_text_put(&p->text, ",");
        put_text(p, &p->text);
    }
}

/* The bytes of the strings from `first` on, with quotes and commas. */
static size_t string_bytes(const struct nt_strings *s, size_t first)
{
    size_t n = 0;
    for (size_t i = first; i < s->count; i++)
        n += strlen(s->items[i]) + 1;
    return n;
}

/* The details of one case. False: they would take more than *left; its line is empty then, and the page says so. */
static bool put_details(struct page *p, size_t index, size_t *left)
{
    size_t before = p->strings.count, need = SIZE_MAX;
    if (read_record(p, index, NT_CASE_DETAILS) && nt_page_record_least(p->record.p, p->record.len) < *left) {
        join_record(p);
        need = p->text.len + string_bytes(&p->strings, before);
    }
    bool fits = need <= *left;
    if (fits) {
        *left -= need;
    } else {
        nt_strings_drop(&p->strings, before);
        p->text.len = 0;
    }
    put_text(p, &p->text);
    return fits;
}

/* A line for each case, in an element of its own: the script reads a line when its case is opened. */
static void put_details_of(struct page *p, bool passed, size_t *left)
{
    bool full = false; /* cases that passed: the first ones that fit */
    fprintf(p->out, "<script type=\"text/plain\" id=\"%s\">", passed ? "good" : "bad");
    for (size_t i = 0; i < p->r->case_count; i++) {
        if ((p->r->cases[i].brief.n.outcome == NT_PASS) != passed)
            continue;
        if (!full && !(passed && p->r->cases[i].texts.len[NT_CASE_DETAILS] > NT_PAGE_RECORD_MAX))
            full = !put_details(p, i, left) && passed;
        fputs("\n", p->out);
    }
    fputs("</script>\n", p->out);
}

static void put_strings(struct page *p, size_t first)
{
    for (size_t i = first; i < p->strings.count; i++)
        fprintf(p->out, "%s%s", i == first ? "[" : ",", p->strings.items[i]);
    fputs(p->strings.count == first ? "[]" : "]", p->out);
}

static void put_registry(FILE *out, const char *key, enum nt_stun_registry registry)
{
    uint16_t number;
    const char *name;
    fprintf(out, "\"%s\":[", key);
    for (size_t i = 0; (name = nt_stun_named(registry, i, &number)) != NULL; i++)
        fprintf(out, "%s[%u,\"%s\"]", i == 0 ? "" : ",", (unsigned)number, name);
    fputs("]", out);
}

/* The numbers of STUN and their names, for the packets. */
static void put_stun(FILE *out)
{
    fputs(",\n\"stun\":{", out);
    put_registry(out, "methods", NT_STUN_METHODS);
    fputs(",", out);
    put_registry(out, "attributes", NT_STUN_ATTRIBUTES);
    fputs(",", out);
    put_registry(out, "reasons", NT_STUN_REASONS);
    fputs("}", out);
}

static void put_words(FILE *out)
{
    fputs("\"outcomes\":[", out);
    for (int i = NT_PASS; i <= NT_SKIP; i++)
        fprintf(out, "%s\"%s\"", i == NT_PASS ? "" : ",", nt_outcome_name((enum nt_outcome)i));
    fputs("],\"paths\":[", out);
    for (unsigned bit = NT_PATH_DIRECT; bit <= NT_PATH_NONE; bit <<= 1)
        fprintf(out, "%s\"%s\"", bit == NT_PATH_DIRECT ? "" : ",", nt_path_name(bit));
    fputs("]", out);
}

/* What the overview needs, and the strings in it. */
static void put_data(struct page *p)
{
    char part[NT_RESULTS_PART];
    fputs("<script type=\"application/json\" id=\"data\">\n", p->out);
    fprintf(p->out,
            p->r->seed > (UINT64_C(1) << 53) ? "{\"version\":\"%s\",\"seed\":\"%llu\",\"stamp\":\"%s\",\n"
                                             : "{\"version\":\"%s\",\"seed\":%llu,\"stamp\":\"%s\",\n",
            NATSIM_VERSION, (unsigned long long)p->r->seed, p->r->stamp != NULL ? p->r->stamp : "");
    if (p->r->partial)
        fprintf(p->out, "\"part\":\"%s\",\n", nt_results_part(p->r, part));
    put_words(p->out);
    put_stun(p->out);
    fputs(",\n\"names\":", p->out);
    nt_page_names(&p->text);
    put_text(p, &p->text);
    fputs(",\n\"cases\":[", p->out);
    put_overview(p);
    fputs("0],\n\"strings\":", p->out);
    put_strings(p, 0);
    fputs("}\n</script>\n", p->out);
}

/* The details, and the strings that the overview does not have. Cases that did not pass take their share first. */
static void put_all_details(struct page *p)
{
    size_t left = NT_PAGE_DETAILS_MAX, first = p->strings.count;
    put_details_of(p, false, &left);
    put_details_of(p, true, &left);
    fputs("<script type=\"application/json\" id=\"strings\">", p->out);
    put_strings(p, first);
    fputs("</script>\n", p->out);
    if (p->strings.err != NT_OK)
        p->err = p->strings.err;
}

int nt_page(FILE *out, const struct nt_results *r)
{
    struct page p = {.out = out, .r = r};
    size_t n[4];
    char text[NT_RESULTS_PART];
    const char *part = r->partial ? nt_results_part(r, text) : "", *comma = r->partial ? ", " : "";
    nt_results_count(r, n);
    nt_strings_init(&p.strings);
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
          "script-src 'unsafe-inline'\">\n",
          out);
    fprintf(out, "<title>natsim: %s%s%zu passed, %zu failed</title>\n<style>\n", part, comma, n[NT_PASS], n[NT_FAIL] + n[NT_ERROR]);
    fwrite(page_style, 1, sizeof page_style, out);
    fprintf(
        out,
        "</style>\n</head>\n<body>\n<noscript><p>%s%s%zu passed, %zu failed, %zu errors, %zu skipped. The tables need JavaScript; "
        "results.json and junit.xml beside this file hold the same.</p></noscript>\n<div id=\"app\"></div>\n",
        part, comma, n[NT_PASS], n[NT_FAIL], n[NT_ERROR], n[NT_SKIP]);
    put_data(&p);
    put_all_details(&p);
    fputs("<script>\n'use strict';\n(function () {\n", out);
    fwrite(page_script, 1, sizeof page_script, out);
    fputs("})();\n</script>\n</body>\n</html>\n", out);
    nt_strings_free(&p.strings);
    nt_text_free(&p.record);
    nt_text_free(&p.text);
    return p.err;
}
