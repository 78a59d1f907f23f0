/* Which bytes have come out of order: ranges of sequence numbers, in order, that do not touch. */
#ifndef NT_TCP_RANGES_H
#define NT_TCP_RANGES_H

#include <stdbool.h>
#include <stdint.h>

#define NT_TCP_RANGES_MAX 32

struct nt_range {
    uint32_t from, to; /* to: behind the last */
};

struct nt_ranges {
    struct nt_range items[NT_TCP_RANGES_MAX];
    uint32_t count;
};

bool nt_ranges_add(struct nt_ranges *r, uint32_t from, uint32_t to); /* false: there are too many */
/* What is in order up to `next`, with the ranges that follow it; those are taken out. */
uint32_t nt_ranges_join(struct nt_ranges *r, uint32_t next);

#endif
