/* Takes a fuzzer's input apart: bytes, numbers and chunks, zeros when it has ended. And the check that a target makes. */
#ifndef NT_TESTS_FUZZ_FEED_H
#define NT_TESTS_FUZZ_FEED_H

#include "core/base/addr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                                           \
    do {                                                                                                                           \
        if (!(condition)) {                                                                                                        \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);                                          \
            abort();                                                                                                               \
        }                                                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct feed {
    const uint8_t *p, *end;
};

static inline uint8_t feed8(struct feed *f)
{
    return f->p < f->end ? *f->p++ : 0;
}

static inline uint16_t feed16(struct feed *f)
{
    uint16_t high = feed8(f);
    return (uint16_t)(high << 8 | feed8(f));
}

/* At most `max` bytes, as many as the next two bytes say. */
static inline const uint8_t *feed_chunk(struct feed *f, size_t max, size_t *len)
{
    size_t n = feed16(f), left = (size_t)(f->end - f->p);
    n = n < left ? n : left;
    *len = n < max ? n : max;
    f->p += n;
    return f->p - n;
}

/* A copy of its own size, so that the address sanitizer sees a read beyond it. */
static inline uint8_t *feed_copy(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    CHECK(copy != NULL);
    if (len > 0)
        memcpy(copy, bytes, len);
    return copy;
}

#endif
