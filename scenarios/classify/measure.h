/* The simulator proves its own NATs: an RFC 5780 client inside a small world measures one policy. */
#ifndef NT_CLASSIFY_MEASURE_H
#define NT_CLASSIFY_MEASURE_H

#include "core/stun/discovery.h"
#include "natsim/nat/policy/policy.h"
#include "pcap/capture.h"

#include <stdio.h>

/* 0, or a negative error. `capture` may be NULL. */
int nt_classify(const struct nt_nat_policy *policy, uint64_t seed, struct nt_capture *capture, struct nt_discovery_result *result);
/* The number of differences between what a policy is and what was measured of it; each a line on `out`. */
int nt_classify_compare(const char *name, const struct nt_nat_policy *p, const struct nt_discovery_result *m, FILE *out);

#endif
