#include "reports/conformance/keeping.h"

#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 16384

const uint8_t *nt_view_store(struct nt_view *v, const uint8_t *bytes, size_t len, int *err)
{
    struct nt_view_chunk *chunk = v->chunks;
    if (len > NT_VIEW_BYTES_MAX - v->stored_bytes) {
        *err = NT_ELIMIT;
        return NULL;
    }
    if (chunk == NULL || len > chunk->cap - chunk->used) {
        size_t cap = len > CHUNK ? len : CHUNK;
        chunk = malloc(sizeof *chunk + cap);
        if (chunk == NULL) {
            *err = NT_ENOMEM;
            return NULL;
        }
        chunk->next = v->chunks;
        chunk->used = 0;
        chunk->cap = cap;
        v->chunks = chunk;
    }
    uint8_t *at = chunk->bytes + chunk->used;
    memcpy(at, bytes, len);
    chunk->used += len;
    v->stored_bytes += len;
    return at;
}

void nt_view_free_chunks(struct nt_view *v)
{
    while (v->chunks != NULL) {
        struct nt_view_chunk *next = v->chunks->next;
        free(v->chunks);
        v->chunks = next;
    }
}

/* How data travels. */
enum way { WAY_PLAIN, WAY_CHANNEL, WAY_INDICATION, WAY_NONE };

static enum way way_of_data(const struct nt_item *m)
{
    if (m->kind == NT_ITEM_DATA)
        return WAY_PLAIN;
    if (m->kind == NT_ITEM_CHANNEL)
        return WAY_CHANNEL;
    bool carries =
        m->kind == NT_ITEM_STUN && m->class_ == NT_STUN_INDICATION && (m->method == NT_TURN_SEND || m->method == NT_TURN_DATA);
    return carries ? WAY_INDICATION : WAY_NONE;
}

static bool stands_for(const struct nt_item *kept, const struct nt_item *m)
{
    return kept->at / NT_SEC == m->at / NT_SEC && kept->excused == m->excused && kept->ice_socket == m->ice_socket;
}

int nt_view_keep(struct nt_view *v, const struct nt_item *m, uint32_t self, bool *kept)
{
    enum way way = way_of_data(m);
    *kept = true;
    if (way == WAY_NONE)
        return ++v->stun_count > NT_VIEW_STUN_MAX ? NT_ELIMIT : NT_OK;
    uint32_t *last = &v->flows[m->pair].kept[way][m->direction == NT_DIR_OUT];
    bool many = v->data_count >= NT_VIEW_DATA_MAX || v->data_bytes >= NT_VIEW_DATA_BYTES_MAX;
    if (many && *last != NT_VIEW_NONE && stands_for(&v->items[*last], m)) {
        v->items[*last].count++;
        *kept = false;
        return NT_OK;
    }
    *last = self;
    v->data_count++;
    v->data_bytes += way == WAY_INDICATION ? m->len : 0;
    return NT_OK;
}

void nt_view_cut(struct nt_view *v, uint32_t frame, const char *why)
{
    if (v->cut != 0)
        return;
    v->cut = frame;
    v->cut_why = why;
}
