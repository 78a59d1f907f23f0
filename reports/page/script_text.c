#include "reports/page/script_text.h"

#include "core/base/err.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

static void put_escaped(struct nt_text *t, const char *s)
{
    char *clean = nt_clean(s, true);
    if (clean == NULL) {
        t->err = NT_ENOMEM;
        return;
    }
    for (const char *p = clean; *p != '\0';) {
        size_t n = strcspn(p, "\"\\\n<>&");
        nt_text_add(t, p, n);
        p += n;
        if (*p != '\0')
            nt_text_printf(t, "\\u%04x", (unsigned)(unsigned char)*p++);
    }
    free(clean);
}

void nt_script_string(struct nt_text *t, const char *s)
{
    size_t n = 0;
    while (is_plain(s[n]))
        n++;
    nt_text_add(t, "\"", 1);
    nt_text_add(t, s, n);
    if (s[n] != '\0')
        put_escaped(t, s + n);
    nt_text_add(t, "\"", 1);
}
