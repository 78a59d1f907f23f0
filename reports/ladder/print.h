/* The ladder on a console: one line for each packet's way. */
#ifndef NT_LADDER_PRINT_H
#define NT_LADDER_PRINT_H

#include "reports/ladder/ladder.h"

#include <stdio.h>

void nt_ladder_print(const struct nt_ladder *l, FILE *out, bool colour);

#endif
