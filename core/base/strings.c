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
