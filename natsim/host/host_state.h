/* The state of a host, for its own files. */
#ifndef NT_HOST_HOST_STATE_H
#define NT_HOST_HOST_STATE_H

#include "core/base/endpoint.h"
#include "natsim/fabric/fabric.h"
#include "natsim/host/route.h"
#include "natsim/host/security.h"
#include "natsim/host/stack.h"
#include "natsim/host/udp_ports.h"
#include "natsim/packet/reassembly.h"

struct nt_interface {
    struct nt_addr *addresses;
    size_t count;
    bool up;
    struct nt_addr before; /* its first address on the network that it has left; unset: none */
};

struct nt_host_endpoint {
    struct nt_endpoint endpoint;
    bool wanted;    /* has been called into since it was drained */
    bool announced; /* hears of interfaces */
};

struct nt_host {
    struct nt_fabric *fabric;
    uint32_t node;
    struct nt_interface *interfaces; /* by port */
    size_t interface_count, interface_cap;
    struct nt_map own; /* address with port 0 -> interface */
    struct nt_routes routes;
    struct nt_udp_ports ports;
    struct nt_tcp *tcp;       /* made at the first request for a stream */
    struct nt_secure *secure; /* made at the first request for one over TLS */
    struct nt_host_security security;
    struct nt_host_endpoint *endpoints;
    size_t endpoint_count, endpoint_cap;
    struct nt_reassembly *reassembly; /* made with the first fragment */
    nt_time icmp_from;                /* the next ICMP error may be sent then */
    uint16_t ip_id;
    uint32_t fragment_id; /* of the next IPv6 packet that is sent in fragments */
    bool stopped;
    bool busy;                  /* an endpoint is being called */
    struct nt_host_stack stack; /* without `deliver`: none */
};

static inline bool nt_host_owns(const struct nt_host *h, const struct nt_addr *a)
{
    struct nt_addr key = nt_addr_with_port(a, 0);
    return nt_map_get(&h->own, &key) != NT_MAP_NONE;
}

#endif
