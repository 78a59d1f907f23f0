/* What no router lets in: packets with a wrong IP checksum, and from or to addresses that no host has. */
#ifndef NT_GATEWAY_FORGED_H
#define NT_GATEWAY_FORGED_H

#include "natsim/gateway/hop.h"

/* RFC 1812, 5.2.2: what has a wrong IP checksum "MUST be silently discarded"; only what a step wrote may have one. */
enum nt_passage nt_forged_drop(struct nt_gateway *g, struct nt_packet *p, uint32_t port, nt_time now);

#endif
