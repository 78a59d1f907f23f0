#include "scenarios/diff/page.h"

#include "core/base/err.h"
#include "core/base/shown.h"
#include "scenarios/diff/sentences.h"

#include <stdlib.h>
#include <string.h>

#define CHANGES_SHOWN 2000 /* of a group */
#define IDS_SHOWN 1000     /* of a change */
#define IDS_OPEN 5         /* more are folded */

/* Made by embed.cmake of the report's base.css and page.css. */
static const unsigned char page_style[] = {
#include "diff_style.inc"
};

struct page {
    FILE *out;
    struct nt_text t;
    int err;
};

static void put_html(struct page *p, const char *s)
{
    static const char *const escapes[] = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};
    char *shown = nt_shown(s, false);
    if (shown == NULL)
        p->err = NT_ENOMEM;
    for (const unsigned char *c = (const unsigned char *)shown; c != NULL && *c != '\0'; c++) {
        if (*c < sizeof escapes / sizeof *escapes && escapes[*c] != NULL)
            fputs(escapes[*c], p->out);
        else
            fputc(*c, p->out);
    }
    free(shown);
}

/* Prints p->t within an element, and empties it. */
static void put_element(struct page *p, const char *start, const char *end)
{
    if (p->t.err != NT_OK)
        p->err = p->t.err;
    fputs(start, p->out);
    put_html(p, p->t.len > 0 ? p->t.p : "");
    fputs(end, p->out);
    p->t.len = 0;
}

static void put_run(struct page *p, const char *which, const struct nt_diff_run *run)
{
    fprintf(p->out, "<p>%s: <code>", which);
    put_html(p, run->name);
    nt_diff_put_run(&p->t, run);
    put_element(p, "</code>: ", "</p>\n");
}

static void put_members(struct page *p, const struct nt_diff *d, const struct nt_diff_change *c)
{
    bool folded = c->member_count > IDS_OPEN;
    if (folded) {
        nt_diff_put_cases(&p->t, c->cases);
        put_element(p, "<details><summary>", "</summary>\n");
    }
    fputs("<ul class=\"cases\">\n", p->out);
    for (size_t i = 0; i < c->member_count && i < IDS_SHOWN; i++) {
        nt_text_put(&p->t, d->names.items[c->members[i].name]);
        put_element(p, "<li><code>", "</code>");
        nt_diff_put_seeds(&p->t, &c->members[i]);
        put_element(p, "", "</li>\n");
    }
    if (c->member_count > IDS_SHOWN)
        fprintf(p->out, "<li>and %zu more</li>\n", c->member_count - IDS_SHOWN);
    fputs(folded ? "</ul></details>\n" : "</ul>\n", p->out);
}

static void put_change(struct page *p, const struct nt_diff *d, const struct nt_diff_change *c)
{
    nt_text_put(&p->t, c->text);
    put_element(p, "<article><h3>", "</h3>\n");
    if (c->also[0] != '\0') {
        nt_text_printf(&p->t, "%s %s", c->cases > 1 ? "in the first also" : "also", c->also);
        put_element(p, "<p>", "</p>\n");
    }
    put_members(p, d, c);
    if (c->command != NULL) {
        nt_text_put(&p->t, c->command);
        put_element(p, "<p><code>", "</code></p>\n");
    }
    fputs("</article>\n", p->out);
}

static void put_group(struct page *p, const struct nt_diff *d, size_t first, size_t count)
{
    static const char *const classes[] = {"bad", "changed", "good"};
    enum nt_diff_group g = d->changes[first].group;
    fprintf(p->out, "<section class=\"%s\" id=\"g%d\">\n<h2>%s: ", classes[nt_diff_group_mark(g)], (int)g, nt_diff_group_title(g));
    nt_diff_put_cases(&p->t, d->in_group[g]);
    put_element(p, "", "</h2>\n");
    for (size_t i = 0; i < count && i < CHANGES_SHOWN; i++)
        put_change(p, d, &d->changes[first + i]);
    if (count > CHANGES_SHOWN)
        fprintf(p->out, "<p>and %zu more changes</p>\n", count - CHANGES_SHOWN);
    fputs("</section>\n", p->out);
}

static void put_contents(struct page *p, const struct nt_diff *d)
{
    if (d->change_count == 0)
        return;
    fputs("<nav aria-label=\"groups\"><ul>\n", p->out);
    for (int g = 0; g < NT_DIFF_GROUP_COUNT; g++)
        if (d->in_group[g] > 0)
            fprintf(p->out, "<li><a href=\"#g%d\">%s: %zu</a></li>\n", g, nt_diff_group_title((enum nt_diff_group)g),
                    d->in_group[g]);
    fputs("</ul></nav>\n", p->out);
}

static void put_notes(struct page *p, const struct nt_diff *d)
{
    for (size_t i = 0; nt_diff_put_note(&p->t, d, i); i++)
        if (p->t.len > 0)
            put_element(p, "<p class=\"dim\">", "</p>\n");
}

static void put_head(struct page *p, const struct nt_diff *d)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
          p->out);
    nt_diff_put_headline(&p->t, d);
    put_element(p, "<title>", "</title>\n<style>\n");
    fwrite(page_style, 1, sizeof page_style, p->out);
    nt_diff_put_headline(&p->t, d);
    put_element(p, "</style>\n</head>\n<body>\n<main>\n<h1>", "</h1>\n");
}

int nt_diff_page(FILE *out, const struct nt_diff *d)
{
    struct page p = {.out = out};
    put_head(&p, d);
    put_run(&p, "old", &d->runs[0]);
    put_run(&p, "new", &d->runs[1]);
    nt_diff_put_totals(&p.t, d);
    put_element(&p, "<p>", "</p>\n");
    put_notes(&p, d);
    put_contents(&p, d);
    for (size_t i = 0, n; (n = nt_diff_group_span(d, i)) > 0; i += n)
        put_group(&p, d, i, n);
    fputs("</main>\n</body>\n</html>\n", out);
    nt_text_free(&p.t);
    return p.err;
}
