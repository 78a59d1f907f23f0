/* The command line that runs one case alone, as bash reads it: all of its characters can be seen, and pasted. */
#ifndef NT_RESULT_COMMAND_H
#define NT_RESULT_COMMAND_H

#include "reports/result/result.h"

char *nt_result_command(const struct nt_result_case *k); /* the caller frees; NULL without memory */

char *nt_shell_argument(const char *s); /* likewise: a word of such a line */

#endif
