/* Texts in fixed bounds, for this room: a cursor over one line of words split by single spaces, and a writer into the
 * caller's buffer. The first error of either one sticks. */
#ifndef NT_SDP_TEXT_H
#define NT_SDP_TEXT_H

#include "core/base/addr.h"
#include "core/base/diag.h"

struct nt_text {
    const char *p;
    size_t len;
};

struct nt_cursor {
    const char *p, *end;
    const char *at;   /* where it is wrong */
    const char *what; /* static; NULL: nothing is wrong so far */
};

struct nt_cursor nt_cursor_of(const char *text, size_t len);
/* Keeps the first error; always false. */
bool nt_cursor_fail(struct nt_cursor *c, const char *at, const char *what);
bool nt_cursor_at_end(const struct nt_cursor *c);
/* One space, which the grammars of SDP demand between words. */
bool nt_cursor_space(struct nt_cursor *c);
/* The bytes up to the next space or the end; `what` is the error when there are none. */
bool nt_cursor_word(struct nt_cursor *c, struct nt_text *word, const char *what);
/* A word of 1 to `digits` digits, between `low` and `high`. */
bool nt_cursor_number(struct nt_cursor *c, unsigned digits, uint64_t low, uint64_t high, uint64_t *value, const char *what);

bool nt_text_number(struct nt_text t, unsigned digits, uint64_t low, uint64_t high, uint64_t *value);
bool nt_text_is(struct nt_text t, const char *text);          /* ASCII letters in any case, as strings in ABNF are */
bool nt_text_starts(struct nt_text t, const char *prefix);    /* likewise */
bool nt_text_ends(struct nt_text t, const char *suffix);      /* likewise */
bool nt_text_is_digits(struct nt_text t);                     /* one or more */
bool nt_text_is_token(struct nt_text t);                      /* RFC 8866, section 9 */
bool nt_text_is_ice_chars(struct nt_text t, size_t least, size_t most); /* RFC 8839, 5.1 */
/* A bare IPv4 or IPv6 address with the port 0; names, zones, ports and brackets are none. */
bool nt_text_ip(struct nt_text t, struct nt_addr *addr);
/* With a NUL; the caller has checked the size. */
void nt_text_copy(char *to, struct nt_text t);

struct nt_out {
    char *buf;
    size_t cap, len;
    bool full;
};

void nt_out(struct nt_out *o, const char *fmt, ...) NT_PRINTF(2, 3);
void nt_out_bytes(struct nt_out *o, const char *bytes, size_t len);
int nt_out_result(const struct nt_out *o); /* the length, or NT_ENOSPC */

#endif
