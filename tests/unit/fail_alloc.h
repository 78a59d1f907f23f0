/* For tests: the allocations of a program counted, and one, each or all of them made to fail. A test that includes this is linked
 * with malloc, calloc and realloc wrapped (CMakeLists.txt). */
#ifndef NT_TEST_FAIL_ALLOC_H
#define NT_TEST_FAIL_ALLOC_H

#include "tests/unit/help.h"

#include <stdbool.h>
#include <stddef.h>

enum { ALLOC_ALL = -2, ALLOC_NONE = -1 };

static long alloc_count; /* since alloc_fail() */
static long alloc_failing = ALLOC_NONE;

/* From now on the allocation `which` fails, counted from 0, or all, or none. */
static inline void alloc_fail(long which)
{
    alloc_count = 0;
    alloc_failing = which;
}

/* Whether the allocation that was to fail has come; none fails any more. */
static inline bool alloc_failed(void)
{
    bool failed = alloc_failing != ALLOC_NONE && alloc_count > alloc_failing;
    alloc_failing = ALLOC_NONE;
    return failed;
}

/* With each allocation of it made to fail once, `way` gives NT_ENOMEM, and with none NT_OK. */
static inline void alloc_fail_each(int (*way)(void))
{
    for (long n = 0;; n++) {
        assert_true(n < 100000);
        alloc_fail(n);
        int err = way();
        if (!alloc_failed()) {
            assert_int_equal(err, NT_OK);
            return;
        }
        if (err != NT_ENOMEM)
            fail_msg("allocation %ld: %d", n, err);
    }
}

static inline bool alloc_fails(void)
{
    return alloc_count++ == alloc_failing || alloc_failing == ALLOC_ALL;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_malloc(size_t size)
{
    return alloc_fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return alloc_fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return alloc_fails() ? NULL : __real_realloc(p, size);
}

#endif
