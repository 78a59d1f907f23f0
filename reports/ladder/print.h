/* The ladder on a console: one line for each row; `unfolded`: for each packet, those that are folded, too. */
#ifndef NT_LADDER_PRINT_H
#define NT_LADDER_PRINT_H

#include "reports/ladder/ladder.h"

#include <stdio.h>

void nt_ladder_print(const struct nt_ladder *l, FILE *out, bool colour, bool unfolded);

#endif
