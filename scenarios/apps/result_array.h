/* An array for a result, which owns its arrays and strings. */
#ifndef NT_APPS_RESULT_ARRAY_H
#define NT_APPS_RESULT_ARRAY_H

#include "core/base/err.h"

#include <stdlib.h>

/* Zeroed, never NULL for a count of 0. Without memory: NULL, and *err becomes NT_ENOMEM (else *err stays). */
static inline void *nt_result_array(size_t count, size_t size, int *err)
{
    void *p = calloc(count + 1, size);
    if (p == NULL)
        *err = NT_ENOMEM;
    return p;
}

#endif
