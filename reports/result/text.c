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

size_t nt_text_width(const char *s)
{
    size_t n = 0;
    for (; *s != '\0'; s++)
        n += (*s & 0xc0) != 0x80;
    return n;
}
