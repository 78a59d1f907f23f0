#include "core/ice/candidate.h"

#include <stdio.h>
#include <stdlib.h>
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

/* RFC 8445, 5.1.1.3 */
static bool same_foundation(const struct nt_ice_own *a, const struct nt_ice_own *b)
{
    return a->c.type == b->c.type && a->c.transport == b->c.transport && nt_addr_same_ip(&a->c.base, &b->c.base) &&
           (a->c.type == NT_ICE_HOST || nt_addr_same_ip(&a->server, &b->server));
}

void nt_ice_set_foundation(struct nt_ice_own *list, size_t n)
{
    struct nt_ice_own *last = &list[n - 1];
    unsigned long highest = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        unsigned long number = strtoul(list[i].c.foundation, NULL, 10);
        highest = number > highest ? number : highest;
        if (same_foundation(&list[i], last)) {
            memcpy(last->c.foundation, list[i].c.foundation, sizeof last->c.foundation);
            return;
        }
    }
    snprintf(last->c.foundation, sizeof last->c.foundation, "%lu", highest + 1);
}

static int by_rank(const void *pa, const void *pb)
{
    const struct nt_ice_own *a = pa, *b = pb;
    if (a->c.stream != b->c.stream)
        return a->c.stream < b->c.stream ? -1 : 1;
    if (a->c.component != b->c.component)
        return a->c.component < b->c.component ? -1 : 1;
    int pref = (int)nt_ice_type_preference(b->c.type) - (int)nt_ice_type_preference(a->c.type);
    if (pref != 0)
        return pref;
    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

/* RFC 8445, 5.1.3: "A candidate is redundant if and only if its transport address and base equal those of another
 * candidate"; the lower priority goes. 5.1.1.2: "If a relayed candidate is identical to a host candidate [...] the relayed
 * candidate MUST be discarded". The list is in falling preference. */
static bool redundant(const struct nt_ice_own *kept, size_t n, const struct nt_ice_own *c)
{
    for (size_t i = 0; i < n; i++) {
        if (!nt_addr_equal(&kept[i].c.addr, &c->c.addr) || kept[i].c.stream != c->c.stream)
            continue;
        if (nt_addr_equal(&kept[i].c.base, &c->c.base) || (c->c.type == NT_ICE_RELAY && kept[i].c.type == NT_ICE_HOST))
            return true;
    }
    return false;
}

/* RFC 8838, 9: "it will compute its priority, type, foundation, and component ID according to regular ICE procedures"; it is
 * redundant if transport address and base are those of an existing candidate, "regardless of its priority". */
bool nt_ice_candidate_join(struct nt_ice_own *list, size_t n)
{
    struct nt_ice_candidate *c = &list[n - 1].c;
    uint16_t preference = UINT16_MAX;
    if (redundant(list, n - 1, &list[n - 1]))
        return false;
    for (size_t i = 0; i + 1 < n; i++)
        preference = (uint16_t)(preference - (list[i].c.type == c->type && list[i].c.stream == c->stream &&
                                              list[i].c.component == c->component));
    c->priority = nt_ice_candidate_priority(nt_ice_type_preference(c->type), preference, c->component);
    nt_ice_set_foundation(list, n);
    return true;
}

size_t nt_ice_candidates_settle(struct nt_ice_own *list, size_t n)
{
    size_t kept = 0;
    if (n > 1)
        qsort(list, n, sizeof *list, by_rank);
    for (size_t i = 0; i < n; i++)
        if (!redundant(list, kept, &list[i]))
            list[kept++] = list[i];
    uint16_t preference = UINT16_MAX;
    for (size_t i = 0; i < kept; i++) {
        struct nt_ice_candidate *c = &list[i].c;
        bool same = i > 0 && list[i - 1].c.type == c->type && list[i - 1].c.component == c->component &&
                    list[i - 1].c.stream == c->stream;
        /* RFC 8445, 5.1.2.1: "If there is only a single IP address, this value SHOULD be set to 65535"; otherwise unique. */
        preference = same ? (uint16_t)(preference - 1) : UINT16_MAX;
        c->priority = nt_ice_candidate_priority(nt_ice_type_preference(c->type), preference, c->component);
        nt_ice_set_foundation(list, i + 1);
    }
    return kept;
}
