/* The translator of a gateway: it decides by its policy what becomes of the addresses of a packet. It sees addresses only; the
 * gateway rewrites the bytes. Every call first ends what is due at `now`. */
#ifndef NT_NAT_NAT_H
#define NT_NAT_NAT_H

#include "core/base/rand.h"
#include "core/base/trace.h"
#include "natsim/gateway/gateway.h"

struct nt_nat;

/* What becomes of a packet. */
struct nt_nat_verdict {
    enum nt_drop drop;    /* NT_DROP_NONE: it passes */
    struct nt_addr a, b;  /* what the reason speaks of */
    struct nt_addr src, dst; /* of the packet from now on */
};

/* Copies all. The trace gets NT_TR_MAPPED and NT_TR_EXPIRED. NULL without memory. */
struct nt_nat *nt_nat_new(const struct nt_nat_policy *policy, const struct nt_addr *externals, size_t count, const struct nt_rand *rand,
                          const struct nt_trace *trace);
void nt_nat_del(struct nt_nat *n);
bool nt_nat_is_external(const struct nt_nat *n, const struct nt_addr *a); /* the address, any port */
/* Forgets everything, then has other external addresses in place of the first `count`. */
void nt_nat_renumber(struct nt_nat *n, const struct nt_addr *externals, size_t count, nt_time now);

/* UDP, or ICMP queries, whose identifier is the port of the inside address; the remote port counts for UDP alone. */
struct nt_nat_verdict nt_nat_outbound(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *remote, nt_time now);
struct nt_nat_verdict nt_nat_inbound(struct nt_nat *n, uint8_t proto, const struct nt_addr *remote, const struct nt_addr *external, nt_time now);
/* From inside to an external address of the NAT itself. */
struct nt_nat_verdict nt_nat_hairpin(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *external, nt_time now);
/* An ICMP error about a packet that left as (external, remote): verdict.dst is the inside endpoint. */
struct nt_nat_verdict nt_nat_error_in(struct nt_nat *n, uint8_t proto, const struct nt_addr *external, const struct nt_addr *remote, nt_time now);
/* An ICMP error about a packet that came from `remote` to `internal`: verdict.src is the external address it came to. */
struct nt_nat_verdict nt_nat_error_out(struct nt_nat *n, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *remote, nt_time now);

void nt_nat_run(struct nt_nat *n, nt_time now);
nt_time nt_nat_deadline(const struct nt_nat *n);
void nt_nat_flush(struct nt_nat *n, nt_time now);  /* forgets mappings, filters, flows, poison */
void nt_nat_reboot(struct nt_nat *n, nt_time now); /* and port assignment starts anew */
size_t nt_nat_count(const struct nt_nat *n);
bool nt_nat_mapping_info(const struct nt_nat *n, size_t i, struct nt_nat_mapping_info *info); /* oldest first */

#endif
