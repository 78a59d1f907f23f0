#include "scenarios/language/sections/prefix.h"

#include <stddef.h>

#define IPV4(bits, ...)                                                                                                            \
    {                                                                                                                              \
        {.family = NT_AF_IPV4, .ip = {__VA_ARGS__}}, bits                                                                          \
    }
#define IPV6(bits, ...)                                                                                                            \
    {                                                                                                                              \
        {.family = NT_AF_IPV6, .ip = {__VA_ARGS__}}, bits                                                                          \
    }

/* RFC 6890, 2.2: neither their "Source" nor their "Destination" is true beyond a host, or they name many. */
static const struct {
    struct nt_prefix prefix;
    const char *why;
} blocks[] = {
    {IPV4(8, 0), "0.0.0.0/8 is \"this network\" (RFC 1122, 3.2.1.3)"},
    {IPV4(8, 127), "127.0.0.0/8 is loopback (RFC 1122, 3.2.1.3)"},
    {IPV4(4, 224), "224.0.0.0/4 is multicast (RFC 1112, 4)"},
    {IPV4(4, 240), "240.0.0.0/4 is reserved (RFC 1112, 4)"},
    {IPV6(96, 0), "::/96 is the unspecified address, loopback and IPv4-compatible (RFC 4291, 2.5)"},
    {IPV6(96, [10] = 0xff, [11] = 0xff), "::ffff:0:0/96 is IPv4-mapped (RFC 4291, 2.5.5.2)"},
    {IPV6(8, 0xff), "ff00::/8 is multicast (RFC 4291, 2.7)"},
};

const char *nt_prefix_why_unusable(const struct nt_prefix *p)
{
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (nt_prefix_overlaps(p, &blocks[i].prefix))
            return blocks[i].why;
    return NULL;
}
