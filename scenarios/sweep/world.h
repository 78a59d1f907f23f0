/* A random world: a scenario by its number. The same number gives the same bytes. */
#ifndef NT_SWEEP_WORLD_H
#define NT_SWEEP_WORLD_H

#include "scenarios/sweep/tree.h"

#include <stdint.h>

#define NT_SWEEP_CHANGES "changes"     /* ... in which things change in the call, and agents are given the time to settle */
#define NT_SWEEP_FAULTLESS "faultless" /* the tag of worlds in which nothing is lost, refused or disturbed */

#define NT_SWEEP_LIMIT                                                                                                             \
    60 /* minutes: six sessions in a row fail before an agent gives up, and each may take several times 39.5 s                     \
        */

/* In an arena of the caller; NULL without memory. */
struct nt_tree *nt_sweep_world(struct nt_arena *a, uint64_t number);

#endif
