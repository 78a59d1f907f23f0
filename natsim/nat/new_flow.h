/* The mapping that a new flow from inside gets: one that the endpoint has, by the mapping rule or by its newest flow, or another.
 */
#ifndef NT_NAT_NEW_FLOW_H
#define NT_NAT_NEW_FLOW_H

#include "natsim/nat/nat_state.h"

/* RFC 4787, 4.1; NT_MAP_NONE: there is none yet. */
static inline uint32_t nt_new_flow_by_rule(const struct nt_nat *n, const struct nt_nat_policy *p, uint8_t proto,
                                           const struct nt_addr *internal, const struct nt_addr *remote)
{
    struct nt_addr seen = nt_nat_seen_by(p->mapping, remote);
    return nt_mappings_by_rule(&n->mappings, proto, internal, &seen);
}

uint32_t nt_new_flow_find(const struct nt_nat *n, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *remote);
/* The existing one, unless it may not be used towards this remote, or another: as nt_assign_mapping. */
int nt_new_flow_map(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *remote, nt_time now,
                    uint32_t *mapping);

#endif
