#include "core/stun/outbox.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

void nt_stun_outbox_free(struct nt_stun_outbox *o)
{
    free(o->bytes);
    free(o->items);
    *o = (struct nt_stun_outbox){0};
}

uint8_t *nt_stun_outbox_room(struct nt_stun_outbox *o, size_t cap)
{
    if (o->first == o->count)
        o->used = o->first = o->count = 0;
    if (nt_reserve(&o->items, &o->items_cap, o->count + 1, sizeof *o->items, NT_STUN_OUTBOX_COUNT) != NT_OK ||
        nt_reserve(&o->bytes, &o->cap, o->used + cap, 1, NT_STUN_OUTBOX_BYTES) != NT_OK)
        return NULL;
    return o->bytes + o->used;
}

void nt_stun_outbox_commit(struct nt_stun_outbox *o, const struct nt_path *path, size_t len)
{
    o->items[o->count++] = (struct nt_stun_outbox_item){.path = *path, .at = o->used, .len = len};
    o->used += len;
}

size_t nt_stun_outbox_take(struct nt_stun_outbox *o, struct nt_path *path, uint8_t *buf, size_t cap)
{
    while (o->first < o->count) {
        const struct nt_stun_outbox_item *item = &o->items[o->first++];
        if (item->len > cap)
            continue;
        memcpy(buf, o->bytes + item->at, item->len);
        *path = item->path;
        return item->len > 0 ? item->len : NT_OUTPUT_EMPTY;
    }
    return 0;
}
