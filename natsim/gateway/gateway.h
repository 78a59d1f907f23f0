/* A gateway: a router between inside and outside networks that translates IPv4 by its policy and filters IPv6 by its
 * firewall; or, with the kinds none, blocked-udp and blocked, forwards unchanged. */
#ifndef NT_GATEWAY_GATEWAY_H
#define NT_GATEWAY_GATEWAY_H

#include "natsim/fabric/fabric.h"
#include "natsim/host/route.h"
#include "natsim/nat/nat.h"

struct nt_gateway;

/* Adds the node to the fabric, which owns it. The policy is copied. */
struct nt_gateway *nt_gateway_new(struct nt_fabric *f, const char *name, const struct nt_nat_policy *policy);
uint32_t nt_gateway_node(const struct nt_gateway *g);
/* Inside first, in order; then outside once. The addresses are the gateway's own on that network; the outside IPv4 ones are the
 * external addresses of its NAT. */
uint32_t nt_gateway_attach_inside(struct nt_gateway *g, uint32_t network, const char *tap, const struct nt_addr *addresses,
                                  size_t count);
uint32_t nt_gateway_attach_outside(struct nt_gateway *g, uint32_t network, const char *tap, const struct nt_addr *addresses,
                                   size_t count);
struct nt_routes *nt_gateway_routes(struct nt_gateway *g);
const struct nt_nat *nt_gateway_nat(const struct nt_gateway *g); /* its translator, NULL: it has none. For tests */

#endif
