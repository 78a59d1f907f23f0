#include "natsim/nat/assign.h"

#include "core/base/err.h"
#include "natsim/nat/expiry.h"
#include "natsim/nat/nat_state.h"

struct candidate {
    const struct nt_nat *nat;
    uint32_t proto, endpoint;
    struct nt_addr internal, external, remote;
};

bool nt_assign_is_barred(const struct nt_nat *n, uint32_t proto, const struct nt_addr *internal, const struct nt_addr *external,
                         const struct nt_addr *remote)
{
    if (n->policy.poison != 0 && nt_poison_has(&n->poison, proto, external, remote))
        return true;
    if (!n->tracking)
        return false;
    uint32_t flow = nt_flows_by_external(&n->flows, proto, external, remote);
    return flow != NT_MAP_NONE && !nt_addr_equal(&nt_flow_at(&n->flows, flow)->internal, internal);
}

static bool is_barred(void *user, uint16_t port, bool shared)
{
    struct candidate *c = user;
    c->external.port = port;
    if (nt_assign_is_barred(c->nat, c->proto, &c->internal, &c->external, &c->remote))
        return true;
    if (!shared)
        return false;
    /* Distinct mappings of one endpoint have distinct external ports, and a port on hold has no mapping to share. */
    const struct nt_mappings *all = &c->nat->mappings;
    uint32_t i = nt_mappings_by_external(all, c->proto, &c->external);
    if (i == NT_MAP_NONE)
        return true;
    while (i != NT_MAP_NONE && nt_mapping_at(all, i)->endpoint != c->endpoint)
        i = nt_mapping_at(all, i)->shared_next;
    return i != NT_MAP_NONE;
}

/* The port that follows the external port of the preceding inside port on the same external address; -1: none. */
static int32_t buddy_of(const struct nt_nat *n, uint32_t proto, const struct nt_addr *internal, uint32_t external)
{
    if ((internal->port & 1) == 0)
        return -1;
    struct nt_addr before = nt_addr_with_port(internal, (uint16_t)(internal->port - 1));
    uint32_t e = nt_inside_find(&n->inside, proto, &before);
    if (e == NT_MAP_NONE)
        return -1;
    const struct nt_mapping *m = nt_mapping_at(&n->mappings, nt_inside_endpoint_at(&n->inside, e)->newest);
    return m->external_index == external && m->external.port < 65535 ? m->external.port + 1 : -1;
}

/* Sets the ports that the host may have: the range, or its block of the range. */
static int set_range(struct nt_nat *n, struct nt_inside_host *h, struct nt_port_request *r)
{
    const struct nt_nat_policy *p = &n->policy;
    r->low = r->space == NT_SPACE_ICMP ? 0 : p->range_low;
    r->high = r->space == NT_SPACE_ICMP ? 65535 : p->range_high;
    if (p->block == 0 || r->space == NT_SPACE_ICMP)
        return NT_OK;
    if (h->block == NT_MAP_NONE) {
        uint32_t count = ((uint32_t)p->range_high - p->range_low + 1) / p->block;
        int err = nt_port_table_take_block(&n->ports, h->external, count, &h->block);
        if (err != NT_OK)
            return err;
    }
    r->low = (uint16_t)(p->range_low + h->block * p->block);
    r->high = (uint16_t)(r->low + p->block - 1);
    return NT_OK;
}

static int take_on(struct nt_nat *n, struct candidate *c, uint32_t external, uint16_t *port)
{
    const struct nt_nat_policy *p = &n->policy;
    struct nt_inside_host *h = nt_inside_host_at(&n->inside, nt_inside_endpoint_at(&n->inside, c->endpoint)->host);
    bool udp = c->proto == NT_PROTO_UDP;
    struct nt_port_request r = {.ports = p->ports,
                                .conflict = p->conflict,
                                .external = external,
                                .space = udp ? NT_SPACE_UDP : NT_SPACE_ICMP,
                                .internal = c->internal.port,
                                .parity = udp && p->parity,
                                .contiguity = udp && p->contiguity,
                                .buddy = udp && p->contiguity ? buddy_of(n, c->proto, &c->internal, external) : -1,
                                .barred = is_barred,
                                .user = c};
    int err = set_range(n, h, &r);
    if (err != NT_OK)
        return err;
    c->external = n->externals[external];
    return nt_port_table_take(&n->ports, &r, &n->rand, port);
}

