/* Fragmentation of IPv4 packets (RFC 791, 3.2). */
#ifndef NT_PACKET_FRAGMENT_H
#define NT_PACKET_FRAGMENT_H

#include "natsim/fabric/fabric.h"

/* Replaces *p by a list (`next`) of packets of at most `mtu` bytes. 0; NT_EINVAL: may not be fragmented, NT_ENOMEM: *p is as it was. */
int nt_fragment(struct nt_fabric *f, struct nt_packet **p, uint32_t mtu);

#endif
