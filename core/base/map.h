/* A hash map from a fixed-size key to a 32-bit index. It has no iteration: what must be walked is kept in an array beside
 * it, so that nothing depends on hash order. Keys must have no padding bytes (or zeroed ones). */
#ifndef NT_BASE_MAP_H
#define NT_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#define NT_MAP_NONE UINT32_MAX

struct nt_map {
    uint8_t *slots; /* capacity x (4 bytes of value + key) */
    size_t key_len, count, used, capacity;
};

void nt_map_init(struct nt_map *m, size_t key_len);
void nt_map_free(struct nt_map *m);
/* The value, or NT_MAP_NONE. */
uint32_t nt_map_get(const struct nt_map *m, const void *key);
/* Adds, or replaces (which needs no memory); value below NT_MAP_NONE - 1. 0 or NT_ENOMEM. */
int nt_map_put(struct nt_map *m, const void *key, uint32_t value);
void nt_map_remove(struct nt_map *m, const void *key);

int nt_grow_to(void *items_pointer, size_t *cap, size_t need, size_t size, size_t limit); /* nt_grow when `need` is above *cap */
/* Makes room for `need` items of `size` bytes in *items (capacity *cap), doubling, at most `limit`. New room is zeroed.
 * 0, NT_ENOMEM or NT_ELIMIT. */
static inline int nt_grow(void *items_pointer, size_t *cap, size_t need, size_t size, size_t limit)
{
    return need <= *cap ? 0 : nt_grow_to(items_pointer, cap, need, size, limit);
}

int nt_reserve_to(void *items_pointer, size_t *cap, size_t need, size_t size,
                  size_t limit); /* nt_reserve when `need` is above *cap */
/* As nt_grow, for what is written before it is read, such as the bytes of datagrams: new room holds anything. */
static inline int nt_reserve(void *items_pointer, size_t *cap, size_t need, size_t size, size_t limit)
{
    return need <= *cap ? 0 : nt_reserve_to(items_pointer, cap, need, size, limit);
}

#endif
