/* The fabric's packets: their buffers, and the events by which they travel. Functions that are named nt_fabric_ are for every room,
 * the others for the fabric alone; so it is in each header of the fabric. */
#ifndef NT_FABRIC_PACKETS_H
#define NT_FABRIC_PACKETS_H

#include "core/base/time.h"
#include "natsim/packet/drop.h"
#include "natsim/packet/packet.h"

#define NT_FABRIC_NONE UINT32_MAX
#define NT_SCRATCH 65536

struct nt_fabric;
struct nt_pool;

struct nt_packet *nt_fabric_packet(struct nt_fabric *f, uint32_t cap); /* cap 0: an MTU; NULL without memory, and the run ends */
struct nt_packet *nt_fabric_copy(struct nt_fabric *f, const struct nt_packet *p); /* NULL without memory, and the run ends */
void nt_fabric_consumed(struct nt_fabric *f, struct nt_packet *p);                /* the end of a packet that was not dropped */
struct nt_pool *nt_fabric_pool(struct nt_fabric *f);
/* NT_SCRATCH bytes, the caller's until it calls the fabric again; NULL without memory, and the run ends. */
uint8_t *nt_fabric_scratch(struct nt_fabric *f);
void nt_fabric_out_of_memory(struct nt_fabric *f); /* the run ends with NT_FABRIC_NOMEM */

/* What a delivery event does. Its target is an attachment, that of NT_HELD a place among the held packets, and NT_LOST has none. A
 * departure may be void: the sender's queue was purged meanwhile. */
enum nt_delivery_kind {
    NT_ARRIVES,             /* the packet reaches its attachment */
    NT_ARRIVES_PAST_FAULTS, /* as above, after a fault has delayed or duplicated it */
    NT_HELD,                /* a packet that a fault held back leaves its node */
    NT_DEPARTS,             /* a packet has left the queue of its sender */
    NT_LOST                 /* the carrier lost the packet, for the event's reason */
};

static inline bool nt_delivery_arrives(enum nt_delivery_kind kind)
{
    return kind == NT_ARRIVES || kind == NT_ARRIVES_PAST_FAULTS;
}

/* Takes the packet (NULL for NT_HELD and NT_DEPARTS). */
void nt_packets_push(struct nt_fabric *f, nt_time at, struct nt_packet *p, uint32_t target, enum nt_delivery_kind kind);
void nt_packets_push_lost(struct nt_fabric *f, nt_time at, struct nt_packet *p, enum nt_drop reason);

#endif
