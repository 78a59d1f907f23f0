/* What the logs that merge reads lack of the runs they are from: a case that did not run has not passed. */
#ifndef NT_COMMAND_MERGE_MISSING_H
#define NT_COMMAND_MERGE_MISSING_H

#include "scenarios/command/rank_log.h"
#include "scenarios/files/case_line.h"

#include <stdbool.h>

/* Sorts the places of the finished cases by run, and returns how many cases the runs have altogether. */
uint64_t nt_merge_sort_places(struct nt_case_place *places, size_t count);
/* Prints on standard error which parts of runs lack cases; `places` are sorted. True: some do, and the verdict is not known. */
bool nt_merge_report_missing_cases(const struct nt_case_place *places, size_t count);
/* Prints on standard error which ranks have no log: they did not start, or the directory of their machine was not given. True:
 * some. */
bool nt_merge_report_missing_ranks(const struct nt_rank_log_list *logs);

#endif
