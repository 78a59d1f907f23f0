/* Making a mapping: limits, the external address by pooling, the port by the policy. */
#ifndef NT_NAT_ASSIGN_H
#define NT_NAT_ASSIGN_H

#include "core/base/addr.h"
#include "core/base/time.h"

struct nt_nat;

/* The external port is poisoned, or used by another inside endpoint, towards `remote`. */
bool nt_assign_is_barred(const struct nt_nat *n, uint32_t proto, const struct nt_addr *internal, const struct nt_addr *external,
                         const struct nt_addr *remote);
/* A new mapping of `internal` for a packet to `remote`; `ruled`: the mapping rule leads to it from now on. NT_ELIMIT, NT_ENOSPC (no
 * port) or NT_ENOMEM. */
int nt_assign_mapping(struct nt_nat *n, uint32_t proto, const struct nt_addr *internal, const struct nt_addr *remote, bool ruled,
                      nt_time now, uint32_t *mapping);

#endif
