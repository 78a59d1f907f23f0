/* The inside of struct nt_nat, for the files that make it up: nat.c keeps the tables in step, assign.c makes mappings, and
 * translate.c decides about packets. */
#ifndef NT_NAT_STATE_H
#define NT_NAT_STATE_H

#include "natsim/nat/filtering.h"
#include "natsim/nat/flow.h"
#include "natsim/nat/mapping.h"
#include "natsim/nat/nat.h"
#include "natsim/nat/ports.h"

struct nt_nat {
    struct nt_nat_policy policy;
    struct nt_addr externals[NT_NAT_ADDRESSES_MAX]; /* port 0 */
    size_t external_count;
    struct nt_rand rand;
    struct nt_trace trace;
    bool tracking;          /* flows are kept: pinned replies, poison, shared ports */
    uint32_t next_external; /* arbitrary pooling */
    struct nt_deadlines deadlines;
    struct nt_inside inside;
    struct nt_mappings mappings;
    struct nt_filters filters;
    struct nt_flows flows;
    struct nt_poison poison;
    struct nt_port_table ports;
};

static inline bool nt_nat_shares_ports(const struct nt_nat_policy *p)
{
    return p->ports == NT_PORTS_OVERLOAD || p->conflict == NT_CONFLICT_OVERLOAD;
}

/* The part of a remote address that a rule looks at: nothing, the address, or address and port. */
struct nt_addr nt_nat_seen_by(enum nt_dependence rule, const struct nt_addr *remote);
/* The list of filter entries that hold for the mapping, and its owner's index. */
uint32_t *nt_nat_filter_list(struct nt_nat *n, uint32_t mapping, uint32_t *owner);
void nt_nat_unmap(struct nt_nat *n, uint32_t mapping, nt_time at);
/* The external port is poisoned, or used by another inside endpoint, towards `remote`. */
bool nt_nat_is_barred(const struct nt_nat *n, uint32_t proto, const struct nt_addr *internal, const struct nt_addr *external,
                      const struct nt_addr *remote);
/* A new mapping of `internal` for a packet to `remote`. NT_ELIMIT, NT_ENOSPC (no port) or NT_ENOMEM. */
int nt_nat_assign(struct nt_nat *n, uint32_t proto, const struct nt_addr *internal, const struct nt_addr *remote, bool ruled, nt_time now,
                  uint32_t *mapping);
/* The host of an endpoint that left its last mapping is forgotten with its port block. */
void nt_nat_leave(struct nt_nat *n, uint32_t endpoint);

enum { NT_DUE_MAPPING, NT_DUE_FILTER, NT_DUE_FLOW, NT_DUE_POISON, NT_DUE_HOLD };

#endif
