#include "core/base/rand.h"
#include "core/base/bytes.h"

#include <string.h>

static uint32_t rotl(uint32_t v, int n)
{
    return v << n | v >> (32 - n);
}

static void quarter(uint32_t x[16], int a, int b, int c, int d)
{
    x[a] += x[b], x[d] = rotl(x[d] ^ x[a], 16);
    x[c] += x[d], x[b] = rotl(x[b] ^ x[c], 12);
    x[a] += x[b], x[d] = rotl(x[d] ^ x[a], 8);
    x[c] += x[d], x[b] = rotl(x[b] ^ x[c], 7);
}

/* RFC 8439, section 2.3: one block of key stream; the counter is words 12 and 13 here (a 64-bit one never wraps). */
static void next_block(struct nt_rand *r)
{
    uint32_t x[16];
    memcpy(x, r->state, sizeof x);
    for (int i = 0; i < 10; i++) {
        quarter(x, 0, 4, 8, 12), quarter(x, 1, 5, 9, 13), quarter(x, 2, 6, 10, 14), quarter(x, 3, 7, 11, 15);
        quarter(x, 0, 5, 10, 15), quarter(x, 1, 6, 11, 12), quarter(x, 2, 7, 8, 13), quarter(x, 3, 4, 9, 14);
    }
    for (int i = 0; i < 16; i++) {
        uint32_t v = x[i] + r->state[i];
        for (int k = 0; k < 4; k++)
            r->block[4 * i + k] = (uint8_t)(v >> (8 * k));
    }
    if (++r->state[12] == 0)
        r->state[13]++;
    r->used = 0;
}

void nt_rand_init_key(struct nt_rand *r, const uint8_t key[32])
{
    static const uint32_t constant[4] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    memset(r, 0, sizeof *r);
    memcpy(r->state, constant, sizeof constant);
    for (int i = 0; i < 8; i++)
        r->state[4 + i] =
            (uint32_t)key[4 * i] | (uint32_t)key[4 * i + 1] << 8 | (uint32_t)key[4 * i + 2] << 16 | (uint32_t)key[4 * i + 3] << 24;
    r->used = sizeof r->block;
}

/* splitmix64's finaliser: every input bit reaches every output bit. */
static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void nt_rand_init(struct nt_rand *r, uint64_t seed, const char *label)
{
    uint8_t key[32];
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (const char *c = label; *c != '\0'; c++)
        h = (h ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t v = mix(mix(seed + i * UINT64_C(0x9e3779b97f4a7c15)) ^ mix(h + i));
        for (int k = 0; k < 8; k++)
            key[8 * i + (uint64_t)k] = (uint8_t)(v >> (8 * k));
    }
    nt_rand_init_key(r, key);
}

/* RFC 8439, section 2.3: the nonce is 0 otherwise. */
struct nt_rand nt_rand_stream(const struct nt_rand *r, uint32_t number)
{
    struct nt_rand stream = *r;
    stream.state[12] = stream.state[13] = 0;
    stream.state[14] = number;
    stream.used = sizeof stream.block;
    return stream;
}

void nt_rand_bytes(struct nt_rand *r, void *out, size_t len)
{
    uint8_t *p = out;
    while (len > 0) {
        if (r->used == sizeof r->block)
            next_block(r);
        size_t n = sizeof r->block - r->used;
        n = n < len ? n : len;
        memcpy(p, r->block + r->used, n);
        r->used += (uint32_t)n;
        p += n;
        len -= n;
    }
}

uint64_t nt_rand_u64(struct nt_rand *r)
{
    uint8_t b[8];
    nt_rand_bytes(r, b, sizeof b);
    return nt_load64(b);
}

uint64_t nt_rand_below(struct nt_rand *r, uint64_t n)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % n;
    uint64_t v;
    do
        v = nt_rand_u64(r);
    while (v >= limit);
    return v % n;
}
