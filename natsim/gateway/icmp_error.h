/* The ICMP errors that a gateway sends. Each function returns the error about a packet, to the packet's sender; NULL: there is to
 * be none (by `answers`, by `icmp-rate`, or because no error is sent about such a packet), or there is no memory for it. */
#ifndef NT_GATEWAY_ICMP_ERROR_H
#define NT_GATEWAY_ICMP_ERROR_H

#include "core/base/time.h"
#include "natsim/host/route.h"
#include "natsim/packet/packet.h"

struct nt_gateway;

/* That the TTL or hop limit of a packet that came in at `port` is used up. */
struct nt_packet *nt_icmp_error_expired(struct nt_gateway *g, const struct nt_packet *p, uint32_t port, nt_time now);
/* That the packet does not fit a link of this MTU, and may not be fragmented. */
struct nt_packet *nt_icmp_error_too_big(struct nt_gateway *g, const struct nt_packet *p, uint32_t mtu);
/* That there is no route. */
struct nt_packet *nt_icmp_error_no_route(struct nt_gateway *g, const struct nt_packet *p, nt_time now);
/* That nobody has the address of the next hop to `to` by the route; NULL also when somebody has. It is to be sent when the
 * neighbour has been looked for, and counts then: nt_icmp_error_within_rate. */
struct nt_packet *nt_icmp_error_no_host(struct nt_gateway *g, const struct nt_packet *p, const struct nt_route *r,
                                        const struct nt_addr *to);
struct nt_packet *nt_icmp_error_within_rate(struct nt_gateway *g, struct nt_packet *error, nt_time now); /* or ends it */
/* That the port of the gateway's own that the packet is for is closed. */
struct nt_packet *nt_icmp_error_closed(struct nt_gateway *g, const struct nt_packet *p, bool from_inside, nt_time now);
/* Likewise about a SYN from outside that is not let in (RFC 5382, REQ-4). */
struct nt_packet *nt_icmp_error_unsolicited(struct nt_gateway *g, const struct nt_packet *p, nt_time now);
/* That the policy denies the packet of somebody inside, or that there is no room for its flow. */
struct nt_packet *nt_icmp_error_prohibited(struct nt_gateway *g, const struct nt_packet *p, nt_time now);

#endif
