/* The oracle's map: which node a packet for an address goes to next, by LANGUAGE.md's words on addresses and routing. */
#ifndef NT_ORACLE_MAP_H
#define NT_ORACLE_MAP_H

#include "scenarios/model/case.h"

#define NT_ORACLE_IPS_MAX 256
#define NT_ORACLE_HOPS_KEPT 1024

/* A node and one of its attachments: an agent's or server's in order; a gateway's inside ones, then its outside. ANY port: the
 * node chooses by its routes. */
struct nt_oracle_place {
    enum nt_scn_node_kind kind;
    uint32_t index, port;
};
#define NT_ORACLE_ANY UINT32_MAX

struct nt_oracle_hop {
    struct nt_oracle_place from, to; /* to.kind NT_SCN_NODE_NONE: nobody has the address */
    uint16_t ip;
    bool set, routed;
    uint32_t out; /* the attachment of `from` that the packet leaves by */
};

struct nt_oracle_world {
    const struct nt_scn_case *scn;
    struct nt_addr ips[NT_ORACLE_IPS_MAX];
    size_t ip_count;
    struct nt_oracle_hop hops[NT_ORACLE_HOPS_KEPT], spare;
};

void nt_oracle_world_init(struct nt_oracle_world *w, const struct nt_scn_case *c);
/* The number of an address without its port; NT_ORACLE_IPS_MAX: too many. */
uint16_t nt_oracle_ip(struct nt_oracle_world *w, const struct nt_addr *a);
const struct nt_oracle_hop *nt_oracle_hop(struct nt_oracle_world *w, const struct nt_oracle_place *from, uint16_t ip);

#endif
