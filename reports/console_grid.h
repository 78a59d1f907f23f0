/* Inside of the room: a matrix as a table that fits the console. */
#ifndef NT_REPORTS_CONSOLE_GRID_H
#define NT_REPORTS_CONSOLE_GRID_H

#include "reports/console_text.h"
#include "reports/grid.h"

#define NT_CONSOLE_CELL 64 /* bytes */

/* By detail: 2 `direct srflx/prflx 604ms`, 1 `direct 604ms`, 0 `direct`; of several cases how many passed. `b` NULL: not run. */
void nt_console_cell(const struct nt_brief *b, size_t passed, size_t all, int detail, char *buf, size_t cap);
/* With the detail that fits; without any, in several tables with some of the columns each, and short names. */
void nt_console_put_grid(const struct nt_console *c, const struct nt_grid *g);

#endif
