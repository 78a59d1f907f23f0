#include "core/sdp/cursor.h"

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

static bool at_blank(const struct nt_cursor *c)
{
    return c->p < c->end && nt_span_is_blank(*c->p);
}

bool nt_cursor_space(struct nt_cursor *c)
{
    const char *start = c->p;
    while (at_blank(c))
        c->p++;
    if (c->p == start)
        return nt_cursor_fail(c, start, "a space is missing");
    if (c->p - start > 1 || *start != ' ')
        nt_cursor_fail(c, start, "words are separated by one space");
    return true;
}

bool nt_cursor_word(struct nt_cursor *c, struct nt_span *word, const char *what)
{
    const char *start = c->p;
    while (c->p < c->end && !nt_span_is_blank(*c->p))
        c->p++;
    *word = (struct nt_span){start, (size_t)(c->p - start)};
    return word->len > 0 || nt_cursor_fail(c, start, what);
}

bool nt_cursor_number(struct nt_cursor *c, unsigned digits, uint64_t low, uint64_t high, uint64_t *value, const char *what)
{
    struct nt_span word;
    const char *start = c->p;
    if (!nt_cursor_word(c, &word, what))
        return false;
    return nt_span_number(word, digits, low, high, value) || nt_cursor_fail(c, start, what);
}

void nt_cursor_trim(struct nt_cursor *c)
{
    const char *end = c->end;
    while (c->end > c->p && nt_span_is_blank(c->end[-1]))
        c->end--;
    if (c->end < end)
        nt_cursor_fail(c, c->end, "the line ends with a blank");
}
