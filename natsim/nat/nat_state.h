/* The state of a translator, for the files that make it up: expiry.c ends what is in its tables, assign.c makes mappings,
 * translate.c decides about packets. */
#ifndef NT_NAT_NAT_STATE_H
#define NT_NAT_NAT_STATE_H

#include "core/base/trace.h"
#include "natsim/nat/filtering.h"
#include "natsim/nat/flow.h"
#include "natsim/nat/mapping.h"
#include "natsim/nat/ports.h"
#include "natsim/packet/protocol.h"

struct nt_nat {
    struct nt_nat_policy policy, tcp_policy; /* of UDP and ICMP; of TCP */
    struct nt_rand rand;
    struct nt_trace trace;
    bool tracking;          /* flows are kept: pinned replies, poison, shared ports, reuse of the latest, filtering by flow */
    bool filter_table;      /* filter entries are kept */
    uint32_t next_external; /* arbitrary pooling */
    struct nt_deadlines deadlines;
    struct nt_inside inside;
    struct nt_mappings mappings;
    struct nt_filters filters;
    struct nt_flows flows;
    struct nt_poison poison;
    struct nt_port_table ports;
    size_t external_count;
    struct nt_addr externals[]; /* port 0 */
};

static inline const struct nt_nat_policy *nt_nat_policy_for(const struct nt_nat *n, uint32_t proto)
{
    return proto == NT_PROTO_TCP ? &n->tcp_policy : &n->policy;
}

/* Connections of TCP are flows, which are always kept. */
static inline bool nt_nat_tracks(const struct nt_nat *n, uint32_t proto)
{
    return n->tracking || proto == NT_PROTO_TCP;
}

/* Mappings that end with their last flow. */
static inline bool nt_nat_lives_by_flows(const struct nt_nat *n, uint32_t proto)
{
    return n->policy.filter_scope == NT_SCOPE_FLOW || proto == NT_PROTO_TCP;
}

/* What a deadline ends. */
enum nt_nat_due { NT_DUE_MAPPING, NT_DUE_FILTER, NT_DUE_FLOW, NT_DUE_POISON, NT_DUE_HOLD };

static inline bool nt_nat_shares_ports(const struct nt_nat_policy *p)
{
    return p->ports == NT_PORTS_OVERLOAD || p->conflict == NT_CONFLICT_OVERLOAD;
}

static inline enum nt_port_space nt_nat_port_space(uint32_t proto)
{
    return proto == NT_PROTO_ICMP ? NT_SPACE_ICMP : proto == NT_PROTO_TCP ? NT_SPACE_TCP : NT_SPACE_UDP;
}

/* The part of a remote address that a rule looks at: nothing, the address, or address and port. */
static inline struct nt_addr nt_nat_seen_by(enum nt_dependence rule, const struct nt_addr *remote)
{
    switch (rule) {
    case NT_DEP_ENDPOINT_INDEPENDENT: break;
    case NT_DEP_ADDRESS: return nt_addr_with_port(remote, 0);
    case NT_DEP_ADDRESS_AND_PORT: return *remote;
    }
    return (struct nt_addr){.family = NT_AF_NONE};
}

/* The heads of the lists that a flow of the mapping is in. */
static inline void nt_nat_flow_lists(struct nt_nat *n, uint32_t mapping, uint32_t *heads[NT_FLOW_LISTS])
{
    struct nt_mapping *m = nt_mapping_at(&n->mappings, mapping);
    heads[NT_FLOWS_OF_MAPPING] = &m->flows;
    heads[NT_FLOWS_OF_ENDPOINT] = &nt_inside_endpoint_at(&n->inside, m->endpoint)->flows;
}

/* The list of filter entries that hold for the mapping, and its owner's index. */
static inline uint32_t *nt_nat_filter_list(struct nt_nat *n, uint32_t mapping, uint32_t *owner)
{
    struct nt_mapping *m = nt_mapping_at(&n->mappings, mapping);
    if (n->policy.filter_scope == NT_SCOPE_ENDPOINT) {
        *owner = m->endpoint;
        return &nt_inside_endpoint_at(&n->inside, m->endpoint)->filters;
    }
    *owner = mapping;
    return &m->filters;
}

#endif
