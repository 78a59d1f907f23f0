#include "reports/result/json_text.h"

#include "core/base/err.h"
#include "core/base/shown.h"
#include "core/base/strings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Characters from `p` on that stand as they are. */
static size_t plain_length(const char *p)
{
    size_t n = 0;
    while ((unsigned char)p[n] >= 0x20 && (unsigned char)p[n] < 0x80 && p[n] != '"' && p[n] != '\\')
        n++;
    return n;
}

static void put_escaped(struct nt_text *t, char c)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    const char *at = strchr(from, c);
    if (at != NULL)
        nt_text_add(t, (const char[]){'\\', to[at - from]}, 2);
    else
        nt_text_printf(t, "\\u%04X", (unsigned)(unsigned char)c);
}

/* False: not UTF-8. */
static bool put_content(struct nt_text *t, const char *s)
{
    for (const char *p = s; *p != '\0';) {
        size_t n = plain_length(p);
        nt_text_add(t, p, n);
        p += n;
        if (*p == '\0')
            break;
        n = (unsigned char)*p < 0x80 ? 1 : nt_utf8_length(p, strnlen(p, 4));
        if (n == 0)
            return false;
        if (n == 1)
            put_escaped(t, *p);
        else
            nt_text_add(t, p, n);
        p += n;
    }
    return true;
}

void nt_json_string(struct nt_text *t, const char *s)
{
    if (s == NULL) {
        nt_text_add(t, "null", 4);
        return;
    }
    nt_text_add(t, "\"", 1);
    size_t start = t->len;
    if (!put_content(t, s)) {
        char *shown = nt_shown(s, true);
        t->len = start;
        if (shown == NULL || !put_content(t, shown))
            t->err = NT_ENOMEM;
        free(shown);
    }
    nt_text_add(t, "\"", 1);
}

void nt_json_unsigned(struct nt_text *t, uint64_t v)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    nt_text_add(t, digits + at, sizeof digits - at);
}

void nt_json_number(struct nt_text *t, int64_t v)
{
    if (v < 0)
        nt_text_add(t, "-", 1);
    nt_json_unsigned(t, v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v);
}
