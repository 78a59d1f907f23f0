/* The command line that runs one case alone. */
#ifndef NT_RESULT_COMMAND_H
#define NT_RESULT_COMMAND_H

#include "reports/result/result.h"

char *nt_result_command(const struct nt_result_case *k); /* the caller frees; NULL without memory */

#endif
