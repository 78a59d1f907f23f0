/* The translator of a gateway: it decides by its policy what becomes of the addresses of a packet (translate.h). It sees addresses
 * only; the gateway rewrites the bytes. Every call that has `now` first ends what is due. */
#ifndef NT_NAT_NAT_H
#define NT_NAT_NAT_H

#include "core/base/rand.h"
#include "core/base/trace.h"
#include "natsim/nat/policy/policy.h"
#include "natsim/nat/translate.h"

#define NT_NAT_MAPPINGS_MAX 65000 /* of each external address */
#define NT_NAT_FILTERS_MAX 262144 /* filter entries; and so many tracked flows */

struct nt_nat;

/* Copies all. The trace gets NT_TR_MAPPED and NT_TR_EXPIRED. NULL without memory. */
struct nt_nat *nt_nat_new(const struct nt_nat_policy *policy, const struct nt_addr *externals, size_t count,
                          const struct nt_rand *rand, const struct nt_trace *trace);
void nt_nat_del(struct nt_nat *n);
bool nt_nat_is_external(const struct nt_nat *n, const struct nt_addr *a); /* the address, any port */
/* Forgets everything, ports on hold too, then has other external addresses in place of the first `count`. */
void nt_nat_renumber(struct nt_nat *n, const struct nt_addr *externals, size_t count, nt_time now);

void nt_nat_run(struct nt_nat *n, nt_time now);
nt_time nt_nat_deadline(const struct nt_nat *n);
void nt_nat_flush(struct nt_nat *n, nt_time now);  /* forgets mappings, filters, flows, poison; their ports are held by hold_down */
void nt_nat_reboot(struct nt_nat *n, nt_time now); /* and port assignment starts anew */

/* A live mapping, for tests. */
struct nt_nat_mapping_info {
    uint32_t number;
    struct nt_addr internal, external, remote; /* remote: unset, address, or address and port, by the mapping rule */
    nt_time made, expires;
};

size_t nt_nat_count(const struct nt_nat *n);                                                  /* of live mappings, for tests */
bool nt_nat_mapping_info(const struct nt_nat *n, size_t i, struct nt_nat_mapping_info *info); /* the i-th live one, oldest first */

#endif
