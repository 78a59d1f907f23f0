/* The translator as an object: its tables kept in step, and what ends in time. */
#include "natsim/nat/nat.h"

#include "core/base/err.h"
#include "natsim/nat/state.h"

#include <stdlib.h>

#define POISON_MAX 65536

/* A port on hold, as the index of a deadline. */
static uint32_t hold_of(uint32_t external, uint32_t space, uint16_t port)
{
    return (external * NT_SPACES + space) << 16 | port;
}

static enum nt_port_space space_of(uint32_t proto)
{
    return proto == NT_PROTO_ICMP ? NT_SPACE_ICMP : NT_SPACE_UDP;
}

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

struct nt_nat *nt_nat_new(const struct nt_nat_policy *policy, const struct nt_addr *externals, size_t count, const struct nt_rand *rand,
                          const struct nt_trace *trace)
{
    if (count == 0 || count > NT_NAT_ADDRESSES_MAX)
        return NULL;
    struct nt_nat *n = calloc(1, sizeof *n);
    if (n == NULL)
        return NULL;
    n->policy = *policy;
    n->rand = *rand;
    n->trace = *trace;
    n->external_count = count;
    for (size_t i = 0; i < count; i++)
        n->externals[i] = nt_addr_with_port(&externals[i], 0);
    n->tracking = policy->replies == NT_REPLIES_PINNED || policy->poison != 0 || nt_nat_shares_ports(policy);
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

struct nt_addr nt_nat_seen_by(enum nt_dependence rule, const struct nt_addr *remote)
{
    switch (rule) {
    case NT_DEP_ENDPOINT_INDEPENDENT:
        break;
    case NT_DEP_ADDRESS:
        return nt_addr_with_port(remote, 0);
    case NT_DEP_ADDRESS_AND_PORT:
        return *remote;
    }
    return (struct nt_addr){.family = NT_AF_NONE};
}

uint32_t *nt_nat_filter_list(struct nt_nat *n, uint32_t mapping, uint32_t *owner)
{
    struct nt_mapping *m = nt_mapping_at(&n->mappings, mapping);
    if (n->policy.filter_scope == NT_SCOPE_ENDPOINT) {
        *owner = m->endpoint;
        return &nt_inside_endpoint_at(&n->inside, m->endpoint)->filters;
    }
    *owner = mapping;
    return &m->filters;
}

static void drop_filters(struct nt_nat *n, uint32_t *list)
{
    while (*list != NT_MAP_NONE)
        nt_filters_remove(&n->filters, &n->deadlines, list, *list, false);
}

void nt_nat_leave(struct nt_nat *n, uint32_t endpoint)
{
    uint32_t block, external;
    struct nt_inside_endpoint *e = nt_inside_endpoint_at(&n->inside, endpoint);
    if (e->newest == NT_MAP_NONE)
        drop_filters(n, &e->filters);
    nt_inside_leave(&n->inside, endpoint, &block, &external);
    if (block != NT_MAP_NONE)
        nt_port_table_release_block(&n->ports, external, block);
}

/* The port is free again, at once or after the hold-down. Without memory for the hold it is at once. */
static void free_port(struct nt_nat *n, uint32_t external, uint32_t proto, uint16_t port, nt_time at)
{
    uint32_t ignored;
    enum nt_port_space space = space_of(proto);
    if (n->policy.hold_down != 0 && nt_deadlines_add(&n->deadlines, NT_DUE_HOLD, hold_of(external, space, port),
                                                     nt_time_after(at, n->policy.hold_down), &ignored) == NT_OK)
        return;
    nt_port_table_release(&n->ports, external, space, port);
}

/* The mapping's own deadline has been taken out. */
static void forget(struct nt_nat *n, uint32_t mapping, nt_time at)
{
    struct nt_mapping *m = nt_mapping_at(&n->mappings, mapping);
    struct nt_mapping gone = *m;
    while (m->flows != NT_MAP_NONE)
        nt_flows_remove(&n->flows, &n->deadlines, &m->flows, m->flows, false);
    drop_filters(n, &m->filters);
    nt_mappings_remove(&n->mappings, &n->inside, mapping, n->policy.reuse == NT_REUSE_LATEST_BY_SOURCE);
    nt_nat_leave(n, gone.endpoint);
    if (nt_mappings_by_external(&n->mappings, gone.proto, &gone.external) == NT_MAP_NONE)
        free_port(n, gone.external_index, gone.proto, gone.external.port, at);
    nt_trace_emit(&n->trace, (struct nt_trace_event){
                                 .at = at, .kind = NT_TR_EXPIRED, .a = gone.internal, .b = gone.external, .n = {gone.number}});
}

void nt_nat_unmap(struct nt_nat *n, uint32_t mapping, nt_time at)
{
    nt_deadlines_remove(&n->deadlines, nt_mapping_at(&n->mappings, mapping)->deadline);
    forget(n, mapping, at);
}

static void end_filter(struct nt_nat *n, uint32_t index)
{
    uint32_t owner = nt_filter_at(&n->filters, index)->owner;
    uint32_t *list = n->policy.filter_scope == NT_SCOPE_ENDPOINT ? &nt_inside_endpoint_at(&n->inside, owner)->filters
                                                                 : &nt_mapping_at(&n->mappings, owner)->filters;
    nt_filters_remove(&n->filters, &n->deadlines, list, index, true);
}

static void end_flow(struct nt_nat *n, uint32_t index)
{
    uint32_t *list = &nt_mapping_at(&n->mappings, nt_flow_at(&n->flows, index)->mapping)->flows;
    nt_flows_remove(&n->flows, &n->deadlines, list, index, true);
}

static void end_hold(struct nt_nat *n, uint32_t hold)
{
    nt_port_table_release(&n->ports, (hold >> 16) / NT_SPACES, (enum nt_port_space)((hold >> 16) % NT_SPACES), (uint16_t)(hold & 0xffff));
}

void nt_nat_run(struct nt_nat *n, nt_time now)
{
    uint32_t kind, index;
    nt_time at;
    while (nt_deadlines_due(&n->deadlines, now, &kind, &index, &at)) {
        switch (kind) {
        case NT_DUE_MAPPING:
            forget(n, index, at);
            break;
        case NT_DUE_FILTER:
            end_filter(n, index);
            break;
        case NT_DUE_FLOW:
            end_flow(n, index);
            break;
        case NT_DUE_POISON:
            nt_poison_due(&n->poison, index);
            break;
        default:
            end_hold(n, index);
            break;
        }
    }
}

nt_time nt_nat_deadline(const struct nt_nat *n)
{
    return nt_deadlines_next(&n->deadlines);
}

void nt_nat_flush(struct nt_nat *n, nt_time now)
{
    nt_time hold_down = n->policy.hold_down;
    uint32_t kind, index;
    nt_time at;
    nt_nat_run(n, now);
    n->policy.hold_down = 0; /* what is forgotten is not held either */
    while (n->mappings.oldest != NT_MAP_NONE)
        nt_nat_unmap(n, n->mappings.oldest, now);
    n->policy.hold_down = hold_down;
    /* What is left has deadlines: poison and ports on hold. */
    while (nt_deadlines_due(&n->deadlines, NT_TIME_NEVER, &kind, &index, &at)) {
        if (kind == NT_DUE_POISON)
            nt_poison_due(&n->poison, index);
        else
            end_hold(n, index);
    }
}

void nt_nat_reboot(struct nt_nat *n, nt_time now)
{
    nt_nat_flush(n, now);
    nt_port_table_clear(&n->ports);
    n->inside.next_external = 0;
    n->next_external = 0;
}

void nt_nat_renumber(struct nt_nat *n, const struct nt_addr *externals, size_t count, nt_time now)
{
    nt_nat_flush(n, now);
    for (size_t i = 0; i < count && i < n->external_count; i++)
        n->externals[i] = nt_addr_with_port(&externals[i], 0);
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
    *info = (struct nt_nat_mapping_info){.number = m->number, .internal = m->internal, .external = m->external, .remote = m->remote,
                                         .made = m->life.made, .expires = m->life.expires};
    return true;
}
