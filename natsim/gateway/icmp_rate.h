/* The limit of a gateway's ICMP errors for each destination (RFC 1812, 4.3.2.8; RFC 4443, 2.4 (f)): a bucket of `icmp_burst`
 * messages that fills by one per `icmp_interval`. */
#ifndef NT_GATEWAY_ICMP_RATE_H
#define NT_GATEWAY_ICMP_RATE_H

#include "natsim/nat/policy/policy.h"

/* So many destinations are known at once. One more gets no error until a bucket is full again, and its drop says so. */
#define NT_ICMP_RATE_MAX 1024

struct nt_icmp_rate;

struct nt_icmp_rate *nt_icmp_rate_new(const struct nt_nat_policy *policy); /* reads its limit. NULL without memory */
void nt_icmp_rate_del(struct nt_icmp_rate *r);                             /* NULL: nothing */
/* Whether an error may be sent to the destination now; if so, it counts. */
bool nt_icmp_rate_take(struct nt_icmp_rate *r, const struct nt_addr *to, nt_time now);
void nt_icmp_rate_forget(struct nt_icmp_rate *r); /* all buckets are full again */

#endif
