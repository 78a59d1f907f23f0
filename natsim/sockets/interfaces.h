/* The addresses of this machine. */
#ifndef NT_SOCKETS_INTERFACES_H
#define NT_SOCKETS_INTERFACES_H

#include "core/base/addr.h"

/* Calls `each` for every address of an interface that is up, but loopback and link-local ones. 0 or NT_EIO. */
int nt_interfaces_each(void (*each)(void *user, const struct nt_addr *addr), void *user);

#endif
