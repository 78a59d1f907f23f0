/* An RFC 5780 client that measures the NAT it is behind: mapping, filtering (each test from a fresh local port), hairpinning,
 * binding lifetime, port preservation, and whether an answer to an inside-bound packet leaves from its own port (the
 * policy's `replies`). An endpoint; ports are asked for by requests. */
#ifndef NT_STUN_DISCOVERY_H
#define NT_STUN_DISCOVERY_H

#include "core/base/endpoint.h"
#include "core/base/rand.h"

enum nt_behaviour { NT_BEHAVIOUR_UNKNOWN = 0, NT_ENDPOINT_INDEPENDENT, NT_ADDRESS_DEPENDENT, NT_ADDRESS_AND_PORT_DEPENDENT };

struct nt_discovery_config {
    struct nt_addr local;  /* the address to measure from; ports are asked for */
    struct nt_addr server; /* a server with OTHER-ADDRESS */
    nt_time lifetime_max;  /* bound of the lifetime search; 0: not measured */
    struct nt_rand *rand;
};

struct nt_discovery_result {
    bool done, reachable, natted;
    enum nt_behaviour mapping, filtering;
    bool hairpin;                 /* a packet to the own mapped address came back */
    bool hairpin_external;        /* and its source was the external address */
    bool hairpin_known;           /* false: not natted, or an endpoint-dependent mapping and filter hide it */
    int port_preservation;        /* 1 kept, 0 not, -1 unknown */
    int pinned;                   /* 1 pinned, 0 table, -1 cannot be told: both do the same, or a filter hides it */
    nt_time lifetime_low, lifetime_high; /* the mapping was there after low and gone after high; high NT_TIME_NEVER: not gone
                                           * after lifetime_max. Both 0: not measured */
    struct nt_addr mapped;
};

struct nt_discovery;

struct nt_discovery *nt_discovery_new(const struct nt_discovery_config *config);
void nt_discovery_del(struct nt_discovery *d);
struct nt_endpoint nt_discovery_endpoint(struct nt_discovery *d);
void nt_discovery_start(struct nt_discovery *d, nt_time now);
const struct nt_discovery_result *nt_discovery_result(const struct nt_discovery *d);
const char *nt_behaviour_name(enum nt_behaviour b); /* "endpoint-independent", ... */

#endif
