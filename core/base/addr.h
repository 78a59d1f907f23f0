/* IP addresses with a port (a transport address without its protocol), and prefixes. */
#ifndef NT_BASE_ADDR_H
#define NT_BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum nt_family { NT_AF_NONE = 0, NT_AF_IPV4 = 4, NT_AF_IPV6 = 6 };

struct nt_addr {
    uint8_t family;   /* enum nt_family */
    uint8_t reserved; /* 0 */
    uint16_t port;    /* host byte order */
    uint8_t ip[16];   /* network byte order; IPv4 in the first four, the rest 0 */
};

struct nt_prefix {
    struct nt_addr addr; /* host bits 0, port 0 */
    uint8_t bits;        /* 0..32 or 0..128 */
};

#define NT_ADDR_TEXT 56 /* "[v6]:port" with its NUL */

struct nt_addr nt_addr_v4(uint32_t host_order, uint16_t port);
static inline size_t nt_addr_ip_len(const struct nt_addr *a)
{
    return a->family == NT_AF_IPV6 ? 16 : a->family == NT_AF_IPV4 ? 4 : 0;
}
static inline bool nt_addr_same_ip(const struct nt_addr *a, const struct nt_addr *b) /* family and address */
{
    return a->family == b->family && memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}
static inline bool nt_addr_equal(const struct nt_addr *a, const struct nt_addr *b) /* family, address and port */
{
    return a->port == b->port && nt_addr_same_ip(a, b);
}
int nt_addr_cmp(const struct nt_addr *a, const struct nt_addr *b); /* total order: family, address, port */
static inline bool nt_addr_is_set(const struct nt_addr *a)
{
    return a->family != NT_AF_NONE;
}
static inline struct nt_addr nt_addr_with_port(const struct nt_addr *a, uint16_t port)
{
    struct nt_addr b = *a;
    b.port = port;
    return b;
}
/* The address `n` after `a` (carry through the whole address). */
struct nt_addr nt_addr_plus(const struct nt_addr *a, uint32_t n);

bool nt_addr_is_loopback(const struct nt_addr *a);
bool nt_addr_is_link_local(const struct nt_addr *a);
bool nt_addr_is_site_local(const struct nt_addr *a); /* fec0::/10 */
bool nt_addr_is_v4_mapped(const struct nt_addr *a);
bool nt_addr_is_v4_compat(const struct nt_addr *a);
bool nt_addr_is_any(const struct nt_addr *a);
bool nt_addr_is_multicast(const struct nt_addr *a);
/* Why nobody can be at an address and port that somebody told; NULL: somebody can. */
const char *nt_addr_why_impossible(const struct nt_addr *a);

/* "203.0.113.2", "2001:db8::1", and with a port "203.0.113.2:5000", "[2001:db8::1]:5000". The text must end after it.
 * NT_EFORMAT otherwise. */
int nt_addr_parse(struct nt_addr *a, const char *text);
/* As above, out of `len` bytes without a NUL. */
int nt_addr_parse_n(struct nt_addr *a, const char *text, size_t len);
/* Writes at most NT_ADDR_TEXT bytes; RFC 5952 form for IPv6; returns `buf`. */
const char *nt_addr_format(const struct nt_addr *a, char buf[NT_ADDR_TEXT]);    /* with the port */
const char *nt_addr_format_ip(const struct nt_addr *a, char buf[NT_ADDR_TEXT]); /* without */

/* "10.0.0.0/8"; host bits must be 0. */
int nt_prefix_parse(struct nt_prefix *p, const char *text);
bool nt_prefix_contains(const struct nt_prefix *p, const struct nt_addr *a);
bool nt_prefix_overlaps(const struct nt_prefix *a, const struct nt_prefix *b);
const char *nt_prefix_format(const struct nt_prefix *p, char buf[NT_ADDR_TEXT]);

#endif
