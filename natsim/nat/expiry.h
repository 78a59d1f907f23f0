/* How entries of a translator's tables end, by their deadlines or before, and what goes with them. */
#ifndef NT_NAT_EXPIRY_H
#define NT_NAT_EXPIRY_H

#include "core/base/time.h"

#include <stdint.h>

struct nt_nat;

void nt_expiry_run(struct nt_nat *n, nt_time now);                    /* ends what is due */
void nt_expiry_unmap(struct nt_nat *n, uint32_t mapping, nt_time at); /* with its flows, filter entries and port */
void nt_expiry_end_flow(struct nt_nat *n, uint32_t flow, nt_time at); /* before its deadline */
/* All mappings, with what goes with them, and poison. Their ports are on hold as if they had expired: RFC 6888, REQ-8, "also
 * applies to the case when a CGN loses state (due to a crash, reboot, failover to a cold standby, etc.)". */
void nt_expiry_end_all(struct nt_nat *n, nt_time now);
void nt_expiry_end_holds(struct nt_nat *n); /* after that: no port is on hold any more */
/* Forgets the endpoint if it has no mapping, and its host with the port blocks if that has none. */
void nt_expiry_leave(struct nt_nat *n, uint32_t endpoint);

#endif
