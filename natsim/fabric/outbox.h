/* The outbox: what a node sends leaves, in order, when the call into the node has returned, so that the fate of each packet is told
 * before the next packet is shown. */
#ifndef NT_FABRIC_OUTBOX_H
#define NT_FABRIC_OUTBOX_H

#include "natsim/fabric/packets.h"

/* Out of the node's port towards the attachment that answers for `next_hop` on its network. */
void nt_fabric_send(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *next_hop, struct nt_packet *p,
                    nt_time now);
/* A packet from a node to one of its own addresses: it leaves and arrives at the same tap. */
void nt_fabric_loop(struct nt_fabric *f, uint32_t node, uint32_t port, struct nt_packet *p, nt_time now);
/* A packet of the node's own that cannot leave: shown at the tap with its reason. NT_DROP_NO_SOCKET is about its source port, any
 * other reason about its destination. */
void nt_fabric_refuse(struct nt_fabric *f, uint32_t node, uint32_t port, struct nt_packet *p, enum nt_drop reason, nt_time now);

void nt_outbox_flush(struct nt_fabric *f, nt_time now);
void nt_outbox_release(struct nt_fabric *f, uint32_t slot, nt_time now); /* a packet that a delay fault held leaves now */
void nt_outbox_free(struct nt_fabric *f);

#endif
