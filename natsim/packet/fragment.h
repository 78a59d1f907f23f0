/* Fragmentation of IPv4 packets (RFC 791, 3.2). */
#ifndef NT_PACKET_FRAGMENT_H
#define NT_PACKET_FRAGMENT_H

#include "natsim/packet/pool.h"

/* Replaces *p, a packet of the pool, by a list (`next`) of packets of at most `mtu` bytes. 0; NT_EINVAL (it may not be fragmented)
 * and NT_ENOMEM leave *p as it was. */
int nt_fragment(struct nt_pool *pool, struct nt_packet **p, uint32_t mtu);

#endif
