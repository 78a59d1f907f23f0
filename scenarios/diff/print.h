/* The differences on a terminal, or as plain lines. */
#ifndef NT_DIFF_PRINT_H
#define NT_DIFF_PRINT_H

#include "scenarios/diff/diff.h"

#include <stdio.h>

struct nt_diff_screen {
    FILE *out;
    bool colour;
    size_t width; /* columns; 0: lines are not folded */
};

/* 0 or NT_ENOMEM. */
int nt_diff_print(const struct nt_diff_screen *screen, const struct nt_diff *d);

#endif
