#include "natsim/sockets/system_address.h"

#include <arpa/inet.h>

socklen_t nt_system_address(union nt_system_address *to, const struct nt_addr *from)
{
    memset(to, 0, sizeof *to);
    if (from->family == NT_AF_IPV6) {
        to->v6.sin6_family = AF_INET6;
        to->v6.sin6_port = htons(from->port);
        memcpy(&to->v6.sin6_addr, from->ip, 16);
        return sizeof to->v6;
    }
    to->v4.sin_family = AF_INET;
    to->v4.sin_port = htons(from->port);
    memcpy(&to->v4.sin_addr, from->ip, 4);
    return sizeof to->v4;
}

static struct nt_addr read_v4(const struct sockaddr *from)
{
    struct sockaddr_in in;
    memcpy(&in, from, sizeof in);
    return nt_addr_v4(ntohl(in.sin_addr.s_addr), ntohs(in.sin_port));
}

static struct nt_addr read_v6(const struct sockaddr *from)
{
    struct sockaddr_in6 in;
    memcpy(&in, from, sizeof in);
    struct nt_addr to = {.family = NT_AF_IPV6, .port = ntohs(in.sin6_port)};
    memcpy(to.ip, &in.sin6_addr, 16);
    return to;
}

struct nt_addr nt_system_address_read(const struct sockaddr *from)
{
    if (from != NULL && from->sa_family == AF_INET)
        return read_v4(from);
    if (from != NULL && from->sa_family == AF_INET6)
        return read_v6(from);
    return (struct nt_addr){0};
}
