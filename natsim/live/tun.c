#define _GNU_SOURCE
#include "natsim/live/tun.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <linux/ipv6_route.h>
#include <linux/route.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void set_name(struct ifreq *r, const char *name, size_t alias)
{
    memset(r, 0, sizeof *r);
    if (alias == 0)
        snprintf(r->ifr_name, sizeof r->ifr_name, "%s", name);
    else
        snprintf(r->ifr_name, sizeof r->ifr_name, "%.8s:%u", name, (unsigned)(alias % 10000));
}

static void put_v4(struct sockaddr *to, const uint8_t *ip)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    if (ip != NULL)
        memcpy(&a.sin_addr, ip, 4);
    memcpy(to, &a, sizeof a);
}

static int add_v4(int s, const char *name, size_t alias, const struct nt_addr *a, uint8_t bits)
{
    struct ifreq r;
    uint32_t mask = htonl(bits == 0 ? 0 : ~UINT32_C(0) << (32 - bits));
    set_name(&r, name, alias);
    put_v4(&r.ifr_addr, a->ip);
    if (ioctl(s, SIOCSIFADDR, &r) != 0)
        return -1;
    put_v4(&r.ifr_netmask, (const uint8_t *)&mask);
    return ioctl(s, SIOCSIFNETMASK, &r);
}

static int add_v6(int s, int index, const struct nt_addr *a, uint8_t bits)
{
    struct in6_ifreq r = {.ifr6_prefixlen = bits, .ifr6_ifindex = index};
    memcpy(&r.ifr6_addr, a->ip, 16);
    return ioctl(s, SIOCSIFADDR, &r);
}

static int set_flags(int s, const char *name, short flags)
{
    struct ifreq r;
    set_name(&r, name, 0);
    if (ioctl(s, SIOCGIFFLAGS, &r) != 0)
        return -1;
    r.ifr_flags = (short)(r.ifr_flags | flags);
    return ioctl(s, SIOCSIFFLAGS, &r);
}

static int default_v4(int s, const char *name, unsigned metric)
{
    char dev[IFNAMSIZ];
    struct rtentry r = {.rt_flags = RTF_UP, .rt_metric = (short)(metric + 1), .rt_dev = dev};
    snprintf(dev, sizeof dev, "%s", name);
    put_v4(&r.rt_dst, NULL);
    put_v4(&r.rt_genmask, NULL);
    return ioctl(s, SIOCADDRT, &r) == 0 || errno == EEXIST ? 0 : -1;
}

static int default_v6(int s, int index, unsigned metric)
{
    struct in6_rtmsg r = {.rtmsg_flags = RTF_UP, .rtmsg_metric = metric + 1024, .rtmsg_ifindex = index};
    return ioctl(s, SIOCADDRT, &r) == 0 || errno == EEXIST ? 0 : -1;
}

static int device_index(int s, const char *name)
{
    struct ifreq r;
    set_name(&r, name, 0);
    return ioctl(s, SIOCGIFINDEX, &r) == 0 ? r.ifr_ifindex : -1;
}

static int set_mtu(int s, const char *name, uint32_t mtu)
{
    struct ifreq r;
    set_name(&r, name, 0);
    r.ifr_mtu = (int)mtu;
    return ioctl(s, SIOCSIFMTU, &r);
}

static int configure_device(int s4, int s6, const char *name, const struct nt_sandbox_interface *i, unsigned metric)
{
    size_t v4 = 0;
    int index = device_index(s4, name);
    if (index < 0 || set_mtu(s4, name, i->mtu) != 0)
        return -1;
    for (size_t k = 0; k < i->address_count; k++)
        if (i->addresses[k].family == NT_AF_IPV4 && add_v4(s4, name, v4++, &i->addresses[k], i->bits4) != 0)
            return -1;
    if (set_flags(s4, name, IFF_UP | IFF_RUNNING) != 0)
        return -1;
    for (size_t k = 0; k < i->address_count; k++)
        if (s6 >= 0 && i->addresses[k].family == NT_AF_IPV6 &&
            (add_v6(s6, index, &i->addresses[k], i->bits6) != 0 || default_v6(s6, index, metric) != 0))
            return -1;
    return v4 > 0 ? default_v4(s4, name, metric) : 0;
}

/* Those of IPv4: each has a name of its own, as add_v4 gives it. */
static void remove_v4(int s, const char *name)
{
    struct ifreq r;
    for (size_t alias = NT_SANDBOX_ADDRESSES_MAX; alias-- > 0;) {
        set_name(&r, name, alias);
        put_v4(&r.ifr_addr, NULL);
        ioctl(s, SIOCSIFADDR, &r); /* fails where there is none */
    }
}

/* Those of IPv6, as the kernel lists them: address, number of the interface, length of the prefix, all in hexadecimal digits. */
static void remove_v6(int s, int index)
{
    FILE *list = fopen("/proc/net/if_inet6", "re");
    char digits[33];
    unsigned number, bits;
    while (list != NULL && fscanf(list, "%32s %x %x %*x %*x %*s", digits, &number, &bits) == 3) {
        struct in6_ifreq r = {.ifr6_prefixlen = bits, .ifr6_ifindex = index};
        for (size_t i = 0; i < 16; i++)
            sscanf(&digits[2 * i], "%2hhx", &r.ifr6_addr.s6_addr[i]);
        if ((int)number == index)
            ioctl(s, SIOCDIFADDR, &r);
    }
    if (list != NULL)
        fclose(list);
}

int nt_tun_carrier(int fd, bool on)
{
    int carrier = on;
    return ioctl(fd, TUNSETCARRIER, &carrier);
}

int nt_tun_readdress(const char *name, const struct nt_sandbox_interface *i, unsigned metric)
{
    int s4 = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), s6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int r = -1;
    if (s4 >= 0) {
        remove_v4(s4, name);
        if (s6 >= 0)
            remove_v6(s6, device_index(s4, name));
        r = configure_device(s4, s6, name, i, metric);
    }
    close(s4);
    close(s6);
    return r;
}

int nt_tun_open(const char *name, const struct nt_sandbox_interface *i, unsigned metric, const char **what)
{
    struct ifreq r;
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    *what = "/dev/net/tun cannot be opened";
    if (fd < 0)
        return -1;
    set_name(&r, name, 0);
    r.ifr_flags = IFF_TUN | IFF_NO_PI;
    int s4 = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), s6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    *what = "the TUN device cannot be made";
    int failed = ioctl(fd, TUNSETIFF, &r);
    if (failed == 0) {
        *what = "the TUN device cannot be given its addresses";
        failed = s4 < 0 ? -1 : configure_device(s4, s6, name, i, metric);
    }
    int err = errno;
    close(s4);
    close(s6);
    if (failed == 0)
        return fd;
    close(fd);
    errno = err;
    return -1;
}

int nt_tun_loopback_up(void)
{
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int r = s < 0 ? -1 : set_flags(s, "lo", IFF_UP | IFF_RUNNING);
    close(s);
    return r;
}
