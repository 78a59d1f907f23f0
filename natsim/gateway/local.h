/* What is for the gateway itself: pings, and packets to ports, all of which are closed. */
#ifndef NT_GATEWAY_LOCAL_H
#define NT_GATEWAY_LOCAL_H

#include "core/base/time.h"
#include "natsim/packet/drop.h"
#include "natsim/packet/packet.h"

struct nt_gateway;

/* Takes a packet to one of the gateway's own addresses that is not sent on: a ping is answered where the policy answers pings, and
 * all else is dropped for the reason, which is about a and b. */
void nt_local_receive(struct nt_gateway *g, struct nt_packet *p, bool from_inside, enum nt_drop why, const struct nt_addr *a,
                      const struct nt_addr *b, nt_time now);

#endif
