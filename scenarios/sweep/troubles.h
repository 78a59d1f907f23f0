/* Random steps that disturb a call: packets lost, held back, doubled and damaged; links, servers and NATs that fail; signalling
 * that comes late, twice or never. */
#ifndef NT_SWEEP_TROUBLES_H
#define NT_SWEEP_TROUBLES_H

#include "core/base/rand.h"
#include "scenarios/sweep/tree.h"

/* Appends one to three to the steps of the world. */
void nt_sweep_troubles(struct nt_tree *world, struct nt_rand *r);

#endif
