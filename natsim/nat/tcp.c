#include "natsim/nat/tcp.h"

#include "core/base/err.h"
#include "natsim/nat/connection.h"
#include "natsim/nat/expiry.h"
#include "natsim/nat/new_flow.h"

static struct nt_nat_translation dropped(enum nt_drop why, const struct nt_addr *a, const struct nt_addr *b)
{
    return (struct nt_nat_translation){.drop = why, .a = *a, .b = *b};
}

static struct nt_nat_translation dropped_for(int err, const struct nt_addr *a, const struct nt_addr *b)
{
    return dropped(err == NT_ENOSPC ? NT_DROP_NO_PORT : NT_DROP_LIMIT, a, b);
}

static nt_time life_of(const struct nt_nat *n, enum nt_connection state)
{
    return n->policy.tcp.life[state];
}

static int track_connection(struct nt_nat *n, uint32_t mapping, const struct nt_addr *remote, bool inbound,
                            enum nt_connection state, nt_time now)
{
    struct nt_mapping *m = nt_mapping_at(&n->mappings, mapping);
    struct nt_flow add = {.proto = m->proto,
                          .internal = m->internal,
                          .external = m->external,
                          .remote = *remote,
                          .mapping = mapping,
                          .inbound = inbound,
                          .begun_outside = inbound,
                          .connection = (uint8_t)state,
                          .life = {.made = now, .expires = nt_time_after(now, life_of(n, state))}};
    uint32_t *lists[NT_FLOW_LISTS];
    nt_nat_flow_lists(n, mapping, lists);
    return nt_flows_add(&n->flows, &n->deadlines, lists, &add);
}

static void change_connection(struct nt_nat *n, struct nt_flow *f, enum nt_connection state, nt_time now)
{
    f->connection = (uint8_t)state;
    f->life.expires = nt_time_after(now, life_of(n, state));
    nt_deadlines_move(&n->deadlines, f->deadline, f->life.expires);
}

/* A segment of a connection that is known. False: it does not pass. */
static bool pass_segment(struct nt_nat *n, uint32_t flow, uint8_t flags, bool inbound, nt_time now)
{
    struct nt_flow *f = nt_flow_at(&n->flows, flow);
    int next =
        nt_connection_next(n->policy.tcp.tracking, (enum nt_connection)f->connection, &f->fins, flags, inbound != f->begun_outside);
    if (next == NT_CONN_BEGUN_AGAIN) {
        f->fins = 0;
        f->begun_outside = inbound;
        next = NT_CONN_SYN_SENT;
    }
    if (next == NT_CONN_ENDED)
        nt_expiry_end_flow(n, flow, now);
    else if (next < NT_CONNECTION_STATES)
        change_connection(n, f, (enum nt_connection)next, now);
    return next != NT_CONN_INVALID;
}

static int begin_connection(struct nt_nat *n, enum nt_connection state, const struct nt_addr *internal,
                            const struct nt_addr *remote, nt_time now, struct nt_addr *external)
{
    uint32_t mapping, before = n->mappings.made;
    int err = nt_new_flow_map(n, NT_PROTO_TCP, internal, remote, now, &mapping);
    if (err == NT_OK && (err = track_connection(n, mapping, remote, false, state, now)) != NT_OK && n->mappings.made != before)
        nt_expiry_unmap(n, mapping, now); /* nothing leaves by the mapping just made */
    if (err == NT_OK)
        *external = nt_mapping_at(&n->mappings, mapping)->external;
    return err;
}

struct nt_nat_translation nt_nat_tcp_outbound(struct nt_nat *n, uint8_t flags, const struct nt_addr *internal,
                                              const struct nt_addr *to, nt_time now)
{
    struct nt_nat_translation t = {.dst = *to};
    enum nt_connection state;
    nt_expiry_run(n, now);
    uint32_t flow = nt_flows_by_internal(&n->flows, NT_PROTO_TCP, internal, to);
    if (flow != NT_MAP_NONE) {
        t.src = nt_flow_at(&n->flows, flow)->external;
        return pass_segment(n, flow, flags, false, now) ? t : dropped(NT_DROP_STRAY, internal, to);
    }
    if (!nt_connection_begins(n->policy.tcp.tracking, flags, &state))
        return dropped(NT_DROP_STRAY, internal, to);
    int err = begin_connection(n, state, internal, to, now, &t.src);
    return err == NT_OK ? t : dropped_for(err, internal, to);
}

