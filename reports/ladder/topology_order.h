/* Inside of the room: the order of the columns of a case whose topology is known. */
#ifndef NT_LADDER_TOPOLOGY_ORDER_H
#define NT_LADDER_TOPOLOGY_ORDER_H

#include "reports/ladder/packet_way.h"
#include "reports/result/case.h"

/* Fills column_of[node] for all nodes: the caller, its gateways outwards, servers and what else there is, further agents behind
 * their gateways, the callee's gateways inwards, the callee. */
void nt_topology_order(const struct nt_ways *w, const struct nt_result_case *k, uint32_t *column_of);

#endif
