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
