#include "core/base/strings.h"

#include "core/base/err.h"

#include <string.h>

char *nt_strdup(const char *s, int *err)
{
    if (s == NULL)
        return NULL;
    char *copy = strdup(s);
    if (copy == NULL)
        *err = NT_ENOMEM;
    return copy;
}
