/* A gateway: a router between inside and outside networks that translates IPv4 by its policy and filters IPv6 by its
 * firewall; or, with the kinds none, blocked-udp and blocked, forwards unchanged. */
#ifndef NT_GATEWAY_GATEWAY_H
#define NT_GATEWAY_GATEWAY_H

#include "natsim/fabric/fabric.h"
#include "natsim/nat/policy/policy.h"
#include "natsim/host/route.h"

#define NT_NAT_MAPPINGS_MAX 65000 /* of one gateway and external address */
#define NT_NAT_FILTERS_MAX 262144 /* filter entries and tracked flows of one gateway */

struct nt_gateway;

/* Adds the node to the fabric, which owns it. The policy is copied. */
struct nt_gateway *nt_gateway_new(struct nt_fabric *f, const char *name, const struct nt_nat_policy *policy);
uint32_t nt_gateway_node(const struct nt_gateway *g);
/* Inside first, in order; then outside once. The addresses are the gateway's own on that network; the outside IPv4 ones are the
 * external addresses of its NAT. */
uint32_t nt_gateway_attach_inside(struct nt_gateway *g, uint32_t network, const char *tap, const struct nt_addr *addresses, size_t count);
uint32_t nt_gateway_attach_outside(struct nt_gateway *g, uint32_t network, const char *tap, const struct nt_addr *addresses, size_t count);
struct nt_routes *nt_gateway_routes(struct nt_gateway *g);

/* For reports: the i-th live mapping. */
struct nt_nat_mapping_info {
    uint32_t number;
    struct nt_addr internal, external, remote; /* remote: unset, address, or address and port, by the mapping rule */
    nt_time made, expires;
};
size_t nt_gateway_mapping_count(const struct nt_gateway *g);
bool nt_gateway_mapping_at(const struct nt_gateway *g, size_t i, struct nt_nat_mapping_info *info);

#endif
