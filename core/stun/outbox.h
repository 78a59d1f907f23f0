/* The datagrams that the server has ready, in order. They share one buffer, which is reused once all have been taken, so that a
 * warm relay allocates nothing. */
#ifndef NT_STUN_OUTBOX_H
#define NT_STUN_OUTBOX_H

#include "core/base/endpoint.h"

#define NT_STUN_OUTBOX_BYTES ((size_t)4 << 20)
#define NT_STUN_OUTBOX_COUNT 4096

struct nt_stun_outbox_item {
    struct nt_path path;
    size_t at, len;
};

struct nt_stun_outbox {
    uint8_t *bytes;
    struct nt_stun_outbox_item *items;
    size_t used, cap, first, count, items_cap;
};

void nt_stun_outbox_free(struct nt_stun_outbox *o);
/* Room for a datagram of at most `cap` bytes, until the next call; NULL at the limits above or without memory. */
uint8_t *nt_stun_outbox_room(struct nt_stun_outbox *o, size_t cap);
/* The first `len` bytes written there are a datagram for `path`. */
void nt_stun_outbox_commit(struct nt_stun_outbox *o, const struct nt_path *path, size_t len);
/* The next one into buf: its length as of an endpoint's output, 0 for none. A datagram longer than `cap` is lost. */
size_t nt_stun_outbox_take(struct nt_stun_outbox *o, struct nt_path *path, uint8_t *buf, size_t cap);

#endif
