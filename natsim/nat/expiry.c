#include "natsim/nat/expiry.h"

#include "core/base/err.h"
#include "natsim/nat/nat_state.h"

/* RFC 7857, figure 1: an established connection that has been idle for its time is in transition, and ends after that. False: the
 * flow ends. */
static bool begin_transition(struct nt_nat *n, uint32_t flow, nt_time at)
{
    struct nt_flow *f = nt_flow_at(&n->flows, flow);
    if (f->proto != NT_PROTO_TCP || n->policy.tcp.tracking != NT_TRACK_RFC7857 || f->connection != NT_CONN_ESTABLISHED)
        return false;
    f->connection = NT_CONN_RESET;
    f->life.expires = nt_time_after(at, n->policy.tcp.life[NT_CONN_RESET]);
    return nt_deadlines_add(&n->deadlines, NT_DUE_FLOW, flow, f->life.expires, &f->deadline) == NT_OK;
}

/* A port on hold, as the index of a deadline. */
static uint32_t hold_of(uint32_t external, uint32_t space, uint16_t port)
{
    return (external * NT_SPACES + space) << 16 | port;
}

static void drop_filters(struct nt_nat *n, uint32_t *list)
{
    while (*list != NT_MAP_NONE)
        nt_filters_remove(&n->filters, &n->deadlines, list, *list, false);
}

void nt_expiry_leave(struct nt_nat *n, uint32_t endpoint)
{
    struct nt_inside_host gone;
    struct nt_inside_endpoint *e = nt_inside_endpoint_at(&n->inside, endpoint);
    if (e->newest == NT_MAP_NONE)
        drop_filters(n, &e->filters);
    if (!nt_inside_leave(&n->inside, endpoint, &gone))
        return;
    for (uint32_t i = 0; n->policy.block != 0 && i < n->external_count; i++)
        if (gone.blocks[i] != 0)
            nt_port_table_release_block(&n->ports, i, gone.blocks[i] - 1u);
}

/* Frees the port, at once or after the hold-down; without memory for the hold at once. */
static void free_port(struct nt_nat *n, uint32_t external, uint32_t proto, uint16_t port, nt_time at)
{
    uint32_t ignored;
    enum nt_port_space space = nt_nat_port_space(proto);
    if (n->policy.hold_down != 0 && nt_deadlines_add(&n->deadlines, NT_DUE_HOLD, hold_of(external, space, port),
                                                     nt_time_after(at, n->policy.hold_down), &ignored) == NT_OK)
        return;
    nt_port_table_release(&n->ports, external, space, port);
}

/* The mapping's own deadline has been taken out. */
static void forget_mapping(struct nt_nat *n, uint32_t mapping, nt_time at)
{
    struct nt_mapping *m = nt_mapping_at(&n->mappings, mapping);
    struct nt_mapping gone = *m;
    uint32_t *lists[NT_FLOW_LISTS];
    nt_nat_flow_lists(n, mapping, lists);
    while (m->flows != NT_MAP_NONE)
        nt_flows_remove(&n->flows, &n->deadlines, lists, m->flows, false);
    drop_filters(n, &m->filters);
    nt_mappings_remove(&n->mappings, &n->inside, mapping);
    nt_expiry_leave(n, gone.endpoint);
    if (nt_mappings_by_external(&n->mappings, gone.proto, &gone.external) == NT_MAP_NONE)
        free_port(n, gone.external_index, gone.proto, gone.external.port, at);
    nt_trace_emit(&n->trace, (struct nt_trace_event){
                                 .at = at, .kind = NT_TR_EXPIRED, .a = gone.internal, .b = gone.external, .n = {gone.number}});
}

void nt_expiry_unmap(struct nt_nat *n, uint32_t mapping, nt_time at)
{
    uint32_t deadline = nt_mapping_at(&n->mappings, mapping)->deadline;
    if (deadline != NT_MAP_NONE)
        nt_deadlines_remove(&n->deadlines, deadline);
    forget_mapping(n, mapping, at);
}

static void end_filter(struct nt_nat *n, uint32_t index)
{
    uint32_t owner = nt_filter_at(&n->filters, index)->owner;
    uint32_t *list = n->policy.filter_scope == NT_SCOPE_ENDPOINT ? &nt_inside_endpoint_at(&n->inside, owner)->filters
                                                                 : &nt_mapping_at(&n->mappings, owner)->filters;
    nt_filters_remove(&n->filters, &n->deadlines, list, index, true);
}

/* A mapping that lives by its flows ends with the last. */
static void forget_flow(struct nt_nat *n, uint32_t index, bool due, nt_time at)
{
    uint32_t mapping = nt_flow_at(&n->flows, index)->mapping, proto = nt_flow_at(&n->flows, index)->proto, *lists[NT_FLOW_LISTS];
    nt_nat_flow_lists(n, mapping, lists);
    nt_flows_remove(&n->flows, &n->deadlines, lists, index, due);
    if (nt_nat_lives_by_flows(n, proto) && *lists[NT_FLOWS_OF_MAPPING] == NT_MAP_NONE)
        forget_mapping(n, mapping, at);
}

void nt_expiry_end_flow(struct nt_nat *n, uint32_t flow, nt_time at)
{
    forget_flow(n, flow, false, at);
}

static void end_flow(struct nt_nat *n, uint32_t index, nt_time at)
{
    if (!begin_transition(n, index, at))
        forget_flow(n, index, true, at);
}

static void end_hold(struct nt_nat *n, uint32_t hold)
{
    nt_port_table_release(&n->ports, (hold >> 16) / NT_SPACES, (enum nt_port_space)((hold >> 16) % NT_SPACES),
                          (uint16_t)(hold & 0xffff));
}

void nt_expiry_run(struct nt_nat *n, nt_time now)
{
    uint32_t kind, index;
    nt_time at;
    while (nt_deadlines_due(&n->deadlines, now, &kind, &index, &at)) {
        switch (kind) {
        case NT_DUE_MAPPING: forget_mapping(n, index, at); break;
        case NT_DUE_FILTER: end_filter(n, index); break;
        case NT_DUE_FLOW: end_flow(n, index, at); break;
        case NT_DUE_POISON: nt_poison_due(&n->poison, index); break;
        default: end_hold(n, index); break;
        }
    }
}

void nt_expiry_end_all(struct nt_nat *n, nt_time now)
{
    while (n->mappings.oldest != NT_MAP_NONE)
        nt_expiry_unmap(n, n->mappings.oldest, now);
    nt_poison_clear(&n->poison, &n->deadlines);
}

void nt_expiry_end_holds(struct nt_nat *n)
{
    uint32_t kind, hold;
    nt_time at;
    while (nt_deadlines_due(&n->deadlines, NT_TIME_NEVER, &kind, &hold, &at))
        end_hold(n, hold);
}
