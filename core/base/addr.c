#include "core/base/addr.h"
#include "core/base/err.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

struct nt_addr nt_addr_v4(uint32_t host_order, uint16_t port)
{
    struct nt_addr a = {.family = NT_AF_IPV4, .port = port};
    for (int i = 0; i < 4; i++)
        a.ip[i] = (uint8_t)(host_order >> (24 - 8 * i));
    return a;
}

int nt_addr_cmp(const struct nt_addr *a, const struct nt_addr *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    int c = memcmp(a->ip, b->ip, sizeof a->ip);
    if (c != 0)
        return c < 0 ? -1 : 1;
    return a->port == b->port ? 0 : a->port < b->port ? -1 : 1;
}

struct nt_addr nt_addr_plus(const struct nt_addr *a, uint32_t n)
{
    struct nt_addr b = *a;
    uint64_t carry = n;
    for (size_t i = nt_addr_ip_len(a); i-- > 0 && carry != 0;) {
        carry += b.ip[i];
        b.ip[i] = (uint8_t)carry;
        carry >>= 8;
    }
    return b;
}

static bool starts_with(const struct nt_addr *a, const uint8_t *bytes, size_t n)
{
    return a->family == NT_AF_IPV6 && memcmp(a->ip, bytes, n) == 0;
}

bool nt_addr_is_loopback(const struct nt_addr *a)
{
    static const uint8_t one[16] = {[15] = 1};
    return a->family == NT_AF_IPV4 ? a->ip[0] == 127 : starts_with(a, one, 16);
}

bool nt_addr_is_link_local(const struct nt_addr *a)
{
    if (a->family == NT_AF_IPV4)
        return a->ip[0] == 169 && a->ip[1] == 254;
    return a->family == NT_AF_IPV6 && a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
}

bool nt_addr_is_site_local(const struct nt_addr *a)
{
    return a->family == NT_AF_IPV6 && a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0xc0;
}

bool nt_addr_is_v4_mapped(const struct nt_addr *a)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    return starts_with(a, mapped, 12);
}

bool nt_addr_is_v4_compat(const struct nt_addr *a)
{
    static const uint8_t zero[12] = {0};
    return starts_with(a, zero, 12) && !nt_addr_is_loopback(a) && !nt_addr_is_any(a);
}

bool nt_addr_is_any(const struct nt_addr *a)
{
    static const uint8_t zero[16] = {0};
    return a->family != NT_AF_NONE && memcmp(a->ip, zero, 16) == 0;
}

bool nt_addr_is_multicast(const struct nt_addr *a)
{
    return a->family == NT_AF_IPV4 ? (a->ip[0] & 0xf0) == 0xe0 : a->family == NT_AF_IPV6 && a->ip[0] == 0xff;
}

const char *nt_addr_why_impossible(const struct nt_addr *a)
{
    static const uint8_t broadcast[4] = {255, 255, 255, 255};
    if (!nt_addr_is_set(a))
        return "it is no IP address";
    if (a->port == 0)
        return "its port is 0";
    if (nt_addr_is_any(a) || (a->family == NT_AF_IPV4 && a->ip[0] == 0))
        return "it is the unspecified address, or of 0.0.0.0/8";
    if (nt_addr_is_loopback(a))
        return "it is a loopback address";
    if (nt_addr_is_multicast(a))
        return "it is a multicast address";
    if (a->family == NT_AF_IPV4 && memcmp(a->ip, broadcast, sizeof broadcast) == 0)
        return "it is the broadcast address";
    return nt_addr_is_v4_mapped(a) || nt_addr_is_v4_compat(a) ? "it is an IPv6 address that holds an IPv4 one" : NULL;
}

static int parse_port(uint16_t *port, const char *text)
{
    uint32_t n = 0;
    if (*text == '\0' || strlen(text) > 5)
        return NT_EFORMAT;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return NT_EFORMAT;
        n = n * 10 + (uint32_t)(*text - '0');
    }
    *port = (uint16_t)n;
    return n <= UINT16_MAX ? NT_OK : NT_EFORMAT;
}

static int parse_ip(struct nt_addr *a, const char *text)
{
    if (inet_pton(AF_INET, text, a->ip) == 1)
        a->family = NT_AF_IPV4;
    else if (inet_pton(AF_INET6, text, a->ip) == 1)
        a->family = NT_AF_IPV6;
    else
        return NT_EFORMAT;
    return NT_OK;
}

