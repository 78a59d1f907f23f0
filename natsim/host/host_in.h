/* What a host receives: fragments, checksums, UDP to its endpoints, ICMP; or all of it for an attached stack. */
#ifndef NT_HOST_HOST_IN_H
#define NT_HOST_HOST_IN_H

#include "core/base/time.h"
#include "natsim/packet/packet.h"

/* A node's recv; `self` is a struct nt_host. */
void nt_in_receive(void *self, uint32_t port, struct nt_packet *p, nt_time now);

#endif
