#include "natsim/nat/nat.h"

#include "core/base/err.h"
#include "natsim/nat/expiry.h"
#include "natsim/nat/nat_state.h"

#include <stdlib.h>

#define POISON_MAX 65536

static void init_tables(struct nt_nat *n)
{
    size_t mappings = n->external_count * (size_t)NT_NAT_MAPPINGS_MAX;
    size_t holds = n->external_count * NT_SPACES * 65536;
    nt_deadlines_init(&n->deadlines, mappings + 2 * (size_t)NT_NAT_FILTERS_MAX + POISON_MAX + holds);
    nt_inside_init(&n->inside, mappings);
    nt_mappings_init(&n->mappings, mappings);
    nt_filters_init(&n->filters, NT_NAT_FILTERS_MAX, NT_DUE_FILTER);
    nt_flows_init(&n->flows, NT_NAT_FILTERS_MAX, NT_DUE_FLOW);
    nt_poison_init(&n->poison, POISON_MAX, NT_DUE_POISON);
}

struct nt_nat *nt_nat_new(const struct nt_nat_policy *policy, const struct nt_addr *externals, size_t count,
                          const struct nt_rand *rand, const struct nt_trace *trace)
{
    if (count == 0 || count > NT_NAT_ADDRESSES_MAX)
        return NULL;
    struct nt_nat *n = calloc(1, sizeof *n + count * sizeof *n->externals);
    if (n == NULL)
        return NULL;
    n->policy = *policy;
    n->tcp_policy = nt_nat_policy_of_tcp(policy);
    n->rand = *rand;
    n->trace = *trace;
    n->external_count = count;
    for (size_t i = 0; i < count; i++)
        n->externals[i] = nt_addr_with_port(&externals[i], 0);
    n->tracking = policy->replies == NT_REPLIES_PINNED || policy->poison != 0 || nt_nat_shares_ports(policy) ||
                  policy->reuse == NT_REUSE_LATEST_BY_SOURCE || policy->filter_scope == NT_SCOPE_FLOW;
    n->filter_table = policy->filtering != NT_DEP_ENDPOINT_INDEPENDENT && policy->filter_scope != NT_SCOPE_FLOW;
    init_tables(n);
    if (nt_port_table_init(&n->ports, count) != NT_OK) {
        free(n);
        return NULL;
    }
    return n;
}

void nt_nat_del(struct nt_nat *n)
{
    if (n == NULL)
        return;
    nt_deadlines_free(&n->deadlines);
    nt_inside_free(&n->inside);
    nt_mappings_free(&n->mappings);
    nt_filters_free(&n->filters);
    nt_flows_free(&n->flows);
    nt_poison_free(&n->poison);
    nt_port_table_free(&n->ports);
    free(n);
}

bool nt_nat_is_external(const struct nt_nat *n, const struct nt_addr *a)
{
    for (size_t i = 0; i < n->external_count; i++)
        if (nt_addr_same_ip(&n->externals[i], a))
            return true;
    return false;
}

void nt_nat_run(struct nt_nat *n, nt_time now)
{
    nt_expiry_run(n, now);
}

nt_time nt_nat_deadline(const struct nt_nat *n)
{
    return nt_deadlines_next(&n->deadlines);
}

void nt_nat_flush(struct nt_nat *n, nt_time now)
{
    nt_expiry_run(n, now);
    nt_expiry_end_all(n, now);
}

void nt_nat_reboot(struct nt_nat *n, nt_time now)
{
    nt_nat_flush(n, now);
    nt_port_table_restart(&n->ports);
    n->inside.next_external = 0;
    n->next_external = 0;
}

void nt_nat_renumber(struct nt_nat *n, const struct nt_addr *externals, size_t count, nt_time now)
{
    nt_nat_flush(n, now);
    nt_expiry_end_holds(n); /* they were of other addresses */
    for (size_t i = 0; i < count && i < n->external_count; i++)
        n->externals[i] = nt_addr_with_port(&externals[i], 0);
}

/* A mapping without a timer ends with its last flow. */
static nt_time mapping_end(const struct nt_nat *n, const struct nt_mapping *m)
{
    nt_time last = m->deadline != NT_MAP_NONE ? m->life.expires : 0;
    for (uint32_t i = m->flows; m->deadline == NT_MAP_NONE && i != NT_MAP_NONE;) {
        const struct nt_flow *f = nt_flow_at(&n->flows, i);
        last = f->life.expires > last ? f->life.expires : last;
        i = f->links[NT_FLOWS_OF_MAPPING].next;
    }
    return last;
}

size_t nt_nat_count(const struct nt_nat *n)
{
    return nt_slots_count(&n->mappings.slots);
}

bool nt_nat_mapping_info(const struct nt_nat *n, size_t i, struct nt_nat_mapping_info *info)
{
    uint32_t at = n->mappings.oldest;
    while (i-- != 0 && at != NT_MAP_NONE)
        at = nt_mapping_at(&n->mappings, at)->newer;
    if (at == NT_MAP_NONE)
        return false;
    const struct nt_mapping *m = nt_mapping_at(&n->mappings, at);
    *info = (struct nt_nat_mapping_info){.number = m->number,
                                         .internal = m->internal,
                                         .external = m->external,
                                         .remote = m->remote,
                                         .made = m->life.made,
                                         .expires = mapping_end(n, m)};
    return true;
}
