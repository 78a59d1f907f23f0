/* Addresses as the system has them. */
#ifndef NT_SOCKETS_SYSTEM_ADDRESS_H
#define NT_SOCKETS_SYSTEM_ADDRESS_H

#include "core/base/addr.h"

#include <netinet/in.h>
#include <sys/socket.h>

union nt_system_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

socklen_t nt_system_address(union nt_system_address *to, const struct nt_addr *from); /* the length of *to */
struct nt_addr nt_system_address_read(const struct sockaddr *from);                   /* unset: NULL, or of another family */

#endif
