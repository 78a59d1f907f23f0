#define _DEFAULT_SOURCE /* IFF_UP */
#include "natsim_sockets.h"
#include "core/base/err.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- addresses: ours and the system's --- */

union socket_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t to_system(union socket_address *to, const struct nt_addr *from)
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

/* Of another family than IP: the unset address. */
static struct nt_addr from_system(const union socket_address *from)
{
    struct nt_addr to = {0};
    if (from->any.sa_family == AF_INET) {
        to = nt_addr_v4(ntohl(from->v4.sin_addr.s_addr), ntohs(from->v4.sin_port));
    } else if (from->any.sa_family == AF_INET6) {
        to = (struct nt_addr){.family = NT_AF_IPV6, .port = ntohs(from->v6.sin6_port)};
        memcpy(to.ip, &from->v6.sin6_addr, 16);
    }
    return to;
}

static struct nt_addr interface_address(const struct sockaddr *from)
{
    union socket_address address = {0};
    if (from != NULL && from->sa_family == AF_INET)
        memcpy(&address.v4, from, sizeof address.v4);
    else if (from != NULL && from->sa_family == AF_INET6)
        memcpy(&address.v6, from, sizeof address.v6);
    return from_system(&address);
}

size_t nt_sockets_interfaces(struct nt_addr *addrs, size_t cap)
{
    struct ifaddrs *all;
    size_t count = 0;
    if (getifaddrs(&all) != 0)
        return 0;
    for (const struct ifaddrs *i = all; i != NULL && count < cap; i = i->ifa_next) {
        struct nt_addr addr = interface_address(i->ifa_addr);
        if ((i->ifa_flags & IFF_UP) != 0 && nt_addr_is_set(&addr) && !nt_addr_is_loopback(&addr) && !nt_addr_is_link_local(&addr))
            addrs[count++] = addr;
    }
    freeifaddrs(all);
    return count;
}

/* --- sockets --- */

int nt_sockets_bind(struct nt_sockets *s, struct nt_addr *local)
{
    union socket_address address;
    socklen_t len = to_system(&address, local);
    if (s->count == NT_SOCKETS_MAX)
        return NT_ELIMIT;
    int fd = socket(address.any.sa_family, SOCK_DGRAM, 0);
    if (fd < 0)
        return NT_EIO;
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0 || bind(fd, &address.any, len) != 0 || getsockname(fd, &address.any, &len) != 0) {
        close(fd);
        return NT_EIO;
    }
    *local = from_system(&address);
    s->items[s->count].fd = fd;
    s->items[s->count++].local = *local;
    return NT_OK;
}

void nt_sockets_send(const struct nt_sockets *s, const struct nt_path *path, const uint8_t *bytes, size_t len)
{
    union socket_address to;
    socklen_t to_len = to_system(&to, &path->remote);
    for (size_t i = 0; i < s->count; i++)
        if (nt_addr_equal(&s->items[i].local, &path->local))
            /* RFC 8863, 4: what the system refuses (no route, a full queue, an ICMP error of before) may still get through
             * when it is sent again. */
            (void)sendto(s->items[i].fd, bytes, len, 0, &to.any, to_len);
}

size_t nt_sockets_receive(struct nt_sockets *s, struct nt_path *path, uint8_t *buf, size_t cap)
{
    for (size_t tried = 0; tried < s->count; tried++) {
        union socket_address from = {0};
        socklen_t from_len = sizeof from;
        size_t i = s->turn;
        s->turn = (s->turn + 1) % s->count;
        /* An error is none (EAGAIN), or an earlier datagram's (ECONNREFUSED), which checks find out for themselves. */
        ssize_t n = recvfrom(s->items[i].fd, buf, cap, 0, &from.any, &from_len);
        if (n > 0) {
            *path = (struct nt_path){.transport = NT_UDP, .local = s->items[i].local, .remote = from_system(&from)};
            return (size_t)n;
        }
    }
    return 0;
}

static int milliseconds(nt_time timeout)
{
    if (timeout == NT_TIME_NEVER)
        return -1;
    nt_time ms = timeout <= 0 ? 0 : (timeout - 1) / NT_MSEC + 1; /* not before the time */
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

bool nt_sockets_wait(const struct nt_sockets *s, int fd, nt_time timeout)
{
    struct pollfd ready[NT_SOCKETS_MAX + 1] = {{.fd = fd, .events = POLLIN}};
    for (size_t i = 0; i < s->count; i++)
        ready[i + 1] = (struct pollfd){.fd = s->items[i].fd, .events = POLLIN};
    return poll(ready, (nfds_t)s->count + 1, milliseconds(timeout)) > 0 && ready[0].revents != 0;
}

void nt_sockets_close(struct nt_sockets *s)
{
    for (size_t i = 0; i < s->count; i++)
        close(s->items[i].fd);
    s->count = 0;
}
