/* Lines for people. Text from outside (names of files, what programs said, scenarios) stands in them as core/base/shown.h shows it.
 */
#ifndef NT_COMMAND_SAY_H
#define NT_COMMAND_SAY_H

#include "core/base/diag.h"

void nt_say(const char *fmt, ...) NT_PRINTF(1, 2);       /* a line on standard output; its newline is added */
void nt_say_text(const char *text);                      /* several lines; likewise */
void nt_say_error(const char *fmt, ...) NT_PRINTF(1, 2); /* "natsim: ..." on standard error, likewise */

#endif
