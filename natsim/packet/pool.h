/* Packet buffers: three sizes, each with a free list. Buffers are reused, and freed at the end. */
#ifndef NT_PACKET_POOL_H
#define NT_PACKET_POOL_H

#include "natsim/packet/packet.h"

#define NT_POOL_BYTES_MAX (UINT64_C(4) << 30) /* of one world */
#define NT_POOL_CLASSES 3

struct nt_pool_block;

struct nt_pool {
    uint32_t cap[NT_POOL_CLASSES];
    struct nt_packet *free[NT_POOL_CLASSES];
    struct nt_pool_block *all;
    uint64_t bytes;
    uint64_t out; /* packets in use */
};

void nt_pool_init(struct nt_pool *pool, uint32_t mtu_max);
/* An empty packet of at least `cap` bytes (at most 65576); NULL without memory, or beyond NT_POOL_BYTES_MAX. */
struct nt_packet *nt_pool_get(struct nt_pool *pool, uint32_t cap);
void nt_pool_put(struct nt_pool *pool, struct nt_packet *p); /* and the pieces that it owns */
void nt_pool_free(struct nt_pool *pool);                     /* all packets, also those in use */

#endif
