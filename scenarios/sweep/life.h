/* What a session lives through: restarts, moves, links that come and go, NATs and servers that lose their state, a hangup; and what
 * agents make of it. */
#ifndef NT_SWEEP_LIFE_H
#define NT_SWEEP_LIFE_H

#include "core/base/rand.h"
#include "scenarios/sweep/tree.h"

enum nt_sweep_life {
    NT_SWEEP_BRIEF = 0, /* nothing happens after the call */
    NT_SWEEP_TOLD,      /* both agents recover, and each change has the time to settle, so that the oracle can tell */
    NT_SWEEP_CALM,      /* likewise, but for what the oracle does not tell of: any way to recover, other offers, a hangup */
    NT_SWEEP_WILD       /* anything at any time */
};

/* Keys of the agents. */
void nt_sweep_ways_to_recover(struct nt_tree *agents, struct nt_rand *r, enum nt_sweep_life life);
/* Appends steps to a world that has its call, and says in `expect` until when it goes on. */
void nt_sweep_life(struct nt_tree *world, struct nt_rand *r, enum nt_sweep_life life);

#endif
