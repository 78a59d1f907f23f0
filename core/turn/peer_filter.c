#include "core/turn/peer_filter.h"

#include <string.h>

static bool has_prefix(const struct nt_addr *a, const uint8_t *bytes, size_t n)
{
    return a->family == NT_AF_IPV6 && memcmp(a->ip, bytes, n) == 0;
}

/* RFC 8656, 21.4: "a TURN server MUST NOT accept Teredo or 6to4 addresses in these requests" */
bool nt_turn_tunnelled(const struct nt_addr *a)
{
    static const uint8_t teredo[4] = {0x20, 0x01, 0, 0}, six_to_four[2] = {0x20, 0x02};
    return has_prefix(a, teredo, sizeof teredo) || has_prefix(a, six_to_four, sizeof six_to_four);
}

/* 0.0.0.0/8 and the limited broadcast (RFC 6890) */
static bool is_no_host(const struct nt_addr *a)
{
    static const uint8_t broadcast[4] = {255, 255, 255, 255};
    return a->family == NT_AF_IPV4 && (a->ip[0] == 0 || memcmp(a->ip, broadcast, 4) == 0);
}

static bool is_own_service(const struct nt_turn_server_config *config, const struct nt_addr *a)
{
    const struct nt_addr *listen = a->family == NT_AF_IPV6 ? &config->listen6 : &config->listen;
    if (!nt_addr_same_ip(a, listen))
        return false;
    bool relays_there = nt_addr_same_ip(a, &config->relay) || nt_addr_same_ip(a, &config->relay6);
    return !relays_there || a->port == listen->port;
}

static bool is_refused(const struct nt_turn_server_config *config, const struct nt_addr *a)
{
    if (nt_addr_is_loopback(a) || nt_addr_is_any(a) || nt_addr_is_multicast(a) || is_no_host(a))
        return true;
    if (nt_addr_is_v4_mapped(a) || nt_addr_is_v4_compat(a) || nt_turn_tunnelled(a) || is_own_service(config, a))
        return true;
    for (size_t i = 0; i < config->deny_count; i++)
        if (nt_prefix_contains(&config->deny[i], a))
            return true;
    return false;
}

bool nt_turn_peer_forbidden(const struct nt_turn_server_config *config, const struct nt_addr *peer)
{
    static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
    if (is_refused(config, peer))
        return true;
    if (!has_prefix(peer, nat64, sizeof nat64))
        return false;
    struct nt_addr inner = {.family = NT_AF_IPV4, .port = peer->port};
    memcpy(inner.ip, peer->ip + 12, 4);
    return is_refused(config, &inner);
}
