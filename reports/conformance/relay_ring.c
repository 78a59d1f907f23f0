#include "reports/conformance/relay_ring.h"

#include "core/base/err.h"
#include "core/base/hash.h"

#include <stdlib.h>

struct nt_relay_load nt_relay_load(nt_time at, const uint8_t *bytes, size_t len)
{
    return (struct nt_relay_load){.at = at, .hash = nt_hash(bytes, len), .len = (uint32_t)len};
}

/* The capacity is a power of two, so that `next` may wrap around. */
static int grow(struct nt_relay_ring *ring)
{
    uint32_t cap = ring->cap == 0 ? NT_RELAY_RING_FIRST : 2 * ring->cap;
    struct nt_relay_load *loads = malloc(cap * sizeof *loads);
    if (loads == NULL)
        return NT_ENOMEM;
    for (uint32_t i = 1; i <= ring->count; i++)
        loads[ring->count - i] = ring->loads[(ring->next - i) % ring->cap];
    free(ring->loads);
    ring->loads = loads;
    ring->next = ring->count;
    ring->cap = cap;
    return NT_OK;
}

int nt_relay_ring_add(struct nt_relay_ring *ring, const struct nt_relay_load *load, nt_time within)
{
    bool full = ring->count == ring->cap;
    nt_time oldest = full && ring->cap > 0 ? ring->loads[ring->next % ring->cap].at : 0;
    bool early = full && (ring->cap == 0 || oldest + within >= load->at);
    ring->within = within;
    if (early && ring->cap < NT_RELAY_RING_MAX) {
        int r = grow(ring);
        if (r != NT_OK)
            return r;
    } else if (early) {
        ring->lost = oldest;
    }
    ring->loads[ring->next++ % ring->cap] = *load;
    ring->count += ring->count < ring->cap;
    return NT_OK;
}

const struct nt_relay_load *nt_relay_ring_at(const struct nt_relay_ring *ring, uint32_t i, nt_time at)
{
    if (i > ring->count)
        return NULL;
    const struct nt_relay_load *l = &ring->loads[(ring->next - i) % ring->cap];
    return l->at + ring->within >= at ? l : NULL;
}

void nt_relay_ring_free(struct nt_relay_ring *ring)
{
    free(ring->loads);
}
