/* What a NAT behaviour discovery (RFC 5780) has found out. */
#ifndef NT_STUN_DISCOVERY_RESULT_H
#define NT_STUN_DISCOVERY_RESULT_H

#include "core/base/addr.h"
#include "core/base/time.h"

#include <stdbool.h>

enum nt_behaviour { NT_BEHAVIOUR_UNKNOWN = 0, NT_ENDPOINT_INDEPENDENT, NT_ADDRESS_DEPENDENT, NT_ADDRESS_AND_PORT_DEPENDENT };

#define NT_DISCOVERY_LACKS 5 /* mapping, filtering, hairpinning, lifetime, and what ended it */

struct nt_discovery_result {
    bool done, reachable, natted;
    enum nt_behaviour mapping, filtering;
    bool hairpin;                        /* a packet to the own mapped address came back */
    bool hairpin_external;               /* and its source was the external address */
    bool hairpin_known;                  /* false: not natted, or an endpoint-dependent mapping and filter hide it */
    int port_preservation;               /* 1 kept, 0 not, -1 unknown */
    int pinned;                          /* 1 pinned, 0 table, -1 cannot be told: both do the same, or a filter hides it */
    nt_time lifetime_low, lifetime_high; /* the mapping was there after low and gone after high; high NT_TIME_NEVER: not gone
                                          * after lifetime_max. Both 0: not measured */
    struct nt_addr mapped;
    const char *lacks[NT_DISCOVERY_LACKS]; /* what was not measured, and why, in static words; NULL: no more */
};

#endif
