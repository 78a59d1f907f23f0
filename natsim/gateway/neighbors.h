/* The neighbours that a gateway looks for on its links, and the packets that wait for them (RFC 826; RFC 4861, 7.2.2): three
 * requests, a second apart; who has not answered after three seconds is not there, and the packets' senders are told (RFC 1812,
 * 4.3.3.1). */
#ifndef NT_GATEWAY_NEIGHBORS_H
#define NT_GATEWAY_NEIGHBORS_H

#include "core/base/time.h"
#include "natsim/host/route.h"
#include "natsim/packet/packet.h"

#define NT_NEIGHBORS_MAX 64
#define NT_NEIGHBOR_PACKETS_MAX 8 /* of each neighbour: with one more the oldest is dropped (RFC 1122, 2.3.2.2) */

struct nt_gateway;
struct nt_neighbors;

struct nt_neighbors *nt_neighbors_new(void);   /* NULL without memory */
void nt_neighbors_del(struct nt_neighbors *n); /* NULL: nothing. The packets belong to the fabric's pool */
/* Takes a packet whose next hop by the route nobody is, and the error about it. */
void nt_neighbors_wait(struct nt_gateway *g, const struct nt_route *r, struct nt_packet *p, struct nt_packet *error, nt_time now);
void nt_neighbors_run(struct nt_gateway *g, nt_time now);
nt_time nt_neighbors_deadline(const struct nt_neighbors *n);
void nt_neighbors_forget(struct nt_gateway *g, nt_time now); /* drops what waits */

#endif
