/* A gateway's own addresses, by attachment. */
#ifndef NT_GATEWAY_OWN_ADDRESSES_H
#define NT_GATEWAY_OWN_ADDRESSES_H

#include "core/base/addr.h"

struct nt_own_address {
    struct nt_addr addr; /* port 0 */
    uint32_t port;       /* of the node */
};

struct nt_own_addresses {
    struct nt_own_address *items;
    size_t count, cap;
};

int nt_own_addresses_add(struct nt_own_addresses *own, const struct nt_addr *a, uint32_t port); /* NT_ENOMEM or NT_ELIMIT */
bool nt_own_addresses_has(const struct nt_own_addresses *own, const struct nt_addr *a);         /* the address, any port */
bool nt_own_addresses_has_on(const struct nt_own_addresses *own, uint32_t port, const struct nt_addr *a);
/* The first address of the family on a link; NULL: none. */
const struct nt_addr *nt_own_addresses_on(const struct nt_own_addresses *own, uint32_t port, uint8_t family);
void nt_own_addresses_free(struct nt_own_addresses *own);

#endif
