/* What becomes of a packet: the mapping behaviour for outbound packets, the filtering behaviour for inbound ones (RFC 4787, 4 and
 * 5). */
#ifndef NT_NAT_TRANSLATE_H
#define NT_NAT_TRANSLATE_H

#include "core/base/time.h"
#include "natsim/packet/drop.h"
#include "natsim/packet/protocol.h"

struct nt_nat;

struct nt_nat_translation {
    enum nt_drop drop;       /* NT_DROP_NONE: the packet passes */
    struct nt_addr a, b;     /* what the reason is about */
    struct nt_addr src, dst; /* of the packet from now on */
};

/* UDP, or ICMP queries, whose identifier is the port of the inside address; the remote port counts for UDP alone. */
struct nt_nat_translation nt_nat_outbound(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *to,
                                          nt_time now);
struct nt_nat_translation nt_nat_inbound(struct nt_nat *n, uint8_t proto, const struct nt_addr *from,
                                         const struct nt_addr *external, nt_time now);
/* From inside to an external address of the NAT itself. */
struct nt_nat_translation nt_nat_hairpin(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal,
                                         const struct nt_addr *external, nt_time now);
/* An ICMP error about a packet that left as (external, to): dst is the inside endpoint. */
struct nt_nat_translation nt_nat_error_in(struct nt_nat *n, uint8_t proto, const struct nt_addr *external, const struct nt_addr *to,
                                          nt_time now);
/* An ICMP error about a packet that came from `to` to `internal`: src is the external address it came to. */
struct nt_nat_translation nt_nat_error_out(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal,
                                           const struct nt_addr *to, nt_time now);

#endif
