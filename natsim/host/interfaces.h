/* The interfaces of a host: on which networks it is, with which addresses. */
#ifndef NT_HOST_INTERFACES_H
#define NT_HOST_INTERFACES_H

#include "core/base/addr.h"
#include "core/base/time.h"

struct nt_host;

/* An interface on a network, with its addresses; its number, or NT_FABRIC_NONE. */
uint32_t nt_host_attach(struct nt_host *h, uint32_t network, const char *tap, const struct nt_addr *addresses, size_t count);
/* The interface leaves its network: its endpoints are told that it is down, unless it was; then it has neither addresses nor
 * routes. Ports that are bound to the addresses stay so. */
void nt_host_leave(struct nt_host *h, uint32_t port, nt_time now);
/* An interface that has left is on a network, with these addresses; its routes are there already. The trace is told (NT_TR_MOVED),
 * then the endpoints, unless the link has been set down. 0; NT_EEXIST (somebody there has an address), NT_EUNSUPPORTED (the carrier
 * cannot), NT_ENOMEM: it is on no network. */
int nt_host_join(struct nt_host *h, uint32_t port, uint32_t network, const struct nt_addr *addresses, size_t count, nt_time now);

#endif
