#include "reports/console_grid.h"

#include "reports/result/result.h"
#include "reports/result/text.h"

#define GAP 2         /* between columns */
#define SHORT_NAME 10 /* of a column, where there is little room */

struct layout {
    const struct nt_console *c;
    const struct nt_grid *g;
    int detail;
    size_t label, name_max, widths[NT_GRID_AXIS_MAX];
};

void nt_console_cell(const struct nt_brief *b, size_t passed, size_t all, int detail, char *buf, size_t cap)
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

static size_t largest(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t column_width(const struct layout *l, size_t column)
{
    char buf[NT_CONSOLE_CELL];
    size_t width = least(nt_text_width(l->g->columns[column]), l->name_max), passed, all;
    for (size_t row = 0; row < l->g->row_count; row++) {
        const struct nt_brief *b = nt_grid_cell(l->g, row, column, &passed, &all);
        nt_console_cell(b, passed, all, l->detail, buf, sizeof buf);
        width = largest(nt_text_width(buf) + 2, width);
    }
    return width;
}

static size_t label_width(const struct nt_grid *g)
{
    size_t width = nt_text_width(g->row_name) + nt_text_width(g->column_name) + 3;
    for (size_t row = 0; row < g->row_count; row++)
        width = largest(nt_text_width(g->rows[row]), width);
    return width;
}

/* The width of a table of all columns. */
static size_t lay_out(struct layout *l, int detail, size_t name_max)
{
    size_t sum = l->label;
    l->detail = detail;
    l->name_max = name_max;
    for (size_t i = 0; i < l->g->column_count; i++)
        sum += GAP + (l->widths[i] = column_width(l, i));
    return sum;
}

static void choose_layout(struct layout *l)
{
    size_t width = l->c->width;
    l->label = label_width(l->g);
    for (int detail = 2; detail >= 0; detail--)
        if (lay_out(l, detail, SIZE_MAX) <= width)
            return;
    l->label = least(l->label, width / 2);
    lay_out(l, 0, SHORT_NAME);
}

static void put_row(const struct layout *l, size_t row, size_t first, size_t end)
{
    const struct nt_console *c = l->c;
    char buf[NT_CONSOLE_CELL];
    size_t passed, all;
    nt_console_put_cut(c, l->g->rows[row], l->label, l->label);
    for (size_t i = first; i < end; i++) {
        const struct nt_brief *b = nt_grid_cell(l->g, row, i, &passed, &all);
        enum nt_outcome o = b != NULL ? b->n.outcome : NT_SKIP;
        nt_console_cell(b, passed, all, l->detail, buf, sizeof buf);
        fprintf(c->out, "  %s%s ", nt_console_colour(c, o), nt_console_glyph(o));
        nt_console_put_cut(c, buf, SIZE_MAX, 0);
        fputs(nt_console_plain(c), c->out);
        if (i + 1 < end)
            nt_console_put_cut(c, "", SIZE_MAX, l->widths[i] - nt_text_width(buf) - 2);
    }
    fputc('\n', c->out);
}

/* A table of the columns [first, end). */
static void put_table(const struct layout *l, size_t first, size_t end)
{
    const struct nt_console *c = l->c;
    struct nt_text corner = {0};
    nt_text_printf(&corner, "%s \\ %s", l->g->row_name, l->g->column_name);
    nt_console_put_cut(c, corner.p != NULL ? corner.p : "", l->label, l->label);
    nt_text_free(&corner);
    for (size_t i = first; i < end; i++) {
        fputs("  ", c->out);
        nt_console_put_cut(c, l->g->columns[i], largest(l->widths[i], 1), i + 1 < end ? l->widths[i] : 0);
    }
    fputc('\n', c->out);
    for (size_t row = 0; row < l->g->row_count; row++)
        put_row(l, row, first, end);
}

static void put_heading(const struct nt_console *c, const struct nt_brief *b)
{
    struct nt_text t = {0};
    nt_text_printf(&t, "%s%s%s", b->file, b->claim[0] != '\0' ? ": " : "", b->claim);
    nt_console_put_wrapped(c, t.p != NULL ? t.p : "", 0, 0);
    t.len = 0;
    for (size_t i = 0; i + 2 < b->n.param_count; i++)
        nt_text_printf(&t, "%s%s = %s", i > 0 ? ", " : "", b->params[i].name, b->params[i].label);
    fputc('\n', c->out);
    if (t.len > 0) {
        nt_console_put_wrapped(c, t.p, 0, 0);
        fputc('\n', c->out);
    }
    nt_text_free(&t);
}

void nt_console_put_grid(const struct nt_console *c, const struct nt_grid *g)
{
    struct layout l = {.c = c, .g = g};
    choose_layout(&l);
    fputc('\n', c->out);
    put_heading(c, &g->cases[0].brief);
    for (size_t first = 0, end; first < g->column_count; first = end) {
        size_t width = l.label + GAP + l.widths[first];
        for (end = first + 1; end < g->column_count && width + GAP + l.widths[end] <= c->width; end++)
            width += GAP + l.widths[end];
        if (first > 0)
            fputc('\n', c->out);
        put_table(&l, first, end);
    }
}
