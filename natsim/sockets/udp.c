#define _DEFAULT_SOURCE /* IP_RECVERR and others of Linux */
#include "natsim/sockets/udp.h"
#include "core/base/bytes.h"
#include "natsim/sockets/system_address.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <unistd.h>

enum { TTL_DEFAULT = 64, CONTROL = 256, ERRORS_PASSED = 8 };

/* What is the same in both families under two names. */
struct names {
    int level;
    int default_ttl, receive_ttl, receive_tos, receive_errors, discover; /* options */
    int ttl, tos, errors;                                                /* controls */
    int probe, fragment;                                                 /* values of discover: with df, without */
    uint8_t origin;
};

static const struct names *names_of(const struct nt_addr *local)
{
    static const struct names v4 = {.level = IPPROTO_IP,
                                    .default_ttl = IP_TTL,
                                    .receive_ttl = IP_RECVTTL,
                                    .receive_tos = IP_RECVTOS,
                                    .receive_errors = IP_RECVERR,
                                    .discover = IP_MTU_DISCOVER,
                                    .ttl = IP_TTL,
                                    .tos = IP_TOS,
                                    .errors = IP_RECVERR,
                                    .probe = IP_PMTUDISC_PROBE,
                                    .fragment = IP_PMTUDISC_DONT,
                                    .origin = SO_EE_ORIGIN_ICMP};
    static const struct names v6 = {.level = IPPROTO_IPV6,
                                    .default_ttl = IPV6_UNICAST_HOPS,
                                    .receive_ttl = IPV6_RECVHOPLIMIT,
                                    .receive_tos = IPV6_RECVTCLASS,
                                    .receive_errors = IPV6_RECVERR,
                                    .discover = IPV6_MTU_DISCOVER,
                                    .ttl = IPV6_HOPLIMIT,
                                    .tos = IPV6_TCLASS,
                                    .errors = IPV6_RECVERR,
                                    .probe = IPV6_PMTUDISC_PROBE,
                                    .fragment = IPV6_PMTUDISC_DONT,
                                    .origin = SO_EE_ORIGIN_ICMP6};
    return local->family == NT_AF_IPV6 ? &v6 : &v4;
}

static bool set_option(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

static bool set_options(int fd, const struct nt_addr *local)
{
    const struct names *n = names_of(local);
    return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
           set_option(fd, n->level, n->default_ttl, TTL_DEFAULT) && set_option(fd, n->level, n->receive_ttl, 1) &&
           set_option(fd, n->level, n->receive_tos, 1) && set_option(fd, n->level, n->receive_errors, 1) &&
           set_option(fd, n->level, n->discover, n->fragment) &&
           (local->family != NT_AF_IPV6 || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
}

int nt_udp_open(struct nt_udp *u, const struct nt_addr *local)
{
    union nt_system_address address;
    socklen_t len = nt_system_address(&address, local);
    int fd = socket(address.any.sa_family, SOCK_DGRAM, 0);
    if (fd < 0)
        return errno;
    if (!set_options(fd, local) || bind(fd, &address.any, len) != 0 || getsockname(fd, &address.any, &len) != 0) {
        int why = errno;
        close(fd);
        return why;
    }
    *u = (struct nt_udp){.fd = fd, .local = nt_system_address_read(&address.any)};
    return 0;
}

/* --- out --- */

static struct cmsghdr *add_control(struct msghdr *message, struct cmsghdr *at, int level, int type, int value)
{
    at->cmsg_level = level;
    at->cmsg_type = type;
    at->cmsg_len = CMSG_LEN(sizeof value);
    memcpy(CMSG_DATA(at), &value, sizeof value);
    message->msg_controllen += CMSG_SPACE(sizeof value);
    return (struct cmsghdr *)(void *)((char *)at + CMSG_SPACE(sizeof value));
}

/* What differs from the socket's own options: its TTL, and DSCP and ECN of 0. */
static void add_controls(struct msghdr *message, const struct names *n, const struct nt_path *path)
{
    struct cmsghdr *at = message->msg_control;
    message->msg_controllen = 0;
    if (path->ttl != 0)
        at = add_control(message, at, n->level, n->ttl, path->ttl);
    if (path->tos != 0)
        add_control(message, at, n->level, n->tos, path->tos);
}

static int set_df(struct nt_udp *u, const struct names *n, uint8_t df)
{
    if (u->df == df)
        return 0;
    if (!set_option(u->fd, n->level, n->discover, df ? n->probe : n->fragment))
        return errno;
    u->df = df;
    return 0;
}

/* The system reports the ICMP error about an earlier datagram by refusing a later one, once. */
static int send_message(int fd, const struct msghdr *message)
{
    for (int i = 0; i < ERRORS_PASSED; i++)
        if (sendmsg(fd, message, 0) >= 0)
            return 0;
        else if (errno == EMSGSIZE || errno == EAGAIN)
            break;
    return errno;
}

int nt_udp_send(struct nt_udp *u, const struct nt_path *path, const uint8_t *bytes, size_t len)
{
    const struct names *n = names_of(&u->local);
    _Alignas(struct cmsghdr) uint8_t control[CONTROL] = {0};
    union nt_system_address to;
    struct iovec data = {(void *)(uintptr_t)bytes, len};
    struct msghdr message = {.msg_name = &to,
                             .msg_namelen = nt_system_address(&to, &path->remote),
                             .msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control};
    int why = set_df(u, n, path->df != 0);
    if (why != 0)
        return why;
    add_controls(&message, n, path);
    return send_message(u->fd, &message);
}

/* --- in --- */

static const void *find_control(struct msghdr *message, int level, int type)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == level && c->cmsg_type == type)
            return CMSG_DATA(c);
    return NULL;
}

