#include "natsim/packet/shares.h"

void nt_shares_init(struct nt_shares *s)
{
    nt_map_init(&s->by_source, sizeof(struct nt_addr));
}

void nt_shares_free(struct nt_shares *s)
{
    nt_map_free(&s->by_source);
}

uint32_t nt_shares_of(const struct nt_shares *s, const struct nt_addr *source)
{
    struct nt_addr key = nt_addr_with_port(source, 0);
    uint32_t share = nt_map_get(&s->by_source, &key);
    return share != NT_MAP_NONE ? share : 0;
}

int nt_shares_add(struct nt_shares *s, const struct nt_addr *source, uint32_t amount)
{
    struct nt_addr key = nt_addr_with_port(source, 0);
    return nt_map_put(&s->by_source, &key, nt_shares_of(s, source) + amount);
}

void nt_shares_take(struct nt_shares *s, const struct nt_addr *source, uint32_t amount)
{
    struct nt_addr key = nt_addr_with_port(source, 0);
    uint32_t left = nt_shares_of(s, source) - amount;
    if (left > 0)
        (void)nt_map_put(&s->by_source, &key, left); /* to replace a value needs no memory */
    else
        nt_map_remove(&s->by_source, &key);
}

size_t nt_shares_find_victim(const struct nt_shares *s, const void *records, size_t count, size_t size)
{
    size_t victim = 0;
    uint32_t most = 0;
    for (size_t i = 0; i < count; i++) {
        const void *source = (const char *)records + i * size;
        uint32_t share = nt_shares_of(s, source);
        if (share > most) {
            most = share;
            victim = i;
        }
    }
    return victim;
}
