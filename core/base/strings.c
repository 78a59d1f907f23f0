#include "core/base/strings.h"

#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

/* Not strdup: the allocations that tests make fail are those of our own calls. */
char *nt_strdup(const char *s, int *err)
{
    if (s == NULL)
        return NULL;
    size_t size = strlen(s) + 1;
    char *copy = malloc(size);
    if (copy == NULL)
        *err = NT_ENOMEM;
    return copy != NULL ? memcpy(copy, s, size) : NULL;
}

const char *nt_join(char *buf, size_t cap, const char *first, const char *second)
{
    size_t a = strlen(first), b = strlen(second);
    a = a < cap - 1 ? a : cap - 1;
    b = b < cap - 1 - a ? b : cap - 1 - a;
    memcpy(buf, first, a);
    memcpy(buf + a, second, b);
    buf[a + b] = '\0';
    return buf;
}

size_t nt_utf8_length(const char *s, size_t left)
{
    const uint8_t *p = (const uint8_t *)s;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    uint32_t c = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    if ((p[0] >= 0x80 && p[0] < 0xc0) || p[0] >= 0xf8 || len > left)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fu);
    }
    return c >= least[len] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) ? len : 0;
}

bool nt_is_utf8(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0, n; i < len; i += n)
        if ((n = nt_utf8_length((const char *)bytes + i, len - i)) == 0)
            return false;
    return true;
}
