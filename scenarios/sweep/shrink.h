/* Makes a scenario that fails smaller, as long as it fails: without a node, a step, an item or a key; with plainer values. */
#ifndef NT_SWEEP_SHRINK_H
#define NT_SWEEP_SHRINK_H

#include "scenarios/sweep/tree.h"

struct nt_shrink {
    bool (*fails)(void *user, const struct nt_tree *smaller); /* the same way as at first; one that does not load does not */
    void *user;
    unsigned tries_max; /* calls of `fails` */
    unsigned tries;     /* that were made */
};

/* What remains of `root`, in an arena of the caller: nothing smaller fails, or tries_max is reached. It depends on nothing but
 * `root` and what `fails` says. NULL without memory. */
struct nt_tree *nt_shrink(struct nt_shrink *s, struct nt_arena *a, const struct nt_tree *root);

#endif
