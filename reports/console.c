#include "reports/console.h"

#include "reports/grid.h"
#include "reports/result/result.h"
#include "reports/result/text.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH_MAX 170 /* of a matrix; wider ones get shorter cells */
#define CELL_MAX 64

static const char *outcome_glyph(enum nt_outcome o)
{
    static const char *const glyphs[] = {"\xe2\x9c\x93", "\xe2\x9c\x97", "!", "-"};
    return glyphs[o];
}

static const char *colour_of(const struct nt_console *c, enum nt_outcome o)
{
    static const char *const colours[] = {"\033[32m", "\033[31m", "\033[35m", "\033[33m"};
    return c->colour ? colours[o] : "";
}

static const char *colour_end(const struct nt_console *c)
{
    return c->colour ? "\033[0m" : "";
}

/* Text from outside may contain control characters. */
static void put_text(const struct nt_console *c, const char *s)
{
    char *clean = nt_clean(s, false);
    fputs(clean != NULL ? clean : "?", c->out);
    free(clean);
}

static void put_spaces(const struct nt_console *c, size_t n)
{
    while (n-- > 0)
        fputc(' ', c->out);
}

/* By detail: 2 `direct srflx/prflx 604ms`, 1 `direct 604ms`, 0 `direct`. */
static void cell_text(const struct nt_brief *b, size_t passed, size_t all, int detail, char *buf, size_t cap)
{
    char types[32];
    size_t n = (size_t)snprintf(buf, cap, "%s",
                                b == NULL            ? "not run"
                                : b->path[0] != '\0' ? b->path
                                                     : nt_outcome_name(b->n.outcome));
    if (b == NULL)
        return;
    if (detail >= 2 && nt_selected_types(b, types, sizeof types)[0] != '\0' && n < cap)
        n += (size_t)snprintf(buf + n, cap - n, " %s", types);
    if (detail >= 1 && b->n.connect_ms >= 0 && n < cap)
        n += (size_t)snprintf(buf + n, cap - n, " %lldms", (long long)b->n.connect_ms);
    if (all > 1 && n < cap)
        snprintf(buf + n, cap - n, " %zu/%zu", passed, all);
}

static size_t column_width(const struct nt_grid *g, size_t column, int detail)
{
    char buf[CELL_MAX];
    size_t width = nt_text_width(g->columns[column]), passed, all;
    for (size_t row = 0; row < g->row_count; row++) {
        const struct nt_brief *b = nt_grid_cell(g, row, column, &passed, &all);
        cell_text(b, passed, all, detail, buf, sizeof buf);
        width = nt_text_width(buf) + 2 > width ? nt_text_width(buf) + 2 : width;
    }
    return width;
}

static size_t label_width(const struct nt_grid *g)
{
    size_t width = nt_text_width(g->row_name) + nt_text_width(g->column_name) + 3;
    for (size_t row = 0; row < g->row_count; row++)
        width = nt_text_width(g->rows[row]) > width ? nt_text_width(g->rows[row]) : width;
    return width;
}

/* The detail with which the table fits. */
static int choose_detail(const struct nt_grid *g, size_t widths[NT_GRID_AXIS_MAX])
{
    for (int detail = 2;; detail--) {
        size_t sum = label_width(g);
        for (size_t i = 0; i < g->column_count; i++) {
            widths[i] = column_width(g, i, detail);
            sum += widths[i] + 2;
        }
        if (sum <= WIDTH_MAX || detail == 0)
            return detail;
    }
}

static void put_grid_row(const struct nt_console *c, const struct nt_grid *g, size_t row, const size_t *widths, int detail)
{
    char buf[CELL_MAX];
    size_t passed, all;
    put_text(c, g->rows[row]);
    put_spaces(c, label_width(g) - nt_text_width(g->rows[row]));
    for (size_t i = 0; i < g->column_count; i++) {
        const struct nt_brief *b = nt_grid_cell(g, row, i, &passed, &all);
        enum nt_outcome o = b != NULL ? b->n.outcome : NT_SKIP;
        cell_text(b, passed, all, detail, buf, sizeof buf);
        fprintf(c->out, "  %s%s ", colour_of(c, o), outcome_glyph(o));
        put_text(c, buf);
        fputs(colour_end(c), c->out);
        if (i + 1 < g->column_count)
            put_spaces(c, widths[i] - nt_text_width(buf) - 2);
    }
    fputc('\n', c->out);
}

static void put_grid(const struct nt_console *c, const struct nt_grid *g)
{
    size_t widths[NT_GRID_AXIS_MAX];
    int detail = choose_detail(g, widths);
    fputc('\n', c->out);
    const struct nt_brief *b = &g->cases[0].brief;
    put_text(c, b->file);
    if (b->claim[0] != '\0') {
        fputs(": ", c->out);
        put_text(c, b->claim);
    }
    for (size_t i = 0; i + 2 < b->n.param_count; i++) {
        const struct nt_brief_param *p = &b->params[i];
        fputs(i == 0 ? "\n" : ", ", c->out);
        put_text(c, p->name);
        fputs(" = ", c->out);
        put_text(c, p->label);
    }
    fputc('\n', c->out);
    put_text(c, g->row_name);
    fputs(" \\ ", c->out);
    put_text(c, g->column_name);
    put_spaces(c, label_width(g) - nt_text_width(g->row_name) - nt_text_width(g->column_name) - 3);
    for (size_t i = 0; i < g->column_count; i++) {
        fputs("  ", c->out);
        put_text(c, g->columns[i]);
        if (i + 1 < g->column_count)
            put_spaces(c, widths[i] - nt_text_width(g->columns[i]));
    }
    fputc('\n', c->out);
    for (size_t row = 0; row < g->row_count; row++)
        put_grid_row(c, g, row, widths, detail);
}

