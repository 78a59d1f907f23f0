/* What the program is linked with in place of malloc and its like (CMakeLists.txt: --wrap): each failure is counted. */
#include "scenarios/model/memory.h"

#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

static void *count_failure(void *p)
{
    if (p == NULL)
        nt_memory_failed();
    return p;
}

void *__wrap_malloc(size_t size)
{
    return count_failure(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return count_failure(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t size)
{
    return count_failure(__real_realloc(p, size));
}

char *__wrap_strdup(const char *s)
{
    return count_failure(__real_strdup(s));
}

char *__wrap_strndup(const char *s, size_t n)
{
    return count_failure(__real_strndup(s, n));
}
