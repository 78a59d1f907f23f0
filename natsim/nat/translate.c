#include "natsim/nat/translate.h"

#include "core/base/err.h"
#include "natsim/nat/assign.h"
#include "natsim/nat/expiry.h"
#include "natsim/nat/new_flow.h"

static struct nt_nat_translation dropped(enum nt_drop why, const struct nt_addr *a, const struct nt_addr *b)
{
    struct nt_nat_translation t = {.drop = why};
    if (a != NULL)
        t.a = *a;
    if (b != NULL)
        t.b = *b;
    return t;
}

/* An ICMP query has an identifier, not a remote port (RFC 5508, section 3). */
static struct nt_addr peer_of(uint8_t proto, const struct nt_addr *remote)
{
    return proto == NT_PROTO_ICMP ? nt_addr_with_port(remote, 0) : *remote;
}

static struct nt_nat_translation dropped_for(int err, const struct nt_addr *internal, const struct nt_addr *remote)
{
    return dropped(err == NT_ENOSPC ? NT_DROP_NO_PORT : NT_DROP_LIMIT, internal, remote);
}

static int track_flow(struct nt_nat *n, uint32_t mapping, const struct nt_addr *remote, bool inbound, nt_time now)
{
    struct nt_mapping *m = nt_mapping_at(&n->mappings, mapping);
    struct nt_flow add = {.proto = m->proto,
                          .internal = m->internal,
                          .external = m->external,
                          .remote = *remote,
                          .mapping = mapping,
                          .inbound = inbound,
                          .life = nt_life_start(&n->policy, m->proto, remote, now)};
    uint32_t *lists[NT_FLOW_LISTS];
    nt_nat_flow_lists(n, mapping, lists);
    return nt_flows_add(&n->flows, &n->deadlines, lists, &add);
}

static void refresh_flow(struct nt_nat *n, uint32_t flow, bool inbound, nt_time now)
{
    struct nt_flow *f = nt_flow_at(&n->flows, flow);
    if (nt_life_packet(&f->life, &n->policy, f->proto, &f->remote, inbound, inbound != f->inbound, now))
        nt_deadlines_move(&n->deadlines, f->deadline, f->life.expires);
}

static void refresh_mapping(struct nt_nat *n, uint32_t mapping, const struct nt_addr *remote, bool inbound, nt_time now)
{
    struct nt_mapping *m = nt_mapping_at(&n->mappings, mapping);
    if (m->deadline != NT_MAP_NONE && nt_life_packet(&m->life, &n->policy, m->proto, remote, inbound, inbound, now))
        nt_deadlines_move(&n->deadlines, m->deadline, m->life.expires);
}

/* With tracked flows: the mapping of the packet's flow, or of a new one. */
static int map_by_flow(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *remote, nt_time now,
                       uint32_t *mapping)
{
    uint32_t flow = nt_flows_by_internal(&n->flows, proto, internal, remote);
    if (flow != NT_MAP_NONE) {
        *mapping = nt_flow_at(&n->flows, flow)->mapping;
        refresh_flow(n, flow, false, now);
        return NT_OK;
    }
    int err = nt_new_flow_map(n, proto, internal, remote, now, mapping);
    return err == NT_OK ? track_flow(n, *mapping, remote, false, now) : err;
}

static int map_by_rule(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *remote, nt_time now,
                       uint32_t *mapping)
{
    *mapping = nt_new_flow_by_rule(n, &n->policy, proto, internal, remote);
    return *mapping != NT_MAP_NONE ? NT_OK : nt_assign_mapping(n, proto, internal, remote, true, now, mapping);
}

/* RFC 4787, section 5: an outbound packet opens the filter for its destination. */
static int open_filter(struct nt_nat *n, uint32_t mapping, const struct nt_addr *remote, nt_time now)
{
    if (!n->filter_table)
        return NT_OK;
    uint32_t owner, *list = nt_nat_filter_list(n, mapping, &owner);
    struct nt_addr seen = nt_nat_seen_by(n->policy.filtering, remote);
    nt_time until = n->policy.filter_lifetime != 0 ? nt_time_after(now, n->policy.filter_lifetime) : NT_TIME_NEVER;
    return nt_filters_allow(&n->filters, &n->deadlines, list, owner, &seen, until);
}

static bool lets_flow_in(const struct nt_nat *n, uint32_t mapping, const struct nt_addr *remote)
{
    const struct nt_mapping *m = nt_mapping_at(&n->mappings, mapping);
    uint32_t flow = nt_flows_by_external(&n->flows, m->proto, &m->external, remote);
    return flow != NT_MAP_NONE && nt_flow_at(&n->flows, flow)->mapping == mapping;
}

