/* Which directories the real programs of a case may read beside the system's, and what they find in their environment: the
 * scenario's directory, those of the programs that its commands name, and the adapters. */
#ifndef NT_PROGRAMS_PROGRAM_FILES_H
#define NT_PROGRAMS_PROGRAM_FILES_H

#include "natsim/live/sandbox_config.h"
#include "scenarios/model/case.h"
#include "scenarios/programs/program_log.h"

struct nt_program_files;

struct nt_program_files *nt_program_files_new(const struct nt_scn_case *c); /* NULL without memory */
void nt_program_files_del(struct nt_program_files *files);
/* Fills in places, environment and directory; valid as long as `files`. */
void nt_program_files_give(const struct nt_program_files *files, struct nt_sandbox_config *config);
/* Is the program that the command begins with there, and yet hidden from it? Then `why` says so, with the mend. */
bool nt_program_files_hide(const struct nt_program_files *files, const char *command, char *why, size_t cap);
/* Tells the program's log which files that its command names are hidden from it. */
void nt_program_files_tell(const struct nt_program_files *files, const char *command, struct nt_program_log *log);

#endif
