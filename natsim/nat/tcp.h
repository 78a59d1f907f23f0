/* What becomes of a TCP segment: as translate.h, by its flags (natsim/packet/segment.h) as well. Connections are flows, and a
 * mapping lives as long as they do. */
#ifndef NT_NAT_TCP_H
#define NT_NAT_TCP_H

#include "natsim/nat/translate.h"

struct nt_nat_translation nt_nat_tcp_outbound(struct nt_nat *n, uint8_t flags, const struct nt_addr *internal,
                                              const struct nt_addr *to, nt_time now);
struct nt_nat_translation nt_nat_tcp_inbound(struct nt_nat *n, uint8_t flags, const struct nt_addr *from,
                                             const struct nt_addr *external, nt_time now);
struct nt_nat_translation nt_nat_tcp_hairpin(struct nt_nat *n, uint8_t flags, const struct nt_addr *internal,
                                             const struct nt_addr *external, nt_time now);

#endif
