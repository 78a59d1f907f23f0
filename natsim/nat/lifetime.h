/* How long state lives by a policy: which of its timers counts, and what a packet changes. */
#ifndef NT_NAT_LIFETIME_H
#define NT_NAT_LIFETIME_H

#include "natsim/nat/policy/policy.h"

struct nt_life {
    nt_time made, refreshed;   /* refreshed: by a packet without a timer of its own port */
    nt_time by_phase, by_port; /* when it ends by the timers of the phases, and by those of remote ports; 0: not by these */
    nt_time expires;           /* the later of the two */
    bool replied;
};

/* The life of new state, made by a first packet to or from `remote`. */
struct nt_life nt_life_start(const struct nt_nat_policy *p, uint32_t proto, const struct nt_addr *remote, nt_time now);
/* A packet passed; `reply`: in the other direction than the first. True: `expires` has changed. */
bool nt_life_packet(struct nt_life *l, const struct nt_nat_policy *p, uint32_t proto, const struct nt_addr *remote, bool inbound,
                    bool reply, nt_time now);

#endif
