/* The oracle's map: the node that a packet to an address goes to next, by the language's rules of addressing and routing. */
#ifndef NT_ORACLE_MAP_H
#define NT_ORACLE_MAP_H

#include "scenarios/model/case.h"

#define NT_ORACLE_IPS_MAX 256
#define NT_ORACLE_HOPS_KEPT 1024

/* A node and the number of one of its attachments; those of a gateway are the inside ones, then the outside. NT_ORACLE_ANY: the
 * node chooses by its routes. */
struct nt_oracle_place {
    enum nt_scn_node_kind kind;
    uint32_t index, port;
};
#define NT_ORACLE_ANY UINT32_MAX

struct nt_oracle_hop {
    struct nt_oracle_place from, to; /* to.kind NT_SCN_NODE_NONE: no node has the address */
    uint16_t ip;
    bool set, routed;
    uint32_t out; /* the attachment of `from` that the packet leaves by */
};

struct nt_oracle_map {
    const struct nt_scn_case *scn;
    struct nt_addr ips[NT_ORACLE_IPS_MAX];
    size_t ip_count;
    struct nt_oracle_hop hops[NT_ORACLE_HOPS_KEPT], spare;
};

void nt_oracle_map_init(struct nt_oracle_map *map, const struct nt_scn_case *c);
/* The number of an address without its port; NT_ORACLE_IPS_MAX: too many. */
uint16_t nt_oracle_ip_number(struct nt_oracle_map *map, const struct nt_addr *a);
const struct nt_oracle_hop *nt_oracle_next_hop(struct nt_oracle_map *map, const struct nt_oracle_place *from, uint16_t ip);

#endif
