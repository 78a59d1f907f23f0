/* Compares what was measured of a NAT with its configuration. */
#ifndef NT_CLASSIFY_COMPARE_H
#define NT_CLASSIFY_COMPARE_H

#include "core/stun/discovery.h"
#include "natsim/nat/policy/policy.h"

#include <stdio.h>

/* Prints a line on `out` for each difference between a policy and the measurements, and returns their number. `name`: the policy's.
 */
int nt_classify_compare(const char *name, const struct nt_nat_policy *p, const struct nt_discovery_result m[NT_LIFETIME_PHASES],
                        FILE *out);

#endif
