/* The configuration of a NAT behaviour discovery (RFC 5780). */
#ifndef NT_STUN_DISCOVERY_CONFIG_H
#define NT_STUN_DISCOVERY_CONFIG_H

#include "core/base/addr.h"
#include "core/base/rand.h"
#include "core/base/time.h"
#include "core/base/trace.h"

/* Of which mapping the lifetime is measured: one with a reply, one without, one with traffic both ways for some seconds. */
enum nt_lifetime_phase { NT_LIFETIME_REPLIED = 0, NT_LIFETIME_NEW, NT_LIFETIME_STREAM, NT_LIFETIME_PHASES };

struct nt_discovery_config {
    struct nt_addr local;  /* the address to measure from; ports are asked for */
    struct nt_addr server; /* a server with OTHER-ADDRESS */
    nt_time lifetime_max;  /* bound of the lifetime search; 0: not measured */
    enum nt_lifetime_phase lifetime_phase;
    struct nt_rand *rand;
    struct nt_trace trace;
};

#endif
