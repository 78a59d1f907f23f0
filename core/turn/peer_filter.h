/* Which peers the server refuses (RFC 8656, sections 10.2, 12.2 and 21): addresses of no host, the server's own services, tunnels,
 * and the operator's list; in IPv6 also those that carry such an IPv4 address. */
#ifndef NT_TURN_PEER_FILTER_H
#define NT_TURN_PEER_FILTER_H

#include "core/turn/server_config.h"

bool nt_turn_peer_forbidden(const struct nt_turn_server_config *config, const struct nt_addr *peer);
/* A Teredo or 6to4 address. */
bool nt_turn_tunnelled(const struct nt_addr *a);

#endif
