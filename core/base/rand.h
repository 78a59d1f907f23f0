/* Random streams: ChaCha20 (RFC 8439, section 2.3) as a generator, one stream per (seed, stable label), so that adding a
 * node changes nobody else's numbers. A program on a real network keys a stream with 32 bytes of the system's entropy. */
#ifndef NT_BASE_RAND_H
#define NT_BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

struct nt_rand {
    uint32_t state[16];
    uint8_t block[64];
    uint32_t used; /* bytes of `block` given out */
};

/* For simulation: the same (seed, label) gives the same stream on every machine. */
void nt_rand_init(struct nt_rand *r, uint64_t seed, const char *label);
/* For real use: `key` is 32 bytes of entropy. */
void nt_rand_init_key(struct nt_rand *r, const uint8_t key[32]);

/* Another stream of the same key, by a number of its own from 1 on; `r` goes on as it was. */
struct nt_rand nt_rand_stream(const struct nt_rand *r, uint32_t number);

void nt_rand_bytes(struct nt_rand *r, void *out, size_t len);
uint64_t nt_rand_u64(struct nt_rand *r);
/* Uniform in 0..n-1, without bias; n > 0. */
uint64_t nt_rand_below(struct nt_rand *r, uint64_t n);

#endif
