/* Inside of the room: RFC 8656, 21.4: Teredo (2001::/32) and 6to4 (2002::/16). */
#ifndef NT_CONFORMANCE_TUNNELS_H
#define NT_CONFORMANCE_TUNNELS_H

#include "core/base/addr.h"

static inline bool nt_address_is_tunnelled(const struct nt_addr *a)
{
    return a->family == NT_AF_IPV6 && a->ip[0] == 0x20 && (a->ip[1] == 2 || (a->ip[1] == 1 && a->ip[2] == 0 && a->ip[3] == 0));
}

#endif
