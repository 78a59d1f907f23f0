/* A candidate's numbers, and the way that packets of one take. */
#ifndef NT_ICE_CANDIDATE_H
#define NT_ICE_CANDIDATE_H

#include "core/sdp/description.h"

#define NT_ICE_DIRECT (-1)
#define NT_ICE_NONE UINT32_MAX /* no candidate, no valid pair, no check */

/* How a packet leaves or came: straight through a base, or through the allocation that source `relay` has on it. */
struct nt_ice_via {
    uint16_t base;
    int16_t relay; /* index of a source, or NT_ICE_DIRECT */
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
/* Why `remote` cannot have seen `mapped` as the source of what `base` sent to it; NULL: it can. RFC 8489, 6.3.3: an address of a
 * family that is not supported is ignored. Through a NAT64 an IPv6 base has an IPv4 address; which prefix leads there, besides
 * those of RFC 6052 and RFC 8215, is not known here. */
const char *nt_ice_why_not_mapped(const struct nt_addr *base, const struct nt_addr *mapped, const struct nt_addr *remote);
/* RFC 8445, 7.1.1: the priority of `c` were it peer-reflexive. */
uint32_t nt_ice_prflx_priority(const struct nt_ice_candidate *c);

#endif
