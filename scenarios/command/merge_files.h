/* The files beside the logs of cases: captures, and what real programs said. */
#ifndef NT_COMMAND_MERGE_FILES_H
#define NT_COMMAND_MERGE_FILES_H

#include "scenarios/command/merge_read.h"
#include "scenarios/files/run_record.h"

/* Whether what programs said is in files that can be copied. NT_EXIT_OK, or NT_EXIT_USAGE with a message on standard error. */
int nt_merge_check_logs(const char *dir);
/* Copies all files into the output directory, whose record they come into. 0, or an error with a message on standard error. */
int nt_merge_copy_files(const struct nt_merge *m, const char *out, const struct nt_run_record *record);

#endif
