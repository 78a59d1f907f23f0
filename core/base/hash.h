/* Hashes of bytes. */
#ifndef NT_BASE_HASH_H
#define NT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* For tables in memory: its values stand in nothing that is written. */
static inline uint64_t nt_hash(const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; len >= 8; p += 8, len -= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    if (len >= 4) {
        uint32_t w;
        memcpy(&w, p, 4);
        h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
        p += 4, len -= 4;
    }
    for (; len > 0; p++, len--)
        h = (h ^ *p) * UINT64_C(0x100000001b3);
    return h ^ h >> 32;
}

/* FNV-1a, the same on every machine: for names and records. */
static inline uint64_t nt_hash_written(const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    return h;
}

#endif
