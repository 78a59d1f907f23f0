/* Binding lifetime discovery (RFC 5780, 4.6). Private to core/stun. */
#ifndef NT_STUN_LIFETIME_H
#define NT_STUN_LIFETIME_H

#include "core/stun/discovery_state.h"

/* The last test of a discovery: it finishes it. */
void nt_lifetime_start(struct nt_discovery *d, nt_time now);

#endif
