/* Copies for a result, whose strings and arrays are its own; a failure is remembered in *err. */
#ifndef NT_APPS_RESULT_TEXT_H
#define NT_APPS_RESULT_TEXT_H

#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

static inline char *nt_describe_copy(const char *s, int *err)
{
    char *copy = strdup(s);
    if (copy == NULL)
        *err = NT_ENOMEM;
    return copy;
}

static inline void *nt_describe_array(size_t count, size_t size, int *err)
{
    void *p = calloc(count + 1, size);
    if (p == NULL)
        *err = NT_ENOMEM;
    return p;
}

#endif
