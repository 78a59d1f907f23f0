#include "reports/grid.h"

#include <stdio.h>
#include <string.h>

static bool same_slice(const struct nt_brief *a, const struct nt_brief *b)
{
    if (strcmp(a->file, b->file) != 0 || a->n.param_count != b->n.param_count)
        return false;
    for (size_t i = 0; i + 2 < a->n.param_count; i++)
        if (strcmp(a->params[i].label, b->params[i].label) != 0)
            return false;
    return true;
}

size_t nt_grid_span(const struct nt_results_entry *first, size_t left)
{
    size_t n = 1;
    while (n < left && same_slice(&first->brief, &first[n].brief))
        n++;
    return n;
}

/* false: the axis is too long. */
static bool add_label(const char **labels, size_t *count, const char *label)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(labels[i], label) == 0)
            return true;
    if (*count == NT_GRID_AXIS_MAX)
        return false;
    labels[(*count)++] = label;
    return true;
}

bool nt_grid_make(struct nt_grid *g, const struct nt_results_entry *cases, size_t count)
{
    *g = (struct nt_grid){.cases = cases, .count = count};
    for (size_t i = 0; i < count; i++) {
        const struct nt_brief *b = &cases[i].brief;
        size_t axes = b->n.param_count;
        if (axes < 2)
            return false;
        if (!add_label(g->rows, &g->row_count, b->params[axes - 2].label) ||
            !add_label(g->columns, &g->column_count, b->params[axes - 1].label))
            return false;
    }
    if (count == 0)
        return false;
    const struct nt_brief *b = &cases[0].brief;
    g->row_name = b->params[b->n.param_count - 2].name;
    g->column_name = b->params[b->n.param_count - 1].name;
    return true;
}

const struct nt_brief *nt_grid_cell(const struct nt_grid *g, size_t row, size_t column, size_t *passed, size_t *all)
{
    const struct nt_brief *found = NULL;
    *passed = *all = 0;
    for (size_t i = 0; i < g->count; i++) {
        const struct nt_brief *b = &g->cases[i].brief;
        if (strcmp(b->params[b->n.param_count - 2].label, g->rows[row]) != 0 ||
            strcmp(b->params[b->n.param_count - 1].label, g->columns[column]) != 0)
            continue;
        ++*all;
        *passed += b->n.outcome == NT_PASS;
        if (found == NULL || (found->n.outcome == NT_PASS && b->n.outcome != NT_PASS))
            found = b;
    }
    return found;
}

const char *nt_selected_types(const struct nt_brief *b, char *buf, size_t cap)
{
    buf[0] = '\0';
    if (b->local[0] != '\0')
        snprintf(buf, cap, "%s/%s", b->local, b->remote);
    return buf;
}
