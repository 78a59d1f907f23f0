/* The logs of real programs. */
#ifndef NT_PROGRAMS_PROGRAM_LOG_H
#define NT_PROGRAMS_PROGRAM_LOG_H

#include <stdio.h>

/* Opens LOGS.NAME.log, written line by line. NULL: `logs` is NULL, or the file cannot be made; the program then runs without a log.
 */
FILE *nt_program_log(const char *logs, const char *name);

#endif
