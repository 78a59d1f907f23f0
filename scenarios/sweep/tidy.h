/* A scenario from which something was taken, without what needed it: names of what is gone, and what nobody uses any more. */
#ifndef NT_SWEEP_TIDY_H
#define NT_SWEEP_TIDY_H

#include "scenarios/sweep/tree.h"

void nt_sweep_tidy(struct nt_tree *world);

#endif
