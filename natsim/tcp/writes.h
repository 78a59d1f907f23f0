/* Where what was written in one call ends, as sequence numbers: a segment does not reach into the next write, and the one that
 * ends a write has PSH. */
#ifndef NT_TCP_WRITES_H
#define NT_TCP_WRITES_H

#include <stddef.h>
#include <stdint.h>

#define NT_TCP_WRITES_MAX 4096 /* of one connection; beyond that they run together */

struct nt_writes {
    uint32_t *ends;
    size_t cap, first, count; /* those from `first` to `count` */
};

int nt_writes_add(struct nt_writes *w, uint32_t end); /* NT_ENOMEM */
void nt_writes_free(struct nt_writes *w);
/* The first end after `seq`, which is before the last end. */
uint32_t nt_writes_end(const struct nt_writes *w, uint32_t seq);
void nt_writes_forget(struct nt_writes *w, uint32_t una); /* those that end at or before it */

#endif
