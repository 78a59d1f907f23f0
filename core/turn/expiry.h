/* A heap of timers that lie in other objects: the earliest first; of those at the same time, the one made first. */
#ifndef NT_TURN_EXPIRY_H
#define NT_TURN_EXPIRY_H

#include "core/base/time.h"

#include <stddef.h>
#include <stdint.h>

struct nt_turn_timer {
    nt_time at;
    uint64_t order; /* of creation */
    uint32_t place; /* in the heap, from 1; 0: not in it */
    uint32_t tag;   /* the owner's */
};

struct nt_turn_expiry {
    struct nt_turn_timer **heap;
    size_t count, cap;
    uint64_t made;
};

void nt_turn_expiry_free(struct nt_turn_expiry *e);
/* Adds a timer, at NT_TIME_NEVER. 0, NT_ENOMEM or NT_ELIMIT. */
int nt_turn_expiry_add(struct nt_turn_expiry *e, struct nt_turn_timer *t, uint32_t tag, size_t limit);
void nt_turn_expiry_move(struct nt_turn_expiry *e, struct nt_turn_timer *t, nt_time at);
void nt_turn_expiry_remove(struct nt_turn_expiry *e, struct nt_turn_timer *t);
struct nt_turn_timer *nt_turn_expiry_first(const struct nt_turn_expiry *e); /* NULL: empty */

#endif
