/* The bytes of one direction of a connection: a ring that grows by doubling, up to a limit. Its owner knows which of the places,
 * counted from the front, hold something. */
#ifndef NT_TCP_RING_H
#define NT_TCP_RING_H

#include <stddef.h>
#include <stdint.h>

struct nt_ring {
    uint8_t *bytes;
    size_t cap, front;
};

/* Makes `need` places. 0, NT_ENOMEM, NT_ELIMIT. */
int nt_ring_reserve(struct nt_ring *r, size_t need, size_t limit);
void nt_ring_free(struct nt_ring *r);
/* Into, and out of, places that are there. */
void nt_ring_put(struct nt_ring *r, size_t at, const uint8_t *bytes, size_t len);
void nt_ring_get(const struct nt_ring *r, size_t at, uint8_t *out, size_t len);
/* The first `len` bytes as far as they lie in one piece: *len is how many. They stay there until the next put or reserve. */
const uint8_t *nt_ring_front(const struct nt_ring *r, size_t *len);
void nt_ring_drop(struct nt_ring *r, size_t len); /* the front moves on */

#endif
