/* Random servers, agents and lines of a world whose networks stand. */
#ifndef NT_SWEEP_OPTIONS_H
#define NT_SWEEP_OPTIONS_H

#include "core/base/rand.h"
#include "scenarios/sweep/topology.h"

/* Platform, STUN and TURN servers; some within a home. Writes into the map `servers`. */
void nt_sweep_servers(struct nt_tree *servers, struct nt_rand *r, struct nt_sweep_topology *t);
/* L or R: where it is and whom it asks. */
void nt_sweep_agent(struct nt_tree *agents, const char *name, const struct nt_tree *servers, struct nt_rand *r,
                    struct nt_sweep_topology *t);
/* Leaves out servers that no agent asks, and marks the networks of the others. */
void nt_sweep_use_servers(struct nt_tree *servers, const struct nt_tree *agents, struct nt_sweep_topology *t);
/* Roles, tie-breakers, limits and times of the agents, keys of the servers; `troubled`: also such as may keep a call from
 * completing. */
void nt_sweep_settings(struct nt_tree *agents, struct nt_tree *servers, struct nt_rand *r, bool troubled);
/* At one agent, or both. */
void nt_sweep_limit_pairs(struct nt_tree *agents, struct nt_rand *r);
void nt_sweep_add_ipv6(struct nt_tree *agents, struct nt_tree *networks, struct nt_tree *gateways, struct nt_rand *r);
/* Jitter, reordering, duplicates; `troubled`: and loss. */
void nt_sweep_lines(struct nt_tree *networks, struct nt_rand *r, bool troubled);

#endif
