/* The ICMP errors that a gateway sends. Each function returns the error about a packet, to the packet's sender; NULL: there is to
 * be none, or there is no memory for it. */
#ifndef NT_GATEWAY_ICMP_ERROR_H
#define NT_GATEWAY_ICMP_ERROR_H

#include "natsim/packet/drop.h"
#include "natsim/packet/packet.h"

struct nt_gateway;

/* That the TTL or hop limit of a packet that came in at `port` is used up. */
struct nt_packet *nt_icmp_error_expired(struct nt_gateway *g, const struct nt_packet *p, uint32_t port);
/* That the packet was unsolicited, or that there is no room for its flow; NULL also where the policy keeps silent. */
struct nt_packet *nt_icmp_error_rejected(struct nt_gateway *g, const struct nt_packet *p, enum nt_drop why);
/* That the packet does not fit the link to `to` and may not be fragmented; NULL also when it fits, or may. */
struct nt_packet *nt_icmp_error_too_big(struct nt_gateway *g, const struct nt_packet *p, const struct nt_addr *to);

#endif
