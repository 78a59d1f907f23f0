/* Names and priorities of candidates (RFC 8445, sections 5.1.2 and 6.1.2.3). */
#include "core/ice/description.h"

#include <string.h>

static const char *const type_names[] = {
    [NT_ICE_HOST] = "host", [NT_ICE_SRFLX] = "srflx", [NT_ICE_PRFLX] = "prflx", [NT_ICE_RELAY] = "relay",
};

const char *nt_ice_type_name(enum nt_ice_type type)
{
    return type_names[type];
}

int nt_ice_type_by_name(const char *name, size_t len)
{
    for (int type = NT_ICE_HOST; type <= NT_ICE_RELAY; type++)
        if (strlen(type_names[type]) == len && memcmp(type_names[type], name, len) == 0)
            return type;
    return -1;
}

/* RFC 8445, 5.1.2.2: "The RECOMMENDED values for type preferences are 126 for host candidates, 110 for peer-reflexive
 * candidates, 100 for server-reflexive candidates, and 0 for relayed candidates." */
uint8_t nt_ice_type_preference(enum nt_ice_type type)
{
    static const uint8_t preferences[] = {[NT_ICE_HOST] = 126, [NT_ICE_SRFLX] = 100, [NT_ICE_PRFLX] = 110, [NT_ICE_RELAY] = 0};
    return preferences[type];
}

/* RFC 8445, 5.1.2.1: priority = (2^24)*(type preference) + (2^8)*(local preference) + (2^0)*(256 - component ID) */
uint32_t nt_ice_candidate_priority(uint8_t type_preference, uint16_t local_preference, uint16_t component)
{
    return (uint32_t)type_preference << 24 | (uint32_t)local_preference << 8 | (uint32_t)(256 - component);
}

/* RFC 8445, 6.1.2.3: pair priority = 2^32*MIN(G,D) + 2*MAX(G,D) + (G>D?1:0) */
uint64_t nt_ice_pair_priority(uint32_t controlling, uint32_t controlled)
{
    uint64_t low = controlling < controlled ? controlling : controlled;
    uint64_t high = controlling < controlled ? controlled : controlling;
    return (low << 32) + 2 * high + (controlling > controlled ? 1 : 0);
}
