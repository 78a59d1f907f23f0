#include "reports/grid.h"

#include <stdio.h>
#include <string.h>

static const char *label_of(const struct nt_result_param *p)
{
    return p->label != NULL ? p->label : p->json != NULL ? p->json : "";
}

static bool same_slice(const struct nt_result_case *a, const struct nt_result_case *b)
{
    if (strcmp(a->file != NULL ? a->file : "", b->file != NULL ? b->file : "") != 0 || a->param_count != b->param_count)
        return false;
    for (size_t i = 0; i + 2 < a->param_count; i++)
        if (strcmp(label_of(&a->params[i]), label_of(&b->params[i])) != 0)
            return false;
    return true;
}

size_t nt_grid_span(const struct nt_result_case *first, size_t left)
{
    size_t n = 1;
    while (n < left && same_slice(first, &first[n]))
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

bool nt_grid_make(struct nt_grid *g, const struct nt_result_case *cases, size_t count)
{
    *g = (struct nt_grid){.cases = cases, .count = count};
    for (size_t i = 0; i < count; i++) {
        size_t axes = cases[i].param_count;
        if (axes < 2)
            return false;
        if (!add_label(g->rows, &g->row_count, label_of(&cases[i].params[axes - 2])) ||
            !add_label(g->columns, &g->column_count, label_of(&cases[i].params[axes - 1])))
            return false;
    }
    if (count == 0)
        return false;
    g->row_name = cases[0].params[cases[0].param_count - 2].name;
    g->column_name = cases[0].params[cases[0].param_count - 1].name;
    return true;
}

const struct nt_result_case *nt_grid_cell(const struct nt_grid *g, size_t row, size_t column, size_t *passed, size_t *all)
{
    const struct nt_result_case *found = NULL;
    *passed = *all = 0;
    for (size_t i = 0; i < g->count; i++) {
        const struct nt_result_case *c = &g->cases[i];
        if (strcmp(label_of(&c->params[c->param_count - 2]), g->rows[row]) != 0 ||
            strcmp(label_of(&c->params[c->param_count - 1]), g->columns[column]) != 0)
            continue;
        ++*all;
        *passed += c->outcome == NT_PASS;
        if (found == NULL || (found->outcome == NT_PASS && c->outcome != NT_PASS))
            found = c;
    }
    return found;
}

const char *nt_selected_types(const struct nt_result_case *c, char *buf, size_t cap)
{
    buf[0] = '\0';
    if (c->agent_count != 0 && c->agents[0].selected_count != 0)
        snprintf(buf, cap, "%s/%s", c->agents[0].selected[0].local.type, c->agents[0].selected[0].remote.type);
    return buf;
}
