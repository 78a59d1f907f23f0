/* Words, numbers and addresses of SDP and SIP lines, and formatted output into a buffer of a given size. */
#include "core/sdp/text.h"
#include "core/base/err.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct nt_cursor nt_cursor_of(const char *text, size_t len)
{
    return (struct nt_cursor){.p = text, .end = text + len};
}

bool nt_cursor_fail(struct nt_cursor *c, const char *at, const char *what)
{
    if (c->what == NULL) {
        c->at = at;
        c->what = what;
    }
    return false;
}

bool nt_cursor_at_end(const struct nt_cursor *c)
{
    return c->p == c->end;
}

bool nt_cursor_space(struct nt_cursor *c)
{
    if (nt_cursor_at_end(c) || *c->p != ' ')
        return nt_cursor_fail(c, c->p, "a space is missing");
    c->p++;
    return true;
}

bool nt_cursor_word(struct nt_cursor *c, struct nt_text *word, const char *what)
{
    const char *start = c->p;
    while (c->p < c->end && *c->p != ' ')
        c->p++;
    *word = (struct nt_text){start, (size_t)(c->p - start)};
    return word->len > 0 || nt_cursor_fail(c, start, what);
}

bool nt_cursor_number(struct nt_cursor *c, unsigned digits, uint64_t low, uint64_t high, uint64_t *value, const char *what)
{
    struct nt_text word;
    const char *start = c->p;
    if (!nt_cursor_word(c, &word, what))
        return false;
    return nt_text_number(word, digits, low, high, value) || nt_cursor_fail(c, start, what);
}

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

bool nt_text_number(struct nt_text t, unsigned digits, uint64_t low, uint64_t high, uint64_t *value)
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

bool nt_text_starts(struct nt_text t, const char *prefix)
{
    size_t n = strlen(prefix);
    if (t.len < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(t.p[i]) != lower(prefix[i]))
            return false;
    return true;
}

bool nt_text_ends(struct nt_text t, const char *suffix)
{
    size_t n = strlen(suffix);
    return t.len >= n && nt_text_starts((struct nt_text){t.p + t.len - n, n}, suffix);
}

bool nt_text_is_digits(struct nt_text t)
{
    for (size_t i = 0; i < t.len; i++)
        if (!is_digit(t.p[i]))
            return false;
    return t.len > 0;
}

bool nt_text_is(struct nt_text t, const char *text)
{
    return t.len == strlen(text) && nt_text_starts(t, text);
}

bool nt_text_is_token(struct nt_text t)
{
    for (size_t i = 0; i < t.len; i++)
        if (!is_letter(t.p[i]) && !is_digit(t.p[i]) && (t.p[i] == '\0' || strchr("!#$%&'*+-.^_`{|}~", t.p[i]) == NULL))
            return false;
    return t.len > 0;
}

/* RFC 8839, 5.1: ice-char = ALPHA / DIGIT / "+" / "/" */
bool nt_text_is_ice_chars(struct nt_text t, size_t least, size_t most)
{
    for (size_t i = 0; i < t.len; i++)
        if (!is_letter(t.p[i]) && !is_digit(t.p[i]) && t.p[i] != '+' && t.p[i] != '/')
            return false;
    return t.len >= least && t.len <= most;
}

bool nt_text_ip(struct nt_text t, struct nt_addr *addr)
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

void nt_text_copy(char *to, struct nt_text t)
{
    memcpy(to, t.p, t.len);
    to[t.len] = '\0';
}

void nt_out(struct nt_out *o, const char *fmt, ...)
{
    va_list args;
    if (o->full)
        return;
    va_start(args, fmt);
    int n = vsnprintf(o->buf + o->len, o->cap - o->len, fmt, args);
    va_end(args);
    if (n < 0 || (size_t)n >= o->cap - o->len || o->len + (size_t)n > INT_MAX)
        o->full = true;
    else
        o->len += (size_t)n;
}

void nt_out_bytes(struct nt_out *o, const char *bytes, size_t len)
{
    if (o->full || len > o->cap - o->len || o->len + len > INT_MAX) {
        o->full = true;
        return;
    }
    if (len > 0)
        memcpy(o->buf + o->len, bytes, len);
    o->len += len;
}

int nt_out_result(const struct nt_out *o)
{
    return o->full ? NT_ENOSPC : (int)o->len;
}
