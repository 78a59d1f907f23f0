#include "natsim/nat/new_flow.h"

#include "core/base/err.h"
#include "natsim/nat/assign.h"

/* The mapping of the endpoint's newest flow, or without flows its newest. (In Linux, find_appropriate_src, a flow that has ended
 * counts until it is collected, which can be many seconds later.) */
static uint32_t find_latest(const struct nt_nat *n, uint8_t proto, const struct nt_addr *internal)
{
    uint32_t endpoint = nt_inside_find(&n->inside, proto, internal);
    if (endpoint == NT_MAP_NONE)
        return NT_MAP_NONE;
    const struct nt_inside_endpoint *e = nt_inside_endpoint_at(&n->inside, endpoint);
    return e->flows != NT_MAP_NONE ? nt_flow_at(&n->flows, e->flows)->mapping : e->newest;
}

uint32_t nt_new_flow_find(const struct nt_nat *n, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *remote)
{
    const struct nt_nat_policy *p = nt_nat_policy_for(n, proto);
    if (p->reuse == NT_REUSE_LATEST_BY_SOURCE)
        return find_latest(n, proto, internal);
    return nt_new_flow_by_rule(n, p, proto, internal, remote);
}

int nt_new_flow_map(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *remote, nt_time now,
                    uint32_t *mapping)
{
    *mapping = nt_new_flow_find(n, proto, internal, remote);
    bool first = *mapping == NT_MAP_NONE;
    if (!first && !nt_assign_is_barred(n, proto, internal, &nt_mapping_at(&n->mappings, *mapping)->external, remote))
        return NT_OK;
    bool ruled = first && nt_nat_policy_for(n, proto)->reuse != NT_REUSE_LATEST_BY_SOURCE;
    return nt_assign_mapping(n, proto, internal, remote, ruled, now, mapping);
}
