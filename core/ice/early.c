#include "core/ice/early.h"

#include <stdlib.h>

struct nt_ice_early {
    struct nt_ice_heard items[NT_ICE_EARLY_MAX];
    size_t count;
};

struct nt_ice_early *nt_ice_early_new(void)
{
    struct nt_ice_early *early = malloc(sizeof *early);
    if (early != NULL)
        early->count = 0;
    return early;
}

void nt_ice_early_del(struct nt_ice_early *early)
{
    free(early);
}

const char *nt_ice_early_remember(struct nt_ice_early *early, const struct nt_ice_heard *h, size_t most)
{
    for (size_t i = 0; i < early->count; i++) {
        struct nt_ice_heard *e = &early->items[i];
        if (!nt_ice_via_equal(e->via, h->via) || !nt_addr_equal(&e->from, &h->from))
            continue;
        bool use_candidate = e->use_candidate || h->use_candidate;
        *e = *h;
        e->use_candidate = use_candidate;
        return NULL;
    }
    if (early->count == (most < NT_ICE_EARLY_MAX ? most : NT_ICE_EARLY_MAX))
        return "no room for another request before the peer's description";
    early->items[early->count++] = *h;
    return NULL;
}

const struct nt_ice_heard *nt_ice_early_at(const struct nt_ice_early *early, size_t i)
{
    return i < early->count ? &early->items[i] : NULL;
}

void nt_ice_early_forget(struct nt_ice_early *early)
{
    early->count = 0;
}
