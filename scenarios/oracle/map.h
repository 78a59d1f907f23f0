/* The oracle's map: the node that a packet to an address goes to next, by the language's rules of addressing and routing. */
#ifndef NT_ORACLE_MAP_H
#define NT_ORACLE_MAP_H

#include "scenarios/oracle/cuts.h"

#define NT_ORACLE_IPS_MAX 256
#define NT_ORACLE_HOPS_KEPT 1024

struct nt_oracle_hop {
    struct nt_oracle_place from, to; /* to.kind NT_SCN_NODE_NONE: no node has the address */
    uint16_t ip;
    bool set, routed;
    uint32_t out; /* the attachment of `from` that the packet leaves by */
};

struct nt_oracle_map {
    const struct nt_scn_case *scn;
    const struct nt_oracle_cuts *cuts; /* NULL: nothing is cut */
    struct nt_addr ips[NT_ORACLE_IPS_MAX];
    size_t ip_count;
    struct nt_oracle_hop hops[NT_ORACLE_HOPS_KEPT], spare;
};

/* Both are the caller's. */
void nt_oracle_map_init(struct nt_oracle_map *map, const struct nt_scn_case *c, const struct nt_oracle_cuts *cuts);
/* The number of an address without its port; NT_ORACLE_IPS_MAX: too many. */
uint16_t nt_oracle_ip_number(struct nt_oracle_map *map, const struct nt_addr *a);
const struct nt_oracle_hop *nt_oracle_next_hop(struct nt_oracle_map *map, const struct nt_oracle_place *from, uint16_t ip);

#endif