/* RFC 4787, REQ-2: "paired": all of a host's mappings on one external address. "arbitrary": each on the next that has a port. */
static int take_port(struct nt_nat *n, struct candidate *c, uint32_t *external, uint16_t *port)
{
    if (n->policy.pooling == NT_POOLING_PAIRED) {
        *external = nt_inside_host_at(&n->inside, nt_inside_endpoint_at(&n->inside, c->endpoint)->host)->external;
        return take_on(n, c, *external, port);
    }
    int err = NT_ENOSPC;
    for (size_t i = 0; i < n->external_count && err == NT_ENOSPC; i++) {
        *external = (uint32_t)(n->next_external++ % n->external_count);
        err = take_on(n, c, *external, port);
    }
    return err;
}

static int check_limits(const struct nt_nat *n, uint32_t endpoint)
{
    const struct nt_inside_host *h = nt_inside_host_at(&n->inside, nt_inside_endpoint_at(&n->inside, endpoint)->host);
    if (n->policy.max_mappings != 0 && nt_slots_count(&n->mappings.slots) >= n->policy.max_mappings)
        return NT_ELIMIT;
    if (n->policy.max_per_host != 0 && h->mappings >= n->policy.max_per_host)
        return NT_ELIMIT;
    return NT_OK;
}

static int make_mapping(struct nt_nat *n, struct candidate *c, bool ruled, nt_time now, uint32_t *mapping)
{
    uint32_t external;
    uint16_t port;
    int err = take_port(n, c, &external, &port);
    if (err != NT_OK)
        return err;
    struct nt_mapping add = {.proto = c->proto,
                             .internal = c->internal,
                             .external = nt_addr_with_port(&n->externals[external], port),
                             .remote = nt_nat_seen_by(n->policy.mapping, &c->remote),
                             .external_index = external,
                             .ruled = ruled,
                             .life = nt_life_start(&n->policy, c->proto, &c->remote, now),
                             .endpoint = c->endpoint};
    err = nt_mappings_add(&n->mappings, &n->inside, &add, mapping);
    if (err == NT_OK) {
        struct nt_mapping *m = nt_mapping_at(&n->mappings, *mapping);
        err = nt_deadlines_add(&n->deadlines, NT_DUE_MAPPING, *mapping, m->life.expires, &m->deadline);
        if (err == NT_OK)
            return NT_OK;
        n->mappings.made--;
        nt_mappings_remove(&n->mappings, &n->inside, *mapping, n->policy.reuse == NT_REUSE_LATEST_BY_SOURCE);
    }
    if (nt_mappings_by_external(&n->mappings, c->proto, &add.external) == NT_MAP_NONE)
        nt_port_table_release(&n->ports, external, nt_nat_port_space(c->proto), port);
    return err;
}

int nt_assign_mapping(struct nt_nat *n, uint32_t proto, const struct nt_addr *internal, const struct nt_addr *remote, bool ruled,
                      nt_time now, uint32_t *mapping)
{
    struct candidate c = {.nat = n, .proto = proto, .internal = *internal, .remote = *remote};
    int err = nt_inside_enter(&n->inside, proto, internal, n->external_count, &c.endpoint);
    if (err != NT_OK)
        return err;
    err = check_limits(n, c.endpoint);
    if (err == NT_OK)
        err = make_mapping(n, &c, ruled, now, mapping);
    if (err != NT_OK) {
        nt_expiry_leave(n, c.endpoint);
        return err;
    }
    const struct nt_mapping *m = nt_mapping_at(&n->mappings, *mapping);
    nt_trace_emit(&n->trace,
                  (struct nt_trace_event){.at = now, .kind = NT_TR_MAPPED, .a = m->internal, .b = m->external, .n = {m->number}});
    return NT_OK;
}
