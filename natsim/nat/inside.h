/* The inside of a NAT: its hosts (external address by pooling, port blocks, count of mappings) and their endpoints (protocol,
 * address, port), each with the lists of its mappings and flows, newest first. Both live as long as they have mappings. */
#ifndef NT_NAT_INSIDE_H
#define NT_NAT_INSIDE_H

#include "core/base/addr.h"
#include "natsim/nat/policy/policy.h"
#include "natsim/nat/slots.h"

/* The key of most tables: a protocol and two addresses. */
struct nt_nat_key {
    uint32_t proto;
    struct nt_addr a, b;
};

struct nt_inside_host {
    struct nt_addr ip;
    uint32_t mappings; /* how many */
    uint32_t external; /* index of its external address with paired pooling */
    nt_time paced;     /* when its newest mapping was due, had each been made mapping_interval after the last */
    /* The number of its port block on each external address, from 1; 0: it has none there. */
    uint16_t blocks[NT_NAT_ADDRESSES_MAX];
};

struct nt_inside_endpoint {
    uint32_t proto;
    struct nt_addr addr;
    uint32_t host;
    uint32_t newest;  /* its mappings, or NT_MAP_NONE */
    uint32_t flows;   /* of all its mappings, or NT_MAP_NONE */
    uint32_t filters; /* filter entries that hold for all of them, or NT_MAP_NONE */
};

struct nt_inside {
    struct nt_slots hosts, endpoints;
    struct nt_map by_ip, by_addr;
    uint32_t next_external; /* of the next new host */
};

void nt_inside_init(struct nt_inside *in, size_t limit);
void nt_inside_free(struct nt_inside *in);
/* Finds or makes the endpoint and its host; new hosts get the `externals` in turn. NT_ENOMEM or NT_ELIMIT. */
int nt_inside_enter(struct nt_inside *in, uint32_t proto, const struct nt_addr *addr, size_t externals, uint32_t *endpoint);
/* Forgets the endpoint if it has no mapping, and its host if that has none: true, and *gone is what the host was. */
bool nt_inside_leave(struct nt_inside *in, uint32_t endpoint, struct nt_inside_host *gone);
uint32_t nt_inside_find(const struct nt_inside *in, uint32_t proto, const struct nt_addr *addr);
static inline struct nt_inside_endpoint *nt_inside_endpoint_at(const struct nt_inside *in, uint32_t i)
{
    return nt_slots_at(&in->endpoints, i);
}
static inline struct nt_inside_host *nt_inside_host_at(const struct nt_inside *in, uint32_t i)
{
    return nt_slots_at(&in->hosts, i);
}

#endif