static bool lets_in(struct nt_nat *n, uint32_t mapping, const struct nt_addr *remote)
{
    if (!n->filter_table)
        return n->policy.filter_scope != NT_SCOPE_FLOW || lets_flow_in(n, mapping, remote);
    uint32_t owner;
    struct nt_addr seen = nt_nat_seen_by(n->policy.filtering, remote);
    (void)nt_nat_filter_list(n, mapping, &owner);
    return nt_filters_find(&n->filters, owner, &seen) != NT_MAP_NONE;
}

struct nt_nat_translation nt_nat_outbound(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *to,
                                          nt_time now)
{
    uint32_t mapping;
    struct nt_addr remote = peer_of(proto, to);
    nt_expiry_run(n, now);
    uint32_t before = n->mappings.made;
    int err = n->tracking ? map_by_flow(n, proto, internal, &remote, now, &mapping)
                          : map_by_rule(n, proto, internal, &remote, now, &mapping);
    if (err == NT_OK)
        err = open_filter(n, mapping, &remote, now);
    if (err != NT_OK) {
        if (n->mappings.made != before)
            nt_expiry_unmap(n, mapping, now); /* no packet leaves by the mapping just made */
        return dropped_for(err, internal, to);
    }
    refresh_mapping(n, mapping, &remote, false, now);
    return (struct nt_nat_translation){.src = nt_mapping_at(&n->mappings, mapping)->external, .dst = *to};
}

/* The mapping of an inbound packet: of those that share the port, the one whose flow it belongs to, or the first that lets it in,
 * or the first. */
static uint32_t find_inbound_mapping(struct nt_nat *n, uint8_t proto, const struct nt_addr *remote, const struct nt_addr *external)
{
    uint32_t flow = n->tracking ? nt_flows_by_external(&n->flows, proto, external, remote) : NT_MAP_NONE;
    if (flow != NT_MAP_NONE)
        return nt_flow_at(&n->flows, flow)->mapping;
    uint32_t first = nt_mappings_by_external(&n->mappings, proto, external);
    if (n->policy.filter_scope == NT_SCOPE_FLOW) /* without a flow none lets it in */
        return first;
    for (uint32_t i = first; i != NT_MAP_NONE; i = nt_mapping_at(&n->mappings, i)->shared_next)
        if (lets_in(n, i, remote))
            return i;
    return first;
}

static struct nt_nat_translation refuse_unsolicited(struct nt_nat *n, uint8_t proto, uint32_t mapping, const struct nt_addr *remote,
                                                    const struct nt_addr *external, nt_time now)
{
    int err = NT_OK;
    if (n->policy.poison != 0 && proto == NT_PROTO_UDP) /* an ICMP reply without a query makes no entry in Linux */
        err = nt_poison_add(&n->poison, &n->deadlines, proto, external, remote, nt_time_after(now, n->policy.poison));
    if (err != NT_OK)
        return dropped_for(err, remote, external); /* it is dropped, and poisons nothing */
    if (mapping == NT_MAP_NONE)
        return dropped(NT_DROP_NO_MAPPING, remote, external);
    return dropped(NT_DROP_FILTERED, remote, &nt_mapping_at(&n->mappings, mapping)->internal);
}

/* Lets an inbound packet in, or drops it; `pin`: a reply will leave by the same port. */
static struct nt_nat_translation let_in(struct nt_nat *n, uint8_t proto, const struct nt_addr *remote,
                                        const struct nt_addr *external, bool pin, nt_time now)
{
    uint32_t mapping = find_inbound_mapping(n, proto, remote, external);
    if (mapping == NT_MAP_NONE || !lets_in(n, mapping, remote))
        return refuse_unsolicited(n, proto, mapping, remote, external, now);
    struct nt_addr internal = nt_mapping_at(&n->mappings, mapping)->internal;
    uint32_t flow = n->tracking ? nt_flows_by_internal(&n->flows, proto, &internal, remote) : NT_MAP_NONE;
    if (flow != NT_MAP_NONE && nt_flow_at(&n->flows, flow)->mapping == mapping) {
        refresh_flow(n, flow, true, now);
    } else if (flow == NT_MAP_NONE && pin && n->policy.replies == NT_REPLIES_PINNED) {
        int err = track_flow(n, mapping, remote, true, now);
        if (err != NT_OK)
            return dropped_for(err, &internal, remote);
    }
    refresh_mapping(n, mapping, remote, true, now);
    return (struct nt_nat_translation){.src = *remote, .dst = internal};
}

