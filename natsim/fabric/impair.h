/* What the fabric does to a packet that departs into a network without a medium of the carrier's: jitter, loss, duplicates,
 * reordering. The delay is the carrier's; the rate and the queue before the departure are the sender's (sender.h). */
#ifndef NT_FABRIC_IMPAIR_H
#define NT_FABRIC_IMPAIR_H

#include "natsim/fabric/medium.h"
#include "natsim/fabric/packets.h"

bool nt_impair_draws(const struct nt_network_config *c); /* some random draws are to be made */
/* Draws, and carries the packet; false: it is lost, and still the caller's. */
bool nt_impair_carry(struct nt_fabric *f, uint32_t to, struct nt_packet *p, nt_time now);

#endif
