/* Measures a NAT of the simulator with an RFC 5780 client inside the simulation. */
#ifndef NT_CLASSIFY_MEASURE_H
#define NT_CLASSIFY_MEASURE_H

#include "core/stun/discovery.h"
#include "natsim/nat/policy/policy.h"

/* Builds a network with one NAT of this policy and runs the client in it, for the lifetime in each phase. 0 or a negative error. */
int nt_classify(const struct nt_nat_policy *policy, uint64_t seed, struct nt_discovery_result result[NT_LIFETIME_PHASES]);

#endif
