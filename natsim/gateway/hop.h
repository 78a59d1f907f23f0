/* The hop of a packet through a gateway, and what a step on its way may do with it. */
#ifndef NT_GATEWAY_HOP_H
#define NT_GATEWAY_HOP_H

#include "core/base/time.h"
#include "natsim/host/route.h"
#include "natsim/packet/packet.h"

struct nt_gateway;

/* What a step on the way did with the packet: CONSUMED when it was dropped, is held, or has left. */
enum nt_passage { NT_PASSED, NT_CONSUMED };

/* The hop through this gateway, of a packet that came in at `port`: it costs one of the TTL, and the packet must fit the link that
 * it goes to. What is for the gateway itself makes none (RFC 1812, 5.3.1). */
enum nt_passage nt_hop_or_drop(struct nt_gateway *g, struct nt_packet *p, uint32_t port, const struct nt_route *r, nt_time now);
/* Likewise of a packet that no error is sent about: an ICMP error, or a later fragment. */
enum nt_passage nt_hop_or_drop_quietly(struct nt_gateway *g, struct nt_packet *p, nt_time now);

#endif
