/* A random internet: networks behind gateways behind gateways, up to five levels, of which those are told that somebody is behind.
 */
#ifndef NT_SWEEP_TOPOLOGY_H
#define NT_SWEEP_TOPOLOGY_H

#include "scenarios/sweep/tree.h"

#include <stdint.h>

#define NT_SWEEP_LEVELS 5
#define NT_SWEEP_NETWORKS_MAX 64
#define NT_SWEEP_GATEWAYS_MAX 40
#define NT_SWEEP_INSIDE_MAX 6 /* networks inside one gateway */

struct nt_sweep_network {
    char name[16], prefix[24];
    unsigned level, delay; /* delay: ms */
    bool home;             /* its prefix may be that of another home: nobody is behind it */
    bool used;
};

struct nt_sweep_gateway {
    char name[24];
    struct nt_tree *t; /* its map; its `nat` is set */
    unsigned inside[NT_SWEEP_INSIDE_MAX], inside_count, outside;
    bool used;
};

struct nt_sweep_topology {
    struct nt_arena *arena;
    uint64_t number; /* of the world */
    struct nt_rand *r;
    bool troubled;
    struct nt_sweep_network networks[NT_SWEEP_NETWORKS_MAX]; /* [0]: the internet */
    struct nt_sweep_gateway gateways[NT_SWEEP_GATEWAYS_MAX];
    unsigned network_count, gateway_count;
};

void nt_sweep_topology_init(struct nt_sweep_topology *t, struct nt_arena *a, uint64_t number, struct nt_rand *r, bool troubled);
/* Where somebody may live: a network that is there, or is made with what leads to it. */
unsigned nt_sweep_home(struct nt_sweep_topology *t);
/* `count` networks (at most NT_SWEEP_INSIDE_MAX) of one agent, named after it, behind one gateway or several on the internet.
 * Returns how many there was room for; the first is *first, the others follow. */
unsigned nt_sweep_own_networks(struct nt_sweep_topology *t, char agent, unsigned count, unsigned *first);
/* A network in which a server may stand: one that can be seen from behind it; 0: the internet, when there is none. */
unsigned nt_sweep_carrier(const struct nt_sweep_topology *t);
/* Marks a network, and all that leads to it. */
void nt_sweep_use(struct nt_sweep_topology *t, unsigned network);
/* Writes the networks and gateways that are used. */
void nt_sweep_topology_write(const struct nt_sweep_topology *t, struct nt_tree *networks, struct nt_tree *gateways);

#endif
