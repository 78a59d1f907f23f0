/* Command lines of one case, as bash reads them: all of their characters can be seen, and pasted. One run of a case that passed in
 * some alone proves nothing: nt_result_command runs it as often as before. */
#ifndef NT_RESULT_COMMAND_H
#define NT_RESULT_COMMAND_H

#include "reports/result/result.h"

char *nt_result_command(const struct nt_result_case *k); /* runs it alone, into another directory than the usual one; the caller
                                                            frees; NULL without memory */
char *nt_result_explain(const struct nt_result_case *k); /* likewise: explains it */
char *nt_result_replay(const struct nt_result_case *k);  /* likewise: the one of these that a report prints */

char *nt_shell_argument(const char *s); /* likewise: a word of such a line */

#endif
