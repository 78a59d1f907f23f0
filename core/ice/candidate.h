/* The agent's own candidates and the peer's, each with what the agent must know beside what is signalled. */
#ifndef NT_ICE_CANDIDATE_H
#define NT_ICE_CANDIDATE_H

#include "core/sdp/description.h"

/* Peer-reflexive candidates, each side: an endless discovery (a new port for each check) makes one in each Ta until the patience of
 * RFC 8863 ends, 790 at 50 ms. */
#define NT_ICE_PRFLX_MAX 1024
#define NT_ICE_DIRECT (-1)

/* How a packet leaves or came: straight through a base, or through the allocation that source `relay` has on it. */
struct nt_ice_via {
    uint16_t base;
    int16_t relay; /* index of a source, or NT_ICE_DIRECT */
};

struct nt_ice_own {
    struct nt_ice_candidate c;
    struct nt_ice_via via;
    struct nt_addr server; /* where a reflexive or relayed one was learnt: for the foundation */
    uint32_t rank;         /* among those of its type: lower is preferred */
    bool told;             /* a description with it has been made */
    bool paired;           /* with every remote candidate that is paired */
};

struct nt_ice_remote {
    struct nt_ice_candidate c;
    bool signalled;
    bool paired; /* with every told local candidate that is paired */
};

static inline bool nt_ice_via_equal(struct nt_ice_via a, struct nt_ice_via b)
{
    return a.base == b.base && a.relay == b.relay;
}

/* RFC 8445, 5.1.2.1 and 6.1.2.3. */
uint32_t nt_ice_candidate_priority(uint8_t type_preference, uint16_t local_preference, uint16_t component);
uint64_t nt_ice_pair_priority(uint32_t controlling, uint32_t controlled);
uint8_t nt_ice_type_preference(enum nt_ice_type type); /* 126, 100, 110, 0 */
/* RFC 8445, 5.1.1.1 and RFC 8421: may an interface's address become a host candidate? */
bool nt_ice_address_usable(const struct nt_addr *a, bool ipv6);
/* RFC 8445, 7.1.1: the priority of `c` were it peer-reflexive. */
uint32_t nt_ice_prflx_priority(const struct nt_ice_candidate *c);
/* RFC 8445, 5.1.1.3, on `n` candidates of which the last one has no foundation yet. */
void nt_ice_set_foundation(struct nt_ice_own *list, size_t n);
/* From what was gathered to what is announced: redundant ones go, then local preferences, priorities, order (stream,
 * component, falling priority) and foundations. Returns how many are left. */
size_t nt_ice_candidates_settle(struct nt_ice_own *list, size_t n);
/* The same for one that comes after the others, the last one of `n`. false: it is redundant. */
bool nt_ice_candidate_join(struct nt_ice_own *list, size_t n);

#endif
