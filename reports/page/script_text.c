#include "reports/page/script_text.h"

#include "core/base/err.h"
#include "core/base/shown.h"

#include <stdbool.h>
#include <stdlib.h>

static bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

/* Printable ASCII. */
static bool is_clean(const char *s)
{
    while (*s >= 0x20 && *s < 0x7f)
        s++;
    return *s == '\0';
}

static void put_character(struct nt_text *t, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    nt_text_add(t, (const char[]){'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]}, 6);
}

static void put_escaped(struct nt_text *t, const char *s)
{
    while (*s != '\0') {
        size_t n = 0;
        while (is_plain(s[n]) || (unsigned char)s[n] >= 0x80)
            n++;
        nt_text_add(t, s, n);
        s += n;
        if (*s != '\0')
            put_character(t, (unsigned char)*s++);
    }
}

static void put_rest(struct nt_text *t, const char *s)
{
    if (is_clean(s)) {
        put_escaped(t, s);
        return;
    }
    char *shown = nt_shown(s, true);
    if (shown != NULL)
        put_escaped(t, shown);
    else
        t->err = NT_ENOMEM;
    free(shown);
}

void nt_script_string(struct nt_text *t, const char *s)
{
    size_t plain = 0;
    while (is_plain(s[plain]))
        plain++;
    nt_text_add(t, "\"", 1);
    nt_text_add(t, s, plain);
    if (s[plain] != '\0')
        put_rest(t, s + plain);
    nt_text_add(t, "\"", 1);
}
