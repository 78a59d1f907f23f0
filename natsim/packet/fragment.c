#include "natsim/packet/fragment.h"
#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/packet/checksum.h"

/* The fragment of `len` data bytes from `at` on, with the header of the whole packet. */
static struct nt_packet *cut_piece(struct nt_pool *pool, const struct nt_packet *whole, uint32_t header, uint32_t at, uint32_t len)
{
    struct nt_packet *p = nt_pool_get(pool, header + len);
    if (p == NULL)
        return NULL;
    uint32_t flags = nt_load16(whole->data + 6);
    bool last = at + len == whole->len - header;
    p->len = header + len;
    p->marks = whole->marks;
    p->origin = whole->origin;
    memcpy(p->data, whole->data, header);
    memcpy(p->data + header, whole->data + header + at, len);
    nt_store16(p->data + 2, (uint16_t)p->len);
    /* The last piece keeps the More Fragments flag of a packet that was a fragment itself. */
    nt_store16(p->data + 6, (uint16_t)(((flags & 0x1fff) + at / 8) | (last ? flags & 0x2000 : 0x2000)));
    nt_store16(p->data + 10, 0);
    nt_store16(p->data + 10, nt_checksum_end(nt_checksum_add(0, p->data, header)));
    if (nt_packet_parse(p) != NT_OK) {
        nt_pool_put(pool, p);
        return NULL;
    }
    return p;
}

int nt_fragment(struct nt_pool *pool, struct nt_packet **p, uint32_t mtu)
{
    struct nt_packet *whole = *p, *first = NULL, **end = &first;
    if (whole->family != NT_AF_IPV4 || whole->df)
        return NT_EINVAL;
    uint32_t header = (uint32_t)(whole->data[0] & 15) * 4, room = mtu > header ? (mtu - header) / 8 * 8 : 0;
    if (room < 8)
        return NT_EINVAL;
    for (uint32_t at = 0, left = whole->len - header; left > 0;) {
        uint32_t len = left < room ? left : room;
        *end = cut_piece(pool, whole, header, at, len);
        if (*end == NULL) {
            while (first != NULL) {
                struct nt_packet *next = first->next;
                nt_pool_put(pool, first);
                first = next;
            }
            return NT_ENOMEM;
        }
        end = &(*end)->next;
        at += len;
        left -= len;
    }
    nt_pool_put(pool, whole);
    *p = first;
    return NT_OK;
}