/* RFC 4787, section 5, of connections: who has been sent to, by the mapping, or by any of the inside endpoint's. */
static bool has_sent_to(const struct nt_nat *n, uint32_t mapping, const struct nt_addr *remote)
{
    const struct nt_nat_policy *p = &n->tcp_policy;
    const struct nt_mapping *m = nt_mapping_at(&n->mappings, mapping);
    enum nt_flow_list list = p->filter_scope == NT_SCOPE_ENDPOINT ? NT_FLOWS_OF_ENDPOINT : NT_FLOWS_OF_MAPPING;
    struct nt_addr seen = nt_nat_seen_by(p->filtering, remote);
    uint32_t i = list == NT_FLOWS_OF_ENDPOINT ? nt_inside_endpoint_at(&n->inside, m->endpoint)->flows : m->flows;
    for (; i != NT_MAP_NONE; i = nt_flow_at(&n->flows, i)->links[list].next) {
        const struct nt_flow *f = nt_flow_at(&n->flows, i);
        struct nt_addr known = nt_nat_seen_by(p->filtering, &f->remote);
        if (!f->inbound && nt_addr_equal(&known, &seen))
            return true;
    }
    return false;
}

static bool admits(const struct nt_nat *n, uint32_t mapping, const struct nt_addr *remote)
{
    return n->tcp_policy.filtering == NT_DEP_ENDPOINT_INDEPENDENT || has_sent_to(n, mapping, remote);
}

/* A segment of no connection that is known: a SYN may begin one, at the first mapping that admits it. */
static struct nt_nat_translation admit_segment(struct nt_nat *n, uint8_t flags, const struct nt_addr *remote,
                                               const struct nt_addr *external, nt_time now)
{
    uint32_t first = nt_mappings_by_external(&n->mappings, NT_PROTO_TCP, external), mapping = first;
    while (mapping != NT_MAP_NONE && !admits(n, mapping, remote))
        mapping = nt_mapping_at(&n->mappings, mapping)->shared_next;
    if (first == NT_MAP_NONE)
        return dropped(NT_DROP_NO_MAPPING, remote, external);
    if (mapping == NT_MAP_NONE)
        return dropped(NT_DROP_FILTERED, remote, &nt_mapping_at(&n->mappings, first)->internal);
    struct nt_nat_translation t = {.src = *remote, .dst = nt_mapping_at(&n->mappings, mapping)->internal};
    /* The pair may have another mapping: its flow is the one that answers use. */
    bool known = nt_flows_by_internal(&n->flows, NT_PROTO_TCP, &t.dst, remote) != NT_MAP_NONE;
    if (!nt_connection_is_syn(flags) || known)
        return dropped(NT_DROP_STRAY, remote, external);
    int err = track_connection(n, mapping, remote, true, NT_CONN_SYN_SENT, now);
    return err == NT_OK ? t : dropped_for(err, &t.dst, remote);
}

struct nt_nat_translation nt_nat_tcp_inbound(struct nt_nat *n, uint8_t flags, const struct nt_addr *from,
                                             const struct nt_addr *external, nt_time now)
{
    nt_expiry_run(n, now);
    uint32_t flow = nt_flows_by_external(&n->flows, NT_PROTO_TCP, external, from);
    if (flow == NT_MAP_NONE)
        return admit_segment(n, flags, from, external, now);
    struct nt_nat_translation t = {.src = *from, .dst = nt_flow_at(&n->flows, flow)->internal};
    return pass_segment(n, flow, flags, true, now) ? t : dropped(NT_DROP_STRAY, from, external);
}

/* RFC 5382, REQ-8, as nt_nat_hairpin. */
struct nt_nat_translation nt_nat_tcp_hairpin(struct nt_nat *n, uint8_t flags, const struct nt_addr *internal,
                                             const struct nt_addr *external, nt_time now)
{
    if (n->policy.hairpin == NT_HAIRPIN_NONE)
        return dropped(NT_DROP_HAIRPIN, internal, external);
    struct nt_nat_translation out = nt_nat_tcp_outbound(n, flags, internal, external, now);
    if (out.drop != NT_DROP_NONE)
        return out;
    struct nt_nat_translation in = nt_nat_tcp_inbound(n, flags, &out.src, external, now);
    if (n->policy.hairpin == NT_HAIRPIN_INTERNAL)
        in.src = *internal;
    return in;
}
