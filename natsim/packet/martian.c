#include "natsim/packet/martian.h"
#include "core/base/bytes.h"

static bool is_martian4(const uint8_t *ip)
{
    return ip[0] == 0 || ip[0] == 127 || (ip[0] >= 224 && (ip[0] < 240 || nt_load32(ip) == UINT32_MAX));
}

bool nt_addr_is_martian(const struct nt_addr *a)
{
    if (a->family == NT_AF_IPV4)
        return is_martian4(a->ip);
    return nt_addr_is_any(a) || nt_addr_is_loopback(a) || nt_addr_is_multicast(a);
}

bool nt_addr_is_reserved(const struct nt_addr *a)
{
    return a->family == NT_AF_IPV4 && a->ip[0] >= 240;
}
