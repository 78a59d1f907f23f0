#include "core/ice/bases.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/ice/candidate.h"

#include <stdlib.h>

struct nt_ice_bases {
    struct nt_addr interfaces[NT_ICE_INTERFACES_MAX];
    size_t interface_count;
    struct nt_ice_base *items;
    uint16_t count, asked, answered; /* asked: requests handed out */
    struct nt_map by_addr;           /* bound ones */
};

struct nt_ice_bases *nt_ice_bases_new(void)
{
    struct nt_ice_bases *b = calloc(1, sizeof *b);
    if (b != NULL)
        nt_map_init(&b->by_addr, sizeof(struct nt_addr));
    return b;
}

void nt_ice_bases_del(struct nt_ice_bases *b)
{
    if (b == NULL)
        return;
    nt_ice_bases_unmake(b);
    free(b);
}

void nt_ice_bases_unmake(struct nt_ice_bases *b)
{
    free(b->items);
    nt_map_free(&b->by_addr);
    nt_map_init(&b->by_addr, sizeof(struct nt_addr));
    b->items = NULL;
    b->count = b->asked = b->answered = 0;
}

void nt_ice_bases_add_interface(struct nt_ice_bases *b, const struct nt_addr *addr)
{
    if (b->interface_count < NT_ICE_INTERFACES_MAX)
        b->interfaces[b->interface_count++] = *addr;
}

int nt_ice_bases_make(struct nt_ice_bases *b, const struct nt_ice_config *config)
{
    size_t most = (size_t)config->streams * config->components * b->interface_count;
    if (most > NT_ICE_BASES_MAX)
        return NT_ELIMIT;
    b->items = calloc(most + 1, sizeof *b->items);
    if (b->items == NULL)
        return NT_ENOMEM;
    for (unsigned s = 1; s <= config->streams; s++)
        for (unsigned c = 1; c <= config->components; c++)
            for (size_t i = 0; i < b->interface_count; i++)
                if (nt_ice_address_usable(&b->interfaces[i], config->ipv6))
                    b->items[b->count++] = (struct nt_ice_base){
                        .addr = nt_addr_with_port(&b->interfaces[i], 0), .stream = (uint8_t)s, .component = (uint16_t)c};
    return NT_OK;
}

uint16_t nt_ice_bases_count(const struct nt_ice_bases *b)
{
    return b->count;
}

const struct nt_ice_base *nt_ice_bases_at(const struct nt_ice_bases *b, uint16_t i)
{
    return &b->items[i];
}

uint16_t nt_ice_bases_find(const struct nt_ice_bases *b, const struct nt_addr *local)
{
    uint32_t i = nt_map_get(&b->by_addr, local);
    return i != NT_MAP_NONE ? (uint16_t)i : NT_ICE_NO_BASE;
}

int nt_ice_bases_request(struct nt_ice_bases *b, struct nt_request *req)
{
    if (b->asked == b->count)
        return 0;
    uint16_t i = b->asked++;
    *req = (struct nt_request){.kind = NT_REQ_BIND, .path = {.transport = NT_UDP, .id = i + 1U, .local = b->items[i].addr}};
    return 1;
}

bool nt_ice_bases_answer(struct nt_ice_bases *b, const struct nt_path *path, bool granted)
{
    if (path->id == 0 || path->id > b->asked || b->items[path->id - 1].state != NT_ICE_BASE_ASKED)
        return false;
    struct nt_ice_base *base = &b->items[path->id - 1];
    b->answered++;
    /* Without memory for it, a port that was granted is no base: what came to it would not be found. */
    if (granted && nt_map_put(&b->by_addr, &path->local, path->id - 1) == NT_OK) {
        base->state = NT_ICE_BASE_BOUND;
        base->addr = path->local;
    } else {
        base->state = NT_ICE_BASE_REFUSED;
    }
    return true;
}

bool nt_ice_bases_answered(const struct nt_ice_bases *b)
{
    return b->answered >= b->count;
}
