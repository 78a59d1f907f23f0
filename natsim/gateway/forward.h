/* The way of a packet through a gateway: hop, own addresses, route, then translation (IPv4) or firewall (IPv6). */
#ifndef NT_GATEWAY_FORWARD_H
#define NT_GATEWAY_FORWARD_H

#include "core/base/time.h"
#include "natsim/packet/packet.h"

/* A node's recv; `self` is a struct nt_gateway. */
void nt_forward_receive(void *self, uint32_t port, struct nt_packet *p, nt_time now);

#endif
