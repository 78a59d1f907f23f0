#include "core/ice/data.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

struct nt_ice_data {
    struct nt_ice_datagram ring[NT_ICE_DATA_MAX];
    unsigned head, count;
};

struct nt_ice_data *nt_ice_data_new(void)
{
    return calloc(1, sizeof(struct nt_ice_data));
}

void nt_ice_data_del(struct nt_ice_data *q)
{
    for (size_t i = 0; q != NULL && i < NT_ICE_DATA_MAX; i++)
        free(q->ring[i].bytes);
    free(q);
}

int nt_ice_data_put(struct nt_ice_data *q, size_t component, const uint8_t *bytes, size_t len, bool df)
{
    if (q->count == NT_ICE_DATA_MAX)
        return NT_ELIMIT;
    if (q->count == 0)
        q->head = 0; /* whose buffer is there already */
    struct nt_ice_datagram *d = &q->ring[(q->head + q->count) % NT_ICE_DATA_MAX];
    int r = nt_reserve(&d->bytes, &d->cap, len < 1500 ? 1500 : len, 1, NT_DATAGRAM_MAX);
    if (r != NT_OK)
        return r;
    memcpy(d->bytes, bytes, len);
    d->len = len;
    d->component = component;
    d->df = df;
    q->count++;
    return NT_OK;
}

const struct nt_ice_datagram *nt_ice_data_take(struct nt_ice_data *q)
{
    if (q->count == 0)
        return NULL;
    const struct nt_ice_datagram *d = &q->ring[q->head];
    q->head = (q->head + 1) % NT_ICE_DATA_MAX;
    q->count--;
    return d;
}

size_t nt_ice_data_clear(struct nt_ice_data *q)
{
    size_t n = q->count;
    q->count = 0;
    return n;
}
