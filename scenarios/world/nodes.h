/* The nodes of a case in the fabric: its networks, gateways and hosts. */
#ifndef NT_WORLD_NODES_H
#define NT_WORLD_NODES_H

#include "natsim/host/host.h"
#include "scenarios/model/case.h"

struct nt_world;

int nt_world_build_nodes(struct nt_world *w); /* 0 or NT_ENOMEM */
/* The fabric's node of a case's node, NT_FABRIC_NONE for none; and its host, NULL for a gateway. */
uint32_t nt_world_node(const struct nt_world *w, struct nt_scn_node n);
struct nt_host *nt_world_host(const struct nt_world *w, struct nt_scn_node n);
/* All fabric nodes that stand for a case's node, its end of the management link too: at most 2. */
size_t nt_world_nodes(const struct nt_world *w, struct nt_scn_node n, uint32_t out[2]);

#endif
