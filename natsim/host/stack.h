/* An IP stack from outside in place of a host's endpoints (host.h). */
#ifndef NT_HOST_STACK_H
#define NT_HOST_STACK_H

#include "core/base/addr.h"

/* An IP stack from outside. */
struct nt_host_stack {
    /* A packet for one of the host's own addresses, as it arrives, fragments too; false: it does not take it. */
    bool (*deliver)(void *user, uint32_t port, const uint8_t *packet, size_t len);
    void (*link)(void *user, uint32_t port, bool up); /* of an interface: it goes, or comes */
    /* The interface has these addresses in place of those that it had, and its routes are there. */
    void (*moved)(void *user, uint32_t port, const struct nt_addr *addresses, size_t count, uint32_t mtu);
    void *user;
};

#endif
