#include "natsim/tcp/ranges.h"
#include "natsim/tcp/sequence.h"

#include <string.h>

/* Takes out `n` from the i-th on. */
static void take_out(struct nt_ranges *r, uint32_t i, uint32_t n)
{
    memmove(r->items + i, r->items + i + n, (r->count - i - n) * sizeof *r->items);
    r->count -= n;
}

bool nt_ranges_add(struct nt_ranges *r, uint32_t from, uint32_t to)
{
    uint32_t i = 0, n = 0;
    while (i < r->count && nt_seq_before(r->items[i].to, from))
        i++;
    for (; i + n < r->count && !nt_seq_after(r->items[i + n].from, to); n++) {
        from = nt_seq_min(from, r->items[i + n].from);
        to = nt_seq_max(to, r->items[i + n].to);
    }
    if (n > 0) {
        take_out(r, i + 1, n - 1);
    } else {
        if (r->count == NT_TCP_RANGES_MAX)
            return false;
        memmove(r->items + i + 1, r->items + i, (r->count - i) * sizeof *r->items);
        r->count++;
    }
    r->items[i] = (struct nt_range){from, to};
    return true;
}

uint32_t nt_ranges_join(struct nt_ranges *r, uint32_t next)
{
    uint32_t n = 0;
    while (n < r->count && !nt_seq_after(r->items[n].from, next))
        next = nt_seq_max(next, r->items[n++].to);
    take_out(r, 0, n);
    return next;
}
