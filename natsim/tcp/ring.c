#include "natsim/tcp/ring.h"
#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 2048

static size_t place(const struct nt_ring *r, size_t at)
{
    size_t i = r->front + at;
    return i < r->cap ? i : i - r->cap;
}

void nt_ring_get(const struct nt_ring *r, size_t at, uint8_t *out, size_t len)
{
    if (len == 0)
        return;
    size_t i = place(r, at), n = len < r->cap - i ? len : r->cap - i;
    memcpy(out, r->bytes + i, n);
    memcpy(out + n, r->bytes, len - n);
}

void nt_ring_put(struct nt_ring *r, size_t at, const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return;
    size_t i = place(r, at), n = len < r->cap - i ? len : r->cap - i;
    memcpy(r->bytes + i, bytes, n);
    memcpy(r->bytes, bytes + n, len - n);
}

int nt_ring_reserve(struct nt_ring *r, size_t need, size_t limit)
{
    if (need <= r->cap)
        return NT_OK;
    if (need > limit)
        return NT_ELIMIT;
    size_t cap = r->cap > 0 ? r->cap : FIRST_CAP;
    while (cap < need)
        cap *= 2;
    cap = cap < limit ? cap : limit;
    uint8_t *bytes = malloc(cap);
    if (bytes == NULL)
        return NT_ENOMEM;
    nt_ring_get(r, 0, bytes, r->cap);
    free(r->bytes);
    *r = (struct nt_ring){.bytes = bytes, .cap = cap};
    return NT_OK;
}

void nt_ring_free(struct nt_ring *r)
{
    free(r->bytes);
    *r = (struct nt_ring){0};
}

const uint8_t *nt_ring_front(const struct nt_ring *r, size_t *len)
{
    if (*len > r->cap - r->front)
        *len = r->cap - r->front;
    return r->bytes + r->front;
}

void nt_ring_drop(struct nt_ring *r, size_t len)
{
    r->front = len < r->cap ? place(r, len) : 0;
}