static void put_not_passed(const struct nt_console *c, const struct nt_brief *b)
{
    fprintf(c->out, "%s%s %s%s ", colour_of(c, b->n.outcome), outcome_glyph(b->n.outcome), nt_outcome_name(b->n.outcome),
            colour_end(c));
    put_text(c, b->id);
    fputs(": ", c->out);
    put_text(c, b->reason);
    fputc('\n', c->out);
    if (b->n.outcome != NT_SKIP) {
        fputs("    ", c->out);
        put_text(c, b->command);
        fputc('\n', c->out);
    }
}

static void put_totals(const struct nt_console *c, const struct nt_results *r)
{
    size_t n[4];
    nt_results_count(r, n);
    enum nt_outcome worst = n[NT_ERROR] != 0 ? NT_ERROR : n[NT_FAIL] != 0 ? NT_FAIL : n[NT_PASS] != 0 ? NT_PASS : NT_SKIP;
    fprintf(c->out, "\n%s%zu case%s: %zu passed", colour_of(c, worst), r->case_count, r->case_count == 1 ? "" : "s", n[NT_PASS]);
    if (n[NT_FAIL] != 0)
        fprintf(c->out, ", %zu failed", n[NT_FAIL]);
    if (n[NT_ERROR] != 0)
        fprintf(c->out, ", %zu error%s", n[NT_ERROR], n[NT_ERROR] == 1 ? "" : "s");
    if (n[NT_SKIP] != 0)
        fprintf(c->out, ", %zu skipped", n[NT_SKIP]);
    fprintf(c->out, "%s\n", colour_end(c));
}

static void put_part(const struct nt_console *c, const struct nt_results *r)
{
    char part[NT_RESULTS_PART];
    if (r->partial)
        fprintf(c->out, "%s%s%s\n", colour_of(c, NT_ERROR), nt_results_part(r, part), colour_end(c));
}

/* What the rules found, in cases that passed, too. */
static void put_conformance(const struct nt_console *c, const struct nt_results *r)
{
    uint64_t violations = 0, advice = 0, not_judged = 0;
    for (size_t i = 0; i < r->case_count; i++) {
        violations += r->cases[i].brief.n.violations;
        advice += r->cases[i].brief.n.advice;
        not_judged += r->cases[i].brief.n.not_judged;
    }
    if (violations + advice + not_judged == 0)
        return;
    fprintf(c->out, "conformance: %llu violation%s, %llu piece%s of advice, %llu not judged: see the report\n",
            (unsigned long long)violations, violations == 1 ? "" : "s", (unsigned long long)advice, advice == 1 ? "" : "s",
            (unsigned long long)not_judged);
}

void nt_console_summary(const struct nt_console *c, const struct nt_results *r)
{
    struct nt_grid g;
    for (size_t i = 0, n; i < r->case_count && !c->quiet; i += n) {
        n = nt_grid_span(&r->cases[i], r->case_count - i);
        if (nt_grid_make(&g, &r->cases[i], n))
            put_grid(c, &g);
    }
    bool any = false;
    for (size_t i = 0; i < r->case_count; i++) {
        if (r->cases[i].brief.n.outcome == NT_PASS)
            continue;
        if (!any)
            fputc('\n', c->out);
        any = true;
        put_not_passed(c, &r->cases[i].brief);
    }
    put_totals(c, r);
    put_part(c, r);
    put_conformance(c, r);
}

void nt_console_case(const struct nt_console *c, const struct nt_brief *b)
{
    char buf[CELL_MAX];
    fprintf(c->out, "%s%s %s%s ", colour_of(c, b->n.outcome), outcome_glyph(b->n.outcome), nt_outcome_name(b->n.outcome),
            colour_end(c));
    put_text(c, b->id);
    if (b->n.outcome == NT_PASS) {
        cell_text(b, 1, 1, 2, buf, sizeof buf);
        fputs("  ", c->out);
        if (b->path[0] != '\0')
            put_text(c, buf);
        if (b->found[0] != '\0') {
            fputs(": ", c->out);
            put_text(c, b->found);
        }
    } else {
        fputs(": ", c->out);
        put_text(c, b->reason);
    }
    if (c->verbose)
        fprintf(c->out, "  (seed %llu, %llu packets, %lld ms of virtual time)", (unsigned long long)b->n.seed,
                (unsigned long long)b->n.packets, (long long)b->n.virtual_ms);
    fputc('\n', c->out);
}
