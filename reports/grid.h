/* Inside of the room: the matrices in the cases of one scenario file: a table over the last two axes for each combination of the
 * others. */
#ifndef NT_REPORTS_GRID_H
#define NT_REPORTS_GRID_H

#include "reports/result/results.h"

#define NT_GRID_AXIS_MAX 64 /* values of an axis that is drawn */

struct nt_grid {
    const struct nt_results_entry *cases; /* the file's, in order */
    size_t count;
    const char *row_name, *column_name;
    const char *rows[NT_GRID_AXIS_MAX], *columns[NT_GRID_AXIS_MAX]; /* labels in order of first appearance */
    size_t row_count, column_count;
};

/* The number of cases, from the first on, of the same file and the same values of all axes but the last two. */
size_t nt_grid_span(const struct nt_results_entry *first, size_t left);
/* False: these cases are no matrix of two axes. */
bool nt_grid_make(struct nt_grid *g, const struct nt_results_entry *cases, size_t count);
/* The case that stands for a cell: the first that did not pass, or the first; NULL: none ran. Of *all cases in the cell *passed
 * passed. */
const struct nt_brief *nt_grid_cell(const struct nt_grid *g, size_t row, size_t column, size_t *passed, size_t *all);
/* "srflx/prflx" of the first agent's first selected pair; "" without. */
const char *nt_selected_types(const struct nt_brief *b, char *buf, size_t cap);

#endif
