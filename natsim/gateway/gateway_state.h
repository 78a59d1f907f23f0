/* The state of a gateway, for its own files. */
#ifndef NT_GATEWAY_GATEWAY_STATE_H
#define NT_GATEWAY_GATEWAY_STATE_H

#include "natsim/fabric/fabric.h"
#include "natsim/gateway/firewall.h"
#include "natsim/gateway/icmp_rate.h"
#include "natsim/gateway/own_addresses.h"
#include "natsim/host/route.h"
#include "natsim/nat/in_order.h"
#include "natsim/nat/nat.h"
#include "natsim/packet/reassembly.h"

struct nt_neighbors;
struct nt_waiting_syns;

struct nt_gateway {
    struct nt_fabric *fabric;
    uint32_t node, outside; /* the outside attachment: NT_FABRIC_NONE until there is one */
    char *name;
    struct nt_nat_policy policy; /* `answers` and `unsolicited` have what is sent in spite of `icmp` */
    struct nt_routes routes;
    struct nt_own_addresses own;
    struct nt_nat *nat; /* NULL: forwards unchanged, or has no external IPv4 address */
    struct nt_firewall *firewall;
    /* The flows that began outside, as a firewall seen from there: their answers pass whatever is allowed; NULL: all is. */
    struct nt_firewall *begun_outside;
    struct nt_reassembly *reassembly; /* made with the first fragment, as is the next */
    struct nt_in_order *in_order;
    uint32_t fragment_id;                /* of the next IPv6 packet of its own that leaves in fragments */
    struct nt_icmp_rate *icmp_rate;      /* NULL: no limit */
    struct nt_waiting_syns *unsolicited; /* SYNs that are not answered yet; NULL: there has been none */
    struct nt_neighbors *neighbors;      /* NULL: a missing host is not told */
};

#endif
