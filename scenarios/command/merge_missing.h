/* What the logs that merge reads lack of the runs they are from: a case that did not run has not passed. */
#ifndef NT_COMMAND_MERGE_MISSING_H
#define NT_COMMAND_MERGE_MISSING_H

#include "scenarios/command/rank_log.h"
#include "scenarios/files/case_line.h"

#include <stdbool.h>

/* Prints on standard error which parts of runs lack cases. `places`: those of the finished cases; they get sorted. True when a part
 * of a divided run lacks some: its verdict is not known. Of an undivided run, which was killed, the missing cases are only printed.
 */
bool nt_merge_report_missing_cases(struct nt_case_place *places, size_t count);
/* Prints on standard error which ranks have no log: they did not start, or the directory of their machine was not given. True:
 * some. */
bool nt_merge_report_missing_ranks(const struct nt_rank_log_list *logs);

#endif
