/* Random NATs: routers, presets, and policies in all their words. */
#ifndef NT_SWEEP_NATS_H
#define NT_SWEEP_NATS_H

#include "core/base/rand.h"
#include "scenarios/sweep/tree.h"

/* Sets the key `nat` of a gateway. `troubled`: also what ends mappings, refuses flows or drops fragments, of which the oracle does
 * not tell. */
void nt_sweep_nat(struct nt_tree *gateway, struct nt_rand *r, bool troubled);
/* Does the gateway's `nat` hide what is inside from those outside? */
bool nt_sweep_translates(const struct nt_tree *gateway);

#endif
