/* Inside of the room: which rows of a ladder become one.
 *
 * Two packets are of a kind when all that is said of them is the same, time and frame apart: nodes, addresses, message, fate. Of
 * data the size may differ. Data is folded between two steps, whatever is between. Other packets of a kind are folded when between
 * two of them there is no step, no packet that the verdict names, and, data apart, no packet that is the only one of its kind in
 * that span. What the verdict names stands alone. */
#ifndef NT_LADDER_FOLD_H
#define NT_LADDER_FOLD_H

#include "reports/ladder/rows.h"

int nt_ladder_fold(struct nt_ladder *l); /* 0 or NT_ENOMEM */

/* The length of what comes before the size in "... data 100 bytes"; 0: it is no data. */
size_t nt_ladder_data(const char *text, uint32_t *size);

#endif
