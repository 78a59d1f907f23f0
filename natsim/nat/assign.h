/* Making a mapping: limits, the external address by pooling, the port by the policy. */
#ifndef NT_NAT_ASSIGN_H
#define NT_NAT_ASSIGN_H

#include "core/base/addr.h"
#include "core/base/time.h"

struct nt_nat;

/* The external port is poisoned, or used by another inside endpoint, towards `remote`: the 5-tuple of a flow would not be unique.
 */
bool nt_assign_is_barred(const struct nt_nat *n, uint32_t proto, const struct nt_addr *internal, const struct nt_addr *external,
                         const struct nt_addr *remote);
/* A mapping of `internal` for a packet to `remote`: a new one, or where ports are shared one that the endpoint has on the port that
 * is chosen; `ruled`: a new one is found by its rule's key. NT_ELIMIT, NT_ENOSPC (no port) or NT_ENOMEM. */
int nt_assign_mapping(struct nt_nat *n, uint32_t proto, const struct nt_addr *internal, const struct nt_addr *remote, bool ruled,
                      nt_time now, uint32_t *mapping);

#endif
