/* What a gateway does with fragments, by its policy (RFC 4787, section 11). */
#ifndef NT_GATEWAY_FRAGMENTS_H
#define NT_GATEWAY_FRAGMENTS_H

#include "natsim/gateway/hop.h"

/* NT_PASSED: *p is a whole packet, or the first fragment of one. */
enum nt_passage nt_fragments_join_or_drop(struct nt_gateway *g, struct nt_packet **p, nt_time now);
/* Later fragments follow the first one of their datagram, which came as (src, dst). */
void nt_fragments_learn(struct nt_gateway *g, const struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst,
                        nt_time now);

#endif
