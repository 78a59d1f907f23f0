/* How packets leave a gateway: sent on by its routes, or dropped, with a word to the sender or without. Each function takes its
 * packets. */
#ifndef NT_GATEWAY_SEND_H
#define NT_GATEWAY_SEND_H

#include "core/base/time.h"
#include "natsim/host/route.h"
#include "natsim/packet/drop.h"
#include "natsim/packet/packet.h"

struct nt_gateway;

void nt_gateway_send(struct nt_gateway *g, struct nt_packet *p, nt_time now);
void nt_gateway_send_by(struct nt_gateway *g, const struct nt_route *r, struct nt_packet *p, nt_time now); /* that was found */
/* To a neighbour on a link. */
void nt_gateway_send_to(struct nt_gateway *g, uint32_t port, const struct nt_addr *hop, struct nt_packet *p, nt_time now);
void nt_gateway_drop(struct nt_gateway *g, struct nt_packet *p, enum nt_drop why, nt_time now);
/* Drops the packet, and sends the error about it; NULL: there is none. The reason says which. a, b: what it is about. */
void nt_gateway_drop_with(struct nt_gateway *g, struct nt_packet *p, enum nt_drop why, const struct nt_addr *a,
                          const struct nt_addr *b, struct nt_packet *error, nt_time now);
/* Rewrites an address, and says so; the same address: nothing. */
void nt_gateway_set_src(struct nt_gateway *g, struct nt_packet *p, const struct nt_addr *to, nt_time now);
void nt_gateway_set_dst(struct nt_gateway *g, struct nt_packet *p, const struct nt_addr *to, nt_time now);

#endif
