/* The inside of struct nt_gateway, for gateway.c and gateway_forward.c. */
#ifndef NT_GATEWAY_GATEWAY_STATE_H
#define NT_GATEWAY_GATEWAY_STATE_H

#include "natsim/gateway/firewall.h"
#include "natsim/gateway/gateway.h"
#include "natsim/nat/in_order.h"
#include "natsim/nat/nat.h"
#include "natsim/packet/reassembly.h"

struct nt_gateway_own {
    struct nt_addr addr; /* port 0 */
    uint32_t port;       /* of the node */
};

struct nt_gateway {
    struct nt_fabric *fabric;
    uint32_t node, outside; /* the outside attachment: NT_FABRIC_NONE until there is one */
    char *name;
    struct nt_nat_policy policy;
    struct nt_routes routes;
    struct nt_gateway_own *own;
    size_t own_count, own_cap;
    struct nt_nat *nat; /* NULL: forwards unchanged, or has no external IPv4 address */
    struct nt_firewall *firewall;
    struct nt_reassembly *reassembly;
    struct nt_in_order in_order;
};

const struct nt_gateway_own *nt_gateway_own_find(const struct nt_gateway *g, const struct nt_addr *a);
void nt_gateway_receive(void *self, uint32_t port, struct nt_packet *p, nt_time now);

#endif
