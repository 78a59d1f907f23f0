/* Inside of the room: a part of a text, without a NUL. ASCII letters match in any case, as strings in ABNF do. */
#ifndef NT_SDP_SPAN_H
#define NT_SDP_SPAN_H

#include "core/base/addr.h"

struct nt_span {
    const char *p;
    size_t len;
};

bool nt_span_is_all(struct nt_span t, const char *text); /* nt_span_is, after the first letter */
static inline bool nt_span_is(struct nt_span t, const char *text)
{
    /* Most texts differ in their first letter, in whatever case it is. */
    return t.len == 0 ? text[0] == '\0' : ((t.p[0] ^ text[0]) & 0xdf) == 0 && nt_span_is_all(t, text);
}
static inline bool nt_span_is_blank(char ch)
{
    return ch == ' ' || ch == '\t';
}
bool nt_span_starts(struct nt_span t, const char *prefix);
bool nt_span_ends(struct nt_span t, const char *suffix);
bool nt_span_is_digits(struct nt_span t);                               /* one or more */
bool nt_span_is_token(struct nt_span t);                                /* RFC 8866, section 9 */
bool nt_span_is_ice_chars(struct nt_span t, size_t least, size_t most); /* RFC 8839, 5.1 */
bool nt_span_is_visible(struct nt_span t);                              /* VCHAR of RFC 5234: one or more */

/* 1 to `digits` digits, between `low` and `high`; else false, and *value is as it was. */
bool nt_span_number(struct nt_span t, unsigned digits, uint64_t low, uint64_t high, uint64_t *value);
/* A bare IPv4 or IPv6 address, with the port 0; false for names, zones, ports and brackets. */
bool nt_span_ip(struct nt_span t, struct nt_addr *addr);
/* Adds a NUL; the caller has checked the size. */
void nt_span_copy(char *to, struct nt_span t);

#endif
