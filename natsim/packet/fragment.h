/* Fragmentation (RFC 791, 3.2; RFC 8200, 4.5). */
#ifndef NT_PACKET_FRAGMENT_H
#define NT_PACKET_FRAGMENT_H

#include "natsim/packet/pool.h"

/* Replaces *p, a packet of the pool, by a list (`next`) of packets of at most `mtu` bytes. An IPv6 packet has no extension headers,
 * and its fragments get p->fragment_id. 0; NT_EINVAL (df is set, or the MTU too small) and NT_ENOMEM leave *p as it was. */
int nt_fragment(struct nt_pool *pool, struct nt_packet **p, uint32_t mtu);

#endif
