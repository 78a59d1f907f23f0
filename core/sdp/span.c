#include "core/sdp/span.h"

#include "core/base/err.h"

#include <string.h>

static bool is_digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

static bool is_letter(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static char lower(char ch)
{
    return ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
}

bool nt_span_number(struct nt_span t, unsigned digits, uint64_t low, uint64_t high, uint64_t *value)
{
    uint64_t n = 0;
    if (t.len == 0 || t.len > digits || t.len > 19)
        return false;
    for (size_t i = 0; i < t.len; i++) {
        if (!is_digit(t.p[i]))
            return false;
        n = n * 10 + (uint64_t)(t.p[i] - '0');
    }
    if (n < low || n > high)
        return false;
    *value = n;
    return true;
}

/* The length of the prefix when the text starts with it; else SIZE_MAX. */
static size_t prefix_length(struct nt_span t, const char *prefix)
{
    size_t i = 0;
    for (; prefix[i] != '\0'; i++)
        if (i == t.len || (t.p[i] != prefix[i] && lower(t.p[i]) != lower(prefix[i])))
            return SIZE_MAX;
    return i;
}

bool nt_span_starts(struct nt_span t, const char *prefix)
{
    return prefix_length(t, prefix) != SIZE_MAX;
}

bool nt_span_ends(struct nt_span t, const char *suffix)
{
    size_t n = strlen(suffix);
    return t.len >= n && nt_span_starts((struct nt_span){t.p + t.len - n, n}, suffix);
}

bool nt_span_is_digits(struct nt_span t)
{
    for (size_t i = 0; i < t.len; i++)
        if (!is_digit(t.p[i]))
            return false;
    return t.len > 0;
}

bool nt_span_is_all(struct nt_span t, const char *text)
{
    return prefix_length(t, text) == t.len;
}

bool nt_span_is_token(struct nt_span t)
{
    for (size_t i = 0; i < t.len; i++)
        if (!is_letter(t.p[i]) && !is_digit(t.p[i]) && (t.p[i] == '\0' || strchr("!#$%&'*+-.^_`{|}~", t.p[i]) == NULL))
            return false;
    return t.len > 0;
}

/* RFC 8839, 5.1: ice-char = ALPHA / DIGIT / "+" / "/" */
bool nt_span_is_ice_chars(struct nt_span t, size_t least, size_t most)
{
    for (size_t i = 0; i < t.len; i++)
        if (!is_letter(t.p[i]) && !is_digit(t.p[i]) && t.p[i] != '+' && t.p[i] != '/')
            return false;
    return t.len >= least && t.len <= most;
}

bool nt_span_is_visible(struct nt_span t)
{
    for (size_t i = 0; i < t.len; i++)
        if (t.p[i] < 0x21 || t.p[i] > 0x7e)
            return false;
    return t.len > 0;
}

bool nt_span_ip(struct nt_span t, struct nt_addr *addr)
{
    struct nt_addr a;
    if (t.len == 0 || t.p[0] == '[' || nt_addr_parse_n(&a, t.p, t.len) != NT_OK)
        return false;
    /* RFC 8839, 5.1: "the presence of a colon indicates IPv6"; here one after an IPv4 address would be a port. */
    if (a.family == NT_AF_IPV4 && memchr(t.p, ':', t.len) != NULL)
        return false;
    *addr = a;
    return true;
}

void nt_span_copy(char *to, struct nt_span t)
{
    memcpy(to, t.p, t.len);
    to[t.len] = '\0';
}
