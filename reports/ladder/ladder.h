/* The ladder of a case or a capture: one row for each packet, from the tap where it appeared to the one where it ended, over the
 * columns of the nodes, and one for each step. Rows that say the same are folded (fold.h). Plain data for the console (natsim
 * explain) and the HTML report. */
#ifndef NT_LADDER_LADDER_H
#define NT_LADDER_LADDER_H

#include "pcap/capture.h"
#include "reports/ladder/rows.h"
#include "reports/result/case.h"

/* `k`: the case that it is the capture of; its steps are rows, and its nodes give the order of the columns. NULL: of none. 0 or
 * NT_ENOMEM, and then *l is empty. */
int nt_ladder_make(struct nt_ladder *l, const struct nt_capture *c, const struct nt_result_case *k);
void nt_ladder_free(struct nt_ladder *l);
/* The time between two of the packets that the row stands for: the mean, and whether it is the same each time. */
nt_time nt_ladder_every(const struct nt_ladder *l, const struct nt_ladder_row *r, bool *regular);

#endif
