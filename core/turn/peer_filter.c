/* Which peers the server refuses (RFC 8656, sections 10.2, 12.2 and 21): addresses that are nobody's, the server's own
 * services, tunnels, and the operator's list; in IPv6 also when they hide an IPv4 address. */
#include "core/turn/server_state.h"

#include <string.h>

static bool begins(const struct nt_addr *a, const uint8_t *bytes, size_t n)
{
    return a->family == NT_AF_IPV6 && memcmp(a->ip, bytes, n) == 0;
}

/* RFC 8656, 21.4: "a TURN server MUST NOT accept Teredo or 6to4 addresses in these requests" */
bool nt_turn_tunnelled(const struct nt_addr *a)
{
    static const uint8_t teredo[4] = {0x20, 0x01, 0, 0}, six_to_four[2] = {0x20, 0x02};
    return begins(a, teredo, sizeof teredo) || begins(a, six_to_four, sizeof six_to_four);
}

/* 0.0.0.0/8 and the limited broadcast (RFC 6890) */
static bool no_host(const struct nt_addr *a)
{
    static const uint8_t broadcast[4] = {255, 255, 255, 255};
    return a->family == NT_AF_IPV4 && (a->ip[0] == 0 || memcmp(a->ip, broadcast, 4) == 0);
}

static bool own_service(const struct nt_turn_server *s, const struct nt_addr *a)
{
    if (!nt_addr_same_ip(a, &s->config.listen))
        return false;
    bool relays_there = nt_addr_same_ip(a, &s->config.relay) || nt_addr_same_ip(a, &s->config.relay6);
    return !relays_there || a->port == s->config.listen.port;
}

static bool refused(const struct nt_turn_server *s, const struct nt_addr *a)
{
    if (nt_addr_is_loopback(a) || nt_addr_is_any(a) || nt_addr_is_multicast(a) || no_host(a))
        return true;
    if (nt_addr_is_v4_mapped(a) || nt_addr_is_v4_compat(a) || nt_turn_tunnelled(a) || own_service(s, a))
        return true;
    for (size_t i = 0; i < s->config.deny_count; i++)
        if (nt_prefix_contains(&s->config.deny[i], a))
            return true;
    return false;
}

bool nt_turn_peer_forbidden(const struct nt_turn_server *s, const struct nt_addr *peer)
{
    static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
    if (refused(s, peer))
        return true;
    if (!begins(peer, nat64, sizeof nat64))
        return false;
    struct nt_addr inner = {.family = NT_AF_IPV4, .port = peer->port};
    memcpy(inner.ip, peer->ip + 12, 4);
    return refused(s, &inner);
}
