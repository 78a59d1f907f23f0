/* What a sandbox is made of. */
#ifndef NT_LIVE_SANDBOX_CONFIG_H
#define NT_LIVE_SANDBOX_CONFIG_H

#include "core/base/addr.h"

#define NT_SANDBOX_INTERFACES_MAX 16
#define NT_SANDBOX_COMMAND_MAX 32768 /* bytes */

struct nt_sandbox_interface { /* eth0, eth1, ... in order; packets without a better route leave by the first */
    const struct nt_addr *addresses;
    size_t address_count;
    uint8_t bits4, bits6; /* prefix lengths */
    uint32_t mtu;
};

struct nt_sandbox_config {
    const struct nt_sandbox_interface *interfaces;
    size_t interface_count;
    bool ipv6;         /* off: the kernel has none, not even link-local addresses */
    const char *hosts; /* text of /etc/hosts; no DNS server answers */
};

#endif
