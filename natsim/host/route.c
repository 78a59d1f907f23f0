#include "natsim/host/route.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "natsim/fabric/fabric.h"

#include <stdlib.h>
#include <string.h>

#define ROUTES_MAX 1000000

int nt_routes_add(struct nt_routes *t, const struct nt_route *r)
{
    int err = nt_grow(&t->items, &t->cap, t->count + 1, sizeof *t->items, ROUTES_MAX);
    if (err != NT_OK)
        return err;
    size_t i = t->count;
    while (i > 0 && t->items[i - 1].prefix.bits < r->prefix.bits)
        i--;
    memmove(t->items + i + 1, t->items + i, (t->count - i) * sizeof *t->items);
    t->items[i] = *r;
    t->count++;
    return NT_OK;
}

const struct nt_route *nt_routes_find(const struct nt_routes *t, const struct nt_addr *to, uint32_t port)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct nt_route *r = t->items + i;
        if ((port == NT_FABRIC_NONE || r->port == port) && nt_prefix_contains(&r->prefix, to))
            return r;
    }
    return NULL;
}

void nt_routes_forget_port(struct nt_routes *t, uint32_t port)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].port != port)
            t->items[kept++] = t->items[i];
    t->count = kept;
}

void nt_routes_free(struct nt_routes *t)
{
    free(t->items);
    *t = (struct nt_routes){0};
}
