#include "reports/console.h"

#include "reports/causes.h"
#include "reports/console_grid.h"
#include "reports/result/result.h"
#include "reports/result/text.h"

#include <string.h>

#define CAUSES_SHOWN 10 /* of one outcome */

/* --- what did not pass --- */

static const char *outcome_words(enum nt_outcome o, size_t n)
{
    return o == NT_FAIL ? "failed" : o == NT_SKIP ? "skipped" : n == 1 ? "error" : "errors";
}

static void put_indented(const struct nt_console *c, const char *text)
{
    fprintf(c->out, "%*s", NT_CONSOLE_INDENT, "");
    nt_console_put_wrapped(c, text, NT_CONSOLE_INDENT, NT_CONSOLE_INDENT);
    fputc('\n', c->out);
}

static void put_more(const struct nt_console *c, size_t more, const char *what)
{
    char text[100];
    snprintf(text, sizeof text, "and %zu more%s", more, what);
    if (more > 0)
        put_indented(c, text);
}

/* How many, why, the first of them, and the command that runs one of them. */
static void put_cause(const struct nt_console *c, const struct nt_results *r, const struct nt_cause *cause)
{
    const struct nt_brief *first = &r->cases[cause->first[0]].brief;
    enum nt_outcome o = first->n.outcome;
    struct nt_text t = {0};
    nt_text_printf(&t, "%zu %s: %s%s", cause->count, outcome_words(o, cause->count), first->reason,
                   cause->alike ? ", or alike" : "");
    fprintf(c->out, "\n%s%s%s ", nt_console_colour(c, o), nt_console_glyph(o), nt_console_plain(c));
    nt_console_put_wrapped(c, t.p != NULL ? t.p : "", 2, NT_CONSOLE_INDENT);
    fputc('\n', c->out);
    for (size_t i = 0; i < cause->count && i < NT_CAUSE_CASES_SHOWN; i++)
        put_indented(c, r->cases[cause->first[i]].brief.id);
    put_more(c, cause->count > NT_CAUSE_CASES_SHOWN ? cause->count - NT_CAUSE_CASES_SHOWN : 0, "");
    if (o != NT_SKIP)
        nt_console_put_command(c, first->command, NT_CONSOLE_INDENT);
    nt_text_free(&t);
}

static void put_causes(const struct nt_console *c, const struct nt_results *r, enum nt_outcome outcome)
{
    struct nt_causes causes;
    nt_causes_find(&causes, r, outcome);
    size_t others = causes.others;
    for (size_t i = 0; i < causes.count; i++)
        if (i < CAUSES_SHOWN)
            put_cause(c, r, &causes.of[i]);
        else
            others += causes.of[i].count;
    if (others > 0)
        fputc('\n', c->out);
    put_more(c, others, outcome == NT_SKIP ? " skipped for other reasons: see the report" : " for other reasons: see the report");
    nt_causes_free(&causes);
}

/* --- the end --- */

static void put_line(const struct nt_console *c, enum nt_outcome colour, const char *text)
{
    fputs(nt_console_colour(c, colour), c->out);
    nt_console_put_wrapped(c, text, 0, 0);
    fprintf(c->out, "%s\n", nt_console_plain(c));
}

static void put_totals(const struct nt_console *c, const struct nt_results *r)
{
    size_t n[4];
    struct nt_text t = {0};
    nt_results_count(r, n);
    enum nt_outcome worst = n[NT_ERROR] != 0 ? NT_ERROR : n[NT_FAIL] != 0 ? NT_FAIL : n[NT_PASS] != 0 ? NT_PASS : NT_SKIP;
    nt_text_printf(&t, "%zu case%s: %zu passed", r->case_count, r->case_count == 1 ? "" : "s", n[NT_PASS]);
    if (n[NT_FAIL] != 0)
        nt_text_printf(&t, ", %zu failed", n[NT_FAIL]);
    if (n[NT_ERROR] != 0)
        nt_text_printf(&t, ", %zu error%s", n[NT_ERROR], n[NT_ERROR] == 1 ? "" : "s");
    if (n[NT_SKIP] != 0)
        nt_text_printf(&t, ", %zu skipped", n[NT_SKIP]);
    fputc('\n', c->out);
    put_line(c, worst, t.p != NULL ? t.p : "");
    nt_text_free(&t);
}

static void put_part(const struct nt_console *c, const struct nt_results *r)
{
    char part[NT_RESULTS_PART];
    if (r->partial)
        put_line(c, NT_ERROR, nt_results_part(r, part));
}

/* What the rules found, in cases that passed, too. */
static void put_conformance(const struct nt_console *c, const struct nt_results *r)
{
    uint64_t violations = 0, advice = 0, not_judged = 0;
    char text[200];
    for (size_t i = 0; i < r->case_count; i++) {
        violations += r->cases[i].brief.n.violations;
        advice += r->cases[i].brief.n.advice;
        not_judged += r->cases[i].brief.n.not_judged;
    }
    if (violations + advice + not_judged == 0)
        return;
    snprintf(text, sizeof text, "conformance: %llu violation%s, %llu piece%s of advice, %llu not judged: see the report",
             (unsigned long long)violations, violations == 1 ? "" : "s", (unsigned long long)advice, advice == 1 ? "" : "s",
             (unsigned long long)not_judged);
    nt_console_put_wrapped(c, text, 0, 0);
    fputc('\n', c->out);
}

void nt_console_summary(const struct nt_console *c, const struct nt_results *r)
{
    static const enum nt_outcome outcomes[] = {NT_ERROR, NT_FAIL, NT_SKIP};
    struct nt_grid g;
    for (size_t i = 0, n; i < r->case_count && c->width > 0 && !c->quiet; i += n) {
        n = nt_grid_span(&r->cases[i], r->case_count - i);
        if (nt_grid_make(&g, &r->cases[i], n))
            nt_console_put_grid(c, &g);
    }
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        put_causes(c, r, outcomes[i]);
    put_totals(c, r);
    put_part(c, r);
    put_conformance(c, r);
}

/* Its id, and what came of it. */
static void write_case(const struct nt_console *c, const struct nt_brief *b, struct nt_text *t)
{
    char cell[NT_CONSOLE_CELL];
    nt_console_cell(b, 1, 1, 2, cell, sizeof cell);
    nt_text_put(t, b->id);
    if (b->n.outcome != NT_PASS)
        nt_text_printf(t, ": %s", b->reason);
    else
        nt_text_printf(t, "  %s%s%s", b->path[0] != '\0' ? cell : "", b->found[0] != '\0' ? ": " : "", b->found);
    if (c->verbose)
        nt_text_printf(t, "  (seed %llu, %llu packets, %lld ms of virtual time)", (unsigned long long)b->n.seed,
                       (unsigned long long)b->n.packets, (long long)b->n.virtual_ms);
}

void nt_console_case(const struct nt_console *c, const struct nt_brief *b)
{
    struct nt_text t = {0};
    write_case(c, b, &t);
    fprintf(c->out, "%s%s %s%s ", nt_console_colour(c, b->n.outcome), nt_console_glyph(b->n.outcome), nt_outcome_name(b->n.outcome),
            nt_console_plain(c));
    nt_console_put_wrapped(c, t.p != NULL ? t.p : "", strlen(nt_outcome_name(b->n.outcome)) + 3, NT_CONSOLE_INDENT);
    fputc('\n', c->out);
    nt_text_free(&t);
}
