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
    if (!nt_nat_tracks(n, proto))
        return false;
    uint32_t flow = nt_flows_by_external(&n->flows, proto, external, remote);
    return flow != NT_MAP_NONE && !nt_addr_equal(&nt_flow_at(&n->flows, flow)->internal, internal);
}

/* Of the mappings that have the external port, the one that a new one would repeat: with an endpoint-independent mapping the
 * endpoint's own, otherwise one for the same remote. */
static uint32_t find_twin(const struct candidate *c, const struct nt_addr *external)
{
    const struct nt_mappings *all = &c->nat->mappings;
    bool independent = nt_nat_policy_for(c->nat, c->proto)->mapping == NT_DEP_ENDPOINT_INDEPENDENT;
    struct nt_addr seen = nt_nat_seen_by(nt_nat_policy_for(c->nat, c->proto)->mapping, &c->remote);
    uint32_t i = nt_mappings_by_external(all, c->proto, external);
    for (; i != NT_MAP_NONE; i = nt_mapping_at(all, i)->shared_next) {
        const struct nt_mapping *m = nt_mapping_at(all, i);
        if (independent ? m->endpoint == c->endpoint : nt_addr_equal(&m->remote, &seen))
            break;
    }
    return i;
}

/* A port on hold has no mapping, and is not shared. The endpoint's own mapping on a port is used again. */
static bool is_barred(void *user, uint16_t port, bool shared)
{
    struct candidate *c = user;
    c->external.port = port;
    if (nt_assign_is_barred(c->nat, c->proto, &c->internal, &c->external, &c->remote))
        return true;
    if (!shared)
        return false;
    return nt_mappings_by_external(&c->nat->mappings, c->proto, &c->external) == NT_MAP_NONE ||
           (nt_nat_policy_for(c->nat, c->proto)->mapping != NT_DEP_ENDPOINT_INDEPENDENT &&
            find_twin(c, &c->external) != NT_MAP_NONE);
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

/* Sets the ports of an inside port below 1024. Linux keeps each of them that it can (get_unique_tuple), and draws others from their
 * class (nf_nat_l4proto_unique_tuple), but not where the ports are named: by a range or blocks. */
static void set_low_class(const struct nt_nat_policy *p, struct nt_port_request *r)
{
    bool linux_class = p->low_ports == NT_LOW_LINUX && p->range_low == 1024 && p->range_high == 65535 && p->block == 0;
    r->low_class = p->low_ports == NT_LOW_SAME_CLASS || linux_class;
    r->any_kept = linux_class && r->internal != 0;
    if (!r->low_class)
        return;
    bool below_512 = r->internal < 512;
    r->low = linux_class && !below_512 ? 600 : 1;
    r->high = linux_class && below_512 ? 511 : 1023; /* RFC 4787, REQ-3a: the range 0-1023 */
}

/* Narrows the range to the block that the host has of it on this external address. */
static int set_block(struct nt_nat *n, struct nt_inside_host *h, struct nt_port_request *r)
{
    const struct nt_nat_policy *p = &n->policy;
    uint16_t *block = &h->blocks[r->external];
    if (*block == 0) {
        uint32_t count = ((uint32_t)p->range_high - p->range_low + 1) / p->block, taken;
        int err = nt_port_table_take_block(&n->ports, r->external, count, &taken);
        if (err != NT_OK)
            return err;
        *block = (uint16_t)(taken + 1);
    }
    r->low = (uint16_t)(p->range_low + (*block - 1u) * p->block);
    r->high = (uint16_t)(r->low + p->block - 1);
    return NT_OK;
}

/* Sets the ports that the host may have. */
static int set_range(struct nt_nat *n, struct nt_inside_host *h, struct nt_port_request *r)
{
    bool icmp = r->space == NT_SPACE_ICMP;
    r->low = icmp ? 0 : n->policy.range_low;
    r->high = icmp ? 65535 : n->policy.range_high;
    if (icmp)
        return NT_OK;
    if (r->internal < 1024)
        set_low_class(&n->policy, r);
    return n->policy.block != 0 && !r->low_class ? set_block(n, h, r) : NT_OK;
}

/* An endpoint-independent mapping shares its port as connection tracking does, by 5-tuples; a device that has a port for each
 * destination uses one again when it has run out. */
static enum nt_sharing sharing_of(const struct nt_nat_policy *p)
{
    if (!nt_nat_shares_ports(p))
        return NT_SHARE_NEVER;
    return p->mapping == NT_DEP_ENDPOINT_INDEPENDENT ? NT_SHARE_READILY : NT_SHARE_LAST;
}

static struct nt_inside_host *host_of(const struct nt_nat *n, const struct candidate *c)
{
    return nt_inside_host_at(&n->inside, nt_inside_endpoint_at(&n->inside, c->endpoint)->host);
}

static struct nt_port_request request_of(const struct nt_nat *n, struct candidate *c, uint32_t external)
{
    const struct nt_nat_policy *p = nt_nat_policy_for(n, c->proto);
    bool udp = c->proto == NT_PROTO_UDP;
    return (struct nt_port_request){.ports = p->ports,
                                    .conflict = p->conflict,
                                    .sharing = sharing_of(p),
                                    .external = external,
                                    .space = nt_nat_port_space(c->proto),
                                    .internal = c->internal.port,
                                    .parity = udp && p->parity,
                                    .contiguity = udp && p->contiguity,
                                    .buddy = udp && p->contiguity ? buddy_of(n, c->proto, &c->internal, external) : -1,
                                    .barred = is_barred,
                                    .user = c};
}

static int take_on(struct nt_nat *n, struct candidate *c, uint32_t external, uint16_t *port)
{
    struct nt_port_request r = request_of(n, c, external);
    int err = set_range(n, host_of(n, c), &r);
    if (err != NT_OK)
        return err;
    c->external = n->externals[external];
    return nt_port_table_take(&n->ports, &r, &n->rand, port);
}

/* RFC 4787, REQ-2: "paired": all of a host's mappings on one external address. "arbitrary": each on the next that has a port. */
static int take_port(struct nt_nat *n, struct candidate *c, uint32_t *external, uint16_t *port)
{
    if (n->policy.pooling == NT_POOLING_PAIRED) {
        *external = host_of(n, c)->external;
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

static void free_unmapped(struct nt_nat *n, const struct nt_mapping *m)
{
    if (nt_mappings_by_external(&n->mappings, m->proto, &m->external) == NT_MAP_NONE)
        nt_port_table_release(&n->ports, m->external_index, nt_nat_port_space(m->proto), m->external.port);
}

/* Gives the mapping its timer; one that lives by its flows has none. */
static int start_timer(struct nt_nat *n, uint32_t mapping)
{
    struct nt_mapping *m = nt_mapping_at(&n->mappings, mapping);
    if (nt_nat_lives_by_flows(n, m->proto))
        return NT_OK;
    return nt_deadlines_add(&n->deadlines, NT_DUE_MAPPING, mapping, m->life.expires, &m->deadline);
}

/* Without memory for its timer the mapping is there, and the caller ends it. */
static int add_mapping(struct nt_nat *n, const struct nt_mapping *add, nt_time now, uint32_t *mapping)
{
    int err = nt_mappings_add(&n->mappings, &n->inside, add, mapping);
    if (err != NT_OK) {
        free_unmapped(n, add);
        return err;
    }
    uint32_t number = nt_mapping_at(&n->mappings, *mapping)->number;
    nt_trace_emit(&n->trace,
                  (struct nt_trace_event){.at = now, .kind = NT_TR_MAPPED, .a = add->internal, .b = add->external, .n = {number}});
    return start_timer(n, *mapping);
}

static int make_mapping(struct nt_nat *n, struct candidate *c, bool ruled, nt_time now, uint32_t *mapping)
{
    const struct nt_nat_policy *p = nt_nat_policy_for(n, c->proto);
    uint32_t external;
    uint16_t port;
    int err = take_port(n, c, &external, &port);
    if (err != NT_OK)
        return err;
    struct nt_mapping add = {.proto = c->proto,
                             .internal = c->internal,
                             .external = nt_addr_with_port(&n->externals[external], port),
                             .remote = nt_nat_seen_by(p->mapping, &c->remote),
                             .external_index = external,
                             .ruled = ruled,
                             .life = nt_life_start(&n->policy, c->proto, &c->remote, now),
                             .deadline = NT_MAP_NONE,
                             .endpoint = c->endpoint};
    *mapping = nt_nat_shares_ports(p) ? find_twin(c, &add.external) : NT_MAP_NONE;
    return *mapping != NT_MAP_NONE ? NT_OK : add_mapping(n, &add, now, mapping);
}

/* Without the mapping its port could be the candidate's. */
static bool has_its_port(struct nt_nat *n, struct candidate *c, const struct nt_mapping *m)
{
    struct nt_inside_host *h = host_of(n, c);
    struct nt_port_request r = request_of(n, c, m->external_index);
    if (m->proto != c->proto || (n->policy.pooling == NT_POOLING_PAIRED && m->external_index != h->external))
        return false;
    if (n->policy.poison != 0 && nt_poison_has(&n->poison, m->proto, &m->external, &c->remote))
        return false;
    return set_range(n, h, &r) != NT_OK || nt_port_would_do(&r, m->external.port); /* no block is left: any host's may be */
}

static bool takes_its_room(struct nt_nat *n, struct candidate *c, const struct nt_mapping *m, int err)
{
    if (err == NT_ENOSPC)
        return has_its_port(n, c, m);
    bool own = n->policy.max_per_host != 0 && host_of(n, c)->mappings >= n->policy.max_per_host;
    return !own || nt_addr_same_ip(&m->internal, &c->internal);
}

/* Of the mappings without which there would be room, the one whose timer ends first. */
static uint32_t find_victim(struct nt_nat *n, struct candidate *c, int err)
{
    uint32_t first = NT_MAP_NONE;
    for (uint32_t i = n->mappings.oldest; i != NT_MAP_NONE; i = nt_mapping_at(&n->mappings, i)->newer) {
        const struct nt_mapping *m = nt_mapping_at(&n->mappings, i);
        if (m->deadline == NT_MAP_NONE) /* it has no timer, as those of TCP */
            continue;
        bool sooner = first == NT_MAP_NONE || m->life.expires < nt_mapping_at(&n->mappings, first)->life.expires;
        if (sooner && takes_its_room(n, c, m, err))
            first = i;
    }
    return first;
}

static bool steals(const struct nt_nat *n, int err)
{
    return n->policy.when_full == NT_FULL_STEAL && (err == NT_ELIMIT || err == NT_ENOSPC);
}

/* Without room: *victim is the mapping to end for it, or NT_MAP_NONE. */
static int assign_mapping(struct nt_nat *n, uint32_t proto, const struct nt_addr *internal, const struct nt_addr *remote,
                          bool ruled, nt_time now, uint32_t *mapping, uint32_t *victim)
{
    *victim = NT_MAP_NONE;
    struct candidate c = {.nat = n, .proto = proto, .internal = *internal, .remote = *remote};
    int err = nt_inside_enter(&n->inside, proto, internal, n->external_count, &c.endpoint);
    if (err != NT_OK)
        return err;
    err = check_limits(n, c.endpoint);
    if (err == NT_OK)
        err = make_mapping(n, &c, ruled, now, mapping);
    if (steals(n, err))
        *victim = find_victim(n, &c, err);
    if (err != NT_OK)
        nt_expiry_leave(n, c.endpoint);
    return err;
}

static struct nt_inside_host *find_host(const struct nt_nat *n, const struct nt_addr *internal)
{
    struct nt_addr ip = nt_addr_with_port(internal, 0);
    uint32_t host = nt_map_get(&n->inside.by_ip, &ip);
    return host != NT_MAP_NONE ? nt_inside_host_at(&n->inside, host) : NULL;
}

/* RFC 6888, REQ-4c: "rate-limit the subscriber's creation of new mappings". A host without a mapping starts anew. */
static bool is_too_soon(const struct nt_nat *n, const struct nt_addr *internal, nt_time now)
{
    const struct nt_inside_host *h = n->policy.mapping_burst != 0 ? find_host(n, internal) : NULL;
    return h != NULL && h->paced > now && (h->paced - now - 1) / n->policy.mapping_interval >= n->policy.mapping_burst - 1;
}

static void pace(struct nt_nat *n, const struct nt_addr *internal, nt_time now)
{
    struct nt_inside_host *h = find_host(n, internal);
    h->paced = nt_time_after(h->paced > now ? h->paced : now, n->policy.mapping_interval);
}

int nt_assign_mapping(struct nt_nat *n, uint32_t proto, const struct nt_addr *internal, const struct nt_addr *remote, bool ruled,
                      nt_time now, uint32_t *mapping)
{
    if (is_too_soon(n, internal, now))
        return NT_ELIMIT;
    uint32_t before = n->mappings.made, victim;
    int err = assign_mapping(n, proto, internal, remote, ruled, now, mapping, &victim);
    while (victim != NT_MAP_NONE) {
        nt_expiry_unmap(n, victim, now);
        err = assign_mapping(n, proto, internal, remote, ruled, now, mapping, &victim);
    }
    if (err == NT_OK && n->policy.mapping_burst != 0 && n->mappings.made != before)
        pace(n, internal, now);
    return err;
}
