#include "natsim/gateway/own_addresses.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>

#define OWN_MAX 4096

int nt_own_addresses_add(struct nt_own_addresses *own, const struct nt_addr *a, uint32_t port)
{
    int err = nt_grow(&own->items, &own->cap, own->count + 1, sizeof *own->items, OWN_MAX);
    if (err == NT_OK)
        own->items[own->count++] = (struct nt_own_address){.addr = nt_addr_with_port(a, 0), .port = port};
    return err;
}

bool nt_own_addresses_has(const struct nt_own_addresses *own, const struct nt_addr *a)
{
    for (size_t i = 0; i < own->count; i++)
        if (nt_addr_same_ip(&own->items[i].addr, a))
            return true;
    return false;
}

bool nt_own_addresses_has_on(const struct nt_own_addresses *own, uint32_t port, const struct nt_addr *a)
{
    for (size_t i = 0; i < own->count; i++)
        if (own->items[i].port == port && nt_addr_same_ip(&own->items[i].addr, a))
            return true;
    return false;
}

const struct nt_addr *nt_own_addresses_on(const struct nt_own_addresses *own, uint32_t port, uint8_t family)
{
    for (size_t i = 0; i < own->count; i++)
        if (own->items[i].port == port && own->items[i].addr.family == family)
            return &own->items[i].addr;
    return NULL;
}

void nt_own_addresses_free(struct nt_own_addresses *own)
{
    free(own->items);
    *own = (struct nt_own_addresses){0};
}
