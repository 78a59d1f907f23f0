/* What is there of the runs that merge reads, against what was selected: a case that did not run has not passed. */
#ifndef NT_COMMAND_MERGE_MISSING_H
#define NT_COMMAND_MERGE_MISSING_H

#include "scenarios/files/output.h"

/* `places`, which get sorted, are those of the finished cases. Says on standard error what is missing. True when a part of a divided
 * run is: its verdict is not known. An undivided run that was killed is only spoken of: whoever merges one directory knows. */
bool nt_complete_lacks(struct nt_case_place *places, size_t count);

#endif
