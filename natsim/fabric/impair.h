/* What the fabric does to a packet before it is carried over a network without a medium of the carrier's: the sender's queue and
 * rate, jitter, loss, duplicates, reordering. The delay is the carrier's. */
#ifndef NT_FABRIC_IMPAIR_H
#define NT_FABRIC_IMPAIR_H

#include "natsim/fabric/medium.h"
#include "natsim/fabric/packets.h"

struct nt_sender; /* what a sending attachment needs on a network that draws or has a rate */

struct nt_sender *nt_sender_new(uint64_t seed, const char *label); /* NULL without memory */
void nt_sender_del(struct nt_sender *s);                           /* NULL: nothing */

bool nt_impair_draws(const struct nt_network_config *c); /* some random draws are to be made */
/* When a packet that comes now has left the attachment at the network's rate; false: the queue is full. */
bool nt_impair_depart(struct nt_fabric *f, struct nt_sender *s, const struct nt_network_config *c, uint32_t len, nt_time now,
                      nt_time *at);
/* Draws, and carries the packet; false: it is lost, and still the caller's. */
bool nt_impair_carry(struct nt_fabric *f, uint32_t from, uint32_t to, struct nt_packet *p, nt_time now, nt_time enter);

#endif
