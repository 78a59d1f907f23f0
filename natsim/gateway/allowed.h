/* What those inside may reach (`allow`): some destinations, and with answers whoever reached them first. */
#ifndef NT_GATEWAY_ALLOWED_H
#define NT_GATEWAY_ALLOWED_H

#include "natsim/gateway/hop.h"
#include "natsim/packet/drop.h"

/* A packet from inside, to outside or to a hairpin: passes, or is dropped. ICMP errors pass. */
enum nt_passage nt_allowed_or_drop(struct nt_gateway *g, struct nt_packet *p, nt_time now);
/* A packet from `remote` that is let in to `internal`: its answers will pass. NT_DROP_LIMIT: no more such flows are kept, and it
 * must be dropped. */
enum nt_drop nt_allowed_admit(struct nt_gateway *g, uint8_t proto, const struct nt_addr *remote, const struct nt_addr *internal,
                              nt_time now);

#endif
