#include "reports/result/text.h"

#include "core/base/err.h"
#include "core/base/map.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 128

void nt_text_reserve(struct nt_text *t, size_t len)
{
    size_t need = t->len + len + 1;
    if (t->err == NT_OK)
        t->err = nt_reserve(&t->p, &t->cap, need > FIRST_ROOM ? need : FIRST_ROOM, 1, SIZE_MAX / 2);
}

void nt_text_put(struct nt_text *t, const char *s)
{
    if (s != NULL)
        nt_text_add(t, s, strlen(s));
}

void nt_text_printf(struct nt_text *t, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    if (n >= 0)
        nt_text_reserve(t, (size_t)n);
    if (n >= 0 && t->err == NT_OK) {
        vsnprintf(t->p + t->len, (size_t)n + 1, fmt, again);
        t->len += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

void nt_text_free(struct nt_text *t)
{
    free(t->p);
    *t = (struct nt_text){0};
}

/* RFC 3629, 4: neither overlong forms, nor surrogates, nor beyond U+10FFFF. */
size_t nt_utf8_length(const char *s, size_t left)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t n = p[0] < 0x80                   ? 1
               : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
               : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
               : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                             : 0;
    if (n == 0 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] >= 0xa0) || (p[0] == 0xf0 && p[1] < 0x90) ||
        (p[0] == 0xf4 && p[1] >= 0x90))
        return 0;
    return n;
}

static bool is_control(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    if (n == 1)
        return p[0] < 0x20 || p[0] == 0x7f;
    /* C1 controls, and U+FFFE and U+FFFF, which XML does not have */
    return (n == 2 && p[0] == 0xc2 && p[1] < 0xa0) || (n == 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe);
}

char *nt_clean(const char *s, bool lines)
{
    size_t len = s != NULL ? strlen(s) : 0, out = 0;
    char *copy = malloc(len + 1);
    if (copy == NULL)
        return NULL;
    for (size_t at = 0; at < len;) {
        size_t n = nt_utf8_length(s + at, len - at);
        if (n == 0 || (is_control(s + at, n) && !(lines && s[at] == '\n'))) {
            copy[out++] = '?';
            at += n != 0 ? n : 1;
        } else {
            memcpy(copy + out, s + at, n);
            out += n;
            at += n;
        }
    }
    copy[out] = '\0';
    return copy;
}

size_t nt_text_width(const char *s)
{
    size_t n = 0;
    for (; *s != '\0'; s++)
        n += (*s & 0xc0) != 0x80;
    return n;
}