struct nt_nat_translation nt_nat_inbound(struct nt_nat *n, uint8_t proto, const struct nt_addr *from,
                                         const struct nt_addr *external, nt_time now)
{
    struct nt_addr remote = peer_of(proto, from);
    nt_expiry_run(n, now);
    struct nt_nat_translation t = let_in(n, proto, &remote, external, true, now);
    t.src = *from;
    return t;
}

/* RFC 4787, REQ-9: the packet leaves as any other (mapping, filter entry), and comes back as from the sender's external address and
 * port; the policy says which source the receiver sees. The filter looks at the external source with either policy, since that is
 * the address to which the receiver sends when it opens its filter. */
struct nt_nat_translation nt_nat_hairpin(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal,
                                         const struct nt_addr *external, nt_time now)
{
    if (n->policy.hairpin == NT_HAIRPIN_NONE)
        return dropped(NT_DROP_HAIRPIN, internal, external);
    struct nt_nat_translation out = nt_nat_outbound(n, proto, internal, external, now);
    if (out.drop != NT_DROP_NONE)
        return out;
    /* With the internal source the receiver replies to that address directly: there is no flow to pin. */
    struct nt_nat_translation in = let_in(n, proto, &out.src, external, n->policy.hairpin == NT_HAIRPIN_EXTERNAL, now);
    if (n->policy.hairpin == NT_HAIRPIN_INTERNAL)
        in.src = *internal;
    return in;
}

/* The mapping by which a packet left as (external, remote): with tracked flows the flow's; otherwise the one that has the port, if
 * the rule gives it to this remote and the filter has been opened for it. With endpoint-independent mapping and filtering and no
 * flows nothing is kept of a remote, and the mapping itself is all there is to match. */
static uint32_t find_session(struct nt_nat *n, uint8_t proto, const struct nt_addr *external, const struct nt_addr *remote)
{
    if (nt_nat_tracks(n, proto)) {
        uint32_t flow = nt_flows_by_external(&n->flows, proto, external, remote);
        return flow != NT_MAP_NONE ? nt_flow_at(&n->flows, flow)->mapping : NT_MAP_NONE;
    }
    uint32_t mapping = nt_mappings_by_external(&n->mappings, proto, external);
    struct nt_addr seen = nt_nat_seen_by(n->policy.mapping, remote);
    bool left = mapping != NT_MAP_NONE && nt_addr_equal(&nt_mapping_at(&n->mappings, mapping)->remote, &seen) &&
                lets_in(n, mapping, remote);
    return left ? mapping : NT_MAP_NONE;
}

/* RFC 5508, REQ-4: "if ... the NAT device does not have an active mapping for the embedded payload, the NAT SHOULD silently drop
 * the ICMP Error packet." */
struct nt_nat_translation nt_nat_error_in(struct nt_nat *n, uint8_t proto, const struct nt_addr *external, const struct nt_addr *to,
                                          nt_time now)
{
    struct nt_addr remote = peer_of(proto, to);
    nt_expiry_run(n, now);
    uint32_t mapping = find_session(n, proto, external, &remote);
    if (mapping == NT_MAP_NONE) {
        bool mapped = nt_mappings_by_external(&n->mappings, proto, external) != NT_MAP_NONE;
        return dropped(mapped ? NT_DROP_FILTERED : NT_DROP_NO_MAPPING, to, external);
    }
    struct nt_nat_translation t = {.src = *to, .dst = nt_mapping_at(&n->mappings, mapping)->internal};
    if (n->policy.icmp_kills_mapping)
        nt_expiry_unmap(n, mapping, now);
    return t;
}

/* RFC 5508, REQ-5, asks the same of an error from inside. */
struct nt_nat_translation nt_nat_error_out(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal,
                                           const struct nt_addr *to, nt_time now)
{
    struct nt_addr remote = peer_of(proto, to);
    nt_expiry_run(n, now);
    uint32_t flow = nt_nat_tracks(n, proto) ? nt_flows_by_internal(&n->flows, proto, internal, &remote) : NT_MAP_NONE;
    uint32_t mapping = flow != NT_MAP_NONE ? nt_flow_at(&n->flows, flow)->mapping : nt_new_flow_find(n, proto, internal, &remote);
    if (mapping == NT_MAP_NONE || (flow == NT_MAP_NONE && proto == NT_PROTO_TCP))
        return dropped(NT_DROP_NO_MAPPING, to, internal);
    if (proto != NT_PROTO_TCP && !lets_in(n, mapping, &remote)) /* what it quotes cannot have come in */
        return dropped(NT_DROP_FILTERED, to, internal);
    return (struct nt_nat_translation){.src = nt_mapping_at(&n->mappings, mapping)->external, .dst = *to};
}
