#define _DEFAULT_SOURCE /* IFF_UP */
#include "natsim/sockets/interfaces.h"
#include "core/base/err.h"
#include "natsim/sockets/system_address.h"

#include <ifaddrs.h>
#include <net/if.h>

int nt_interfaces_each(void (*each)(void *user, const struct nt_addr *addr), void *user)
{
    struct ifaddrs *all;
    if (getifaddrs(&all) != 0)
        return NT_EIO;
    for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
        struct nt_addr addr = nt_system_address_read(i->ifa_addr);
        if ((i->ifa_flags & IFF_UP) != 0 && nt_addr_is_set(&addr) && !nt_addr_is_loopback(&addr) && !nt_addr_is_link_local(&addr))
            each(user, &addr);
    }
    freeifaddrs(all);
    return NT_OK;
}
