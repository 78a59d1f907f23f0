/* What goes out: messages are built, datagrams take the selected pair, both leave through a base or a relay. */
#ifndef NT_ICE_OUTBOUND_H
#define NT_ICE_OUTBOUND_H

#include "core/ice/agent.h"

/* The next datagram into buf: its length, 0 when there is none. */
size_t nt_ice_outbound_next(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now);

#endif
