/* An RFC 5780 client that measures the NAT it is behind: mapping, filtering (each test from a fresh local port), hairpinning,
 * binding lifetime, port preservation, and whether the answer to an inbound packet leaves from the port that it came through (the
 * policy's `replies`). An endpoint: it asks for its ports by requests. */
#ifndef NT_STUN_DISCOVERY_H
#define NT_STUN_DISCOVERY_H

#include "core/base/endpoint.h"
#include "core/stun/discovery_config.h"
#include "core/stun/discovery_result.h"

struct nt_discovery;

struct nt_discovery *nt_discovery_new(const struct nt_discovery_config *config);
void nt_discovery_del(struct nt_discovery *d);
struct nt_endpoint nt_discovery_endpoint(struct nt_discovery *d);
void nt_discovery_start(struct nt_discovery *d, nt_time now);
const struct nt_discovery_result *nt_discovery_result(const struct nt_discovery *d);
const char *nt_behaviour_name(enum nt_behaviour b); /* "endpoint-independent", ... */

#endif