/* Splits "[v6]:port" or "v4:port" in place; a bare address has no port. */
static int parse_in_place(struct nt_addr *a, char *text)
{
    char *colon = strrchr(text, ':');
    if (text[0] == '[') {
        char *close = strchr(text, ']');
        if (close == NULL || close[1] != ':')
            return NT_EFORMAT;
        *close = '\0';
        int r = parse_ip(a, text + 1);
        return r != NT_OK ? r : a->family != NT_AF_IPV6 ? NT_EFORMAT : parse_port(&a->port, close + 2);
    }
    if (colon != NULL && colon == strchr(text, ':')) {
        *colon = '\0';
        int r = parse_ip(a, text);
        return r != NT_OK ? r : parse_port(&a->port, colon + 1);
    }
    return parse_ip(a, text);
}

int nt_addr_parse_n(struct nt_addr *a, const char *text, size_t len)
{
    char copy[NT_ADDR_TEXT];
    struct nt_addr out = {0};
    if (len >= sizeof copy || memchr(text, '\0', len) != NULL)
        return NT_EFORMAT;
    memcpy(copy, text, len);
    copy[len] = '\0';
    int r = parse_in_place(&out, copy);
    if (r == NT_OK)
        *a = out;
    return r;
}

int nt_addr_parse(struct nt_addr *a, const char *text)
{
    return nt_addr_parse_n(a, text, strlen(text));
}

/* Addresses are written for every case and candidate: printf would cost most of it. Returns the end. */
static char *write_number(char *to, uint32_t n)
{
    char digits[10];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    while (count > 0)
        *to++ = digits[--count];
    return to;
}

static char *write_ip(const struct nt_addr *a, char *to)
{
    if (a->family == NT_AF_IPV6 && inet_ntop(AF_INET6, a->ip, to, NT_ADDR_TEXT) != NULL)
        return to + strlen(to);
    if (a->family != NT_AF_IPV4) {
        *to++ = '-';
        return to;
    }
    for (int i = 0; i < 4; i++) {
        to = write_number(to, a->ip[i]);
        *to++ = '.';
    }
    return to - 1;
}

static void write_port(char *to, uint32_t port)
{
    *to++ = ':';
    *write_number(to, port) = '\0';
}

const char *nt_addr_format_ip(const struct nt_addr *a, char buf[NT_ADDR_TEXT])
{
    *write_ip(a, buf) = '\0';
    return buf;
}

const char *nt_addr_format(const struct nt_addr *a, char buf[NT_ADDR_TEXT])
{
    char *to = buf;
    if (a->family != NT_AF_IPV6) {
        write_port(write_ip(a, to), a->port);
        return buf;
    }
    char ip[NT_ADDR_TEXT];
    size_t len = (size_t)(write_ip(a, ip) - ip);
    *to++ = '[';
    memcpy(to, ip, len);
    to[len] = ']';
    write_port(to + len + 1, a->port);
    return buf;
}

static uint8_t masked(const struct nt_addr *a, unsigned bits, size_t i)
{
    if (bits >= 8 * (i + 1))
        return a->ip[i];
    if (bits <= 8 * i)
        return 0;
    return (uint8_t)(a->ip[i] & (0xff00 >> (bits - 8 * i)));
}

static bool same_network(const struct nt_addr *a, const struct nt_addr *b, unsigned bits)
{
    if (a->family != b->family)
        return false;
    size_t whole = bits / 8;
    return memcmp(a->ip, b->ip, whole) == 0 && (bits % 8 == 0 || masked(a, bits, whole) == masked(b, bits, whole));
}

int nt_prefix_parse(struct nt_prefix *p, const char *text)
{
    const char *slash = strchr(text, '/');
    struct nt_prefix out = {0};
    uint16_t bits;
    if (slash == NULL || nt_addr_parse_n(&out.addr, text, (size_t)(slash - text)) != NT_OK || out.addr.port != 0)
        return NT_EFORMAT;
    if (parse_port(&bits, slash + 1) != NT_OK || bits > 8 * nt_addr_ip_len(&out.addr))
        return NT_EFORMAT;
    out.bits = (uint8_t)bits;
    for (size_t i = 0; i < nt_addr_ip_len(&out.addr); i++)
        if (masked(&out.addr, bits, i) != out.addr.ip[i])
            return NT_EFORMAT;
    *p = out;
    return NT_OK;
}

bool nt_prefix_contains(const struct nt_prefix *p, const struct nt_addr *a)
{
    return same_network(&p->addr, a, p->bits);
}

bool nt_prefix_overlaps(const struct nt_prefix *a, const struct nt_prefix *b)
{
    return same_network(&a->addr, &b->addr, a->bits < b->bits ? a->bits : b->bits);
}

const char *nt_prefix_format(const struct nt_prefix *p, char buf[NT_ADDR_TEXT])
{
    char ip[NT_ADDR_TEXT];
    nt_addr_format_ip(&p->addr, ip);
    snprintf(buf, NT_ADDR_TEXT, "%.46s/%u", ip, p->bits);
    return buf;
}