/* IPv4 has TOS as one byte, all else is an int; 0: it is not there. */
static uint8_t read_control(struct msghdr *message, int level, int type)
{
    const uint8_t *p = find_control(message, level, type);
    int value = 0;
    if (p == NULL)
        return 0;
    if (level == IPPROTO_IP && type == IP_TOS)
        return *p;
    memcpy(&value, p, sizeof value);
    return (uint8_t)value;
}

enum nt_udp_got nt_udp_receive(const struct nt_udp *u, struct nt_path *path, uint8_t *buf, size_t cap, size_t *len)
{
    const struct names *n = names_of(&u->local);
    _Alignas(struct cmsghdr) uint8_t control[CONTROL];
    union nt_system_address from = {0};
    struct iovec data = {buf, cap};
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof from,
                             .msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t got = -1;
    for (int i = 0; i < ERRORS_PASSED && (got = recvmsg(u->fd, &message, 0)) < 0 && errno != EAGAIN; i++)
        ; /* an ICMP error, which nt_udp_receive_error has */
    if (got < 0)
        return NT_UDP_NOTHING;
    *len = (size_t)got;
    *path = (struct nt_path){.transport = NT_UDP,
                             .ttl = read_control(&message, n->level, n->ttl),
                             .tos = read_control(&message, n->level, n->tos),
                             .local = u->local,
                             .remote = nt_system_address_read(&from.any)};
    return (message.msg_flags & MSG_TRUNC) != 0 ? NT_UDP_TOO_LONG : NT_UDP_DATAGRAM;
}

enum nt_udp_got nt_udp_receive_error(const struct nt_udp *u, struct nt_path *path, uint8_t icmp[NT_ICMP_INPUT])
{
    const struct names *n = names_of(&u->local);
    for (;;) {
        _Alignas(struct cmsghdr) uint8_t control[CONTROL];
        union nt_system_address about = {0};
        struct sock_extended_err error;
        struct msghdr message = {
            .msg_name = &about, .msg_namelen = sizeof about, .msg_control = control, .msg_controllen = sizeof control};
        if (recvmsg(u->fd, &message, MSG_ERRQUEUE) < 0)
            return NT_UDP_NOTHING;
        const void *p = find_control(&message, n->level, n->errors);
        if (p == NULL)
            continue;
        memcpy(&error, p, sizeof error);
        if (error.ee_origin != n->origin) /* what the system itself says: nt_udp_send has told it */
            continue;
        icmp[0] = error.ee_type;
        icmp[1] = error.ee_code;
        nt_store32(icmp + 2, error.ee_info);
        *path = (struct nt_path){.transport = NT_UDP, .local = u->local, .remote = nt_system_address_read(&about.any)};
        return NT_UDP_ICMP;
    }
}
