#include "core/ice/candidate.h"

#include <string.h>

/* RFC 8445, 5.1.2.2: "The RECOMMENDED values for type preferences are 126 for host candidates, 110 for peer-reflexive
 * candidates, 100 for server-reflexive candidates, and 0 for relayed candidates." */
uint8_t nt_ice_type_preference(enum nt_ice_type type)
{
    static const uint8_t preference[] = {[NT_ICE_HOST] = 126, [NT_ICE_SRFLX] = 100, [NT_ICE_PRFLX] = 110, [NT_ICE_RELAY] = 0};
    return preference[type];
}

/* RFC 8445, 5.1.2.1: priority = (2^24)*(type preference) + (2^8)*(local preference) + (2^0)*(256 - component ID) */
uint32_t nt_ice_candidate_priority(uint8_t type_preference, uint16_t local_preference, uint16_t component)
{
    return (uint32_t)type_preference << 24 | (uint32_t)local_preference << 8 | ((256U - component) & 0xff);
}

/* RFC 8445, 6.1.2.3: pair priority = 2^32*MIN(G,D) + 2*MAX(G,D) + (G>D?1:0) */
uint64_t nt_ice_pair_priority(uint32_t controlling, uint32_t controlled)
{
    uint64_t low = controlling < controlled ? controlling : controlled;
    uint64_t high = controlling < controlled ? controlled : controlling;
    return (low << 32) + 2 * high + (controlling > controlled ? 1 : 0);
}

uint32_t nt_ice_prflx_priority(const struct nt_ice_candidate *c)
{
    return (uint32_t)nt_ice_type_preference(NT_ICE_PRFLX) << 24 | (c->priority & 0xffffff);
}

/* RFC 8445, 5.1.1.1: "Addresses from a loopback interface MUST NOT be included", "Deprecated IPv4-compatible IPv6 addresses
 * and IPv6 site-local unicast addresses MUST NOT be included", "IPv4-mapped IPv6 addresses SHOULD NOT be included". */
bool nt_ice_address_usable(const struct nt_addr *a, bool ipv6)
{
    if (nt_addr_is_loopback(a) || nt_addr_is_any(a) || nt_addr_is_multicast(a))
        return false;
    if (a->family == NT_AF_IPV4)
        return true;
    return a->family == NT_AF_IPV6 && ipv6 && !nt_addr_is_v4_compat(a) && !nt_addr_is_site_local(a) && !nt_addr_is_v4_mapped(a);
}

/* RFC 6052, 2.1 and RFC 8215 */
static bool is_behind_nat64(const struct nt_addr *a)
{
    static const uint8_t well_known[12] = {0, 0x64, 0xff, 0x9b}, local_use[6] = {0, 0x64, 0xff, 0x9b, 0, 1};
    return a->family == NT_AF_IPV6 &&
           (memcmp(a->ip, well_known, sizeof well_known) == 0 || memcmp(a->ip, local_use, sizeof local_use) == 0);
}

const char *nt_ice_why_not_mapped(const struct nt_addr *base, const struct nt_addr *mapped, const struct nt_addr *remote)
{
    bool may_differ = mapped->family == NT_AF_IPV4 && is_behind_nat64(remote);
    if (nt_addr_is_set(mapped) && mapped->family != base->family && !may_differ)
        return "it is of the other address family, and no NAT64 is on the way";
    return nt_addr_why_impossible(mapped);
}
